"""What the tellings come to: pure, in any order, told twice, corrected."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing_rounds.models import PersonResult, Result, ResultSource
from testing_rounds.settling import latest_by_source, settle_person, settle_status

START = datetime(2022, 4, 10, 8, 0, tzinfo=UTC)
VALUES = sorted(Result.tellable())


def told(pk, value, source="lab_list", corrects=None):
    at = START + timedelta(minutes=pk)
    return PersonResult(pk=pk, value=value, source=source, told_at=at, corrects_id=corrects)


@st.composite
def histories(draw):
    """Facts as they can be in the database: a correction points back, and no fact is corrected twice."""
    facts = []
    for pk in range(1, draw(st.integers(0, 8)) + 1):
        free = {fact.pk for fact in facts} - {fact.corrects_id for fact in facts}
        corrects = draw(st.sampled_from([None, *sorted(free)]))
        facts.append(told(pk, draw(st.sampled_from(VALUES)), draw(st.sampled_from(ResultSource.values)), corrects))
    return facts


@given(histories(), st.randoms())
def test_any_order_and_any_repeats_give_one_status(facts, random):
    mixed = facts + random.choices(facts, k=len(facts)) if facts else []
    random.shuffle(mixed)
    assert settle_status(mixed) == settle_status(facts)


@given(histories())
def test_what_was_corrected_counts_for_nothing(facts):
    gone = {fact.corrects_id for fact in facts}
    left = [told(fact.pk, fact.value, fact.source) for fact in facts if fact.pk not in gone]
    assert settle_status(facts) == settle_status(left)


@given(histories())
def test_disputed_is_two_sources_of_two_minds_and_nothing_else(facts):
    said = {fact.value for fact in latest_by_source(facts).values()}
    speaking = said - {Result.INVALID} or said
    expected = "" if not said else (speaking.pop() if len(speaking) == 1 else "disputed")
    assert settle_status(facts).value == expected


@given(histories(), st.booleans())
def test_a_tube_that_told_nothing_changes_nothing(facts, is_alone):
    assert settle_person(facts, [], is_alone=is_alone) == settle_status(facts)


@given(histories())
def test_alone_in_a_tube_is_what_the_tube_is(facts):
    assert settle_person([], facts, is_alone=True) == settle_status(facts)


@given(histories())
def test_nobody_of_a_pool_is_called_positive_by_it(facts):
    assert settle_person([], facts, is_alone=False).value != "positive"


@pytest.mark.parametrize(
    ("facts", "status", "minute"),
    [
        ([], "", None),
        ([told(1, "negative")], "negative", 1),
        ([told(1, "negative"), told(2, "positive")], "positive", 2),  # the same source thought again
        ([told(1, "negative"), told(2, "positive", "cdc_call")], "disputed", 2),
        ([told(1, "negative"), told(2, "positive", "cdc_call"), told(3, "negative", "cdc_call", 2)], "negative", 3),
        ([told(1, "invalid", "resident"), told(2, "negative", "lead")], "negative", 2),
        ([told(1, "invalid"), told(2, "invalid", "lead")], "invalid", 2),
        ([told(1, "positive"), told(2, "negative", "lab_list", 1), told(3, "positive", "lab_list", 2)], "positive", 3),
    ],
)
def test_a_status(facts, status, minute):
    assert settle_status(facts) == (status, minute and START + timedelta(minutes=minute))


@pytest.mark.parametrize(
    ("own", "of_tube", "is_alone", "status"),
    [
        ([], [told(1, "negative")], False, "negative"),
        ([], [told(1, "positive")], False, "inconclusive"),
        ([], [told(1, "positive")], True, "positive"),
        ([], [told(1, "inconclusive")], False, "inconclusive"),
        ([], [told(1, "invalid")], False, "invalid"),
        ([told(2, "negative", "health_app")], [told(1, "positive")], False, "negative"),
        ([told(2, "positive", "health_app")], [told(1, "negative")], False, "disputed"),
        ([told(2, "positive")], [told(1, "negative")], False, "positive"),  # of the same list: the nearer word
        ([], [told(1, "negative"), told(2, "positive", "cdc_call")], False, "disputed"),
    ],
)
def test_a_person_and_their_tube(own, of_tube, is_alone, status):
    assert settle_person(own, of_tube, is_alone=is_alone).value == status
