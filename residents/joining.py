"""Flats knocked through: two doors, one household. The joined door has no household of its own."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Door, Household, JoinStep, Resident, User
from residents.services import move_out

MOST_REASON = 200


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
def join_doors(*, main: Door, joined: Door, by: User, reason: str) -> None:
    """`joined` belongs to the household of `main` from now on; that it was listed as vacant ends. Never a chain,
    never across buildings."""
    reason = _require(reason)
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
    JoinStep.objects.create(main=main, joined=joined, step=JoinStep.Step.JOINED, by=by, reason=reason)


@transaction.atomic
def separate_door(*, joined: Door, by: User, reason: str) -> None:
    """A wall again: the door stands for itself, with nobody listed behind it."""
    reason = _require(reason)
    main = Door.objects.select_for_update(of=("self",)).get(pk=joined.pk).joined_to_id
    if main is None:
        raise JoinError(_("This door is not joined to another."))
    Door.objects.filter(pk=joined.pk).update(joined_to=None)
    JoinStep.objects.create(main_id=main, joined=joined, step=JoinStep.Step.SEPARATED, by=by, reason=reason)


def steps_of(door_id: int) -> QuerySet[JoinStep]:
    """What became of the walls around a door, newest first."""
    rows = JoinStep.objects.filter(Q(main=door_id) | Q(joined=door_id))
    return rows.select_related("main", "joined", "by").order_by("-at", "-pk")


def _require(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise JoinError(_("Say why, in a few words."))
    if len(reason) > MOST_REASON:
        raise JoinError(_("The reason is too long."))
    return reason
