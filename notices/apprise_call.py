"""Services we have no sender for, by Apprise, in a process of its own that is ended when its time is over.

Off unless the operator lists schemas in APPRISE_SCHEMAS. The child gets the address by stdin, none of our settings
and no proxy; like a webhook it connects to public addresses only, and to those written out in WEBHOOK_HOSTS.
"""

import json
import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from urllib.parse import parse_qsl

from django.conf import settings
from django.utils.translation import gettext as _

from notices.webhooks import WebhookError, is_public

SECONDS = 20
MOST_MEMORY = 1024**3
PASSED_ON = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "SYSTEMROOT")
TAKEN, REFUSED, UNREADABLE = 0, 1, 2

# They write to this machine or its network, or have a sender of ours that reads what the service answers.
NEVER = frozenset({"file", "form", "forms", "syslog", "rsyslog", "dbus", "wecombot", "dingtalk", "feishu", "lark"})
# They read files, or loosen how the call is made.
REFUSED_WORDS = frozenset(
    {"attach", "attach-as", "template", "keyfile", "subfile", "path", "file_url", "pgp", "pgpprv", "pgppub"}
    | {"verify", "cto", "rto", "retry", "wait", "store"}
)


def check_apprise_url(url: str) -> None:
    """Raise WebhookError unless `url` is of a listed service and names no file."""
    schema, separator, rest = url.partition("://")
    if not separator or not re.fullmatch(r"[a-z][a-z0-9]*", schema) or not rest or not url.isprintable() or " " in url:
        raise WebhookError(_("This is not an Apprise address. It looks like service://…"))
    if schema not in settings.APPRISE_SCHEMAS or schema in NEVER:
        raise WebhookError(_("This service is not among those the operator allows (APPRISE_SCHEMAS)."))
    for word, _value in parse_qsl(rest.partition("?")[2], keep_blank_values=True):
        if word.lower().lstrip("+-:") in REFUSED_WORDS:
            raise WebhookError(_("The address may not contain the option “%(word)s”.") % {"word": word.lower()[:20]})


def notify(*, url: str, text: str) -> None:
    check_apprise_url(url)
    task = {"url": url, "text": text, "inside": list(settings.WEBHOOK_HOSTS)}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "notices.apprise_call"],
            input=json.dumps(task).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # it may name the address
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WebhookError(_("No answer in time.")) from error
    except OSError as error:
        raise WebhookError(_("The connection failed.")) from error
    if child.returncode == UNREADABLE:
        raise WebhookError(_("The address is not one this service understands."))
    if child.returncode != TAKEN:
        raise WebhookError(_("The service did not take the message."))


def _guard_addresses(inside: list[str]) -> None:
    look_up = socket.getaddrinfo

    def guarded(host, *args, **kwargs):
        found = look_up(host, *args, **kwargs)
        name = host.decode() if isinstance(host, bytes) else host
        allowed = found if name in inside else [entry for entry in found if is_public(entry[4][0])]
        if not allowed:
            raise socket.gaierror(socket.EAI_NONAME, "not a public address")
        return allowed

    socket.getaddrinfo = guarded


def run_child() -> int:
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415  not everywhere

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    task = json.load(sys.stdin)
    _guard_addresses([host for host in task["inside"] if re.fullmatch(r"[0-9.]+|[0-9a-f:]+|localhost", host)])

    from apprise import Apprise, AppriseAsset, PersistentStoreMode  # noqa: PLC0415  only the child pays for it

    asset = AppriseAsset(async_mode=False, secure_logging=True, storage_mode=PersistentStoreMode.MEMORY)
    service = Apprise.instantiate(task["url"], asset=asset, suppress_exceptions=True)  # one: `add` would split a list
    if not service:
        return UNREADABLE
    schemas = {*_words(service.protocol), *_words(service.secure_protocol)}
    if task["url"].partition("://")[0] not in schemas:
        return UNREADABLE
    return TAKEN if service.notify(body=task["text"]) else REFUSED


def _words(protocol) -> tuple[str, ...]:
    return (protocol,) if isinstance(protocol, str) else tuple(protocol or ())


if __name__ == "__main__":
    sys.exit(run_child())
