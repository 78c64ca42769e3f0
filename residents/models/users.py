"""Who uses the portal, and how far each of them reaches."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from residents.models.places import Building, Compound


@dataclass(frozen=True)
class Access:
    """What one user may reach, read once a request. Compound and building ids; nothing else decides scope."""

    officer: frozenset[int] = field(default_factory=frozenset)
    steward: frozenset[int] = field(default_factory=frozenset)
    lead_compounds: frozenset[int] = field(default_factory=frozenset)
    lead_buildings: frozenset[int] = field(default_factory=frozenset)
    doctor: frozenset[int] = field(default_factory=frozenset)  # opens the doctor desk and nothing else

    @property
    def compounds(self) -> frozenset[int]:
        """Compounds whose pages may be opened at all."""
        return self.officer | self.steward | self.lead_compounds

    @property
    def whole_compounds(self) -> frozenset[int]:
        """Compounds of which every building may be seen."""
        return self.officer | self.steward

    def keeps(self, building: Building) -> bool:
        """Households of this building may be corrected, and are therefore seen with full names."""
        return building.compound_id in self.steward or building.pk in self.lead_buildings


class User(AbstractUser):
    """Anybody with a name in the portal. Volunteers have one too, without a password: their phone is their key."""

    display_name = models.CharField(_("name"), max_length=50, blank=True)

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    def __str__(self):
        return self.display_name or self.username

    @cached_property
    def access(self) -> Access:
        """One statement. A grant that has ended, or a user made inactive, reaches nothing at the next request."""
        if not self.is_active:
            return Access()
        reach: dict[str, set[int]] = {"officer": set(), "steward": set(), "lead": set(), "doctor": set()}
        lead_buildings: set[int] = set()
        rows = RoleGrant.objects.in_force().filter(user=self).values_list("role", "compound_id", "buildings")
        for role, compound_id, building_id in rows:
            if role not in reach:
                continue
            reach[role].add(compound_id)
            if role == RoleGrant.Role.LEAD and building_id:
                lead_buildings.add(building_id)
        return Access(
            officer=frozenset(reach["officer"]),
            steward=frozenset(reach["steward"]),
            lead_compounds=frozenset(reach["lead"]),
            lead_buildings=frozenset(lead_buildings),
            doctor=frozenset(reach["doctor"]),
        )


class RoleGrantQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(Q(until=None) | Q(until__gt=timezone.now()))


class RoleGrant(models.Model):
    class Role(models.TextChoices):
        OFFICER = "officer", _("street officer")
        STEWARD = "steward", _("steward")
        LEAD = "lead", _("building lead")
        DOCTOR = "doctor", _("volunteer doctor")
        VOLUNTEER = "volunteer", _("volunteer")

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    compound = models.ForeignKey(Compound, verbose_name=_("compound"), on_delete=models.CASCADE, related_name="grants")
    buildings = models.ManyToManyField(Building, verbose_name=_("buildings"), blank=True, related_name="+")
    until = models.DateTimeField(_("until"), null=True, blank=True)

    history = HistoricalRecords(m2m_fields=[buildings])
    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "compound"], name="role_once_per_user_and_compound"),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()}, {self.compound}"
