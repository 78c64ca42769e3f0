"""Who tells something, what may be written, and whom it is told to. Messages hold a building and nothing of anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from notices.models import Message
from notices.services import plan_message
from residents.models import Building, Compound, HouseholdLink, RoleGrant, User

Role = RoleGrant.Role


class MedicineError(ValueError):
    """A sentence for the person who tried."""


@dataclass(frozen=True)
class Teller:
    """Somebody with a name here, or a household by its link."""

    by: User | None = None
    link: HouseholdLink | None = None

    def facts(self) -> dict[str, Any]:
        return {"by": self.by, "link": self.link}


def check_line(text: str, most: int = 200) -> str:
    """A few words on one line."""
    return check_text(" ".join(text.split()), most)


def check_text(text: str, most: int = 1000) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise MedicineError(_("Say it in a few words."))
    if len(text) > most:
        raise MedicineError(_("That is too long: %(most)s characters at the most.") % {"most": most})
    return text


def _holders(compound: Compound, which: Q) -> list[User]:
    grants = RoleGrant.objects.in_force().filter(which, compound=compound).values("user")
    return list(User.objects.filter(pk__in=grants, is_active=True).order_by("pk"))


def doctors_of(compound: Compound) -> list[User]:
    return _holders(compound, Q(role=Role.DOCTOR))


def stewards_of(compound: Compound) -> list[User]:
    return _holders(compound, Q(role=Role.STEWARD))


def leads_of(building: Building) -> list[User]:
    return _holders(building.compound, Q(role=Role.LEAD, buildings=building))


def those_who_carry(compound: Compound) -> list[User]:
    """Into whose hands a bag may go."""
    return _holders(compound, Q(role__in=[Role.STEWARD, Role.LEAD, Role.VOLUNTEER]))


def tell(users: Iterable[User], *, compound: Compound, subject: Any, body: Any, **more: Any) -> list[Message]:
    """`subject` and `body` are given lazily, or as functions: they are said in the portal's language, to people alone
    and to no chat group."""
    with translation.override(settings.LANGUAGE_CODE):
        said: dict[str, Any] = {"subject": str(subject()), "body": str(body())}
        return plan_message(compound=compound, users=users, webhooks=(), period="once", **said, **more)
