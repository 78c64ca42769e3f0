"""What came of it: trips of the lorry, lots of each thing, who gets how much of them and why, and on which round.

A lot is one thing that came with one trip at one price: what was ordered, or what came instead of it. Quantities are
pieces, or grams of what is sold by weight.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from buying.models.lines import OrderLine
from buying.models.orders import MOST, GroupOrder, Item
from rounds.models import Round, Visit


class Arrival(models.Model):
    """One trip: an order may come in several. Counted wrongly, it is taken back as long as nothing of it was shared."""

    order = models.ForeignKey(GroupOrder, on_delete=models.PROTECT, related_name="arrivals")
    number = models.PositiveSmallIntegerField()
    gate = models.CharField(_("gate"), max_length=40, blank=True)
    note = models.CharField(_("remark"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    taken_back_why = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        ordering = ["order", "number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="buying_arrival_number_once"),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None, taken_back_why="")
                | (Q(taken_back_at__isnull=False, taken_back_by__isnull=False) & ~Q(taken_back_why="")),
                name="buying_arrival_taken_back_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.order} {self.number}"


class ArrivalCount(models.Model):
    """One lot: how much came fit to hand out, and what was wrong with the rest. `shared` is kept under its lock."""

    class Outcome(models.TextChoices):
        FULL = "full", pgettext_lazy("arrival", "all there")
        SHORT = "short", pgettext_lazy("arrival", "too few")
        WRONG = "wrong", pgettext_lazy("arrival", "the wrong thing")
        SPOILED = "spoiled", pgettext_lazy("arrival", "spoiled")
        SUBSTITUTED = "substituted", pgettext_lazy("arrival", "another thing instead")

    arrival = models.ForeignKey(Arrival, on_delete=models.CASCADE, related_name="counts")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="arrival_counts")
    outcome = models.CharField(max_length=12, choices=Outcome)
    quantity = models.PositiveIntegerField(help_text=_("Fit to hand out, in pieces or grams."))
    unfit = models.PositiveIntegerField(default=0, help_text=_("Wrong or spoiled, set aside, in pieces or grams."))
    pieces = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("When it was ordered by weight and came by the piece: how many.")
    )
    instead = models.CharField(_("what came instead"), max_length=60, blank=True)
    price = models.DecimalField(_("price of what came"), max_digits=9, decimal_places=2, null=True, blank=True)
    shared = models.PositiveIntegerField(default=0, editable=False, help_text=_("Given out of it, to whomever."))

    class Meta:
        verbose_name = _("count of a thing at arrival")
        verbose_name_plural = _("counts of things at arrival")
        ordering = ["arrival", "item", "instead"]
        constraints = [
            models.UniqueConstraint(fields=["arrival", "item", "instead"], name="arrival_count_once"),
            models.CheckConstraint(condition=Q(quantity__lte=MOST, unfit__lte=MOST), name="arrival_count_believable"),
            models.CheckConstraint(condition=Q(shared__lte=F("quantity")), name="arrival_count_never_overshared"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="arrival_price_believable"),
        ]

    def __str__(self):
        return f"{self.name}: {self.get_outcome_display()}"

    @property
    def name(self) -> str:
        """What lies there, which may be another thing than was ordered."""
        return self.instead or self.item.name

    @property
    def left(self) -> int:
        return self.quantity - self.shared

    @property
    def asked(self) -> Decimal:
        """The price of what came; nobody pays more than they agreed to (`buying.settling`)."""
        return self.item.price if self.price is None else self.price


class Sharing(models.Model):
    """One sharing-out of one thing: by which rule, of how much. A later one shares what had not gone out yet."""

    class Rule(models.TextChoices):
        FIRST = "first", _("who ordered first comes first")
        EVEN = "even", _("everybody the same part")
        SMALL = "small", _("small households first")
        ELDERS = "elders", _("households with people of 60 and over first")
        LOT = "lot", _("by lot")
        HAND = "hand", _("by hand, with the reason")

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="sharings")
    number = models.PositiveSmallIntegerField()
    rule = models.CharField(_("who goes first"), max_length=10, choices=Rule)
    seed = models.CharField(max_length=32, blank=True)
    reason = models.CharField(_("why these wait"), max_length=200, blank=True)
    available = models.PositiveIntegerField(help_text=_("Pieces or grams there were to share."))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sharing-out")
        verbose_name_plural = _("sharings-out")
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="sharing_number_once"),
            models.CheckConstraint(condition=~Q(rule="hand") | ~Q(reason=""), name="sharing_hand_says_why"),
        ]

    def __str__(self):
        return f"{self.item}: {self.get_rule_display()}"


class Share(models.Model):
    """What one household gets by it, and why less than it still waits for."""

    class Why(models.TextChoices):
        RANK = "rank", _("others come first by the rule")
        EVEN = "even", _("everybody gets the same part")
        LOT = "lot", _("by lot among equals")
        HAND = "hand", _("decided by hand")

    sharing = models.ForeignKey(Sharing, on_delete=models.PROTECT, related_name="shares")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="shares")
    ordered = models.PositiveIntegerField(help_text=_("What it waited for when this was shared out."))
    quantity = models.PositiveIntegerField()
    why = models.CharField(_("why less"), max_length=5, choices=Why, blank=True)

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["sharing", "line"]
        constraints = [
            models.UniqueConstraint(fields=["sharing", "line"], name="share_once_a_line"),
            models.CheckConstraint(
                condition=Q(quantity=F("ordered"), why="") | (Q(quantity__lt=F("ordered")) & ~Q(why="")),
                name="share_less_says_why",
            ),
        ]

    def __str__(self):
        return f"{self.line}: {self.quantity}"


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(order__in=GroupOrder.objects.visible_to(user))

    def kept_by(self, user):
        return self.filter(order__in=GroupOrder.objects.kept_by(user))


class Delivery(models.Model):
    """A round from door to door with what was shared out until it opened. A second lorry needs a second one."""

    order = models.ForeignKey(GroupOrder, on_delete=models.PROTECT, related_name="deliveries")
    round = models.OneToOneField(
        Round, verbose_name=_("delivery round"), on_delete=models.PROTECT, related_name="delivery"
    )
    instructions = models.CharField(
        _("instructions"), max_length=300, blank=True, help_text=_("Shown on every phone and sheet.")
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery of a group buy")
        verbose_name_plural = _("deliveries of group buys")
        ordering = ["order", "pk"]

    def __str__(self):
        return f"{self.round}"


class ParcelQuerySet(models.QuerySet):
    def unsent(self):
        """On no round, or on one that was called off before anybody knocked, and not fetched at the gate."""
        return self.filter(Q(visit=None) | Q(visit__round__state=Round.State.CANCELLED), handover="")

    def sent(self):
        return self.exclude(pk__in=self.unsent().values("pk"))


class Parcel(models.Model):
    """What one household gets out of one lot. `told_…` and `handover` follow the marks at its door."""

    class Handover(models.TextChoices):
        GIVEN = "given", pgettext_lazy("supplies", "given")
        LEFT = "left", pgettext_lazy("supplies", "left at the door")
        PASSED = "passed", _("given on to a neighbour, as they wished")
        KEPT = "kept", pgettext_lazy("supplies", "kept for later")
        REFUSED = "refused", pgettext_lazy("supplies", "refused")
        SHORT = "short", pgettext_lazy("supplies", "fewer than due")
        DAMAGED = "damaged", pgettext_lazy("supplies", "damaged")

    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="parcels")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="parcels")
    lot = models.ForeignKey(ArrivalCount, on_delete=models.PROTECT, related_name="parcels")
    quantity = models.PositiveIntegerField()
    weighed = models.PositiveIntegerField(
        _("grams, as weighed"), null=True, blank=True, help_text=_("Empty: its part of what the lot weighs.")
    )
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="parcels", null=True, blank=True)
    told_given = models.PositiveIntegerField(default=0)
    handover = models.CharField(_("at the door"), max_length=8, choices=Handover, blank=True)
    keep_until = models.DateField(_("kept until"), null=True, blank=True)

    objects = ParcelQuerySet.as_manager()

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        ordering = ["line", "lot"]
        constraints = [
            models.UniqueConstraint(fields=["share", "lot"], name="parcel_once_a_lot"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="parcel_of_something"),
            models.CheckConstraint(condition=Q(told_given__lte=F("quantity")), name="parcel_given_within"),
            models.CheckConstraint(condition=Q(weighed=None) | Q(weighed__lte=MOST), name="parcel_weight_believable"),
        ]

    def __str__(self):
        return f"{self.lot.name} {self.lot.item.say(self.quantity)}"

    @property
    def paid_for(self) -> int:
        """Pieces, or grams as weighed: what was lacking or broken at the door is not paid. Refused stays owed, until
        somebody credits it."""
        whole = self.quantity if self.weighed is None else self.weighed
        if self.handover not in {self.Handover.SHORT, self.Handover.DAMAGED}:
            return whole
        return whole * self.told_given // self.quantity
