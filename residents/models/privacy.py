"""How long things are kept, what went, and the end of it all. Facts: appended, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models.places import Compound
from residents.models.users import User


class RetentionPeriod(models.Model):
    """What a steward decided for one class; the latest counts."""

    compound = models.ForeignKey(Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("class"), max_length=20)
    days = models.PositiveSmallIntegerField(_("days"))
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=3650), name="retention_days_believable"),
        ]

    def __str__(self):
        return f"{self.code}: {self.days}"


class RetentionDeed(models.Model):
    """What went by itself: so many of a table, when. Without a table: a night was worked through."""

    compound = models.ForeignKey(Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("class"), max_length=20, blank=True)
    table = models.CharField(_("table"), max_length=60, blank=True)
    row_count = models.PositiveIntegerField(_("rows"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("deletion on schedule")
        verbose_name_plural = _("deletions on schedule")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["compound", "-at"], name="retention_deed_by_compound")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d} {self.code} {self.table}: {self.row_count}"


class KeptCount(models.Model):
    """A number that stays when the rows it counts go; the same key is added up. Names no person."""

    compound = models.ForeignKey(Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="+")
    table = models.CharField(_("table"), max_length=60)
    key = models.CharField(_("of what"), max_length=200)
    number = models.PositiveIntegerField(_("how many"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("kept count")
        verbose_name_plural = _("kept counts")
        ordering = ["table", "key", "pk"]

    def __str__(self):
        return f"{self.table} {self.key}: {self.number}"


class PurgeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.whole_compounds)

    def kept_by(self, user):
        """Stewards ask and stewards or officers approve: both have a hand in it."""
        return self.visible_to(user)

    def live(self):
        return self.filter(withdrawn_at=None, finished_at=None)


class Purge(models.Model):
    """The end of the epidemic for one compound: asked -> approved by another person -> worked through -> finished."""

    compound = models.ForeignKey(Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="purges")
    reason = models.CharField(_("reason"), max_length=200)
    asked_by = models.ForeignKey(User, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    preview = models.JSONField(_("preview"), default=dict, help_text=_("Table -> rows, when it was asked."))
    approved_by = models.ForeignKey(
        User, verbose_name=_("approved by"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, verbose_name=_("withdrawn by"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    trouble = models.CharField(_("stuck at"), max_length=60, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = PurgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")), name="purge_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False, withdrawn_at=None),
                name="purge_approved_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="purge_withdrawn_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(approved_at__isnull=False), name="purge_finished_after_approval"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="purge_says_why"),
            models.UniqueConstraint(
                fields=["compound"], condition=Q(withdrawn_at=None, finished_at=None), name="purge_one_at_a_time"
            ),
        ]

    def __str__(self):
        return f"{self.compound}: {self.reason}"

    def get_absolute_url(self):
        return reverse("residents:purge", args=[self.compound_id])


class PurgeStep(models.Model):
    """One slice that went. `digest` runs on from slice to slice of a table, so the last one speaks for all."""

    purge = models.ForeignKey(Purge, verbose_name=_("purge"), on_delete=models.PROTECT, related_name="steps")
    table = models.CharField(_("table"), max_length=60)
    deed = models.CharField(_("deed"), max_length=10)
    row_count = models.PositiveIntegerField(_("rows"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("step of a purge")
        verbose_name_plural = _("steps of a purge")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.table}: {self.row_count} {self.deed}"


class PurgeCertificate(models.Model):
    """What went, how much, its fingerprint, who, when: printed, never changed."""

    purge = models.OneToOneField(Purge, verbose_name=_("purge"), on_delete=models.PROTECT, related_name="certificate")
    body = models.JSONField(_("what it says"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("purge certificate")
        verbose_name_plural = _("purge certificates")

    def __str__(self):
        return f"{self.purge}: {self.digest[:12]}"
