"""Sending what stands in the outbox: lease a few rows, send, settle. Any number of senders may run at once.

planned ─┬─> leased ─┬─> sent
failed  ─┘           ├─> failed   tried again after 1, 2, 4, 8, 16 minutes
                     └─> dead     after MOST_ATTEMPTS; a steward may give it a new start

A sender that dies leaves a lease that runs out, and the row is claimed again. Between "the other side has it"
and "we wrote that down" there is no way to know, so a message can then arrive twice: every text carries its
number. What stays inside the portal (the inbox) needs no lease and is exactly once.

A bot is called at most MOST_A_MINUTE times in any minute, whoever sends: the turn is taken under its row's lock
right before the call. When more than MOST_SINGLE messages wait for it they go out as one text and are settled
together. What may not go out yet (no turn left, the bot asked to wait, quiet hours) is handed back and costs no
attempt.
"""

import logging
import smtplib
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.bots import most_bytes, post_text
from notices.models import Message, Webhook
from notices.texts import compose_digest, compose_one, link_of, number_of
from notices.webhooks import AskedToWait, WebhookError, post_webhook

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
LEASE_RESERVE = timedelta(seconds=30)  # with less than this left on the lease a message is not begun
SLICE = 5  # claimed at a time, so that a lease outlives five slow answers
SWEEP_MESSAGES = 50
SWEEP_SECONDS = 30  # in the embedded setup the clock itself sends, and has imports to wake too
MOST_ATTEMPTS = 6
LONGEST_DELAY = timedelta(minutes=16)
MOST_A_MINUTE = 18  # bots of the large chat services block a sender after 20
MOST_SINGLE = 3  # more than these waiting for one bot become one text
MOST_MERGED = 50
LONGEST_PATIENCE = timedelta(days=1)  # older messages pay an attempt also when asked to wait
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


def claim_messages(limit: int = SLICE, *, webhook: Webhook | None = None) -> list[Message]:
    """Lease up to `limit` due rows (of one webhook, if given): pick them under a lock, write the lease, read them back.

    PostgreSQL passes over rows another sender is just claiming; on SQLite the transaction is IMMEDIATE and the
    other sender waits, then finds the rows leased. The pick is a statement of its own: as a subquery of the UPDATE
    PostgreSQL may run it once per row, and its LIMIT then limits nothing.
    """
    now, lease = timezone.now(), uuid.uuid4()
    due = Q(state__in=[State.PLANNED, State.FAILED], due_at__lte=now) | Q(state=State.LEASED, leased_until__lt=now)
    rows = (
        Message.objects.filter(due, *([Q(webhook=webhook)] if webhook else []))
        .exclude(channel=Message.Channel.INBOX)
        .exclude(webhook__in=Webhook.objects.filter(rests_until__gt=now).order_by())
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True)
        .values_list("pk", flat=True)[:limit]
    )
    with transaction.atomic():
        picked = list(rows)
        if not picked:
            return []
        Message.objects.filter(pk__in=picked).update(
            state=State.LEASED, lease=lease, leased_until=now + LEASE, attempt_count=F("attempt_count") + 1
        )
    held = Message.objects.filter(lease=lease).select_related("user__channel_choice", "webhook")
    return list(held.order_by("due_at", "pk"))


class NotSent(Exception):
    """With a short reason that holds no person and no address."""


class NeverSent(NotSent):
    """Trying again would not help."""


class NotYet(NotSent):
    """The other side wants to be left alone for a while; or the recipient does."""

    def __init__(self, reason: str, until: datetime):
        super().__init__(reason)
        self.until = until


def _send_email(message: Message) -> None:
    user = message.user
    if user is None or not user.is_active or not user.email:
        raise NeverSent(_("The recipient is no longer there."))
    choice = getattr(user, "channel_choice", None)
    if choice and not choice.by_email:
        raise NeverSent(_("The recipient has switched e-mail off."))
    if choice and not message.is_urgent and (quiet_end := choice.quiet_end(timezone.now())):
        raise NotYet(message.last_error, quiet_end)
    lines = [message.body, "", *([link_of(message)] if message.link else []), number_of(message)]
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


def _call_webhook(hook: Webhook, messages: Sequence[Message]) -> list[Message]:
    """One call with one message or several merged. Returns those it held; raises NotSent if it was not taken."""
    told = list(messages)
    try:
        if hook.kind == Webhook.Kind.JSON:
            (message,) = messages
            post_webhook(url=hook.url, payload=_payload(message))
            return told
        if len(messages) == 1:
            text = compose_one(messages[0], most_bytes(hook.kind))
        else:
            text, told = compose_digest(messages, most_bytes(hook.kind))
        numbers = "-".join(str(message.pk) for message in told)
        post_text(hook=hook, text=text, key=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.PUBLIC_URL}#{numbers}")))
    except AskedToWait as error:
        raise NotYet(str(error), timezone.now() + error.wait) from error
    except WebhookError as error:
        raise NotSent(str(error)) from error
    return told


def _payload(message: Message) -> dict:
    return {
        "portal": "shoulou",
        "message": message.pk,
        "subject": message.subject,
        "body": f"{message.body}\n{number_of(message)}",
        "link": link_of(message),
    }


@transaction.atomic
def take_turn(hook: Webhook) -> datetime | None:
    """Count a call that is made now; or say from when on the bot may be called again. Exact over all senders."""
    row = Webhook.objects.select_for_update().filter(pk=hook.pk).only("called_at", "rests_until").first()
    now = timezone.now()  # after the lock: the wait for it does not count
    if row is None:
        return now
    if row.rests_until and row.rests_until > now:
        return row.rests_until
    recent = sorted(moment for moment in row.called_at if moment > now.timestamp() - 60)
    if len(recent) < MOST_A_MINUTE:
        Webhook.objects.filter(pk=hook.pk).update(called_at=[*recent, now.timestamp()])
        return None
    until = datetime.fromtimestamp(recent[-MOST_A_MINUTE] + 60, UTC)
    Webhook.objects.filter(pk=hook.pk).update(rests_until=until)
    return until


def hand_back(messages: Sequence[Message], *, until: datetime | None = None, reason: str = "") -> None:
    """Undo a claim that came to nothing: due again at `until`, and no attempt is spent."""
    for lease in {message.lease for message in messages}:
        mine = [message.pk for message in messages if message.lease == lease]
        Message.objects.filter(pk__in=mine, state=State.LEASED, lease=lease).update(
            state=State.PLANNED,
            lease=None,
            leased_until=None,
            attempt_count=F("attempt_count") - 1,
            **({"due_at": until} if until else {}),
            **({"last_error": reason[:200]} if reason else {}),
        )


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


def _is_held(messages: Sequence[Message]) -> bool:
    """Long enough to begin. Otherwise it is left to whoever claims it next."""
    return all(row.leased_until and row.leased_until - timezone.now() >= LEASE_RESERVE for row in messages)


def _failure(messages: Sequence[Message], surprise: Exception) -> NotSent:
    """Whatever goes wrong concerns these messages only. No traceback: it may hold an address."""
    numbers = ", ".join(str(message.pk) for message in messages)
    if not isinstance(surprise, NotSent):
        logger.error("Message %s: %s while sending", numbers, type(surprise).__name__)
        return NotSent(_("An unexpected error (%(name)s).") % {"name": type(surprise).__name__})
    logger.warning("Message %s not sent, attempt %s: %s", numbers, messages[0].attempt_count, surprise)
    return surprise


def work_email(message: Message) -> bool:
    """Send a leased e-mail and settle it; True when it is sent."""
    if not _is_held([message]):
        return False
    try:
        _send_email(message)
    except NotYet as quiet:
        hand_back([message], until=quiet.until)
        return False
    except Exception as surprise:
        settle(message, _failure([message], surprise))
        return False
    return settle(message)


def work_webhook(hook: Webhook, messages: Sequence[Message]) -> int:
    """Send the leased messages of one webhook, singly or merged, and settle them. Returns how many were sent."""
    sent = 0
    is_merged = len(messages) > MOST_SINGLE and hook.kind != Webhook.Kind.JSON
    texts = [list(messages)] if is_merged else [[message] for message in messages]
    while texts:
        some = texts.pop(0)
        if not _is_held(some):
            continue
        if not hook.is_active:
            _settle_all(some, NeverSent(_("The bot has been switched off.")))
        elif until := take_turn(hook):
            hand_back([message for text in [some, *texts] for message in text], until=until)
            break
        else:
            sent += _work_text(hook, some)
    return sent


def _work_text(hook: Webhook, messages: list[Message]) -> int:
    try:
        told = _call_webhook(hook, messages)
    except NotYet as wait:
        _failure(messages, wait)
        Webhook.objects.filter(pk=hook.pk).update(rests_until=wait.until)
        cutoff = timezone.now() - LONGEST_PATIENCE
        hand_back([row for row in messages if row.created_at > cutoff], until=wait.until, reason=str(wait))
        _settle_all([row for row in messages if row.created_at <= cutoff], wait)
        return 0
    except Exception as surprise:
        _settle_all(messages, _failure(messages, surprise))
        return 0
    hand_back([message for message in messages if message not in told])
    return _settle_all(told)


@transaction.atomic
def _settle_all(messages: Sequence[Message], error: NotSent | None = None) -> int:
    """All or none: what went out in one text is sent together."""
    return sum(settle(message, error) for message in messages)


def _by_webhook(messages: Sequence[Message]) -> dict[Webhook | None, list[Message]]:
    groups: dict[Webhook | None, list[Message]] = {}
    for message in messages:
        groups.setdefault(message.webhook, []).append(message)
    return groups


def work(messages: Sequence[Message]) -> tuple[int, int]:
    """Send what was claimed, and of each bot also what else waits for it. Returns how many were tried and sent."""
    tried = sent = 0
    for hook, group in _by_webhook(messages).items():
        if hook is None:
            sent += sum(work_email(message) for message in group)
        else:
            if hook.kind != Webhook.Kind.JSON:
                group.extend(claim_messages(MOST_MERGED, webhook=hook))
            sent += work_webhook(hook, group)
        tried += len(group)
    return tried, sent


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
            worked = work(messages)
            tried, sent = tried + worked[0], sent + worked[1]
    return sent
