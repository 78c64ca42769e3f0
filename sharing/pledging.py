"""A drive's deeds: parts wanted, promised, collected, made into one thing, handed over. Each locks the drive's row: a
drive is a small thing, and its parts are promised one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.services import plan_message
from residents.models import Household, RoleGrant, User, Volunteer
from sharing.models import Drive, DriveStep, Part, Pledge, Portion
from sharing.models.drives import MOST_OF_A_PART
from sharing.offering import lock_household
from sharing.telling import SharingError, Teller, check_count, check_words, require_reason

Kind = DriveStep.Kind
State = Drive.State
MOST_PARTS = 40


def _check_times(pledge_until: datetime, collect_at: datetime) -> None:
    if collect_at < pledge_until:
        raise SharingError(_("Collecting begins after the last promise."))
    if pledge_until <= timezone.now():
        raise SharingError(_("The time to promise has passed already."))


def _check_place(drive: Drive) -> None:
    kitchen, runner = drive.kitchen, drive.runner
    if kitchen is not None and kitchen.door.building.compound_id != drive.compound_id:
        raise SharingError(_("The kitchen is not in this compound."))
    if runner is not None and (runner.compound_id != drive.compound_id or runner.ended_at is not None):
        raise SharingError(_("This volunteer does not serve in this compound."))


@transaction.atomic
def begin_drive(*, by: User, **facts: Any) -> Drive:
    drive = Drive(made_by=by, **_checked(facts))
    _check_times(drive.pledge_until, drive.collect_at)
    _check_place(drive)
    drive.save()
    _note(Kind.BEGUN, drive, Teller(by=by))
    return drive


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    most = {"title": 60, "goes_to": 100, "where": 60}
    return facts | {name: check_words(facts[name], most[name]) for name in most if name in facts}


@transaction.atomic
def change_drive(*, drive: Drive, **facts: Any) -> Drive:
    """Times, places, who collects; not whom it belongs to."""
    row = lock_drive(drive, State.OPEN, State.COLLECTING)
    was = row.pledge_until
    for name, value in _checked(facts).items():
        setattr(row, name, value)
    if row.state == State.OPEN and row.pledge_until != was:
        _check_times(row.pledge_until, row.collect_at)
    elif row.collect_at < row.pledge_until:
        raise SharingError(_("Collecting begins after the last promise."))
    _check_place(row)
    row.save(update_fields=[*facts])
    return row


def free_drives_of(*, volunteer: Volunteer) -> int:
    """Who collects falls ill: the drive asks for somebody else. One statement."""
    under_way = Drive.objects.filter(runner=volunteer, state__in=[State.OPEN, State.COLLECTING])
    return under_way.update(runner=None)


# --- Parts ----------------------------------------------------------------------------------------


@transaction.atomic
def add_part(*, drive: Drive, name: str, quantity: Any, unit: str) -> Part:
    row = lock_drive(drive, State.OPEN)
    name, unit, count = check_words(name, 40), check_words(unit, 12), check_count(quantity, MOST_OF_A_PART)
    if row.parts.count() >= MOST_PARTS:
        raise SharingError(_("A drive has %(most)s parts at the most.") % {"most": MOST_PARTS})
    try:
        with transaction.atomic():
            return Part.objects.create(drive=row, name=name, quantity=count, unit=unit)
    except IntegrityError:
        raise SharingError(_("%(part)s is on the list already.") % {"part": name}) from None


@transaction.atomic
def change_part(*, part: Part, quantity: Any) -> None:
    """More or less of it, never less than is promised."""
    lock_drive(part.drive, State.OPEN)
    count = check_count(quantity, MOST_OF_A_PART)
    row = Part.objects.get(pk=part.pk)
    if count < row.pledged:
        words = {"pledged": row.pledged, "unit": row.unit}
        raise SharingError(_("%(pledged)s %(unit)s of it are promised already.") % words)
    row.quantity = count
    row.save(update_fields=["quantity"])


@transaction.atomic
def remove_part(*, part: Part) -> None:
    lock_drive(part.drive, State.OPEN)
    if part.pledges.exists():
        raise SharingError(_("Somebody has promised of it: it stays on the list."))
    Part.objects.filter(pk=part.pk).delete()


# --- Promises -------------------------------------------------------------------------------------


@transaction.atomic
def pledge(*, part: Part, household: Household, quantity: Any, teller: Teller, now: datetime | None = None) -> Pledge:
    """Promised, or promised anew: a household stands beside a part once, with what it said last."""
    now = now or timezone.now()
    count = check_count(quantity, MOST_OF_A_PART)
    drive = lock_drive(part.drive, State.OPEN)
    home = lock_household(household)
    building = home.door.building
    if building.compound_id != drive.compound_id or drive.building_id not in {None, building.pk}:
        raise SharingError(_("This drive is not for this house."))
    if drive.pledge_until <= now:
        raise SharingError(_("The time to promise is over."))
    row = Part.objects.get(pk=part.pk)
    old = Pledge.objects.filter(part=row, household=home).exclude(state=Pledge.State.TAKEN_BACK).first()
    missing = row.missing + (old.quantity if old else 0)
    if count > missing:
        words = {"missing": missing, "unit": row.unit}
        raise SharingError(_("Only %(missing)s %(unit)s are still needed.") % words)
    row.pledged += count - (old.quantity if old else 0)
    row.save(update_fields=["pledged"])
    mine = old or Pledge(part=row, household=home, made_at=now)
    mine.quantity = count
    mine.save()
    _note(Kind.PLEDGED, drive, teller, pledge=mine, quantity=count)
    return mine


@transaction.atomic
def take_back(*, pledge: Pledge, teller: Teller) -> None:
    """Until the runner goes."""
    drive = lock_drive(pledge.part.drive, State.OPEN)
    row = Pledge.objects.select_related("part").get(pk=pledge.pk)
    if row.state == Pledge.State.TAKEN_BACK:
        return
    row.part.pledged -= row.quantity
    row.part.save(update_fields=["pledged"])
    row.state = Pledge.State.TAKEN_BACK
    row.save(update_fields=["state"])
    _note(Kind.TAKEN_BACK, drive, teller, pledge=row, quantity=row.quantity)


# --- Collecting -----------------------------------------------------------------------------------


@transaction.atomic
def begin_collecting(*, drive: Drive, by: User, reason: str = "") -> None:
    """Full, or with what there is: then why is written down."""
    row = lock_drive(drive, State.OPEN)
    parts = list(row.parts.all())
    if not any(part.pledged for part in parts):
        raise SharingError(_("Nothing is promised yet: there is nothing to collect."))
    if any(part.missing for part in parts):
        reason = require_reason(reason)
    _turn(row, State.COLLECTING)
    _note(Kind.COLLECTING, row, Teller(by=by), reason=reason[:200])


@transaction.atomic
def tell_collected(*, pledge: Pledge, by: User, state: str) -> None:
    """`state`: collected, missed, or pledged again when the press was a mistake. Pressed twice is told once."""
    drive = lock_drive(pledge.part.drive, State.COLLECTING)
    row = Pledge.objects.get(pk=pledge.pk)
    if row.state == Pledge.State.TAKEN_BACK:
        raise SharingError(_("This promise was taken back."))
    if row.state == state:
        return
    kinds = {
        Pledge.State.COLLECTED: Kind.COLLECTED,
        Pledge.State.MISSED: Kind.MISSED,
        Pledge.State.PLEDGED: Kind.UNDONE,
    }
    row.state, row.collected_at = state, timezone.now() if state == Pledge.State.COLLECTED else None
    row.save(update_fields=["state", "collected_at"])
    _note(kinds[Pledge.State(state)], drive, Teller(by=by), pledge=row, quantity=row.quantity)


# --- The end --------------------------------------------------------------------------------------


@transaction.atomic
def tell_made(*, drive: Drive, by: User, result_count: Any) -> None:
    row = lock_drive(drive, State.COLLECTING)
    count = check_count(result_count, MOST_OF_A_PART)
    left = Pledge.objects.filter(part__drive=row, state=Pledge.State.PLEDGED)
    if left.exists():
        raise SharingError(_("Some doors of the route have no answer yet: picked up, or was not there."))
    row.result_count = count
    _turn(row, State.MADE, "result_count")
    _note(Kind.MADE, row, Teller(by=by), quantity=count)


@transaction.atomic
def record_portions(*, drive: Drive, households: Iterable[Household], by: User) -> int:
    """Who got of it, a house at a time; who has theirs already is passed by. Returns how many are new."""
    row = lock_drive(drive, State.MADE)
    had = set(row.portions.values_list("household", flat=True))
    fresh = [home for home in households if home.pk not in had]
    if len(had) + len(fresh) > (row.result_count or 0):
        words = {"made": row.result_count, "left": (row.result_count or 0) - len(had)}
        raise SharingError(_("%(made)s portions were made; %(left)s are left.") % words)
    Portion.objects.bulk_create(Portion(drive=row, household=home, by=by) for home in fresh)
    return len(fresh)


@transaction.atomic
def hand_over(*, drive: Drive, by: User, note: str = "") -> None:
    """It has reached whom it was for; what went where no door is, stands in the note."""
    row = lock_drive(drive, State.MADE)
    count = row.portions.count()
    if not count:
        note = require_reason(note)
    elif note.strip():
        note = check_words(note, 200)
    row.ended_at = timezone.now()
    _turn(row, State.HANDED_OVER, "ended_at")
    _note(Kind.HANDED_OVER, row, Teller(by=by), quantity=count, reason=note)


@transaction.atomic
def cancel_drive(*, drive: Drive, reason: str, by: User) -> None:
    """Who promised sees it on their own page; leads and stewards are told, and the house's group by its bot."""
    reason = require_reason(reason)
    row = lock_drive(drive, State.OPEN, State.COLLECTING)
    row.reason, row.ended_at = reason, timezone.now()
    _turn(row, State.CANCELLED, "reason", "ended_at")
    _note(Kind.CANCELLED, row, Teller(by=by), reason=reason)
    with translation.override(settings.LANGUAGE_CODE):
        plan_message(
            compound=row.compound,
            reminder=f"drive-cancelled:{row.pk}",
            period="once",
            users=_leads_of(row),
            subject=_("%(drive)s does not take place") % {"drive": row.title},
            body=_("Who promised something keeps it. The reason stands on the drive's page and on theirs."),
            link=row.get_absolute_url(),
        )


def _leads_of(drive: Drive) -> list[User]:
    houses = Pledge.objects.standing().filter(part__drive=drive).values("household__door__building")
    grants = RoleGrant.objects.in_force().filter(compound=drive.compound, user__is_active=True)
    stewards, leads = Q(role=RoleGrant.Role.STEWARD), Q(role=RoleGrant.Role.LEAD, buildings__in=houses)
    return list(User.objects.filter(pk__in=grants.filter(stewards | leads).values("user")).order_by("pk"))


# --- Shared by all ----------------------------------------------------------------------------------


def lock_drive(drive: Drive, *states: str) -> Drive:
    rows = Drive.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("compound", "kitchen__door__building", "runner").get(pk=drive.pk)
    if row.state not in states:
        raise SharingError(_("This cannot be done now: the drive is %(state)s.") % {"state": row.get_state_display()})
    return row


def _turn(drive: Drive, state: str, *fields: str) -> None:
    drive.state = state
    drive.save(update_fields=["state", *fields])


def _note(kind: str, drive: Drive, teller: Teller, **facts: Any) -> None:
    DriveStep.objects.create(kind=kind, drive=drive, **teller.facts(), **facts)
