"""Flats knocked through: two doors, one household. The joined door has no household of its own."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Door, Household, Resident
from residents.services import move_out


class JoinError(ValueError):
    """Why the doors are not joined or separated."""


def _listed() -> QuerySet[Household]:
    """Households that are more than the note that a door is vacant."""
    people = Resident.objects.filter(household=OuterRef("pk"), moved_out_on=None)
    return Household.objects.current().exclude(~Exists(people), occupancy=Household.Occupancy.VACANT)


def doors_to_join(door: Door) -> list[Door]:
    """What the form offers: doors of the building behind which nobody is listed, those of the same floor first."""
    lived = _listed().filter(door__building=door.building_id).values("door")
    rows = (
        Door.objects.filter(building=door.building_id, joined_to=None, joined_doors=None)
        .exclude(pk=door.pk)
        .exclude(pk__in=lived)
        .order_by("entrance", "-floor", "position")
    )
    return sorted(rows, key=lambda row: (row.floor != door.floor, row.entrance != door.entrance))


@transaction.atomic
def join_doors(*, main: Door, joined: Door) -> None:
    """`joined` belongs to the household of `main` from now on; that it was listed as vacant ends. Never a chain,
    never across buildings."""
    locked = {
        row.pk: row for row in Door.objects.select_for_update().filter(pk__in=[main.pk, joined.pk]).order_by("pk")
    }
    main, joined = locked[main.pk], locked[joined.pk]
    if main.pk == joined.pk or main.building_id != joined.building_id:
        raise JoinError(_("Only two doors of one building can be joined."))
    if joined.joined_to_id or Door.objects.filter(joined_to=joined).exists():
        raise JoinError(_("%(room)s is joined to another door already.") % {"room": joined.full_room})
    if main.joined_to_id:
        raise JoinError(_("%(room)s is joined to another door already.") % {"room": main.full_room})
    if _listed().filter(door=joined).exists():
        raise JoinError(
            _("A household is listed behind %(room)s. Let it move out first, or join the other way round.")
            % {"room": joined.full_room}
        )
    for vacancy in Household.objects.current().select_for_update().filter(door=joined):
        move_out(household=vacancy, on=max(timezone.localdate(), vacancy.moved_in_on or date.min))
    joined.joined_to = main
    joined.save(update_fields=["joined_to"])


def separate_door(*, joined: Door) -> None:
    """A wall again: the door stands for itself, with nobody listed behind it."""
    if not Door.objects.filter(pk=joined.pk, joined_to__isnull=False).update(joined_to=None):
        raise JoinError(_("This door is not joined to another."))
