"""Listed here, sleeping there: everybody is counted once, behind the door where they stay."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from residents.models import Building, Household, Resident


@dataclass
class Guests:
    """`with_host`: who is counted with each household besides its own; `gone`: who is not counted at home."""

    with_host: dict[int, list[Resident]] = field(default_factory=lambda: defaultdict(list))
    gone: set[int] = field(default_factory=set)
    left: Counter[int] = field(default_factory=Counter)  # how many of a household are gone

    def at_home(self, household: Household, residents: Iterable[Resident]) -> list[Resident]:
        """Of the household's own people those who sleep there, then its guests."""
        own = [resident for resident in residents if resident.pk not in self.gone]
        return own + self.with_host.get(household.pk, [])

    def head_count(self, household_id: int, at_home: int, told: int | None) -> int:
        """Those who sleep there, and whom the told count knows of beyond all who are listed."""
        return at_home + max(0, (told or 0) - at_home - self.left[household_id])


def guests_of(buildings: Iterable[Building]) -> Guests:
    """Guests behind the doors of these buildings, and people listed in them who are guests elsewhere. One statement."""
    ids = [building.pk for building in buildings]
    guests = Guests()
    rows = (
        Resident.objects.guests()
        .filter(Q(household__door__building__in=ids) | Q(stays_at__building__in=ids))
        .defer(*Resident.PHONE_FIELDS, "name_pinyin")
        .select_related("household__door__building")
        .order_by("pk")
    )
    for row in rows:
        guests.gone.add(row.pk)
        guests.left[row.household_id] += 1
        guests.with_host[row.host_id].append(row)
    return guests
