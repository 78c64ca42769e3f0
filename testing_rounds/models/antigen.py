"""The antigen loop: kit handed out (a mark) -> feedback due -> told (PersonResult); overdue -> called -> knocked;
positive -> a single tube at the door (Recheck)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rounds.models import Mark, Visit
from testing_rounds.models.rounds import ExpectedPerson


class Chase(models.Model):
    """One attempt to get a household's feedback. Appended."""

    class Step(models.TextChoices):
        CALLED = "called", pgettext_lazy("chase", "called")
        KNOCKED = "knocked", pgettext_lazy("chase", "knocked")

    visit = models.ForeignKey(Visit, verbose_name=_("visit"), on_delete=models.PROTECT, related_name="chases")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    was_reached = models.BooleanField(_("reached"), default=False)
    note = models.CharField(_("note"), max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("attempt to reach a household")
        verbose_name_plural = _("attempts to reach households")
        ordering = ["visit", "at", "pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_step_display()}"


class AnswerQuestionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(mark__visit__in=Visit.objects.visible_to(user))

    def open(self):
        """Nobody has looked yet, and the tap was not taken back meanwhile."""
        undone = Mark.objects.filter(visit=OuterRef("mark__visit"), undoes=OuterRef("mark"))
        return self.filter(~Exists(undone), looked_at=None)


class AnswerQuestion(models.Model):
    """A tap at a door told of a test what cannot be. The mark counts; somebody looks at what was meant."""

    class Reason(models.TextChoices):
        UNREADABLE = "unreadable", _("nobody can read what was told")
        NOBODY = "nobody", _("there is nobody of this number")
        NOT_THERE = "not_there", _("the same tap says that they were not tested")

    mark = models.ForeignKey(Mark, verbose_name=_("mark"), on_delete=models.PROTECT, related_name="answer_questions")
    number = models.PositiveSmallIntegerField(pgettext_lazy("person", "number"))
    told = models.CharField(_("told"), max_length=40, help_text=_("As the phone wrote it."))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    at = models.DateTimeField(_("at"), default=timezone.now)
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("looked at by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = AnswerQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about an answer")
        verbose_name_plural = _("questions about answers")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["mark", "number"], name="answer_question_once"),
            models.CheckConstraint(
                condition=Q(looked_at=None, looked_by=None) | Q(looked_at__isnull=False, looked_by__isnull=False),
                name="answer_question_looked_at_by_somebody",
            ),
        ]

    def __str__(self):
        return str(self.get_reason_display())


class Recheck(models.Model):
    """One person with a positive antigen test, and the same person in the round of single tubes that asks for them."""

    person = models.ForeignKey(
        ExpectedPerson, verbose_name=_("expected person"), on_delete=models.PROTECT, related_name="rechecks"
    )
    asked_as = models.ForeignKey(
        ExpectedPerson, verbose_name=_("asked as"), on_delete=models.PROTECT, related_name="asked_for"
    )
    since = models.DateTimeField(_("since"), default=timezone.now)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("released by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("single tube after a positive antigen test")
        verbose_name_plural = _("single tubes after positive antigen tests")
        ordering = ["-since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "asked_as"], name="recheck_once"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="recheck_released_by_somebody",
            ),
        ]

    def __str__(self):
        return str(self.person)
