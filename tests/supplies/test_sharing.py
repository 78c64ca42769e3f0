"""Who waits: never more than there is, all of it given, nobody below another without a stated reason."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from supplies.models import Distribution, WaitReason
from supplies.sharing import Claim, rank, share_out

RULES = st.sampled_from(Distribution.Rule.values)
CLAIMS = st.lists(
    st.builds(
        Claim,
        key=st.integers(1, 400),
        quantity=st.integers(1, 5),
        heads=st.integers(1, 6),
        elders=st.integers(0, 2),
        needs=st.integers(0, 2),
        has_waited=st.booleans(),
    ),
    max_size=30,
    unique_by=lambda claim: claim.key,
)


@given(claims=CLAIMS, available=st.integers(-3, 80), rule=RULES, seed=st.text("0123456789abcdef", max_size=16))
def test_what_is_there_is_given_and_no_more(claims, available, rule, seed):
    shares = share_out(claims, available, rule, seed)
    due = sum(claim.quantity for claim in claims)
    assert sum(share.allotted for share in shares.values()) == max(0, min(available, due))
    assert all(0 <= shares[claim.key].allotted <= claim.quantity for claim in claims)


@given(claims=CLAIMS, available=st.integers(0, 80), rule=RULES, waits=st.sets(st.integers(1, 400)))
def test_nobody_is_below_another_without_a_stated_reason(claims, available, rule, waits):
    shares = share_out(claims, available, rule, "seed", waits)
    by_hand = waits if rule == "hand" else set()
    for claim in claims:
        mine = shares[claim.key]
        assert (mine.reason == "") == (mine.allotted == claim.quantity)
        if not mine.reason:
            continue
        got = [other for other in claims if other is not claim and shares[other.key].allotted]
        if claim.key in by_hand:
            assert mine.reason == WaitReason.HAND
        else:
            assert all(other.key not in by_hand for other in got)
            assert all(rank(other, rule) <= rank(claim, rule) for other in got)
            if mine.reason == WaitReason.RANK:
                assert any(rank(other, rule) < rank(claim, rule) for other in got)


@given(claims=CLAIMS, available=st.integers(0, 80), rule=RULES)
def test_the_same_seed_draws_the_same_in_any_order(claims, available, rule):
    assert share_out(claims, available, rule, "a1") == share_out(claims[::-1], available, rule, "a1")


@given(claims=CLAIMS, rule=RULES)
def test_one_bag_more_takes_nothing_from_anybody(claims, rule):
    given_out = [share_out(claims, available, rule, "a1") for available in range(0, 60, 3)]
    for less, more in pairwise(given_out):
        assert all(less[claim.key].allotted <= more[claim.key].allotted for claim in claims)


def test_by_each_rule_the_right_ones_come_first():
    old = Claim(1, 1, heads=1, elders=1)
    big = Claim(2, 1, heads=6)
    helped = Claim(3, 1, heads=2, needs=1)
    waited = Claim(4, 1, heads=1, has_waited=True)
    claims = [old, big, helped, waited]
    firsts = {
        rule: [key for key, share in share_out(claims, 1, rule, "s").items() if share.allotted]
        for rule in ("elders", "biggest", "needs", "waited")
    }
    assert firsts == {"elders": [1], "biggest": [2], "needs": [3], "waited": [4]}


def test_another_seed_draws_otherwise():
    claims = [Claim(key, 1) for key in range(1, 41)]
    drawn = {
        tuple(sorted(key for key, share in share_out(claims, 20, "lot", seed).items() if share.allotted))
        for seed in ("a", "b", "c")
    }
    assert len(drawn) == 3
