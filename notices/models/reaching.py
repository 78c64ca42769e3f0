"""How a notice came to each household, and the rungs of the ladder that were climbed: facts, only added.

What was noted by mistake is taken back by a row that points at it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notices.models.notices import Notice, Recipient
from residents.models import Building, HouseholdLink


class LadderStep(models.Model):
    """A rung: when it was tried, by whom, in which building (none: in all of them)."""

    class Kind(models.TextChoices):
        CHAT = "chat", _("chat group")
        INTERCOM = "intercom", _("intercom")
        MEGAPHONE = "megaphone", _("megaphone")
        KNOCK = "knock", _("knocking")

    notice = models.ForeignKey(Notice, verbose_name=_("notice"), on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("step"), max_length=10, choices=Kind)
    building = models.ForeignKey(
        Building, verbose_name=_("building"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    note = models.CharField(_("note"), max_length=100, blank=True)
    # The round whose doors were knocked at. No foreign key: rounds are the same floor; the top floor reads it.
    round_key = models.PositiveBigIntegerField(_("round"), null=True, blank=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("step of the ladder")
        verbose_name_plural = _("steps of the ladder")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(round_key=None) | Q(kind="knock"), name="notice_round_is_for_knocking"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class ReachedQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(undoes=None, undone=None)


class Reached(models.Model):
    """That one household knows of it: it said so by its link, or somebody told it."""

    class How(models.TextChoices):
        LINK = "link", _("read by its link")
        SLIP = "slip", _("on paper")
        INTERCOM = "intercom", _("by intercom")
        PHONE = "phone", pgettext_lazy("reached", "by phone")
        KNOCK = "knock", _("at the door")

    recipient = models.ForeignKey(
        Recipient, verbose_name=_("recipient of a notice"), on_delete=models.PROTECT, related_name="reached"
    )
    how = models.CharField(_("how"), max_length=10, choices=How)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by whom"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: by the household itself."),
    )
    link = models.ForeignKey(
        HouseholdLink, verbose_name=_("household's link"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    round_key = models.PositiveBigIntegerField(_("round"), null=True, blank=True, editable=False)  # see LadderStep
    undoes = models.OneToOneField(
        "self", verbose_name=_("undoes"), on_delete=models.PROTECT, related_name="undone", null=True, blank=True
    )

    objects = ReachedQuerySet.as_manager()

    class Meta:
        verbose_name = _("household reached")
        verbose_name_plural = _("households reached")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient"], condition=Q(how="link", undoes=None), name="notice_read_once_by_link"
            ),
            models.CheckConstraint(
                condition=Q(how="link", link__isnull=False, by=None)
                | (~Q(how="link") & Q(link=None, by__isnull=False)),
                name="notice_told_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.recipient}: {self.get_how_display()}"
