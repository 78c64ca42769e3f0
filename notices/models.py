"""Messages on their way out: planned in the same transaction as their cause, sent later by whoever holds the lease."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.encryption import EncryptedTextField
from residents.models import Compound


class Webhook(models.Model):
    """A place outside that gets a compound's messages as JSON. Only hosts in WEBHOOK_HOSTS are ever called."""

    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(_("name"), max_length=60)
    url = EncryptedTextField(_("address"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]

    def __str__(self):
        return self.name


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

    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, related_name="messages")
    reminder = models.CharField(_("reminder"), max_length=60, help_text=_("Which rule, about which thing."))
    recipient = models.CharField(_("recipient"), max_length=60, help_text=_("user:7 or webhook:3."))
    period = models.CharField(_("period"), max_length=40, help_text=_("The day or moment it is for."))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="messages"
    )
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, null=True, blank=True, related_name="messages")
    subject = models.CharField(_("subject"), max_length=120)
    body = models.TextField(_("text"))
    link = models.CharField(_("link"), max_length=200, blank=True)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(
        null=True, blank=True, help_text=_("Who holds it; a late sender with another lease is ignored.")
    )
    attempt_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
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
