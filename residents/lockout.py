"""Too many wrong passwords: who has to wait, and who must not be made to wait by strangers.

One carrier's address is a whole compound, so nobody is locked out by address alone. A stranger's failures count by
account *and* address. A browser that has logged in to the account before carries a cookie that says so; its failures
count by themselves, and no stranger's count against it: whoever guesses at somebody's account from next door, or
from everywhere, does not keep them out.
"""

import secrets

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac

from residents.models import User

COOKIE = "known_browser"
COOKIE_AGE = 365 * 24 * 3600
MOST_ACCOUNTS = 5  # a committee shares its machines
BETWEEN = "|"  # no username can hold it


def client_address(request: HttpRequest) -> str:
    """Who is calling. Behind a proxy of our own the last address it added; what a client claims stands before that."""
    if settings.BEHIND_PROXY:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        return told or request.META.get("REMOTE_ADDR", "")
    return request.META.get("REMOTE_ADDR", "")


def account_tried(request: HttpRequest, credentials: dict | None = None) -> str:
    """What failures are counted under: the account, or the account as tried from a browser that it knows."""
    username = (credentials or {}).get("username") or request.POST.get("username", "")
    browser = known_browser(request, username)
    return f"{username[:150]}{BETWEEN}{browser}" if browser else username[:150]


def counted_by(request_or_attempt, credentials: dict | None = None) -> list:
    """For axes: a known browser is counted by itself wherever it is, anybody else together with the address."""
    if isinstance(request_or_attempt, HttpRequest):
        is_known = BETWEEN in account_tried(request_or_attempt, credentials)
    else:
        is_known = BETWEEN in (request_or_attempt.username or "")
    return ["username"] if is_known else [["username", "ip_address"]]


def somebody(*_args) -> str:
    """For axes' log lines, which would name the account and the address."""
    return "somebody"


def tell_to_wait(request: HttpRequest, _response=None, _credentials=None) -> HttpResponse:
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    response = render(request, "locked_out.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """After a login. The cookie names nobody and opens nothing: it only proves an earlier login here."""
    kept = [mark for mark in _marks(request) if not _is_for(mark, user.get_username())][: MOST_ACCOUNTS - 1]
    nonce = secrets.token_hex(8)
    response.set_cookie(
        COOKIE,
        ".".join([f"{nonce}-{_sign(nonce, user.get_username())}", *kept]),
        max_age=COOKIE_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def known_browser(request: HttpRequest, username: str) -> str:
    """The number of this browser, if it has logged in to the account before."""
    for mark in _marks(request):
        if _is_for(mark, username):
            return mark.partition("-")[0]
    return ""


def unlock(*users: User) -> int:
    """Forget the failures of these accounts, from wherever they came."""
    of_them = Q(pk=None)
    for user in users:
        username = user.get_username()
        of_them |= Q(username=username) | Q(username__startswith=f"{username}{BETWEEN}")
    return AccessAttempt.objects.filter(of_them).delete()[0]


def _marks(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(COOKIE, "")[:1000].split(".")[:MOST_ACCOUNTS]


def _is_for(mark: str, username: str) -> bool:
    nonce, _between, signature = mark.partition("-")
    return bool(signature) and constant_time_compare(signature, _sign(nonce, username))


def _sign(nonce: str, username: str) -> str:
    return salted_hmac("residents.lockout", f"{nonce}:{username}", algorithm="sha256").hexdigest()[:40]
