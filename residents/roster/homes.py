"""What a roster tells, row by row and household by household, before it is held against the portal."""

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, field, fields
from sys import intern
from types import MappingProxyType
from typing import Any

ALIKE = frozenset({"building", "building_name", "entrance", "sheet", "occupancy"})
NOTHING: Any = MappingProxyType({})


@dataclass(slots=True)
class Person:
    name: str
    phone: str = ""
    age_band: str = ""
    whereabouts: str = ""
    needs: Sequence[str] = ()
    is_contact: bool = False
    phones: Sequence[str] = ()  # several in one cell: a person says which is called


@dataclass(slots=True)
class Home:
    """One household as the file tells it. None and "" mean: not told, so nothing is changed."""

    building: str
    building_name: str
    entrance: str
    room: str
    key: str
    floor: int
    place: int
    occupancy: str = ""
    told_count: int | None = None
    people: list[Person] = field(default_factory=list)
    notes: list[dict] = field(default_factory=list)
    ask: str = ""  # why only a person can decide, or ""
    asked: dict = field(default_factory=lambda: NOTHING)  # what the row said of its place, when that was not clear
    counts: Sequence[int] = ()  # when the rows of a door tell different numbers of people
    fixed: bool = False  # the entrance is as it is, an empty one too: a person said so
    target: int | None = None  # which of several households behind the door; 0: one more
    sheet: str = ""
    first_row: int = 0
    last_row: int = 0
    rows: list[int] = field(default_factory=list)

    @property
    def label(self) -> str:
        if not self.key:
            return " ".join(part for part in (self.building_name, self.room) if part)
        return f"{self.building_name} {self.entrance + '-' if self.entrance else ''}{self.room}"

    def note(self, code: str, **values) -> None:
        note = {"code": code, **values}
        if note not in self.notes:
            self.notes.append(note)


@dataclass
class LeftRow:
    """A row that becomes nothing until somebody has looked at it."""

    sheet: str
    row: int
    room: str
    code: str
    column: str
    ask: bool
    home: Home | None = None  # all but its place, when only that is not clear
    rows: list[int] = field(default_factory=list)


@dataclass
class Understood:
    homes: list[Home] = field(default_factory=list)
    left: list[LeftRow] = field(default_factory=list)
    findings: list[dict] = field(default_factory=list)
    columns: list[dict] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)  # each kind of header once, with what its columns hold
    sheet_headers: dict[str, list[str]] = field(default_factory=dict)
    row_count: int = 0
    sheet_count: int = 0


@dataclass(slots=True)
class Entry:
    """One row as understood, before rows of one door come together."""

    row: int
    building: str
    building_name: str
    entrance: str
    room: str
    key: str
    floor: int | None
    place: int
    dashed: bool
    person: Person
    occupancy: str
    relation: str
    count: int | None
    notes: list[str]
    household: int | None = None
    asked: dict = field(default_factory=lambda: NOTHING)


def dump_home(home: Home) -> dict:
    """What the roster tells of it; what it leaves open is left out."""
    kept = _told(home, _OF_HOME)
    kept["people"] = [_told(person, _OF_PERSON) for person in home.people]
    return kept


def load_home(kept: dict) -> Home:
    # Most texts of a roster are the same in every line: one for all of them, or they fill the memory.
    told: dict[str, Any] = {name: intern(text) if name in ALIKE else text for name, text in kept.items()}
    told["people"] = [Person(**person) for person in kept["people"]]
    return Home(**told)


def _told(thing: Home | Person, defaults: list[tuple[str, Any]]) -> dict:
    return {name: value for name, default in defaults if (value := getattr(thing, name)) != default}


def _defaults(kind) -> list[tuple[str, Any]]:
    """The fields with what they are when nothing is told; one without a default is always kept."""
    return [
        (row.name, row.default_factory() if row.default_factory is not MISSING else row.default) for row in fields(kind)
    ]


_OF_HOME = [(name, default) for name, default in _defaults(Home) if name != "people"]
_OF_PERSON = _defaults(Person)
