"""What came of it: trips of the lorry, counts of each thing, and how much each household gets when it is short."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from buying.models.lines import OrderLine
from buying.models.orders import MOST, GroupOrder, Item


class Arrival(models.Model):
    """One trip: an order may come in several."""

    order = models.ForeignKey(GroupOrder, on_delete=models.PROTECT, related_name="arrivals")
    number = models.PositiveSmallIntegerField()
    gate = models.CharField(_("gate"), max_length=40, blank=True)
    note = models.CharField(_("remark"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        ordering = ["order", "number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="buying_arrival_number_once")]

    def __str__(self):
        return f"{self.order} {self.number}"


class ArrivalCount(models.Model):
    """How much of one thing came fit to hand out, in pieces or grams, and what was wrong with it."""

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
    pieces = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("When it was ordered by weight and came by the piece: how many.")
    )
    instead = models.CharField(_("what came instead"), max_length=60, blank=True)
    price = models.DecimalField(_("price that holds now"), max_digits=9, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("count of a thing at arrival")
        verbose_name_plural = _("counts of things at arrival")
        ordering = ["arrival", "item"]
        constraints = [
            models.UniqueConstraint(fields=["arrival", "item"], name="arrival_count_once"),
            models.CheckConstraint(condition=Q(quantity__lte=MOST), name="arrival_count_believable"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="arrival_price_believable"),
        ]

    def __str__(self):
        return f"{self.item}: {self.get_outcome_display()}"


class Sharing(models.Model):
    """One sharing-out of one thing: by which rule, of how much. The newest number stands."""

    class Rule(models.TextChoices):
        EVEN = "even", _("everybody the same part")
        ELDERS = "elders", _("households with people of 60 and over first")
        NEEDS = "needs", _("households that need help at the door first")
        BIGGEST = "biggest", _("biggest households first")
        FIRST = "first", _("who ordered first comes first")
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
    """What one household gets of it, and why less than it ordered."""

    sharing = models.ForeignKey(Sharing, on_delete=models.PROTECT, related_name="shares")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="shares")
    ordered = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["sharing", "line"]
        constraints = [
            models.UniqueConstraint(fields=["sharing", "line"], name="share_once_a_line"),
            models.CheckConstraint(
                condition=Q(quantity__gte=models.F("ordered")) | ~Q(reason=""), name="share_less_says_why"
            ),
        ]

    def __str__(self):
        return f"{self.line}: {self.quantity}"
