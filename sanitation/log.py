"""The log as it is listed: filtered, newest first, with its steps."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from residents.models import Compound, User
from sanitation.models import Disinfection, DisinfectionStep
from sanitation.models.disinfections import DisinfectionQuerySet

Step = DisinfectionStep.Kind


def list_disinfections(compound: Compound, user: User, asked: dict[str, Any]) -> DisinfectionQuerySet:
    """What the user may see of it. Two statements when listed, the steps in the second."""
    rows = (
        Disinfection.objects.visible_to(user)
        .filter(compound=compound)
        .select_related("building", "by", "corrected_by", "corrects")
        .prefetch_related("steps")
    )
    for name in ("building", "part", "reason"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("since"):
        rows = rows.filter(at__gte=_midnight(asked["since"]))
    if asked.get("until"):
        rows = rows.filter(at__lt=_midnight(asked["until"]) + timedelta(days=1))
    return rows


def under_way(compound: Compound, user: User) -> QuerySet[Disinfection]:
    over = DisinfectionStep.objects.filter(disinfection=OuterRef("pk"), kind__in=[Step.DONE, Step.CALLED_OFF])
    return list_disinfections(compound, user, {}).standing().filter(~Exists(over))


def standing_at(kind: str, user: User) -> QuerySet[Disinfection]:
    """What the user may bring further, and this is its furthest step; `steps` is joined to that step alone."""
    later = list(Step.values)[list(Step.values).index(kind) + 1 :]
    further = DisinfectionStep.objects.filter(disinfection=OuterRef("pk"), kind__in=later)
    return Disinfection.objects.kept_by(user).standing().filter(~Exists(further), steps__kind=kind)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
