"""One line a request, and lines that name nobody.

What may be written down is chosen, not what must not: a request tells its route's name, never its address, for
addresses hold invitation codes and what was searched for. An exception tells its kind and where, never its words,
for databases quote the row they refuse.
"""

import json
import logging
import re
import time
import traceback
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
PRIVATE = re.compile(r"secret|token|phone|name|password|code|key|cookie|authorization|body|note|reason", re.IGNORECASE)
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "status_code"}
# Loggers of others that put addresses, accounts or what was typed into their words. Ours says the same without.
QUOTES_REQUESTS = ("django.request", "django.security", "django.server", "axes")
ROOT = Path(__file__).resolve().parent.parent

log = logging.getLogger("compound.requests")
current_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_lines(get_response):
    """The outermost habit: every request has a number, which its answer and all of its lines carry."""

    def middleware(request):
        asked = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = asked if REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex
        began = time.perf_counter()
        token = current_request_id.set(request.id)
        try:
            response = get_response(request)
            response["X-Request-ID"] = request.id
            told = {
                "method": request.method if request.method in METHODS else "other",
                "route": route_of(request),
                "status": response.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
                "user": user_of(request),
            }
            log.info("request", extra=told)
        finally:
            current_request_id.reset(token)
        return response

    return middleware


METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}


def route_of(request) -> str:
    match = getattr(request, "resolver_match", None)
    return match.view_name if match and match.view_name else "none"


def user_of(request) -> int | None:
    """The key of who is signed in, if the request has looked already: a line in a log is not worth a statement."""
    return getattr(getattr(request, "_cached_user", None), "pk", None)


class Discreet(logging.Filter):
    """Numbers every record, and takes from it what could tell of a person or open a door."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
        for key in [key for key in vars(record) if key not in STANDARD and PRIVATE.search(key)]:
            setattr(record, key, "***")
        if isinstance(record.args, dict):
            record.args = {key: "***" if PRIVATE.search(str(key)) else value for key, value in record.args.items()}
        if record.name.startswith(QUOTES_REQUESTS):
            request = getattr(record, "request", None)
            route = route_of(request) if hasattr(request, "META") else "none"
            record.msg, record.args = f"{record.name}: {getattr(record, 'status_code', '')} {route}", ()
        return True


class Line(logging.Formatter):
    """For a person at a terminal."""

    def __init__(self):
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        told = [f"{key}={value}" for key, value in extras_of(record).items() if value not in ("", None)]
        return " ".join([text, *told])

    def formatException(self, ei) -> str:
        return "\n".join([f"{ei[0].__name__} at", *(f"  {place}" for place in places_of(ei[2]))])

    def formatStack(self, stack_info) -> str:
        return ""


class Json(logging.Formatter):
    """For a program: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        } | extras_of(record)
        if record.exc_info and record.exc_info[0]:
            told["error"] = record.exc_info[0].__name__
            told["at_lines"] = places_of(record.exc_info[2])
        return json.dumps(told, ensure_ascii=False, default=str)


def extras_of(record: logging.LogRecord) -> dict:
    """What was said beside the message. Only plain values: an object might say more of itself than it should."""
    extras = {key: value for key, value in vars(record).items() if key not in STANDARD}
    return {key: value for key, value in extras.items() if value is None or isinstance(value, (str, int, float, bool))}


def places_of(trace) -> list[str]:
    """Innermost last, by file, line and function; our own files by their place in the project."""
    places = []
    for frame in traceback.extract_tb(trace)[-12:]:
        path = Path(frame.filename)
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) and ".venv" not in path.parts else path.name
        places.append(f"{shown}:{frame.lineno} {frame.name}")
    return places
