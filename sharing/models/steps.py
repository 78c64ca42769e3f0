"""What was told, by whom, for whom: appended, never changed. A household tells through its link, staff by their name,
and what only time did has neither."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import HouseholdLink, Volunteer
from sharing.models.corner import Offer, Reservation, Wish
from sharing.models.drives import Drive, Pledge


class Step(models.Model):
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    link = models.ForeignKey(HouseholdLink, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    heard_by = models.ForeignKey(
        Volunteer,
        verbose_name=_("heard by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("The volunteer who heard it at the door."),
    )
    quantity = models.PositiveIntegerField(_("how many"), default=0)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        abstract = True


class CornerStep(Step):
    class Kind(models.TextChoices):
        OFFERED = "offered", _("offered")
        ASKED = "asked", _("asked for")
        RESERVED = "reserved", _("reserved")
        ANSWERED = "answered", _("a neighbour has it")
        GIVEN = "given", pgettext_lazy("sharing", "given")
        UNGIVEN = "ungiven", _("was not given after all")
        LAPSED = "lapsed", _("lapsed")
        RELEASED = "released", _("not needed any more")
        WITHDRAWN = "withdrawn", _("taken back by who gave")
        STOPPED = "stopped", _("enough, thanks")
        RESUMED = "resumed", _("offered again")

    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="steps", null=True, blank=True)
    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="steps", null=True, blank=True)
    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="steps", null=True, blank=True)

    class Meta:
        verbose_name = _("step in the share corner")
        verbose_name_plural = _("steps in the share corner")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(offer__isnull=False) | Q(wish__isnull=False), name="corner_step_of_something"
            ),
            models.CheckConstraint(
                condition=Q(kind="lapsed", by=None, link=None)
                | (~Q(kind="lapsed") & (Q(by__isnull=False, link=None) | Q(by=None, link__isnull=False))),
                name="corner_step_by_one",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class DriveStep(Step):
    class Kind(models.TextChoices):
        BEGUN = "begun", _("begun")
        PLEDGED = "pledged", _("promised")
        TAKEN_BACK = "taken_back", _("promise taken back")
        COLLECTING = "collecting", _("collecting began")
        COLLECTED = "collected", _("picked up")
        MISSED = "missed", _("was not there")
        UNDONE = "undone", _("press undone")
        MADE = "made", _("made")
        HANDED_OVER = "handed_over", _("handed over")
        CANCELLED = "cancelled", pgettext_lazy("sharing", "cancelled")

    kind = models.CharField(_("what happened"), max_length=12, choices=Kind)
    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="steps")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="steps", null=True, blank=True)

    class Meta:
        verbose_name = _("step of a drive")
        verbose_name_plural = _("steps of drives")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False, link=None) | Q(by=None, link__isnull=False), name="drive_step_by_one"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
