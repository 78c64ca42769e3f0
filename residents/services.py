"""Deeds on places, people and volunteers that touch more than one row. Errors are sentences a steward may read."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from residents.devices import token_hash
from residents.models import (
    AccessRecord,
    Building,
    Compound,
    Device,
    Door,
    Household,
    Invite,
    Resident,
    RoleGrant,
    User,
    Volunteer,
)

MOST_DOORS = 2000
REVEALS_PER_HOUR = 30


class BuildingError(ValueError):
    """Why the building cannot be made as asked."""


class HouseholdError(ValueError):
    """Why the household cannot be changed as asked."""


class RevealError(ValueError):
    """Why the phone is not shown."""


class VolunteerError(ValueError):
    """Why nothing was done about the volunteer."""


# --- Places -----------------------------------------------------------------------------------------------


@transaction.atomic
def add_building(
    *,
    compound: Compound,
    name: str,
    code: str,
    entrance_count: int = 1,
    floor_count: int,
    doors_per_floor: int,
    lift_count: int = 0,
    missing_floors: frozenset[int] = frozenset(),
) -> Building:
    """A building with all its doors. Floors are numbered up to `floor_count`; the missing ones have none."""
    floors = [floor for floor in range(1, floor_count + 1) if floor not in missing_floors]
    if not floors:
        raise BuildingError(_("No floor is left."))
    if entrance_count * len(floors) * doors_per_floor > MOST_DOORS:
        raise BuildingError(
            _("That would be more than %(most)s doors. Please check the numbers.") % {"most": MOST_DOORS}
        )
    building = Building(
        compound=compound,
        name=name,
        code=code,
        position=int(code) if code.isascii() and code.isdigit() else 9999,
        entrance_count=entrance_count,
        floor_count=floor_count,
        doors_per_floor=doors_per_floor,
        lift_count=lift_count,
    )
    try:
        with transaction.atomic():
            building.save()
    except IntegrityError as error:
        raise BuildingError(_("There is already a building with the code %(code)s.") % {"code": code}) from error
    entrances = [""] if entrance_count == 1 else [str(number) for number in range(1, entrance_count + 1)]
    Door.objects.bulk_create(
        Door(building=building, entrance=entrance, floor=floor, position=place, room=room, key=room)
        for entrance in entrances
        for floor in floors
        for place in range(1, doors_per_floor + 1)
        for room in [f"{floor}{place:02d}"]
    )
    return building


# --- People -----------------------------------------------------------------------------------------------


@transaction.atomic
def move_in(
    *,
    door: Door,
    occupancy: str,
    told_count: int | None = None,
    moved_in_on: date | None = None,
    name: str = "",
    phone: str = "",
) -> Household:
    """A household behind the door, beside whoever lives there; `name` is who speaks for it, when known."""
    if door.joined_to_id:
        raise HouseholdError(
            _("This door is joined to %(door)s: enter the household there.") % {"door": door.joined_to}
        )
    household = Household.objects.create(door=door, occupancy=occupancy, told_count=told_count, moved_in_on=moved_in_on)
    if name:
        resident = Resident(household=household, name=name, is_contact=True, moved_in_on=moved_in_on)
        resident.set_phone(phone)
        resident.save()
    return household


@transaction.atomic
def move_out(*, household: Household, on: date) -> None:
    """The household and everybody still in it leave. They stay on record."""
    household = Household.objects.select_for_update().get(pk=household.pk)
    if household.moved_out_on:
        raise HouseholdError(_("This household has moved out already."))
    residents = list(Resident.objects.select_for_update().filter(household=household, moved_out_on=None))
    began = [day for day in [household.moved_in_on, *(r.moved_in_on for r in residents)] if day]
    if began and on < max(began):
        raise HouseholdError(
            _("Somebody moved in on %(day)s: the move out cannot be before that.") % {"day": max(began).isoformat()}
        )
    household.moved_out_on = on
    household.save(update_fields=["moved_out_on"])
    for resident in residents:
        resident.moved_out_on = on
    bulk_update_with_history(residents, Resident, ["moved_out_on"])


@transaction.atomic
def save_resident(*, resident: Resident, phone: str | None = None) -> Resident:
    """Store a new or changed resident. `phone` None keeps the number; only one person speaks for a household."""
    if phone is not None:
        resident.set_phone(phone)
    resident.save()
    if resident.is_contact:
        others = list(
            Resident.objects.select_for_update()
            .filter(household=resident.household_id, is_contact=True)
            .exclude(pk=resident.pk)
        )
        for other in others:
            other.is_contact = False
        bulk_update_with_history(others, Resident, ["is_contact"])
    return resident


def move_resident_out(*, resident: Resident, on: date) -> None:
    with transaction.atomic():
        resident = Resident.objects.select_for_update().get(pk=resident.pk)
        if resident.moved_out_on:
            raise HouseholdError(_("This person has moved out already."))
        if resident.moved_in_on and on < resident.moved_in_on:
            raise HouseholdError(
                _("Somebody moved in on %(day)s: the move out cannot be before that.")
                % {"day": resident.moved_in_on.isoformat()}
            )
        resident.moved_out_on = on
        resident.save(update_fields=["moved_out_on"])


def reveals_left(user: User) -> int:
    recent = AccessRecord.objects.filter(
        user=user, deed=AccessRecord.Deed.REVEAL, at__gt=timezone.now() - timedelta(hours=1)
    )
    return max(0, REVEALS_PER_HOUR - recent.count())


@transaction.atomic
def reveal_phone(*, resident: Resident, by: User, reason: str) -> str:
    """The whole number, on the record. Whoever asks for many in an hour is stopped: that would be a list."""
    User.objects.select_for_update().get(pk=by.pk)  # one look after the other, or two would share the last one left
    if not reveals_left(by):
        raise RevealError(
            _("You have looked at %(count)s numbers within an hour. Please wait, or print the list you need.")
            % {"count": REVEALS_PER_HOUR}
        )
    if not resident.phone:
        raise RevealError(_("No phone number is kept for this person."))
    AccessRecord.objects.create(
        user=by,
        compound=resident.household.door.building.compound,
        deed=AccessRecord.Deed.REVEAL,
        subject=f"resident {resident.pk}, {resident.household.door}",
        reason=reason,
    )
    return resident.phone


# --- Volunteers -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FreshInvite:
    """The code is here and nowhere else: it is shown once."""

    invite: Invite
    code: str


@transaction.atomic
def add_volunteer(*, compound: Compound, name: str) -> Volunteer:
    """A volunteer and the user behind them, who has no password: an invited phone is the only way in."""
    if Volunteer.objects.active().filter(compound=compound, name=name).exists():
        raise VolunteerError(_("There is already a volunteer of this name. Add something to tell the two apart."))
    user = User(username=f"volunteer-{secrets.token_hex(6)}", display_name=name)
    user.set_unusable_password()
    user.save()
    RoleGrant.objects.create(user=user, role=RoleGrant.Role.VOLUNTEER, compound=compound)
    return Volunteer.objects.create(user=user, compound=compound, name=name)


@transaction.atomic
def make_invite(*, volunteer: Volunteer, by: User) -> FreshInvite:
    """A new code, for one phone. Earlier codes that nobody used stop working: only the newest is in somebody's hand."""
    volunteer = Volunteer.objects.select_for_update().get(pk=volunteer.pk)
    if volunteer.ended_at:
        raise VolunteerError(_("This volunteer has left."))
    now = timezone.now()
    volunteer.invites.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    code = secrets.token_urlsafe(24)
    invite = Invite.objects.create(
        volunteer=volunteer, code_hash=token_hash(code), created_by=by, expires_at=now + settings.INVITE_LIFETIME
    )
    return FreshInvite(invite, code)


def end_device(*, device: Device) -> None:
    """The phone may read nothing more. What it still holds it can send; that is kept for a person to decide."""
    if not Device.objects.filter(pk=device.pk, ended_at=None).update(ended_at=Now()):
        raise VolunteerError(_("This phone was signed out already."))


@transaction.atomic
def end_volunteer(*, volunteer: Volunteer) -> None:
    """The volunteer leaves: phones are signed out, open invites stop working, the role ends."""
    volunteer = Volunteer.objects.select_for_update().get(pk=volunteer.pk)
    if volunteer.ended_at:
        raise VolunteerError(_("This volunteer has left."))
    now = timezone.now()
    volunteer.ended_at = now
    volunteer.save(update_fields=["ended_at"])
    volunteer.devices.filter(ended_at=None).update(ended_at=now)
    volunteer.invites.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    RoleGrant.objects.filter(
        user=volunteer.user_id, compound=volunteer.compound_id, role=RoleGrant.Role.VOLUNTEER
    ).update(until=now)
