"""Yellow bags that wait too long: told to the stewards four hours before, and when the day is over."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.services import plan_message
from residents.models import Compound, RoleGrant, User
from sanitation.yellow import WARN_BEFORE, Lot, waiting_bags


@transaction.atomic
def ring_yellow_bags(now: datetime | None = None) -> None:
    """Each lot is told of once as nearly due and once as overdue, however often somebody looks."""
    now = now or timezone.now()
    waiting = waiting_bags(Compound.objects.values_list("pk", flat=True), now)
    due = {pk: lots[0] for pk, lots in waiting.items() if lots and lots[0].due_at - WARN_BEFORE <= now}
    for compound in Compound.objects.filter(pk__in=due):
        with translation.override(settings.LANGUAGE_CODE):
            _tell(compound, due[compound.pk], now)


def _tell(compound: Compound, lot: Lot, now: datetime) -> None:
    is_late = lot.due_at <= now
    subject = _("Yellow bags wait more than 24 hours") if is_late else _("Yellow bags must be fetched soon")
    time = f"{timezone.localtime(lot.due_at):%m-%d %H:%M}"
    stewards = RoleGrant.objects.in_force().filter(compound=compound, role=RoleGrant.Role.STEWARD)
    plan_message(
        compound=compound,
        reminder=f"yellow-bags-{'late' if is_late else 'soon'}:{compound.pk}",
        period=timezone.localtime(lot.at).isoformat(timespec="minutes"),
        subject=subject,
        body=_("The oldest must be gone by %(time)s. Call the lorry.") % {"time": time},
        link=reverse("sanitation:yellow", args=[compound.pk]),
        users=User.objects.filter(grants__in=stewards, is_active=True).distinct(),
        webhooks=(),
        is_urgent=is_late,
    )
