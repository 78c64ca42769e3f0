"""What stands there: compounds, buildings, doors."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class CompoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(pk__in=user.access.compounds)

    def kept_by(self, user):
        """Compounds the user is a steward of: may change, not only look."""
        return self.filter(pk__in=user.access.steward)


class Compound(models.Model):
    name = models.CharField(_("name"), max_length=80)
    town = models.CharField(_("sub-district"), max_length=80, blank=True)
    gap_list_at = models.TimeField(
        _("evening gap list at"), default="20:30", help_text=_("When the stewards get the list of missing doors.")
    )

    requires_training = models.BooleanField(
        _("only trained volunteers"), default=False, help_text=_("Who was not trained is given no doors.")
    )

    objects = CompoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("residents:compound", args=[self.pk])


class BuildingQuerySet(models.QuerySet):
    def visible_to(self, user):
        access = user.access
        return self.filter(Q(compound__in=access.whole_compounds) | Q(pk__in=access.lead_buildings))

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)

    def houses(self):
        """Where people live; without the posts of guards and staff."""
        return self.filter(kind=Building.Kind.HOUSE)


class Building(models.Model):
    class Kind(models.TextChoices):
        HOUSE = "house", _("house")
        POST = "post", _("posts of staff and volunteers")

    class Zone(models.TextChoices):
        NONE = "none", _("no area")
        SEALED = "sealed", _("sealed area")
        CONTROLLED = "controlled", _("controlled area")
        PRECAUTION = "precaution", _("precaution area")

    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="buildings"
    )
    name = models.CharField(_("name"), max_length=40, help_text=_("As people say it, for example 12号楼."))
    code = models.CharField(
        _("code"), max_length=20, help_text=_("The bare number or word that rosters are matched by: 12号楼 → 12.")
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.HOUSE, editable=False)
    position = models.PositiveIntegerField(_("order"), default=0)
    entrance_count = models.PositiveSmallIntegerField(_("entrances"), default=1)
    floor_count = models.PositiveSmallIntegerField(_("floors"), default=1)
    doors_per_floor = models.PositiveSmallIntegerField(_("doors a floor"), default=1)
    lift_count = models.PositiveSmallIntegerField(_("lifts"), default=0)
    zone = models.CharField(
        _("zone"),
        max_length=10,
        choices=Zone,
        default=Zone.NONE,
        editable=False,
        help_text=_("A copy of what its lockdown clock says today, renewed after midnight and at every change."),
    )
    zone_until = models.DateField(
        _("zone until"), null=True, blank=True, editable=False, help_text=_("The last day, as estimated. A copy too.")
    )

    # A copy of what is reckoned elsewhere is no history of its own.
    history = HistoricalRecords(excluded_fields=["zone", "zone_until"])
    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "code"], name="building_code_once_per_compound"),
            models.CheckConstraint(
                condition=Q(entrance_count__gte=1, floor_count__gte=1, doors_per_floor__gte=1),
                name="building_has_size",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("residents:building", args=[self.pk])


class DoorQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(building__in=Building.objects.visible_to(user))

    def kept_by(self, user):
        """Doors whose households may be corrected; see Household."""
        access = user.access
        return self.filter(Q(building__compound__in=access.steward) | Q(building__in=access.lead_buildings))

    def top_down(self):
        """The order a volunteer walks: entrance by entrance, from the top floor down."""
        return self.order_by("building__position", "building__code", "entrance", "-floor", "position", "room")


class Door(models.Model):
    building = models.ForeignKey(Building, verbose_name=_("building"), on_delete=models.PROTECT, related_name="doors")
    entrance = models.CharField(_("entrance"), max_length=10, blank=True, help_text=_("Empty when there is only one."))
    floor = models.SmallIntegerField(_("floor"))
    position = models.PositiveSmallIntegerField(_("place on the floor"), default=1)
    room = models.CharField(_("room"), max_length=20, help_text=_("As painted on the door."))
    key = models.CharField(
        _("key"), max_length=20, editable=False, help_text=_("The room as matched: no leading zeros.")
    )
    joined_to = models.ForeignKey(
        "self",
        verbose_name=_("joined to"),
        on_delete=models.PROTECT,
        related_name="joined_doors",
        null=True,
        blank=True,
        help_text=_("Knocked through: whoever lives here is listed behind that door."),
    )

    objects = DoorQuerySet.as_manager()

    class Meta:
        verbose_name = _("door")
        verbose_name_plural = _("doors")
        ordering = ["building", "entrance", "-floor", "position"]
        constraints = [
            models.UniqueConstraint(fields=["building", "entrance", "key"], name="door_once_per_entrance"),
            models.CheckConstraint(condition=~Q(joined_to=F("pk")), name="door_not_joined_to_itself"),
        ]

    def __str__(self):
        return f"{self.building} {self.full_room}"

    @property
    def full_room(self) -> str:
        """The room with its entrance where there is one: `1-301`."""
        return f"{self.entrance}-{self.room}" if self.entrance else self.room
