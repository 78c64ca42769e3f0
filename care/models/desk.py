"""The care desk of a compound: it is there once a steward opens it, so that no request waits where nobody looks."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.models import Compound


class CareDeskQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class CareDesk(models.Model):
    compound = models.OneToOneField(Compound, on_delete=models.CASCADE, related_name="care_desk")
    stale_hours = models.PositiveSmallIntegerField(
        _("ring after hours"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(72)],
        help_text=_("A need that nobody has touched for so long rings the stewards; an urgent one after half an hour."),
    )
    claim_hours = models.PositiveSmallIntegerField(
        _("a need is taken for, in hours"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(48)],
        help_text=_("Then it is free for others again, unless something was told of it."),
    )
    call_minutes = models.PositiveSmallIntegerField(
        _("a call is taken for, in minutes"),
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
    )
    doorbell = models.CharField(
        _("telephone of the desk"), max_length=40, blank=True, help_text=_("Stands on each household's page.")
    )

    objects = CareDeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("care desk")
        verbose_name_plural = _("care desks")
        constraints = [
            models.CheckConstraint(
                condition=Q(stale_hours__gte=1, claim_hours__gte=1, call_minutes__gte=1),
                name="care_desk_within_reason",
            ),
        ]

    def __str__(self):
        return str(self.compound)
