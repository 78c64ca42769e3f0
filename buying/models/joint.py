"""Two compounds, or more, under one minimum: neither sees a household of the other.

Each side has its own order, its own things and prices, its own money. What is shared is the minimum, the sums a side
reaches, and the count at the gate that both sign.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from buying.models.orders import MOST, GroupOrder, Item


class JointBuyQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(sides__order__in=GroupOrder.objects.visible_to(user)).distinct()

    def kept_by(self, user):
        return self.filter(sides__order__in=GroupOrder.objects.kept_by(user), sides__left_at=None).distinct()


class JointBuy(models.Model):
    minimum_kind = models.CharField(_("minimum"), max_length=6, choices=GroupOrder.Minimum)
    minimum_money = models.DecimalField(_("minimum in yuan"), max_digits=10, decimal_places=2, null=True, blank=True)
    minimum_pieces = models.PositiveIntegerField(_("minimum in pieces"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = JointBuyQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint buy")
        verbose_name_plural = _("joint buys")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_kind="none", minimum_money=None, minimum_pieces=None)
                | Q(minimum_kind="money", minimum_money__isnull=False, minimum_money__gt=0, minimum_pieces=None)
                | Q(minimum_kind="pieces", minimum_pieces__isnull=False, minimum_pieces__gt=0, minimum_money=None),
                name="joint_minimum_of_its_kind",
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"


class JointInvite(models.Model):
    """A code read out over the phone. Only its hash is here; it opens one place, once, for a short time."""

    joint = models.ForeignKey(JointBuy, on_delete=models.CASCADE, related_name="invites")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation to a joint buy")
        verbose_name_plural = _("invitations to joint buys")
        ordering = ["joint", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(used_at=None) | Q(revoked_at=None), name="joint_invite_one_end"),
        ]

    def __str__(self):
        return f"{self.joint} {self.made_at:%m-%d %H:%M}"

    def is_good(self, now: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and now < self.expires_at


class JointSideQuerySet(models.QuerySet):
    def there(self):
        return self.filter(left_at=None)

    def visible_to(self, user):
        """All sides of a joint buy one belongs to: what a side shows of itself are sums, never its list."""
        return self.filter(joint__in=JointBuy.objects.visible_to(user))


class JointSide(models.Model):
    """One compound's place. The host has the supplier and the lorry; each side says when its list is final."""

    joint = models.ForeignKey(JointBuy, on_delete=models.PROTECT, related_name="sides")
    order = models.ForeignKey(GroupOrder, on_delete=models.PROTECT, related_name="sides")
    is_host = models.BooleanField(default=False)
    invite = models.OneToOneField(JointInvite, on_delete=models.PROTECT, related_name="side", null=True, blank=True)
    joined_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(_("list final at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    left_why = models.CharField(_("why"), max_length=200, blank=True)
    handed_over_at = models.DateTimeField(
        _("handed over at"), null=True, blank=True, help_text=_("Both sides had counted the same.")
    )

    objects = JointSideQuerySet.as_manager()

    class Meta:
        verbose_name = _("side of a joint buy")
        verbose_name_plural = _("sides of joint buys")
        ordering = ["joint", "-is_host", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(left_at=None), name="joint_side_once_an_order"),
            models.UniqueConstraint(fields=["joint"], condition=Q(is_host=True), name="joint_one_host"),
            models.CheckConstraint(
                condition=Q(left_at=None, left_why="") | (Q(left_at__isnull=False) & ~Q(left_why="")),
                name="joint_side_leaves_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.order.compound}"


class Handover(models.Model):
    """One side's count at the gate of what the host hands to a partner. The last of each side counts."""

    class Hand(models.TextChoices):
        GIVES = "gives", pgettext_lazy("joint buy", "handed over")
        TAKES = "takes", pgettext_lazy("joint buy", "taken over")

    side = models.ForeignKey(JointSide, on_delete=models.PROTECT, related_name="handovers")
    hand = models.CharField(max_length=5, choices=Hand)
    number = models.PositiveSmallIntegerField()
    gate = models.CharField(_("gate"), max_length=40, blank=True)
    note = models.CharField(_("remark"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("count at the handover")
        verbose_name_plural = _("counts at the handover")
        ordering = ["side", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["side", "hand", "number"], name="handover_number_once"),
        ]

    def __str__(self):
        return f"{self.side} {self.get_hand_display()} {self.number}"


class HandoverCount(models.Model):
    """How much of one thing of the partner's list, in pieces or grams."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="counts")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("count of a thing at the handover")
        verbose_name_plural = _("counts of things at the handover")
        ordering = ["handover", "item"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "item"], name="handover_count_once"),
            models.CheckConstraint(condition=Q(quantity__lte=MOST), name="handover_count_believable"),
        ]

    def __str__(self):
        return f"{self.item}: {self.item.say(self.quantity)}"
