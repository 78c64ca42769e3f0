"""The read model of one entrance: who is next, which lift is where, how long until whose turn. Time is reckoned at
the moment of reading; nothing ticks in the background."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from lifts.models import CallDown, Forecast, Lift, Ride, Turn
from lifts.planning import Batch, cut_batches, start_times
from residents.needs import need_words
from rounds.models import Outcome, Visit

ENOUGH_RIDES = 3  # from so many on, what happened tells more than what was planned


def with_pulse(call_downs: QuerySet[CallDown]) -> QuerySet[CallDown]:
    """Each with what moves on its screens: one statement tells whether anything did."""
    here = Q(building=OuterRef("building"), entrance=OuterRef("entrance"))
    lifts = Lift.objects.filter(here).order_by().values("building")
    visits = Visit.objects.filter(turns__call_down=OuterRef("pk")).order_by().values("turns__call_down")
    locked = Ride.objects.filter(
        lift__building=OuterRef("building"), lift__entrance=OuterRef("entrance"), safe_at__gt=timezone.now()
    )
    return call_downs.select_related("building", "plan__round__compound").annotate(
        lifts_at=Subquery(lifts.annotate(at=Max("revised_at")).values("at")),
        visits_at=Subquery(visits.annotate(at=Max("revised_at")).values("at")),
        locked_count=Coalesce(
            Subquery(locked.order_by().values("lift__building").annotate(n=Count("pk")).values("n")), 0
        ),
    )


def pulse(call_down: Any, *extra) -> str:
    """An entity tag. The minute is in it, for "about 12 min" grows old by itself."""
    parts = (
        call_down.pk,
        call_down.revised_at,
        call_down.lifts_at,
        call_down.visits_at,
        call_down.locked_count,
        call_down.plan.round.state,
        int(timezone.now().timestamp() // 60),
        *extra,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@dataclass
class LiftNow:
    """A lift at this moment. `state`: free, out, elsewhere (another round's), or the state of its ride."""

    lift: Lift
    ride: Ride | None
    state: str
    following: Turn | None = None
    free_in: int = 0  # seconds

    @property
    def saw(self) -> int:
        return self.lift.latest_step_id or 0


@dataclass
class Pace:
    """Real seconds of a ride, from the call to the lift being safe again."""

    count: int = 0
    seconds: int | None = None

    @property
    def minutes(self) -> float | None:
        return round(self.seconds / 60, 1) if self.seconds is not None else None


@dataclass
class Queue:
    call_down: CallDown
    lifts: list[LiftNow]
    turns: list[Turn]
    to_call: list[Turn] = field(default_factory=list)
    at_home: list[Turn] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)
    ends_at: datetime | None = None
    batches: list[Batch] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def by_stairs(self) -> bool:
        """No lift serves: the fit walk, home visits for the others."""
        return not any(now.lift.out_since is None for now in self.lifts)

    @property
    def away(self) -> list[LiftNow]:
        return [now for now in self.lifts if now.ride is not None and now.state not in {"disinfecting", "free"}]

    @property
    def finished(self) -> int:
        left = len(self.to_call) + len(self.at_home)
        return len(self.turns) - left - self.counts.get(Turn.State.RIDING, 0)


def read_queue(call_down: CallDown, now: datetime | None = None) -> Queue:
    """Three statements, whatever the number of households and lifts."""
    now = now or timezone.now()
    turns = list(Turn.objects.filter(call_down=call_down).select_related("visit"))
    lifts = _read_lifts(call_down, now)
    queue = Queue(call_down, lifts, turns, pace=read_pace(call_down))
    has_reserved = any(each.lift.is_reserved for each in lifts)
    sign = 1 if call_down.order == CallDown.Order.TOP_DOWN else -1
    waiting = [turn for turn in turns if turn.state == Turn.State.WAITING and turn.visit.is_missing]
    waiting.sort(key=lambda turn: (turn.is_contact, turn.sent_back, not turn.is_first, sign * turn.position))
    queue.at_home = [turn for turn in turns if turn.state == Turn.State.HOME and turn.visit.is_missing]
    if queue.by_stairs:
        queue.at_home += [turn for turn in waiting if turn.takes_time]
        waiting = [turn for turn in waiting if not turn.takes_time]
    queue.to_call = waiting
    queue.batches = _batches(waiting, call_down.batch_size)
    for turn in turns:
        queue.counts[turn.state] = queue.counts.get(turn.state, 0) + 1
        turn.need_words = need_words(turn.visit.needs)
        turn.minutes = None
    for each in lifts:
        each.following = next((turn for turn in waiting if _may_ride(turn, each.lift, has_reserved)), None)
    _foresee(queue, has_reserved, now)
    return queue


def _batches(waiting: list[Turn], size: int) -> list[Batch]:
    """Of those in their usual place; who goes first, or has been sent back, is told alone."""
    usual = [n for n, turn in enumerate(waiting) if not (turn.is_first or turn.sent_back or turn.is_contact)]
    batches = cut_batches([waiting[n].visit.floor for n in usual], size)
    return [replace(batch, first=usual[batch.first]) for batch in batches]


def _read_lifts(call_down: CallDown, now: datetime) -> list[LiftNow]:
    """Each lift with its one active ride, if there is one: one statement."""
    active = FilteredRelation("rides", condition=Q(rides__ended_at=None))
    lifts = Lift.objects.of(call_down).annotate(active=active).select_related("active__turn__visit")
    return [_lift_now(lift, call_down, now) for lift in lifts.order_by("number")]


def _lift_now(lift: Any, call_down: CallDown, now: datetime) -> LiftNow:
    active = getattr(lift, "active", None)  # not set at all where there is none
    ride = active if active is not None and not active.is_over(now) else None
    lift.building = call_down.building
    if lift.out_since is not None:
        return LiftNow(lift, ride, "out")
    if ride is None:
        return LiftNow(lift, None, "free")
    if ride.turn.call_down_id != call_down.pk and ride.state != Ride.State.DISINFECTING:
        return LiftNow(lift, None, "elsewhere", free_in=call_down.ride_seconds)
    return LiftNow(lift, ride, ride.state, free_in=_free_in(ride, call_down, now))


def _free_in(ride: Ride, call_down: CallDown, now: datetime) -> int:
    if ride.safe_at is not None:
        return max(0, int((ride.safe_at - now).total_seconds()))
    length = call_down.ride_seconds + (call_down.extra_seconds if ride.turn.takes_time else 0)
    left = length - int((now - ride.called_at).total_seconds())
    return max(call_down.lock_seconds, left)


def _may_ride(turn: Turn, lift: Lift, has_reserved: bool) -> bool:
    return lift.is_reserved == turn.is_contact if has_reserved else True


def read_pace(call_down: CallDown) -> Pace:
    length = ExpressionWrapper(F("safe_at") - F("called_at"), output_field=DurationField())
    real = Ride.objects.filter(turn__call_down=call_down, safe_at__isnull=False, end__in=["", Ride.End.DONE])
    told = real.aggregate(n=Count("pk"), mean=Avg(length))
    return Pace(told["n"], int(told["mean"].total_seconds()) if told["mean"] is not None else None)


def _foresee(queue: Queue, has_reserved: bool, now: datetime) -> None:
    """In how many minutes each household is likely called, and when the last lift is safe again."""
    call_down = queue.call_down
    usual = call_down.ride_seconds
    if queue.pace.count >= ENOUGH_RIDES and queue.pace.seconds:
        usual = queue.pace.seconds
    ends = [each.free_in for each in queue.lifts if each.state not in {"out", "elsewhere", "free"}]
    for reserved in (False, True):
        lifts = [each for each in queue.lifts if each.lift.is_reserved == reserved and each.lift.out_since is None]
        turns = [turn for turn in queue.to_call if not has_reserved or turn.is_contact == reserved]
        if not lifts:
            continue
        seconds = [usual + (call_down.extra_seconds if turn.takes_time else 0) for turn in turns]
        starts = start_times(seconds, [each.free_in for each in lifts])
        for turn, start, length in zip(turns, starts, seconds, strict=True):
            turn.minutes = -(-start // 60)
            ends.append(start + length)
    queue.ends_at = now + timedelta(seconds=max(ends)) if ends else None


def newest_forecast(call_down: CallDown) -> Forecast | None:
    return call_down.forecasts.first()


def behind(forecast: Forecast | None, ends_at: datetime | None) -> int | None:
    """Minutes the projected end lies behind the planned one; ahead is negative."""
    if forecast is None or ends_at is None:
        return None
    return round((ends_at - forecast.ends_at).total_seconds() / 60)


@dataclass
class PlaceNow:
    """One line of the round's page."""

    call_down: CallDown
    left: int
    riding: int
    served: int
    home: int
    total: int
    pace: Pace
    forecast: Forecast | None
    can_run: bool = False

    @property
    def finished(self) -> int:
        return self.total - self.left - self.riding

    @property
    def percent(self) -> int:
        return self.finished * 100 // self.total if self.total else 0

    @property
    def ends_at(self) -> datetime | None:
        """From what a ride really takes so far, once there are some; the plan's word until then."""
        if self.forecast is None or not (self.left or self.riding) or not self.forecast.lift_count:
            return None
        real = self.pace.seconds if self.pace.count >= ENOUGH_RIDES else None
        begins = max(timezone.now(), self.forecast.starts_at)
        left = (self.left + self.riding) * (real or self.call_down.ride_seconds) / self.forecast.lift_count
        return begins + timedelta(seconds=left)

    @property
    def behind(self) -> int | None:
        return behind(self.forecast, self.ends_at)


def read_places(call_downs: QuerySet[CallDown]) -> list[PlaceNow]:
    """Every entrance of a round that the reader may see: four statements."""
    by_place = ("wave", "building__position", "building__code", "entrance")
    rows = list(call_downs.select_related("building", "plan").order_by(*by_place))
    ids = [row.pk for row in rows]
    missing = ~Q(visit__outcome__in=Outcome.answered())
    groups: Any = (
        Turn.objects.filter(call_down__in=ids)
        .order_by()
        .values("call_down")
        .annotate(
            total=Count("pk"),
            left=Count("pk", filter=Q(state=Turn.State.WAITING) & missing),
            riding=Count("pk", filter=Q(state=Turn.State.RIDING)),
            served=Count("pk", filter=Q(state__in=[Turn.State.SERVED, Turn.State.STAIRS])),
            home=Count("pk", filter=Q(state=Turn.State.HOME) & missing),
        )
    )
    counted = {group.pop("call_down"): group for group in groups}
    length = ExpressionWrapper(F("safe_at") - F("called_at"), output_field=DurationField())
    paces = {
        group["turn__call_down"]: Pace(group["n"], int(group["mean"].total_seconds()))
        for group in Ride.objects.filter(turn__call_down__in=ids, safe_at__isnull=False, end__in=["", "done"])
        .order_by()
        .values("turn__call_down")
        .annotate(n=Count("pk"), mean=Avg(length))
    }
    forecasts: dict[int, Forecast] = {}
    for forecast in Forecast.objects.filter(call_down__in=ids):
        forecasts.setdefault(forecast.call_down_id, forecast)
    none = {"left": 0, "riding": 0, "served": 0, "home": 0, "total": 0}
    return [
        PlaceNow(row, **counted.get(row.pk, none), pace=paces.get(row.pk, Pace()), forecast=forecasts.get(row.pk))
        for row in rows
    ]
