"""The call rota: who is on it and why, whose turn it is, what was heard, and who knocks when nobody answers.

A call is taken under a lease, so that two callers never ring one person; each press is a step under the row's lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from care.errors import CareError
from care.folding import fold_place
from care.models import CallPlace, CallStep
from care.telling import check_note, coordinators, find_desk, require_note
from notices.services import plan_message
from residents.models import Compound, Resident, User
from residents.services import reveal_phone
from rounds.models import Visit

Step = CallStep.Step
MOST_NOTE = 300
TRY_AGAIN = timedelta(minutes=30)
LONGEST_DELAY = timedelta(hours=24)
FOLDED = ("cadence", "due_on", "again_at", "skipped_at", "missed_count", "knock_id", "ended_at")


# --- Who is on it -----------------------------------------------------------------------------------


@transaction.atomic
def begin_calls(
    *, resident: Resident, cadence: int, why: str, by: User, note: str = "", now: datetime | None = None
) -> CallPlace:
    now = now or timezone.now()
    home = resident.household
    if resident.moved_out_on is not None or home.moved_out_on is not None:
        raise CareError(_("This person does not live here any more."))
    compound = home.door.building.compound
    find_desk(compound.pk)
    facts = {"compound": compound, "resident": resident, "cadence": cadence, "why": why, "begun_at": now}
    try:
        with transaction.atomic():
            place = CallPlace.objects.create(due_on=timezone.localdate(now), **facts)
    except IntegrityError as error:
        raise CareError(_("This person is on the rota already.")) from error
    return take_step(place, Step.BEGUN, by, now, cadence=cadence, note=check_note(note, MOST_NOTE))


@transaction.atomic
def change_calls(*, place: CallPlace, cadence: int, reason: str, by: User, now: datetime | None = None) -> CallPlace:
    note = require_note(reason)
    return take_step(_lock_active(place), Step.CHANGED, by, now, cadence=cadence, note=note)


@transaction.atomic
def end_calls(*, place: CallPlace, reason: str, by: User, now: datetime | None = None) -> CallPlace:
    note = require_note(reason)
    return take_step(_lock_active(place), Step.ENDED, by, now, note=note)


# --- Whose turn it is ---------------------------------------------------------------------------------


@transaction.atomic
def take_next(*, compound: Compound, by: User, now: datetime | None = None) -> CallPlace | None:
    """The first of the queue that nobody else takes at this moment; the one already taken, if there is one."""
    now = now or timezone.now()
    rows = CallPlace.objects.visible_to(by).filter(compound=compound)
    held = rows.active().filter(holder=by, leased_until__gt=now).first()
    if held is not None:
        return held
    place = rows.to_call(now).select_for_update(of=("self",), skip_locked=True).first()
    return None if place is None else _lease(place, by, now)


@transaction.atomic
def take_call(*, place: CallPlace, by: User, now: datetime | None = None) -> CallPlace:
    """This one, due or not: somebody may worry."""
    now = now or timezone.now()
    row = _lock_active(place)
    if row.is_held(now) and row.holder_id != by.pk:
        raise CareError(_("Somebody else is calling this person now."))
    return _lease(row, by, now)


def _lease(place: CallPlace, by: User, now: datetime) -> CallPlace:
    desk = find_desk(place.compound_id)
    place.holder, place.leased_until = by, now + timedelta(minutes=desk.call_minutes)
    place.save(update_fields=["holder", "leased_until"])
    return place


@transaction.atomic
def give_back(*, place: CallPlace, by: User) -> None:
    """Not now: it stands where it stood."""
    CallPlace.objects.filter(pk=place.pk, holder=by).update(holder=None, leased_until=None)


def free_calls_of(*, caller: User) -> int:
    """Whoever falls ill calls nobody today: what they had taken stands where it stood. One statement."""
    return CallPlace.objects.filter(holder=caller).update(holder=None, leased_until=None)


def look_up_number(*, place: CallPlace, by: User) -> str:
    """On the record like every look at a number. Raises RevealError."""
    if place.holder_id != by.pk:
        raise CareError(_("Take the call first."))
    return reveal_phone(resident=place.resident, by=by, reason=_("call rota"))


# --- What was heard -----------------------------------------------------------------------------------


@transaction.atomic
def tell_call(
    *,
    place: CallPlace,
    heard: str,
    by: User,
    note: str = "",
    until: datetime | None = None,
    now: datetime | None = None,
) -> CallPlace:
    """One click. Two calls in vain ask for a knock at the door. A long talk outlasts its lease: while nobody else has
    taken the call, it is still its caller's."""
    now = now or timezone.now()
    row = _lock_active(place)
    if row.holder_id != by.pk:
        raise CareError(_("This call is not yours any more. Take it again."))
    note = check_note(note, MOST_NOTE)
    if heard == Step.PROXY and not note:
        raise CareError(_("Write down who answered."))
    if heard == Step.NO_ANSWER:
        until = now + TRY_AGAIN
    elif heard == Step.AGAIN:
        if until is None or not now < until <= now + LONGEST_DELAY:
            raise CareError(_("Choose a time within the next 24 hours."))
    elif heard in {Step.ANSWERED, Step.PROXY, Step.SKIPPED}:
        until = None
    else:
        raise CareError(_("Choose what was heard."))
    return take_step(row, heard, by, now, until=until, note=note)


# --- Writing ------------------------------------------------------------------------------------------


def _lock_active(place: CallPlace) -> CallPlace:
    rows = CallPlace.objects.select_for_update(of=("self",)).select_related("resident__household__door__building")
    row = rows.get(pk=place.pk)
    if row.ended_at is not None:
        raise CareError(_("This person was taken off the rota."))
    return row


def take_step(row: CallPlace, step: str, by: User, now: datetime | None, **facts: object) -> CallPlace:
    """The call that was taken ends with what was heard."""
    CallStep.objects.create(place=row, step=step, by=by, at=now or timezone.now(), **facts)
    folded = fold_place(row.steps.all())
    for name in FOLDED:
        setattr(row, name, getattr(folded, name))
    row.holder, row.leased_until = None, None
    row.save(update_fields=[*(name.removesuffix("_id") for name in FOLDED), "holder", "leased_until"])
    return row


def lock_places(places: Iterable[int]) -> dict[int, CallPlace]:
    rows = CallPlace.objects.select_for_update(of=("self",)).filter(pk__in=list(places)).order_by("pk")
    return {row.pk: row for row in rows.select_related("compound", "resident__household__door__building")}


def tell_knock(place: CallPlace, visit: Visit, step: str, by: User, at: datetime) -> None:
    """What the marks at a door say of who was knocked for; the same is said once, whatever comes twice."""
    said = place.steps.filter(visit=visit).order_by("-pk").values_list("step", flat=True).first()
    if said == step or (step == Step.UNSAID and said == Step.KNOCKING):
        return
    take_step(place, step, by, at, visit=visit)
    if step == Step.NOT_MET:
        _ring_not_met(place, visit)


def _ring_not_met(place: CallPlace, visit: Visit) -> None:
    """Called in vain, knocked in vain: now a person decides."""
    building = place.resident.household.door.building
    with translation.override(settings.LANGUAGE_CODE):
        plan_message(
            compound=place.compound,
            reminder=f"not-met:{place.pk}",
            period=str(visit.pk),
            subject=_("Not reached by telephone, not met at the door: %(building)s") % {"building": building},
            body=_("Somebody on the call rota has not been reached. Look at once; call the family, or 110 and 120."),
            link=place.get_absolute_url(),
            users=coordinators(place.compound, building),
            webhooks=(),
            is_urgent=True,
        )
