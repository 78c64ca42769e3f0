"""Who has a place in which shift.

Everybody who takes or leaves a place, moves up or falls ill waits at one row: the rules of the compound. So there is no
order of locks to get wrong, and whoever looks at a volunteer's other shifts sees all of them. Behind that lock the
database refuses a place too many, and a volunteer twice in one shift.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Compound, User, Volunteer
from shifts.models import HealthWord, Place, Shift, ShiftRules, ShiftStep, Task
from shifts.reckoning import Broken, first_broken, overlaps, spoken
from shifts.telling import ShiftError, tell_hole, tell_moved_up

Kind = ShiftStep.Kind
State = Place.State
NEAR = timedelta(days=9)  # what lies further off touches neither the rest nor the week of a shift
SHIFTS = Shift.objects.select_related("compound", "building")


class LimitError(ShiftError):
    """A limit for the volunteer's own good. A steward may go over it and say why."""


def lock_rules(compound_id: int) -> ShiftRules:
    """Where everybody waits. The row is made with the compound's first shift."""
    rules, _is_new = ShiftRules.objects.get_or_create(compound_id=compound_id)
    return ShiftRules.objects.select_for_update(of=("self",), no_key=True).get(pk=rules.pk)


def rules_of(compound: Compound) -> ShiftRules:
    return ShiftRules.objects.filter(compound=compound).first() or ShiftRules(compound=compound)


def require_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise ShiftError(_("Say why, in a few words."))
    if len(reason) > 200:
        raise ShiftError(_("The reason is too long."))
    return reason


# --- May they? ------------------------------------------------------------------------------------


def refuse_what_is_over(shift: Shift, now: datetime) -> None:
    if shift.cancelled_at is not None:
        raise ShiftError(_("This shift was called off."))
    if shift.ends_at <= now:
        raise ShiftError(_("This shift is over."))


def is_stopped(volunteer: Volunteer) -> bool:
    """Told of a symptom or positive, and no steward has said since that they may serve again. One statement."""
    told = HealthWord.objects.filter(volunteer=volunteer).exclude(kind=HealthWord.Kind.WELL)
    return told.order_by("-pk").values_list("kind", flat=True).first() in HealthWord.STOPS


def refuse_stopped(volunteer: Volunteer) -> None:
    if is_stopped(volunteer):
        words = {"name": volunteer.name}
        raise ShiftError(_("%(name)s rests: a steward has to say first that they may serve again.") % words)


def refuse_volunteer(shift: Shift, volunteer: Volunteer) -> None:
    """What no reason helps against."""
    if volunteer.ended_at is not None or volunteer.compound_id != shift.compound_id:
        raise ShiftError(_("This volunteer does not serve in this compound."))
    is_trained = volunteer.trained_on is not None and volunteer.trained_on <= timezone.localdate()
    name = {"name": volunteer.name}
    if not is_trained and shift.task in Task.behind_seals():
        raise ShiftError(_("Sealed buildings are for the trained: %(name)s has not been trained yet.") % name)
    if not is_trained and shift.compound.requires_training:
        raise ShiftError(_("%(name)s has not been trained yet.") % name)
    refuse_stopped(volunteer)


def other_shifts(shift: Shift, volunteer: Volunteer) -> list[Shift]:
    """What the volunteer has a place in, near this shift. One statement."""
    worked = Place.objects.worked().filter(volunteer=volunteer).values("shift")
    near = Shift.objects.filter(pk__in=worked, ends_at__gt=shift.starts_at - NEAR, starts_at__lt=shift.ends_at + NEAR)
    return list(near.exclude(pk=shift.pk))


def refuse_times(shift: Shift, volunteer: Volunteer, rules: ShiftRules, *, despite: str) -> None:
    """Two shifts at once never; the limits unless somebody says why."""
    others = other_shifts(shift, volunteer)
    wanted = (shift.starts_at, shift.ends_at)
    for other in others:
        if overlaps((other.starts_at, other.ends_at), wanted):
            words = {"name": volunteer.name, "what": other.title, "when": other.window}
            raise ShiftError(_("%(name)s has another shift then: %(what)s, %(when)s.") % words)
    broken = first_broken(
        rest=rules.rest_hours,
        day=rules.day_hours,
        week=rules.week_hours,
        spans=[(other.starts_at, other.ends_at) for other in others],
        wanted=wanted,
    )
    if broken and not despite:
        raise LimitError(_sentence(broken, volunteer))


def _sentence(broken: Broken, volunteer: Volunteer) -> str:
    words = {"name": volunteer.name, "limit": broken.limit, "would": spoken(broken.would)}
    if broken.what == "rest":
        return _("%(name)s would rest %(would)s h between two shifts; at least %(limit)s h are agreed.") % words
    if broken.what == "day":
        return _("%(name)s would serve %(would)s h that day; at most %(limit)s h are agreed.") % words
    return _("%(name)s would serve %(would)s h that week; at most %(limit)s h are agreed.") % words


# --- Taking and leaving ---------------------------------------------------------------------------


@transaction.atomic
def take_place(
    *, shift: Shift, volunteer: Volunteer, by: User, despite: str = "", now: datetime | None = None
) -> Place:
    """A place, or a turn on the waiting list where none is free. Asked again, the answer is the same.

    `despite`: why somebody goes over a limit. Raises LimitError without it, ShiftError for all else.
    """
    now = now or timezone.now()
    rules = lock_rules(shift.compound_id)
    row = SHIFTS.get(pk=shift.pk)
    person = Volunteer.objects.get(pk=volunteer.pk)
    same = row.all_places.standing().filter(volunteer=person).first()
    if same is not None:
        return same
    despite = require_reason(despite) if despite.strip() else ""
    refuse_what_is_over(row, now)
    refuse_volunteer(row, person)
    refuse_times(row, person, rules, despite=despite)
    has_room = row.free > 0
    if has_room:
        Shift.objects.filter(pk=row.pk).update(taken=F("taken") + 1)
    state = State.HELD if has_room else State.WAITING
    place = Place.objects.create(shift=row, volunteer=person, state=state, asked_at=now, despite=despite)
    note(Kind.TOOK if has_room else Kind.WAITS, row, by, place=place, at=now, reason=despite)
    return place


@transaction.atomic
def leave_place(*, place: Place, by: User, reason: str = "", now: datetime | None = None) -> bool:
    """One tap: cannot come. The first who waits moves up; stewards and the lead hear of it. False when told before."""
    now = now or timezone.now()
    rules = lock_rules(place.shift.compound_id)
    row = Place.objects.select_related("shift__compound", "shift__building").get(pk=place.pk)
    if row.state not in {State.HELD, State.WAITING}:
        return False
    refuse_what_is_over(row.shift, now)
    _end([row], State.LEFT, rules, by, now, reason=" ".join(reason.split())[:200])
    return True


def free_places(*, volunteer: Volunteer, rules: ShiftRules, by: User, now: datetime) -> int:
    """Out of every shift that is not over, within the caller's transaction. How many places became free."""
    return _end(list(_ahead(volunteer, now)), State.FREED, rules, by, now)


def _ahead(volunteer: Volunteer, now: datetime) -> QuerySet[Place]:
    rows = Place.objects.standing().filter(volunteer=volunteer, shift__cancelled_at=None, shift__ends_at__gt=now)
    return rows.select_related("shift__compound", "shift__building").order_by("shift__starts_at", "pk")


def _end(places: list[Place], state: str, rules: ShiftRules, by: User, now: datetime, reason: str = "") -> int:
    held = [place for place in places if place.state == State.HELD]
    steps = {}
    for place in places:
        Place.objects.filter(pk=place.pk).update(state=state, presence="")
        kind = Kind.LEFT if state == State.LEFT else Kind.FREED
        steps[place.pk] = note(kind, place.shift, by, place=place, at=now, reason=reason)
    Shift.objects.filter(pk__in=[place.shift_id for place in held]).update(taken=F("taken") - 1)
    # Also where they wait themselves: what stood in the way may be gone now.
    waited = Place.objects.filter(
        volunteer__in={place.volunteer_id for place in held}, state=State.WAITING, shift__taken__lt=F("shift__places")
    )
    fill({place.shift_id for place in held} | set(waited.values_list("shift", flat=True)), rules, by, now)
    for place in held:
        tell_hole(SHIFTS.get(pk=place.shift_id), steps[place.pk])
    return len(held)


def fill(shift_ids: Iterable[int], rules: ShiftRules, by: User, now: datetime) -> None:
    """Who waits moves up, first come first served, while there is room. Whoever may not come now goes on waiting."""
    for shift in SHIFTS.filter(pk__in=set(shift_ids)).not_over(now):
        waiting = shift.all_places.filter(state=State.WAITING).select_related("volunteer__user")
        for place in waiting.order_by("pk") if shift.free > 0 else ():
            if shift.free > 0 and _may_move_up(shift, place, rules):
                Place.objects.filter(pk=place.pk).update(state=State.HELD)
                Shift.objects.filter(pk=shift.pk).update(taken=F("taken") + 1)
                shift.taken += 1
                tell_moved_up(shift, note(Kind.MOVED_UP, shift, by, place=place, at=now), place.volunteer)


def _may_move_up(shift: Shift, place: Place, rules: ShiftRules) -> bool:
    try:
        refuse_volunteer(shift, place.volunteer)
        refuse_times(shift, place.volunteer, rules, despite=place.despite)
    except ShiftError:
        return False
    return True


def note(kind: str, shift: Shift, by: User, *, place: Place | None = None, at: datetime, reason: str = "") -> ShiftStep:
    return ShiftStep.objects.create(shift=shift, place=place, kind=kind, by=by, at=at, reason=reason)


# --- Who came -------------------------------------------------------------------------------------


@transaction.atomic
def tell_presence(*, place: Place, presence: str, by: User, now: datetime | None = None) -> None:
    """Hours are reckoned from it. Told the same twice is told once."""
    now = now or timezone.now()
    lock_rules(place.shift.compound_id)
    row = Place.objects.select_related("shift").get(pk=place.pk)
    if row.state != State.HELD or row.shift.cancelled_at is not None:
        raise ShiftError(_("They have no place in this shift any more."))
    if row.shift.starts_at > now:
        raise ShiftError(_("This shift has not begun yet."))
    if row.presence == presence:
        return
    kind = {Place.Presence.CAME: Kind.CAME, Place.Presence.ABSENT: Kind.ABSENT}.get(
        Place.Presence(presence), Kind.UNTOLD
    )
    Place.objects.filter(pk=row.pk).update(presence=presence)
    note(kind, row.shift, by, place=row, at=now)


@transaction.atomic
def let_go_of_who_left(now: datetime | None = None) -> int:
    """Volunteers who have left the squad keep no place: their holes are shown and told."""
    now = now or timezone.now()
    gone = Place.objects.standing().filter(
        volunteer__ended_at__isnull=False, shift__cancelled_at=None, shift__ends_at__gt=now
    )
    people = Volunteer.objects.filter(pk__in=gone.values("volunteer")).select_related("user").order_by("compound", "pk")
    return sum(
        free_places(volunteer=person, rules=lock_rules(person.compound_id), by=person.user, now=now)
        for person in people
    )
