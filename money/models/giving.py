"""Somebody gave something. A pseudonym stands in the books; the real name only if the giver wishes, encrypted."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from money.models.ledger import NOTHING, Amount, Fund, OfFundQuerySet, by_somebody
from residents.encryption import EncryptedTextField
from supplies.models import Batch


class Gift(models.Model):
    """Money, or goods that lie in the store as a batch."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="gifts")
    number = models.PositiveIntegerField()
    pseudonym = models.CharField(_("shown as"), max_length=30, blank=True)
    giver = EncryptedTextField(blank=True, default="")
    amount = Amount(null=True, blank=True)
    returned = Amount(default=NOTHING)
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="gift", null=True, blank=True)
    received_on = models.DateField(_("received on"))
    wish = models.CharField(_("for what"), max_length=100, blank=True)
    note = models.CharField(_("how it came"), max_length=100, blank=True)
    by = by_somebody()
    at = models.DateTimeField(default=timezone.now)

    # Who was shown as what, and when that was put right; never the real name.
    history = HistoricalRecords(excluded_fields=["giver"])
    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        ordering = ["fund", "number"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "number"], name="gift_number_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, batch=None) | Q(amount=None, batch__isnull=False, returned=0),
                name="gift_of_money_or_goods",
            ),
            models.CheckConstraint(
                condition=Q(returned__gte=0) & (Q(amount=None) | Q(returned__lte=F("amount"))),
                name="gift_not_returned_twice",
            ),
        ]

    def __str__(self):
        return self.shown_as

    def get_absolute_url(self):
        return reverse("money:gift", args=[self.pk])

    @property
    def shown_as(self) -> str:
        return self.pseudonym or gettext("neighbour no. %(number)s") % {"number": self.number}

    @property
    def net(self) -> Decimal:
        return (self.amount or NOTHING) - self.returned
