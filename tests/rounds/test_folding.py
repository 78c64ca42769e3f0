"""The same marks give the same state, whatever the order, the repeats and the splits."""

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rounds.folding import VisitState, fold, in_order
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
        people = draw(st.dictionaries(st.sampled_from("123"), st.sampled_from(["done", "refused", "exempt"])))
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


@settings(max_examples=400, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_state(marks, random):
    shuffled = marks[:]
    random.shuffle(shuffled)
    assert fold(shuffled, 3) == fold(marks, 3)
    assert [m.id for m in in_order(shuffled)] == [m.id for m in in_order(marks)]


@settings(max_examples=200, deadline=None)
@given(histories())
def test_a_state_never_counts_more_people_than_expected(marks):
    state = fold(marks, 3)
    assert 0 <= state.done_count <= 3
    assert (state.outcome == "waiting") == (state.latest_mark_id is None) or state.people
