"""Shifts: who was on duty, and places nobody took."""

from __future__ import annotations

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.figures import PEOPLE, Asked, Counts, Figure, Room
from shifts.models import Place, Shift

SHIFTS = pgettext_lazy("unit", "shifts")
PLACES = pgettext_lazy("unit", "places")


def read(asked: Asked) -> Counts:
    """Two statements."""
    rows = Shift.objects.filter(
        compound=asked.compound, cancelled_at=None, starts_at__lt=asked.until, ends_at__gt=asked.since
    )
    told = rows.aggregate(n=Count("pk"), open=Sum(F("places") - F("taken"), default=0))
    people = (
        Place.objects.worked()
        .filter(shift__in=rows)
        .aggregate(
            n=Count("volunteer", distinct=True), came=Count("volunteer", distinct=True, filter=Q(presence="came"))
        )
    )
    return {
        "on_shift": {None: people["n"]},
        "came": {None: people["came"]},
        "shifts": {None: told["n"]},
        "places_open": {None: told["open"]},
    }


ROOM = Room(
    "shifts",
    _("Shifts"),
    read,
    (
        Figure("on_shift", _("volunteers on a shift"), PEOPLE, "值班志愿者 排班志愿者", per_building=False),
        Figure("came", _("volunteers who came to a shift"), PEOPLE, "到岗志愿者", per_building=False),
        Figure("shifts", _("shifts of the day"), SHIFTS, "班次 排班数", per_building=False),
        Figure("places_open", _("places nobody took"), PLACES, "缺岗 空岗", per_building=False),
    ),
)
