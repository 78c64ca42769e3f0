"""The share corner: what a household offers, who has reserved it until when, and what is asked for.

That a reservation has lapsed and that food is past its day is worked out when it is read; the beat only writes down
what is true already. How many pieces are promised is kept on the offer, so that the database refuses one too many.
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from residents.models import Compound, Household

MOST = 999  # pieces of one offer: more is a slip of the finger
MOST_SLOTS = 9  # reservations a household may ever hold at once; a compound allows fewer


class Category(models.TextChoices):
    FOOD = "food", _("food")
    HOUSE = "house", _("household things")
    BABY = "baby", _("for babies and children")
    CARE = "care", _("care and hygiene")
    OTHER = "other", pgettext_lazy("sharing", "other")


class CornerQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(compound__in=user.access.compounds)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class Corner(models.Model):
    """What the compound has agreed on. It begins when a steward opens it."""

    compound = models.OneToOneField(Compound, on_delete=models.CASCADE, related_name="share_corner")
    most_reservations = models.PositiveSmallIntegerField(
        _("reservations a household"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_SLOTS)],
        help_text=_("At once. What was fetched counts no more."),
    )
    most_pieces = models.PositiveSmallIntegerField(
        _("pieces a reservation"), default=5, validators=[MinValueValidator(1), MaxValueValidator(MOST)]
    )
    hold_minutes = models.PositiveSmallIntegerField(
        _("kept for, in minutes"),
        default=240,
        validators=[MinValueValidator(15), MaxValueValidator(2880)],
        help_text=_("What is not fetched by then is free for others again."),
    )
    hours = models.CharField(
        _("when things are carried"), max_length=60, blank=True, help_text=_("For example: daily 15:00 to 17:00.")
    )
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True, editable=False)

    objects = CornerQuerySet.as_manager()

    class Meta:
        verbose_name = _("share corner")
        verbose_name_plural = _("share corners")
        constraints = [
            models.CheckConstraint(
                condition=Q(most_reservations__gte=1, most_reservations__lte=MOST_SLOTS, most_pieces__gte=1),
                name="corner_limits_within_reason",
            ),
        ]

    def __str__(self):
        return str(self.compound)

    @property
    def held_for(self) -> str:
        hours, minutes = divmod(self.hold_minutes, 60)
        if minutes:
            return ngettext("%(count)s minute", "%(count)s minutes", self.hold_minutes) % {"count": self.hold_minutes}
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


class OfferQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is offered may be seen by everybody with a role here; from which door only by those who keep it."""
        return self.filter(compound__in=user.access.compounds)

    def kept_by(self, user):
        access = user.access
        mine = Q(household__door__building__in=access.lead_buildings)
        return self.filter(Q(compound__in=access.steward) | mine)

    def on_show(self, now: datetime | None = None):
        """For everybody of the compound to see, with `left`: how many are free at this moment."""
        now = now or timezone.now()
        rows = self.filter(wish=None, stopped_at=None, ended_at=None, household__moved_out_on=None)
        return rows.fit(timezone.localdate(now)).with_left(now)

    def fit(self, today: date):
        """Food past its day is gone from every list, and nobody has to take it away."""
        return self.filter(Q(use_by=None) | Q(use_by__gte=today))

    def with_left(self, now: datetime):
        """A reservation that has lapsed is free again, written down or not."""
        lapsed = Sum("reservations__quantity", filter=Q(reservations__state="held", reservations__until__lte=now))
        return self.annotate(left=F("quantity") - F("promised") - F("given") + Coalesce(lapsed, 0))


class Offer(models.Model):
    """Something a household gives away. Who gives is told to who takes, and to those who keep the building."""

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="offers")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="offers")
    category = models.CharField(_("kind"), max_length=10, choices=Category, default=Category.FOOD)
    what = models.CharField(_("what"), max_length=60)
    quantity = models.PositiveSmallIntegerField(_("how many"))
    unit = models.CharField(_("unit"), max_length=12, default="份")
    use_by = models.DateField(_("use by"), null=True, blank=True, help_text=_("Food goes from the list after it."))
    place = models.CharField(
        _("where to pick it up"), max_length=60, help_text=_("Without meeting: on the door handle, in the lobby.")
    )
    wish = models.ForeignKey(
        "sharing.Wish", on_delete=models.PROTECT, related_name="answers", null=True, blank=True, editable=False
    )
    promised = models.PositiveSmallIntegerField(default=0, editable=False)
    given = models.PositiveSmallIntegerField(default=0, editable=False)
    made_at = models.DateTimeField(_("offered at"), default=timezone.now)
    stopped_at = models.DateTimeField(_("enough since"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("taken back at"), null=True, blank=True, editable=False)

    objects = OfferQuerySet.as_manager()

    left: int  # annotated by `with_left`

    class Meta:
        verbose_name = pgettext_lazy("sharing", "offer")
        verbose_name_plural = pgettext_lazy("sharing", "offers")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=MOST), name="share_offer_of_something"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("promised") + F("given")), name="share_offer_never_over"
            ),
            models.CheckConstraint(
                condition=~Q(category="food") | Q(use_by__isnull=False), name="share_food_has_its_day"
            ),
        ]

    def __str__(self):
        return f"{self.what} ×{self.quantity}"

    def get_absolute_url(self):
        return reverse("sharing:offer", args=[self.pk])

    def is_past(self, today: date) -> bool:
        return self.use_by is not None and self.use_by < today


class ReservationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Two doors are matched: those who keep either of them, and the stewards, may help."""
        access = user.access
        mine = Q(household__door__building__in=access.lead_buildings)
        mine |= Q(offer__household__door__building__in=access.lead_buildings)
        return self.filter(Q(offer__compound__in=access.steward) | mine)

    def kept_by(self, user):
        return self.visible_to(user)

    def live(self, now: datetime | None = None):
        return self.filter(state=Reservation.State.HELD, until__gt=now or timezone.now())

    def overdue(self, now: datetime | None = None):
        return self.filter(state=Reservation.State.HELD, until__lte=now or timezone.now())


class Reservation(models.Model):
    """So many of an offer for one household, until a moment. `slot` numbers what a household holds at once: that no
    number is used twice is what keeps it within the compound's limit. What answers a wish has none."""

    class State(models.TextChoices):
        HELD = "held", _("reserved")
        GIVEN = "given", pgettext_lazy("sharing", "given")
        LAPSED = "lapsed", _("lapsed")
        RELEASED = "released", _("not needed any more")
        WITHDRAWN = "withdrawn", _("taken back by who gave")

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="reservations")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="share_reservations")
    quantity = models.PositiveSmallIntegerField(_("how many"), default=1)
    slot = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    made_at = models.DateTimeField(_("reserved at"), default=timezone.now)
    until = models.DateTimeField(_("kept until"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "household"], condition=Q(state="held"), name="share_reserved_once_a_household"
            ),
            models.UniqueConstraint(
                fields=["household", "slot"], condition=Q(state="held"), name="share_household_within_limit"
            ),
            models.CheckConstraint(
                condition=Q(slot=None) | Q(slot__gte=1, slot__lte=MOST_SLOTS), name="share_slot_within_reason"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="share_reserved_something"),
            models.CheckConstraint(
                condition=Q(state="held", ended_at=None) | (~Q(state="held") & Q(ended_at__isnull=False)),
                name="share_reservation_ended_has_time",
            ),
        ]

    def __str__(self):
        return f"{self.offer.what} ×{self.quantity}"

    def is_live(self, now: datetime) -> bool:
        return self.state == self.State.HELD and self.until > now


class WishQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The wish, never whose it is."""
        return self.filter(compound__in=user.access.compounds)

    def kept_by(self, user):
        """Stewards, and whoever wrote it down for somebody: a lead of the building would learn who asked."""
        access = user.access
        return self.filter(
            Q(compound__in=access.steward) | Q(typed_by=user, compound__in=access.compounds - access.officer)
        )

    def on_show(self, now: datetime | None = None):
        today = timezone.localdate(now or timezone.now())
        open_rows = self.filter(stopped_at=None, until__gte=today, covered__lt=F("quantity"))
        return open_rows.filter(household__moved_out_on=None)


class Wish(models.Model):
    """Something asked for. Nobody sees by whom, unless a neighbour has it: then the two see each other's room."""

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="wishes")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="wishes")
    category = models.CharField(_("kind"), max_length=10, choices=Category, default=Category.FOOD)
    what = models.CharField(_("what"), max_length=60)
    quantity = models.PositiveSmallIntegerField(_("how many"))
    unit = models.CharField(_("unit"), max_length=12, default="份")
    until = models.DateField(_("needed until"))
    covered = models.PositiveSmallIntegerField(default=0, editable=False)
    slot = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    made_at = models.DateTimeField(_("asked at"), default=timezone.now)
    stopped_at = models.DateTimeField(_("enough since"), null=True, blank=True, editable=False)

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("sharing", "wish")
        verbose_name_plural = pgettext_lazy("sharing", "wishes")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=MOST), name="share_wish_of_something"),
            models.CheckConstraint(condition=Q(covered__lte=F("quantity")), name="share_wish_never_over"),
            models.CheckConstraint(
                condition=Q(slot=None) | Q(slot__gte=1, slot__lte=MOST_SLOTS), name="share_wish_slot_within_reason"
            ),
            models.UniqueConstraint(fields=["household", "slot"], name="share_wishes_within_limit"),
        ]

    def __str__(self):
        return f"{self.what} ×{self.quantity}"

    @property
    def missing(self) -> int:
        return self.quantity - self.covered
