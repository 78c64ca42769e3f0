"""The disinfection log: what was decided, and each step of doing it. Nothing is changed, a correction points back."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Building, Compound, Door
from sanitation.agents import STRENGTHS, Agent, rest_after


def _within_limits() -> Q:
    allowed = Q()
    for agent, limits in STRENGTHS.items():
        allowed |= Q(agent=str(agent), ppm__gte=limits.least, ppm__lte=limits.most)
    return allowed


class DisinfectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A home's entry says that somebody there was ill: for stewards alone."""
        access = user.access
        shared = Q(compound__in=access.whole_compounds) | Q(building__in=access.lead_buildings)
        outside = Q(building=None, compound__in=access.lead_compounds)
        return self.filter(Q(compound__in=access.steward) | Q(shared | outside) & ~Q(part=Disinfection.Part.HOME))

    def kept_by(self, user):
        access = user.access
        own = Q(building__in=access.lead_buildings) & ~Q(part=Disinfection.Part.HOME)
        return self.filter(Q(compound__in=access.steward) | own)

    def standing(self):
        return self.filter(corrected_by=None)


class Disinfection(models.Model):
    class Part(models.TextChoices):
        LIFT = "lift", _("lift")
        ENTRANCE = "entrance", _("entrance hall")
        STAIRS = "stairs", _("stairs and rails")
        DOORS = "doors", _("door handles and panels")
        HOME = "home", _("a home")
        OTHER = "other", _("another place")

    class Reason(models.TextChoices):
        ROUTINE = "routine", _("routine")
        POSITIVE = "positive", _("after a positive")
        TRANSFER = "transfer", _("after a transfer")

    class Team(models.TextChoices):
        PROPERTY = "property", _("property management")
        STREET = "street", _("the sub-district's team")
        VOLUNTEERS = "volunteers", pgettext_lazy("team", "volunteers")
        COMPANY = "company", _("a company")

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="disinfections"
    )
    building = models.ForeignKey(
        Building, verbose_name=_("building"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    part = models.CharField(pgettext_lazy("place", "part"), max_length=8, choices=Part)
    place = models.CharField(_("place more exactly"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=8, choices=Reason)
    agent = models.CharField(_("disinfectant"), max_length=10, choices=Agent)
    ppm = models.PositiveIntegerField(_("strength (ppm)"))
    team = models.CharField(_("team"), max_length=10, choices=Team)
    team_size = models.PositiveSmallIntegerField(_("how many"), default=2)
    asked_belongings = models.BooleanField(_("asked about sensitive belongings"), default=False)
    corrects = models.OneToOneField(
        "self", verbose_name=_("corrects"), on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.CharField(_("why it is corrected"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("written down at"), default=timezone.now)

    objects = DisinfectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("disinfection")
        verbose_name_plural = _("disinfections")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=_within_limits(), name="disinfecting_strength_within_limits"),
            models.CheckConstraint(
                condition=~Q(part="home") | Q(asked_belongings=True, building__isnull=False),
                name="disinfecting_home_asked_first",
            ),
            models.CheckConstraint(condition=Q(building__isnull=False) | ~Q(place=""), name="disinfecting_has_a_place"),
            models.CheckConstraint(condition=Q(team_size__gte=1, team_size__lte=99), name="disinfecting_by_somebody"),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(correction_reason=""),
                name="disinfecting_correction_says_why",
            ),
            models.CheckConstraint(condition=~Q(corrects=F("pk")), name="disinfecting_not_correction_of_itself"),
        ]
        indexes = [models.Index(fields=["compound", "at"], name="disinfecting_compound_at")]

    def __str__(self):
        return self.where

    def get_absolute_url(self):
        return reverse("sanitation:disinfection", args=[self.pk])

    @property
    def where(self) -> str:
        part = "" if self.part == self.Part.OTHER and self.place else str(self.get_part_display())
        words = (str(self.building) if self.building_id else "", part, self.place)
        return " · ".join(word for word in words if word)

    @property
    def rest(self) -> timedelta:
        return rest_after(self.agent, self.ppm)

    @cached_property
    def step_of(self) -> dict[str, DisinfectionStep]:
        return {step.kind: step for step in self.steps.all()}

    def _at(self, kind: str) -> datetime | None:
        step = self.step_of.get(kind)
        return step.at if step else None

    @property
    def started_at(self) -> datetime | None:
        return self._at(DisinfectionStep.Kind.SPRAYING)

    @property
    def ended_at(self) -> datetime | None:
        return self._at(DisinfectionStep.Kind.DONE)

    @property
    def safe_at(self) -> datetime | None:
        step = self.step_of.get(DisinfectionStep.Kind.DONE)
        return step.safe_at if step else None

    @property
    def state(self) -> str:
        """The furthest step there is."""
        return max(self.step_of, key=list(DisinfectionStep.Kind.values).index, default="")

    @property
    def is_over(self) -> bool:
        return self.state in {DisinfectionStep.Kind.DONE, DisinfectionStep.Kind.CALLED_OFF}

    @property
    def is_corrected(self) -> bool:
        return hasattr(self, "corrected_by")


class DisinfectionStep(models.Model):
    """Warned, sprayed, done: each once. `safe_at` is kept, for a later table of rests must not move the past."""

    class Kind(models.TextChoices):
        WARNED = "warned", _("warned")
        SPRAYING = "spraying", _("spraying")
        DONE = "done", pgettext_lazy("disinfection", "done")
        CALLED_OFF = "called_off", _("called off")

    disinfection = models.ForeignKey(
        Disinfection, verbose_name=_("disinfection"), on_delete=models.PROTECT, related_name="steps"
    )
    kind = models.CharField(_("step"), max_length=10, choices=Kind)
    at = models.DateTimeField(_("at"))
    safe_at = models.DateTimeField(_("safe again at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("written down at"), default=timezone.now)

    class Meta:
        verbose_name = _("disinfection step")
        verbose_name_plural = _("disinfection steps")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["disinfection", "kind"], name="disinfecting_step_once"),
            models.UniqueConstraint(
                fields=["disinfection"], condition=Q(kind__in=["done", "called_off"]), name="disinfecting_ends_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="done", safe_at__gt=F("at")) | ~Q(kind="done") & Q(safe_at=None),
                name="disinfecting_done_says_safe",
            ),
            models.CheckConstraint(
                condition=~Q(kind="called_off") | ~Q(reason=""), name="disinfecting_called_off_says_why"
            ),
        ]
        indexes = [models.Index(fields=["kind", "at"], name="disinfecting_step_at")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"


class BelongingsAskedQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.kept_by(user)

    def kept_by(self, user):
        return self.filter(disinfection__compound__in=user.access.steward)


class BelongingsAsked(models.Model):
    """Which home it was and what it said must not be sprayed. Apart, so that it can be forgotten and the log stays."""

    disinfection = models.OneToOneField(
        Disinfection, verbose_name=_("disinfection"), on_delete=models.PROTECT, related_name="belongings"
    )
    door = models.ForeignKey(Door, verbose_name=_("door"), on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("sensitive belongings"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = BelongingsAskedQuerySet.as_manager()

    class Meta:
        verbose_name = _("belongings asked about")
        verbose_name_plural = _("belongings asked about")
        ordering = ["-at"]

    def __str__(self):
        return str(self.disinfection_id)
