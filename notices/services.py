"""Planning a message is writing rows in the caller's transaction; notices/sending.py lets them out of the portal."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.models import ChannelChoice, Message, Webhook
from residents.models import Compound, User


class NoticeError(ValueError):
    """A sentence for the person who pressed the button."""


def draft_message(
    *,
    compound: Compound,
    reminder: str,
    period: str,
    subject: str,
    body: str,
    link: str = "",
    users: Iterable[User] = (),
    webhooks: Iterable[Webhook] = (),
    due_at: datetime | None = None,
    is_urgent: bool = False,
) -> list[Message]:
    """One unsaved row for each way to each recipient: the inbox always, e-mail where there is an address."""
    now = timezone.now()

    def row(recipient: str, channel: str, **whom) -> Message:
        return Message(
            compound=compound,
            reminder=reminder,
            period=period,
            recipient=recipient,
            channel=channel,
            subject=" ".join(subject.split())[:120],  # a line break in a subject is a second mail header
            body=body,
            link=link,
            due_at=due_at or now,
            is_urgent=is_urgent,
            created_at=now,
            **whom,
        )

    rows = []
    for user in users:
        rows.append(row(f"user:{user.pk}", Message.Channel.INBOX, user=user))
        if user.email:
            rows.append(row(f"user:{user.pk}", Message.Channel.EMAIL, user=user))
    rows += [row(f"webhook:{hook.pk}", Message.Channel.WEBHOOK, webhook=hook) for hook in webhooks]
    return rows


def plan_messages(rows: list[Message], *, are_new: bool = False) -> list[Message]:
    """Write the rows nobody has written yet, and return them. `are_new`: nobody can have, so nobody looks.

    The look beforehand only saves numbers: a reminder that stays due is planned again every minute. What makes
    it once is the unique key, also when two planners look at the same moment.
    """
    if not rows:
        return []
    before = Message.objects.filter(
        reminder__in={row.reminder for row in rows}, period__in={row.period for row in rows}
    )
    written = set() if are_new else set(before.values_list("reminder", "recipient", "channel", "period"))
    fresh: dict[tuple[str, ...], Message] = {}
    for row in rows:
        key = (row.reminder, row.recipient, str(row.channel), row.period)
        if key not in written:
            fresh.setdefault(key, row)
    wanted = _as_chosen(list(fresh.values()))
    Message.objects.bulk_create(wanted, ignore_conflicts=True)
    return wanted


def _as_chosen(rows: list[Message]) -> list[Message]:
    """Drop e-mails nobody wants, and move those that would ring in somebody's quiet hours to their end."""
    mailed = {row.user_id for row in rows if row.channel == Message.Channel.EMAIL}
    chosen = ChannelChoice.objects.filter(user__in=mailed) if mailed else ()
    choices: dict[int | None, ChannelChoice] = {row.user_id: row for row in chosen}
    wanted = []
    for row in rows:
        choice = choices.get(row.user_id) if row.channel == Message.Channel.EMAIL else None
        if choice and not choice.by_email:
            continue
        if choice and not row.is_urgent:
            row.due_at = choice.quiet_end(row.due_at) or row.due_at
        wanted.append(row)
    return wanted


def plan_message(
    *,
    compound: Compound,
    reminder: str,
    period: str,
    subject: str,
    body: str,
    link: str = "",
    users: Iterable[User] = (),
    webhooks: Iterable[Webhook] | None = None,
    due_at: datetime | None = None,
    is_urgent: bool = False,
) -> list[Message]:
    """Tell `users`, and every active webhook of the compound unless others are given. Planned twice is told once."""
    if webhooks is None:
        webhooks = Webhook.objects.filter(compound=compound, is_active=True)
    return plan_messages(
        draft_message(
            compound=compound,
            reminder=reminder,
            period=period,
            subject=subject,
            body=body,
            link=link,
            users=users,
            webhooks=webhooks,
            due_at=due_at,
            is_urgent=is_urgent,
        )
    )


@transaction.atomic
def retry_message(*, message: Message) -> None:
    """Give a message that failed a new set of attempts, the first one now."""
    taken = Message.objects.filter(pk=message.pk, state__in=[Message.State.FAILED, Message.State.DEAD]).update(
        state=Message.State.PLANNED, due_at=timezone.now(), attempt_count=0
    )
    if not taken:
        raise NoticeError(_("This message is already on its way."))


def retry_dead(*, by: User) -> int:
    """Give everything that was given up in the steward's compounds a new set of attempts. Returns how many."""
    dead = Message.objects.kept_by(by).filter(state=Message.State.DEAD)
    return dead.update(state=Message.State.PLANNED, due_at=timezone.now(), attempt_count=0)


def plan_test(*, hook: Webhook) -> Message:
    """A message to one bot that says where it comes from, once a minute at most. Sent by the sender, like any other."""
    if not hook.is_active:
        raise NoticeError(_("Switch the bot on first."))
    now = timezone.now()
    with translation.override(settings.LANGUAGE_CODE):
        rows = plan_message(
            compound=hook.compound,
            reminder=f"bot-test:{hook.pk}",
            period=now.strftime("%Y-%m-%dT%H:%M"),
            subject=_("A test from Shoulou"),
            body=_("%(compound)s's notices will arrive here.") % {"compound": hook.compound},
            webhooks=[hook],
            is_urgent=True,
        )
    if not rows:
        raise NoticeError(_("A test is already on its way. Another may be sent in a minute."))
    return rows[0]
