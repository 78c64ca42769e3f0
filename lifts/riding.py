"""What the caller presses. Each press carries the step it saw last: an old screen, a double tap or a repeated post
moves nothing twice. The lift's row is locked first, the household's second."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lifts.folding import NEXT, TAKEN_BACK, fold_ride, fold_turn
from lifts.models import CallDown, CallDownPlan, Disinfection, Lift, LiftEvent, Ride, RideStep, Turn
from residents.models import User
from rounds.models import Round

Step = RideStep.Step
UNDO_WITHIN = timedelta(minutes=10)


class LiftError(ValueError):
    """A sentence for the person who pressed."""


class OldScreen(LiftError):
    """The lift has moved on since the screen was drawn. Nothing was done, and mostly nothing needs to be."""


def active_ride(lift: Lift) -> Ride | None:
    return Ride.objects.filter(lift=lift, ended_at=None).select_related("turn__visit", "turn__call_down").first()


@transaction.atomic
def press(
    *, call_down: CallDown, lift: Lift, saw: int, by: User, turn: Turn | None = None, at: datetime | None = None
) -> RideStep:
    """The one big button: the next step of this lift. On a free lift that is the call of `turn`."""
    at = at or timezone.now()
    _hold_the_waves(call_down)
    lift = _locked(lift, saw)
    ride = active_ride(lift)
    if ride is None or ride.is_over(at):
        return _call(call_down, lift, ride, turn, by, at)
    _refuse_foreign(call_down, ride)
    if ride.state == Ride.State.DISINFECTING:
        when = timezone.localtime(ride.safe_at or ride.state_at).strftime("%H:%M:%S")
        raise LiftError(_("The lift is being disinfected; it is safe again at %(when)s.") % {"when": when})
    return _advance(call_down, lift, ride, by, at)


def _locked(lift: Lift, saw: int | None = None) -> Lift:
    lift = Lift.objects.select_for_update(of=("self",)).select_related("building").get(pk=lift.pk)
    if saw is not None and (lift.latest_step_id or 0) != saw:
        raise OldScreen(_("This lift has moved on already; your press changed nothing."))
    return lift


def _refuse_foreign(call_down: CallDown, ride: Ride) -> None:
    if ride.turn.call_down_id != call_down.pk:
        raise LiftError(_("Another round is using this lift."))


def _call(call_down: CallDown, lift: Lift, before: Ride | None, turn: Turn | None, by: User, at: datetime) -> RideStep:
    _refuse_call(call_down, lift)
    if turn is None:
        raise LiftError(_("There is nobody to call."))
    turn = _locked_turn(turn)
    _refuse_household(call_down, lift, turn)
    if before is not None:  # its rest has passed: now somebody writes it down
        Ride.objects.filter(pk=before.pk).update(end=Ride.End.DONE, ended_at=before.safe_at)
    try:
        with transaction.atomic():
            ride = Ride.objects.create(lift=lift, turn=turn, called_at=at, state_at=at)
    except IntegrityError as error:
        raise OldScreen(_("This lift has moved on already; your press changed nothing.")) from error
    return _append(lift, turn, Step.CALLED, by, at, ride=ride)


def _refuse_call(call_down: CallDown, lift: Lift) -> None:
    if lift.out_since is not None:
        raise LiftError(_("This lift is out of service."))
    refuse_if_over(call_down)
    told = waits_for(call_down)
    if told is not None:
        raise LiftError(
            _("%(place)s goes down first: its group has not finished, or somebody of it is on the way.")
            % {"place": told.place}
        )


def refuse_if_over(call_down: CallDown) -> None:
    state, ended_at = CallDown.objects.values_list("plan__round__state", "ended_at").get(pk=call_down.pk)
    if state != Round.State.OPEN or ended_at is not None:
        raise LiftError(_("This call-down is over; nobody is called any more."))


def _refuse_household(call_down: CallDown, lift: Lift, turn: Turn) -> None:
    room = turn.visit.full_room
    if turn.call_down_id != call_down.pk or turn.state != Turn.State.WAITING or not turn.visit.is_missing:
        raise OldScreen(_("%(room)s is not in the queue any more; call who is next now.") % {"room": room})
    if lift.is_reserved and not turn.is_contact:
        raise LiftError(_("This lift is kept for close contacts."))
    if turn.is_contact and not lift.is_reserved and Lift.objects.of(call_down).filter(is_reserved=True).exists():
        raise LiftError(_("%(room)s rides in the lift kept for close contacts.") % {"room": room})


def _hold_the_waves(call_down: CallDown) -> None:
    """Two houses of different groups that call at once wait for each other here. Without groups nobody waits."""
    if CallDownPlan.objects.filter(pk=call_down.plan_id, skip__gt=1).exists():
        CallDownPlan.objects.select_for_update().get(pk=call_down.plan_id)


def waits_for(call_down: CallDown) -> CallDown | None:
    """The house that must go down first, so that neighbours do not meet; None when the way is free."""
    if call_down.goes_ahead:
        return None
    others = CallDown.objects.filter(plan=call_down.plan_id, plan__skip__gt=1).exclude(wave=call_down.wave)
    away = Turn.objects.filter(state=Turn.State.RIDING)
    waiting = Turn.objects.to_call().filter(call_down__wave__lt=call_down.wave, call_down__ended_at=None)
    busy = others.filter(Q(turns__in=away) | Q(turns__in=waiting)).select_related("building")
    return busy.order_by("wave", "building__position", "pk").first()


def _advance(call_down: CallDown, lift: Lift, ride: Ride, by: User, at: datetime) -> RideStep:
    turn = _locked_turn(ride.turn)
    following = NEXT[Ride.State(ride.state)]
    if following != Step.DISINFECTING:
        return _append(lift, turn, following, by, at, ride=ride)
    ended_at = at + timedelta(seconds=call_down.disinfect_seconds)
    safe_at = ended_at + timedelta(seconds=call_down.dwell_seconds)
    step = _append(lift, turn, following, by, at, ride=ride, until=safe_at)
    Disinfection.objects.create(
        lift=lift,
        call_down=call_down,
        step=step,
        place=lift.full_name,
        agent=call_down.agent,
        strength=call_down.strength,
        started_at=at,
        ended_at=ended_at,
        safe_at=safe_at,
        by=by,
    )
    return step


def _locked_turn(turn: Turn) -> Turn:
    return Turn.objects.select_for_update(of=("self",)).select_related("visit").get(pk=turn.pk)


def _append(
    lift: Lift | None,
    turn: Turn,
    step: str,
    by: User,
    at: datetime,
    *,
    ride: Ride | None = None,
    until: datetime | None = None,
    undoes: RideStep | None = None,
) -> RideStep:
    """Write the step, then fold anew what it speaks of."""
    told = RideStep.objects.create(turn=turn, ride=ride, step=step, by=by, at=at, until=until, undoes=undoes)
    if ride is not None:
        _refold_ride(ride, at)
    state = fold_turn(turn.steps.all())
    Turn.objects.filter(pk=turn.pk).update(**vars(state))
    CallDown.objects.filter(pk=turn.call_down_id).update(revised_at=timezone.now())
    if lift is not None:
        Lift.objects.filter(pk=lift.pk).update(latest_step=told, revised_at=timezone.now())
    return told


def _refold_ride(ride: Ride, at: datetime) -> None:
    folded = fold_ride(ride.steps.all())
    if folded.end == Ride.End.VOID:
        folded.ended_at, folded.state_at = at, ride.state_at
    if ride.end == Ride.End.DONE and folded.state == Ride.State.DISINFECTING and not folded.end:
        return  # over before, and still
    Ride.objects.filter(pk=ride.pk).update(**vars(folded))


@transaction.atomic
def tell_no_show(*, call_down: CallDown, lift: Lift, saw: int, by: User, at: datetime | None = None) -> RideStep:
    """Called and not come: to the end of the queue, and after the second time out of it. The lift never moved."""
    lift = _locked(lift, saw)
    ride = active_ride(lift)
    if ride is None or ride.state != Ride.State.CALLED:
        raise LiftError(_("Nobody is called to this lift."))
    _refuse_foreign(call_down, ride)
    return _append(lift, _locked_turn(ride.turn), Step.NO_SHOW, by, at or timezone.now(), ride=ride)


@transaction.atomic
def undo_last(*, call_down: CallDown, lift: Lift, saw: int, by: User, at: datetime | None = None) -> RideStep:
    """Takes back the newest step of this lift that still stands; pressed again, the one before it."""
    at = at or timezone.now()
    lift = _locked(lift, saw)
    last = last_standing(lift)
    if last is None or last.ride is None or not may_undo(last, at):
        raise LiftError(_("There is nothing to take back."))
    _refuse_foreign(call_down, last.ride)
    turn = _locked_turn(last.turn)
    revives = last.step in {Step.NO_SHOW, Step.DISINFECTING}
    now_active = active_ride(lift)
    if revives and (lift.out_since or (now_active is not None and now_active.pk != last.ride_id)):
        raise LiftError(_("There is nothing to take back."))
    if revives and _has_gone_on(turn, last):
        raise LiftError(_("More has happened to %(room)s since.") % {"room": turn.visit.full_room})
    return _append(lift, turn, Step.UNDONE, by, at, ride=last.ride, undoes=last)


def may_undo(step: RideStep | None, at: datetime) -> bool:
    return step is not None and step.step in TAKEN_BACK and at - step.at <= UNDO_WITHIN


def _has_gone_on(turn: Turn, since: RideStep) -> bool:
    """A household sent elsewhere since must not be brought back into a lift by an undo."""
    later = turn.steps.filter(pk__gt=since.pk, undone_by=None)
    return later.exclude(step__in=[Step.UNDONE, *FLAGS]).exists()


def last_standing(lift: Lift) -> RideStep | None:
    return (
        RideStep.objects.filter(ride__lift=lift, undone_by=None)
        .exclude(step=Step.UNDONE)
        .select_related("ride__turn__visit", "turn__visit")
        .order_by("-pk")
        .first()
    )


@transaction.atomic
def tell_together(*, ride: Ride, turn: Turn, by: User, at: datetime | None = None) -> RideStep:
    """Two households in one lift, by mistake: a contact, on record. The other one has been down by that."""
    lift = _locked(ride.lift)
    turn = _locked_turn(turn)
    ride = Ride.objects.select_related("turn").get(pk=ride.pk)
    if turn.call_down_id != ride.turn.call_down_id or turn.pk == ride.turn_id:
        raise LiftError(_("Choose another household of this entrance."))
    if turn.state == Turn.State.RIDING:
        raise LiftError(_("%(room)s is riding in another lift by now.") % {"room": turn.visit.full_room})
    if ride.end in {Ride.End.VOID, Ride.End.NO_SHOW}:
        raise LiftError(_("This ride never happened."))
    return _append(lift, turn, Step.TOGETHER, by, at or timezone.now(), ride=ride)


# --- Households without a lift ------------------------------------------------------------------------

LEAVING = {Step.HOME, Step.STAIRS}
FINAL = {Turn.State.HOME, Turn.State.STAIRS, Turn.State.NO_SHOW, Turn.State.SERVED}
FLAGS = {
    Step.FIRST: ("is_first", True),
    Step.NOT_FIRST: ("is_first", False),
    Step.CONTACT: ("is_contact", True),
    Step.NOT_CONTACT: ("is_contact", False),
}


@transaction.atomic
def move_turn(*, turn: Turn, step: str, by: User, at: datetime | None = None) -> RideStep:
    """By the stairs, to the home visits, back into the queue; or a flag that says which place or lift is theirs."""
    turn = _locked_turn(turn)
    room = turn.visit.full_room
    if turn.state == Turn.State.RIDING:
        raise LiftError(_("%(room)s is on its way; wait until it is back.") % {"room": room})
    if step in LEAVING and turn.state not in {Turn.State.WAITING, Turn.State.NO_SHOW}:
        raise LiftError(_("%(room)s is not in the queue any more; call who is next now.") % {"room": room})
    if step == Step.AGAIN and turn.state not in FINAL:
        raise LiftError(_("%(room)s is in the queue already.") % {"room": room})
    if step in FLAGS and getattr(turn, FLAGS[Step(step)][0]) == FLAGS[Step(step)][1]:
        raise LiftError(_("That was told already."))
    return _append(None, turn, step, by, at or timezone.now())


@transaction.atomic
def hand_to_home_visits(*, call_down: CallDown, by: User, at: datetime | None = None) -> int:
    """While no lift serves: everybody in the queue whom nobody should send down the stairs."""
    if Lift.objects.of(call_down).serving().exists():
        raise LiftError(_("A lift is in service; nobody needs to be handed over."))
    # All of them before the first is moved: one by one they could wait for somebody who waits for the call-down's row.
    locked = Turn.objects.select_for_update(of=("self",)).select_related("visit").order_by("pk")
    rows = locked.to_call().filter(call_down=call_down)
    slow = [turn for turn in rows if turn.takes_time]
    for turn in slow:
        move_turn(turn=turn, step=Step.HOME, by=by, at=at)
    return len(slow)


# --- Lifts --------------------------------------------------------------------------------------------


@transaction.atomic
def take_out_of_service(*, lift: Lift, by: User, reason: str = "", at: datetime | None = None) -> None:
    """Whoever is down walks up; whoever is not down yet is still to be called, at their place in the queue."""
    at = at or timezone.now()
    lift = _locked(lift)
    if lift.out_since is not None:
        raise LiftError(_("This lift is out of service already."))
    ride = active_ride(lift)
    if ride is not None and ride.state != Ride.State.DISINFECTING:
        _append(lift, _locked_turn(ride.turn), Step.BROKEN, by, at, ride=ride)
    _tell_lift(lift, LiftEvent.Step.OUT, by, reason, at, out_since=at)


@transaction.atomic
def put_back_in_service(*, lift: Lift, by: User, at: datetime | None = None) -> None:
    lift = _locked(lift)
    if lift.out_since is None:
        raise LiftError(_("This lift is in service."))
    _tell_lift(lift, LiftEvent.Step.BACK, by, "", at or timezone.now(), out_since=None)


@transaction.atomic
def reserve_lift(*, lift: Lift, is_reserved: bool, by: User, at: datetime | None = None) -> None:
    lift = _locked(lift)
    if lift.is_reserved == is_reserved:
        raise LiftError(_("That was told already."))
    step = LiftEvent.Step.RESERVED if is_reserved else LiftEvent.Step.SHARED
    _tell_lift(lift, step, by, "", at or timezone.now(), is_reserved=is_reserved)


def _tell_lift(lift: Lift, step: str, by: User, reason: str, at: datetime, **changes) -> None:
    LiftEvent.objects.create(lift=lift, step=step, by=by, at=at, reason=reason)
    Lift.objects.filter(pk=lift.pk).update(revised_at=timezone.now(), **changes)
