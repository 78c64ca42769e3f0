"""Money of one household in one order. The portal moves none: it writes down what people did outside of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from buying.models.orders import GroupOrder
from residents.models import Household


class MoneyEntry(models.Model):
    """Only appended; a mistake is taken back by its opposite. What a household owes is the sum of its entries.

    Owed is plus; credits and what was paid are minus; what was paid back is plus again.
    """

    class Kind(models.TextChoices):
        OWED = "owed", pgettext_lazy("group buy", "owed")
        CREDIT = "credit", pgettext_lazy("group buy", "less owed")
        PAID = "paid", pgettext_lazy("group buy", "paid")
        REFUNDED = "refunded", pgettext_lazy("group buy", "paid back")

    class Way(models.TextChoices):
        WECHAT = "wechat", _("WeChat")
        ALIPAY = "alipay", _("Alipay")
        CASH = "cash", _("cash")
        OTHER = "other", pgettext_lazy("payment", "another way")

    order = models.ForeignKey(GroupOrder, on_delete=models.PROTECT, related_name="money")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="buying_money")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    way = models.CharField(max_length=6, choices=Way, blank=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, related_name="reversed_by", null=True, blank=True)
    key = models.UUIDField(null=True, blank=True, unique=True, help_text=_("The press that made it; twice is once."))
    note = models.CharField(_("remark"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("money entry")
        verbose_name_plural = _("money entries")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="buying_money_of_something"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=False)
                | Q(kind__in=["owed", "refunded"], amount__gt=0)
                | Q(kind__in=["credit", "paid"], amount__lt=0),
                name="buying_money_sign_of_its_kind",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount}"
