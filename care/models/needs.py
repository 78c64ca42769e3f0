"""What a household needs, and each step until it says that it is well.

The words may tell of an illness: they are encrypted, read only in the circle the household chose, and forgotten a
month after the end. The state is folded from the steps (care/folding.py) and kept beside them for the lists.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.encryption import EncryptedTextField
from residents.models import Compound, Household, HouseholdLink, Volunteer

MOST_WORDS = 300
URGENT_RINGS = timedelta(minutes=30)


class Kind(models.TextChoices):
    MEDICINE = "medicine", _("medicine")
    MEDICAL = "medical", _("medical visit")
    FOOD = "food", _("food")
    BABY = "baby", _("baby")
    REPAIR = "repair", _("repair")
    MOOD = "mood", pgettext_lazy("kind of need", "somebody to talk to")
    OTHER = "other", pgettext_lazy("kind of need", "other")

    @property
    def is_health(self) -> bool:
        return self in {Kind.MEDICINE, Kind.MEDICAL, Kind.MOOD}


class Circle(models.TextChoices):
    """Who may read the words. The wider ones include the narrower."""

    DUTY = "duty", _("everyone on duty for the building")
    LEAD = "lead", _("building lead and stewards")
    STEWARD = "steward", _("stewards only")

    @classmethod
    def usual(cls, kind: str) -> Circle:
        return cls.LEAD if Kind(kind).is_health else cls.DUTY


class NeedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Leads never learn of what is for stewards alone; who looks over several compounds reads counts."""
        access = user.access
        mine = Q(household__door__building__in=access.lead_buildings) & ~Q(circle=Circle.STEWARD)
        return self.filter(Q(compound__in=access.steward) | mine)

    def kept_by(self, user):
        return self.visible_to(user)

    def open(self):
        return self.filter(closed_at=None)

    def to_claim(self, now: datetime):
        """Nobody sees to it: new, opened again, or taken and not heard of since."""
        return self.open().exclude(state=Need.State.DONE).filter(Q(leased_until=None) | Q(leased_until__lte=now))

    def stale(self, now: datetime):
        """Nobody has touched it for the desk's hours; or what it waited for should have come."""
        return self.filter(rings_at__lte=now)


class Need(models.Model):
    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("need", "new")
        CLAIMED = "claimed", _("taken")
        DOING = "doing", _("in progress")
        WAITING = "waiting", pgettext_lazy("need", "waiting")
        DONE = "done", _("done, not confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        REOPENED = "reopened", _("opened again")
        WITHDRAWN = "withdrawn", _("not needed any more")

    class Source(models.TextChoices):
        LINK = "link", _("the household's page")
        PHONE = "phone", _("phone call")
        VOLUNTEER = "volunteer", _("volunteer at the door")

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="needs")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="needs")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    words = EncryptedTextField(_("what is needed"), blank=True, default="")
    circle = models.CharField(_("who may read it"), max_length=10, choices=Circle)
    source = models.CharField(_("told by"), max_length=10, choices=Source)
    due_on = models.DateField(_("needed by"), null=True, blank=True)
    made_at = models.DateTimeField(_("asked at"), default=timezone.now)
    # Folded from the steps.
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW, editable=False)
    state_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    is_urgent = models.BooleanField(_("urgent"), default=False, editable=False)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    helper = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, related_name="needs", null=True, blank=True, editable=False
    )
    leased_until = models.DateTimeField(_("taken until"), null=True, blank=True, editable=False)
    waiting_until = models.DateTimeField(_("waiting until"), null=True, blank=True, editable=False)
    rings_at = models.DateTimeField(_("rings at"), null=True, blank=True, editable=False, db_index=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    step_count = models.PositiveIntegerField(default=0, editable=False)  # what a screen saw: an older one moves nothing
    rung_at_step = models.PositiveIntegerField(default=0, editable=False)  # it has rung since this step

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("care", "need")
        verbose_name_plural = pgettext_lazy("care", "needs")
        ordering = ["-is_urgent", F("due_on").asc(nulls_last=True), "made_at", "pk"]
        indexes = [models.Index(fields=["compound", "closed_at"], name="need_open_of_compound")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["claimed", "doing", "waiting"], holder__isnull=False, leased_until__isnull=False)
                | (~Q(state__in=["claimed", "doing", "waiting"]) & Q(holder=None, helper=None, leased_until=None)),
                name="need_held_has_holder",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", waiting_until__isnull=False)
                | (~Q(state="waiting") & Q(waiting_until=None)),
                name="need_waits_until",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["confirmed", "withdrawn"], closed_at__isnull=False)
                | (~Q(state__in=["confirmed", "withdrawn"]) & Q(closed_at=None)),
                name="need_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "confirmed", "withdrawn"], rings_at=None)
                | (~Q(state__in=["done", "confirmed", "withdrawn"]) & Q(rings_at__isnull=False)),
                name="need_open_rings",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self):
        return reverse("care:need", args=[self.pk])

    def is_free(self, now: datetime) -> bool:
        """The same question as `to_claim`, for a row at hand."""
        is_over = self.closed_at is not None or self.state == self.State.DONE
        return not is_over and (self.leased_until is None or self.leased_until <= now)

    def is_stale(self, now: datetime) -> bool:
        return self.rings_at is not None and self.rings_at <= now

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class NeedStep(models.Model):
    """Appended, never changed, but for its note, which is forgotten with the words of the need."""

    class Step(models.TextChoices):
        ASKED = "asked", _("asked for")
        CLAIMED = "claimed", _("taken")
        STARTED = "started", pgettext_lazy("need", "begun")
        WAITS = "waits", _("waits until")
        RELEASED = "released", _("given back")
        DONE = "done", pgettext_lazy("need", "done")
        CONFIRMED = "confirmed", _("confirmed")
        REOPENED = "reopened", _("opened again")
        WITHDRAWN = "withdrawn", _("not needed any more")
        URGENT = "urgent", _("marked as urgent")
        NOT_URGENT = "calm", _("found not to be urgent")
        CIRCLE = "circle", _("other readers")

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    step = models.CharField(_("step"), max_length=10, choices=Step)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    link = models.ForeignKey(HouseholdLink, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    volunteer = models.ForeignKey(
        Volunteer,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("Who heard it at the door, or who sees to it."),
    )
    until = models.DateTimeField(_("until"), null=True, blank=True)
    note = EncryptedTextField(_("note"), blank=True, default="")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("step of a need")
        verbose_name_plural = _("steps of needs")
        ordering = ["need", "number"]
        constraints = [
            models.UniqueConstraint(fields=["need", "number"], name="need_step_number_once"),
            models.CheckConstraint(
                condition=Q(by__isnull=False, link=None) | Q(by=None, link__isnull=False), name="need_step_by_one"
            ),
            models.CheckConstraint(
                condition=~Q(step__in=["claimed", "waits"]) | Q(until__isnull=False), name="need_step_has_its_time"
            ),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_step_display()}"
