"""Pure: which of a compound's limits a shift would break beside the ones a volunteer has. Midnight is in Shanghai."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Broken:
    """`what`: rest, day or week; `limit` in hours; `would`: the hours there would be."""

    what: str
    limit: int
    would: timedelta


def overlaps(one: Span, other: Span) -> bool:
    """Touching ends do not overlap: one may go from a shift straight to the next, if the rest allows it."""
    return one[0] < other[1] and other[0] < one[1]


def first_broken(*, rest: int, day: int, week: int, spans: Iterable[Span], wanted: Span) -> Broken | None:
    """The first limit in this order: rest between two shifts, hours a day, hours a week."""
    spans = list(spans)
    gaps = [max(wanted[0] - end, start - wanted[1]) for start, end in spans]
    if gaps and min(gaps) < timedelta(hours=rest):
        return Broken("rest", rest, max(min(gaps), timedelta()))
    for begin, length, limit, what in (
        *((on, DAY, day, "day") for on in _days_of(wanted)),
        *((on, 7 * DAY, week, "week") for on in sorted({on - on.weekday() * DAY for on in _days_of(wanted)})),
    ):
        would = time_within([*spans, wanted], begin, length)
        if would > timedelta(hours=limit):
            return Broken(what, limit, would)
    return None


def time_within(spans: Iterable[Span], begin: date, length: timedelta) -> timedelta:
    """How much of the spans lies in the days from `begin` on."""
    start = datetime.combine(begin, datetime.min.time(), tzinfo=SHANGHAI)
    end = start + length
    return sum((max(min(stop, end) - max(go, start), timedelta()) for go, stop in spans), timedelta())


def _days_of(span: Span) -> list[date]:
    first = span[0].astimezone(SHANGHAI).date()
    last = (span[1].astimezone(SHANGHAI) - timedelta(microseconds=1)).date()
    return [first + n * DAY for n in range((last - first).days + 1)]


def spoken(time: timedelta) -> str:
    """`7.5`: hours as they are written on a roster."""
    return f"{round(time / timedelta(hours=1), 1):g}"
