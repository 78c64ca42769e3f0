"""A whole name and a number, for one person at a time, with a reason and on record."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from residents.models import AccessRecord, Resident, User
from residents.services import reveal_phone


@dataclass(frozen=True)
class Contact:
    name: str
    phone: str


@transaction.atomic
def reveal_contact(*, resident: Resident, by: User, reason: str) -> Contact:
    """Raises RevealError for who has looked at many within the hour."""
    if resident.phone:
        return Contact(resident.name, reveal_phone(resident=resident, by=by, reason=reason))
    door = resident.household.door
    AccessRecord.objects.create(
        user=by,
        compound_id=door.building.compound_id,
        deed=AccessRecord.Deed.REVEAL,
        subject=f"resident {resident.pk}, {door}",
        reason=reason[:200],
    )
    return Contact(resident.name, "")
