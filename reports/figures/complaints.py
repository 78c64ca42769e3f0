"""What households say was wrong with what was brought, and what happened that nobody had planned."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from care.models import Need
from lifts.models import Lift
from reports.figures import TIMES, Asked, Counts, Figure, Room
from rounds.models import Complaint


def read(asked: Asked) -> Counts:
    """Three statements."""
    told = Q(at__gt=asked.since, at__lte=asked.until)
    waits = Q(at__lte=asked.until) & (Q(answered_at=None) | Q(answered_at__gt=asked.until))
    answered = Q(answered_at__gt=asked.since, answered_at__lte=asked.until)
    rows = Complaint.objects.filter(visit__building__in=asked.building_keys).order_by().values("visit__building")
    rows = rows.annotate(
        open=Count("pk", filter=waits), new=Count("pk", filter=told), answered=Count("pk", filter=answered)
    )
    counts: dict[str, dict[int | None, int]] = {"open": {}, "new": {}, "answered": {}, "incidents": {}}
    for row in rows:
        for name in ("open", "new", "answered"):
            counts[name][row["visit__building"]] = row[name]
    for place, happened in (
        (
            "household__door__building",
            Need.objects.filter(
                compound=asked.compound, is_urgent=True, made_at__gt=asked.since, made_at__lte=asked.until
            ),
        ),
        (
            "building",
            Lift.objects.filter(
                building__in=asked.building_keys, out_since__gt=asked.since, out_since__lte=asked.until
            ),
        ),
    ):
        for building, count in happened.order_by().values_list(place).annotate(n=Count("pk")):
            counts["incidents"][building] = counts["incidents"].get(building, 0) + count
    return counts


ROOM = Room(
    "complaints",
    _("Complaints and incidents"),
    read,
    (
        Figure("open", _("complaints not answered"), TIMES, "未办投诉 投诉未办 未处理投诉"),
        Figure("new", _("complaints of the day"), TIMES, "投诉 投诉数 当日投诉 新增投诉"),
        Figure("answered", _("complaints answered"), TIMES, "已办投诉 投诉办结"),
        Figure("incidents", _("incidents: urgent needs, lifts out of service"), TIMES, "突发事件 突发情况 事件"),
    ),
)
