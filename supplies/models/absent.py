"""What a distribution keeps in the store for a household of which nobody is at home: in hospital, out of town."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Household
from supplies.models.distributions import Line, WaitReason
from supplies.models.ledger import StockMove


class KeptShareQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(line__distribution__round__compound__in=user.access.compounds)

    def kept_by(self, user):
        return self.filter(line__distribution__round__compound__in=user.access.steward)

    def open(self):
        """Lies in the store for them: neither handed over nor let go."""
        handed = Q(handed__isnull=False, handed__countered=None)
        rows = self.filter(allotted__gte=1, let_go_at=None).exclude(handed)
        return rows.exclude(line__distribution__round__state="cancelled")


class KeptShare(models.Model):
    """Nobody walks there, so it is no visit; it takes its part in a shortage like everybody's. Frozen at opening.

    Handed over is a movement out of the store: taken back by its counter-entry, the share is kept again.
    """

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="kept_shares")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="+")
    rooms = models.CharField(_("room"), max_length=80)
    quantity = models.PositiveIntegerField(help_text=_("Due by the rule."))
    allotted = models.PositiveIntegerField(help_text=_("Of it, kept in the store."))
    wait_reason = models.CharField(max_length=10, choices=WaitReason, blank=True, default="")
    keep_until = models.DateField(_("kept until"), null=True, blank=True)
    handed = models.OneToOneField(StockMove, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    let_go_at = models.DateTimeField(_("let go at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reason = models.CharField(_("why"), max_length=200, blank=True)

    objects = KeptShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share kept for who is away")
        verbose_name_plural = _("shares kept for who is away")
        ordering = ["building__position", "building__code", "rooms", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["line", "household"], name="kept_share_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, allotted__lte=F("quantity")), name="kept_share_within_due"
            ),
            models.CheckConstraint(condition=Q(let_go_at=None) | ~Q(reason=""), name="kept_share_let_go_says_why"),
        ]

    def __str__(self):
        return f"{self.building} {self.rooms}: {self.line} {self.allotted}/{self.quantity}"
