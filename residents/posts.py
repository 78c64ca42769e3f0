"""Who serves or sleeps here without a door: guards, staff, volunteers. Each post is a door of one building of posts,
so that rounds, phones and sheets know nothing new; it stands first in the order, and is no house."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from residents.models import Building, Compound, Door, Household, Resident
from residents.services import save_resident

CODE = "@posts"  # no roster can name it
LONGEST_POST = Door._meta.get_field("room").max_length or 0


class PostError(ValueError):
    """A sentence for the person who tried."""


@transaction.atomic
def add_person_at_post(*, compound: Compound, post: str, name: str, phone: str = "") -> Resident:
    """The post is made when it is first named; people of one post are one line in a round."""
    spelt = " ".join(post.split())
    if not spelt or len(spelt) > LONGEST_POST:
        raise PostError(_("Name the post in up to %(n)s characters.") % {"n": LONGEST_POST})
    Compound.objects.select_for_update().get(pk=compound.pk)  # two who add at once wait for each other
    building = Building.objects.filter(compound=compound, kind=Building.Kind.POST).first()
    if building is None:
        building = Building.objects.create(
            compound=compound, name=_("Posts"), code=CODE, kind=Building.Kind.POST, position=0
        )
    key = spelt.casefold()[:LONGEST_POST]
    door = Door.objects.filter(building=building, key=key).first()
    if door is None:
        place = building.doors.count() + 1
        door = Door.objects.create(building=building, floor=1, position=place, room=spelt, key=key)
    household = Household.objects.current().filter(door=door).first()
    if household is None:
        household = Household.objects.create(door=door, occupancy=Household.Occupancy.OWNER)
    return save_resident(resident=Resident(household=household, name=name), phone=phone)


def people_at_posts(compound: Compound) -> list[Household]:
    """Each post with the people who are there now, in the order they are walked. Two statements."""
    return list(
        Household.objects.current()
        .filter(door__building__compound=compound, door__building__kind=Building.Kind.POST)
        .select_related("door")
        .with_people()
        .order_by("door__position", "pk")
    )
