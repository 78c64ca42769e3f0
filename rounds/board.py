"""The board's read model: what is missing at this minute. Reads visits, never marks; a fixed number of statements."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.elevation import Cell, EntranceDrawing, draw_elevation
from residents.listing import listed
from residents.models import Building, Device, Door
from rounds.models import Assignment, HeldMark, Outcome, Round, Visit

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

QUIET_AFTER = timedelta(minutes=10)

# The letter each outcome is drawn with, so that colour never stands alone.
LETTERS: dict[str, StrPromise] = {
    Outcome.WAITING: pgettext_lazy("letter", "·"),
    Outcome.DONE: pgettext_lazy("letter", "✓"),
    Outcome.PARTLY: pgettext_lazy("letter", "½"),
    Outcome.NOBODY_HOME: pgettext_lazy("letter", "N"),
    Outcome.REFUSED: pgettext_lazy("letter", "R"),
    Outcome.ELSEWHERE: pgettext_lazy("letter", "E"),
    Outcome.EXEMPT: pgettext_lazy("letter", "X"),
    Outcome.CLEARED: pgettext_lazy("letter", "U"),
}
VACANT_LETTER = pgettext_lazy("letter", "V")

# What a person does next about each kind of missing door; shown unless the volunteer's note says better.
NEXT_STEPS: dict[str, StrPromise] = {
    Outcome.WAITING: _("on the way; knock"),
    Outcome.PARTLY: _("come back for the rest"),
    Outcome.NOBODY_HOME: _("ring, then knock again"),
    Outcome.REFUSED: _("building lead explains at the door"),
}
SETTLED_STEPS: dict[str, StrPromise] = {
    Outcome.ELSEWHERE: _("ask for the proof"),
    Outcome.EXEMPT: _("note until when"),
}


# Why nobody opened, where the phone told it (`absent` in the mark's details): each asks for something else.
ABSENT_STEPS: dict[str, StrPromise] = {
    "asleep": _("asleep after a night shift: knock gently later"),
    "away": _("away: ring and ask until when"),
}


def next_step(outcome: str) -> str:
    return str(NEXT_STEPS.get(outcome) or SETTLED_STEPS.get(outcome) or "")


def next_step_at(visit: Visit) -> str:
    """Of a door with its `latest_mark`, which may know why nobody opened."""
    is_absent = visit.outcome == Outcome.NOBODY_HOME and visit.latest_mark is not None
    why = visit.latest_mark.details.get("absent", "") if is_absent and visit.latest_mark else ""
    return str(ABSENT_STEPS[why]) if why in ABSENT_STEPS else next_step(visit.outcome)


def with_pulse(rounds: QuerySet[Round]) -> QuerySet[Round]:
    """Each round with what changes on its board: one statement tells whether anything moved."""
    visits = Visit.objects.filter(round=OuterRef("pk")).order_by().values("round")
    parts = Assignment.objects.filter(round=OuterRef("pk")).order_by().values("round")
    stale = Assignment.objects.stale(timezone.now()).filter(round=OuterRef("pk")).order_by().values("round")
    # Twice outer: the devices' subquery holds one of its own, over assignments.
    devices = _devices_of(OuterRef(OuterRef("pk"))).order_by().values("volunteer__compound")
    held = HeldMark.objects.filter(compound=OuterRef("compound"), decision="").order_by().values("compound")
    quiet = Q(last_seen_at__lt=timezone.now() - QUIET_AFTER) | Q(last_seen_at=None)
    return rounds.annotate(
        revised_at=Subquery(visits.annotate(n=Max("revised_at")).values("n")),
        assigned_count=Subquery(parts.annotate(n=Count("pk")).values("n")),
        released_at=Subquery(parts.annotate(n=Max("released_at")).values("n")),
        stale_count=Coalesce(Subquery(stale.annotate(n=Count("pk")).values("n")), 0),
        held_count=Coalesce(Subquery(held.annotate(n=Count("pk")).values("n")), 0),
        unsent_count=Coalesce(Subquery(devices.annotate(n=Sum("queued_count")).values("n")), 0),
        unsent_phones=Coalesce(Subquery(devices.annotate(n=Count("pk", filter=Q(queued_count__gt=0))).values("n")), 0),
        quiet_phones=Coalesce(Subquery(devices.annotate(n=Count("pk", filter=quiet)).values("n")), 0),
    )


def _devices_of(round_id) -> QuerySet[Device]:
    """Phones in use by volunteers who walk this round."""
    walkers = Assignment.objects.active().filter(round=round_id).values("volunteer")
    return Device.objects.filter(ended_at=None, volunteer__in=walkers)


def pulse(round: Any, *extra) -> str:
    """An entity tag for the round as annotated by `with_pulse`, and whatever else the page depends on."""
    parts = (
        round.pk,
        round.state,
        round.title,
        round.ends_at,
        round.revised_at,
        round.assigned_count,
        round.released_at,
        round.stale_count,
        round.held_count,
        round.unsent_count,
        round.unsent_phones,
        round.quiet_phones,
        *extra,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@dataclass
class Tally:
    """Visits by outcome; of a building or of a whole round."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    people_done: int = 0
    people_expected: int = 0
    conflicts: int = 0

    @property
    def expected(self) -> int:
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        return sum(self.counts[outcome] for outcome in Outcome.answered())

    @property
    def missing(self) -> int:
        return self.expected - self.answered

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means every door."""
        return self.answered * 100 // self.expected if self.expected else 0

    def legend(self) -> list[tuple[str, str, str, int]]:
        """(outcome, letter, label, count), missing ones included so that the legend never jumps."""
        return [
            (outcome.value, str(LETTERS[outcome]), str(outcome.label), self.counts[outcome])
            for outcome in Outcome
            if outcome != Outcome.CLEARED
        ]


@dataclass
class Walker:
    """What one volunteer has done in a round, and how fast."""

    name: str
    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    parts: list[str] = field(default_factory=list)

    @property
    def doors_an_hour(self) -> int | None:
        """From the first to the last door; told only once there is something to tell it from."""
        if self.count < 3 or self.first_at is None or self.last_at is None:
            return None
        hours = (self.last_at - self.first_at).total_seconds() / 3600
        return round((self.count - 1) / hours) if hours >= 1 / 12 else None


@dataclass
class BuildingRow:
    building: Building
    tally: Tally


@dataclass
class Board:
    round: Round
    total: Tally
    rows: list[BuildingRow]
    walkers: list[Walker]
    building: Building | None
    elevation: list[EntranceDrawing]
    chosen: Tally
    revisits: list[Visit]  # somebody was there and has to come back, longest ago first
    unreached: list[Visit]
    conflicts: list[Visit]
    unassigned_count: int
    fuller: list[Visit]  # more people were met there than expected


def read_board(round: Round, buildings: QuerySet[Building], chosen: int | None) -> Board:
    """The board of `round` over `buildings` (the reader's own), drawn for the one `chosen` by id or the first.

    Five statements, whatever the number of doors.
    """
    in_scope = in_walking_order(round, buildings.filter(rounds=round))
    rows, walkers = _count(round, in_scope)
    total = _sum(rows)
    building = next((item for item in in_scope if item.pk == chosen), in_scope[0] if in_scope else None)
    assignments = list(
        Assignment.objects.active().filter(round=round, building__in=in_scope).select_related("volunteer", "building")
    )
    _name_parts(walkers, assignments)
    visits: list[Visit] = []
    elevation: list[EntranceDrawing] = []
    if building is not None:
        visits = list(
            Visit.objects.filter(round=round, building=building)
            .select_related("latest_mark__marked_by", "latest_mark__walked_by")
            .top_down()
        )
        _name_walkers(visits, assignments)
        cells = _cells(building, visits)
        elevation = draw_elevation(_left_out(cells) if round.kind == Round.Kind.RECALL else cells)
    return Board(
        round=round,
        total=total,
        rows=rows,
        walkers=sorted(walkers.values(), key=lambda walker: -walker.count),
        building=building,
        elevation=elevation,
        chosen=next((row.tally for row in rows if row.building == building), Tally()),
        revisits=sorted((visit for visit in visits if visit.is_missing and visit.latest_at), key=_since),
        unreached=[visit for visit in visits if visit.is_missing and not visit.latest_at],
        conflicts=[visit for visit in visits if visit.has_conflict],
        unassigned_count=sum(visit.is_missing and not visit.walker for visit in visits),
        fuller=[visit for visit in visits if visit.extra_count],
    )


def in_walking_order(round: Round, buildings: Iterable[Building]) -> list[Building]:
    """As `VisitQuerySet.top_down` has them."""
    return sorted(buildings, key=lambda building: not round.posts_first and building.kind == Building.Kind.POST)


# From paper: who was at the door, not who typed it.
WHO = Coalesce("latest_mark__walked_by__user", "latest_mark__marked_by")


def _since(visit: Visit) -> datetime:
    return visit.latest_at or visit.revised_at


def _count(round: Round, buildings: list[Building]) -> tuple[list[BuildingRow], dict[int, Walker]]:
    """Counts by building and by volunteer from one grouped statement."""
    tallies = {building.pk: Tally() for building in buildings}
    walkers: dict[int, Walker] = {}
    groups = (
        Visit.objects.filter(round=round, building__in=tallies)
        .order_by()
        .values("building", "outcome", "has_conflict", who=WHO)
        .annotate(
            name=Coalesce("latest_mark__walked_by__name", "latest_mark__marked_by__display_name"),
            visits=Count("pk"),
            done=Sum("done_count"),
            expected=Sum(F("expected_count") + F("extra_count")),
            first_at=Min("latest_at"),
            last_at=Max("latest_at"),
        )
    )
    for group in groups:
        tally = tallies[group["building"]]
        tally.counts[group["outcome"]] += group["visits"]
        tally.people_done += group["done"]
        tally.people_expected += group["expected"]
        tally.conflicts += group["visits"] if group["has_conflict"] else 0
        if group["who"]:
            walker = walkers.setdefault(group["who"], Walker(name=group["name"]))
            walker.count += group["visits"]
            walker.first_at = min(walker.first_at or group["first_at"], group["first_at"])
            walker.last_at = max(walker.last_at or group["last_at"], group["last_at"])
    return [BuildingRow(building, tallies[building.pk]) for building in buildings], walkers


def read_totals(round: Round, buildings: list[Building]) -> tuple[list[BuildingRow], Tally]:
    """Counts alone, by building and in all. One statement."""
    rows, _walkers = _count(round, buildings)
    return rows, _sum(rows)


def _sum(rows: list[BuildingRow]) -> Tally:
    total = Tally()
    for tally in (row.tally for row in rows):
        for outcome, count in tally.counts.items():
            total.counts[outcome] += count
        total.people_done += tally.people_done
        total.people_expected += tally.people_expected
        total.conflicts += tally.conflicts
    return total


def _name_parts(walkers: dict[int, Walker], assignments: list[Assignment]) -> None:
    """Put each volunteer's parts beside their name; who has not begun is listed too."""
    for assignment in assignments:
        volunteer = assignment.volunteer
        walker = walkers.setdefault(volunteer.user_id, Walker(name=volunteer.name))
        part = str(assignment.part)
        walker.parts.append(str(_("%(part)s (lease ran out)") % {"part": part}) if assignment.is_stale else part)


def _name_walkers(visits: list[Visit], assignments: list[Assignment]) -> None:
    """Who is to walk each door of a building. Those of one floor are the same for all of its doors: found once."""
    walkers: dict[tuple[str, int], str] = {}
    for visit in visits:
        place = visit.entrance, visit.floor
        if place not in walkers:
            walkers[place] = listed(part.volunteer.name for part in assignments if part.holds(visit))
        visit.walker = walkers[place]


def _cells(building: Building, visits: list[Visit]) -> list[Cell]:
    """Every door of the building: with its visits' outcomes, or as one nobody is expected behind."""
    by_place: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in visits:
        by_place[visit.entrance, visit.room].append(visit)
    cells = []
    drawn = set()
    for door in Door.objects.filter(building=building).select_related("joined_to").top_down():
        main = door.joined_to
        here = by_place.get((door.entrance, door.room), [])
        if main and not here:
            there = by_place.get((main.entrance, main.room), [])
            cells += [_joined_cell(door, main, visit) for visit in there] or [_vacant_cell(door, main)]
            continue
        drawn.add((door.entrance, door.room))
        cells += [_cell(visit) for visit in here] or [_vacant_cell(door)]
    # A door renamed since the round was opened is drawn as it was then.
    return cells + [_cell(visit) for place, here in by_place.items() if place not in drawn for visit in here]


def _cell(visit: Visit) -> Cell:
    letter = visit.room if visit.outcome == Outcome.WAITING else str(LETTERS[visit.outcome])
    label = visit.get_outcome_display()
    return Cell(
        entrance=visit.entrance,
        floor=visit.floor,
        position=visit.position,
        room=visit.room,
        css=f"o-{visit.outcome}" + (" has-conflict" if visit.has_conflict else ""),
        letter=f"{letter}!" if visit.has_conflict else letter,
        title=f"{visit.full_room} {label}",
        href=visit.get_absolute_url(),
    )


def _joined_cell(door: Door, main: Door, visit: Visit) -> Cell:
    """Of a door knocked through: what became of the visit at the main one."""
    title = f"{main.full_room} + {door.full_room} {visit.get_outcome_display()}"
    return replace(
        _cell(visit),
        entrance=door.entrance,
        floor=door.floor,
        position=door.position,
        room=door.room,
        title=title,
        joined_to=_beside(door, main),
    )


def _beside(door: Door, main: Door) -> str:
    return main.room if main.entrance == door.entrance else ""


def _left_out(cells: list[Cell]) -> list[Cell]:
    """A recall goes to a few doors. Somebody lives behind the others, so they are not drawn as vacant."""
    return [
        cell if cell.href else replace(cell, css="o-none", letter="", title=f"{cell.room} {_('not in this round')}")
        for cell in cells
    ]


def _vacant_cell(door: Door, main: Door | None = None) -> Cell:
    return Cell(
        entrance=door.entrance,
        floor=door.floor,
        position=door.position,
        room=door.room,
        css="o-vacant",
        letter=str(VACANT_LETTER),
        title=f"{door.full_room} {_('nobody expected')}",
        joined_to=_beside(door, main) if main else "",
    )
