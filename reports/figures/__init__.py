"""Every figure of the daily report, room by room, each read from facts. None can be typed.

A room's figures are one module here, `reports/figures/<room>.py`, that ends in

    ROOM = Room("care", _("Care"), read, (Figure("needs_open", _("needs open"), NEEDS), ...))

with `read(asked)` giving, for each figure it has something to say of, a count a building (by the building's key) and,
under `None`, one for the whole compound. Without `None` the buildings are added up; a building that is not named is 0.
To add a room, write the module and put its name into ROOMS: the report, the comparison, the bulletin, the lists and
the fields for Excel forms take it from there. `read` costs a few statements, the same however many rounds lie behind
the compound: tests/reports/test_figures.py counts them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from residents.models import Building, Compound
from rounds.models import Round

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ROOMS = (
    "residents",
    "testing",
    "antigen",
    "clock",
    "supplies",
    "lifts",
    "care",
    "medicine",
    "shifts",
    "sanitation",
    "complaints",
    "notices",
    "phones",
)

HOUSEHOLDS = pgettext_lazy("unit", "households")
PEOPLE = pgettext_lazy("unit", "people")
DOORS = pgettext_lazy("unit", "doors")
ROUNDS = pgettext_lazy("unit", "rounds")
TUBES = pgettext_lazy("unit", "tubes")
BUILDINGS = pgettext_lazy("unit", "buildings")
DAYS = pgettext_lazy("unit", "days")
PIECES = pgettext_lazy("unit", "pieces")
TIMES = pgettext_lazy("unit", "times")
PHONES = pgettext_lazy("unit", "phones")
LIFTS = pgettext_lazy("unit", "lifts")
MARKS = pgettext_lazy("unit", "marks")

Value = int | str
Counts = Mapping[str, Mapping[int | None, Value]]


@dataclass(frozen=True)
class Asked:
    """What is asked for: a compound, its buildings, and what happened after `since` and until `until`."""

    compound: Compound
    buildings: tuple[Building, ...]
    since: datetime
    until: datetime
    rounds: tuple[Round, ...]  # under way in this time, with their test round

    def rounds_of(self, *kinds: str) -> list[Round]:
        return [round for round in self.rounds if round.kind in kinds]

    @cached_property
    def building_keys(self) -> list[int]:
        return [building.pk for building in self.buildings]


@dataclass(frozen=True)
class Figure:
    """One figure. `words`: how the headers of Excel forms call it, for guessing; shortest forms, parted by spaces."""

    name: str
    label: StrPromise
    unit: StrPromise | str = ""
    words: str = ""
    is_health: bool = False  # under five it is told to nobody but stewards
    per_building: bool = True
    in_bulletin: bool = False
    has_total: bool = True
    kind: str = "count"  # count | text | choice
    choices: Mapping[str, StrPromise] = field(default_factory=dict)
    key: str = ""  # `room.name`, put together by its room

    @property
    def spoken_unit(self) -> str:
        """Beside the name, where the name does not say it already."""
        return "" if str(self.unit) in str(self.label) else str(self.unit)


@dataclass(frozen=True)
class Room:
    key: str
    label: StrPromise
    read: Callable[[Asked], Counts]
    figures: tuple[Figure, ...]


@cache
def rooms() -> tuple[Room, ...]:
    return tuple(importlib.import_module(f"reports.figures.{name}").ROOM for name in ROOMS)


@cache
def figures() -> dict[str, Figure]:
    """By key, in the order of the report."""
    return {
        f"{room.key}.{each.name}": Figure(**(vars(each) | {"key": f"{room.key}.{each.name}"}))
        for room in rooms()
        for each in room.figures
    }


def figures_of(room: Room) -> list[Figure]:
    return [figures()[f"{room.key}.{each.name}"] for each in room.figures]
