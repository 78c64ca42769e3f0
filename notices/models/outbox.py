"""Messages on their way out: planned in the same transaction as their cause, sent later by whoever holds the lease."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.encryption import EncryptedTextField
from residents.models import Compound

SHANGHAI = ZoneInfo("Asia/Shanghai")


class WebhookQuerySet(models.QuerySet):
    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class Webhook(models.Model):
    """A place outside that gets a compound's messages: a group's bot, or a program. Only listed hosts are called."""

    class Kind(models.TextChoices):
        WECOM = "wecom", _("WeCom group bot")
        DINGTALK = "dingtalk", _("DingTalk group bot")
        FEISHU = "feishu", _("Feishu group bot")
        JSON = "json", _("JSON to a program")
        APPRISE = "apprise", _("another service, by Apprise")

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.CASCADE, related_name="webhooks"
    )
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.JSON)
    url = EncryptedTextField(_("address"))
    secret = EncryptedTextField(_("signing secret"), blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)

    # Its pace, whoever sends: when it was called within the last minute, and until when it wants to be left alone.
    called_at = models.JSONField(default=list, blank=True, editable=False)
    rests_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def address_hint(self) -> str:
        """The address as it may be shown: whoever holds the whole of it can write to the committee's group."""
        return f"****{self.url[-4:]}" if len(self.url) > 8 else "****"


class ChannelChoice(models.Model):
    """How one person wants to be told. The inbox is not a choice; who has no row gets e-mail at any hour."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="channel_choice"
    )
    by_email = models.BooleanField(_("by e-mail"), default=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        verbose_name = _("way of being told")
        verbose_name_plural = _("ways of being told")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="channel_choice_quiet_has_both_ends",
            ),
        ]

    def __str__(self):
        return str(self.user)

    def quiet_end(self, moment: datetime) -> datetime | None:
        """When the quiet hours `moment` falls into are over; None outside them. They may reach over midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        there = moment.astimezone(SHANGHAI)
        clock = there.time()
        is_over_midnight = self.quiet_from > self.quiet_until
        is_evening = is_over_midnight and clock >= self.quiet_from
        is_inside = is_evening or (clock < self.quiet_until and (is_over_midnight or clock >= self.quiet_from))
        if not is_inside:
            return None
        day = there.date() + timedelta(days=1 if is_evening else 0)
        return datetime.combine(day, self.quiet_until, tzinfo=SHANGHAI)


class MessageQuerySet(models.QuerySet):
    def inbox_of(self, user):
        """What the user has been told in the portal itself, newest first."""
        return self.filter(channel=Message.Channel.INBOX, user=user, state=Message.State.SENT)

    def unread(self):
        return self.filter(read_at=None)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class Message(models.Model):
    """One thing to tell one recipient once: unique by (reminder, recipient, channel, period)."""

    class Channel(models.TextChoices):
        INBOX = "inbox", _("inbox")
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        LEASED = "leased", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed, will be tried again")
        DEAD = "dead", _("given up")

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.CASCADE, related_name="messages"
    )
    reminder = models.CharField(_("reminder"), max_length=60, help_text=_("Which rule, about which thing."))
    recipient = models.CharField(_("recipient"), max_length=60, help_text=_("user:7 or webhook:3."))
    period = models.CharField(_("period"), max_length=40, help_text=_("The day or moment it is for."))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
    )
    webhook = models.ForeignKey(
        Webhook, verbose_name=_("webhook"), on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )
    subject = models.CharField(_("subject"), max_length=120)
    body = models.TextField(_("text"))
    link = models.CharField(_("link"), max_length=200, blank=True)
    is_urgent = models.BooleanField(_("urgent"), default=False, help_text=_("Goes out in quiet hours too."))

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease = models.UUIDField(
        _("lease"), null=True, blank=True, help_text=_("Who holds it; a late sender with another lease is ignored.")
    )
    attempt_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reminder", "recipient", "channel", "period"], name="message_once_per_period"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, webhook=None) | Q(user=None, webhook__isnull=False),
                name="message_has_one_recipient",
            ),
            models.CheckConstraint(
                condition=(Q(state="leased", lease__isnull=False, leased_until__isnull=False))
                | (~Q(state="leased") & Q(lease=None, leased_until=None)),
                name="message_leased_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="message_state_due")]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("notices:inbox")


class Heartbeat(models.Model):
    """When a part of the portal was last alive. One row a part; written by the schedule, read by the status page."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Tally(models.Model):
    """How often somebody asked for something within one span of time. The key is a digest: it names nobody.

    In the database because several processes answer, and a count kept in each would allow many times the limit.
    """

    key = models.CharField(max_length=64, primary_key=True)
    span = models.BigIntegerField()
    count = models.PositiveIntegerField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self):
        return f"{self.key[:8]}: {self.count}"
