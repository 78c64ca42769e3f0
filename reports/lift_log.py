"""What lifts write into their own log after each ride, for whoever reads the disinfection log beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Min

from lifts.models import CallDown, Disinfection
from residents.models import Compound, User

MOST = 12


def lift_disinfections(user: User, compound: Compound, asked: dict[str, Any], most: int = MOST) -> list[dict[str, Any]]:
    """A line a call-down: how often its lifts were sprayed, from when to when. One statement."""
    if asked.get("part") not in (None, "", "lift") or asked.get("reason") not in (None, "", "routine"):
        return []
    rows = Disinfection.objects.filter(
        call_down__in=CallDown.objects.visible_to(user),
        lift__building__compound=compound,
        step__undone_by=None,
    )
    if asked.get("building"):
        rows = rows.filter(lift__building=asked["building"])
    if asked.get("since"):
        rows = rows.filter(started_at__date__gte=asked["since"])
    if asked.get("until"):
        rows = rows.filter(started_at__date__lt=asked["until"] + timedelta(days=1))
    lines = (
        rows.order_by()
        .values("call_down", "lift__building__name", "call_down__entrance", "agent", "strength")
        .annotate(times=Count("pk"), first=Min("started_at"), last=Max("safe_at"))
        .order_by("-last")[:most]
    )
    return [dict(line) for line in lines]
