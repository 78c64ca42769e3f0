"""What the day asks of one person, line by line, each with one click to where it is done.

A room's lines are one module here, `compound/today_lines/<room>.py`, that ends in

    ASKS = (Ask("needs_stale", Urgency.LATE, ngettext_lazy("need …", "needs …", "n"), _("Look"), rows=…, link=…), …)

and its name in ROOMS. An `Ask` counts rows: `rows(user, now)` gives those the user may act on, never others. All asks
of all rooms are one statement, a UNION ALL of counts: a hundred lines cost what one costs, with any amount of data.
What cannot be counted by a statement alone (how far a round has come, what a lockdown's clock says) is read by the
page anyhow and turned into lines by `rounds.py` and `clock.py` beside.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from functools import cache, reduce
from typing import Any

from django.db.models import CharField, Count, DateTimeField, F, IntegerField, Min, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.models import Compound, User

# Within an urgency, what has no hour stands in this order.
ROOMS = ("care", "marks", "testing", "supplies", "sanitation", "neighbours", "desk")
MANY = 6  # things to know are folded beyond this


class Urgency(IntEnum):
    LATE = 1
    TODAY = 2
    KNOW = 3


@dataclass(frozen=True)
class Found:
    """What an ask counted."""

    count: int
    places: tuple[int, ...]  # compounds
    at: datetime | None
    thing: int  # the key of the only one, or of one of them

    @property
    def only(self) -> int | None:
        return self.thing if self.count == 1 and self.thing else None


@dataclass(frozen=True)
class Ask:
    name: str
    urgency: Urgency
    words: Any  # ngettext_lazy by "n"; the number stands before it
    deed: Any  # the button: what one does there
    rows: Callable[[User, datetime], QuerySet]
    link: Callable[[Found], str]
    compound: str = "compound"  # the path to it
    at: str = ""  # a moment: the oldest is shown with what is late, the next with what is due
    thing: Any = ""  # what `Found.thing` is taken from, where the link needs it
    count: Any = "pk"  # what is counted, each once
    when: Callable[[Found, datetime], datetime | None] = lambda found, _now: found.at


@dataclass(frozen=True)
class Line:
    """One line of the page."""

    name: str
    urgency: Urgency
    words: str
    link: str = ""
    deed: str = ""
    count: int | None = None
    at: datetime | None = None  # where it stands in the order
    tells_at: bool = True  # and is told: since then, or by then
    places: tuple[Compound, ...] = ()
    order: int = 0

    @property
    def is_late(self) -> bool:
        return self.urgency == Urgency.LATE


@dataclass(frozen=True)
class Lines:
    late: list[Line] = field(default_factory=list)
    today: list[Line] = field(default_factory=list)
    know: list[Line] = field(default_factory=list)

    @property
    def next(self) -> Line | None:
        """What to do first."""
        return next(iter([*self.late, *self.today]), None)

    @property
    def then_late(self) -> list[Line]:
        return self.late[1:]

    @property
    def then_today(self) -> list[Line]:
        return self.today if self.late else self.today[1:]

    @property
    def is_quiet(self) -> bool:
        return self.next is None

    @property
    def is_empty(self) -> bool:
        return self.is_quiet and not self.know

    @property
    def know_first(self) -> list[Line]:
        return self.know[:MANY]

    @property
    def know_more(self) -> list[Line]:
        return self.know[MANY:]


def sort_lines(lines: Iterable[Line]) -> Lines:
    """Late first, and of it what waits longest; then what is due, by its hour; then what is good to know."""
    never = datetime.max.replace(tzinfo=UTC)
    rows = sorted(lines, key=lambda line: (line.at or never, line.order))
    by_urgency = {urgency: [line for line in rows if line.urgency == urgency] for urgency in Urgency}
    return Lines(by_urgency[Urgency.LATE], by_urgency[Urgency.TODAY], by_urgency[Urgency.KNOW])


@cache
def all_asks() -> tuple[Ask, ...]:
    return tuple(ask for name in ROOMS for ask in importlib.import_module(f"compound.today_lines.{name}").ASKS)


def read_lines(user: User, now: datetime, compounds: Mapping[int, Compound]) -> list[Line]:
    """One statement; none for somebody without a role."""
    if not compounds:
        return []
    asks = all_asks()
    counted = [_counted(number, ask, user, now) for number, ask in enumerate(asks)]
    found: dict[int, list[tuple]] = {}
    for number, *told in counted[0].union(*counted[1:], all=True):
        found.setdefault(int(number), []).append(tuple(told))
    return [_line(number, asks[number], rows, user, now, compounds) for number, rows in sorted(found.items())]


def _counted(number: int, ask: Ask, user: User, now: datetime) -> QuerySet:
    moment = Min(ask.at) if ask.at else Cast(Value(None), DateTimeField())
    # `Min` has no value of its own to be NULL of: where no thing is asked for, every row is thing 0.
    thing = Min(ask.thing) if ask.thing else Value(0, IntegerField())
    rows = ask.rows(user, now).order_by().annotate(ask_number=Value(str(number), CharField()))
    return (
        rows.values("ask_number", ask_place=F(ask.compound))
        .annotate(ask_count=Count(ask.count, distinct=True), ask_at=moment, ask_thing=thing)
        .values_list("ask_number", "ask_place", "ask_count", "ask_at", "ask_thing")
    )


def _line(
    number: int, ask: Ask, rows: list[tuple], user: User, now: datetime, compounds: Mapping[int, Compound]
) -> Line:
    places, counts, moments, things = zip(*rows, strict=True)
    known = [moment for moment in moments if moment is not None]
    found = Found(
        count=sum(counts),
        places=places,
        at=reduce(min, known) if known else None,
        thing=min(things),
    )
    looks_only = user.access.officer.issuperset(places) and not user.access.steward.intersection(places)
    return Line(
        name=ask.name,
        urgency=ask.urgency,
        words=str(ask.words % {"n": found.count}),
        link=ask.link(found),
        deed=_("Look") if looks_only else str(ask.deed),
        count=found.count,
        at=ask.when(found, now),
        places=tuple(compounds[place] for place in places if place in compounds) if len(compounds) > 1 else (),
        order=number,
    )


def in_place(one: str, many: str) -> Callable[[Found], str]:
    """The page of the compound it is in; of several compounds the page above."""
    return lambda found: reverse(one, args=found.places) if len(found.places) == 1 else reverse(many)


def at_thing(one: str, many: str) -> Callable[[Found], str]:
    """The thing itself where there is only one; else the page that lists them."""
    return lambda found: reverse(one, args=[found.only]) if found.only else reverse(many)
