"""Dates a person must not miss, whatever the gate says. What they are for is read by stewards and the lead alone."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.encryption import EncryptedTextField
from residents.models import Compound, Household, Resident, User

MOST_DAYS_AHEAD = 14
MOST_DAYS_BETWEEN = 100  # a long prescription is for three months


class MedicalDateQuerySet(models.QuerySet):
    def visible_to(self, user):
        access = user.access
        mine = Q(household__door__building__in=access.lead_buildings)
        return self.filter(Q(compound__in=access.steward) | mine)

    def kept_by(self, user):
        return self.visible_to(user)

    def open(self):
        return self.filter(closed_at=None, household__moved_out_on=None)

    def ringing(self, today: date):
        """Near enough to be prepared, or gone by and nobody has said what became of it. A few rows: days are counted
        in Python, where both databases count alike."""
        furthest = today + timedelta(days=MOST_DAYS_AHEAD)
        return self.open().filter(due_on__lte=furthest)


class MedicalDate(models.Model):
    class Kind(models.TextChoices):
        DIALYSIS = "dialysis", _("dialysis")
        ANTENATAL = "antenatal", _("antenatal visit")
        VACCINE = "vaccine", _("vaccine")
        REFILL = "refill", _("medicine runs out")
        VISIT = "visit", _("other visit")

    class End(models.TextChoices):
        DONE = "done", _("took place")
        DROPPED = "dropped", _("not needed any more")

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="medical_dates")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="medical_dates")
    resident = models.ForeignKey(
        Resident, verbose_name=_("for whom"), on_delete=models.PROTECT, related_name="medical_dates"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    due_on = models.DateField(_("day"))
    due_at = models.TimeField(_("time"), null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(
        _("again after, in days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS_BETWEEN)],
    )
    ahead_days = models.PositiveSmallIntegerField(
        _("remind so many days ahead"), default=1, validators=[MaxValueValidator(MOST_DAYS_AHEAD)]
    )
    note = EncryptedTextField(_("note"), blank=True, default="")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("written down at"), default=timezone.now)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="next", null=True, blank=True, editable=False
    )
    end = models.CharField(_("what became of it"), max_length=10, choices=End, blank=True, default="", editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    objects = MedicalDateQuerySet.as_manager()

    class Meta:
        verbose_name = _("medical date")
        verbose_name_plural = _("medical dates")
        ordering = ["due_on", F("due_at").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "kind", "due_on"], condition=Q(closed_at=None), name="medical_date_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, end="", closed_by=None)
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(end="")),
                name="medical_date_closed_says_how",
            ),
            models.CheckConstraint(
                condition=Q(ahead_days__lte=MOST_DAYS_AHEAD)
                & (Q(every_days=None) | Q(every_days__gte=1, every_days__lte=MOST_DAYS_BETWEEN)),
                name="medical_date_days_within_reason",
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"

    def rings_on(self, today: date) -> bool:
        """From so many days ahead until somebody says what became of it."""
        return self.closed_at is None and self.due_on - timedelta(days=self.ahead_days) <= today

    def is_past(self, today: date) -> bool:
        return self.due_on < today
