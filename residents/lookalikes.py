"""Is that somebody we have already? People of the compound with the same name or number, told as far as one may see."""

from dataclasses import dataclass

from django.db.models import Q

from residents.encryption import fingerprint
from residents.models import Resident, User

MOST = 5


@dataclass(frozen=True)
class Lookalike:
    person: Resident
    is_seen: bool  # False: in a building that is not the user's, of which nothing more is told
    same_name: bool
    same_phone: bool


def find_lookalikes(
    *, user: User, compound_id: int, household_id: int | None, name: str, phone: str, but: int | None = None
) -> list[Lookalike]:
    """One statement, or none when there is nothing to compare. Within a household a number is shared as a matter of
    course: there only the name counts."""
    match = Q()
    if name:
        match |= Q(name=name)
    if phone:
        match |= Q(phone_index=fingerprint(phone)) & ~Q(household=household_id)
    if not match:
        return []
    rows = (
        Resident.objects.filter(match, household__door__building__compound=compound_id, moved_out_on=None)
        .exclude(pk=but or 0)
        .select_related("household__door__building")
        .order_by("pk")[:MOST]
    )
    access = user.access
    return [
        Lookalike(
            person=row,
            is_seen=access.keeps(row.household.door.building),
            same_name=bool(name) and row.name == name,
            same_phone=bool(phone) and row.phone == phone,
        )
        for row in rows
    ]


def candidates_for(person: Resident, user: User) -> list[Resident]:
    """Who may be the same person, of those the user keeps: same name, number or sound, or behind the same door."""
    match = Q(name=person.name) | Q(household__door=person.household.door_id)
    if person.phone_index:
        match |= Q(phone_index=person.phone_index)
    if person.name_pinyin:
        whole, *_others = person.name_pinyin.split()
        match |= Q(name_pinyin__startswith=f" {whole} ")
    return list(
        Resident.objects.kept_by(user)
        .filter(match, household__door__building__compound=person.household.door.building.compound_id)
        .filter(moved_out_on=None)
        .exclude(pk=person.pk)
        .select_related("household__door__building")
        .order_by("household__door__building__position", "household__door__key", "pk")[:30]
    )
