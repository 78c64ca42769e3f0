"""A list of results on its way in: pasted or uploaded, previewed, applied whole or not at all."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.encryption import EncryptedTextField
from testing_rounds.models.results import Result, ResultSource


class LabListQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Nobody but who may apply it: it names people and what they have."""
        return self.kept_by(user)

    def kept_by(self, user):
        return self.filter(test_round__round__compound__in=user.access.steward)


class LabList(models.Model):
    class State(models.TextChoices):
        READY = "ready", _("ready to look at")
        APPLIED = "applied", _("applied")
        DISCARDED = "discarded", _("discarded")

    test_round = models.ForeignKey(
        "testing_rounds.TestRound", verbose_name=_("test round"), on_delete=models.PROTECT, related_name="lab_lists"
    )
    name = models.CharField(_("file"), max_length=200, blank=True, help_text=_("Empty when it was pasted."))
    source = models.CharField(_("source"), max_length=12, choices=ResultSource, default=ResultSource.LAB_LIST)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    findings = models.JSONField(
        _("findings"), default=dict, blank=True, help_text=_("Counts by verdict; columns left out.")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("applied by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    objects = LabListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of results")
        verbose_name_plural = _("lists of results")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self):
        return self.name or f"{timezone.localtime(self.uploaded_at):%Y-%m-%d %H:%M}"

    def get_absolute_url(self):
        return reverse("testing_rounds:lab", args=[self.pk])


class LabLine(models.Model):
    """One line of the list and what it would do. `row` is numbered as the spreadsheet or the pasted text shows it."""

    class Verdict(models.TextChoices):
        TUBE = "tube", _("for a tube")
        PERSON = "person", _("for a person")
        KNOWN = "known", _("told before")
        REVIEW = "review", _("for the review list")
        REFUSED = "refused", pgettext_lazy("of a row", "refused")

    lab_list = models.ForeignKey(
        LabList, verbose_name=_("list of results"), on_delete=models.CASCADE, related_name="lines"
    )
    row = models.PositiveIntegerField(_("row"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    reason = models.CharField(
        _("reason"), max_length=30, blank=True, help_text=_("A code; its sentence is written in the service.")
    )
    original = EncryptedTextField(help_text=_("The cells as they came, as JSON."))
    tube = models.ForeignKey(
        "testing_rounds.Tube", verbose_name=_("tube"), on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        "testing_rounds.ExpectedPerson",
        verbose_name=_("expected person"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    value = models.CharField(_("result"), max_length=12, choices=Result, blank=True, default="")
    happened_at = models.DateTimeField(pgettext_lazy("result", "read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("line of a list of results")
        verbose_name_plural = _("lines of lists of results")
        ordering = ["lab_list", "row", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["lab_list", "row"], name="lab_line_row_once"),
        ]

    def __str__(self):
        return f"{self.row}: {self.get_verdict_display()}"
