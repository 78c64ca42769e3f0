"""Who is rung up, how often, and what was heard. A person has one place on the rota at a time, begun and ended with a
reason; each press is a step, and when the next call is due is folded from them (care/folding.py)."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.encryption import EncryptedTextField
from residents.models import Compound, Resident
from rounds.models import Round, Visit

MOST_MISSED = 2  # after so many calls in vain somebody knocks


class Cadence(models.IntegerChoices):
    DAILY = 1, pgettext_lazy("rhythm", "every day")
    SECOND = 2, _("every 2 days")
    THIRD = 3, _("every 3 days")
    WEEKLY = 7, _("every week")


class Why(models.TextChoices):
    ALONE = "alone", _("lives alone")
    OLD = "old", _("80 and over")
    AT_HOME = "at_home", _("cannot come down")
    NO_PHONE = "no_phone", _("has no smartphone")
    TRIPS = "trips", _("has medical trips")
    OTHER = "other", pgettext_lazy("call rota", "other")


class CallPlaceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who is frail and alone is nobody's business but of those who call."""
        access = user.access
        mine = Q(resident__household__door__building__in=access.lead_buildings)
        return self.filter(Q(compound__in=access.steward) | mine)

    def kept_by(self, user):
        return self.visible_to(user)

    def active(self):
        return self.filter(ended_at=None)

    def reachable(self):
        """Living here and at home: who is in hospital is asked for there, who left is settled at the desk."""
        return self.active().filter(
            resident__moved_out_on=None,
            resident__household__moved_out_on=None,
            resident__whereabouts=Resident.Whereabouts.HOME,
        )

    def due(self, today: date):
        """To be rung up today, taken by somebody or not."""
        return self.reachable().filter(due_on__lte=today, missed_count__lt=MOST_MISSED)

    def to_call(self, now: datetime):
        """Due, free, and not put off: in the order of the queue."""
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        rows = self.due(timezone.localdate(now)).filter(free, Q(again_at=None) | Q(again_at__lte=now))
        return rows.in_turn()

    def in_turn(self):
        """Longest overdue first; who was skipped comes after the others of the same day."""
        return self.order_by("due_on", F("skipped_at").asc(nulls_first=True), F("again_at").asc(nulls_last=True), "pk")

    def to_knock(self):
        """Two calls in vain, and nobody on the way to the door."""
        walking = Q(knock__round__state=Round.State.OPEN)
        return self.reachable().filter(missed_count__gte=MOST_MISSED).exclude(walking)


class CallPlace(models.Model):
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="call_places")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="call_places")
    cadence = models.PositiveSmallIntegerField(_("how often"), choices=Cadence, default=Cadence.DAILY)
    why = models.CharField(_("why"), max_length=10, choices=Why)
    begun_at = models.DateTimeField(_("begun at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    # Folded from the steps.
    due_on = models.DateField(_("due on"), editable=False)
    again_at = models.DateTimeField(_("call again at"), null=True, blank=True, editable=False)
    skipped_at = models.DateTimeField(null=True, blank=True, editable=False)
    missed_count = models.PositiveSmallIntegerField(default=0, editable=False)
    knock = models.ForeignKey(
        Visit, on_delete=models.PROTECT, related_name="call_places", null=True, blank=True, editable=False
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    leased_until = models.DateTimeField(_("taken until"), null=True, blank=True, editable=False)

    objects = CallPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place on the call rota")
        verbose_name_plural = _("places on the call rota")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(ended_at=None), name="call_place_once_a_person"),
            models.CheckConstraint(condition=Q(cadence__in=[1, 2, 3, 7]), name="call_place_cadence_known"),
            models.CheckConstraint(
                condition=Q(holder=None, leased_until=None) | Q(holder__isnull=False, leased_until__isnull=False),
                name="call_place_held_by_somebody",
            ),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(holder=None), name="call_place_ended_is_free"),
        ]

    def __str__(self):
        return f"{self.get_cadence_display()} {self.pk}"

    def get_absolute_url(self):
        return reverse("care:place", args=[self.pk])

    @property
    def needs_knock(self) -> bool:
        return self.missed_count >= MOST_MISSED

    def held_by(self, user, now: datetime) -> bool:
        return self.holder_id == user.pk and self.leased_until is not None and self.leased_until > now

    def is_held(self, now: datetime) -> bool:
        return self.leased_until is not None and self.leased_until > now


class CallStep(models.Model):
    """The call log. Appended, never changed, but for its note, which is forgotten after a month."""

    class Step(models.TextChoices):
        BEGUN = "begun", _("put on the rota")
        CHANGED = "changed", _("other rhythm")
        ANSWERED = "answered", _("answered, all well")
        PROXY = "proxy", _("somebody else answered for them")
        NO_ANSWER = "no_answer", _("no answer")
        AGAIN = "again", _("call again later")
        SKIPPED = "skipped", _("moved to the end")
        KNOCKING = "knocking", _("somebody knocks")
        MET = "met", _("met at the door")
        NOT_MET = "not_met", _("not met at the door")
        UNSAID = "unsaid", _("what was told at the door was taken back")
        ENDED = "ended", _("taken off the rota")

        @classmethod
        def calls(cls) -> frozenset[str]:
            return frozenset({cls.ANSWERED, cls.PROXY, cls.NO_ANSWER, cls.AGAIN})

    place = models.ForeignKey(CallPlace, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cadence = models.PositiveSmallIntegerField(_("how often"), choices=Cadence, null=True, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    note = EncryptedTextField(_("note"), blank=True, default="")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("step of the call rota")
        verbose_name_plural = _("steps of the call rota")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["place", "at"], name="call_step_of_place")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(step__in=["begun", "changed"]) | Q(cadence__isnull=False), name="call_step_has_its_cadence"
            ),
            models.CheckConstraint(condition=~Q(step="again") | Q(until__isnull=False), name="call_step_has_its_time"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_step_display()}"


class KnockRound(models.Model):
    """A welfare round for those who did not answer: its doors are the rota's, others of its kind are not."""

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="knock_round")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name = _("knock round")
        verbose_name_plural = _("knock rounds")

    def __str__(self):
        return str(self.round)
