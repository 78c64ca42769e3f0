"""Tubes, who is in them, and what was told of them: open -> sealed -> sent -> received -> a result, or lost.

A tube is first met at a door, often by a phone without signal: using an unknown code makes the tube. Places are
handed out as marks arrive; `filled_count` is held within `size` by the database. What does not fit (a 21st person, a
code of an older round) is a SwabQuestion: the person was sampled, only in which tube is open.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Compound
from rounds.models import Mark
from testing_rounds.models.results import Result, ResultSource

LARGEST_TUBE = 20


class TubeQuerySet(models.QuerySet):
    """A tube holds people of many doors, so it is a matter of those who see the whole compound."""

    def visible_to(self, user):
        return self.filter(compound__in=user.access.whole_compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class Tube(models.Model):
    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("tube", "open")
        SEALED = "sealed", pgettext_lazy("tube", "sealed")
        SENT = "sent", pgettext_lazy("tube", "sent")
        RECEIVED = "received", pgettext_lazy("tube", "received by the laboratory")
        LOST = "lost", pgettext_lazy("tube", "lost or spoiled")

    compound = models.ForeignKey(Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="tubes")
    test_round = models.ForeignKey(
        "testing_rounds.TestRound", verbose_name=_("test round"), on_delete=models.PROTECT, related_name="tubes"
    )
    code = models.CharField(_("code"), max_length=40)
    size = models.PositiveSmallIntegerField(_("places"))
    filled_count = models.PositiveSmallIntegerField(_("people in it"), default=0, editable=False)
    told_count = models.PositiveSmallIntegerField(
        _("people, as written on the label"),
        null=True,
        blank=True,
        help_text=_("Another number than counted is shown."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    result = models.CharField(_("result"), max_length=12, choices=Result, blank=True, default="", editable=False)
    result_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("opened by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = TubeQuerySet.as_manager()

    class Meta:
        verbose_name = _("tube")
        verbose_name_plural = _("tubes")
        ordering = ["test_round", "created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "code"], name="tube_code_once_per_compound"),
            models.CheckConstraint(condition=~Q(code=""), name="tube_has_a_code"),
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=LARGEST_TUBE), name="tube_size_1_to_20"),
            models.CheckConstraint(condition=Q(filled_count__lte=F("size")), name="tube_not_over_full"),
            models.CheckConstraint(
                condition=Q(result="", result_at=None) | (~Q(result="") & Q(result_at__isnull=False)),
                name="tube_result_has_time",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("testing_rounds:tube", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def miscounts(self) -> bool:
        """The label says another number than the swabs."""
        return self.told_count is not None and self.told_count != self.filled_count

    @property
    def is_full(self) -> bool:
        return self.filled_count >= self.size


class TubeStep(models.Model):
    """Each step of a tube's way: who, when, why. Appended by services."""

    class Step(models.TextChoices):
        SEALED = "sealed", pgettext_lazy("tube", "sealed")
        REOPENED = "reopened", pgettext_lazy("tube", "opened again")
        SENT = "sent", pgettext_lazy("tube", "sent")
        RECEIVED = "received", pgettext_lazy("tube", "received by the laboratory")
        LOST = "lost", pgettext_lazy("tube", "lost or spoiled")

    tube = models.ForeignKey(Tube, verbose_name=_("tube"), on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("step of a tube")
        verbose_name_plural = _("steps of tubes")
        ordering = ["tube", "at", "pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_step_display()}"


class Swab(models.Model):
    """One person's place in a tube, told by a mark. Taken back with the mark, and kept."""

    person = models.ForeignKey(
        "testing_rounds.ExpectedPerson",
        verbose_name=_("expected person"),
        on_delete=models.PROTECT,
        related_name="swabs",
    )
    tube = models.ForeignKey(Tube, verbose_name=_("tube"), on_delete=models.PROTECT, related_name="swabs")
    mark = models.ForeignKey(Mark, verbose_name=_("mark"), on_delete=models.PROTECT, related_name="swabs")
    place = models.PositiveSmallIntegerField(_("place in the tube"))
    at = models.DateTimeField(_("at"), help_text=_("When it was taken, by the clock put right."))
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)
    void_reason = models.CharField(_("why void"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("swab")
        verbose_name_plural = _("swabs")
        ordering = ["tube", "place"]
        constraints = [
            models.UniqueConstraint(fields=["tube", "place"], condition=Q(voided_at=None), name="swab_place_once"),
            models.UniqueConstraint(fields=["person"], condition=Q(voided_at=None), name="swab_person_in_one_tube"),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=LARGEST_TUBE), name="swab_place_1_to_20"),
        ]

    def __str__(self):
        return f"{self.tube} {self.place}"


class SwabQuestionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(person__visit__round__compound__in=user.access.whole_compounds)

    def kept_by(self, user):
        return self.filter(person__visit__round__compound__in=user.access.steward)


class SwabQuestion(models.Model):
    """A mark named a tube the person cannot be in. That they were sampled stands; somebody decides about the tube."""

    class Reason(models.TextChoices):
        FULL = "full", _("the tube was full")
        OTHER_ROUND = "other_round", _("the code belongs to a tube of another round")
        TWO_TUBES = "two_tubes", _("the person is in another tube already")
        NOT_OPEN = "not_open", _("the tube was sealed already")
        UNLABELLED = "unlabelled", _("no tube was named")

    class Decision(models.TextChoices):
        PLACED = "placed", _("put into a tube")
        DISMISSED = "dismissed", _("set aside")

    person = models.ForeignKey(
        "testing_rounds.ExpectedPerson",
        verbose_name=_("expected person"),
        on_delete=models.PROTECT,
        related_name="questions",
    )
    mark = models.ForeignKey(Mark, verbose_name=_("mark"), on_delete=models.PROTECT, related_name="swab_questions")
    code = models.CharField(_("code"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    at = models.DateTimeField(_("at"), default=timezone.now)
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

    objects = SwabQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about a swab")
        verbose_name_plural = _("questions about swabs")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["mark", "person"], name="swab_question_once"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="swab_question_decided_by_somebody",
            ),
        ]

    def __str__(self):
        return str(self.get_reason_display())


class TubeResult(models.Model):
    """One telling about one tube. Appended; a correction points at what it corrects."""

    tube = models.ForeignKey(Tube, verbose_name=_("tube"), on_delete=models.PROTECT, related_name="results")
    value = models.CharField(_("result"), max_length=12, choices=Result)
    source = models.CharField(_("source"), max_length=12, choices=ResultSource)
    happened_at = models.DateTimeField(pgettext_lazy("result", "read at"), null=True, blank=True)
    told_at = models.DateTimeField(_("told at"), default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    lab_list = models.ForeignKey(
        "testing_rounds.LabList",
        verbose_name=_("list of results"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tube_results",
    )
    corrects = models.OneToOneField(
        "self", verbose_name=_("corrects"), on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("result of a tube")
        verbose_name_plural = _("results of tubes")
        ordering = ["tube", "told_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(value__in=Result.tellable()), name="tube_result_tellable"),
            models.CheckConstraint(condition=~Q(corrects=F("pk")), name="tube_result_not_of_itself"),
        ]

    def __str__(self):
        return f"{self.get_value_display()} ({self.get_source_display()})"
