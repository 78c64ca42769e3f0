"""Who walks which part of a round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Volunteer
from rounds.models.rounds import Round

if TYPE_CHECKING:
    from rounds.models.visits import Visit


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(round__in=Round.objects.visible_to(user))

    def stale(self, now):
        """Claimed, not given back, and not heard from for the length of a lease."""
        return self.active().filter(leased_until__lt=now)

    def kept_by(self, user):
        return self.filter(round__compound__in=user.access.steward)

    def active(self):
        """Held by somebody who still serves."""
        return self.filter(released_at=None, volunteer__ended_at=None)

    def over_visit(self):
        """For a subquery of visits: the assignments that hold the outer visit."""
        outer = models.OuterRef
        return self.active().filter(
            Q(entrance="") | Q(entrance=outer("entrance")),
            Q(floor_from=None) | Q(floor_from__lte=outer("floor")),
            Q(floor_to=None) | Q(floor_to__gte=outer("floor")),
            round=outer("round"),
            building=outer("building"),
        )


class Assignment(models.Model):
    """A volunteer's part of a round: a building, or one entrance of it, or some floors.

    Given by a steward without end, or claimed by the volunteer under a lease. A lease that has run out still
    holds its doors, until somebody else takes them.
    """

    round = models.ForeignKey(Round, verbose_name=_("round"), on_delete=models.CASCADE, related_name="assignments")
    volunteer = models.ForeignKey(
        Volunteer, verbose_name=_("volunteer"), on_delete=models.PROTECT, related_name="assignments"
    )
    building = models.ForeignKey(Building, verbose_name=_("building"), on_delete=models.PROTECT, related_name="+")
    entrance = models.CharField(_("entrance"), max_length=10, blank=True, help_text=_("Empty: all entrances."))
    floor_from = models.SmallIntegerField(_("from floor"), null=True, blank=True)
    floor_to = models.SmallIntegerField(_("to floor"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    released_at = models.DateTimeField(_("given back at"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("given back by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    release_reason = models.CharField(_("why given back"), max_length=200, blank=True)
    leased_until = models.DateTimeField(
        _("leased until"),
        null=True,
        blank=True,
        help_text=_("Taken by the volunteer until then, unless heard from. Empty: given out."),
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["round", "building", "entrance", "-floor_to", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(floor_from=None) | Q(floor_to=None) | Q(floor_from__lte=F("floor_to")),
                name="assignment_floors_in_order",
            ),
            models.CheckConstraint(
                condition=Q(leased_until=None) | Q(floor_from__isnull=False, floor_to__isnull=False),
                name="assignment_lease_has_floors",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(released_at__isnull=False),
                name="assignment_released_by_somebody",
            ),
            # Overlaps are refused under the round's lock; this holds even where somebody forgets to take it.
            models.UniqueConstraint(
                fields=["round", "building", "entrance", "floor_from", "floor_to"],
                condition=Q(released_at=None, leased_until__isnull=False),
                name="assignment_segment_claimed_once",
            ),
        ]
        indexes = [models.Index(fields=["round", "building"], name="assignment_round_building")]

    def __str__(self):
        return f"{self.volunteer}: {self.building} {self.floors}".strip()

    @property
    def part(self) -> str:
        """`1号楼 2单元 6–10F`, as short as it can be."""
        entrance = _("entrance %(name)s") % {"name": self.entrance} if self.entrance else ""
        return " ".join(str(word) for word in (self.building, entrance, self.floors) if word)

    @property
    def is_stale(self) -> bool:
        return self.leased_until is not None and self.leased_until < timezone.now()

    @property
    def floors(self) -> str:
        if self.floor_from is None and self.floor_to is None:
            return ""
        low = "" if self.floor_from is None else self.floor_from
        high = "" if self.floor_to is None else self.floor_to
        return f"{low}F" if low == high else f"{low}–{high}F"

    def overlaps(self, other: Assignment) -> bool:
        """Shares a floor with the other part of the same round."""
        return (
            self.building_id == other.building_id
            and (self.entrance == "" or other.entrance in {"", self.entrance})
            and (self.floor_from is None or other.floor_to is None or self.floor_from <= other.floor_to)
            and (self.floor_to is None or other.floor_from is None or other.floor_from <= self.floor_to)
        )

    def holds(self, visit: Visit) -> bool:
        """The same question as `over_visit`, for rows already at hand."""
        return (
            self.building_id == visit.building_id
            and self.entrance in {"", visit.entrance}
            and (self.floor_from is None or self.floor_from <= visit.floor)
            and (self.floor_to is None or visit.floor <= self.floor_to)
        )
