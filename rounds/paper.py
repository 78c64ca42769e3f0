"""Marks made on paper: a sheet for each stairwell goes out, and comes back to be typed.

Each row that says something becomes a desk mark that names both: who walked and who typed. A door that moved on
while the sheet lay on the table is shown to the typist before anything is written over it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import User, Volunteer
from residents.statements import Writes
from rounds.marks import Follow, NewMarks, refold
from rounds.models import Mark, Round, Visit
from rounds.services import RoundError

MOST_ROWS = 150  # on one screen; with three fields each below what a form may hold


@dataclass(frozen=True)
class PaperRow:
    """What is written in one row; `saw` is the newest mark the typist's page showed at that door."""

    visit_id: int
    outcome: str
    note: str = ""
    saw: UUID | None = None


@dataclass
class PaperResult:
    stored: list[Mark] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)  # visits marked meanwhile: not written, to be looked at

    def __bool__(self) -> bool:
        return bool(self.stored or self.changed)


def sheet_code(round_id: int, building_id: int, entrance: str) -> str:
    """Printed on the sheet, to find its page without a camera."""
    return f"{round_id}-{building_id}" + (f"-{entrance}" if entrance else "")


@transaction.atomic
def record_paper(
    *,
    round: Round,
    by: User,
    walked_by: Volunteer,
    walked_at: datetime,
    rows: list[PaperRow],
    follow: Follow | None = None,
) -> PaperResult:
    """Store every row whose door is as the typist saw it. Statements: round, visits, marks, insert, visits back."""
    current = Round.objects.get(pk=round.pk)
    now = timezone.now()
    if current.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise RoundError(_("The round is not open: nothing can be marked."))
    if walked_by.compound_id != current.compound_id:
        raise RoundError(_("This volunteer does not serve in this compound."))
    if walked_at > now:
        raise RoundError(_("This time is still to come."))
    wanted = {row.visit_id: row for row in rows}
    visits = list(Visit.objects.filter(round=current, pk__in=wanted).order_by("pk").select_for_update(of=("self",)))
    if len(visits) != len(rows):
        raise RoundError(_("A door of this sheet is not part of the round."))
    marks_of: dict[int, list[Mark]] = defaultdict(list)
    for mark in Mark.objects.filter(visit__in=visits):
        marks_of[mark.visit_id].append(mark)
    result, touched = PaperResult(), []
    for visit in visits:
        row = wanted[visit.pk]
        visit.round = current
        if _says_so_already(visit, row, marks_of[visit.pk]):
            continue
        if row.saw != visit.latest_mark_id:
            result.changed.add(visit.pk)
            continue
        mark = _paper_mark(current, visit, row, marks_of[visit.pk], walked_by, walked_at, by, now)
        result.stored.append(mark)
        marks_of[visit.pk].append(mark)
        touched.append(visit)
    writes = Writes()
    writes.insert(result.stored)
    refold(touched, marks_of, now, writes)
    writes.send()
    if follow and result.stored:
        at_hand = {visit.pk: visit for visit in touched}
        follow(NewMarks(current.compound_id, at_hand, result.stored, marks_of, now))
    return result


def _says_so_already(visit: Visit, row: PaperRow, marks: list[Mark]) -> bool:
    """The door stands like that: sent twice, or a phone was quicker with the same news."""
    latest = next((mark for mark in marks if mark.pk == visit.latest_mark_id), None)
    return visit.outcome == row.outcome and (not row.note or (latest is not None and latest.note == row.note))


def _paper_mark(
    round: Round,
    visit: Visit,
    row: PaperRow,
    marks: list[Mark],
    walked_by: Volunteer,
    walked_at: datetime,
    by: User,
    now: datetime,
) -> Mark:
    """At the time of the walk, but after whatever the typist saw and now writes over."""
    newest = max((mark.happened_at for mark in marks), default=None)
    happened_at = walked_at if newest is None else max(walked_at, newest + timedelta(microseconds=1))
    return Mark(
        visit=visit,
        outcome=row.outcome,
        note=row.note,
        saw=visit.latest_mark_id,
        marked_by=by,
        walked_by=walked_by,
        marked_at=walked_at,
        sent_at=now,
        received_at=now,
        happened_at=happened_at,
        is_late=round.closed_at is not None,
    )
