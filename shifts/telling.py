"""What stewards, leads and volunteers are told of shifts, through the outbox. No name and nothing about health."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.services import plan_message
from residents.models import Compound, RoleGrant, User, Volunteer
from shifts.models import Shift, ShiftStep


class ShiftError(ValueError):
    """A sentence for the person who tried."""


def keepers_of(compound: Compound, building_id: int | None = None) -> list[User]:
    """The stewards, and the leads of the building a shift is in. One statement."""
    Role = RoleGrant.Role
    whom = Q(role=Role.STEWARD)
    if building_id:
        whom |= Q(role=Role.LEAD, buildings=building_id)
    grants = RoleGrant.objects.in_force().filter(whom, compound=compound, user__is_active=True)
    return list({grant.user_id: grant.user for grant in grants.select_related("user").order_by("pk")}.values())


def _plan(shift: Shift, what: str, step: ShiftStep, subject: str, body: str, users: Iterable[User]) -> None:
    plan_message(
        compound=shift.compound,
        reminder=f"shift-{what}:{shift.pk}",
        period=f"step:{step.pk}",
        subject=subject,
        body=body,
        link=shift.get_absolute_url(),
        users=users,
        webhooks=(),
    )


def _facts(shift: Shift) -> dict[str, str]:
    return {"what": shift.title, "when": shift.window}


def tell_hole(shift: Shift, step: ShiftStep) -> None:
    """After the waiting list has had its turn: is a place open, or was it filled at once?"""
    with translation.override(settings.LANGUAGE_CODE):
        body = _("The first of the waiting list has moved up.")
        if shift.free:
            body = ngettext("%(count)s place is open.", "%(count)s places are open.", shift.free)
            body %= {"count": shift.free}
        subject = _("Somebody cannot come: %(what)s, %(when)s") % _facts(shift)
        _plan(shift, "hole", step, subject, body, keepers_of(shift.compound, shift.building_id))


def tell_moved_up(shift: Shift, step: ShiftStep, volunteer: Volunteer) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("You have a place: %(what)s, %(when)s") % _facts(shift)
        body = _("You moved up from the waiting list. If you cannot come, say so on your phone.")
        _plan(shift, "moved-up", step, subject, body, [volunteer.user])


def tell_cancelled(shift: Shift, step: ShiftStep, users: list[User]) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Called off: %(what)s, %(when)s") % _facts(shift)
        _plan(shift, "cancelled", step, subject, step.reason, users)


def tell_symptom(compound: Compound, word_pk: int) -> None:
    """To stewards alone: who it is stands on the page they alone may open."""
    with translation.override(settings.LANGUAGE_CODE):
        plan_message(
            compound=compound,
            reminder=f"shift-health:{compound.pk}",
            period=f"word:{word_pk}",
            subject=_("A volunteer told of a symptom"),
            body=_("Their shifts are free again. Please look at the health log."),
            link=reverse("shifts:health", args=[compound.pk]),
            users=keepers_of(compound),
            webhooks=(),
            is_urgent=True,
        )
