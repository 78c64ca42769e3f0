"""The order of one compound: its lead, its things and prices, its minimum and its hours.

Quantities are whole numbers everywhere: pieces, or grams of what is sold by weight. Money is Decimal, in yuan.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Compound
from residents.numbers_typed import CENT

MOST = 10_000_000  # pieces or grams of one thing: more is a slip of the finger
PCR_LASTS = timedelta(hours=48)


class BuyingRules(models.Model):
    """How one committee wants its group buys. Without a row the usual holds."""

    compound = models.OneToOneField(Compound, on_delete=models.CASCADE, related_name="buying_rules")
    report_first = models.BooleanField(
        _("report first"), default=True, help_text=_("No list opens before it was reported to the committee.")
    )
    one_a_category = models.BooleanField(
        _("one category at a time"),
        default=False,
        help_text=_("While one list for vegetables is open, no second one for vegetables opens."),
    )
    quiet_from = models.TimeField(
        _("quiet from"), default=time(22), help_text=_("No trolley rolls through the yard from then on.")
    )
    quiet_until = models.TimeField(_("quiet until"), default=time(7))

    class Meta:
        verbose_name = _("rules for group buys")
        verbose_name_plural = _("rules for group buys")

    def __str__(self):
        return f"{self.compound}"

    def is_quiet(self, moment: datetime) -> bool:
        at = timezone.localtime(moment).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


class GroupOrderQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.compounds)

    def kept_by(self, user):
        """Its lead while they have a duty in the compound, and the stewards, should the lead fall ill."""
        access = user.access
        own = Q(lead=user, compound__in=access.lead_compounds)
        return self.filter(Q(compound__in=access.steward) | own)

    def collecting(self, now: datetime):
        return self.filter(state=GroupOrder.State.OPEN, closes_at__gt=now)

    def overdue(self, now: datetime):
        """Their closing time has passed and nobody has closed them yet."""
        return self.filter(state=GroupOrder.State.OPEN, closes_at__lte=now)


class GroupOrder(models.Model):
    """One compound's list. In a joint buy each compound has its own: households, prices and money never mix."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("group buy", "draft")
        OPEN = "open", pgettext_lazy("group buy", "collecting")
        CLOSED = "closed", pgettext_lazy("group buy", "closed")
        CANCELLED = "cancelled", pgettext_lazy("group buy", "called off")
        ORDERED = "ordered", pgettext_lazy("group buy", "ordered")
        ARRIVED = "arrived", pgettext_lazy("group buy", "arrived")
        SORTING = "sorting", pgettext_lazy("group buy", "sorting")
        DELIVERING = "delivering", pgettext_lazy("group buy", "on the way to the doors")
        SETTLED = "settled", pgettext_lazy("group buy", "settled")

    class Category(models.TextChoices):
        VEGETABLES = "vegetables", _("vegetables")
        FRUIT = "fruit", _("fruit")
        MEAT = "meat", _("meat, fish and eggs")
        STAPLES = "staples", _("rice, noodles and oil")
        DAIRY = "dairy", _("milk and bread")
        BABY = "baby", _("for babies")
        HOUSEHOLD = "household", _("paper, soap and the like")
        OTHER = "other", _("other things")

    class Minimum(models.TextChoices):
        NONE = "none", _("no minimum")
        MONEY = "money", _("a sum of money")
        PIECES = "pieces", _("a number of pieces")

    STEPS = {
        State.DRAFT: {State.OPEN, State.CANCELLED},
        State.OPEN: {State.CLOSED, State.CANCELLED},
        State.CLOSED: {State.OPEN, State.ORDERED, State.CANCELLED},
        State.ORDERED: {State.ARRIVED, State.CANCELLED},
        State.ARRIVED: {State.SORTING, State.SETTLED},
        State.SORTING: {State.DELIVERING, State.SETTLED},
        State.DELIVERING: {State.SETTLED},
        State.CANCELLED: set(),
        State.SETTLED: set(),
    }
    OVER = frozenset({State.CANCELLED, State.SETTLED})

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="group_orders")
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("group lead"), on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(_("title"), max_length=60, help_text=_("As people will say it: eggs, 30 a tray."))
    category = models.CharField(_("category"), max_length=12, choices=Category, default=Category.VEGETABLES)
    supplier = models.CharField(_("supplier"), max_length=80, blank=True)
    note = models.CharField(_("what households should know"), max_length=300, blank=True)
    payment_note = models.CharField(
        _("how to pay"), max_length=200, blank=True, help_text=_("The portal takes no money: say where and when.")
    )
    is_at_cost = models.BooleanField(
        _("at cost"), default=False, help_text=_("The lead earns nothing; the price list can be asked for.")
    )
    currency = models.CharField(max_length=3, default="CNY", editable=False)
    minimum_kind = models.CharField(_("minimum"), max_length=6, choices=Minimum, default=Minimum.NONE)
    minimum_money = models.DecimalField(_("minimum in yuan"), max_digits=10, decimal_places=2, null=True, blank=True)
    minimum_pieces = models.PositiveIntegerField(_("minimum in pieces"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes at"))
    arrives_at = models.DateTimeField(_("expected to arrive"), null=True, blank=True)
    gate = models.CharField(_("gate"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    is_alone = models.BooleanField(
        default=False, editable=False, help_text=_("Opened while the committee wanted one category at a time.")
    )
    reported_at = models.DateTimeField(_("reported to the committee"), null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = GroupOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("group buy")
        verbose_name_plural = _("group buys")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_kind="none", minimum_money=None, minimum_pieces=None)
                | Q(minimum_kind="money", minimum_money__isnull=False, minimum_money__gt=0, minimum_pieces=None)
                | Q(minimum_kind="pieces", minimum_pieces__isnull=False, minimum_pieces__gt=0, minimum_money=None),
                name="group_order_minimum_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(reported_at=None, reported_by=None)
                | Q(reported_at__isnull=False, reported_by__isnull=False),
                name="group_order_reported_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(arrives_at=None) | Q(arrives_at__gt=F("closes_at")),
                name="group_order_arrives_later",
            ),
            models.UniqueConstraint(
                fields=["compound", "category"],
                condition=Q(state="open", is_alone=True),
                name="group_order_one_open_a_category",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("buying:order", args=[self.pk])

    def is_collecting(self, now: datetime) -> bool:
        """The clock closes a list, whether or not anybody was there to write it down."""
        return self.state == self.State.OPEN and now < self.closes_at

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER

    @property
    def can_edit_items(self) -> bool:
        return self.state in {self.State.DRAFT, self.State.OPEN}


class OrderStep(models.Model):
    """Each step of an order, with who and why. `by` is nobody when the clock did it."""

    order = models.ForeignKey(GroupOrder, on_delete=models.PROTECT, related_name="steps")
    was = models.CharField(max_length=10, choices=GroupOrder.State)
    became = models.CharField(max_length=10, choices=GroupOrder.State)
    why = models.CharField(_("why"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("step of a group buy")
        verbose_name_plural = _("steps of group buys")
        ordering = ["order", "at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(became="cancelled") | ~Q(why=""), name="order_step_end_says_why"),
        ]

    def __str__(self):
        return f"{self.get_was_display()} → {self.get_became_display()}"


class PaperSeen(models.Model):
    """A paper of the supplier that the lead has looked at. Copies are not kept."""

    class Paper(models.TextChoices):
        LICENCE = "licence", _("business licence")
        SUPPLY = "supply", _("certificate as a supply company")
        PASS = "pass", _("pass of the lorry")
        DRIVER = "driver", _("driver's PCR test, 48 hours at most")

    order = models.ForeignKey(GroupOrder, on_delete=models.CASCADE, related_name="papers")
    paper = models.CharField(_("paper"), max_length=10, choices=Paper)
    tested_at = models.DateTimeField(_("sampled at"), null=True, blank=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("supplier's paper")
        verbose_name_plural = _("suppliers' papers")
        ordering = ["order", "paper", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "paper"], condition=Q(withdrawn_at=None), name="paper_seen_once_an_order"
            ),
            models.CheckConstraint(
                condition=Q(paper="driver", tested_at__isnull=False) | (~Q(paper="driver") & Q(tested_at=None)),
                name="paper_driver_says_when",
            ),
        ]

    def __str__(self):
        return self.get_paper_display()

    def is_good(self, now: datetime) -> bool:
        return self.tested_at is None or now <= self.tested_at + PCR_LASTS


class ItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(order__in=GroupOrder.objects.visible_to(user))

    def kept_by(self, user):
        return self.filter(order__in=GroupOrder.objects.kept_by(user))


class Item(models.Model):
    """One thing on the list. `ordered` is the sum of what stands, kept under the row's lock so that the database
    itself refuses to sell more than there is."""

    class Measure(models.TextChoices):
        PIECE = "piece", _("by the piece")
        WEIGHT = "weight", _("by weight, price a kilogram")

    SCALE = {Measure.PIECE: 1, Measure.WEIGHT: 1000}

    order = models.ForeignKey(GroupOrder, on_delete=models.CASCADE, related_name="items")
    name = models.CharField(_("name"), max_length=60)
    spec = models.CharField(_("what is in it"), max_length=120, blank=True)
    measure = models.CharField(_("sold"), max_length=6, choices=Measure, default=Measure.PIECE)
    unit = models.CharField(_("unit"), max_length=12, help_text=_("What is counted: bag, box, tray; kg by weight."))
    price = models.DecimalField(_("price of one"), max_digits=9, decimal_places=2)
    pack_size = models.PositiveIntegerField(
        _("units in a carton"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("The supplier sells whole cartons only; 1 when it comes loose."),
    )
    household_limit = models.PositiveIntegerField(null=True, blank=True, help_text=_("Pieces or grams a household."))
    total_limit = models.PositiveIntegerField(null=True, blank=True, help_text=_("Pieces or grams in all."))
    ordered = models.PositiveIntegerField(default=0, editable=False, help_text=_("Pieces or grams, of all households."))
    position = models.PositiveSmallIntegerField(default=0)
    same_as = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        related_name="elsewhere",
        null=True,
        blank=True,
        help_text=_("In a joint buy: the same thing on the list of the compound that invited."),
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("thing of a group buy")
        verbose_name_plural = _("things of group buys")
        ordering = ["order", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "name"], name="buying_item_once_an_order"),
            models.CheckConstraint(condition=Q(price__gte=0, pack_size__gte=1), name="buying_item_price_and_pack"),
            models.CheckConstraint(
                condition=Q(total_limit=None) | Q(ordered__lte=F("total_limit")), name="buying_item_never_oversold"
            ),
            models.CheckConstraint(
                condition=(Q(household_limit=None) | Q(household_limit__gte=1))
                & (Q(total_limit=None) | Q(total_limit__gte=1))
                & Q(ordered__lte=MOST),
                name="buying_item_limits_believable",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def scale(self) -> int:
        """Pieces or grams in what the price is for."""
        return self.SCALE[self.Measure(self.measure)]

    @property
    def is_weighed(self) -> bool:
        return self.measure == self.Measure.WEIGHT

    @property
    def left(self) -> int | None:
        return None if self.total_limit is None else self.total_limit - self.ordered

    @property
    def ordered_words(self) -> str:
        return self.say(self.ordered)

    @property
    def left_words(self) -> str:
        return "" if self.left is None else self.say(self.left)

    def cost(self, quantity: int) -> Decimal:
        """To the cent, half a cent upwards, as a till does."""
        return (self.price * quantity / self.scale).quantize(CENT, ROUND_HALF_UP)

    def say(self, quantity: int) -> str:
        """`3 bag`, `1.25 kg`: with its unit."""
        return f"{self.number(quantity)} {self.unit}"

    def number(self, quantity: int) -> str:
        if self.scale == 1:
            return str(quantity)
        return f"{Decimal(quantity) / self.scale:.3f}".rstrip("0").rstrip(".")
