"""What time alone does: a need that nobody touches rings the desk, once for each time it stood still."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from care.models import Need
from care.telling import coordinators
from notices.models import Message
from notices.services import plan_message
from residents.models import Building, Compound


@transaction.atomic
def ring_stale(now: datetime | None = None) -> list[Message]:
    """One message a compound, however many needs stand still: how many in which house, nothing of whom or what."""
    now = now or timezone.now()
    rows = Need.objects.stale(now).exclude(rung_at_step=F("step_count")).order_by("pk")
    found: dict[Compound, list[Need]] = defaultdict(list)
    locked = rows.select_for_update(of=("self",), skip_locked=True)
    for need in locked.select_related("compound", "household__door__building"):
        found[need.compound].append(need)
    told = []
    with translation.override(settings.LANGUAGE_CODE):
        for compound, needs in found.items():
            told += _ring(compound, needs)
    keys = [need.pk for needs in found.values() for need in needs]
    Need.objects.filter(pk__in=keys).update(rung_at_step=F("step_count"))
    return told


def _ring(compound: Compound, needs: list[Need]) -> list[Message]:
    newest = max(needs, key=lambda need: (need.rings_at, need.pk))
    subject = ngettext("%(count)s need stands still", "%(count)s needs stand still", len(needs)) % {"count": len(needs)}
    houses: Counter[Building] = Counter(need.household.door.building for need in needs)
    line = _("%(building)s: %(count)s")
    return plan_message(
        compound=compound,
        reminder=f"needs-stale:{compound.pk}",
        period=f"{newest.pk}-{newest.step_count}",
        subject=subject,
        body="\n".join(line % {"building": house, "count": count} for house, count in houses.items()),
        link=reverse("care:needs", args=[compound.pk]),
        users=coordinators(compound),
        webhooks=(),
        is_urgent=any(need.is_urgent for need in needs),
    )
