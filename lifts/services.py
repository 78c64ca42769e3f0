"""Making the plan of a call-down: how long each entrance takes, when it begins, and the queues themselves."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifts.models import TAKES_TIME, CallDown, CallDownPlan, Forecast, Lift, RideSettings, RideStep, Turn
from lifts.planning import cut_batches, wave_of, wave_starts, whole_time
from lifts.riding import LiftError, refuse_if_over
from residents.devices import token_hash
from residents.models import Building, User
from rounds.models import Round, Visit
from rounds.snapshot import take_snapshot

SETTINGS = tuple(name.name for name in RideSettings._meta.get_fields())
CANNOT = "needs_home_visit"
EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass
class Entrance:
    """One line of a plan: an entrance, who is called there, and how long it takes."""

    building: Building
    name: str
    lift_count: int
    wave: int = 0
    visits: list[Visit] = field(default_factory=list)
    to_call: int = 0
    slow: int = 0
    home: int = 0
    batches: int = 0
    with_one: int = 0  # seconds
    with_two: int = 0
    seconds: int = 0
    starts_at: datetime = EPOCH
    ends_at: datetime = EPOCH
    start_by: datetime | None = None


@dataclass
class PlanTable:
    rows: list[Entrance]
    seconds: int  # from the first call to the last lift safe again
    starts_at: datetime
    ends_at: datetime
    start_by: datetime | None

    @property
    def households(self) -> int:
        return sum(row.to_call for row in self.rows)

    @property
    def is_late(self) -> bool:
        return self.start_by is not None and self.start_by < self.starts_at


def lifts_of(building: Building, otherwise: int) -> int:
    """Lifts at each entrance: a building knows its lifts as one number."""
    return -(-building.lift_count // building.entrance_count) if building.lift_count else otherwise


def work_out(
    *,
    round: Round,
    buildings: Iterable[Building],
    settings: RideSettings,
    starts_at: datetime,
    skip: int,
    gap_seconds: int,
    lift_count: int,
    finish_by: datetime | None = None,
) -> PlanTable:
    """How long it all takes. Writes nothing; a draft is reckoned from who lives there today."""
    chosen = sorted(buildings, key=lambda each: (each.position, each.code))
    rows = _entrances(round, chosen, lift_count)
    waves = {building.pk: wave_of(index, skip) for index, building in enumerate(chosen)}
    for row in rows:
        row.wave = waves[row.building.pk]
        _reckon(row, settings)
    durations = [[row.seconds for row in rows if row.wave == wave] for wave in range(skip)]
    offsets = wave_starts(durations, gap_seconds)
    for row in rows:
        row.starts_at = starts_at + timedelta(seconds=offsets[row.wave])
        row.ends_at = row.starts_at + timedelta(seconds=row.seconds)
    ends_at = max((row.ends_at for row in rows), default=starts_at)
    whole = ends_at - starts_at
    start_by = finish_by - whole if finish_by else None
    for row in rows:
        row.start_by = start_by + timedelta(seconds=offsets[row.wave]) if start_by else None
    return PlanTable(rows, int(whole.total_seconds()), starts_at, ends_at, start_by)


def _entrances(round: Round, buildings: list[Building], lift_count: int) -> list[Entrance]:
    known = {building.pk: building for building in buildings}
    if round.is_draft:
        visits = [shot.visit for shot in take_snapshot(round) if shot.visit.building_id in known]
        visits.sort(key=lambda visit: (-visit.floor, visit.position, visit.room))
    else:
        visits = list(Visit.objects.filter(round=round, building__in=known).top_down())
    existing: dict[tuple[int, str], int] = {}
    for place in Lift.objects.filter(building__in=known).values_list("building", "entrance"):
        existing[place] = existing.get(place, 0) + 1
    rows: dict[tuple[int, str], Entrance] = {}
    for visit in visits:
        key = (visit.building_id, visit.entrance)
        if key not in rows:
            building = known[visit.building_id]
            rows[key] = Entrance(building, visit.entrance, existing.get(key) or lifts_of(building, lift_count))
        rows[key].visits.append(visit)
    order = {building.pk: index for index, building in enumerate(buildings)}
    return [rows[key] for key in sorted(rows, key=lambda key: (order[key[0]], key[1]))]


def seconds_for(needs: Iterable[str], settings: RideSettings) -> int:
    return settings.ride_seconds + (settings.extra_seconds if TAKES_TIME & set(needs) else 0)


def stays_home(needs: Iterable[str], settings: RideSettings) -> bool:
    return settings.cannot_come_down == RideSettings.Help.HOME and CANNOT in needs


def _reckon(row: Entrance, settings: RideSettings) -> None:
    called = [visit for visit in row.visits if visit.is_missing and not stays_home(visit.needs, settings)]
    if settings.order == RideSettings.Order.BOTTOM_UP:
        called.reverse()
    seconds = [seconds_for(visit.needs, settings) for visit in called]
    row.to_call, row.home = len(called), sum(stays_home(visit.needs, settings) for visit in row.visits)
    row.slow = sum(bool(TAKES_TIME & set(visit.needs)) for visit in called)
    row.batches = len(cut_batches([visit.floor for visit in called], settings.batch_size))
    row.with_one, row.with_two = whole_time(seconds, 1), whole_time(seconds, 2)
    row.seconds = whole_time(seconds, row.lift_count)


@transaction.atomic
def keep_plan(
    *,
    round: Round,
    buildings: Iterable[Building],
    by: User,
    starts_at: datetime,
    skip: int,
    gap_seconds: int,
    lift_count: int,
    finish_by: datetime | None = None,
    **ride_settings: Any,
) -> CallDownPlan:
    """Write the plan and what it forecasts, and make the queues that are not there yet. The others stay as they are."""
    round = Round.objects.select_for_update().get(pk=round.pk)
    if round.state != Round.State.OPEN:
        raise LiftError(_("Open the round first: who is called is frozen by that."))
    told: dict[str, Any] = {"starts_at": starts_at, "skip": skip, "gap_seconds": gap_seconds}
    plan, _made = CallDownPlan.objects.update_or_create(
        round=round, defaults=told | ride_settings | {"made_by": by, "made_at": timezone.now()}
    )
    table = work_out(round=round, buildings=buildings, settings=plan, lift_count=lift_count, **told)
    if not table.rows:
        raise LiftError(_("Nobody is expected in these buildings; there is nobody to call."))
    known = {(row.building_id, row.entrance): row for row in plan.call_downs.all()}
    queues = [_queue_of(plan, row, known) for row in table.rows]
    _add_turns([(queue, row) for queue, row in queues if row.visits], by)
    _add_lifts(table.rows)
    Forecast.objects.bulk_create(
        Forecast(
            call_down=queue,
            lift_count=row.lift_count,
            household_count=row.to_call,
            home_count=row.home,
            ride_seconds=plan.ride_seconds,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            made_by=by,
        )
        for queue, row in queues
    )
    return plan


def _queue_of(plan: CallDownPlan, row: Entrance, known: dict[tuple[int, str], CallDown]) -> tuple[CallDown, Entrance]:
    queue = known.get((row.building.pk, row.name)) or CallDown(plan=plan, building=row.building, entrance=row.name)
    for name in SETTINGS:
        setattr(queue, name, getattr(plan, name))
    queue.wave, queue.revised_at = row.wave, timezone.now()
    queue.save()
    return queue, row


def _add_turns(queues: list[tuple[CallDown, Entrance]], by: User) -> None:
    there = set(Turn.objects.filter(call_down__in=[queue for queue, _row in queues]).values_list("visit", flat=True))
    turns, at_home = [], []
    for queue, row in queues:
        for position, visit in enumerate(row.visits, start=1):
            if visit.pk in there:
                continue
            turns.append(Turn(call_down=queue, visit=visit, position=position))
            if stays_home(visit.needs, queue):
                turns[-1].state = Turn.State.HOME
                at_home.append(turns[-1])
    Turn.objects.bulk_create(turns)
    RideStep.objects.bulk_create(RideStep(turn=turn, step=RideStep.Step.HOME, by=by) for turn in at_home)


def _add_lifts(rows: list[Entrance]) -> None:
    wanted = [
        Lift(building=row.building, entrance=row.name, number=number)
        for row in rows
        for number in range(1, row.lift_count + 1)
    ]
    Lift.objects.bulk_create(wanted, ignore_conflicts=True)


def change_settings(*, call_down: CallDown, **ride_settings: Any) -> None:
    CallDown.objects.filter(pk=call_down.pk).update(**ride_settings, revised_at=timezone.now())


def let_go_ahead(*, call_down: CallDown, goes_ahead: bool) -> None:
    """A steward's word that this house need not wait for the group before it."""
    CallDown.objects.filter(pk=call_down.pk).update(goes_ahead=goes_ahead, revised_at=timezone.now())


def end_call_down(*, call_down: CallDown) -> None:
    """Nobody is called any more; who is on the way still comes home. The rest stay on the round's gap list."""
    now = timezone.now()
    if not CallDown.objects.filter(pk=call_down.pk, ended_at=None).update(ended_at=now, revised_at=now):
        raise LiftError(_("This call-down is over; nobody is called any more."))


def resume_call_down(*, call_down: CallDown) -> None:
    changed = CallDown.objects.filter(pk=call_down.pk, ended_at__isnull=False)
    if not changed.update(ended_at=None, revised_at=timezone.now()):
        raise LiftError(_("This call-down goes on already."))


# --- The lobby's link -----------------------------------------------------------------------------------


def make_lobby_link(*, call_down: CallDown) -> str:
    """A new secret; the one before no longer opens anything. Shown once."""
    refuse_if_over(call_down)
    code = secrets.token_urlsafe(24)
    CallDown.objects.filter(pk=call_down.pk).update(lobby_hash=token_hash(code))
    return code


def revoke_lobby_link(*, call_down: CallDown) -> None:
    CallDown.objects.filter(pk=call_down.pk).update(lobby_hash="")
