"""How often one may ask. A table by route; what is over it gets 429 and when to come back.

Two ways of counting, for two reasons. What guards a key (logging in, invitations) is counted in the database, exactly,
over all processes: one statement, and those pages are rare. What only guards the machine or a habit (phones sending,
searching) is counted in each process's memory: no statement and no write lock on the busiest road, and at worst as
many times the limit as there are processes. Django's cache framework would do neither better: its database cache
takes several statements for a count that is not exact, and requests never talk to Redis.

A phone that is told to slow down keeps everything: it forgets a mark only on a receipt (static/js/phone/sync.js).
"""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from notices.models import Tally
from residents.lockout import client_address

MINUTE = 60
MOST_KEYS = 20_000  # kept in memory; the oldest go first
MAX_BIND_BYTES = 4096


def by_user(request: HttpRequest) -> str:
    return str(request.user.pk or "")


def by_phone(request: HttpRequest) -> str:
    """The whole key, not the phone's public id: nobody slows down a phone whose secret they do not have."""
    return request.META.get("HTTP_AUTHORIZATION", "")


def by_code(request: HttpRequest) -> str:
    match = request.resolver_match
    if match and "code" in match.kwargs:
        return match.kwargs["code"]
    if len(request.body) > MAX_BIND_BYTES:
        return ""
    try:
        return str(json.loads(request.body)["code"])
    except (ValueError, RecursionError, TypeError, KeyError):
        return ""


def by_secret(request: HttpRequest) -> str:
    """A household's link."""
    match = request.resolver_match
    return match.kwargs.get("secret", "") if match else ""


@dataclass(frozen=True)
class Limit:
    times: int
    of: Callable[[HttpRequest], str]
    is_exact: bool = False
    methods: frozenset[str] = frozenset({"GET", "HEAD", "POST"})
    span: int = MINUTE


POSTS = frozenset({"POST"})
HOME_SHARING = (
    *("home_share_new", "home_share_offer", "home_share_reservation", "home_share_wish"),
    *("home_pledge", "home_pledge_end"),
)
HOME_MEDICINE = ("home_ask", "home_question", "home_errand")
PHONE_PROXY = ("my_proxy_doors", "my_proxy_home", "my_proxy_tell")
PHONE_NEEDS = ("my_need_list", "my_need_tell")
PHONE_SHIFTS = ("my_shift_list", "my_shift_take", "my_shift_leave", "my_health")
LIMITS: dict[str, list[Limit]] = {
    # One carrier's address is a whole compound: what is counted by address is generous.
    "login": [Limit(60, client_address, is_exact=True, methods=POSTS)],
    "invite": [Limit(120, client_address, is_exact=True), Limit(20, by_code, is_exact=True)],
    "my_bind": [Limit(60, client_address, is_exact=True), Limit(10, by_code, is_exact=True)],
    # 256 random bits need no exact count. Before a deadline a whole compound tells at once, from one address.
    "home": [Limit(1200, client_address), Limit(60, by_secret)],
    "home_data": [Limit(1200, client_address), Limit(60, by_secret)],
    "home_tell": [Limit(600, client_address), Limit(20, by_secret)],
    "home_buying": [Limit(600, client_address), Limit(20, by_secret)],
    "home_buying_live": [Limit(6000, client_address), Limit(120, by_secret)],
    "home_complain": [Limit(600, client_address), Limit(20, by_secret)],
    "home_need_new": [Limit(600, client_address), Limit(20, by_secret)],
    "home_need": [Limit(600, client_address), Limit(20, by_secret)],
    "home_notice": [Limit(600, client_address), Limit(30, by_secret)],
    # 59 bits, for 48 hours: who guesses gets nowhere, and is told so early.
    "buying:join": [Limit(20, by_user, methods=POSTS)],
    **{name: [Limit(600, client_address), Limit(30, by_secret)] for name in (*HOME_SHARING, *HOME_MEDICINE)},
    # A lobby's link hangs in the entrance and goes round its group; a page that is looked at asks every 5 s.
    "lifts:lobby_public": [Limit(1200, client_address), Limit(120, by_code)],
    "lifts:lobby_public_live": [Limit(6000, client_address), Limit(2400, by_code)],
    # The fund's summary hangs in the entrance too; nobody reads it twice in a second.
    "money:public": [Limit(1200, client_address), Limit(120, by_code)],
    # Ten of a million codes in a quarter of an hour, the three around now being right: a guesser needs years.
    "second_factor": [Limit(10, by_user, is_exact=True, methods=POSTS, span=900)],
    # It asks for a password and sends mail to an address somebody typed.
    "account": [Limit(5, by_user, is_exact=True, methods=POSTS, span=900)],
    "residents:search": [Limit(60, by_user)],
    "sync": [Limit(120, by_phone)],
    "sync_photo": [Limit(60, by_phone)],
    "my_doors": [Limit(120, by_phone)],
    "my_claim": [Limit(60, by_phone)],
    "my_release": [Limit(60, by_phone)],
    "my_hand_over": [Limit(60, by_phone)],
    "my_fellows": [Limit(60, by_phone)],
    **{name: [Limit(60, by_phone)] for name in (*PHONE_SHIFTS, *PHONE_PROXY, *PHONE_NEEDS)},
}
# Pages people open on a phone.
FOR_HANDS = {
    "home_need_new",
    "home_need",
    *HOME_SHARING,
    *HOME_MEDICINE,
    "invite",
    "home",
    "home_data",
    "home_tell",
    "home_buying",
    "home_buying_live",
    "home_complain",
    "home_notice",
    "lifts:lobby_public",
    "money:public",
}
FOR_PHONES = {
    *PHONE_NEEDS,
    *PHONE_SHIFTS,
    *PHONE_PROXY,
    "my_bind",
    "sync",
    "sync_photo",
    "my_doors",
    "my_claim",
    "my_release",
    "my_hand_over",
    "my_fellows",
}


def not_too_often(get_response):
    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        return refuse_too_often(request)

    middleware.process_view = process_view
    return middleware


def refuse_too_often(request: HttpRequest) -> HttpResponse | None:
    """The answer to who asks the resolved route too often; None when it may be asked."""
    match = request.resolver_match
    route = match.view_name if match else ""
    for number, limit in enumerate(LIMITS.get(route, ())):
        if not settings.RATE_LIMITS or request.method not in limit.methods:
            continue
        of = limit.of(request)
        if of and count(f"{route}/{number}", of, is_exact=limit.is_exact, span=limit.span) > limit.times:
            return slow_down(request, route, limit.span)
    return None


def slow_down(request: HttpRequest, route: str, span: int) -> HttpResponse:
    wait = span - int(time.time()) % span
    if route in FOR_PHONES:
        response: HttpResponse = JsonResponse({"error": "slow_down"}, status=429)
    else:
        frame = "base_phone.html" if route in FOR_HANDS else "base.html"
        response = render(request, "slow_down.html", {"frame": frame, "minutes": -(-wait // MINUTE)}, status=429)
    response["Retry-After"] = str(wait)
    response["Cache-Control"] = "no-store"
    return response


def count(what: str, of: str, *, is_exact: bool, span: int = MINUTE) -> int:
    """How often, this one included, within the span. Kept under a digest: no key, address or name is stored."""
    key = hashlib.sha256(f"{settings.SECRET_KEY}\n{what}\n{of}".encode("utf-8", "surrogatepass")).hexdigest()
    number = int(time.time()) // span
    return _count_in_database(key, number) if is_exact else _count_in_memory(key, number)


def _count_in_database(key: str, span: int) -> int:
    """One statement, right whoever asks at the same moment. A database that cannot write stops nobody here."""
    sql = """
        INSERT INTO notices_tally (key, span, count, at) VALUES (%s, %s, 1, %s)
        ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN notices_tally.span = excluded.span THEN notices_tally.count + 1 ELSE 1 END,
            span = excluded.span, at = excluded.at
        RETURNING count
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, [key, span, connection.ops.adapt_datetimefield_value(timezone.now())])
            return cursor.fetchone()[0]
    except DatabaseError:
        return 0


_counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
_lock = Lock()


def _count_in_memory(key: str, span: int) -> int:
    with _lock:
        known_span, known = _counts.pop(key, (span, 0))
        now = known + 1 if known_span == span else 1
        _counts[key] = (span, now)
        while len(_counts) > MOST_KEYS:
            _counts.popitem(last=False)
        return now


def forget_in_memory() -> None:
    with _lock:
        _counts.clear()


def forget_old_tallies() -> int:
    return Tally.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()[0]
