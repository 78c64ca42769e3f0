"""Calling a house down, one household a lift ride: who is next, which lift is where, and when it is safe again.

Reading order: CallDown, Turn, Lift, Ride, RideStep; then `lifts/folding.py` and `lifts/riding.py`. A call-down stands
on a round of any kind. That somebody has ridden down is no mark: marks stay the round's own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Building
from rounds.models import Outcome, Round, Visit

# Who walks slowly, or must not be sent down twenty floors of stairs on a word from a list.
TAKES_TIME = frozenset({"needs_home_visit", "needs_gentle_knock", "lives_alone"})


def _seconds(label, default: int, most: int):
    return models.PositiveIntegerField(label, default=default, validators=[MaxValueValidator(most)])


class RideSettings(models.Model):
    """How a house is called down. Told once for a whole round, and for one entrance where it differs."""

    class Order(models.TextChoices):
        TOP_DOWN = "top_down", _("top floor first")
        BOTTOM_UP = "bottom_up", _("lowest floor first")

    class Help(models.TextChoices):
        LONGER = "longer", _("a longer ride")
        HOME = "home", _("a home visit")

    trip_seconds = _seconds(_("there and back"), 420, 7200)
    extra_seconds = _seconds(_("more for who needs time"), 300, 7200)
    disinfect_seconds = _seconds(_("disinfecting"), 120, 7200)
    dwell_seconds = _seconds(_("resting after it"), 180, 7200)
    batch_size = models.PositiveSmallIntegerField(
        _("households a batch"), default=20, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    order = models.CharField(_("order"), max_length=10, choices=Order, default=Order.TOP_DOWN)
    cannot_come_down = models.CharField(
        _("who cannot come down by themselves gets"), max_length=10, choices=Help, default=Help.LONGER
    )
    agent = models.CharField(_("disinfectant"), max_length=40, default="含氯消毒剂")
    strength = models.CharField(_("strength"), max_length=40, default="500mg/L")

    class Meta:
        abstract = True

    @property
    def lock_seconds(self) -> int:
        return self.disinfect_seconds + self.dwell_seconds

    @property
    def ride_seconds(self) -> int:
        """From the call until the lift may be called again."""
        return self.trip_seconds + self.lock_seconds


class CallDownPlan(RideSettings):
    """What a steward decided for a round: when to begin, how neighbours are kept apart, how long a ride takes."""

    round = models.OneToOneField(
        Round, verbose_name=_("round"), on_delete=models.PROTECT, related_name="call_down_plan"
    )
    starts_at = models.DateTimeField(_("starts at"))
    skip = models.PositiveSmallIntegerField(
        _("buildings called together"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("One of every so many buildings goes down at a time, so that neighbours do not meet."),
    )
    gap_seconds = _seconds(_("pause between two groups"), 600, 7200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name = _("call-down plan")
        verbose_name_plural = _("call-down plans")
        constraints = [models.CheckConstraint(condition=Q(skip__gte=1), name="call_down_plan_skip_from_one")]

    def __str__(self):
        return str(self.round)


class CallDownQuerySet(models.QuerySet):
    def visible_to(self, user):
        access = user.access
        return self.filter(Q(plan__round__compound__in=access.whole_compounds) | Q(building__in=access.lead_buildings))

    def kept_by(self, user):
        """Who runs it: the compound's stewards and the lead of the building."""
        access = user.access
        return self.filter(Q(plan__round__compound__in=access.steward) | Q(building__in=access.lead_buildings))


class CallDown(RideSettings):
    """The queue of one entrance in one round."""

    plan = models.ForeignKey(
        CallDownPlan, verbose_name=_("call-down plan"), on_delete=models.PROTECT, related_name="call_downs"
    )
    building = models.ForeignKey(
        Building, verbose_name=_("building"), on_delete=models.PROTECT, related_name="call_downs"
    )
    entrance = models.CharField(_("entrance"), max_length=10, blank=True)
    wave = models.PositiveSmallIntegerField(
        pgettext_lazy("lifts", "group"), default=0, help_text=_("Groups go down one after the other.")
    )
    goes_ahead = models.BooleanField(
        _("does not wait for its group"), default=False, help_text=_("A steward let it go before its turn.")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    lobby_hash = models.CharField(max_length=64, blank=True, editable=False)
    revised_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CallDownQuerySet.as_manager()

    class Meta:
        verbose_name = _("call-down")
        verbose_name_plural = _("call-downs")
        ordering = ["plan", "building__position", "building__code", "entrance"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "building", "entrance"], name="call_down_once_per_entrance"),
            models.UniqueConstraint(fields=["lobby_hash"], condition=~Q(lobby_hash=""), name="call_down_lobby_once"),
        ]

    def __str__(self):
        return self.place

    def get_absolute_url(self):
        return reverse("lifts:call_down", args=[self.pk])

    @property
    def place(self) -> str:
        return place_name(self.building, self.entrance)


def place_name(building: Building, entrance: str) -> str:
    words = [str(building)] + ([_("entrance %(name)s") % {"name": entrance}] if entrance else [])
    return " ".join(str(word) for word in words)


class LiftQuerySet(models.QuerySet):
    def of(self, call_down: CallDown):
        return self.filter(building=call_down.building_id, entrance=call_down.entrance)

    def serving(self):
        return self.filter(out_since=None)


class Lift(models.Model):
    """A lift of an entrance. It outlives rounds: what is out of service stays out, and one ride at a time is one
    ride at a time even where two rounds overlap."""

    building = models.ForeignKey(Building, verbose_name=_("building"), on_delete=models.PROTECT, related_name="lifts")
    entrance = models.CharField(_("entrance"), max_length=10, blank=True)
    number = models.PositiveSmallIntegerField(pgettext_lazy("lifts", "number"))
    is_reserved = models.BooleanField(_("for close contacts only"), default=False)
    out_since = models.DateTimeField(_("out of service since"), null=True, blank=True)
    latest_step = models.ForeignKey(
        "RideStep", verbose_name=_("latest step"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revised_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("lift")
        verbose_name_plural = pgettext_lazy("lifts", "lifts")
        ordering = ["building", "entrance", "number"]
        constraints = [
            models.UniqueConstraint(fields=["building", "entrance", "number"], name="lift_once_per_entrance"),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        return str(_("lift %(number)s") % {"number": self.number})

    @property
    def full_name(self) -> str:
        return f"{place_name(self.building, self.entrance)} {self.name}"


class LiftEvent(models.Model):
    """A lift failed, was repaired, was kept for close contacts: who told, when, why."""

    class Step(models.TextChoices):
        OUT = "out", _("out of service")
        BACK = "back", _("in service again")
        RESERVED = "reserved", _("kept for close contacts")
        SHARED = "shared", _("for everybody again")

    lift = models.ForeignKey(Lift, verbose_name=_("lift"), on_delete=models.PROTECT, related_name="events")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("lift event")
        verbose_name_plural = _("lift events")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.lift} {self.get_step_display()} {self.at:%H:%M}"


class TurnQuerySet(models.QuerySet):
    def kept_by(self, user):
        return self.filter(call_down__in=CallDown.objects.kept_by(user))

    def visible_to(self, user):
        return self.filter(call_down__in=CallDown.objects.visible_to(user))

    def to_call(self):
        """Still in the queue. Who was marked in the round meanwhile has dropped out by that alone."""
        return self.filter(state=Turn.State.WAITING).exclude(visit__outcome__in=Outcome.answered())


class Turn(models.Model):
    """A household's place in the queue. Where it stands is fixed when the queue is made; what became of it is folded
    from its steps by `lifts.folding.fold_turn` and written by `lifts.riding` alone."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("lifts", "waiting")
        RIDING = "riding", _("on its way")
        SERVED = "served", _("has been down")
        STAIRS = "stairs", _("went by the stairs")
        HOME = "home", _("home visit")
        NO_SHOW = "no_show", _("did not come")

    call_down = models.ForeignKey(CallDown, verbose_name=_("call-down"), on_delete=models.PROTECT, related_name="turns")
    visit = models.ForeignKey(Visit, verbose_name=_("visit"), on_delete=models.PROTECT, related_name="turns")
    position = models.PositiveIntegerField(_("place in the order"), help_text=_("From the top floor down."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    missed_count = models.PositiveSmallIntegerField(_("times missed"), default=0)
    sent_back = models.PositiveBigIntegerField(_("sent back"), default=0, help_text=_("Later ones stand further back."))
    is_first = models.BooleanField(
        _("goes first"), default=False, help_text=_("Volunteers and staff go before the others.")
    )
    is_contact = models.BooleanField(
        _("close contact"), default=False, help_text=_("Rides only in a lift kept for close contacts.")
    )

    objects = TurnQuerySet.as_manager()

    # Set by the read model for the page it serves.
    need_words: list[str]
    minutes: int | None

    class Meta:
        verbose_name = pgettext_lazy("lifts", "turn")
        verbose_name_plural = pgettext_lazy("lifts", "turns")
        ordering = ["call_down", "position"]
        constraints = [
            models.UniqueConstraint(fields=["call_down", "visit"], name="turn_once_per_visit"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "riding", "served", "stairs", "home", "no_show"]),
                name="turn_state_known",
            ),
        ]

    def __str__(self):
        return self.visit.full_room

    @property
    def takes_time(self) -> bool:
        return bool(TAKES_TIME & set(self.visit.needs))


class Ride(models.Model):
    """One household, there and back in one lift, until the lift is safe again. Folded from its steps."""

    class State(models.TextChoices):
        CALLED = "called", pgettext_lazy("lifts", "called")
        RIDING = "riding", _("riding down")
        DOWN = "down", pgettext_lazy("lifts", "down")
        RETURNING = "returning", _("riding back")
        DISINFECTING = "disinfecting", _("being disinfected")

    class End(models.TextChoices):
        DONE = "done", _("done")
        NO_SHOW = "no_show", _("nobody came")
        BROKEN = "broken", _("the lift failed")
        VOID = "void", _("called by mistake")

    lift = models.ForeignKey(Lift, verbose_name=_("lift"), on_delete=models.PROTECT, related_name="rides")
    turn = models.ForeignKey(
        Turn, verbose_name=pgettext_lazy("lifts", "turn"), on_delete=models.PROTECT, related_name="rides"
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.CALLED)
    called_at = models.DateTimeField(_("called at"))
    state_at = models.DateTimeField(_("in this state since"), help_text=_("When it came to this state."))
    safe_at = models.DateTimeField(
        _("safe again at"), null=True, blank=True, help_text=_("When the lift may be used again.")
    )
    end = models.CharField(_("how it ended"), max_length=10, choices=End, blank=True, default="")
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("ride")
        verbose_name_plural = _("rides")
        ordering = ["-called_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["lift"], condition=Q(ended_at=None), name="ride_one_active_per_lift"),
            models.UniqueConstraint(fields=["turn"], condition=Q(ended_at=None), name="ride_one_active_per_household"),
            models.CheckConstraint(
                condition=Q(state__in=["called", "riding", "down", "returning", "disinfecting"]),
                name="ride_state_known",
            ),
            models.CheckConstraint(
                condition=Q(end="", ended_at=None) | (~Q(end="") & Q(ended_at__isnull=False)),
                name="ride_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="disinfecting", safe_at__isnull=False) | (~Q(state="disinfecting") & Q(safe_at=None)),
                name="ride_disinfecting_knows_when_safe",
            ),
            # Time cannot be asked inside a unique constraint; that a lift is not let go too early is held here.
            models.CheckConstraint(
                condition=~Q(end="done") | Q(safe_at__isnull=False, ended_at__gte=F("safe_at")),
                name="ride_done_only_when_safe",
            ),
        ]

    def __str__(self):
        return f"{self.turn} {self.called_at:%H:%M}"

    def is_over(self, at: datetime) -> bool:
        """Ended, or the rest after disinfecting has passed: time passes by itself, no task writes it down."""
        return self.ended_at is not None or (self.safe_at is not None and self.safe_at <= at)


class RideStep(models.Model):
    """What somebody told with one press: kept for ever. Taking back is one more step, which names what it undoes."""

    class Step(models.TextChoices):
        CALLED = "called", pgettext_lazy("lifts", "called")
        RIDING = "riding", _("in the lift")
        DOWN = "down", pgettext_lazy("lifts", "down")
        RETURNING = "returning", _("riding back")
        DISINFECTING = "disinfecting", _("back home, disinfecting")
        NO_SHOW = "no_show", _("nobody came")
        BROKEN = "broken", _("the lift failed")
        TOGETHER = "together", _("rode along with another household")
        STAIRS = "stairs", _("by the stairs")
        HOME = "home", _("home visit")
        AGAIN = "again", _("back into the queue")
        FIRST = "first", _("goes first")
        NOT_FIRST = "not_first", _("in its usual place")
        CONTACT = "contact", _("close contact: reserved lift")
        NOT_CONTACT = "not_contact", _("any lift again")
        UNDONE = "undone", _("taken back")

    turn = models.ForeignKey(
        Turn, verbose_name=pgettext_lazy("lifts", "turn"), on_delete=models.PROTECT, related_name="steps"
    )
    ride = models.ForeignKey(
        Ride, verbose_name=_("ride"), on_delete=models.PROTECT, null=True, blank=True, related_name="steps"
    )
    step = models.CharField(_("step"), max_length=12, choices=Step)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Of disinfecting: when the lift is safe again.")
    )
    undoes = models.OneToOneField(
        "self", verbose_name=_("undoes"), on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )

    class Meta:
        verbose_name = _("ride step")
        verbose_name_plural = _("ride steps")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(step="undone", undoes__isnull=False) | (~Q(step="undone") & Q(undoes=None)),
                name="ride_step_undoes_when_undone",
            ),
        ]

    def __str__(self):
        return f"{self.get_step_display()} {self.at:%H:%M}"


class Disinfection(models.Model):
    """A line of the disinfection log, written by the press that began it and never changed. One whose step was taken
    back stays in the log, struck out."""

    lift = models.ForeignKey(Lift, verbose_name=_("lift"), on_delete=models.PROTECT, related_name="disinfections")
    call_down = models.ForeignKey(
        CallDown, verbose_name=_("call-down"), on_delete=models.PROTECT, related_name="disinfections"
    )
    step = models.OneToOneField(
        RideStep, verbose_name=_("ride step"), on_delete=models.PROTECT, related_name="disinfection"
    )
    place = models.CharField(pgettext_lazy("lifts", "place"), max_length=100)
    agent = models.CharField(_("disinfectant"), max_length=40)
    strength = models.CharField(_("strength"), max_length=40)
    started_at = models.DateTimeField(pgettext_lazy("lifts", "began"))
    ended_at = models.DateTimeField(pgettext_lazy("lifts", "ended"))
    safe_at = models.DateTimeField(_("safe again at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("disinfection")
        verbose_name_plural = _("disinfection log")
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at"), safe_at__gte=F("ended_at")),
                name="disinfection_times_in_order",
            ),
        ]

    def __str__(self):
        return f"{self.place} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def rest(self) -> timedelta:
        return self.safe_at - self.ended_at


class Forecast(models.Model):
    """What a plan said about one entrance, frozen when it was kept; the newest is compared with what happened."""

    call_down = models.ForeignKey(
        CallDown, verbose_name=_("call-down"), on_delete=models.CASCADE, related_name="forecasts"
    )
    lift_count = models.PositiveSmallIntegerField(pgettext_lazy("lifts", "lifts"))
    household_count = models.PositiveIntegerField(_("households"))
    home_count = models.PositiveIntegerField(_("home visits"), default=0)
    ride_seconds = models.PositiveIntegerField(_("seconds a ride"), help_text=_("Planned for an ordinary ride."))
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        ordering = ["-made_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="forecast_ends_after")]

    def __str__(self):
        return f"{self.call_down} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"
