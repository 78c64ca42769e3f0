"""Pure: limits at their edges, and against a plain count minute by minute."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shifts.reckoning import SHANGHAI, Broken, first_broken, overlaps, spoken, time_within

MONDAY = datetime(2022, 4, 11, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)


def at(start, length):
    return (MONDAY + start * HOUR, MONDAY + (start + length) * HOUR)


def broken(*spans, wanted, rest=6, day=8, week=40):
    return first_broken(rest=rest, day=day, week=week, spans=spans, wanted=wanted)


def test_touching_ends_do_not_overlap_and_a_minute_does():
    assert not overlaps(at(8, 4), at(12, 4))
    assert overlaps(at(8, 4), at(11.9, 4))
    assert overlaps(at(8, 4), at(9, 1))


def test_rest_is_counted_before_and_after():
    assert broken(at(8, 3), wanted=at(17, 3)) is None
    assert broken(at(8, 3), wanted=at(16, 3)) == Broken("rest", 6, 5 * HOUR)
    assert broken(at(20, 3), wanted=at(12, 3)) == Broken("rest", 6, 5 * HOUR)


def test_midnight_parts_a_night_between_two_days():
    evening, night = at(10, 5), at(21, 6)  # 10–15, then 21–03
    assert broken(evening, wanted=night) is None
    assert broken(evening, wanted=at(21, 3), day=7) == Broken("day", 7, 8 * HOUR)
    assert broken(at(24 + 12, 6), wanted=night) == Broken("day", 8, 9 * HOUR)


def test_a_week_begins_on_monday():
    week = [at(24 * n + 9, 8) for n in range(5)]
    assert broken(*week, wanted=at(24 * 5 + 9, 1)) == Broken("week", 40, 41 * HOUR)
    assert broken(*week, wanted=at(24 * 7 + 9, 8)) is None


def test_hours_are_spoken_as_written_on_a_roster():
    assert [spoken(n * HOUR) for n in (3, 7.5, 0, 2 / 3)] == ["3", "7.5", "0", "0.7"]


hours = st.integers(-30, 60)
spans = st.lists(st.tuples(hours, st.integers(1, 12)), max_size=5)


@settings(max_examples=60, deadline=None)
@given(spans, st.integers(-1, 2), st.integers(1, 7))
def test_time_within_days_is_what_a_plain_count_says(told, first, length):
    begin = date(2022, 4, 11) + timedelta(days=first)
    plain = sum(
        begin <= (MONDAY + hour * HOUR).date() < begin + timedelta(days=length)
        for start, long in told
        for hour in range(start, start + long)
    )
    assert time_within([at(*span) for span in told], begin, timedelta(days=length)) == plain * HOUR
