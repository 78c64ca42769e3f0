"""Cases, rules and what was decided about a building's lockdown. All of it is appended; nothing here is typed over.

Which day it is stands nowhere: clock/reckoning.py works it out from these rows. Only `Building.zone` is kept, as a
copy for the other apps that clock/services.py renews.
"""

from __future__ import annotations

import uuid

import uuid6
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Building, Household, Resident
from rounds.models import Round


class Basis(models.TextChoices):
    SAMPLED = "sampled", _("when the sample was taken")
    REPORTED = "reported", _("when the result was reported")
    ORDERED = "ordered", _("when the order came")


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Stewards alone. Officers are given counts, building leads a zone and a day."""
        return self.kept_by(user)

    def kept_by(self, user):
        return self.filter(building__compound__in=user.access.steward)

    def standing(self):
        """As they are after their corrections, without those taken back."""
        return self.filter(corrected_by=None, is_withdrawn=False)


class Case(models.Model):
    """A positive or a close contact: where, when, who told us. A correction is a new row that points at the old one.

    `subject` stays the same through all corrections of one case; being moved out is a correction too.
    """

    class Kind(models.TextChoices):
        POSITIVE = "positive", _("positive")
        CONTACT = "contact", _("close contact")

    class Source(models.TextChoices):
        STREET = "street", _("the sub-district")
        CDC = "cdc", _("a call from the CDC")
        LAB = "lab", _("the laboratory's list")
        RESIDENT = "resident", _("the household itself")
        OTHER = "other", _("somebody else")

    subject = models.UUIDField(default=uuid.uuid4, editable=False)
    building = models.ForeignKey(Building, verbose_name=_("building"), on_delete=models.PROTECT, related_name="cases")
    household = models.ForeignKey(Household, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    resident = models.ForeignKey(Resident, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    source = models.CharField(_("who told us"), max_length=10, choices=Source)
    sampled_at = models.DateTimeField(_("sampled at"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported at"), null=True, blank=True)
    ordered_at = models.DateTimeField(_("order at"), null=True, blank=True)
    moved_out_at = models.DateTimeField(_("moved out at"), null=True, blank=True)
    corrects = models.OneToOneField(
        "self", verbose_name=_("corrects"), on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.CharField(_("why it is corrected"), max_length=200, blank=True)
    is_withdrawn = models.BooleanField(_("taken back"), default=False, help_text=_("It was no case."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sampled_at__isnull=False) | Q(reported_at__isnull=False) | Q(ordered_at__isnull=False),
                name="case_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(moved_out_at=None) | Q(sampled_at=None) | Q(moved_out_at__gte=F("sampled_at")),
                name="case_moved_out_after_its_sample",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None, is_withdrawn=False) | (Q(corrects__isnull=False) & ~Q(correction_reason="")),
                name="case_correction_says_why",
            ),
            models.CheckConstraint(condition=~Q(corrects=F("pk")), name="case_not_correction_of_itself"),
            models.UniqueConstraint(fields=["subject"], condition=Q(corrects=None), name="case_subject_begins_once"),
        ]
        indexes = [models.Index(fields=["building", "subject"], name="case_building_subject")]

    def __str__(self):
        return f"{self.building} · {self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("clock:case", args=[self.pk])


class RuleProfile(models.Model):
    """A rule people speak of: 7+7, three zones. What it says stands in its versions."""

    class Kind(models.TextChoices):
        BUILDING = "building", _("a building's clock")
        RETURN = "return", _("coming home")

    code = models.CharField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.BUILDING)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["code"]

    def __str__(self):
        return self.code


class RuleVersion(models.Model):
    """One wording of a rule. Never changed, used or not: a new wording is a new version."""

    profile = models.ForeignKey(RuleProfile, verbose_name=_("rule"), on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    body = models.JSONField(_("body"), help_text=_("As docs/clock.md explains."))
    note = models.CharField(_("where it comes from"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        ordering = ["profile__code", "number"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "number"], name="rule_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="rule_version_from_one"),
        ]

    def __str__(self):
        return f"{self.profile.code} · {self.number}"


class ClockQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(building__in=Building.objects.visible_to(user))

    def kept_by(self, user):
        return self.filter(building__compound__in=user.access.steward)

    def running(self):
        return self.filter(ended_at=None)


class Clock(models.Model):
    """One lockdown of one building, from its start until the next one is started there."""

    building = models.ForeignKey(Building, verbose_name=_("building"), on_delete=models.PROTECT, related_name="clocks")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    ended_at = models.DateTimeField(
        _("ended at"), null=True, blank=True, help_text=_("When the next clock took its place.")
    )

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("lockdown clock")
        verbose_name_plural = _("lockdown clocks")
        ordering = ["building", "-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["building"], condition=Q(ended_at=None), name="clock_one_a_building"),
        ]

    def __str__(self):
        return str(self.building)

    def get_absolute_url(self):
        return reverse("clock:building", args=[self.building_id])


class ClockEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What was decided names positives; building leads are shown zone and day alone."""
        return self.filter(clock__building__compound__in=user.access.whole_compounds)

    def kept_by(self, user):
        return self.filter(clock__building__compound__in=user.access.steward)


class ClockEvent(models.Model):
    """What was decided about a clock: when it counts (`on`), when it was said (`at`), by whom and why.

    Positives and moves are not here: they are read from the cases. An event is taken back by one that voids it.
    """

    class Kind(models.TextChoices):
        STARTED = "started", pgettext_lazy("clock", "started")
        BASIS = "basis", _("basis chosen")
        PROFILE = "profile", _("rule changed")
        DECIDED = "decided", _("decided about a positive")
        OVERRIDE = "override", _("zone set by decision")
        TICKED = "ticked", _("check ticked")
        RELEASED = "released", pgettext_lazy("clock", "released")
        STOPPED = "stopped", pgettext_lazy("clock", "stopped")
        VOID = "void", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    clock = models.ForeignKey(Clock, verbose_name=_("lockdown clock"), on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    on = models.DateField(_("counts from"))
    version = models.ForeignKey(
        RuleVersion,
        verbose_name=_("version of a rule"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
    )
    subject = models.UUIDField(
        _("case concerned"), null=True, blank=True, help_text=_("The case it starts from or decides on.")
    )
    choice = models.CharField(
        _("choice"), max_length=20, blank=True, help_text=_("A basis, an answer, a zone or a check.")
    )
    until = models.DateField(_("until"), null=True, blank=True)
    voids = models.OneToOneField(
        "self", verbose_name=_("takes back"), on_delete=models.PROTECT, null=True, blank=True, related_name="voided_by"
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = ClockEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock event")
        verbose_name_plural = _("clock events")
        ordering = ["clock", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clock"], condition=Q(kind="started"), name="clock_started_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=["started", "profile"]) | Q(version__isnull=False), name="clock_event_has_a_rule"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["basis", "profile", "decided", "override", "stopped", "void"]) | ~Q(reason=""),
                name="clock_event_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kind="void", voids__isnull=False) | (~Q(kind="void") & Q(voids=None)),
                name="clock_event_voids_when_void",
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=["basis", "decided", "override", "ticked"]) & ~Q(choice=""))
                | (~Q(kind__in=["basis", "decided", "override", "ticked"]) & Q(choice="")),
                name="clock_event_choice_where_one_is",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(kind="override", until__gte=F("on")), name="clock_event_until_after_start"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.on:%Y-%m-%d}"


class HomecomingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.kept_by(user)

    def kept_by(self, user):
        return self.filter(household__door__building__compound__in=user.access.steward)


class Homecoming(models.Model):
    """Somebody recovered comes home: a clock of their own beside the door's. May not be refused; the rule says so."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    resident = models.ForeignKey(Resident, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.ForeignKey(
        RuleVersion, verbose_name=_("version of a rule"), on_delete=models.PROTECT, related_name="homecomings"
    )
    discharged_on = models.DateField(_("released from hospital on"))
    returned_on = models.DateField(_("home since"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = HomecomingQuerySet.as_manager()

    class Meta:
        verbose_name = _("homecoming")
        verbose_name_plural = _("homecomings")
        ordering = ["-returned_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(returned_on__gte=F("discharged_on")), name="homecoming_after_the_discharge"
            ),
            models.UniqueConstraint(fields=["resident", "returned_on"], name="homecoming_once_a_day"),
        ]

    def __str__(self):
        return f"{self.household} · {self.returned_on:%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("clock:homecoming", args=[self.pk])


class HomecomingTick(models.Model):
    """One thing done on somebody's way home, by whom and when."""

    class Check(models.TextChoices):
        CERTIFICATE = "certificate", _("paper release certificate seen")
        WELCOMED = "welcomed", _("let in; the rule was shown to whoever objected")
        MONITORED = "monitored", _("health monitored at home")
        TESTED = "tested", _("single-tube PCR negative")

    homecoming = models.ForeignKey(Homecoming, on_delete=models.PROTECT, related_name="ticks")
    check_name = models.CharField(_("step"), max_length=12, choices=Check)
    note = models.CharField(_("note"), max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("step of a homecoming")
        verbose_name_plural = _("steps of homecomings")
        ordering = ["homecoming", "at"]
        constraints = [
            models.UniqueConstraint(fields=["homecoming", "check_name"], name="homecoming_tick_once"),
        ]

    def __str__(self):
        return str(self.get_check_name_display())


class RoundProposal(models.Model):
    """A draft the clock made for a building and a day. Stays when the draft is discarded, so it is proposed once."""

    building = models.ForeignKey(Building, verbose_name=_("building"), on_delete=models.CASCADE, related_name="+")
    on = models.DateField(_("due on"))
    round = models.ForeignKey(Round, verbose_name=_("round"), on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("round proposed by a clock")
        verbose_name_plural = _("rounds proposed by clocks")
        ordering = ["-on", "building"]
        constraints = [
            models.UniqueConstraint(fields=["building", "on"], name="round_proposed_once_a_day"),
        ]

    def __str__(self):
        return f"{self.building} {self.on:%Y-%m-%d}"
