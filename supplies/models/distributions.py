"""A distribution: a round that carries something to every household that is to get it, and says who waits and why."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Household, Resident
from rounds.models import Round, Visit


class Variant(models.TextChoices):
    BABY = "baby", _("baby")
    DIABETIC = "diabetic", _("no sugar")
    HALAL = "halal", _("halal")


class Diet(models.Model):
    """A household that gets its own variant of a thing. No diagnosis: only what belongs into the bag."""

    household = models.OneToOneField(Household, on_delete=models.CASCADE, related_name="diet")
    variant = models.CharField(_("variant"), max_length=10, choices=Variant)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("variant of a household")
        verbose_name_plural = _("variants of households")

    def __str__(self):
        return f"{self.household}: {self.get_variant_display()}"


class DistributionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(round__in=Round.objects.visible_to(user))

    def kept_by(self, user):
        return self.filter(round__compound__in=user.access.steward)


class Distribution(models.Model):
    """Its state is the round's, and whether the books were closed."""

    class Rule(models.TextChoices):
        ELDERS = "elders", _("households with people of 60 and over first")
        NEEDS = "needs", _("households that need help at the door first")
        BIGGEST = "biggest", _("biggest households first")
        WAITED = "waited", _("whoever waited last time first")
        LOT = "lot", _("by lot")
        HAND = "hand", _("by hand, with the reason")

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="distribution")
    instructions = models.CharField(_("Instructions for volunteers"), max_length=200, blank=True)
    rule = models.CharField(_("who goes first"), max_length=10, choices=Rule, blank=True, default="")
    seed = models.CharField(max_length=32, blank=True, help_text=_("The lot can be drawn again with it by anybody."))
    hand_reason = models.CharField(_("why these wait"), max_length=200, blank=True)
    hand_waits = models.JSONField(default=list, blank=True, help_text=_("Households that wait, chosen by hand."))
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    planned_at = models.DateTimeField(null=True, blank=True)
    totals_hash = models.CharField(max_length=64, blank=True, db_index=True)
    closed_at = models.DateTimeField(_("books closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = DistributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("distribution")
        verbose_name_plural = _("distributions")
        ordering = ["-round__starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(rule="hand") | ~Q(hand_reason=""), name="distribution_hand_says_why"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="distribution_closed_by_somebody",
            ),
        ]

    def __str__(self):
        return str(self.round)

    def get_absolute_url(self):
        return reverse("supplies:distribution", args=[self.round_id])


class Line(models.Model):
    """What of which batch, and by which rule. Tenants and owners alike: there is no switch to part them."""

    class Per(models.TextChoices):
        HOUSEHOLD = "household", _("a household")
        HEAD = "head", _("a person")
        NEED = "need", _("a household with the help flag")
        CHILD = "child", _("a child up to 13")
        ELDER = "elder", _("a person of 60 and over")

    NEEDS = [(need, getattr(Resident._meta.get_field(need), "verbose_name", need)) for need in Resident.NEEDS]

    distribution = models.ForeignKey(Distribution, on_delete=models.CASCADE, related_name="lines")
    batch = models.ForeignKey(
        "supplies.Batch", verbose_name=pgettext_lazy("supplies", "what"), on_delete=models.PROTECT, related_name="lines"
    )
    amount = models.PositiveSmallIntegerField(
        _("how many"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    per = models.CharField(_("for"), max_length=10, choices=Per, default=Per.HOUSEHOLD)
    need = models.CharField(_("help flag"), max_length=24, choices=NEEDS, blank=True, default="")
    variant = models.CharField(_("only for the variant"), max_length=10, choices=Variant, blank=True, default="")
    instead_of = models.ForeignKey(
        "self",
        verbose_name=_("instead of"),
        on_delete=models.PROTECT,
        related_name="variants",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("line of a distribution")
        verbose_name_plural = _("lines of distributions")
        ordering = ["distribution", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["distribution", "batch"], name="line_once_per_batch"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="line_of_something"),
            models.CheckConstraint(
                condition=(Q(per="need") & ~Q(need="")) | (~Q(per="need") & Q(need="")), name="line_need_with_its_rule"
            ),
            models.CheckConstraint(condition=Q(instead_of=None) | ~Q(variant=""), name="line_instead_for_a_variant"),
        ]

    def __str__(self):
        return str(self.batch.item)


class WaitReason(models.TextChoices):
    """Why a household gets less than its due."""

    RANK = "rank", _("others come first by the stated rule")
    LOT = "lot", _("the lot, among equals")
    HAND = "hand", _("decided by hand")


class Handover(models.TextChoices):
    """What happened with the bag at the door; `given` and `refused` are said by the mark itself."""

    GIVEN = "given", _("given")
    LEFT = "left", _("left at the door")
    PASSED = "passed", _("given on to a neighbour, as they wished")
    SWAPPED = "swapped", _("swapped for another thing")
    SHORT = "short", _("fewer than due")
    DAMAGED = "damaged", _("damaged, thrown away")
    REFUSED = "refused", pgettext_lazy("supplies", "refused")
    KEPT = "kept", _("kept until a day")


# These speak of one line; what was told of the others stands.
OF_ONE_LINE = frozenset({Handover.SHORT, Handover.DAMAGED, Handover.SWAPPED})


class EntitlementQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(allotted__lt=F("quantity"))

    def uncovered(self):
        """Told as given or thrown away, and the lobby's books did not hold as many."""
        return self.filter(
            Q(given__lt=F("told_given")) | Q(spoiled__lt=F("told_spoiled")) | Q(swapped__lt=F("told_swapped"))
        )


class Entitlement(models.Model):
    """What one household is to get of one line. Frozen when the round opens, but for what its marks tell.

    `told_*` is what the marks say, `given`, `spoiled` and `swapped` what the ledger has booked of it: the difference is
    what the reconciliation shows. What was swapped was given, came back, and as many of another line went out.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="entitlements")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="entitlements")
    quantity = models.PositiveIntegerField(help_text=_("Due by the rule."))
    allotted = models.PositiveIntegerField(help_text=_("Of it, there in this round."))
    wait_reason = models.CharField(max_length=10, choices=WaitReason, blank=True, default="")
    told_given = models.PositiveIntegerField(default=0)
    told_spoiled = models.PositiveIntegerField(default=0)
    told_swapped = models.PositiveIntegerField(default=0)
    given = models.PositiveIntegerField(default=0)
    spoiled = models.PositiveIntegerField(default=0)
    swapped = models.PositiveIntegerField(default=0)
    swapped_for = models.ForeignKey(
        Line, on_delete=models.PROTECT, related_name="swapped_in", null=True, blank=True, help_text=_("What went out.")
    )
    handover = models.CharField(max_length=10, choices=Handover, blank=True, default="")
    keep_until = models.DateField(null=True, blank=True)

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        ordering = ["visit", "line"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "line"], name="entitlement_once_per_visit"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="entitlement_of_something"),
            models.CheckConstraint(condition=Q(allotted__lte=F("quantity")), name="entitlement_within_due"),
            models.CheckConstraint(
                condition=Q(allotted=F("quantity"), wait_reason="")
                | (Q(allotted__lt=F("quantity")) & ~Q(wait_reason="")),
                name="entitlement_less_says_why",
            ),
            models.CheckConstraint(
                condition=Q(given__lte=F("told_given"), spoiled__lte=F("told_spoiled")),
                name="entitlement_booked_as_told",
            ),
            models.CheckConstraint(
                condition=Q(swapped__lte=F("told_swapped"), told_swapped__lte=F("allotted")),
                name="entitlement_swapped_as_told",
            ),
        ]

    def __str__(self):
        return f"{self.visit}: {self.line} {self.allotted}/{self.quantity}"
