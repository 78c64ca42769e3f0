"""What a phone's marks ask the database: which doors, locked, and which marks are there already."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from uuid import UUID

from residents.models import Device
from residents.statements import any_of, as_given, columns, fetch, reader, words
from rounds.models import Mark, Round, Visit

ROUND_FIELDS = ("id", "kind", "state", "closed_at")

# The rule of AssignmentQuerySet.over_visit; tests/rounds/test_statements.py holds the two together.
LOCK_VISITS = """
    SELECT {columns}, {round_columns}, EXISTS (
        SELECT 1 FROM rounds_assignment part
        WHERE part.volunteer_id = %s AND part.released_at IS NULL
            AND part.round_id = visit.round_id AND part.building_id = visit.building_id
            AND (part.entrance = '' OR part.entrance = visit.entrance)
            AND (part.floor_from IS NULL OR part.floor_from <= visit.floor)
            AND (part.floor_to IS NULL OR part.floor_to >= visit.floor)
    )
    FROM rounds_visit visit JOIN rounds_round round ON round.id = visit.round_id
    WHERE visit.id {any_number} AND round.compound_id = %s
    ORDER BY visit.id
    {for_update_of} visit
"""
FIND_MARKS = """
    SELECT {columns} FROM rounds_mark mark
    WHERE mark.visit_id {any_number} OR mark.id {any_uuid} OR (mark.device_id = %s AND mark.seq {any_number})
"""


def lock_visits(device: Device, visit_ids: Collection[int]) -> dict[int, Visit]:
    """The visits of the volunteer's own compound, locked in key order, each with its round and `is_assigned`.

    Those of others do not exist. Of a round no more is loaded than ROUND_FIELDS.
    """
    if not visit_ids:
        return {}
    read_visit, read_round = reader(Visit), reader(Round, *ROUND_FIELDS)
    width = len(Visit._meta.concrete_fields)
    visits: dict[int, Visit] = {}
    rounds: dict[int, Round] = {}
    given = [device.volunteer_id, any_of(visit_ids), device.volunteer.compound_id]
    for row in fetch(_lock_visits(), given):
        visit = read_visit(row[:width])
        if visit.round_id not in rounds:
            rounds[visit.round_id] = read_round(row[width:-1])
        visit.round, visit.is_assigned = rounds[visit.round_id], bool(row[-1])
        visits[visit.pk] = visit
    return visits


def find_marks(device: Device, visit_ids: Iterable[int], ids: Iterable[UUID], seqs: Iterable[int]) -> list[Mark]:
    """All marks of these visits, and any with one of these ids or one of these numbers of the phone."""
    given = [any_of(visit_ids), any_of(ids), as_given(device.pk), any_of(seqs)]
    return [reader(Mark)(row) for row in fetch(_find_marks(), given)]


@cache
def _lock_visits() -> str:
    round_columns = columns(Round, "round", *ROUND_FIELDS)
    return LOCK_VISITS.format(columns=columns(Visit, "visit"), round_columns=round_columns, **words())


@cache
def _find_marks() -> str:
    return FIND_MARKS.format(columns=columns(Mark, "mark"), **words())
