"""Needs offered to volunteers on their phones: by what they can do, without a door until they have taken it.

Who takes one learns where it is; the words only where everybody on duty may read them. What is for stewards alone is
never offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from care.folding import HELD
from care.models import Circle, Kind, Need
from care.needs import claim
from care.reading import HOME, SKILLS_FOR
from residents.models import Volunteer
from residents.together import read_together
from rounds.services import refuse_untrained

ANYBODY_CAN = frozenset({Kind.FOOD, Kind.OTHER})
OFFERED = (Circle.DUTY, Circle.LEAD)
SHOWN = 30


class NotOffered(Exception):
    """Not for this volunteer, or not there: nobody learns which."""


@dataclass
class Offers:
    mine: list[Need]
    free: list[Need]


def kinds_for(volunteer: Volunteer) -> list[str]:
    """What needs no skill, and what needs one of theirs."""
    return [kind for kind in Kind if kind in ANYBODY_CAN or set(SKILLS_FOR[kind]).intersection(volunteer.skills)]


def offered_to(volunteer: Volunteer) -> QuerySet[Need]:
    return Need.objects.filter(compound=volunteer.compound_id, kind__in=kinds_for(volunteer), circle__in=OFFERED)


def held_by(volunteer: Volunteer, now: datetime) -> QuerySet[Need]:
    """What they took themselves, and what the desk gave them."""
    return Need.objects.filter(helper=volunteer, state__in=HELD, leased_until__gt=now)


def read_offers(volunteer: Volunteer, now: datetime | None = None) -> Offers:
    """One statement. Of what is free neither door nor words are read from here."""
    now = now or timezone.now()
    return Offers(
        *read_together(
            held_by(volunteer, now).select_related(HOME).order_by("-is_urgent", "leased_until", "pk"),
            offered_to(volunteer).to_claim(now)[:SHOWN],  # type: ignore[attr-defined]
        )
    )


@transaction.atomic
def claim_offered(*, key: int, volunteer: Volunteer, now: datetime | None = None) -> Need:
    """Of many who tap at once, one gets it. Tapped again, the answer is the same."""
    now = now or timezone.now()
    rows = Need.objects.filter(pk=key, compound=volunteer.compound_id).select_for_update()
    need = rows.filter(Q(pk__in=held_by(volunteer, now)) | Q(pk__in=offered_to(volunteer))).first()
    if need is None:
        raise NotOffered
    if need.helper_id == volunteer.pk and not need.is_free(now):
        return need
    refuse_untrained(volunteer.compound, volunteer)
    return claim(need=need, by=volunteer.user, helper=volunteer, now=now)
