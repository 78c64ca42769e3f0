"""Food that lies in the store too long, or must be used at once: told to the stewards every day until it has gone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.models import Message
from supplies.models import Batch

if TYPE_CHECKING:
    from compound.reminders import Scene

SHANGHAI = ZoneInfo("Asia/Shanghai")


def ringing_batches(now) -> list[Batch]:
    """One statement."""
    today = now.astimezone(SHANGHAI).date()
    return list(Batch.objects.ringing(today).select_related("item__compound").order_by("arrived_on", "pk"))


def tell_old_batches(scene: Scene) -> list[Message]:
    """Once a day a compound, however many batches: what lies there, and since when."""
    found: dict[int, list[Batch]] = defaultdict(list)
    for batch in scene.batches:
        found[batch.item.compound_id].append(batch)
    today = scene.now.astimezone(SHANGHAI).date()
    what = _("Hand it out, or write it off with the reason:")
    rows = []
    for compound_id, batches in found.items():
        subject = ngettext(
            "%(count)s batch lies in the store too long", "%(count)s batches lie in the store too long", len(batches)
        )
        rows += scene.tell_stewards(
            compound_id,
            reminder=f"old-batches:{compound_id}",
            period=scene.day(),
            subject=subject % {"count": len(batches)},
            body="\n".join([what, *(_line(one, today) for one in batches)]),
            link=reverse("supplies:store", args=[compound_id]),
        )
    return rows


def _line(batch: Batch, today) -> str:
    days = (today - batch.arrived_on).days
    since = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
    words = {"item": batch.item, "since": since, "day": batch.expires_on}
    if batch.expires_on and (batch.has_expired(today) or batch.expires_soon(today)):
        return _("%(item)s: here for %(since)s, use by %(day)s") % words
    return _("%(item)s: here for %(since)s") % words
