"""Volunteers and their phones: what has not arrived yet belongs beside every figure of the report."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from reports.figures import MARKS, PEOPLE, PHONES, Asked, Counts, Figure, Room
from residents.models import Device, Volunteer
from rounds.models import Assignment, HeldMark


def read(asked: Asked) -> Counts:
    """Three statements."""
    unsent = Q(queued_count__gt=0)
    phones = Device.objects.filter(volunteer__compound=asked.compound, ended_at=None).aggregate(
        n=Count("pk"), unsynced=Count("pk", filter=unsent), marks=Sum("queued_count", default=0)
    )
    walks = Assignment.objects.filter(
        volunteer=OuterRef("pk"), round__in=[round.pk for round in asked.rounds], released_at=None
    )
    squad = Volunteer.objects.filter(compound=asked.compound, ended_at=None).aggregate(
        n=Count("pk"), on_duty=Count("pk", filter=Exists(walks))
    )
    held = HeldMark.objects.filter(compound=asked.compound, decision="").count()
    return {
        "volunteers": {None: squad["n"]},
        "on_duty": {None: squad["on_duty"]},
        "phones": {None: phones["n"]},
        "unsynced": {None: phones["unsynced"]},
        "unsynced_marks": {None: phones["marks"]},
        "held_marks": {None: held},
    }


ROOM = Room(
    "phones",
    _("Volunteers and phones"),
    read,
    (
        Figure("volunteers", _("volunteers"), PEOPLE, "志愿者 志愿者数 志愿者总数", per_building=False),
        Figure(
            "on_duty", _("volunteers on duty"), PEOPLE, "在岗志愿者 上岗志愿者 志愿者在岗 今日上岗", False, False, True
        ),
        Figure("phones", _("phones in use"), PHONES, "", per_building=False),
        Figure("unsynced", _("phones not synced"), PHONES, "", per_building=False),
        Figure("unsynced_marks", _("marks on them, as the phones told"), MARKS, "", per_building=False),
        Figure("held_marks", _("marks that wait for a decision"), MARKS, "", per_building=False),
    ),
)
