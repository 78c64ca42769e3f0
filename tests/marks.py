"""Making what a phone sends, and counting the statements an answer costs."""

import json
import re
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime

import uuid6
from django.db import connection
from django.test.utils import CaptureQueriesContext

SENT_AT = datetime(2022, 4, 10, 12, 0, tzinfo=UTC)


def tap(visit, seq, outcome="done", **changes) -> dict:
    """One mark as the phone would send it, made at its own noon."""
    return {
        "id": str(uuid6.uuid7()),
        "seq": seq,
        "visit": getattr(visit, "pk", visit),
        "outcome": outcome,
        "people": {},
        "note": "",
        "undoes": None,
        "saw": None,
        "marked_at": SENT_AT.isoformat(),
    } | changes


def envelope(*marks, **changes) -> dict:
    seqs = [mark["seq"] for mark in marks if isinstance(mark, dict) and type(mark.get("seq")) is int]
    return {
        "schema": 1,
        "nonce": uuid.uuid4().hex,
        "sent_at": SENT_AT.isoformat(),
        "queued": 0,
        "last_seq": max(seqs, default=0),
        "marks": list(marks),
    } | changes


def post(client, token, body, **headers):
    """POST to /sync/ as a phone would: no cookie, a bearer token."""
    content = body if isinstance(body, (bytes, str)) else json.dumps(body)
    headers = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {token}"} | headers
    return client.post("/sync/", content, **headers)


TRANSACTION_WORDS = re.compile(r"^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)", re.IGNORECASE)


@contextmanager
def statements():
    """Every statement but the transaction's own BEGIN, COMMIT and savepoints, which tests add to."""
    seen: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield seen
    seen += [query["sql"] for query in captured if not TRANSACTION_WORDS.match(query["sql"])]
