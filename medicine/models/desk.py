"""The doctor desk: a question of a household, and everything that was said about it, appended and never changed.

Neither a record nor a prescription. What was said wrongly stays, struck, beside what corrects it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.encryption import EncryptedTextField
from residents.models import Compound, Household, HouseholdLink, Resident, User


class QuestionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The doctors, and the lead of the asker's house. Not the stewards: they see how many and how old."""
        access = user.access
        mine = Q(household__door__building__in=access.lead_buildings)
        return self.filter(Q(compound__in=access.doctor) | mine)

    def kept_by(self, user):
        """Guidance is for doctors alone."""
        return self.filter(compound__in=user.access.doctor)

    def open(self):
        return self.filter(closed_at=None)

    def waiting(self):
        return self.filter(closed_at=None, waiting_since__isnull=False)


class Question(models.Model):
    """One matter of one household. Whether it waits is kept beside its entries, under the question's row lock."""

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="doctor_questions")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="doctor_questions")
    resident = models.ForeignKey(
        Resident, verbose_name=_("for whom"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    is_urgent = models.BooleanField(_("sounds urgent"), default=False, editable=False)
    waiting_since = models.DateTimeField(_("waits since"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to a doctor")
        verbose_name_plural = _("questions to doctors")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(waiting_since=None), name="doctor_question_closed_waits_no_more"
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"

    def get_absolute_url(self):
        return reverse("medicine:question", args=[self.pk])

    @property
    def state(self) -> str:
        if self.closed_at:
            return "closed"
        return "waiting" if self.waiting_since else "answered"


class Entry(models.Model):
    class Kind(models.TextChoices):
        ASKED = "asked", _("asked")
        GUIDANCE = "guidance", _("guidance")
        HOSPITAL = "hospital", _("go to hospital")
        CALL_120 = "call_120", _("call 120")
        TOLD = "told", _("told to the household")
        CLOSED = "closed", pgettext_lazy("medicine", "closed")

    ADVICE = (Kind.GUIDANCE, Kind.HOSPITAL, Kind.CALL_120)

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    text = EncryptedTextField(_("text"), blank=True, default="")
    corrects = models.OneToOneField(
        "self",
        verbose_name=_("corrects"),
        on_delete=models.PROTECT,
        related_name="corrected_by",
        null=True,
        blank=True,
        help_text=_("It stays to be read, struck. Each is corrected once; a correction may be corrected in turn."),
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    link = models.ForeignKey(HouseholdLink, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    is_struck: bool  # set for the desk's page, like the form that corrects it
    is_open: bool
    form: Any

    class Meta:
        verbose_name = _("entry of a question")
        verbose_name_plural = _("entries of questions")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False, link=None) | Q(by=None, link__isnull=False, kind__in=["asked", "closed"]),
                name="doctor_entry_by_one",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | (Q(kind__in=["guidance", "hospital", "call_120"]) & ~Q(corrects=F("pk"))),
                name="doctor_entry_corrects_advice",
            ),
            models.CheckConstraint(condition=Q(kind__in=["told", "closed"]) | ~Q(text=""), name="doctor_entry_says_so"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_advice(self) -> bool:
        return self.kind in self.ADVICE

    @property
    def is_alarm(self) -> bool:
        return self.kind in {self.Kind.HOSPITAL, self.Kind.CALL_120}
