"""The line of a clock's days as a small drawing: a square a day, coloured and lettered by zone, tests under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clock.reading import ReadClock
from clock.reckoning import Day
from clock.sentences import say_day, say_name, say_tests

MOST = 28  # days side by side; more are cut before
STEP = 22


@dataclass(frozen=True)
class Square:
    x: int
    zone: str
    text: str
    title: str
    is_today: bool
    is_past: bool
    tests: tuple[str, ...]
    head: str  # over the first square, where a month begins and where the zone changes


@dataclass(frozen=True)
class Strip:
    squares: tuple[Square, ...]
    width: int
    label: str


def zone_letter(zone: str) -> str:
    return {
        "none": "",
        "sealed": pgettext("letter of a zone", "S"),
        "controlled": pgettext("letter of a zone", "C"),
        "precaution": pgettext("letter of a zone", "P"),
    }[zone]


def _title(day: Day) -> str:
    tests = f" · {say_tests(day.tests)}" if day.tests else ""
    return (
        _("%(date)s: %(phase)s, day %(number)s")
        % {
            "date": say_day(day.on),
            "phase": say_name(day.phase.name),
            "number": day.number,
        }
        + tests
    )


def draw_strip(row: ReadClock, today: date) -> Strip | None:
    days = row.reckoning.days
    if not days:
        return None
    here = next((place for place, day in enumerate(days) if day.on >= today), len(days) - 1)
    first = max(0, min(here - 6, len(days) - MOST))
    squares = []
    zone = ""
    for place, day in enumerate(days[first : first + MOST]):
        month = _("month %(number)s") % {"number": day.on.month} if place == 0 or day.on.day == 1 else ""
        letter = zone_letter(day.zone) if day.zone != zone else ""
        zone = day.zone
        squares.append(
            Square(
                x=place * STEP,
                zone=day.zone,
                text=str(day.on.day),
                title=_title(day),
                is_today=day.on == today,
                is_past=day.on < today,
                tests=day.tests,
                head=" ".join(word for word in (month, letter) if word),
            )
        )
    label = _("The days of %(building)s") % {"building": row.building}
    return Strip(squares=tuple(squares), width=len(squares) * STEP, label=label)
