"""What was told of people, by whom and when. The laboratory keeps the record; the portal keeps who told us what.

Facts are appended. A correction is a new fact that points at what it corrects; the status of a person is folded from
the facts that stand, and sources that contradict each other give `disputed`.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.encryption import EncryptedTextField
from residents.models import Compound
from rounds.models import Mark


class Result(models.TextChoices):
    NEGATIVE = "negative", _("negative")
    POSITIVE = "positive", _("positive")
    INCONCLUSIVE = "inconclusive", _("inconclusive")
    INVALID = "invalid", _("invalid, test again")
    DISPUTED = "disputed", _("disputed")

    @classmethod
    def tellable(cls) -> frozenset[str]:
        """What one fact may say: that it is disputed is only ever computed."""
        return frozenset(set(cls.values) - {cls.DISPUTED})


TAKEN_BACK = "taken_back"  # what a fact says that only takes another back; nothing is told by it


class ResultSource(models.TextChoices):
    LAB_LIST = "lab_list", _("laboratory's list")
    HEALTH_APP = "health_app", _("seen in the health app")
    CDC_CALL = "cdc_call", _("call from the CDC")
    RESIDENT = "resident", _("told by the household")
    LEAD = "lead", _("told by the building lead")
    VOLUNTEER = "volunteer", _("told by a volunteer")
    DESK = "desk", _("told at the desk")


class PersonResult(models.Model):
    """One telling about one person: `happened_at` when the sample was read, if known, `told_at` when we heard."""

    person = models.ForeignKey(
        "testing_rounds.ExpectedPerson",
        verbose_name=_("expected person"),
        on_delete=models.PROTECT,
        related_name="results",
    )
    value = models.CharField(
        _("result"), max_length=12, choices=[*Result.choices, (TAKEN_BACK, pgettext_lazy("result", "taken back"))]
    )
    source = models.CharField(_("source"), max_length=12, choices=ResultSource)
    happened_at = models.DateTimeField(pgettext_lazy("result", "read at"), null=True, blank=True)
    told_at = models.DateTimeField(_("told at"), default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty when the household told it itself through its link."),
    )
    link = models.ForeignKey(
        "residents.HouseholdLink",
        verbose_name=_("household's link"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    lab_list = models.ForeignKey(
        "testing_rounds.LabList",
        verbose_name=_("list of results"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="person_results",
    )
    mark = models.ForeignKey(
        Mark,
        verbose_name=_("mark"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="person_results",
        help_text=_("Set: told by a volunteer with this mark at the door, and taken back with it."),
    )
    corrects = models.OneToOneField(
        "self", verbose_name=_("corrects"), on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("result of a person")
        verbose_name_plural = _("results of people")
        ordering = ["person", "told_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__in=Result.tellable()) | Q(value=TAKEN_BACK, corrects__isnull=False),
                name="person_result_tellable",
            ),
            models.CheckConstraint(condition=~Q(corrects=F("pk")), name="person_result_not_of_itself"),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=False) | Q(link__isnull=False), name="person_result_told_by_somebody"
            ),
        ]

    def __str__(self):
        return f"{self.get_value_display()} ({self.get_source_display()})"


class UnplacedResultQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.kept_by(user)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)

    def waiting(self):
        return self.filter(decision="")


class UnplacedResult(models.Model):
    """A result that came for somebody who was not expected, or whose name nobody could match. A person decides."""

    class Decision(models.TextChoices):
        PLACED = "placed", _("given to a person")
        DISMISSED = "dismissed", _("set aside")

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="unplaced_results"
    )
    test_round = models.ForeignKey(
        "testing_rounds.TestRound",
        verbose_name=_("test round"),
        on_delete=models.PROTECT,
        related_name="unplaced_results",
    )
    lab_list = models.ForeignKey(
        "testing_rounds.LabList",
        verbose_name=_("list of results"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="unplaced_results",
    )
    told = EncryptedTextField(help_text=_("Room, name and tube as they were written."))
    value = models.CharField(_("result"), max_length=12, choices=Result)
    source = models.CharField(_("source"), max_length=12, choices=ResultSource)
    told_at = models.DateTimeField(_("told at"), default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_note = models.CharField(_("note on the decision"), max_length=200, blank=True)
    person_result = models.OneToOneField(
        PersonResult,
        verbose_name=_("result of a person"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="came_from",
    )

    objects = UnplacedResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result for nobody expected")
        verbose_name_plural = _("results for nobody expected")
        ordering = ["-told_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="unplaced_result_decided_by_somebody",
            ),
        ]

    def __str__(self):
        return str(self.get_value_display())
