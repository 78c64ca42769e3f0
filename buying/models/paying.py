"""Money of one order of one compound. The portal moves none: it writes down what people did outside of it.

What a household owes for goods is never written: it follows from its parcels (`buying.settling`). Written is what
nobody can reckon: who paid how, what was credited and why, what the supplier asks, what all of them share.
"""

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
    """Only appended; a mistake is taken back by an entry that `reverses` it."""

    class Kind(models.TextChoices):
        PAID = "paid", pgettext_lazy("group buy", "paid")
        REFUNDED = "refunded", pgettext_lazy("group buy", "paid back")
        CREDIT = "credit", pgettext_lazy("group buy", "credited")
        TO_SUPPLIER = "to_supplier", pgettext_lazy("group buy", "paid to the supplier")
        FROM_SUPPLIER = "from_supplier", pgettext_lazy("group buy", "paid back by the supplier")
        COVERED = "covered", pgettext_lazy("group buy", "put in by somebody")
        PASSED_ON = "passed_on", pgettext_lazy("group buy", "left over and passed on")

    OF_A_HOUSEHOLD = frozenset({Kind.PAID, Kind.REFUNDED, Kind.CREDIT})
    SAY_WHY = frozenset({Kind.CREDIT, Kind.COVERED, Kind.PASSED_ON})

    class Way(models.TextChoices):
        """Outside of the portal, all of them."""

        WECHAT = "wechat", _("WeChat")
        ALIPAY = "alipay", _("Alipay")
        CASH = "cash", _("cash")
        BANK = "bank", _("bank transfer")
        OTHER = "other", pgettext_lazy("payment", "another way")

    order = models.ForeignKey(GroupOrder, on_delete=models.PROTECT, related_name="money")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="buying_money", null=True, blank=True
    )
    kind = models.CharField(max_length=13, choices=Kind)
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
            models.CheckConstraint(condition=Q(amount__gt=0), name="buying_money_of_something"),
            models.CheckConstraint(
                condition=Q(kind__in=["paid", "refunded", "credit"], household__isnull=False)
                | Q(kind__in=["to_supplier", "from_supplier", "covered", "passed_on"], household=None),
                name="buying_money_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(kind="credit", way="") | (~Q(kind="credit") & ~Q(way="")),
                name="buying_money_moves_some_way",
            ),
            models.CheckConstraint(
                condition=(Q(reverses=None) & ~Q(kind__in=["credit", "covered", "passed_on"])) | ~Q(note=""),
                name="buying_money_says_why",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount}"


class Charge(models.Model):
    """Beside the goods, and shared by all who got something: the van, or a discount (below zero)."""

    order = models.ForeignKey(GroupOrder, on_delete=models.PROTECT, related_name="charges")
    name = models.CharField(_("for what"), max_length=60)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    is_equal = models.BooleanField(_("the same for each household"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("charge shared by all")
        verbose_name_plural = _("charges shared by all")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="buying_charge_of_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="buying_charge_withdrawn_by_somebody",
            ),
        ]

    def __str__(self):
        return self.name


class Bill(models.Model):
    """What the supplier asks in the end. Told anew, the newest counts."""

    order = models.ForeignKey(GroupOrder, on_delete=models.PROTECT, related_name="bills")
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2)
    note = models.CharField(_("remark"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("supplier's bill")
        verbose_name_plural = _("suppliers' bills")
        ordering = ["order", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="buying_bill_believable")]

    def __str__(self):
        return f"{self.amount}"


class Settlement(models.Model):
    """The books closed at zero. From then on nothing of this order's goods or money changes."""

    order = models.OneToOneField(GroupOrder, on_delete=models.PROTECT, related_name="settlement")
    due = models.DecimalField(max_digits=12, decimal_places=2)
    bill = models.DecimalField(max_digits=12, decimal_places=2)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["order"]

    def __str__(self):
        return f"{self.order} {self.due}"
