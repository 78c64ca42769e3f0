"""One POST to a place outside, by rules that a hostile host cannot bend.

The host must be a chat service's own or stand in WEBHOOK_HOSTS, when the address is saved and again when it is
called. It is looked up once, at connect, and only public addresses are connected to; an IP address or `localhost`
written out in WEBHOOK_HOSTS is the operator's own decision and may be private and plain http. No redirect is
followed, no proxy or netrc of the machine is used, at most MOST_BODY is read, and the whole call is cut off after
TOTAL_SECONDS, however slowly the other side drips.
"""

import ipaddress
import json
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError

WAIT_SECONDS = 5
TOTAL_SECONDS = 10
MOST_ADDRESSES = 3
MOST_BODY = 64 * 1024
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(hours=1)


class WebhookError(ValueError):
    """Why an address is not called, or what came of calling it. Never holds the address: its path is a secret."""


def _written_out(host: str) -> bool:
    """Listed by the operator as a bare IP address or `localhost`: meant to be inside."""
    if host not in settings.WEBHOOK_HOSTS:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def check_webhook_url(url: str, own_hosts: frozenset[str] = frozenset()) -> None:
    """Raise WebhookError unless `url` is one the portal may call: on WEBHOOK_HOSTS, or a chat service's own host."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise WebhookError(_("This is not a web address.")) from error
    if not url.isascii() or any(letter <= " " for letter in url) or "\\" in url or "@" in parts.netloc:
        raise WebhookError(_("This is not a web address."))
    if host not in own_hosts and host not in settings.WEBHOOK_HOSTS:
        if own_hosts:
            hosts = ", ".join(sorted(own_hosts))
            raise WebhookError(_("The address of this kind of bot begins with https://%(hosts)s.") % {"hosts": hosts})
        raise WebhookError(_("This host is not among those the operator allows (WEBHOOK_HOSTS)."))
    if not _written_out(host) and (parts.scheme != "https" or port not in {None, 443}):
        raise WebhookError(_("The address must begin with https:// and use the usual port."))
    if parts.scheme not in {"http", "https"}:
        raise WebhookError(_("The address must begin with https:// and use the usual port."))


def is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    return ip.is_global and not ip.is_multicast and ip not in ipaddress.ip_network("64:ff9b::/96")


class _GuardedConnection(HTTPConnection):
    """Looks the host up once, connects to what it checked, and hangs up when the time is over."""

    _twin: socket.socket | None = None
    _alarm: threading.Timer | None = None

    def _new_conn(self):
        host = self._dns_host
        addresses = [entry[4][0] for entry in socket.getaddrinfo(host, self.port, type=socket.SOCK_STREAM)]
        if not _written_out(host):
            addresses = [address for address in addresses if is_public(address)]
        if not addresses:
            raise WebhookError(_("The host's address is not a public one."))
        sock = self._reach(addresses[:MOST_ADDRESSES])
        self._twin = sock.dup()
        self._alarm = threading.Timer(TOTAL_SECONDS, _hang_up, [self._twin])
        self._alarm.daemon = True
        self._alarm.start()
        return sock

    def _reach(self, addresses: list[str]) -> socket.socket:
        host = self._dns_host
        try:
            for address in addresses[:-1]:
                self._dns_host = address
                with suppress(HTTPError):
                    return super()._new_conn()
            self._dns_host = addresses[-1]
            return super()._new_conn()
        finally:
            self._dns_host = host  # TLS must still ask for the name

    def close(self):
        super().close()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm.join()
            self._twin.close()
            self._alarm = self._twin = None


class _GuardedTLSConnection(_GuardedConnection, HTTPSConnection):
    pass


class _GuardedPool(HTTPConnectionPool):
    ConnectionCls = _GuardedConnection


class _GuardedTLSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLSConnection


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedPool, "https": _GuardedTLSPool}


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        sock.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Answer:
    status: int
    retry_after: str
    body: bytes  # at most MOST_BODY and only if it was asked for


def call(*, url: str, payload: dict, own_hosts: frozenset[str] = frozenset(), is_read: bool = True) -> Answer:
    """POST `payload` as JSON and return what came back, whatever its status. Raises WebhookError if nothing did."""
    check_webhook_url(url, own_hosts)
    stop_at = time.monotonic() + TOTAL_SECONDS
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", _GuardedAdapter(max_retries=0))
        session.mount("http://", _GuardedAdapter(max_retries=0))
        try:
            with session.post(
                url,
                data=json.dumps(payload, ensure_ascii=False).encode(),  # escaped, Chinese would take twice the bytes
                timeout=WAIT_SECONDS,
                allow_redirects=False,
                stream=True,
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "User-Agent": "Shoulou",
                    "Accept-Encoding": "identity",  # what is read is not unpacked, so it cannot grow
                    "Connection": "close",
                },
            ) as answer:
                body = _read_body(answer, stop_at) if is_read else b""
                retry_after = answer.headers.get("Retry-After", "")
                return Answer(answer.status_code, retry_after, body)
        except (requests.Timeout, ReadTimeoutError) as error:
            raise WebhookError(_("No answer in time.")) from error
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            if isinstance(error, WebhookError):
                raise
            raise WebhookError(_("The connection failed.")) from error


def _read_body(answer: requests.Response, stop_at: float) -> bytes:
    """The beginning of the body, as it comes. Here the alarm no longer helps: the connection is closed with the head
    when the other side says so, and the body read from what is left of it."""
    body = b""
    while len(body) <= MOST_BODY and (piece := answer.raw.read1(MOST_BODY + 1 - len(body), decode_content=False)):
        body += piece
        if time.monotonic() > stop_at:
            raise WebhookError(_("No answer in time."))
    return body


class AskedToWait(WebhookError):
    """The other side takes nothing for a while. Costs no attempt."""

    def __init__(self, wait: timedelta):
        super().__init__(_("The other side asked to wait."))
        self.wait = min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def read_retry_after(text: str) -> timedelta:
    """Seconds or a date, as HTTP has it; a minute when neither is there."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return timedelta(seconds=int(text))
    with suppress(ValueError, TypeError, OverflowError):
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - timezone.now()
    return timedelta(minutes=1)


def check_status(answer: Answer) -> None:
    if answer.status == 429:
        raise AskedToWait(read_retry_after(answer.retry_after.strip()))
    if not 200 <= answer.status < 300:
        raise WebhookError(_("The other side answered with status %(status)s.") % {"status": answer.status})


def post_webhook(*, url: str, payload: dict) -> None:
    """For a program: an answer of 2xx is enough, its body is never read."""
    check_status(call(url=url, payload=payload, is_read=False))
