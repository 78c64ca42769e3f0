"""Volunteers, their phones and how a phone becomes theirs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from residents.models.places import Building, Compound
from residents.models.users import User


class VolunteerQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.whole_compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)

    def active(self):
        return self.filter(ended_at=None)


class Skill(models.TextChoices):
    """What a squad asks for on bad evenings."""

    DOCTOR = "doctor", _("doctor")
    NURSE = "nurse", _("nurse")
    DRIVER = "driver", _("driver")
    SPREADSHEETS = "spreadsheets", _("spreadsheets")
    DIALECT = "dialect", _("speaks the dialect")
    STRONG_ARMS = "strong_arms", _("strong arms")


class Volunteer(models.Model):
    user = models.OneToOneField(User, verbose_name=_("user"), on_delete=models.PROTECT, related_name="volunteer")
    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="volunteers"
    )
    name = models.CharField(_("name"), max_length=50)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    skills = models.JSONField(_("skills"), default=list, blank=True, help_text=_("Codes, in the order of the choices."))
    usual_buildings = models.ManyToManyField(
        Building, verbose_name=_("usual buildings"), related_name="usual_volunteers", blank=True
    )
    trained_on = models.DateField(_("trained on"), null=True, blank=True)

    history = HistoricalRecords()
    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def skill_labels(self) -> list[str]:
        return [str(skill.label) for skill in Skill if skill in self.skills]

    def get_absolute_url(self):
        return reverse("residents:volunteer", args=[self.pk])


class Device(models.Model):
    """A phone bound to one volunteer. Its id and secret were made on the phone; only the secret's hash is here."""

    id = models.UUIDField(primary_key=True, editable=False)
    volunteer = models.ForeignKey(
        Volunteer, verbose_name=_("volunteer"), on_delete=models.PROTECT, related_name="devices"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    label = models.CharField(pgettext_lazy("device", "phone"), max_length=80, blank=True)
    bound_at = models.DateTimeField(_("bound at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last heard from"), null=True, blank=True)
    last_seq = models.PositiveBigIntegerField(_("last mark number seen"), default=0)
    queued_count = models.PositiveIntegerField(_("unsent, as the phone told"), default=0)

    class Meta:
        verbose_name = pgettext_lazy("device", "phone")
        verbose_name_plural = _("phones")
        ordering = ["-bound_at"]

    def __str__(self):
        return self.label or str(self.id)[:8]


class Invite(models.Model):
    """One use, one volunteer. The code itself is shown once and stored only as a hash."""

    volunteer = models.ForeignKey(
        Volunteer, verbose_name=_("volunteer"), on_delete=models.CASCADE, related_name="invites"
    )
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    device = models.OneToOneField(
        Device,
        verbose_name=pgettext_lazy("device", "phone"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invite",
    )

    class Meta:
        verbose_name = _("invite")
        verbose_name_plural = _("invites")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at=None, device=None) | Q(used_at__isnull=False, device__isnull=False),
                name="invite_used_with_a_device",
            ),
        ]

    def __str__(self):
        return f"{self.volunteer}, {self.created_at:%Y-%m-%d %H:%M}"
