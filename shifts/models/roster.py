"""Shifts and the places in them. That a shift is full or over is worked out when it is read; how many places are taken
is kept on the shift, so that the database refuses one too many."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Building, Compound, Volunteer

MOST_PLACES = 99
LONGEST = timedelta(hours=12)
LONG = timedelta(hours=4)  # longer than that without food, water and a rest is told on the page


class Task(models.TextChoices):
    """The four classes of work the CDC tells apart. What is worn hangs on it."""

    REMOTE = "remote", _("remote work, data, hotline")
    ORDER = "order", _("keeping order, scanning codes")
    SEALED = "sealed", _("in sealed buildings with contacts")
    CASES = "cases", _("in sealed buildings with cases")

    @classmethod
    def behind_seals(cls) -> frozenset[str]:
        """Work nobody does untrained, whatever the compound asks otherwise."""
        return frozenset({cls.SEALED, cls.CASES})

    @property
    def gear(self) -> str:
        return str(GEAR[self])


GEAR = {
    Task.REMOTE: _("surgical mask"),
    Task.ORDER: _("N95 mask, gloves"),
    Task.SEALED: _("N95 mask, gloves, isolation gown, face shield"),
    Task.CASES: _("N95 mask, two pairs of gloves, coverall, face shield, shoe covers"),
}


def hours(label, default: int, most: int, **more):
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(0), MaxValueValidator(most)], **more
    )


class RulesQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class ShiftRules(models.Model):
    """What a compound lets its volunteers do. Without a row the defaults are in force."""

    compound = models.OneToOneField(Compound, on_delete=models.CASCADE, related_name="shift_rules")
    rest_hours = hours(_("hours of rest between shifts"), 6, 24)
    day_hours = hours(_("hours a day"), 8, 24, help_text=_("Of one volunteer, from midnight to midnight."))
    week_hours = hours(_("hours a week"), 40, 168, help_text=_("From Monday to Sunday."))
    gear_remote = models.CharField(_("worn: remote work"), max_length=100, blank=True)
    gear_order = models.CharField(_("worn: keeping order"), max_length=100, blank=True)
    gear_sealed = models.CharField(_("worn: sealed, contacts"), max_length=100, blank=True)
    gear_cases = models.CharField(_("worn: sealed, cases"), max_length=100, blank=True)

    objects = RulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of shifts")
        verbose_name_plural = _("rules of shifts")
        constraints = [
            models.CheckConstraint(
                condition=Q(rest_hours__lte=24, day_hours__lte=24, week_hours__lte=168),
                name="shift_rules_within_reason",
            ),
        ]

    def __str__(self):
        return str(self.compound)

    def gear_for(self, task: str) -> str:
        return getattr(self, f"gear_{task}") or Task(task).gear


class ShiftQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A lead sees what is for the whole compound and what is in their buildings."""
        access = user.access
        mine = Q(building=None, compound__in=access.lead_compounds) | Q(building__in=access.lead_buildings)
        return self.filter(Q(compound__in=access.whole_compounds) | mine)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)

    def not_over(self, now: datetime | None = None):
        return self.filter(cancelled_at=None, ends_at__gt=now or timezone.now())


class Shift(models.Model):
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="shifts")
    task = models.CharField(_("class of work"), max_length=10, choices=Task, default=Task.ORDER)
    title = models.CharField(_("what is done"), max_length=60)
    building = models.ForeignKey(
        Building, verbose_name=_("building"), on_delete=models.PROTECT, related_name="shifts", null=True, blank=True
    )
    meeting_point = models.CharField(_("where to meet"), max_length=60, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    places = models.PositiveSmallIntegerField(_("places"))
    taken = models.PositiveSmallIntegerField(default=0, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)

    objects = ShiftQuerySet.as_manager()

    # Set by `shifts.reading` for the page it serves.
    inside: list[Place]
    waiting: list[Place]
    gear: str

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="shift_never_over"),
            models.CheckConstraint(
                condition=Q(places__gte=1, places__lte=MOST_PLACES), name="shift_places_within_reason"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_start"),
        ]
        indexes = [models.Index(fields=["compound", "ends_at"], name="shift_by_compound_and_end")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("shifts:shift", args=[self.pk])

    @property
    def free(self) -> int:
        return self.places - self.taken

    @property
    def holes(self) -> range:
        """As many as are free, for drawing them."""
        return range(self.free)

    @property
    def is_long(self) -> bool:
        return self.ends_at - self.starts_at > LONG

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def is_running(self) -> bool:
        return self.cancelled_at is None and self.starts_at <= timezone.now() < self.ends_at

    @property
    def window(self) -> str:
        """`4-10 14:00–18:00`; the day of the end is named where it is another."""
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        day = "" if start.date() == end.date() else f"{end.month}-{end.day} "
        return f"{start.month}-{start.day} {start:%H:%M}–{day}{end:%H:%M}"


class PlaceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(shift__in=Shift.objects.visible_to(user))

    def kept_by(self, user):
        return self.filter(shift__compound__in=user.access.steward)

    def standing(self):
        return self.filter(state__in=[Place.State.HELD, Place.State.WAITING])

    def held(self):
        return self.filter(state=Place.State.HELD)

    def worked(self):
        """Held in a shift that was not called off, and not missed."""
        return self.held().filter(shift__cancelled_at=None).exclude(presence=Place.Presence.ABSENT)


class Place(models.Model):
    """A volunteer in a shift, or waiting for a place in it. Who comes back later gets a new row, and a later turn."""

    class State(models.TextChoices):
        HELD = "held", pgettext_lazy("shifts", "has a place")
        WAITING = "waiting", pgettext_lazy("shifts", "waits for a place")
        LEFT = "left", _("cannot come")
        FREED = "freed", _("taken out")

    class Presence(models.TextChoices):
        UNKNOWN = "", "—"
        CAME = "came", _("came")
        ABSENT = "absent", _("did not come")

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="all_places")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="shift_places")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    presence = models.CharField(_("came"), max_length=10, choices=Presence, blank=True, default="")
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    despite = models.CharField(
        _("over a limit, because"),
        max_length=200,
        blank=True,
        help_text=_("Why a limit was passed."),
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in a shift")
        verbose_name_plural = _("places in shifts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "volunteer"],
                condition=Q(state__in=["held", "waiting"]),
                name="shift_taken_once_a_volunteer",
            ),
            models.CheckConstraint(condition=Q(presence="") | Q(state="held"), name="shift_came_who_has_a_place"),
        ]
        indexes = [models.Index(fields=["volunteer", "state"], name="shift_place_by_volunteer")]

    def __str__(self):
        return f"{self.shift}: {self.volunteer}"
