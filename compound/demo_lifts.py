"""The demo's call-down: two lifts at work in the tower, pressed by the same services as on the caller's screen."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from lifts.models import CallDown, Lift
from lifts.queue import read_queue
from lifts.riding import move_turn, press, tell_no_show
from lifts.services import keep_plan
from residents.models import User
from rounds.models import Round

MINUTE = timedelta(minutes=1)
# Minutes before now at which each lift's household is called; the newest are still on their way.
CALLS = ((48, 35, 22, 3), (46, 33, 19.5, 8))
STEPS = (0.8, 1.6, 5, 6)  # minutes from the call: in the lift, down, riding back, home


def show_call_down(*, round: Round, by: User) -> CallDown:
    """Six households have been down, one is riding, one lift rests; one did not come, one goes first."""
    now = timezone.now().replace(microsecond=0)
    buildings = list(round.buildings.all())
    keep_plan(
        round=round,
        buildings=buildings,
        by=by,
        starts_at=now - 50 * MINUTE,
        skip=1,
        gap_seconds=600,
        lift_count=2,
        trip_seconds=360,
        finish_by=round.ends_at,
    )
    row = CallDown.objects.get(plan__round=round, building=buildings[0])
    lifts = list(Lift.objects.of(row).order_by("number"))
    calls = [(now - before * MINUTE, lift) for lift, times in zip(lifts, CALLS, strict=True) for before in times]
    _let_one_miss(row, lifts[0], by, now - 50 * MINUTE)
    for at, lift in sorted(calls, key=lambda call: (call[0], call[1].number)):
        _ride(row, lift, by, at, now)
    last = read_queue(row, now).to_call[-2]
    move_turn(turn=last, step="first", by=by, at=now)
    return row


def _press(row: CallDown, lift: Lift, by: User, at: datetime) -> None:
    lift.refresh_from_db()
    number = lift.number - 1
    following = read_queue(row, at).lifts[number].following
    press(call_down=row, lift=lift, saw=lift.latest_step_id or 0, by=by, turn=following, at=at)


def _let_one_miss(row: CallDown, lift: Lift, by: User, at: datetime) -> None:
    _press(row, lift, by, at)
    lift.refresh_from_db()
    tell_no_show(call_down=row, lift=lift, saw=lift.latest_step_id or 0, by=by, at=at + MINUTE)


def _ride(row: CallDown, lift: Lift, by: User, at: datetime, now: datetime) -> None:
    _press(row, lift, by, at)
    for minutes in STEPS:
        if at + minutes * MINUTE > now:
            return
        _press(row, lift, by, at + minutes * MINUTE)
