"""A household named as people name it at a desk: by its building and room."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from residents.models import Building, Household


def find_home(building: Building, typed: str, among: QuerySet[Household]) -> Household:
    """`502`, `1-502` or, where several live behind the door, `502/2`. Raises ValidationError."""
    room, _slash, number = typed.strip().partition("/")
    entrance, dash, key = room.rpartition("-")
    match = Q(room=room) | Q(key=room.lstrip("0"))
    if dash:
        match |= Q(entrance=entrance, room=key) | Q(entrance=entrance, key=key.lstrip("0"))
    door = building.doors.filter(match).select_related("joined_to").order_by("pk").first()
    if door is None:
        raise ValidationError(_("There is no such room in this building."), code="no_room")
    homes = list(among.filter(door=door.joined_to or door).order_by("pk"))
    if not homes:
        raise ValidationError(_("Nobody is listed as living there."), code="nobody")
    if number.isascii() and number.isdigit() and 1 <= int(number) <= len(homes):
        return homes[int(number) - 1]
    if len(homes) > 1 or number:
        text = ngettext(
            "%(count)s household lives behind this door: write %(room)s alone.",
            "%(count)s households live behind this door: write %(room)s/1 for the first, %(room)s/2 for the second.",
            len(homes),
        )
        raise ValidationError(text % {"count": len(homes), "room": room})
    return homes[0]
