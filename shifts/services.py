"""Shifts are made, changed and called off by stewards; the rules are a compound's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Compound, User
from shifts.models import Shift, ShiftRules, ShiftStep
from shifts.models.roster import LONGEST
from shifts.places import SHIFTS, fill, lock_rules, note, refuse_what_is_over, require_reason
from shifts.telling import ShiftError, tell_cancelled

MOST_DAYS = 14
Kind = ShiftStep.Kind


def check_window(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at:
        raise ShiftError(_("The shift must end after it starts."))
    if ends_at - starts_at > LONGEST:
        raise ShiftError(_("A shift lasts 12 hours at the most: make two of it."))
    if ends_at <= now:
        raise ShiftError(_("This shift would be over already."))


def check_building(compound: Compound, facts: dict[str, Any]) -> None:
    building = facts.get("building")
    if building is not None and building.compound_id != compound.pk:
        raise ShiftError(_("This building is not in this compound."))


@transaction.atomic
def make_shifts(
    *, compound: Compound, by: User, days: int = 1, now: datetime | None = None, **facts: Any
) -> list[Shift]:
    """The same hours on so many days in a row. A roster of a week is made at once or not at all."""
    now = now or timezone.now()
    lock_rules(compound.pk)
    check_window(facts["starts_at"], facts["ends_at"], now)
    check_building(compound, facts)
    if not 1 <= days <= MOST_DAYS:
        raise ShiftError(_("A shift is repeated on 1 to %(most)s days.") % {"most": MOST_DAYS})
    shifts = []
    for number in range(days):
        times = {name: facts[name] + timedelta(days=number) for name in ("starts_at", "ends_at")}
        shift = Shift.objects.create(compound=compound, made_by=by, made_at=now, **facts | times)
        note(Kind.MADE, shift, by, at=now)
        shifts.append(shift)
    return shifts


@transaction.atomic
def change_shift(*, shift: Shift, by: User, now: datetime | None = None, **facts: Any) -> Shift:
    """More places are filled from the waiting list at once. The hours stay once somebody relies on them."""
    now = now or timezone.now()
    rules = lock_rules(shift.compound_id)
    row = SHIFTS.get(pk=shift.pk)
    refuse_what_is_over(row, now)
    if (facts["starts_at"], facts["ends_at"]) != (row.starts_at, row.ends_at):
        if row.all_places.standing().exists():
            raise ShiftError(_("Somebody relies on these hours. Call the shift off and make another."))
        check_window(facts["starts_at"], facts["ends_at"], now)
    check_building(row.compound, facts)
    if facts["task"] != row.task and row.all_places.standing().exists():
        raise ShiftError(_("Somebody took this class of work. Call the shift off and make another."))
    if facts["places"] < row.taken:
        raise ShiftError(_("%(taken)s places are taken: take somebody out first.") % {"taken": row.taken})
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))
    note(Kind.CHANGED, row, by, at=now)
    fill([row.pk], rules, by, now)
    return row


@transaction.atomic
def cancel_shift(*, shift: Shift, reason: str, by: User, now: datetime | None = None) -> None:
    """Whoever stood in it is told. Their places stay on the record and count for no hours."""
    now = now or timezone.now()
    reason = require_reason(reason)
    lock_rules(shift.compound_id)
    row = SHIFTS.get(pk=shift.pk)
    refuse_what_is_over(row, now)
    row.cancelled_at = now
    row.save(update_fields=["cancelled_at"])
    step = note(Kind.CANCELLED, row, by, at=now, reason=reason)
    places = row.all_places.standing().select_related("volunteer__user")
    tell_cancelled(row, step, [place.volunteer.user for place in places])


@transaction.atomic
def change_rules(*, compound: Compound, **facts: Any) -> ShiftRules:
    """What is agreed from now on. Who has a place keeps it."""
    rules = lock_rules(compound.pk)
    for name, value in facts.items():
        setattr(rules, name, value)
    rules.save(update_fields=list(facts))
    return rules
