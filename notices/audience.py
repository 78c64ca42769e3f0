"""Who gets a notice: the households it goes to, and which of them only paper reaches.

Read for the preview and frozen at publishing by the same query, so that nobody is told who was not shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from notices.models import Notice, Recipient
from residents.models import Building, Household, HouseholdLink, Resident

Paper = Recipient.Paper
MOST_ROOMS = 200


@dataclass
class House:
    building: Building
    count: int = 0
    papers: list[Household] = field(default_factory=list)  # from the top floor down

    @property
    def paper_count(self) -> int:
        return len(self.papers)


@dataclass
class Audience:
    houses: list[House]
    gone: int = 0  # of those who got what is put right, who have moved out since

    @property
    def count(self) -> int:
        return sum(house.count for house in self.houses)

    @property
    def paper_count(self) -> int:
        return sum(house.paper_count for house in self.houses)


def households_of(notice: Notice) -> QuerySet[Any]:
    """Each with `paper`: why only paper reaches it, or nothing.

    What puts something right goes to whoever got that, and still lives there, and to nobody else.
    """
    if notice.corrects_id:
        got = Recipient.objects.filter(notice=notice.corrects_id)
        homes = Household.objects.current().filter(pk__in=got.values("household"))
    elif notice.scope == Notice.Scope.HOUSEHOLD:
        homes = Household.objects.current().filter(pk__in=notice.households.values("pk"))
    else:
        homes = Household.objects.lived_in()
        if notice.scope == Notice.Scope.COMPOUND:
            homes = homes.filter(door__building__compound=notice.compound_id)
        else:
            homes = homes.filter(door__building__in=notice.buildings.values("pk"))
        if notice.scope == Notice.Scope.ENTRANCE:
            homes = homes.filter(door__entrance=notice.entrance)
    people = Resident.objects.filter(household=OuterRef("pk"), moved_out_on=None)
    has_link = Exists(HouseholdLink.objects.filter(household=OuterRef("pk"), revoked_at=None))
    has_none = Exists(people.filter(has_no_phone=True)) & ~Exists(people.filter(has_no_phone=False))
    return homes.annotate(
        paper=Case(
            When(Q(has_none), then=Value(Paper.NO_PHONE.value)),
            When(~Q(has_link), then=Value(Paper.NO_LINK.value)),
            default=Value(""),
        )
    )


def read_audience(notice: Notice) -> Audience:
    """Before publishing, as it would be now: two statements, a third for what puts something right."""
    houses: dict[int, House] = {}
    counts: Counter[int] = Counter()
    rows = (
        households_of(notice).select_related("door").order_by("door__entrance", "-door__floor", "door__position", "pk")
    )
    papers: dict[int, list[Household]] = {}
    for home in rows:
        key = home.door.building_id
        counts[key] += 1
        if home.paper:
            papers.setdefault(key, []).append(home)
    for building in Building.objects.filter(pk__in=counts).order_by("position", "code"):
        houses[building.pk] = House(building, counts[building.pk], papers.get(building.pk, []))
    audience = Audience(list(houses.values()))
    if notice.corrects_id:
        audience.gone = Recipient.objects.filter(notice=notice.corrects_id).count() - audience.count
    return audience
