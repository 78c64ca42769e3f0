"""Sending what stands in the outbox: lease a few rows, send, settle. Any number of senders may run at once.

planned ─┬─> leased ─┬─> sent
failed  ─┘           ├─> failed   tried again after 1, 2, 4, 8, 16 minutes
                     └─> dead     after MOST_ATTEMPTS; a steward may give it a new start

A sender that dies leaves a lease that runs out, and the row is claimed again. Between "the other side has it"
and "we wrote that down" there is no way to know, so a message can then arrive twice: every text carries its
number. What stays inside the portal (the inbox) needs no lease and is exactly once.
"""

import logging
import smtplib
import time
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.models import Message
from notices.webhooks import WebhookError, post_webhook

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
LEASE_RESERVE = timedelta(seconds=30)  # with less than this left on the lease a message is not begun
SLICE = 5  # claimed at a time, so that a lease outlives five slow answers
SWEEP_MESSAGES = 50
SWEEP_SECONDS = 30  # in the embedded setup the clock itself sends, and has imports to wake too
MOST_ATTEMPTS = 6
LONGEST_DELAY = timedelta(minutes=16)
MOST_A_MINUTE = 18  # bots of the large chat services block a sender after 20
EMAIL_SECONDS = 10

State = Message.State


def publish_inbox() -> int:
    """Show what is due in the portal. Nothing leaves it, so this is one statement and needs no lease."""
    now = timezone.now()
    return Message.objects.filter(
        channel=Message.Channel.INBOX, state__in=[State.PLANNED, State.FAILED], due_at__lte=now
    ).update(state=State.SENT, sent_at=now, last_error="")


def bury_exhausted() -> int:
    """A message whose sender died every time has used its attempts like any other."""
    return Message.objects.filter(
        state=State.LEASED, leased_until__lt=timezone.now(), attempt_count__gte=MOST_ATTEMPTS
    ).update(state=State.DEAD, lease=None, leased_until=None, last_error=_("The sender stopped each time."))


def claim_messages(limit: int = SLICE) -> list[Message]:
    """Lease up to `limit` due rows in one conditional UPDATE.

    PostgreSQL passes over rows another sender is just claiming; on SQLite the transaction is IMMEDIATE and the
    other sender waits, then finds the rows leased. Only the sender that wrote this lease reads these rows back.
    """
    now, lease = timezone.now(), uuid.uuid4()
    due = Q(state__in=[State.PLANNED, State.FAILED], due_at__lte=now) | Q(state=State.LEASED, leased_until__lt=now)
    busy = (
        Message.objects.filter(channel=Message.Channel.WEBHOOK, sent_at__gt=now - timedelta(minutes=1))
        .values("webhook")
        .annotate(n=Count("pk"))
        .filter(n__gt=max(MOST_A_MINUTE - limit, 0))
        .values("webhook")
    )
    rows = (
        Message.objects.filter(due)
        .exclude(channel=Message.Channel.INBOX)
        .exclude(webhook__in=busy)
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True)
        .values("pk")[:limit]
    )
    with transaction.atomic():
        claimed = Message.objects.filter(pk__in=rows).update(
            state=State.LEASED, lease=lease, leased_until=now + LEASE, attempt_count=F("attempt_count") + 1
        )
    if not claimed:
        return []
    return list(Message.objects.filter(lease=lease).select_related("user", "webhook").order_by("due_at", "pk"))


class NotSent(Exception):
    """With a short reason that holds no person and no address."""


class NeverSent(NotSent):
    """Trying again would not help."""


def send_message(message: Message) -> None:
    """Hand one message over to the other side. Returns when it took it, raises NotSent otherwise."""
    if message.channel == Message.Channel.EMAIL:
        _send_email(message)
    elif message.channel == Message.Channel.WEBHOOK:
        _send_webhook(message)


def _send_email(message: Message) -> None:
    user = message.user
    if user is None or not user.is_active or not user.email:
        raise NeverSent(_("The recipient is no longer there."))
    number = _("Message no. %(number)s") % {"number": message.pk}
    lines = [message.body, "", *([settings.PUBLIC_URL + message.link] if message.link else []), number]
    email = EmailMessage(
        subject=message.subject,
        body="\n".join(lines),
        to=[user.email],
        connection=get_connection(timeout=EMAIL_SECONDS),
        # The same for each attempt, so that a mailbox may drop the second.
        headers={"Message-ID": f"<notice-{message.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>"},
    )
    try:
        email.send()
    except smtplib.SMTPResponseException as error:
        raise NotSent(_("The mail server answered with code %(code)s.") % {"code": error.smtp_code}) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent(_("The mail server refused the address.")) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_("The mail server could not be reached.")) from error


def _send_webhook(message: Message) -> None:
    hook = message.webhook
    if hook is None or not hook.is_active:
        raise NeverSent(_("The recipient is no longer there."))
    number = _("Message no. %(number)s") % {"number": message.pk}
    payload = {
        "portal": "shoulou",
        "message": message.pk,
        "subject": message.subject,
        "body": f"{message.body}\n{number}",
        "link": settings.PUBLIC_URL + message.link if message.link else "",
    }
    try:
        post_webhook(url=hook.url, payload=payload)
    except WebhookError as error:
        raise NotSent(str(error)) from error


def settle(message: Message, error: NotSent | None = None) -> bool:
    """Write down what came of it, unless the lease ran out and somebody else has the message now."""
    now = timezone.now()
    outcome: dict = {"state": State.SENT, "sent_at": now, "last_error": ""}
    if error is not None:
        spent = message.attempt_count >= MOST_ATTEMPTS or isinstance(error, NeverSent)
        delay = min(timedelta(minutes=2 ** (message.attempt_count - 1)), LONGEST_DELAY)
        outcome = {
            "state": State.DEAD if spent else State.FAILED,
            "due_at": now + (timedelta() if spent else delay),
            "last_error": str(error)[:200],
        }
    settled = Message.objects.filter(pk=message.pk, state=State.LEASED, lease=message.lease).update(
        lease=None, leased_until=None, **outcome
    )
    if not settled:
        logger.warning("Message %s was settled by somebody else; it may have been sent twice.", message.pk)
    return bool(settled)


def work_message(message: Message) -> bool:
    """Send a leased message and settle it; True when it is sent. Whatever goes wrong concerns this one only."""
    if message.leased_until is None or message.leased_until - timezone.now() < LEASE_RESERVE:
        return False  # left to whoever claims it next
    error = None
    try:
        send_message(message)
    except NotSent as reason:
        error = reason
    except Exception as surprise:  # no traceback: it may hold an address
        logger.error("Message %s: %s while sending", message.pk, type(surprise).__name__)
        error = NotSent(_("An unexpected error (%(name)s).") % {"name": type(surprise).__name__})
    if error is not None:
        logger.warning("Message %s not sent, attempt %s: %s", message.pk, message.attempt_count, error)
    return settle(message, error) and error is None


def send_due(limit: int = SWEEP_MESSAGES) -> int:
    """One bounded sweep. Returns how many messages arrived; what is left is for the next sweep."""
    stop_at = time.monotonic() + SWEEP_SECONDS
    with translation.override(settings.LANGUAGE_CODE):
        sent = publish_inbox()
        bury_exhausted()
        tried = 0
        while tried < limit and time.monotonic() < stop_at:
            messages = claim_messages(min(SLICE, limit - tried))
            if not messages:
                break
            tried += len(messages)
            sent += sum(work_message(message) for message in messages)
    return sent
