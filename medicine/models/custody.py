"""Whose hand each thing of a bag is in. A thing's handovers are numbered without a gap and only added; the last one
says where it is now, the one before it who gave it. That no number is used twice keeps it in one hand.
"""

from __future__ import annotations

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import HouseholdLink, User


class Thing(models.TextChoices):
    SLIP = "slip", _("slip")
    CARD = "card", _("insurance card")
    BOOKLET = "booklet", _("booklet")
    CASH = "cash", _("cash")
    BOX = "box", _("empty box")
    MEDICINE = "medicine", pgettext_lazy("thing", "medicine")
    CHANGE = "change", _("cash back and receipt")


class BagThing(models.Model):
    """One of each kind a bag: who needs two slips staples them."""

    errand = models.ForeignKey("medicine.Errand", on_delete=models.PROTECT, related_name="things")
    kind = models.CharField(_("kind"), max_length=10, choices=Thing)
    amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("thing in a bag")
        verbose_name_plural = _("things in bags")
        ordering = ["errand", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["errand", "kind"], name="bag_one_of_a_kind"),
            models.CheckConstraint(
                condition=Q(kind="cash", amount__gt=0) | (~Q(kind="cash") & Q(amount=None)), name="bag_cash_has_amount"
            ),
        ]

    def __str__(self):
        return str(self.get_kind_display())


class HandoverQuerySet(models.QuerySet):
    def latest_ones(self):
        """Of each thing the handover that says where it is now."""
        last = Handover.objects.filter(thing=OuterRef("thing")).order_by("-number").values("pk")[:1]
        return self.filter(pk=Subquery(last))


class Handover(models.Model):
    class Holder(models.TextChoices):
        HOUSEHOLD = "household", _("household")
        PERSON = "person", pgettext_lazy("holder", "person")
        DESK = "desk", _("committee's desk")
        HOSPITAL = "hospital", _("hospital or pharmacy")

    thing = models.ForeignKey(BagThing, on_delete=models.PROTECT, related_name="handovers")
    number = models.PositiveSmallIntegerField()
    holder = models.CharField(_("holder"), max_length=10, choices=Holder)
    person = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    link = models.ForeignKey(HouseholdLink, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover of a thing")
        verbose_name_plural = _("handovers of things")
        ordering = ["thing", "number"]
        constraints = [
            models.UniqueConstraint(fields=["thing", "number"], name="handover_thing_in_one_hand"),
            models.CheckConstraint(
                condition=Q(holder="person", person__isnull=False) | (~Q(holder="person") & Q(person=None)),
                name="handover_to_a_person_names_them",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="handover_number_from_one"),
            models.CheckConstraint(
                condition=Q(by__isnull=False, link=None) | Q(by=None, link__isnull=False), name="handover_by_one"
            ),
        ]

    def __str__(self):
        return self.holder_words

    @property
    def holder_words(self) -> str:
        return str(self.person) if self.holder == self.Holder.PERSON else str(self.get_holder_display())

    @property
    def key(self) -> tuple[str, int | None]:
        return self.holder, self.person_id
