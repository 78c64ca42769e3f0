"""A fund's books. An entry is only appended; what was wrong is taken back by an entry that points at it, once.

A fund's money lies in two purses: in cash, and where transfers go. Each has its balance beside the entries it is the
sum of, so that the database itself refuses to go below zero. Whoever writes holds the fund's row.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Compound

NOTHING = Decimal("0.00")


class Amount(models.DecimalField):
    """Yuan and cents."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 12, "decimal_places": 2} | kwargs)


def by_somebody(name: str = "+", **kwargs) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name=name, **kwargs)


class FundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Its totals: everybody with a role in the compound."""
        return self.filter(compound__in=user.access.compounds)

    def read_by(self, user):
        """Its books, line by line: stewards, and the building leads who were given the duty to approve."""
        access = user.access
        mine = Duty.objects.filter(user=user, ended_at=None).values("fund")
        return self.filter(Q(compound__in=access.steward) | Q(pk__in=mine, compound__in=access.lead_compounds))

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class Fund(models.Model):
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="funds")
    name = models.CharField(_("name"), max_length=60)
    purpose = models.CharField(_("what it is for"), max_length=200)
    surplus_rule = models.CharField(_("what becomes of money left over"), max_length=200)
    balance = Amount(default=NOTHING, editable=False)
    last_number = models.PositiveIntegerField(default=0, editable=False)
    last_gift = models.PositiveIntegerField(default=0, editable=False)
    public_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    opened_by = by_somebody()
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="fund_once_per_compound"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="fund_never_below_zero"),
            models.CheckConstraint(condition=Q(closed_at=None) | Q(balance=0), name="fund_closed_empty"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("money:fund", args=[self.pk])


class OfFundQuerySet(models.QuerySet):
    """Rows of a fund: read by who reads its books, kept by stewards."""

    def visible_to(self, user):
        return self.filter(fund__in=Fund.objects.read_by(user))

    def kept_by(self, user):
        return self.filter(fund__compound__in=user.access.steward)


class Duty(models.Model):
    """A building lead may approve expenses of this fund, and therefore reads its books."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="duties")
    user = by_somebody()
    given_by = by_somebody()
    given_at = models.DateTimeField(default=timezone.now)
    ended_by = by_somebody(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("duty to approve")
        verbose_name_plural = _("duties to approve")
        ordering = ["fund", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "user"], condition=Q(ended_at=None), name="duty_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="duty_ended_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.fund}: {self.user}"


class Purse(models.Model):
    class Kind(models.TextChoices):
        CASH = "cash", _("cash box")
        ACCOUNT = "account", _("transfers")

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="purses")
    kind = models.CharField(max_length=10, choices=Kind)
    keeper = by_somebody()
    balance = Amount(default=NOTHING)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = _("purse")
        verbose_name_plural = _("purses")
        ordering = ["fund", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "kind"], name="purse_once_a_kind"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="purse_never_below_zero"),
        ]

    def __str__(self):
        return str(self.get_kind_display())

    @property
    def is_cash(self) -> bool:
        return self.kind == self.Kind.CASH


class PurseCount(models.Model):
    """What two people found in a purse, beside what the books say. Also how a purse changes hands."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="counts")
    purse = models.ForeignKey(Purse, on_delete=models.PROTECT, related_name="counts")
    booked = Amount()
    counted = Amount()
    after_number = models.PositiveIntegerField(help_text=_("The newest entry at that moment."))
    by = by_somebody()
    witness = by_somebody()
    handed_to = by_somebody(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of a purse")
        verbose_name_plural = _("counts of purses")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("witness")), name="purse_counted_by_two"),
            models.CheckConstraint(condition=Q(counted__gte=0, booked__gte=0), name="purse_count_not_negative"),
        ]

    def __str__(self):
        return f"{self.purse}: {self.counted}"

    @property
    def difference(self) -> Decimal:
        return self.counted - self.booked


class EntryQuerySet(OfFundQuerySet):
    def standing(self):
        """Without what was taken back, and without what took it back."""
        return self.filter(reverses=None, reversed=None)

    def with_words(self):
        return self.select_related(
            "source", "target", "gift__batch__item", "expense", "by", "witness", "reverses", "reversed"
        )


class Entry(models.Model):
    """Money came in, went out, or from one purse to the other. Appended, never changed."""

    class Kind(models.TextChoices):
        GIFT = "gift", pgettext_lazy("money", "given")
        SPENT = "spent", _("spent")
        RETURNED = "returned", pgettext_lazy("money", "given back")
        MOVED = "moved", _("paid in or drawn")
        FOUND = "found", _("counted more")
        MISSING = "missing", _("counted less")
        HANDED_OVER = "handed_over", pgettext_lazy("money", "handed over")
        REVERSAL = "reversal", pgettext_lazy("ledger", "taken back")

    INCOMING = (Kind.GIFT, Kind.FOUND)
    OUTGOING = (Kind.SPENT, Kind.RETURNED, Kind.MISSING, Kind.HANDED_OVER)
    TO_HANDS = (Kind.GIFT, Kind.RETURNED, Kind.HANDED_OVER)  # in cash, somebody else looks on

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    amount = Amount()
    source = models.ForeignKey(Purse, on_delete=models.PROTECT, related_name="entries_out", null=True, blank=True)
    target = models.ForeignKey(Purse, on_delete=models.PROTECT, related_name="entries_in", null=True, blank=True)
    balance_after = Amount()
    is_cash = models.BooleanField(default=False)
    gift = models.ForeignKey("money.Gift", on_delete=models.PROTECT, related_name="entries", null=True, blank=True)
    expense = models.OneToOneField(
        "money.Expense", on_delete=models.PROTECT, related_name="entry", null=True, blank=True
    )
    count = models.OneToOneField(PurseCount, on_delete=models.PROTECT, related_name="entry", null=True, blank=True)
    share = models.OneToOneField("money.Share", on_delete=models.PROTECT, related_name="entry", null=True, blank=True)
    closing = models.ForeignKey(
        "money.Closing", on_delete=models.PROTECT, related_name="entries", null=True, blank=True
    )
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, related_name="reversed", null=True, blank=True)
    on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    by = by_somebody()
    witness = by_somebody(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["fund", "number"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "number"], name="entry_number_once"),
            models.UniqueConstraint(fields=["gift"], condition=Q(kind="gift"), name="entry_gift_comes_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_of_something"),
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="entry_leaves_no_debt"),
            models.CheckConstraint(condition=Q(source=None) | ~Q(source=F("target")), name="entry_goes_elsewhere"),
            models.CheckConstraint(
                condition=Q(kind__in=["gift", "found"], source=None, target__isnull=False)
                | Q(kind__in=["spent", "returned", "missing", "handed_over"], source__isnull=False, target=None)
                | Q(kind="moved", source__isnull=False, target__isnull=False)
                | (Q(kind="reversal") & (Q(source__isnull=False) | Q(target__isnull=False))),
                name="entry_goes_its_way",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses=None)),
                name="entry_reverses_one",
            ),
            models.CheckConstraint(condition=~Q(kind="gift") | Q(gift__isnull=False), name="entry_gift_has_its_giver"),
            models.CheckConstraint(
                condition=~Q(kind="spent") | Q(expense__isnull=False), name="entry_spent_on_an_approved_expense"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["found", "missing", "reversal"]) | ~Q(reason=""), name="entry_says_why"
            ),
            models.CheckConstraint(condition=Q(witness=None) | ~Q(witness=F("by")), name="entry_witness_is_another"),
            models.CheckConstraint(
                condition=~Q(kind__in=["gift", "returned", "handed_over"], is_cash=True, witness=None),
                name="entry_cash_seen_by_two",
            ),
        ]
        indexes = [models.Index(fields=["fund", "at"], name="entry_of_month")]

    def __str__(self):
        return f"{self.number} {self.get_kind_display()} {self.amount}"

    def get_absolute_url(self):
        return reverse("money:entry", args=[self.pk])

    @property
    def change(self) -> Decimal:
        """What it does to the fund's balance."""
        if self.source_id and self.target_id:
            return NOTHING
        return self.amount if self.target_id else -self.amount

    @property
    def words(self) -> str:
        """What it was, as the public page says it: nobody's name."""
        if self.kind == self.Kind.REVERSAL and self.reverses is not None:
            return f"{self.get_kind_display()} · {self.reverses.number}"
        if self.expense is not None:
            return self.expense.title
        if self.gift is not None:
            return self.gift.shown_as
        return str(self.get_kind_display())
