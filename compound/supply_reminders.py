"""What lies in the store too long: food told to the stewards every day until it has gone, and shares kept for who is
away, told on the day after their last to the stewards and to the lead of the building, who knows the household."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.models import Message
from notices.services import draft_message
from residents.models import Building
from residents.together import read_together
from supplies.models import Batch, KeptShare

if TYPE_CHECKING:
    from compound.reminders import Scene

SHANGHAI = ZoneInfo("Asia/Shanghai")


def lying_too_long(now) -> tuple[list[Batch], list[KeptShare]]:
    """One statement."""
    today = now.astimezone(SHANGHAI).date()
    batches = Batch.objects.ringing(today).select_related("item__compound").order_by("arrived_on", "pk")
    kept = KeptShare.objects.open().filter(keep_until__lt=today).select_related("building__compound")
    rows = read_together(batches, kept.order_by("building__position", "building__code", "pk"))
    return rows[0], rows[1]


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


def tell_kept_shares(scene: Scene) -> list[Message]:
    """Once a day until somebody hands it over, keeps it longer or lets it go. A lead hears of their own buildings."""
    found: dict[int, dict[Building, int]] = defaultdict(lambda: defaultdict(int))
    for share in scene.kept:
        found[share.building.compound_id][share.building] += 1
    rows = []
    for compound_id, counts in found.items():
        key: dict[str, Any] = {"reminder": f"kept-shares:{compound_id}", "period": scene.day()}
        link = reverse("supplies:kept", args=[compound_id])
        rows += scene.tell_stewards(compound_id, link=link, **_kept_text(counts), **key)
        stewards = set(scene.stewards[compound_id])
        for user, own in scene.leads[compound_id]:
            theirs = {building: count for building, count in counts.items() if building.pk in own}
            if theirs and user not in stewards:
                text = _kept_text(theirs)
                rows += draft_message(compound=scene.compounds[compound_id], users=[user], link="", **text, **key)
    return rows


def _kept_text(counts: dict[Building, int]) -> dict[str, Any]:
    total = sum(counts.values())
    subject = ngettext(
        "%(count)s share is kept past its day for who is away",
        "%(count)s shares are kept past their day for who is away",
        total,
    )
    lines = [_("%(building)s: %(count)s") % {"building": house, "count": count} for house, count in counts.items()]
    what = _("Ask whether they are back; a steward hands it over, keeps it longer or lets it go:")
    return {"subject": subject % {"count": total}, "body": "\n".join([what, *lines])}
