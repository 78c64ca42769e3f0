"""The zone each building shows to the other apps: a copy of what its clock says today, renewed and never typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from clock.models import Clock
from clock.reading import read_clocks, today_in_shanghai
from residents.models import Building


@transaction.atomic
def refresh_zones(*, buildings: Iterable[Building] | None = None, today: date | None = None) -> int:
    """Renew the copies of these buildings, or of all. Returns how many changed. Run twice it does nothing more."""
    today = today or today_in_shanghai()
    clocks, places = Clock.objects.running(), Building.objects.all()
    if buildings is None:
        places = places.filter(pk__in=clocks.values("building")) | places.exclude(zone=Building.Zone.NONE)
    else:
        keys = [building.pk for building in buildings]
        clocks, places = clocks.filter(building__in=keys), places.filter(pk__in=keys)
    told = {
        row.building.pk: (row.zone, row.reckoning.zone_until if row.zone != "none" else None)
        for row in read_clocks(clocks, today=today, with_rounds=False)
    }
    changed: dict[tuple[str, date | None], list[int]] = defaultdict(list)
    for pk, zone, until in places.values_list("pk", "zone", "zone_until"):
        new = told.get(pk, ("none", None))
        if new != (zone, until):
            changed[new].append(pk)
    for (zone, until), keys in changed.items():
        Building.objects.filter(pk__in=keys).update(zone=zone, zone_until=until)
    return sum(map(len, changed.values()))
