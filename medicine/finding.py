"""From what somebody types to the household and the person behind the door."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from medicine.telling import MedicineError
from residents.listing import listed
from residents.models import Building, Household, Resident


def find_people(building: Building, room: str) -> list[Resident]:
    """Everybody behind `502`, `1-502` or `502 + 501`'s first. Two statements."""
    entrance, dash, key = room.strip().rpartition("-")
    key = key.strip()
    match = Q(room=key) | Q(key=key.lstrip("0"))
    if dash:
        match = Q(entrance=entrance.strip()) & match
    door = building.doors.filter(match).select_related("joined_to").order_by("pk").first()
    if door is None:
        raise MedicineError(_("There is no such room in this building."))
    homes = Household.objects.current().filter(door=door.joined_to or door)
    people = Resident.objects.filter(household__in=homes, moved_out_on=None)
    found = list(people.select_related("household__door__building").order_by("household", "-is_contact", "pk"))
    if not found:
        raise MedicineError(_("Nobody is listed as living there."))
    return found


def pick_person(people: list[Resident], name: str) -> Resident:
    """The one meant. Who lives alone need not be named; of several the beginning of a name is enough."""
    name = name.strip()
    meant = [one for one in people if one.name == name] or [one for one in people if one.name.startswith(name)]
    if len(meant) == 1:
        return meant[0]
    raise MedicineError(_("Which of them? %(names)s") % {"names": listed(one.name for one in people)})
