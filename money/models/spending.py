"""Money that is to go out: asked for by one person with its receipt, approved by another."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from money.models.giving import Gift
from money.models.ledger import Amount, Fund, OfFundQuerySet, Purse, by_somebody
from supplies.models import Batch, Item


class ExpenseQuerySet(OfFundQuerySet):
    def waiting(self):
        return self.filter(decision="")


class Expense(models.Model):
    """Bought, or to be given back to who gave it. Decided once, never by who spent or entered it."""

    class Decision(models.TextChoices):
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("of an expense", "withdrawn")

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="expenses")
    purse = models.ForeignKey(Purse, on_delete=models.PROTECT, related_name="expenses")
    title = models.CharField(_("what for"), max_length=80)
    amount = Amount()
    spent_on = models.DateField(_("spent on"))
    spender = by_somebody()
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="returns", null=True, blank=True)
    no_receipt_why = models.CharField(_("why there is no receipt"), max_length=200, blank=True)
    made_by = by_somebody()
    made_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default="")
    decided_by = by_somebody(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        verbose_name = _("expense")
        verbose_name_plural = _("expenses")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="expense_of_something"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="expense_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved") | (~Q(decided_by=F("spender")) & ~Q(decided_by=F("made_by"))),
                name="expense_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(decision="declined") | ~Q(decision_note=""), name="expense_declined_with_why"
            ),
        ]
        indexes = [models.Index(fields=["fund", "decision"], name="expense_waiting")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("money:expense", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        return self.decision == ""


class ExpenseLine(models.Model):
    """What one line of the receipt says; a thing of the store is tied to its item, and to the batch that arrived."""

    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="lines")
    what = models.CharField(_("what was bought"), max_length=60)
    quantity = models.PositiveIntegerField(_("how many"), default=1)
    amount = Amount()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="expense_lines", null=True, blank=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="expense_lines", null=True, blank=True)

    class Meta:
        verbose_name = _("line of an expense")
        verbose_name_plural = _("lines of expenses")
        ordering = ["expense", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0, quantity__gte=1), name="expense_line_of_something"),
            models.CheckConstraint(condition=Q(batch=None) | Q(item__isnull=False), name="expense_line_batch_of_item"),
        ]

    def __str__(self):
        return self.what


class ReceiptQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(expense__fund__in=Fund.objects.read_by(user))


class Receipt(models.Model):
    """A photo, drawn anew as JPEG, or a PDF. It lies encrypted beside the books: in no folder, and in their backup."""

    class Kind(models.TextChoices):
        JPEG = "image/jpeg", _("photo")
        PDF = "application/pdf", "PDF"

    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=20, choices=Kind)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text=_("Of the file as it came: a receipt is not used twice."))
    content = models.BinaryField()
    by = by_somebody()
    at = models.DateTimeField(default=timezone.now)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["expense", "pk"]
        constraints = [models.UniqueConstraint(fields=["expense", "digest"], name="receipt_once_an_expense")]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.size}"
