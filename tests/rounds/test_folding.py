"""The same marks give the same state, whatever the order, the repeats and the splits."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rounds.folding import VisitState, fold, in_order, speakers
from rounds.models import Mark, Outcome

NOON = datetime(2022, 4, 10, 4, tzinfo=UTC)
PHONES = [uuid.UUID(int=n) for n in (1, 2, 3)]


def mark(n, outcome=Outcome.DONE, *, minute=0, who=1, device=None, seq=None, **more):
    return Mark(
        id=uuid.UUID(int=n),
        outcome=outcome,
        marked_by_id=who,
        device_id=device,
        seq=seq,
        happened_at=NOON + timedelta(minutes=minute),
        **more,
    )


def test_no_marks_is_waiting():
    assert fold([], 3) == VisitState()


def test_whole_household_done_counts_everybody():
    state = fold([mark(1)], 3)
    assert (state.outcome, state.done_count, state.latest_mark_id) == ("done", 3, uuid.UUID(int=1))


def test_people_one_by_one_add_up_to_done():
    marks = [
        mark(1, "partly", people={"1": "done", "2": "nobody_home"}),
        mark(2, "partly", minute=5, people={"2": "done"}),
    ]
    assert fold(marks[:1], 2).outcome == "partly"
    assert fold(marks[:1], 2).done_count == 1
    assert (fold(marks, 2).outcome, fold(marks, 2).done_count) == ("done", 2)


def test_a_person_left_out_of_a_done_household_makes_it_partly():
    state = fold([mark(1), mark(2, "partly", minute=1, people={"3": "nobody_home"})], 3)
    assert (state.outcome, state.done_count) == ("partly", 2)
    assert state.people == {"1": "done", "2": "done", "3": "nobody_home"}


def test_everybody_exempt_is_exempt_and_a_mixture_of_answers_is_done():
    assert fold([mark(1, "exempt", people={"1": "exempt", "2": "exempt"})], 2).outcome == "exempt"
    assert fold([mark(1, "done", people={"1": "exempt", "2": "done"})], 2).outcome == "done"


def test_nobody_answered_yet_names_the_refusal_first():
    assert fold([mark(1, "partly", people={"1": "refused", "2": "nobody_home"})], 2).outcome == "refused"


def test_word_of_the_whole_household_replaces_what_was_told_one_by_one():
    state = fold([mark(1, "partly", people={"1": "done"}), mark(2, "nobody_home", minute=1)], 2)
    assert (state.outcome, state.people) == ("nobody_home", {})


def test_taking_back_leaves_what_stood_before():
    marks = [mark(1, "nobody_home"), mark(2, "done", minute=1), mark(3, "cleared", minute=2, undoes=uuid.UUID(int=2))]
    assert fold(marks, 1).outcome == "nobody_home"


def test_taking_back_may_arrive_before_its_mark_and_seem_older():
    marks = [mark(3, "cleared", minute=-5, undoes=uuid.UUID(int=2)), mark(2)]
    assert fold(marks, 1) == VisitState()


def test_a_phone_cannot_take_back_what_somebody_else_marked():
    marks = [mark(1, who=1, device=PHONES[0], seq=1)]
    undo = mark(2, "cleared", who=2, device=PHONES[1], seq=1, minute=1, undoes=uuid.UUID(int=1))
    assert fold([*marks, undo], 1).outcome == "done"


def test_a_desk_may_take_back_anybodys_mark():
    marks = [mark(1, who=1, device=PHONES[0], seq=1), mark(2, "cleared", who=9, minute=1, undoes=uuid.UUID(int=1))]
    assert fold(marks, 1).outcome == "waiting"


def test_a_phones_counter_beats_its_jumping_clock():
    first = mark(1, "done", device=PHONES[0], seq=1, minute=60)
    second = mark(2, "refused", device=PHONES[0], seq=2, minute=0)
    assert fold([second, first], 1).outcome == "refused"


def test_two_people_who_did_not_see_each_other_are_a_conflict():
    state = fold([mark(1, who=1), mark(2, "refused", who=2, minute=1)], 1)
    assert (state.outcome, state.has_conflict) == ("refused", True)


def test_acting_on_what_was_seen_is_no_conflict_and_settles_one():
    seen = mark(2, "done", who=2, minute=1, saw=uuid.UUID(int=1))
    assert fold([mark(1, "refused", who=1), seen], 1).has_conflict is False
    blind = mark(2, "refused", who=2, minute=1)
    settled = mark(3, "done", who=9, minute=2, saw=uuid.UUID(int=2))
    assert fold([mark(1), blind, settled], 1).has_conflict is False


def test_an_answer_after_somebody_elses_unanswered_knock_is_no_conflict():
    assert fold([mark(1, "nobody_home", who=1), mark(2, "done", who=2, minute=1)], 1).has_conflict is False


def test_taking_one_back_ends_the_conflict():
    marks = [mark(1, who=1), mark(2, "refused", who=2, minute=1)]
    undo = mark(3, "cleared", who=2, minute=2, undoes=uuid.UUID(int=2))
    assert fold([*marks, undo], 1).has_conflict is False


def test_who_is_known_at_opening_stands_while_the_household_is_spoken_of():
    known = {"2": "exempt"}
    done, refused = fold([mark(1)], 3, known), fold([mark(1, "refused")], 3, known)
    assert (done.outcome, done.done_count, done.people) == ("done", 2, {})
    assert (refused.outcome, refused.done_count) == ("refused", 0)


def test_a_word_about_a_known_person_alone_counts():
    state = fold([mark(1, "partly", people={"2": "done"})], 2, {"2": "exempt"})
    assert (state.outcome, state.done_count) == ("partly", 1)
    assert fold([mark(1, "partly", people={"1": "done"})], 2, {"2": "exempt"}).outcome == "done"


def test_a_household_of_which_everybody_is_known_needs_no_knock():
    assert fold([], 2, {"1": "exempt", "2": "exempt"}) == VisitState(outcome="exempt")
    assert fold([], 2, {"1": "exempt", "2": "elsewhere"}).outcome == "done"
    assert fold([], 2, {"2": "exempt"}) == VisitState()
    assert fold([mark(1, "nobody_home")], 1, {"1": "exempt"}).outcome == "exempt"


def test_somebody_met_at_the_door_is_counted_beside_those_expected():
    marks = [mark(1, "partly", people={"3": "done"}), mark(2, minute=1)]
    assert (fold(marks[:1], 2).outcome, fold(marks[:1], 2).extra_count) == ("partly", 1)
    state = fold(marks, 2)
    assert (state.outcome, state.done_count, state.extra_count, state.people) == ("done", 3, 1, {"3": "done"})


def test_taking_back_who_was_met_leaves_nobody_too_many():
    undo = mark(2, "cleared", minute=1, undoes=uuid.UUID(int=1))
    state = fold([mark(1, "partly", people={"1": "done", "3": "done"}), undo], 2)
    assert (state.outcome, state.done_count, state.extra_count) == ("waiting", 0, 0)


def test_a_person_a_desk_says_is_due_again_is_waited_for():
    marks = [mark(1, "elsewhere"), mark(2, "partly", minute=1, people={"1": "waiting"})]
    assert fold(marks, 1).outcome == "waiting"
    assert fold(marks, 2).outcome == "partly"


def test_each_person_has_one_who_spoke_of_them_last():
    marks = [mark(1), mark(2, "partly", minute=1, people={"2": "refused"}), mark(3, "refused", minute=2)]
    marks += [mark(4, "cleared", minute=3, undoes=uuid.UUID(int=3))]
    assert {number: spoke.id.int for number, spoke in speakers(marks, ["1", "2"]).items()} == {"1": 1, "2": 2}


@st.composite
def histories(draw):
    """Up to twelve marks on one visit from three phones and a desk, some taking back others, clocks wild."""
    size = draw(st.integers(1, 12))
    seqs = dict.fromkeys(range(4), 0)
    marks = []
    for n in range(1, size + 1):
        source = draw(st.integers(0, 3))
        seqs[source] += 1
        undoes = uuid.UUID(int=draw(st.integers(1, size))) if draw(st.booleans()) and draw(st.booleans()) else None
        people = draw(st.dictionaries(st.sampled_from("12345"), st.sampled_from(["done", "refused", "exempt"])))
        marks.append(
            mark(
                n,
                "cleared" if undoes else draw(st.sampled_from(["done", "nobody_home", "refused", "exempt"])),
                minute=draw(st.integers(-600, 600)),
                who=source,
                device=PHONES[source] if source < 3 else None,
                seq=seqs[source] if source < 3 else None,
                people={} if undoes else people,
                undoes=undoes,
                saw=draw(st.none() | st.integers(1, size).map(lambda n: uuid.UUID(int=n))),
            )
        )
    return marks


KNOWN = st.dictionaries(st.sampled_from("123"), st.sampled_from(["exempt", "elsewhere"]))


@settings(max_examples=400, deadline=None)
@given(histories(), KNOWN, st.randoms(use_true_random=False))
def test_any_order_and_any_repeats_give_the_same_state(marks, known, random):
    shuffled = marks[:]
    random.shuffle(shuffled)
    assert fold(shuffled, 3, known) == fold(marks, 3, known)
    assert [m.id for m in in_order(shuffled)] == [m.id for m in in_order(marks)]
    assert speakers(shuffled, "12345") == speakers(marks, "12345")


@settings(max_examples=300, deadline=None)
@given(histories(), KNOWN)
def test_a_state_never_counts_more_people_than_expected_and_met(marks, known):
    state = fold(marks, 3, known)
    assert 0 <= state.extra_count <= 2
    assert 0 <= state.done_count <= 3 + state.extra_count
    assert (state.latest_mark_id is None) == (state.latest_at is None)
    if state.latest_mark_id is None:
        assert state == VisitState(outcome=fold([], 3, known).outcome)


@settings(max_examples=300, deadline=None)
@given(histories(), KNOWN)
def test_the_known_are_never_asked_unless_somebody_spoke_of_just_them(marks, known):
    state = fold(marks, 3, known)
    unasked = [number for number in known if number not in state.people]
    if len(unasked) == 3 and not state.extra_count:
        assert (state.outcome, state.done_count) == (fold([], 3, known).outcome, 0)
    else:
        assert state.done_count <= 3 - len(unasked) + state.extra_count
