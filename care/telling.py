"""Who tells something and for whom; what may be written; and how the desk is rung, without names or words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from care.errors import CareError
from care.models import CareDesk, Circle, Need
from notices.models import Message
from notices.services import plan_message
from residents.models import Building, Compound, HouseholdLink, RoleGrant, User, Volunteer


@dataclass(frozen=True)
class Teller:
    """A household by its link; or somebody with a name here, who may have it from a volunteer at the door."""

    by: User | None = None
    link: HouseholdLink | None = None
    heard_by: Volunteer | None = None

    def facts(self) -> dict[str, Any]:
        return {"by": self.by, "link": self.link, "volunteer": self.heard_by}

    @property
    def source(self) -> str:
        if self.link is not None:
            return Need.Source.LINK
        return Need.Source.VOLUNTEER if self.heard_by else Need.Source.PHONE


def check_note(text: str, most: int) -> str:
    text = " ".join(text.split())
    if len(text) > most:
        raise CareError(_("That is too long: %(most)s characters at the most.") % {"most": most})
    return text


def require_note(text: str, most: int = 200) -> str:
    text = check_note(text, most)
    if not text:
        raise CareError(_("Say why, in a few words."))
    return text


def find_desk(compound_id: int) -> CareDesk:
    desk = CareDesk.objects.filter(compound=compound_id).first()
    if desk is None:
        raise CareError(_("The care desk is not open here yet."))
    return desk


def refuse_foreign_volunteer(volunteer: Volunteer | None, compound_id: int) -> None:
    if volunteer is not None and (volunteer.compound_id != compound_id or volunteer.ended_at is not None):
        raise CareError(_("This volunteer does not serve in this compound."))


# --- Ringing ----------------------------------------------------------------------------------------


def coordinators(compound: Compound, *buildings: Building) -> list[User]:
    """The stewards, and for a house its leads."""
    grants = RoleGrant.objects.in_force().filter(compound=compound, user__is_active=True).order_by("pk")
    wanted = models.Q(role=RoleGrant.Role.STEWARD)
    if buildings:
        wanted |= models.Q(role=RoleGrant.Role.LEAD, buildings__in=buildings)
    return list({grant.user_id: grant.user for grant in grants.filter(wanted).select_related("user")}.values())


def ring_urgent(need: Need, building: Building) -> list[Message]:
    """At once. The house is named, the door and the words only behind the link."""
    is_narrow = need.circle == Circle.STEWARD
    told = [] if is_narrow else [building]
    with translation.override(settings.LANGUAGE_CODE):
        return plan_message(
            compound=need.compound,
            reminder=f"need-urgent:{need.pk}",
            period=str(need.step_count),
            subject=_("Urgent: a household of %(building)s needs help") % {"building": building},
            body=_("Ask at once whether 120 has been called. Where it is stands in the portal."),
            link=reverse("care:need", args=[need.pk]),
            users=coordinators(need.compound, *told),
            webhooks=() if is_narrow else None,
            is_urgent=True,
        )
