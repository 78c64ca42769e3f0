"""What was reported, never changed after; until when it is due; and the forms of others that it is filled into.

No figure stands here as a column: figures are read from the facts of the rooms (`reports/figures/`) and frozen as one
JSON body with the time, the version and what had not arrived yet.
"""

from __future__ import annotations

import hashlib
import json
from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Compound


class ReportPlan(models.Model):
    """By when a compound's report is due every day."""

    compound = models.OneToOneField(Compound, on_delete=models.CASCADE, related_name="report_plan")
    due_at = models.TimeField(_("due at"), default=time(10), help_text=_("Every day, by the clock in Shanghai."))
    minutes_before = models.PositiveSmallIntegerField(
        _("remind this many minutes before"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(240)],
    )
    freezes_itself = models.BooleanField(
        _("freeze by itself when it is due"),
        default=False,
        help_text=_("When nobody has frozen it by then. It can still be frozen again, with the reason."),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("deadline of a report")
        verbose_name_plural = _("deadlines of reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes_before__gte=5, minutes_before__lte=240), name="report_plan_reminds_in_time"
            ),
        ]

    def __str__(self):
        return f"{self.compound} {self.due_at:%H:%M}"


class DailyReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """It counts the whole compound; how coarsely it is shown to an officer is decided where it is shown."""
        return self.filter(compound__in=user.access.whole_compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)

    def latest(self):  # type: ignore[override]
        """Of each compound and day the version that counts."""
        newer = DailyReport.objects.filter(
            compound=models.OuterRef("compound"), day=models.OuterRef("day"), version__gt=models.OuterRef("version")
        )
        return self.filter(~models.Exists(newer))


class DailyReport(models.Model):
    """One version of one day, frozen. Another version is another row, and says why there is one."""

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="daily_reports"
    )
    day = models.DateField(_("day"))
    version = models.PositiveSmallIntegerField(_("version"))
    since = models.DateTimeField(_("counts from"))
    at = models.DateTimeField(_("frozen at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("frozen by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: by itself when it was due."),
    )
    reason = models.CharField(_("why another version"), max_length=200, blank=True)
    unsynced_phones = models.PositiveIntegerField(_("phones not synced"), default=0)
    unsynced_marks = models.PositiveIntegerField(_("marks on them, as the phones told"), default=0)
    body = models.JSONField(_("figures"))
    digest = models.CharField(_("fingerprint"), max_length=64, help_text=_("Of the figures as they were frozen."))

    objects = DailyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily report")
        verbose_name_plural = _("daily reports")
        ordering = ["-day", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "day", "version"], name="report_version_once_a_day"),
            models.CheckConstraint(condition=Q(version__gte=1), name="report_version_from_one"),
            models.CheckConstraint(condition=Q(version=1) | ~Q(reason=""), name="report_again_says_why"),
        ]

    def __str__(self):
        return _("%(compound)s %(day)s, version %(version)s") % {
            "compound": self.compound,
            "day": self.day,
            "version": self.version,
        }

    def get_absolute_url(self):
        return reverse("reports:report", args=[self.pk])

    @property
    def is_intact(self) -> bool:
        """The figures are still those that were frozen."""
        return self.digest == digest_of(self.body)


def digest_of(body: dict) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class FormSheetQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.whole_compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)

    def in_use(self):
        return self.filter(ended_at=None)


class FormSheet(models.Model):
    """An Excel form somebody above wants filled. Kept as it came; its sheets are read once, behind a fence.

    `places` is what is being arranged; only a saved arrangement (`FormMapping`) is ever filled in.
    """

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="form_sheets"
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("Who wants it: sub-district, 10:00 form."))
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(blank=True, default=b"", help_text=_("The file, encrypted. Empty once set aside."))
    grid = models.JSONField(_("its sheets"), default=list, help_text=_("As they were read."))
    places = models.JSONField(_("fields placed"), default=list, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set aside by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_at = models.DateTimeField(_("set aside at"), null=True, blank=True)

    objects = FormSheetQuerySet.as_manager()

    # Set by the views for the page they serve.
    mapping: FormMapping | None

    class Meta:
        verbose_name = _("form to be filled")
        verbose_name_plural = _("forms to be filled")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "name"], condition=Q(ended_at=None), name="form_sheet_name_once_in_use"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="form_sheet_ended_by_somebody",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("reports:form", args=[self.pk])


class FormMapping(models.Model):
    """A saved arrangement: which field goes where. The newest version is filled in; older ones stay."""

    sheet = models.ForeignKey(
        FormSheet, verbose_name=_("form to be filled"), on_delete=models.CASCADE, related_name="mappings"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    places = models.JSONField(_("fields placed"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("arrangement of a form")
        verbose_name_plural = _("arrangements of forms")
        ordering = ["sheet", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "version"], name="form_mapping_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="form_mapping_version_from_one"),
        ]

    def __str__(self):
        return f"{self.sheet} · {self.version}"
