"""What a test adds to a round: how the tubes are pooled and who is expected, person by person."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Resident, mask_name
from rounds.models import Outcome, Round, Visit
from testing_rounds.models.results import Result


class TestRound(models.Model):
    """The settings of a PCR round, a recall or an antigen round. States, visits and marks are the round's."""

    __test__ = False  # the name begins with "Test"; pytest must not collect it

    class PoolSize(models.IntegerChoices):
        HOUSEHOLD = 0, _("one tube a household")
        SINGLE = 1, _("single tube")
        FIVE = 5, _("5 in one tube")
        TEN = 10, _("10 in one tube")
        TWENTY = 20, _("20 in one tube")

    round = models.OneToOneField(Round, verbose_name=_("round"), on_delete=models.PROTECT, related_name="test_round")
    pool_size = models.PositiveSmallIntegerField(_("people in a tube"), choices=PoolSize, default=PoolSize.TEN)
    instructions = models.CharField(
        _("for the volunteers"), max_length=200, blank=True, help_text=_("Shown on top of their list of doors.")
    )
    recalls = models.OneToOneField(
        "testing_rounds.Tube",
        verbose_name=_("recalls"),
        on_delete=models.PROTECT,
        related_name="recall",
        null=True,
        blank=True,
        help_text=_("Set: single tubes for the people of this one."),
    )
    feedback_until = models.DateTimeField(
        _("feedback until"), null=True, blank=True, help_text=_("Antigen: by when each result is told.")
    )

    class Meta:
        verbose_name = _("test round")
        verbose_name_plural = _("test rounds")
        constraints = [
            models.CheckConstraint(condition=Q(recalls=None) | Q(pool_size=1), name="recall_in_single_tubes"),
        ]

    def __str__(self):
        return str(self.round)


class Exemption(models.Model):
    """Why somebody is not tested for a while. Frozen into each round that opens meanwhile; ended, never deleted."""

    class Reason(models.TextChoices):
        INFANT = "infant", _("infant")
        SURGERY = "surgery", _("surgery")
        RECOVERED = "recovered", _("recovered recently")
        AWAITING = "awaiting", _("waiting for an individual recheck or a transfer")
        OTHER = "other", _("other reason")

    resident = models.ForeignKey(
        Resident, verbose_name=_("resident"), on_delete=models.PROTECT, related_name="exemptions"
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    note = models.CharField(_("note"), max_length=100, blank=True)
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day. Empty: until ended."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        ordering = ["resident", "-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(ended_at=None), name="exemption_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="exemption_ended_by_somebody",
            ),
        ]

    def __str__(self):
        return str(self.get_reason_display())


class ExpectedPerson(models.Model):
    """Somebody who was behind this door when the round was opened, or was met there. `number` is what phones speak of.

    Whether they were sampled is folded into `visit.people` with the household's marks, never copied here. `result`
    is folded from what was told of them (PersonResult, TubeResult) and written by services alone.
    """

    visit = models.ForeignKey(Visit, verbose_name=_("visit"), on_delete=models.CASCADE, related_name="expected_people")
    number = models.PositiveSmallIntegerField(pgettext_lazy("person", "number"), validators=[MinValueValidator(1)])
    resident = models.ForeignKey(
        Resident, verbose_name=_("resident"), on_delete=models.SET_NULL, null=True, blank=True, related_name="expected"
    )
    name = models.CharField(
        _("name"), max_length=50, blank=True, help_text=_("Empty for a person known only by the head count.")
    )
    age_band = models.CharField(_("age"), max_length=6, choices=Resident.AgeBand, blank=True, default="")
    needs = models.JSONField(_("help needed"), default=list, blank=True)
    exempt_reason = models.CharField(_("why exempt"), max_length=10, choices=Exemption.Reason, blank=True, default="")
    exempt_until = models.DateField(_("exempt until"), null=True, blank=True)
    is_added = models.BooleanField(
        _("added at the door"), default=False, help_text=_("Met at the door; not expected when the round opened.")
    )
    result = models.CharField(_("result"), max_length=12, choices=Result, blank=True, default="", editable=False)
    result_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("expected person")
        verbose_name_plural = _("expected people")
        ordering = ["visit", "number"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="expected_person_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="expected_person_number_from_one"),
            models.CheckConstraint(
                condition=Q(result="", result_at=None) | (~Q(result="") & Q(result_at__isnull=False)),
                name="expected_person_result_has_time",
            ),
        ]

    def __str__(self):
        return self.masked_name

    @property
    def masked_name(self) -> str:
        return mask_name(self.name) or _("person %(number)s") % {"number": self.number}

    @property
    def outcome(self) -> str:
        """Told of this person, or known at opening, or implied by the household's. Needs `visit` loaded."""
        number = str(self.number)
        told = self.visit.people.get(number) or self.visit.known.get(number)
        if told:
            return told
        return self.visit.outcome if self.visit.outcome != Outcome.PARTLY else Outcome.WAITING

    @property
    def is_there(self) -> bool:
        """Expected, or met at the door by a mark that still stands."""
        return not self.is_added or str(self.number) in self.visit.people


class ProofDecision(models.Model):
    """What somebody said of a proof that a person was tested elsewhere. The latest counts; none yet is pending."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("not accepted")

    person = models.ForeignKey(
        ExpectedPerson, verbose_name=_("expected person"), on_delete=models.CASCADE, related_name="proof_decisions"
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    note = models.CharField(_("note"), max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("decision on a proof")
        verbose_name_plural = _("decisions on proofs")
        ordering = ["person", "-at", "-pk"]

    def __str__(self):
        return str(self.get_decision_display())
