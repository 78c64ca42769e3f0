"""Reading what a phone sent, mark by mark: one bad mark never spoils its neighbours.

A mark that cannot be read is answered with why, and the service keeps it as it came.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.utils.dateparse import parse_datetime

from rounds.models import MARKABLE, PERSON_OUTCOMES, HeldMark, Mark, Outcome

MAX_NOTE = Mark._meta.get_field("note").max_length or 0
MAX_ID = 2**63 - 1
KEPT_PAYLOAD_CHARS = 4000
MOST_DETAILS, LONGEST_DETAIL = 5, 40
MOST_MET = 9  # people at one door who were not expected
PERSON_NUMBERS = frozenset(str(number) for number in range(1, 100))
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

Reason = HeldMark.Reason


@dataclass
class IncomingMark:
    """One entry of the batch. `reason` is set when it cannot be read or applied; then only `raw` is sure.

    A number of 0, no id and the earliest time stand for what was not told or not readable.
    """

    index: int
    raw: Any
    mark_id: uuid.UUID | None = None
    seq: int = 0
    visit_id: int = 0
    outcome: str = ""
    people: dict[str, str] = field(default_factory=dict)
    note: str = ""
    details: dict[str, str] = field(default_factory=dict)
    undoes: uuid.UUID | None = None
    saw: uuid.UUID | None = None
    marked_at: datetime = EARLIEST
    reason: str = ""

    @cached_property
    def payload(self) -> Any:
        """What came, as any database can keep it. Only held marks need it."""
        return _storable(self.raw)

    @property
    def digest(self) -> str:
        """The same for the same content, so that a held mark sent again is known again."""
        return hashlib.sha256(json.dumps(self.payload, sort_keys=True).encode()).hexdigest()

    @property
    def shown_id(self) -> str:
        """The id as the phone wrote it, to answer with; cut, for it may be anything."""
        told = self.raw.get("id") if isinstance(self.raw, dict) else None
        return clean_text(told)[:64] if isinstance(told, str) else ""

    def says_the_same_as(self, mark: Mark) -> bool:
        return (
            mark.visit_id == self.visit_id
            and mark.outcome == self.outcome
            and mark.people == self.people
            and mark.note == self.note
            and mark.details == self.details
            and mark.undoes == self.undoes
            and mark.saw == self.saw
            and mark.marked_at == self.marked_at
            and mark.seq == self.seq
        )


def read_time(value: Any) -> datetime | None:
    """An ISO moment with its offset, in a century a phone's wrong clock could still name. None otherwise."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        moment = parse_datetime(value)
        if moment is None or moment.tzinfo is None:
            return None
        return moment if EARLIEST <= moment <= LATEST else None
    except (ValueError, OverflowError):
        return None


def read_mark(index: int, raw: Any) -> IncomingMark:
    """Never raises. What is wrong is named by `reason` (a HeldMark.Reason)."""
    mark = IncomingMark(index=index, raw=raw)
    if not isinstance(raw, dict):
        mark.reason = Reason.BAD_ID
        return mark
    mark.seq = _whole(raw.get("seq"))
    mark.visit_id = _whole(raw.get("visit"))
    mark.mark_id = read_uuid(raw.get("id"))
    if mark.mark_id is None:
        mark.reason = Reason.BAD_ID
        return mark
    marked_at = read_time(raw.get("marked_at"))
    mark.marked_at = marked_at or EARLIEST
    outcome = raw.get("outcome")
    mark.outcome = outcome if isinstance(outcome, str) else ""
    note, people, details = raw.get("note", ""), raw.get("people") or {}, raw.get("details") or {}
    links_ok = all(raw.get(name) is None or read_uuid(raw[name]) for name in ("undoes", "saw"))
    mark.undoes, mark.saw = read_uuid(raw.get("undoes")), read_uuid(raw.get("saw"))
    readable = (
        mark.seq > 0
        and marked_at is not None
        and mark.outcome in MARKABLE
        and (mark.outcome == Outcome.CLEARED) == (mark.undoes is not None)
        and links_ok
        and isinstance(note, str)
        and len(note) <= MAX_NOTE
        and note == clean_text(note)
        and people_are_readable(people)
        and details_are_readable(details)
    )
    if not readable:
        mark.reason = Reason.BAD_MARK
    elif not mark.visit_id:
        mark.reason = Reason.UNKNOWN_VISIT
    else:
        mark.note, mark.people, mark.details = note, dict(people), dict(details)
    return mark


def people_are_readable(people: Any) -> bool:
    """Person numbers as text without leading zeros, each with an outcome one person can have."""
    return isinstance(people, dict) and all(
        number in PERSON_NUMBERS and isinstance(outcome, str) and outcome in PERSON_OUTCOMES
        for number, outcome in people.items()
    )


def is_there(number: str, expected_count: int) -> bool:
    """Somebody expected, or one of the few who may be met beside them."""
    return int(number) <= expected_count + MOST_MET


def details_are_readable(details: Any) -> bool:
    """A few short texts by name; what they mean is the business of the round's own room."""
    return (
        isinstance(details, dict)
        and len(details) <= MOST_DETAILS
        and all(
            isinstance(text, str) and len(text) <= LONGEST_DETAIL and text == clean_text(text)
            for pair in details.items()
            for text in pair
        )
    )


def clean_text(text: str) -> str:
    """Without what one database stores and the other refuses: NUL and half characters."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _whole(value: Any) -> int:
    """A whole number a key column can hold, else 0. `True`, "2" and 2.5 are none."""
    return value if type(value) is int and 1 <= value <= MAX_ID else 0


def read_uuid(value: Any) -> uuid.UUID | None:
    """In its one spelling with hyphens, else None."""
    if not isinstance(value, str) or len(value) != 36:
        return None
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def _storable(raw: Any) -> Any:
    """What came, as any database can keep it: cut when it is huge, without NUL and half characters."""
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True)
    if len(text) > KEPT_PAYLOAD_CHARS:
        return {"cut": clean_text(text[:KEPT_PAYLOAD_CHARS])}
    return _clean(raw) if isinstance(raw, dict) else {"raw": _clean(raw)}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {clean_text(str(key)): _clean(item) for key, item in value.items()}
    return value
