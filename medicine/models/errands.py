"""Medicine by proxy: one bag a person goes to a hospital and comes back, and its money is settled to the cent."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from medicine.models.custody import Handover
from residents.encryption import EncryptedTextField
from residents.models import Compound, Household, HouseholdLink, Resident, User


class ErrandQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Stewards, the lead of the house, and whoever holds something of the bag at this moment. Nobody else."""
        access = user.access
        mine = Q(household__door__building__in=access.lead_buildings)
        in_hand = Handover.objects.latest_ones().filter(thing__errand=OuterRef("pk"), holder="person", person=user)
        holds = Q(Exists(in_hand), compound__in=access.steward | access.lead_compounds)
        return self.filter(Q(compound__in=access.steward) | mine | holds)

    def kept_by(self, user):
        """Who sees a bag carries it: it has no onlookers."""
        return self.visible_to(user)

    def open(self):
        return self.filter(ended_at=None)

    def for_runner(self, day):
        """What somebody has to take to a hospital on that day, by hospital and then door by door."""
        rows = self.filter(planned_on=day, state__in=[Errand.State.ASKED, Errand.State.PICKED_UP])
        return rows.select_related("resident", "household__door__building").order_by("hospital", *BY_DOOR)


BY_DOOR = (
    "household__door__building__position",
    "household__door__entrance",
    "-household__door__floor",
    "household__door__position",
    "pk",
)


class Errand(models.Model):
    """`state` follows the steps, under the errand's row lock; where each thing is follows from its handovers alone."""

    class State(models.TextChoices):
        ASKED = "asked", _("to be picked up")
        PICKED_UP = "picked_up", _("picked up")
        AT_HOSPITAL = "hospital", _("at the hospital")
        SETTLED = "settled", _("bought and settled")
        DELIVERED = "delivered", _("delivered")
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", pgettext_lazy("medicine", "called off")

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="errands")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="errands")
    resident = models.ForeignKey(Resident, verbose_name=_("for whom"), on_delete=models.PROTECT, related_name="errands")
    hospital = models.CharField(_("hospital or pharmacy"), max_length=60)
    window = models.CharField(_("window"), max_length=60, blank=True, help_text=_("Special drugs have windows."))
    wanted = EncryptedTextField(
        _("what to get"), blank=True, default="", help_text=_("Only what does not stand on the slip.")
    )
    planned_on = models.DateField(_("somebody goes on"))
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    is_cold = models.BooleanField(_("keep cold"), default=False, help_text=_("Insulin, for example."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED, editable=False)
    made_at = models.DateTimeField(_("asked at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)

    objects = ErrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("medicine errand")
        verbose_name_plural = _("medicine errands")
        ordering = ["planned_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(ended_at=None), name="errand_one_bag_a_person"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False, state__in=["confirmed", "cancelled"])
                | (Q(ended_at=None) & ~Q(state__in=["confirmed", "cancelled"])),
                name="errand_ended_has_time",
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"

    def get_absolute_url(self):
        return reverse("medicine:errand", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    def is_late(self, today) -> bool:
        return not self.is_over and self.needed_by is not None and self.needed_by < today

    @property
    def label(self) -> str:
        """Building-room-surname, as it stands on the bag. As much of a name as whoever knocks needs."""
        door = self.household.door
        return f"{door.building}-{door.full_room}-{self.resident.masked_name[:1]}"


class ErrandStep(models.Model):
    class Kind(models.TextChoices):
        ASKED = "asked", pgettext_lazy("medicine", "asked for")
        CHANGED = "changed", _("changed")
        PICKED_UP = "picked_up", _("picked up")
        AT_HOSPITAL = "hospital", _("at the hospital")
        SETTLED = "settled", _("settled")
        DELIVERED = "delivered", _("delivered")
        CONFIRMED = "confirmed", _("confirmed")
        REOPENED = "reopened", _("something is missing")
        CANCELLED = "cancelled", pgettext_lazy("medicine", "called off")

    errand = models.ForeignKey(Errand, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    reason = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    link = models.ForeignKey(HouseholdLink, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("step of an errand")
        verbose_name_plural = _("steps of errands")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False, link=None) | Q(by=None, link__isnull=False), name="errand_step_by_one"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class Settlement(models.Model):
    """What it cost and what goes back. Told again it is another row: the newest counts, the others stay struck."""

    errand = models.ForeignKey(Errand, on_delete=models.PROTECT, related_name="settlements")
    cash = models.DecimalField(_("cash in the bag"), max_digits=9, decimal_places=2)
    cost = models.DecimalField(_("paid"), max_digits=9, decimal_places=2)
    cash_back = models.DecimalField(_("cash back"), max_digits=9, decimal_places=2)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("settlement of an errand")
        verbose_name_plural = _("settlements of errands")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cash__gte=0, cost__gte=0, cash_back__gte=0), name="errand_money_not_negative"
            ),
            # What was given is what was paid and what comes back; where more was paid, nothing does.
            models.CheckConstraint(
                condition=Q(cash=F("cost") + F("cash_back")) | Q(cash_back=0, cost__gt=F("cash")),
                name="errand_money_adds_up",
            ),
        ]

    def __str__(self):
        return f"{self.cost}"

    @property
    def owed_to_runner(self) -> Decimal:
        return max(Decimal(0), self.cost - self.cash)
