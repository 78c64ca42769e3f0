"""The store's books: items, batches, and movements that are only appended.

A balance (`Stock`) belongs to one batch in one place: the store, a building's lobby, or a person. It is the sum of the
movements, kept beside them so that the database itself can refuse to go below zero.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Building, Compound

MOST = 1_000_000  # of anything at once: more is a slip of the finger
EXPIRES_SOON = timedelta(days=2)


class ItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class Item(models.Model):
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="items")
    name = models.CharField(_("name"), max_length=60, help_text=_("As people say it: vegetable bag, rice 5 kg."))
    unit = models.CharField(_("unit"), max_length=12, help_text=_("What is counted: bag, box, piece."))
    pack = models.PositiveIntegerField(
        _("units a pack"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("How many come in one carton; 1 when they come loose."),
    )
    alarm_days = models.PositiveSmallIntegerField(
        _("alarm after days"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("When what lies in the store longer than this, the stewards are told every day."),
    )
    is_ppe = models.BooleanField(_("protective gear"), default=False, help_text=_("Given to volunteers for a shift."))

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "name"], name="item_once_per_compound"),
            models.CheckConstraint(condition=Q(pack__gte=1, alarm_days__gte=1), name="item_has_size"),
        ]

    def __str__(self):
        return self.name


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(item__compound__in=user.access.compounds)

    def kept_by(self, user):
        return self.filter(item__compound__in=user.access.steward)

    def ringing(self, today: date):
        """Lies in the store longer than it should, or has to be used at once."""
        lies = Q(alarm_on__lt=today) | Q(expires_on__lte=today + EXPIRES_SOON)
        return self.filter(lies, pk__in=Stock.objects.in_store().filter(quantity__gt=0).values("batch"))

    def counted_by(self, user):
        """The second count may be a building lead's: it has to be another person's."""
        access = user.access
        return self.filter(item__compound__in=access.steward | access.lead_compounds)


class Batch(models.Model):
    """What came with one lorry of one item."""

    class Source(models.TextChoices):
        STREET = "street", _("sub-district")
        DONATION = "donation", _("donation")
        GROUP_BUY = "group_buy", _("group buy")
        PURCHASE = "purchase", _("bought")

    item = models.ForeignKey(Item, verbose_name=_("item"), on_delete=models.PROTECT, related_name="batches")
    source = models.CharField(_("from"), max_length=10, choices=Source, default=Source.STREET)
    arrived_on = models.DateField(_("arrived on"))
    alarm_on = models.DateField(
        _("alarm after"),
        default=timezone.localdate,
        editable=False,
        help_text=_("The last day it may lie in the store."),
    )
    expires_on = models.DateField(_("use by"), null=True, blank=True)
    is_cold = models.BooleanField(_("keep cold"), default=False)
    slip_count = models.PositiveIntegerField(
        _("units, by the slip"), null=True, blank=True, help_text=_("What the driver's paper says, if there is one.")
    )
    note = models.CharField(_("remark"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = BatchQuerySet.as_manager()

    # Set by `supplies.storing` for the page it serves.
    in_store: int
    elsewhere: int
    days: int
    is_counted: bool
    is_old: bool
    is_expired: bool
    is_ending: bool

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["arrived_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("arrived_on")), name="batch_expires_after_arrival"
            ),
        ]

    def __str__(self):
        return f"{self.item} · {self.arrived_on:%m-%d} · {self.get_source_display()}"

    def get_absolute_url(self):
        return reverse("supplies:batch", args=[self.pk])

    def lies_too_long(self, today: date) -> bool:
        return today > self.alarm_on

    def has_expired(self, today: date) -> bool:
        return self.expires_on is not None and today > self.expires_on

    def expires_soon(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on - EXPIRES_SOON <= today <= self.expires_on


class BatchCount(models.Model):
    """One person's count at arrival. Two people count; the first does not write the second's number."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="counts")
    number = models.PositiveSmallIntegerField()
    quantity = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("count at arrival")
        verbose_name_plural = _("counts at arrival")
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="batch_count_number_once"),
            models.UniqueConstraint(fields=["batch", "by"], name="batch_counted_once_a_person"),
            models.CheckConstraint(condition=Q(number__in=[1, 2]), name="batch_counted_twice"),
            models.CheckConstraint(condition=Q(quantity__lte=MOST), name="batch_count_believable"),
        ]

    def __str__(self):
        return f"{self.batch}: {self.quantity}"


class StockQuerySet(models.QuerySet):
    def kept_by(self, user):
        return self.filter(batch__item__compound__in=user.access.steward)

    def visible_to(self, user):
        return self.filter(batch__item__compound__in=user.access.compounds)

    def in_store(self):
        return self.filter(building=None, holder=None)


class Stock(models.Model):
    """How much of a batch is in one place now."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="stocks")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    quantity = models.IntegerField(default=0)

    objects = StockQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stocks")
        ordering = ["batch", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_never_below_zero"),
            models.CheckConstraint(condition=Q(building=None) | Q(holder=None), name="stock_in_one_place"),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(building=None, holder=None), name="stock_once_in_the_store"
            ),
            models.UniqueConstraint(
                fields=["batch", "building"], condition=Q(building__isnull=False), name="stock_once_a_building"
            ),
            models.UniqueConstraint(
                fields=["batch", "holder"], condition=Q(holder__isnull=False), name="stock_once_a_person"
            ),
        ]

    def __str__(self):
        return f"{self.batch}, {self.place}: {self.quantity}"

    @property
    def place(self) -> str:
        return str(self.building or self.holder or _("store"))

    @property
    def is_store(self) -> bool:
        return self.building_id is None and self.holder_id is None


class StockMoveQuerySet(models.QuerySet):
    def annotate_countered(self):
        """Each with `is_countered`: a counter-entry takes it back."""
        return self.annotate(is_countered=models.Exists(StockMove.objects.filter(counters=models.OuterRef("pk"))))

    def visible_to(self, user):
        return self.filter(batch__item__compound__in=user.access.compounds)

    def kept_by(self, user):
        return self.filter(batch__item__compound__in=user.access.steward)


class StockMove(models.Model):
    """Something went from one place to another, or came in, or left for good. Appended, never changed."""

    class Kind(models.TextChoices):
        ARRIVED = "arrived", _("arrived")
        ADJUSTED = "adjusted", _("put right")
        LOADED = "loaded", _("loaded")
        ISSUED = "issued", _("issued")
        RETURNED = "returned", _("brought back")
        HANDED_OUT = "handed_out", _("handed out")
        EXCHANGED = "exchanged", _("given back in a swap")
        WRITTEN_OFF = "written_off", _("written off")
        COUNTER = "counter", pgettext_lazy("ledger", "taken back")

    WITH_REASON = (Kind.ADJUSTED, Kind.WRITTEN_OFF, Kind.COUNTER)

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=12, choices=Kind)
    quantity = models.PositiveIntegerField()
    source = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="moves_out", null=True, blank=True)
    target = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="moves_in", null=True, blank=True)
    entitlement = models.ForeignKey(
        "supplies.Entitlement", on_delete=models.PROTECT, related_name="moves", null=True, blank=True
    )
    distribution = models.ForeignKey(
        "supplies.Distribution", on_delete=models.PROTECT, related_name="moves", null=True, blank=True
    )
    counters = models.OneToOneField("self", on_delete=models.PROTECT, related_name="countered", null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = StockMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=MOST), name="move_of_something"),
            models.CheckConstraint(
                condition=Q(source__isnull=False) | Q(target__isnull=False), name="move_from_or_to_a_place"
            ),
            models.CheckConstraint(condition=Q(source=None) | ~Q(source=F("target")), name="move_goes_elsewhere"),
            models.CheckConstraint(
                condition=~Q(kind__in=["adjusted", "written_off", "counter"]) | ~Q(reason=""),
                name="move_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kind="counter", counters__isnull=False) | (~Q(kind="counter") & Q(counters=None)),
                name="move_counters_one",
            ),
        ]
        indexes = [models.Index(fields=["distribution", "batch"], name="move_of_distribution")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.quantity}"
