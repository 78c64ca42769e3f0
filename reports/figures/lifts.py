"""Lifts: rides of one household each, and what was disinfected after them."""

from __future__ import annotations

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lifts.models import Disinfection, Lift, Ride
from reports.figures import LIFTS, TIMES, Asked, Counts, Figure, Room


def read(asked: Asked) -> Counts:
    """Three statements."""

    def by_building(rows, place: str) -> dict[int | None, int]:
        here = rows.filter(**{f"{place}__in": asked.building_keys}).order_by()
        return dict(here.values_list(place).annotate(n=Count("pk")))

    ridden = Ride.objects.filter(end=Ride.End.DONE, ended_at__gt=asked.since, ended_at__lte=asked.until)
    cleaned = Disinfection.objects.filter(
        started_at__gt=asked.since, started_at__lte=asked.until, step__undone_by__isnull=True
    )
    return {
        "rides": by_building(ridden, "lift__building"),
        "disinfections": by_building(cleaned, "lift__building"),
        "out_of_service": by_building(Lift.objects.filter(out_since__isnull=False), "building"),
    }


ROOM = Room(
    "lifts",
    pgettext_lazy("room", "Lifts"),
    read,
    (
        Figure("rides", _("lift rides of one household each"), TIMES, "电梯趟次 叫号趟次"),
        Figure("disinfections", _("lift disinfections"), TIMES, "电梯消毒 电梯消杀", in_bulletin=True),
        Figure("out_of_service", _("lifts out of service"), LIFTS, "电梯故障 故障电梯", in_bulletin=True),
    ),
)
