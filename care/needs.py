"""A need from the first word to the household's own: each deed is a step under the need's row lock, and the state is
folded anew from all of them. A deed carries how many steps its screen saw: an older screen moves nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from care.errors import CareError
from care.folding import HELD, MAY_FOLLOW, fold_need
from care.models import CareDesk, Circle, Kind, Need, NeedStep
from care.models.needs import MOST_WORDS
from care.telling import (
    Teller,
    check_note,
    find_desk,
    refuse_foreign_volunteer,
    require_note,
    ring_urgent,
)
from care.urgency import sounds_urgent
from residents.models import Compound, Household, User, Volunteer

Step = NeedStep.Step
MOST_OPEN = 10  # of one household: more is a slip, or somebody else's hand
LONGEST_WAIT = timedelta(days=30)
MAY_REOPEN_FOR = timedelta(days=7)
FOLDED = (
    *("state", "state_at", "is_urgent", "holder_id", "helper_id", "leased_until"),
    *("waiting_until", "rings_at", "closed_at"),
)


@transaction.atomic
def open_desk(*, compound: Compound, **rules: object) -> CareDesk:
    return CareDesk.objects.update_or_create(compound=compound, defaults=rules)[0]


@transaction.atomic
def ask(
    *,
    household: Household,
    kind: str,
    words: str,
    teller: Teller,
    due_on: date | None = None,
    circle: str = "",
    is_urgent: bool = False,
    now: datetime | None = None,
) -> Need:
    """Words that sound urgent ring the desk at once, whoever typed them."""
    now = now or timezone.now()
    words = check_note(words, MOST_WORDS)
    if not words:
        raise CareError(_("Say in a few words what is needed."))
    if household.moved_out_on is not None:
        raise CareError(_("This household has moved out."))
    if due_on is not None and due_on < timezone.localdate(now):
        raise CareError(_("This day has passed."))
    Household.objects.select_for_update().get(pk=household.pk)
    building = household.door.building
    desk = find_desk(building.compound_id)
    refuse_foreign_volunteer(teller.heard_by, building.compound_id)
    if Need.objects.open().filter(household=household).count() >= MOST_OPEN:
        raise CareError(_("%(most)s needs of this household are open already. End one first.") % {"most": MOST_OPEN})
    need = Need.objects.create(
        compound=building.compound,
        household=household,
        kind=kind,
        words=words,
        circle=circle or Circle.usual(Kind(kind)),
        source=teller.source,
        due_on=due_on,
        made_at=now,
        rings_at=now,
    )
    steps = [_write(need, Step.ASKED, teller, now)]
    if is_urgent or sounds_urgent(words):
        steps.append(_write(need, Step.URGENT, teller, now))
    _fold(need, desk, steps)
    if need.is_urgent:
        ring_urgent(need, building)
    return need


# --- Seeing to it -----------------------------------------------------------------------------------


@transaction.atomic
def claim(*, need: Need, by: User, helper: Volunteer | None = None, now: datetime | None = None) -> Need:
    """For oneself, or for a volunteer who goes. Of many at once, one gets it."""
    now = now or timezone.now()
    row = _lock(need)
    if not row.is_free(now):
        raise CareError(_("Somebody was quicker: this is seen to already."))
    desk = find_desk(row.compound_id)
    refuse_foreign_volunteer(helper, row.compound_id)
    until = now + timedelta(hours=desk.claim_hours)
    return _take_step(row, desk, Step.CLAIMED, Teller(by=by, heard_by=helper), now, until=until)


@transaction.atomic
def start(*, need: Need, by: User, saw: int | None = None, now: datetime | None = None) -> Need:
    return _deed(need, Step.STARTED, Teller(by=by), saw, now)


@transaction.atomic
def wait(
    *, need: Need, by: User, until: datetime, reason: str, saw: int | None = None, now: datetime | None = None
) -> Need:
    """For the pharmacy, for tomorrow's car: it rings when that should have come."""
    now = now or timezone.now()
    if not now < until <= now + LONGEST_WAIT:
        raise CareError(_("Choose a moment from now on, within 30 days."))
    return _deed(need, Step.WAITS, Teller(by=by), saw, now, until=until, note=require_note(reason))


@transaction.atomic
def release(*, need: Need, by: User, reason: str, saw: int | None = None, now: datetime | None = None) -> Need:
    return _deed(need, Step.RELEASED, Teller(by=by), saw, now, note=require_note(reason))


@transaction.atomic
def finish(*, need: Need, by: User, note: str = "", saw: int | None = None, now: datetime | None = None) -> Need:
    """Done, as we see it: the household says whether it is."""
    return _deed(need, Step.DONE, Teller(by=by), saw, now, note=check_note(note, 200))


# --- The household's word, by its link or by telephone ------------------------------------------------


@transaction.atomic
def confirm(*, need: Need, teller: Teller, saw: int | None = None, now: datetime | None = None) -> Need:
    return _deed(need, Step.CONFIRMED, teller, saw, now)


@transaction.atomic
def reopen(*, need: Need, teller: Teller, reason: str, saw: int | None = None, now: datetime | None = None) -> Need:
    now = now or timezone.now()
    row = _lock(need)
    if row.closed_at is not None and row.closed_at < now - MAY_REOPEN_FOR:
        raise CareError(_("This ended more than a week ago: ask anew."))
    note = require_note(reason)
    row = _deed(row, Step.REOPENED, teller, saw, now, note=note)
    return _mark_urgent(row, teller, now) if sounds_urgent(note) and not row.is_urgent else row


@transaction.atomic
def withdraw(
    *, need: Need, teller: Teller, note: str = "", saw: int | None = None, now: datetime | None = None
) -> Need:
    return _deed(need, Step.WITHDRAWN, teller, saw, now, note=check_note(note, 200))


# --- What is known of it ------------------------------------------------------------------------------


@transaction.atomic
def tell_urgent(
    *, need: Need, by: User, is_urgent: bool, reason: str, saw: int | None = None, now: datetime | None = None
) -> Need:
    step = Step.URGENT if is_urgent else Step.NOT_URGENT
    row = _deed(need, step, Teller(by=by), saw, now, note=require_note(reason))
    if is_urgent:
        ring_urgent(row, row.household.door.building)
    return row


@transaction.atomic
def change_circle(*, need: Need, by: User, circle: str, saw: int | None = None, now: datetime | None = None) -> Need:
    row = _deed(need, Step.CIRCLE, Teller(by=by), saw, now, note=circle)
    row.circle = circle
    row.save(update_fields=["circle"])
    return row


def _mark_urgent(row: Need, teller: Teller, now: datetime) -> Need:
    row = _deed(row, Step.URGENT, teller, None, now)
    ring_urgent(row, row.household.door.building)
    return row


# --- Writing ------------------------------------------------------------------------------------------


def _lock(need: Need) -> Need:
    rows = Need.objects.select_for_update(of=("self",)).select_related("compound", "household__door__building")
    return rows.get(pk=need.pk)


def _deed(
    need: Need,
    step: str,
    teller: Teller,
    saw: int | None,
    now: datetime | None,
    until: datetime | None = None,
    note: str = "",
) -> Need:
    now = now or timezone.now()
    row = _lock(need)
    if saw is not None and saw != row.step_count:
        raise CareError(_("This has moved on meanwhile. Look at it as it is now."))
    if row.state not in MAY_FOLLOW[step]:
        raise CareError(_("This cannot be done now: the need is %(state)s.") % {"state": row.get_state_display()})
    desk = find_desk(row.compound_id)
    return _take_step(row, desk, step, teller, now, until=until, note=note)


def _take_step(row: Need, desk: CareDesk, step: str, teller: Teller, now: datetime, **facts: object) -> Need:
    _write(row, step, teller, now, **facts)
    _fold(row, desk, list(row.steps.all()))
    return row


def _write(row: Need, step: str, teller: Teller, now: datetime, **facts: object) -> NeedStep:
    row.step_count += 1
    return NeedStep.objects.create(need=row, number=row.step_count, step=step, at=now, **teller.facts(), **facts)


def _fold(row: Need, desk: CareDesk, steps: list[NeedStep]) -> None:
    lease, stale = timedelta(hours=desk.claim_hours), timedelta(hours=desk.stale_hours)
    folded = fold_need(steps, lease=lease, stale=stale)
    for name in FOLDED:
        setattr(row, name, getattr(folded, name))
    row.save(update_fields=["step_count", *(name.removesuffix("_id") for name in FOLDED)])


def free_needs_of(*, volunteer: Volunteer, by: User, reason: str, now: datetime | None = None) -> int:
    """A volunteer who falls ill loses what they had taken at once; each is free for others."""
    held = Need.objects.filter(helper=volunteer, state__in=HELD)
    with transaction.atomic():
        for need in held:
            release(need=need, by=by, reason=reason, now=now)
    return len(held)
