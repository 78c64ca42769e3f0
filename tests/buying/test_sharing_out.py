"""A shortage: never more than there is, nobody below another without a reason that can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buying.sharing_out import ByHandError, Rule, Why, Wish, rank, share

DRAWN = st.sampled_from([rule for rule in Rule.values if rule != Rule.HAND])
WISHES = st.lists(
    st.builds(
        Wish,
        key=st.integers(1, 300),
        quantity=st.integers(1, 6),
        place=st.integers(1, 40),
        heads=st.integers(0, 6),
        elders=st.integers(0, 2),
        has=st.integers(0, 3),
    ),
    max_size=20,
    unique_by=lambda wish: wish.key,
)


@given(wishes=WISHES, available=st.integers(-2, 70), rule=DRAWN, seed=st.text("0123456789abcdef", max_size=8))
def test_what_is_there_is_given_and_no_more(wishes, available, rule, seed):
    shares = share(wishes, available, rule, seed)
    assert shares.keys() == {wish.key for wish in wishes}
    assert sum(one.allotted for one in shares.values()) == max(0, min(available, sum(wish.quantity for wish in wishes)))
    assert all(0 <= shares[wish.key].allotted <= wish.quantity for wish in wishes)


@given(wishes=WISHES, available=st.integers(0, 70), rule=DRAWN)
def test_nobody_is_below_another_without_a_stated_reason(wishes, available, rule):
    shares = share(wishes, available, rule, "a1")
    for wish in wishes:
        mine = shares[wish.key]
        assert (mine.reason in Why.values) == (mine.allotted < wish.quantity)
        for other in wishes:
            theirs = shares[other.key]
            if other is wish or not mine.reason or not theirs.allotted:
                continue
            if rule == Rule.EVEN:
                # Nobody has two more than one who still wants another, unless it had them before.
                last = other.has + theirs.allotted
                assert last <= wish.has + mine.allotted + 1
            else:
                assert rank(other, rule) <= rank(wish, rule)


@given(wishes=WISHES, available=st.integers(0, 70), rule=DRAWN)
def test_the_same_seed_draws_the_same_in_any_order(wishes, available, rule):
    assert share(wishes, available, rule, "a1") == share(wishes[::-1], available, rule, "a1")


def test_each_rule_puts_the_right_ones_first():
    wishes = [
        Wish(1, 3, place=2, heads=4),
        Wish(2, 3, place=1, heads=2),
        Wish(3, 3, place=3, heads=1),
    ]
    got = {rule: {key: one.allotted for key, one in share(wishes, 4, rule, "s").items()} for rule in ("first", "small")}
    assert got == {"first": {1: 1, 2: 3, 3: 0}, "small": {1: 0, 2: 1, 3: 3}}
    assert sorted(one.allotted for one in share(wishes, 4, Rule.EVEN, "s").values()) == [1, 1, 2]
    assert sorted(one.allotted for one in share(wishes, 4, Rule.LOT, "s").values()) == [0, 1, 3]


def test_whoever_would_get_the_last_one_may_be_drawn_but_nobody_gets_two():
    wishes = [Wish(key, 3) for key in range(1, 6)]
    shares = share(wishes, 7, Rule.EVEN, "s")
    assert sorted((one.allotted, one.reason) for one in shares.values()) == [(1, Why.LOT)] * 3 + [(2, Why.LOT)] * 2
    even = share(wishes, 10, Rule.EVEN, "s")
    assert {(one.allotted, one.reason) for one in even.values()} == {(2, Why.EVEN)}


def test_grams_are_shared_as_fast_as_pieces():
    shares = share([Wish(1, 9_000_000), Wish(2, 1_500)], 4_000_000, Rule.EVEN, "s")
    assert {key: one.allotted for key, one in shares.items()} == {1: 3_998_500, 2: 1_500}


def test_equal_shares_count_what_came_with_the_first_truck():
    shares = share([Wish(1, 2, has=2), Wish(2, 4)], 2, Rule.EVEN, "s")
    assert {key: (one.allotted, one.reason) for key, one in shares.items()} == {1: (0, Why.EVEN), 2: (2, Why.EVEN)}


def test_by_hand_the_numbers_are_the_persons():
    wishes = [Wish(1, 2), Wish(2, 3), Wish(3, 1)]
    shares = share(wishes, 4, Rule.HAND, "s", {1: 2, 2: 1})
    assert {key: (one.allotted, one.reason) for key, one in shares.items()} == {
        1: (2, ""),
        2: (1, Why.HAND),
        3: (0, Why.HAND),
    }


@pytest.mark.parametrize("numbers", [{1: 3}, {1: -1}, {9: 1}, {1: 2, 2: 3}])
def test_by_hand_nobody_gets_more_than_ordered_nor_all_more_than_there_is(numbers):
    with pytest.raises(ByHandError):
        share([Wish(1, 2), Wish(2, 3)], 4, Rule.HAND, "s", numbers)
