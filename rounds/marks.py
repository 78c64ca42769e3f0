"""The way of a mark: in from a phone or a desk, never lost, never counted twice.

One transaction locks the visits (in pk order, so that two phones cannot wait for each other), looks which marks
are known, writes the new ones and folds each touched visit anew. Statements: visits, marks, insert and visits back
(one way there and back), held marks when there are any - whether one mark came or two hundred.

On PostgreSQL a mark that comes alone, is new and concerns no other room goes a shorter way to the same place: two
statements and no lock (`record_lone_mark`). Both ways weigh what came by the same function.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.devices import may_read
from residents.models import Device, User
from residents.statements import Writes
from rounds.folding import fold, versions_in_conflict
from rounds.models import CLOCK_TOLERANCE, MARKABLE, HeldMark, Mark, Outcome, Round, Visit
from rounds.receiving import EARLIEST, IncomingMark, is_there, people_are_readable, read_mark
from rounds.services import RoundError
from rounds.statements import Glance, find_marks, lock_visits, write_if_unmoved

Reason = HeldMark.Reason


@dataclass(frozen=True)
class Receipt:
    """The answer to one mark. The phone may forget every mark whose result is not `retry`."""

    index: int
    id: str
    result: str  # stored | known | conflict | held
    reason: str = ""
    message: str = ""  # of a mark that counts, what its volunteer should know all the same

    def as_json(self) -> dict:
        answer = {"index": self.index, "id": self.id, "result": self.result}
        if self.reason:
            answer |= {"reason": self.reason, "message": str(Reason(self.reason).label)}
        elif self.message:
            answer["message"] = self.message
        return answer


@dataclass(frozen=True)
class NewMarks:
    """Marks just stored, at visits that are locked and folded anew; each visit with all its marks and its round."""

    compound_id: int
    visits: Mapping[int, Visit]
    marks: list[Mark]
    marks_of: Mapping[int, list[Mark]]
    at: datetime


# What the room of a kind of round does about them in the same transaction; by mark, what its volunteer should know.
# Of a lone mark it is asked beforehand: what it does without the database is done twice when it needs the database.
Follow = Callable[[NewMarks], Mapping[UUID, str]]


@transaction.atomic(savepoint=False)
def record_marks(
    *,
    device: Device,
    raw_marks: list,
    sent_at: datetime,
    received_at: datetime | None = None,
    follow: Follow | None = None,
    writes: Writes | None = None,
) -> list[Receipt]:
    """Store what can be stored and hold what cannot; one receipt for each entry of `raw_marks`, in order.

    `device.volunteer` must be loaded. `sent_at` is the phone's clock, `received_at` ours (now). What waits in
    `writes` is written with the marks.
    """
    writes = writes or Writes()
    if not raw_marks:
        writes.send()
        return []
    incoming = [read_mark(index, raw) for index, raw in enumerate(raw_marks)]
    visits = lock_visits(device, {mark.visit_id for mark in incoming if mark.visit_id})
    ids = [item.mark_id for item in incoming if item.mark_id]
    seqs = [item.seq for item in incoming if item.seq]
    there = find_marks(device, visits, ids, seqs)
    batch = weigh(device, incoming, visits, there, sent_at, received_at or timezone.now())
    writes.insert(batch.news.marks)
    writes.write_back(batch.touched, FOLDED)
    writes.send()
    _hold(device, batch)
    return batch.receipts(follow(batch.news) if follow else {})


def record_lone_mark(
    *,
    item: IncomingMark,
    seen: Glance,
    sent_at: datetime,
    received_at: datetime,
    contact: Sequence[Any],
    follow: Follow,
) -> list[Receipt] | None:
    """The same for one mark at a door that was seen and not locked, if it is new and nothing else follows from it.

    None, and nothing written, where there is more to do, or where somebody was faster: then it is for record_marks.
    """
    batch = weigh(seen.device, [item], {seen.visit.pk: seen.visit}, seen.marks, sent_at, received_at)
    if not batch.news.marks:
        return None
    try:
        with connection.execute_wrapper(_leave_alone):
            receipts = batch.receipts(follow(batch.news))
    except _MoreToDo:
        return None
    return receipts if write_if_unmoved(seen, batch.news.marks[0], FOLDED, contact) else None


class _MoreToDo(Exception):
    """A room asks the database about a mark that is not stored yet."""


def _leave_alone(*_statement: Any) -> None:
    raise _MoreToDo


@dataclass(frozen=True)
class Batch:
    """What came from a phone, held against what is there: all that has to be written about it, and what to answer."""

    incoming: list[IncomingMark]
    news: NewMarks
    known: frozenset[int]  # by index: there already, and saying the same
    sent_at: datetime

    @property
    def touched(self) -> list[Visit]:
        """Folded anew."""
        return [self.news.visits[pk] for pk in {mark.visit_id for mark in self.news.marks}]

    @property
    def held(self) -> list[IncomingMark]:
        return [item for item in self.incoming if item.reason]

    def receipts(self, told: Mapping[UUID, str]) -> list[Receipt]:
        return [self._receipt(item, told) for item in self.incoming]

    def _receipt(self, item: IncomingMark, told: Mapping[UUID, str]) -> Receipt:
        if item.reason:
            return Receipt(item.index, item.shown_id, "held", item.reason)
        message = told.get(item.mark_id, "") if item.mark_id else ""
        if item.index in self.known:
            return Receipt(item.index, item.shown_id, "known", message=message)
        has_conflict = self.news.visits[item.visit_id].has_conflict
        return Receipt(item.index, item.shown_id, "conflict" if has_conflict else "stored", message=message)


def weigh(
    device: Device,
    incoming: list[IncomingMark],
    visits: Mapping[int, Visit],
    there: Iterable[Mark],
    sent_at: datetime,
    received_at: datetime,
) -> Batch:
    """`there`: all marks of these visits, and any that has an id or a number of this batch. Asks and writes nothing."""
    by_id: dict[UUID, Mark] = {}
    marks_of: dict[int, list[Mark]] = defaultdict(list)
    used_seqs: set[int] = set()
    for mark in there:
        by_id[mark.id] = mark
        if mark.visit_id in visits:
            marks_of[mark.visit_id].append(mark)
        if mark.device_id == device.pk and mark.seq:
            used_seqs.add(mark.seq)
    fresh: list[Mark] = []
    known: set[int] = set()
    for item in incoming:
        stored = by_id.get(item.mark_id) if item.mark_id else None
        if not item.reason and stored and stored.device_id == device.pk and item.says_the_same_as(stored):
            known.add(item.index)
            continue
        item.reason = item.reason or _why_held(device, item, stored, visits, used_seqs)
        if item.reason:
            continue
        mark = _make_mark(device, item, visits[item.visit_id], sent_at, received_at)
        fresh.append(mark)
        by_id[mark.id] = mark
        used_seqs.add(item.seq)
        marks_of[mark.visit_id].append(mark)
    news = NewMarks(device.volunteer.compound_id, visits, fresh, marks_of, received_at)
    batch = Batch(incoming, news, frozenset(known), sent_at)
    _fold_anew(batch.touched, marks_of, received_at)
    return batch


def _why_held(
    device: Device, item: IncomingMark, stored: Mark | None, visits: Mapping[int, Visit], used_seqs: set[int]
) -> str:
    """Why a readable mark cannot be applied; empty when it can."""
    visit = visits.get(item.visit_id)
    if not may_read(device):
        return Reason.DEVICE_ENDED
    if stored is not None:
        return Reason.OTHER_CONTENT
    if visit is None:
        return Reason.UNKNOWN_VISIT
    if item.seq in used_seqs:
        return Reason.SEQ_REUSED
    if visit.round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        return Reason.NOT_OPEN
    if not visit.is_assigned:
        return Reason.NOT_ASSIGNED
    if not all(is_there(number, visit.expected_count) for number in item.people):
        return Reason.BAD_MARK
    return ""


def _make_mark(device: Device, item: IncomingMark, visit: Visit, sent_at: datetime, received_at: datetime) -> Mark:
    """The phone's clock is put right by how far it was off when it sent; nothing happens in the future."""
    happened_at = min(item.marked_at + (received_at - sent_at), received_at)
    closed_at = visit.round.closed_at
    return Mark(
        id=item.mark_id,
        visit=visit,
        outcome=item.outcome,
        people=item.people,
        note=item.note,
        details=item.details,
        undoes=item.undoes,
        saw=item.saw,
        marked_by_id=device.volunteer.user_id,
        device=device,
        seq=item.seq,
        marked_at=item.marked_at,
        sent_at=sent_at,
        received_at=received_at,
        happened_at=happened_at,
        is_late=closed_at is not None and received_at > closed_at,
    )


FOLDED = ("outcome", "done_count", "extra_count", "people", "latest_mark", "latest_at", "has_conflict", "revised_at")


def refold(visits: Iterable[Visit], marks_of: Mapping[int, list[Mark]], now: datetime, writes: Writes) -> None:
    """Write the state that the marks of each (locked) visit fold to. One statement, whatever the number."""
    visits = list(visits)
    _fold_anew(visits, marks_of, now)
    writes.write_back(visits, FOLDED)


def _fold_anew(visits: Iterable[Visit], marks_of: Mapping[int, list[Mark]], now: datetime) -> None:
    for visit in visits:
        state = fold(marks_of[visit.pk], visit.expected_count, visit.known)
        visit.outcome, visit.people = state.outcome, state.people
        visit.done_count, visit.extra_count = state.done_count, state.extra_count
        visit.latest_mark_id, visit.latest_at = state.latest_mark_id, state.latest_at
        visit.has_conflict, visit.revised_at = state.has_conflict, now


def _hold(device: Device, batch: Batch) -> None:
    rows = [
        HeldMark(
            mark_id=item.shown_id,
            device=device,
            seq=item.seq or None,
            digest=item.digest,
            payload=item.payload,
            reason=item.reason,
            compound_id=device.volunteer.compound_id,
            visit=batch.news.visits.get(item.visit_id),
            sent_at=batch.sent_at,
            received_at=batch.news.at,
        )
        for item in batch.held
    ]
    if rows:
        HeldMark.objects.bulk_create(rows, ignore_conflicts=True)  # the same one sent again is already held


# --- At a desk ----------------------------------------------------------------------------------


@transaction.atomic
def mark_at_desk(
    *,
    visit: Visit,
    by: User,
    outcome: str,
    people: dict[str, str] | None = None,
    note: str = "",
    details: dict[str, str] | None = None,
    undoes: UUID | None = None,
    again: Iterable[int] = (),
    follow: Follow | None = None,
) -> Mark:
    """A steward or building lead tells what happened, having seen the visit as it stands: settles a conflict.

    `again`: numbers of people who are waited for once more, whatever was told of them before.
    """
    locked = Visit.objects.select_for_update(of=("self",)).select_related("round").get(pk=visit.pk)
    people = people or {}
    due = {str(number): Outcome.WAITING.value for number in again}
    if locked.round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise RoundError(_("The round is not open: nothing can be marked."))
    if not people_are_readable(people) or not all(is_there(number, locked.expected_count) for number in people | due):
        raise RoundError(_("Somebody was marked who is not expected behind this door."))
    marks = list(Mark.objects.filter(visit=locked))
    if undoes is not None and undoes not in {mark.id for mark in marks if mark.outcome != Outcome.CLEARED}:
        raise RoundError(_("What should be taken back is not there."))
    now = timezone.now()
    mark = Mark.objects.create(
        visit=locked,
        outcome=outcome,
        people=people | due,
        note=note,
        details=details or {},
        undoes=undoes,
        saw=locked.latest_mark_id,
        marked_by=by,
        marked_at=now,
        sent_at=now,
        received_at=now,
        happened_at=now,
        is_late=locked.round.closed_at is not None,
    )
    _take_in(locked, marks, mark, follow)
    return mark


def _take_in(visit: Visit, marks: list[Mark], mark: Mark, follow: Follow | None) -> None:
    """One mark more at a locked visit."""
    marks_of = {visit.pk: [*marks, mark]}
    writes = Writes()
    refold([visit], marks_of, mark.received_at, writes)
    writes.send()
    if follow:
        follow(NewMarks(visit.round.compound_id, {visit.pk: visit}, [mark], marks_of, mark.received_at))


@transaction.atomic
def settle_conflict(
    *, visit: Visit, by: User, keep: UUID, note: str = "", saw: UUID | None = None, follow: Follow | None = None
) -> Mark:
    """Of the versions that stand against each other `keep` is right: said once more by somebody who saw them all.

    `saw` is the newest mark on the page the person looked at; a newer one is looked at first. Nothing is deleted.
    """
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    versions = {mark.pk: mark for mark in versions_in_conflict(Mark.objects.filter(visit=locked))}
    if not versions:
        raise RoundError(_("There is no conflict here any more."))
    if keep not in versions or saw not in {None, locked.latest_mark_id}:
        raise RoundError(_("This door has been marked again meanwhile. Look at it as it is now."))
    kept = versions[keep]
    words = {"outcome": kept.outcome, "people": kept.people, "details": kept.details, "note": note}
    return mark_at_desk(visit=locked, by=by, follow=follow, **words)


@dataclass(frozen=True)
class HeldVersion:
    """What a held mark says, as far as it can be read, to be laid beside what is counted."""

    outcome: str
    label: str
    people: dict[str, str]
    note: str
    happened_at: datetime | None
    marked_at: datetime | None

    @property
    def is_clock_off(self) -> bool:
        if self.happened_at is None or self.marked_at is None:
            return False
        return abs(self.happened_at - self.marked_at) > CLOCK_TOLERANCE


def read_held(held: HeldMark) -> HeldVersion:
    """Never raises, whatever the phone sent."""
    item = read_mark(0, held.payload)
    told = item.outcome if item.outcome in MARKABLE else ""
    at = item.marked_at if item.marked_at != EARLIEST else None
    return HeldVersion(
        outcome=told,
        label=str(Outcome(told).label) if told else "",
        people=item.people,
        note=item.note or _kept_note(held.payload),
        happened_at=min(at + (held.received_at - held.sent_at), held.received_at) if at else None,
        marked_at=at,
    )


def _kept_note(payload: Any) -> str:
    note = payload.get("note") if isinstance(payload, dict) else None
    return note if isinstance(note, str) else ""


@transaction.atomic
def apply_held_mark(*, held: HeldMark, by: User, note: str = "", follow: Follow | None = None) -> Mark:
    """Count a held mark after all, as made by its volunteer at the time the phone told; who decided stays on record.

    Raises RoundError when it holds nothing that could be counted.
    """
    item = read_mark(0, held.payload)
    if item.reason or held.visit_id is None:
        raise RoundError(_("This mark does not say enough to be counted. Set it aside and mark the door by hand."))
    _decide(held, HeldMark.Decision.APPLIED, by, note)
    visit = Visit.objects.select_for_update(of=("self",)).select_related("round").get(pk=held.visit_id)
    if visit.round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise RoundError(_("The round is not open: nothing can be marked."))
    if not all(is_there(number, visit.expected_count) for number in item.people):
        raise RoundError(_("Somebody was marked who is not expected behind this door."))
    now = timezone.now()
    marks = list(Mark.objects.filter(visit=visit))
    mark = Mark.objects.create(
        visit=visit,
        outcome=item.outcome,
        people=item.people,
        note=item.note,
        details=item.details,
        undoes=item.undoes,
        saw=visit.latest_mark_id,
        marked_by_id=held.device.volunteer.user_id,
        marked_at=item.marked_at,
        sent_at=held.sent_at,
        received_at=now,
        happened_at=min(item.marked_at + (held.received_at - held.sent_at), now),
        is_late=visit.round.closed_at is not None,
    )
    _take_in(visit, marks, mark, follow)
    return mark


@transaction.atomic
def dismiss_held_mark(*, held: HeldMark, by: User, note: str) -> None:
    """Set aside with a reason; it stays on record."""
    if not note.strip():
        raise RoundError(_("Say why, in a few words."))
    _decide(held, HeldMark.Decision.DISMISSED, by, note)


def _decide(held: HeldMark, decision: str, by: User, note: str) -> None:
    decided = HeldMark.objects.filter(pk=held.pk, decision="").update(
        decision=decision, decided_by=by, decided_at=timezone.now(), decision_note=note
    )
    if not decided:
        raise RoundError(_("Somebody has decided about this mark already."))
