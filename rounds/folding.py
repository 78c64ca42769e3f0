"""How a visit's marks become its state. Pure: the same set of marks gives the same state in any order.

The order in which things happened is decided per phone by its sequence numbers (a phone's clock may jump, its
counter does not) and between phones by `happened_at`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from rounds.models import PERSON_OUTCOMES, Mark, Outcome


@dataclass(frozen=True)
class VisitState:
    outcome: str = Outcome.WAITING
    done_count: int = 0
    extra_count: int = 0
    people: dict[str, str] = field(default_factory=dict)
    latest_mark_id: UUID | None = None
    latest_at: datetime | None = None
    has_conflict: bool = False


def in_order(marks: Iterable[Mark]) -> list[Mark]:
    """Marks in the order they happened. Within a phone the counter rules, so time never runs backwards there."""
    timed: list[tuple[datetime, str, int, str, Mark]] = []
    newest_of_device: dict[object, datetime] = {}
    for mark in sorted(marks, key=lambda mark: (mark.seq or 0, str(mark.id))):
        at = mark.happened_at
        if mark.device_id is not None:
            at = max(at, newest_of_device.get(mark.device_id, at))
            newest_of_device[mark.device_id] = at
        timed.append((at, str(mark.device_id or ""), mark.seq or 0, str(mark.id), mark))
    return [entry[-1] for entry in sorted(timed, key=lambda entry: entry[:-1])]


def standing(marks: Iterable[Mark]) -> list[Mark]:
    """What is left when everything taken back is gone, in order.

    A phone takes back only its own person's marks; a desk (no device) anybody's. An undo may arrive before the
    mark it takes back, and one that points anywhere else takes nothing back.
    """
    ordered = in_order(marks)
    by_id = {mark.id: mark for mark in ordered}
    taken_back = set()
    for undo in ordered:
        target = by_id.get(undo.undoes) if undo.undoes else None
        if target is not None and (undo.device_id is None or undo.marked_by_id == target.marked_by_id):
            taken_back.add(target.id)
    return [mark for mark in ordered if mark.outcome != Outcome.CLEARED and mark.id not in taken_back]


def fold(marks: Iterable[Mark], expected_count: int, known: Mapping[str, str] | None = None) -> VisitState:
    """The state of a visit at which `expected_count` people are expected.

    Whoever is `known` at opening stands as known until something is told of just that person: a word about the
    household speaks of the others. A number beyond those expected is somebody met at the door, until taken back.
    """
    known = known or {}
    whole: str = Outcome.WAITING
    people: dict[str, str] = {}
    has_conflict = False
    previous: Mark | None = None
    for mark in standing(marks):
        has_conflict = _still_in_conflict(has_conflict, previous, mark)
        if mark.people:
            people = people | mark.people
        else:  # said of the whole household: replaces what was told person by person
            whole, people = mark.outcome, _met(people, expected_count, mark.outcome)
        previous = mark
    outcome, done_count = _sum_up(whole, people, expected_count, known)
    if outcome != whole and people and whole in PERSON_OUTCOMES:  # what was said of the others is not lost
        people = dict.fromkeys(_asked(people, expected_count, known), whole) | people
    if previous is None:
        return VisitState(outcome=outcome)
    return VisitState(
        outcome=outcome,
        done_count=done_count,
        extra_count=len(_met(people, expected_count)),
        people=people,
        latest_mark_id=previous.id,
        latest_at=previous.happened_at,
        has_conflict=has_conflict,
    )


def _met(people: dict[str, str], expected_count: int, outcome: str = "") -> dict[str, str]:
    """Those who were not expected: they belong to the household, and a word about it is told of each of them."""
    told = outcome if outcome in PERSON_OUTCOMES else ""
    return {number: told or what for number, what in people.items() if int(number) > expected_count}


def speakers(marks: Iterable[Mark], numbers: Iterable[str]) -> dict[str, Mark]:
    """For each person number the standing mark that last spoke of them, alone or with the household."""
    numbers = list(numbers)
    last: dict[str, Mark] = {}
    for mark in standing(marks):
        spoken_of = mark.people or numbers
        last |= {number: mark for number in numbers if number in spoken_of}
    return last


def versions_in_conflict(marks: Iterable[Mark]) -> list[Mark]:
    """What each person last said since they parted, in order; the last is the one counted. Empty without a conflict."""
    versions: list[Mark] = []
    previous: Mark | None = None
    for mark in standing(marks):
        if not _still_in_conflict(bool(versions), previous, mark):
            versions = []
        elif previous is not None:
            others = [one for one in versions or [previous] if one.marked_by_id != mark.marked_by_id]
            versions = [*others, mark]
        previous = mark
    return versions


def _still_in_conflict(has_conflict: bool, previous: Mark | None, mark: Mark) -> bool:
    """Two people on one door, the later not knowing of the earlier: a conflict, until somebody acts who saw both.

    An unanswered knock followed by somebody else's answer is how it should go, not a conflict.
    """
    if previous is None or mark.marked_by_id == previous.marked_by_id:
        return has_conflict
    if mark.saw == previous.id:
        return False
    return has_conflict or previous.outcome != Outcome.NOBODY_HOME


def _sum_up(whole: str, people: dict[str, str], expected_count: int, known: Mapping[str, str]) -> tuple[str, int]:
    """The outcome of the household and how many of its people are done. Who is known is not asked for."""
    asked = _asked(people, expected_count, known)
    if known and not asked:
        return _agreed(list(known.values())), 0
    if not people:
        return whole, len(asked) if whole == Outcome.DONE else 0
    rest = whole if whole != Outcome.PARTLY else Outcome.WAITING
    each = [people.get(number, rest) for number in asked]
    done_count = each.count(Outcome.DONE)
    if all(outcome in Outcome.answered() for outcome in each):
        return _agreed(each), done_count
    if any(outcome in Outcome.answered() for outcome in each):
        return Outcome.PARTLY, done_count
    for outcome in (Outcome.REFUSED, Outcome.NOBODY_HOME):
        if outcome in each:
            return outcome, done_count
    return Outcome.WAITING, done_count


def _asked(people: Mapping[str, str], expected_count: int, known: Mapping[str, str]) -> list[str]:
    """Everybody but those of whom nothing more has to be learned."""
    expected = [str(number) for number in range(1, expected_count + 1)]
    return [number for number in expected if number in people or number not in known] + list(
        _met(dict(people), expected_count)
    )


def _agreed(each: list[str]) -> str:
    """Of people who all have an answer."""
    return each[0] if len(set(each)) == 1 else Outcome.DONE
