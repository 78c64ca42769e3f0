"""Pure: the steps of a ride, or of a household, fold to one state. What was taken back counts as never said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lifts.models import Ride, RideStep, Turn

Step = RideStep.Step
MOST_CALLS = 2  # after so many calls in vain somebody knocks instead

# The one way forward of a lift; the press in each state says the next.
NEXT = {
    Ride.State.CALLED: Step.RIDING,
    Ride.State.RIDING: Step.DOWN,
    Ride.State.DOWN: Step.RETURNING,
    Ride.State.RETURNING: Step.DISINFECTING,
}
ENDS = {Step.NO_SHOW: Ride.End.NO_SHOW, Step.BROKEN: Ride.End.BROKEN}
TAKEN_BACK = frozenset({*NEXT.values(), Step.CALLED, Step.NO_SHOW, Step.TOGETHER})


def standing(steps: Iterable[RideStep]) -> list[RideStep]:
    steps = sorted(steps, key=lambda step: step.pk)
    undone = {step.undoes_id for step in steps if step.undoes_id}
    return [step for step in steps if step.step != Step.UNDONE and step.pk not in undone]


@dataclass
class RideState:
    state: str = Ride.State.CALLED
    state_at: datetime | None = None
    safe_at: datetime | None = None
    end: str = Ride.End.VOID
    ended_at: datetime | None = None


def fold_ride(steps: Iterable[RideStep]) -> RideState:
    """A ride of which nothing stands was called by mistake. That it is done is time's to say, not a step's."""
    folded = RideState()
    for step in standing(steps):
        if step.step in ENDS:
            folded.end, folded.ended_at = ENDS[Step(step.step)], step.at
        elif step.step in Ride.State.values:
            folded.state, folded.state_at, folded.safe_at = step.step, step.at, step.until
            folded.end, folded.ended_at = "", None
    return folded


@dataclass
class TurnState:
    state: str = Turn.State.WAITING
    missed_count: int = 0
    sent_back: int = 0
    is_first: bool = False
    is_contact: bool = False


def fold_turn(steps: Iterable[RideStep]) -> TurnState:
    folded, is_down = TurnState(), False
    State = Turn.State
    for step in standing(steps):
        match step.step:
            case Step.CALLED | Step.RIDING | Step.DOWN | Step.RETURNING:
                folded.state, is_down = State.RIDING, step.step in {Step.DOWN, Step.RETURNING}
            case Step.DISINFECTING | Step.TOGETHER:
                folded.state = State.SERVED
            case Step.BROKEN:  # who is down already walks up; who is not is still to be called
                folded.state = State.SERVED if is_down else State.WAITING
            case Step.NO_SHOW:
                folded.missed_count += 1
                folded.sent_back = step.pk
                folded.state = State.NO_SHOW if folded.missed_count >= MOST_CALLS else State.WAITING
            case Step.STAIRS | Step.HOME:
                folded.state = step.step
            case Step.AGAIN:
                folded.state, folded.missed_count = State.WAITING, 0
            case Step.FIRST | Step.NOT_FIRST:
                folded.is_first = step.step == Step.FIRST
            case Step.CONTACT | Step.NOT_CONTACT:
                folded.is_contact = step.step == Step.CONTACT
    return folded
