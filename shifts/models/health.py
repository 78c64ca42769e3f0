"""How volunteers are: one word a day, never what they have. Stewards read it; the volunteer hears what follows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Volunteer


class HealthWordQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.kept_by(user)

    def kept_by(self, user):
        return self.filter(volunteer__compound__in=user.access.steward)


class HealthWord(models.Model):
    """A symptom or a positive result stops shifts until a steward says that the volunteer may serve again."""

    class Kind(models.TextChoices):
        WELL = "well", pgettext_lazy("health", "well")
        SYMPTOM = "symptom", _("a symptom")
        POSITIVE = "positive", pgettext_lazy("health", "positive")
        CLEARED = "cleared", _("may serve again")

    STOPS = frozenset({Kind.SYMPTOM, Kind.POSITIVE})

    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="health_words")
    kind = models.CharField(_("word"), max_length=10, choices=Kind)
    on = models.DateField(_("day"), default=timezone.localdate)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = HealthWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("word about health")
        verbose_name_plural = _("words about health")
        ordering = ["-pk"]
        constraints = [
            # The other words are told when they are told; "well" said twice a day is one.
            models.UniqueConstraint(fields=["volunteer", "on"], condition=Q(kind="well"), name="shift_well_once_a_day"),
        ]

    def __str__(self):
        return f"{self.volunteer} {self.on} {self.get_kind_display()}"


class PositiveCall(models.Model):
    """A steward's word that a volunteer turned positive, and what it took from them. Written once, never changed."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="positive_calls")
    word = models.OneToOneField(HealthWord, on_delete=models.PROTECT, related_name="call")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    days = models.PositiveSmallIntegerField(_("days looked back"))
    part_count = models.PositiveSmallIntegerField(_("parts of rounds given back"))
    shift_count = models.PositiveSmallIntegerField(_("shifts freed"))
    claim_count = models.PositiveSmallIntegerField(_("calls and needs given back"), default=0)
    door_count = models.PositiveIntegerField(_("doors of the last days"))

    objects = HealthWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteer turned positive")
        verbose_name_plural = _("volunteers turned positive")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=2, days__lte=4), name="positive_call_looks_back_2_to_4"),
        ]

    def __str__(self):
        return f"{self.volunteer} {self.at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self):
        return reverse("volunteer_positive_record", args=[self.pk])
