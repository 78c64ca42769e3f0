"""A pledge drive: a list of parts, each promised by neighbours, collected without meeting, made into one thing.

That a drive is full is worked out from its parts. How much of a part is promised is kept on the part, so that the
database refuses a gram too much.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Building, Compound, Household, Volunteer

MOST_OF_A_PART = 100_000  # grams of flour for a whole compound


class DriveQuerySet(models.QuerySet):
    def visible_to(self, user):
        access = user.access
        of_all = Q(building=None, compound__in=access.lead_compounds)
        mine = Q(building__in=access.lead_buildings)
        return self.filter(Q(compound__in=access.whole_compounds) | of_all | mine)

    def kept_by(self, user):
        """A building's drive is its lead's too; one of the whole compound is the stewards'."""
        access = user.access
        return self.filter(Q(compound__in=access.steward) | Q(building__in=access.lead_buildings))

    def open_to(self, household: Household):
        building = household.door.building
        rows = self.filter(compound=building.compound_id, state=Drive.State.OPEN, pledge_until__gt=timezone.now())
        return rows.filter(Q(building=None) | Q(building=building))

    def with_missing(self):
        lacking = Part.objects.filter(drive=OuterRef("pk"), pledged__lt=F("quantity"))
        return self.annotate(has_missing=Exists(lacking), has_parts=Exists(Part.objects.filter(drive=OuterRef("pk"))))


class Drive(models.Model):
    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("sharing", "open")
        COLLECTING = "collecting", _("being collected")
        MADE = "made", _("made")
        HANDED_OVER = "handed_over", _("handed over")
        CANCELLED = "cancelled", pgettext_lazy("sharing", "cancelled")

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="drives")
    building = models.ForeignKey(
        Building,
        verbose_name=_("building"),
        on_delete=models.PROTECT,
        related_name="drives",
        null=True,
        blank=True,
        help_text=_("Empty: the whole compound may give a part."),
    )
    title = models.CharField(_("what it becomes"), max_length=60)
    goes_to = models.CharField(
        _("who gets it"), max_length=100, help_text=_("Without names: all the children of the house.")
    )
    kitchen = models.ForeignKey(
        Household,
        verbose_name=_("kitchen"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    pledge_until = models.DateTimeField(_("promise until"))
    collect_at = models.DateTimeField(_("collected from"))
    where = models.CharField(_("where parts are put"), max_length=60)
    runner = models.ForeignKey(
        Volunteer,
        verbose_name=_("who collects"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN, editable=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    result_count = models.PositiveIntegerField(_("portions made"), null=True, blank=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField(_("begun at"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)

    objects = DriveQuerySet.as_manager()

    has_missing: bool  # annotated by `with_missing`
    has_parts: bool

    class Meta:
        verbose_name = _("pledge drive")
        verbose_name_plural = _("pledge drives")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(collect_at__gte=F("pledge_until")), name="drive_collects_after_promises"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["handed_over", "cancelled"], ended_at__isnull=False)
                | (~Q(state__in=["handed_over", "cancelled"]) & Q(ended_at=None)),
                name="drive_ended_has_time",
            ),
            models.CheckConstraint(condition=~Q(state="cancelled") | ~Q(reason=""), name="drive_cancelled_says_why"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("sharing:drive", args=[self.pk])

    @property
    def is_full(self) -> bool:
        """Everything is promised. Of a row read `with_missing`."""
        return self.has_parts and not self.has_missing

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.HANDED_OVER, self.State.CANCELLED}


class PartQuerySet(models.QuerySet):
    def kept_by(self, user):
        return self.filter(drive__in=Drive.objects.kept_by(user))

    def visible_to(self, user):
        return self.filter(drive__in=Drive.objects.visible_to(user))


class Part(models.Model):
    """Butter, 200 g. Several may share it."""

    drive = models.ForeignKey(Drive, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(_("part"), max_length=40)
    quantity = models.PositiveIntegerField(_("how much"))
    unit = models.CharField(_("unit"), max_length=12)
    pledged = models.PositiveIntegerField(default=0, editable=False)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("part of a drive")
        verbose_name_plural = _("parts of drives")
        ordering = ["drive", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["drive", "name"], name="part_once_per_drive"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_OF_A_PART), name="part_of_something"
            ),
            models.CheckConstraint(condition=Q(pledged__lte=F("quantity")), name="part_never_over_pledged"),
        ]

    def __str__(self):
        return f"{self.name} {self.quantity} {self.unit}"

    @property
    def missing(self) -> int:
        return self.quantity - self.pledged


class PledgeQuerySet(models.QuerySet):
    def kept_by(self, user):
        return self.filter(part__drive__in=Drive.objects.kept_by(user))

    def visible_to(self, user):
        """Who gives what: whoever runs the drive, and the lead of the giver's building."""
        access = user.access
        mine = Q(household__door__building__in=access.lead_buildings)
        return self.filter(Q(part__drive__in=Drive.objects.kept_by(user)) | mine)

    def standing(self):
        return self.exclude(state=Pledge.State.TAKEN_BACK)

    def on_the_way(self):
        """As the runner walks: building by building, entrance by entrance, from the top floor down."""
        place = ("household__door__building__position", "household__door__building__code", "household__door__entrance")
        order = (*place, "-household__door__floor", "household__door__position", "household", "part")
        return self.select_related("part", "household__door__building").order_by(*order)


class Pledge(models.Model):
    class State(models.TextChoices):
        PLEDGED = "pledged", _("promised")
        TAKEN_BACK = "taken_back", _("promise taken back")
        COLLECTED = "collected", _("picked up")
        MISSED = "missed", _("was not there")

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="pledges")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="pledges")
    quantity = models.PositiveIntegerField(_("how much"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLEDGED)
    made_at = models.DateTimeField(_("promised at"), default=timezone.now)
    collected_at = models.DateTimeField(_("picked up at"), null=True, blank=True)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "household"], condition=~Q(state="taken_back"), name="pledge_once_a_household"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="pledge_of_something"),
            models.CheckConstraint(
                condition=Q(state="collected", collected_at__isnull=False)
                | (~Q(state="collected") & Q(collected_at=None)),
                name="pledge_collected_has_time",
            ),
        ]

    def __str__(self):
        return f"{self.part.name} {self.quantity} {self.part.unit}"


class Portion(models.Model):
    """Who got of the result: once a household."""

    drive = models.ForeignKey(Drive, on_delete=models.PROTECT, related_name="portions")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="portions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("portion")
        verbose_name_plural = _("portions")
        ordering = ["drive", "pk"]
        constraints = [models.UniqueConstraint(fields=["drive", "household"], name="portion_once_a_household")]

    def __str__(self):
        return f"{self.drive}: {self.household}"
