"""What a phone's marks ask the database: which doors, locked, and which marks are there already.

A mark that comes alone has a shorter way on PostgreSQL: `glance` fetches the phone, its door and the marks there at
once and locks nothing; `write_if_unmoved` writes all there is to write, provided that the door's row is the one seen.
Whoever adds a mark to a door writes its row, and by that gives it another `xmin`: the marks seen were all there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from residents.devices import NOTE_CONTACT, SENDER_WIDTH, SENDERS, read_sender, sender_columns
from residents.models import Device
from residents.statements import any_of, as_given, change, column_names, columns, fetch, fill, holes, reader, words
from rounds.models import Mark, Round, Visit
from rounds.receiving import IncomingMark

ROUND_FIELDS = ("id", "kind", "state", "opened_at", "closed_at", "compound")
VISIT_WIDTH = len(Visit._meta.concrete_fields)

# The rule of AssignmentQuerySet.over_visit; tests/rounds/test_statements.py holds the two together.
IS_ASSIGNED = """EXISTS (
        SELECT 1 FROM rounds_assignment part
        WHERE part.volunteer_id = {volunteer} AND part.released_at IS NULL
            AND part.round_id = visit.round_id AND part.building_id = visit.building_id
            AND (part.entrance = '' OR part.entrance = visit.entrance)
            AND (part.floor_from IS NULL OR part.floor_from <= visit.floor)
            AND (part.floor_to IS NULL OR part.floor_to >= visit.floor)
    )"""
LOCK_VISITS = """
    SELECT {columns}, {round_columns}, {is_assigned}
    FROM rounds_visit visit JOIN rounds_round round ON round.id = visit.round_id
    WHERE visit.id {any_number} AND round.compound_id = %s
    ORDER BY visit.id
    {for_update_of} visit
"""
FIND_MARKS = """
    SELECT {columns} FROM rounds_mark mark
    WHERE mark.visit_id {any_number} OR mark.id {any_uuid} OR (mark.device_id = %s AND mark.seq {any_number})
"""
GLANCE = """
    SELECT {sender}, {columns}, {round_columns}, {is_assigned}, visit.xmin, {mark_columns}
    FROM {senders}
    JOIN rounds_visit visit ON visit.id = %s
    JOIN rounds_round round ON round.id = visit.round_id
    LEFT JOIN rounds_mark mark
        ON mark.visit_id = visit.id OR mark.id = %s OR (mark.device_id = device.id AND mark.seq = %s)
    WHERE device.token_hash = %s
"""
# One transaction. It fails whole where the mark is there meanwhile; where the door moved nothing is told of the mark.
WRITE_IF_UNMOVED = """
    WITH contact AS ({contact}),
        door AS (UPDATE rounds_visit visit SET {changes} WHERE id = %s AND xmin = %s::xid RETURNING id)
    INSERT INTO rounds_mark ({names}) SELECT {mark} FROM door
"""


def lock_visits(device: Device, visit_ids: Collection[int]) -> dict[int, Visit]:
    """The visits of the volunteer's own compound, locked in key order, each with its round and `is_assigned`.

    Those of others do not exist. Of a round no more is loaded than ROUND_FIELDS.
    """
    if not visit_ids:
        return {}
    visits: dict[int, Visit] = {}
    rounds: dict[int, Round] = {}
    given = [device.volunteer_id, any_of(visit_ids), device.volunteer.compound_id]
    for row in fetch(_lock_visits(), given):
        visit = _read_visit(row, rounds)
        visits[visit.pk] = visit
    return visits


def _read_visit(row: Sequence[Any], rounds: dict[int, Round]) -> Visit:
    """From a row that begins with its columns, those of its round and whether it is the sender's to walk."""
    visit = reader(Visit)(row[:VISIT_WIDTH])
    if visit.round_id not in rounds:
        rounds[visit.round_id] = reader(Round, *ROUND_FIELDS)(row[VISIT_WIDTH : VISIT_WIDTH + len(ROUND_FIELDS)])
    visit.round, visit.is_assigned = rounds[visit.round_id], bool(row[VISIT_WIDTH + len(ROUND_FIELDS)])
    return visit


def find_marks(device: Device, visit_ids: Iterable[int], ids: Iterable[UUID], seqs: Iterable[int]) -> list[Mark]:
    """All marks of these visits, and any with one of these ids or one of these numbers of the phone."""
    given = [any_of(visit_ids), any_of(ids), as_given(device.pk), any_of(seqs)]
    return [reader(Mark)(row) for row in fetch(_find_marks(), given)]


@dataclass(frozen=True)
class Glance:
    """A phone, one door and all marks that matter, as they stood at one moment."""

    device: Device
    visit: Visit
    marks: list[Mark]
    version: str  # of the door's row


def glance(token_hash: str, item: IncomingMark) -> Glance | None:
    """For a readable mark. None where there is no such phone, or no such door in its compound."""
    rows = fetch(_glance(), [item.visit_id, as_given(item.mark_id), item.seq, token_hash])
    if not rows:
        return None
    device, visit = read_sender(rows[0]), _read_visit(rows[0][SENDER_WIDTH:], {})
    if visit.round.compound_id != device.volunteer.compound_id:
        return None
    read_mark, first = reader(Mark), -len(Mark._meta.concrete_fields)
    marks = [read_mark(row[first:]) for row in rows if row[first] is not None]
    return Glance(device, visit, marks, rows[0][first - 1])


def write_if_unmoved(seen: Glance, mark: Mark, folded: Sequence[str], contact: Sequence[Any]) -> bool:
    """The mark, the fields folded into its door and what the phone says of itself; False when another was faster."""
    given = [*contact, *fill(seen.visit, *folded), seen.visit.pk, seen.version, *fill(mark)]
    try:
        return change(_write_if_unmoved(tuple(folded)), given) == 1
    except IntegrityError:
        return False


@cache
def _lock_visits() -> str:
    return LOCK_VISITS.format(
        columns=columns(Visit, "visit"),
        round_columns=columns(Round, "round", *ROUND_FIELDS),
        is_assigned=IS_ASSIGNED.format(volunteer="%s"),
        **words(),
    )


@cache
def _glance() -> str:
    return GLANCE.format(
        sender=sender_columns(),
        columns=columns(Visit, "visit"),
        round_columns=columns(Round, "round", *ROUND_FIELDS),
        is_assigned=IS_ASSIGNED.format(volunteer="volunteer.id"),
        mark_columns=columns(Mark, "mark"),
        senders=SENDERS,
    )


@cache
def _write_if_unmoved(folded: tuple[str, ...]) -> str:
    changes = zip(column_names(Visit, *folded), holes(Visit, *folded), strict=True)
    return WRITE_IF_UNMOVED.format(
        contact=NOTE_CONTACT,
        changes=", ".join(f"{name} = {hole}" for name, hole in changes),
        names=", ".join(column_names(Mark)),
        mark=", ".join(holes(Mark)),
    )


@cache
def _find_marks() -> str:
    return FIND_MARKS.format(columns=columns(Mark, "mark"), **words())
