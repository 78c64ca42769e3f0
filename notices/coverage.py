"""Read models: who has been reached, house by house and rung by rung. Four statements, however many households."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from notices.models import LadderStep, Notice, Reached, Recipient
from residents.models import Building


def percent(part: int, whole: int) -> int:
    """Never 100 while one is missing."""
    return part * 100 // whole if whole else 0


@dataclass
class Rung:
    """A step of the ladder, and how far the notice had come when the next one was taken (or now)."""

    step: LadderStep | None  # None: by the links alone, from the publishing on
    count: int
    reached: int
    is_last: bool = False

    @property
    def percent(self) -> int:
        return percent(self.reached, self.count)


@dataclass
class HouseCover:
    building: Building
    count: int = 0
    paper: int = 0
    by: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # how -> households, by what came first
    moments: list[datetime] = field(default_factory=list)
    rungs: list[Rung] = field(default_factory=list)

    @property
    def reached(self) -> int:
        return len(self.moments)

    @property
    def unread(self) -> int:
        return self.count - self.reached

    @property
    def percent(self) -> int:
        return percent(self.reached, self.count)


@dataclass
class Cover:
    houses: list[HouseCover]
    rungs: list[Rung] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(house.count for house in self.houses)

    @property
    def paper(self) -> int:
        return sum(house.paper for house in self.houses)

    @property
    def reached(self) -> int:
        return sum(house.reached for house in self.houses)

    @property
    def unread(self) -> int:
        return self.count - self.reached

    @property
    def percent(self) -> int:
        return percent(self.reached, self.count)

    @property
    def ways(self) -> list[tuple[str, int]]:
        """How many by which way, those alone that reached somebody."""
        sums: dict[str, int] = defaultdict(int)
        for house in self.houses:
            for how, count in house.by.items():
                sums[how] += count
        return [(str(how.label), sums[how]) for how in Reached.How if sums[how]]


def with_first(rows: QuerySet[Recipient]) -> QuerySet[Any]:
    """Recipients with what reached them first: `reached_at`, `how`."""
    first = Reached.objects.standing().filter(recipient=OuterRef("pk")).order_by("at", "pk")
    return rows.annotate(reached_at=Subquery(first.values("at")[:1]), how=Subquery(first.values("how")[:1]))


def unread_of(notice: Notice) -> QuerySet[Recipient]:
    told = Reached.objects.standing().filter(recipient=OuterRef("pk"))
    return Recipient.objects.filter(~Exists(told), notice=notice)


def read_cover(notice: Notice, buildings: QuerySet[Building]) -> Cover:
    """Of the buildings that may be seen, three statements."""
    houses: dict[int, HouseCover] = {}
    got = notice.recipients.filter(building__in=buildings)
    places = buildings.filter(pk__in=got.values("building")).order_by("position", "code")
    for building in places:
        houses[building.pk] = HouseCover(building)
    for key, paper, how, moment in with_first(got).order_by().values_list("building", "paper", "how", "reached_at"):
        house = houses[key]
        house.count += 1
        house.paper += bool(paper)
        if how:
            house.by[how] += 1
            house.moments.append(moment)
    steps = list(notice.steps.select_related("by", "building").order_by("at", "pk"))
    cover = Cover(list(houses.values()))
    for house in cover.houses:
        of_house = [step for step in steps if step.building_id in (None, house.building.pk)]
        house.rungs = _rungs(of_house, [house])
    seen = [step for step in steps if step.building_id is None or step.building_id in houses]
    cover.rungs = _rungs(seen, cover.houses)
    return cover


def _rungs(steps: list[LadderStep], houses: Iterable[HouseCover]) -> list[Rung]:
    """How far it had come when each next step began."""
    places = list(houses)
    count = sum(house.count for house in places)
    moments = [moment for house in places for moment in house.moments]
    rungs = []
    for step, following in zip([None, *steps], [*steps, None], strict=True):
        reached = sum(following is None or moment <= following.at for moment in moments)
        rungs.append(Rung(step, count, reached, following is None))
    return rungs


def with_counts(rows: QuerySet[Notice]) -> QuerySet[Any]:
    """For a list: how many got it, and how many know. In the statement of the list itself."""
    got = Recipient.objects.filter(notice=OuterRef("pk")).order_by().values("notice")
    told = Reached.objects.standing().filter(recipient__notice=OuterRef("pk")).order_by().values("recipient__notice")
    return rows.annotate(
        got=Coalesce(Subquery(got.annotate(n=Count("pk")).values("n")), 0),
        told=Coalesce(Subquery(told.annotate(n=Count("recipient", distinct=True)).values("n")), 0),
    )


def attach_later(notices: Iterable[Notice]) -> None:
    """By what each was put right, once that is out. One statement."""
    rows = list(notices)
    found = {
        later.corrects_id: later for later in Notice.objects.published().filter(corrects__in=[row.pk for row in rows])
    }
    for row in rows:
        row.later = found.get(row.pk)  # type: ignore[attr-defined]
