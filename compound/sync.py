"""`/sync/`: the drop box where phones leave their marks.

It knows a phone by its token alone: no session, no cookie, so an expired login loses nothing. Every answer is JSON
with our name and the phone's nonce in it; a phone forgets a mark only on finding its id there. A phone that was
signed out may still leave marks for a week; they are held for a person.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from compound.following import follow_marks
from residents.devices import contact_of, hash_sent, may_read, note_contact, recognise_device
from residents.models import Device
from residents.statements import Writes, is_postgresql
from rounds.marks import Receipt, record_lone_mark, record_marks
from rounds.models import HeldMark, Mark
from rounds.receiving import read_mark, read_time
from rounds.segments import extend_leases
from rounds.statements import glance

T = TypeVar("T")

SCHEMA = 1
MAX_BODY = 512 * 1024
LONE_MARK = 4096  # bytes; a post that may be read before we know whose it is
MAX_MARKS = 500
MAX_MISSING = 200
MAX_COUNT = 10**9
DEPOSIT_AFTER_END = timedelta(days=7)
# SQLite lets one write at a time and has the others sleep and try again. Those of one process are let in in turn.
_turn: AbstractContextManager = nullcontext() if is_postgresql() else Lock()
RETRY_AFTER = "15"  # seconds; a database that restarts is back by then, and the phones add their own jitter


@dataclass(frozen=True)
class Envelope:
    """What a phone says around its marks."""

    nonce: str
    sent_at: datetime
    queued: int
    last_seq: int
    marks: list


@dataclass(frozen=True)
class Taken:
    """What became of a post."""

    nonce: str
    receipts: list[Receipt]
    missing: list[int]


class Refusal(Exception):
    """Why nothing of a body was taken in: a word for the phone and the status."""

    def __init__(self, error: str, status: int):
        super().__init__(error)
        self.error, self.status = error, status

    def as_response(self) -> JsonResponse:
        response = JsonResponse({"portal": "shoulou", "error": self.error}, status=self.status)
        if self.status == 503:
            response["Retry-After"] = RETRY_AFTER
        return response


def _count(value) -> int:
    return value if type(value) is int and 0 <= value <= MAX_COUNT else 0


@csrf_exempt
@login_not_required
@require_POST
def sync(request: HttpRequest) -> JsonResponse:
    now = timezone.now()
    try:
        taken = take_in_lone_mark(request, now) or take_in_post(request, now)
    except Refusal as refusal:
        return refusal.as_response()
    except DatabaseError:
        # Locked, full, restarting, or the same id on its way into two doors: nothing was written. Ask again.
        return Refusal("try_again", 503).as_response()
    return JsonResponse(
        {
            "portal": "shoulou",
            "schema": SCHEMA,
            "nonce": taken.nonce,
            "received_at": now.isoformat(),
            "receipts": [receipt.as_json() for receipt in taken.receipts],
            "missing": taken.missing,
        }
    )


def take_in_lone_mark(request: HttpRequest, now: datetime) -> Taken | None:
    """What most posts are: a new mark, by itself. Two statements of PostgreSQL.

    None, with nothing written, for whatever is not as simple: the post is for `take_in_post` then.
    """
    token_hash = hash_sent(request)
    if not is_postgresql() or not token_hash or _length(request) > LONE_MARK:
        return None
    try:
        envelope = read_envelope(request)
    except Refusal:  # said to phones that we know
        return None
    item = read_mark(0, envelope.marks[0]) if len(envelope.marks) == 1 else None
    if item is None or item.reason:
        return None
    seen = _ask_first(lambda: glance(token_hash, item))
    if seen is None:
        return None
    contact = contact_of(seen.device, at=now, last_seq=envelope.last_seq, queued=envelope.queued)
    receipts = record_lone_mark(
        item=item, seen=seen, sent_at=envelope.sent_at, received_at=now, contact=contact, follow=follow_marks
    )
    return Taken(envelope.nonce, receipts, []) if receipts else None


def take_in_post(request: HttpRequest, now: datetime) -> Taken:
    """Whatever it holds, or a Refusal."""
    device = find_depositor(request)
    envelope = read_envelope(request)
    with _turn, transaction.atomic():
        receipts = take_in(device, envelope, now)
    missing = [] if envelope.marks else missing_numbers(device, envelope.last_seq)
    return Taken(envelope.nonce, receipts, missing)


def find_depositor(request: HttpRequest) -> Device:
    """The phone whose token this is; one that was signed out may still deposit for a week. One statement."""
    device = _ask_first(lambda: recognise_device(request))
    if device is None:
        raise Refusal("unknown_device", 401)
    if may_read(device):
        return device
    ended_at = device.ended_at or device.volunteer.ended_at
    is_over = ended_at is not None and ended_at < timezone.now() - DEPOSIT_AFTER_END
    if is_over:
        raise Refusal("unknown_device", 401)
    return device


def _ask_first(ask: Callable[[], T]) -> T:
    """The first statement finds out whether the database is still there; Django would ask it beforehand, every time."""
    connection.health_check_done = True  # type: ignore[attr-defined]  # not in the stubs
    try:
        return ask()
    except (OperationalError, InterfaceError):  # cut meanwhile, or closed already
        connection.close_if_unusable_or_obsolete()
        if connection.connection is not None:  # it is there, and has another reason
            raise
        return ask()


def _length(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)


def read_envelope(request: HttpRequest) -> Envelope:
    """The body as an envelope, or a Refusal. Nothing else is raised, whatever the bytes are."""
    if request.content_type != "application/json":
        raise Refusal("not_json", 415)
    if _length(request) > MAX_BODY:
        raise Refusal("too_large", 413)
    content = request.body  # no longer than its length said
    try:
        # NaN and Infinity are no JSON: they arrive as words and are held as such.
        body = json.loads(content.decode("utf-8"), parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Refusal("not_json", 400) from error
    if not isinstance(body, dict):
        raise Refusal("wrong_shape", 400)
    sent_at, marks, nonce = read_time(body.get("sent_at")), body.get("marks"), body.get("nonce", "")
    if sent_at is None or not isinstance(marks, list) or not isinstance(nonce, str) or len(nonce) > 100:
        raise Refusal("wrong_shape", 400)
    if len(marks) > MAX_MARKS:
        raise Refusal("split", 413)
    return Envelope(nonce, sent_at, _count(body.get("queued")), _count(body.get("last_seq")), marks)


def take_in(device: Device, envelope: Envelope, now: datetime) -> list[Receipt]:
    """Store the marks, then hand them to the app whose details they carry; remember what the phone said of itself."""
    writes = Writes()
    note_contact(device, at=now, last_seq=envelope.last_seq, queued=envelope.queued, writes=writes)
    receipts = record_marks(
        device=device,
        raw_marks=envelope.marks,
        sent_at=envelope.sent_at,
        received_at=now,
        follow=follow_marks,
        writes=writes,
    )
    if not envelope.marks:  # a ping has statements to spare; marks are followed by one
        extend_leases(volunteer=device.volunteer, now=now)
    return receipts


def missing_numbers(device: Device, last_seq: int) -> list[int]:
    """Numbers up to the phone's newest that never arrived: its storage was wiped, or they are still on the way."""
    marks = Mark.objects.filter(device=device).values_list("seq").order_by()
    held = HeldMark.objects.filter(device=device, seq__isnull=False).values_list("seq").order_by()
    had = {seq for (seq,) in marks.union(held)}
    if len(had) >= last_seq:
        return []
    gaps = (seq for seq in range(1, min(last_seq, len(had) + MAX_MISSING) + 1) if seq not in had)
    return [seq for seq, _place in zip(gaps, range(MAX_MISSING), strict=False)]
