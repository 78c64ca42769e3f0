"""Read models: how far each route has come, building by building, and what of it is in bags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count

from residents.models import Building, Compound, User
from rounds.models import Outcome, Round, Visit
from rounds.segments import Segment, segments_with_holders
from sanitation.collecting import WORDS, count_bags
from sanitation.models import WasteRound

PASSES_SHOWN = 12


@dataclass
class Tally:
    building: Building | None
    taken: int = 0
    nothing_out: int = 0
    missed: int = 0
    bags: int = 0
    yellow: int = 0

    @property
    def doors(self) -> int:
        return self.taken + self.nothing_out + self.missed

    @property
    def answered(self) -> int:
        return self.taken + self.nothing_out

    @property
    def percent(self) -> int:
        return 100 * self.answered // self.doors if self.doors else 0

    def add(self, outcome: str, count: int) -> None:
        word = WORDS.get(Outcome(outcome), "missed")
        setattr(self, word, getattr(self, word) + count)


@dataclass
class RouteRead:
    waste: WasteRound
    total: Tally = field(default_factory=lambda: Tally(None))
    buildings: list[Tally] = field(default_factory=list)
    missed: list[Visit] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)


def read_routes(compound: Compound, user: User) -> list[RouteRead]:
    """The newest routes the user may see. Two statements."""
    rows = (
        WasteRound.objects.visible_to(user)
        .filter(round__compound=compound)
        .exclude(round__state=Round.State.CANCELLED)
        .select_related("round__compound")[:PASSES_SHOWN]
    )
    reads = {row.round_id: RouteRead(row) for row in rows}
    visits = Visit.objects.visible_to(user).filter(round__in=list(reads)).order_by()
    for round_pk, outcome, count in visits.values_list("round", "outcome").annotate(n=Count("pk")):
        reads[round_pk].total.add(outcome, count)
    return list(reads.values())


def read_route(waste: WasteRound, user: User) -> RouteRead:
    """Building by building, the doors missed, and who holds which floors. Five statements at most."""
    read = RouteRead(waste)
    visits = Visit.objects.visible_to(user).filter(round=waste.round_id)
    tallies: dict[int, Tally] = {}
    told: dict[int, list[dict[str, str]]] = defaultdict(list)
    rows = visits.select_related("building", "latest_mark").top_down()
    for visit in rows:
        tally = tallies.setdefault(visit.building_id, Tally(visit.building))
        for each in (tally, read.total):
            each.add(visit.outcome, 1)
        if visit.outcome == Outcome.DONE and visit.latest_mark is not None:
            told[visit.building_id].append(visit.latest_mark.details)
        if visit.is_missing:
            read.missed.append(visit)
    for pk, tally in tallies.items():
        tally.bags, tally.yellow = count_bags(told[pk])
    read.buildings = list(tallies.values())
    read.total.bags, read.total.yellow = _sums(read.buildings)
    if not waste.is_apart:
        read.segments = segments_with_holders(waste.round)
    return read


def _sums(tallies: Iterable[Tally]) -> tuple[int, int]:
    rows = list(tallies)
    return sum(row.bags for row in rows), sum(row.yellow for row in rows)
