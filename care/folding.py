"""Pure: steps fold to a state. Of a need: how far it is, who sees to it, until when. Of a place on the rota: when the
next call is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from care.models import CallStep, Need, NeedStep
from care.models.needs import URGENT_RINGS

SHANGHAI = ZoneInfo("Asia/Shanghai")
State = Need.State
Step = NeedStep.Step

HELD = frozenset({State.CLAIMED, State.DOING, State.WAITING})
FREE = frozenset({State.NEW, State.REOPENED})
OPEN = HELD | FREE
# Which steps may follow in which state. Taking what is taken is a question of its lease: care/needs.py.
MAY_FOLLOW: dict[str, frozenset[str]] = {
    Step.CLAIMED: OPEN,
    Step.STARTED: frozenset({State.CLAIMED, State.WAITING}),
    Step.WAITS: HELD,
    Step.RELEASED: HELD,
    Step.DONE: OPEN,
    Step.CONFIRMED: frozenset({State.DONE}),
    Step.REOPENED: frozenset({State.DONE, State.CONFIRMED, State.WITHDRAWN}),
    Step.WITHDRAWN: OPEN | {State.DONE},
    Step.URGENT: OPEN,
    Step.NOT_URGENT: OPEN,
    Step.CIRCLE: frozenset(State.values),
}
BECOMES = {
    Step.ASKED: State.NEW,
    Step.CLAIMED: State.CLAIMED,
    Step.STARTED: State.DOING,
    Step.WAITS: State.WAITING,
    Step.RELEASED: State.NEW,
    Step.DONE: State.DONE,
    Step.CONFIRMED: State.CONFIRMED,
    Step.REOPENED: State.REOPENED,
    Step.WITHDRAWN: State.WITHDRAWN,
}


@dataclass
class NeedState:
    state: str = State.NEW
    state_at: datetime | None = None
    is_urgent: bool = False
    holder_id: int | None = None
    helper_id: int | None = None
    leased_until: datetime | None = None
    waiting_until: datetime | None = None
    rings_at: datetime | None = None
    closed_at: datetime | None = None


def fold_need(steps: Iterable[NeedStep], *, lease: timedelta, stale: timedelta) -> NeedState:
    """Any word about a need that somebody has taken makes the lease anew."""
    folded = NeedState()
    for row in sorted(steps, key=lambda row: row.number):
        step = Step(row.step)
        if step in {Step.URGENT, Step.NOT_URGENT}:
            folded.is_urgent = step == Step.URGENT
        elif step != Step.CIRCLE:
            _take(folded, row, step, lease)
        rings_in = min(stale, URGENT_RINGS) if folded.is_urgent else stale
        folded.rings_at = (folded.waiting_until or row.at + rings_in) if folded.state in OPEN else None
    return folded


def _take(folded: NeedState, row: NeedStep, step: Step, lease: timedelta) -> None:
    folded.state, folded.state_at, folded.waiting_until = BECOMES[step], row.at, None
    is_over = folded.state in {State.CONFIRMED, State.WITHDRAWN}
    folded.closed_at = row.at if is_over else None
    if folded.state not in HELD:
        folded.holder_id = folded.helper_id = folded.leased_until = None
        return
    if step == Step.CLAIMED:
        folded.holder_id, folded.helper_id, folded.leased_until = row.by_id, row.volunteer_id, row.until
    elif step == Step.WAITS and row.until:
        folded.waiting_until, folded.leased_until = row.until, row.until + lease
    else:
        folded.leased_until = row.at + lease


# --- The rota ---------------------------------------------------------------------------------------

Called = CallStep.Step
REACHED = frozenset({Called.ANSWERED, Called.PROXY, Called.MET})
AT_THE_DOOR = frozenset({Called.MET, Called.NOT_MET, Called.UNSAID})


@dataclass
class PlaceState:
    cadence: int = 1
    due_on: date | None = None
    again_at: datetime | None = None
    skipped_at: datetime | None = None
    missed_count: int = 0
    knock_id: int | None = None
    ended_at: datetime | None = None


def day_of(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def fold_place(steps: Iterable[CallStep]) -> PlaceState:
    """From each time somebody was reached the rhythm is counted anew; what was missed is not caught up.

    As they were written down: a mark at a door may arrive late, but it follows the knock. Of what was told at one door
    the last word stands.
    """
    rows = sorted(steps, key=lambda row: row.pk)
    last_word = {row.visit_id: row.pk for row in rows if row.step in AT_THE_DOOR}
    folded = PlaceState()
    reached: date | None = None
    for row in rows:
        step = Called(row.step)
        if step in AT_THE_DOOR and last_word[row.visit_id] != row.pk:
            continue
        if step in {Called.BEGUN, Called.CHANGED}:
            folded.cadence = row.cadence or folded.cadence
            folded.due_on = reached + timedelta(days=folded.cadence) if reached else folded.due_on or day_of(row.at)
        elif step in REACHED:
            reached = day_of(row.at)
            folded.due_on = reached + timedelta(days=folded.cadence)
            folded.missed_count, folded.again_at, folded.skipped_at, folded.knock_id = 0, None, None, None
        elif step == Called.NO_ANSWER:
            folded.missed_count += 1
            folded.again_at, folded.skipped_at = row.until, row.at
        elif step == Called.AGAIN:
            folded.again_at = row.until
        elif step == Called.SKIPPED:
            folded.skipped_at = row.at
        elif step == Called.KNOCKING:
            folded.knock_id = row.visit_id
        elif step == Called.ENDED:
            folded.ended_at = row.at
    return folded
