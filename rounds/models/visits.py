"""Visits, what was told of them, and what was told and cannot be counted yet."""

from __future__ import annotations

from functools import cache

import uuid6
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Building, Compound, Device, Household, Volunteer
from rounds.models.assignments import Assignment
from rounds.models.rounds import Round
from rounds.outcomes import CLOCK_TOLERANCE, MARKABLE, Outcome


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user):
        access = user.access
        seen = Q(round__compound__in=access.whole_compounds) | Q(building__in=access.lead_buildings)
        return self.filter(Q(round__compound__in=access.steward) | Q(seen, round__is_confidential=False))

    def markable_by(self, user):
        """At a desk: by the compound's stewards and the lead of the building."""
        access = user.access
        own = Q(building__in=access.lead_buildings, round__is_confidential=False)
        return self.filter(Q(round__compound__in=access.steward) | own)

    def missing(self):
        return self.exclude(outcome__in=Outcome.answered())

    def unassigned(self):
        return self.exclude(models.Exists(Assignment.objects.over_visit()))

    def top_down(self):
        """As they are walked. Posts have the first place among the buildings, unless their round has them last."""
        comes_last = models.Case(
            models.When(round__posts_first=False, building__kind=Building.Kind.POST, then=1), default=0
        )
        return self.order_by(
            comes_last, "building__position", "building__code", "entrance", "-floor", "position", "room", "pk"
        )


OUTCOME_WORDS = dict(Outcome.choices)


@cache
def _address(_prefix: str) -> tuple[str, str]:
    """What stands before and after the key. Looked up once: a board asks for the addresses of thousands of doors."""
    before, _key, after = reverse("visit", args=[0]).rpartition("0")
    return before, after


class Visit(models.Model):
    """One household's line in a round.

    What was true at opening is frozen (where, who is expected, which help is needed); `outcome` and the fields
    below it are folded from the marks by `rounds.folding.fold` and written by `rounds.services` alone.
    """

    # No index of its own, nor for a mark's phone: the unique constraints below begin with them.
    round = models.ForeignKey(
        Round, verbose_name=_("round"), on_delete=models.PROTECT, related_name="visits", db_index=False
    )
    household = models.ForeignKey(
        Household, verbose_name=_("household"), on_delete=models.PROTECT, related_name="visits"
    )
    building = models.ForeignKey(Building, verbose_name=_("building"), on_delete=models.PROTECT, related_name="visits")
    entrance = models.CharField(_("entrance"), max_length=10, blank=True)
    floor = models.SmallIntegerField(_("floor"))
    position = models.PositiveSmallIntegerField(_("place in the order"), default=1)
    room = models.CharField(_("room"), max_length=20)
    joined_rooms = models.JSONField(
        _("joined rooms"),
        default=list,
        blank=True,
        help_text=_("Rooms knocked through to this one, as painted on their doors."),
    )
    label = models.CharField(
        _("shown name"), max_length=20, blank=True, help_text=_("The masked name of who speaks for the household.")
    )
    needs = models.JSONField(
        _("help needed"), default=list, blank=True, help_text=_("Codes of the help needed at this door.")
    )
    expected_count = models.PositiveSmallIntegerField(
        _("people expected"), help_text=_("People expected behind this door.")
    )
    known = models.JSONField(
        _("known before"),
        default=dict,
        blank=True,
        help_text=_("Person number -> outcome that stood before anybody knocked."),
    )

    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.WAITING)
    done_count = models.PositiveSmallIntegerField(_("number done"), default=0)
    extra_count = models.PositiveSmallIntegerField(
        _("people met beside them"), default=0, help_text=_("People met who were not expected.")
    )
    people = models.JSONField(
        _("people one by one"),
        default=dict,
        blank=True,
        help_text=_("Person number -> outcome, where told one by one."),
    )
    latest_mark = models.ForeignKey(
        "Mark", verbose_name=_("latest mark"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    latest_at = models.DateTimeField(_("latest mark at"), null=True, blank=True)
    has_conflict = models.BooleanField(_("conflict"), default=False)
    revised_at = models.DateTimeField(
        _("changed at"), default=timezone.now, help_text=_("When the folded state last changed.")
    )

    objects = VisitQuerySet.as_manager()

    # Set by read models for the page they serve.
    walker: str
    next_step: str
    letter: str
    is_assigned: bool  # by rounds.statements.lock_visits: to the volunteer who sends

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["round", "building", "entrance", "-floor", "position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "household"], name="visit_once_per_household"),
            models.CheckConstraint(
                condition=Q(done_count__lte=F("expected_count") + F("extra_count")), name="visit_done_within_expected"
            ),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="visit_outcome_known"),
        ]
        indexes = [models.Index(fields=["round", "revised_at"], name="visit_round_revised")]

    def __str__(self):
        return f"{self.round} {self.full_room}"

    def get_absolute_url(self):
        before, after = _address(get_script_prefix())
        return f"{before}{self.pk}{after}"

    def get_outcome_display(self) -> str:  # type: ignore[no-redef]
        """As Django's own, which lays out all choices anew each time: a board asks it for thousands of doors."""
        return str(OUTCOME_WORDS.get(self.outcome, self.outcome))

    @property
    def full_room(self) -> str:
        return f"{self.entrance}-{self.room}" if self.entrance else self.room

    @property
    def rooms(self) -> str:
        """Every room of the household, its own first: `502 + 501`. The key of a door stays `room`."""
        return " + ".join([self.full_room, *self.joined_rooms])

    @property
    def met_count(self) -> int:
        """People expected and people met beside them."""
        return self.expected_count + self.extra_count

    @property
    def is_missing(self) -> bool:
        return self.outcome not in Outcome.answered()


class Mark(models.Model):
    """One tap on one visit: a fact, kept for ever. Its id is made where the tap happened.

    `marked_at` and `sent_at` are the phone's clock, `received_at` the server's; `happened_at` is `marked_at` put
    right by the difference of the last two. `saw` is the newest mark the person knew of when tapping: two marks
    by two people who did not see each other's are a conflict.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid6.uuid7, editable=False)
    visit = models.ForeignKey(Visit, verbose_name=_("visit"), on_delete=models.PROTECT, related_name="marks")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    people = models.JSONField(_("people one by one"), default=dict, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    details = models.JSONField(
        _("details"),
        default=dict,
        blank=True,
        help_text=_("What the room of this kind of round reads, as short texts."),
    )
    undoes = models.UUIDField(_("undoes"), null=True, blank=True)
    saw = models.UUIDField(_("newest mark seen"), null=True, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("marked by"), on_delete=models.PROTECT, related_name="+"
    )
    walked_by = models.ForeignKey(
        Volunteer,
        verbose_name=_("walked by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who was at the door, where somebody else typed it from paper."),
    )
    device = models.ForeignKey(
        Device,
        verbose_name=pgettext_lazy("device", "phone"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="marks",
        db_index=False,
    )
    seq = models.PositiveBigIntegerField(_("number on the phone"), null=True, blank=True)
    marked_at = models.DateTimeField(_("marked at"))
    sent_at = models.DateTimeField(_("sent by the phone at"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    happened_at = models.DateTimeField(_("happened at"))
    is_late = models.BooleanField(_("late"), default=False, help_text=_("Arrived after the round was closed."))

    # Set by read models for the page they serve.
    letter: str
    still_stands: bool

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering = ["visit", "happened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["device", "seq"], name="mark_seq_once_per_device"),
            models.CheckConstraint(condition=Q(outcome__in=MARKABLE), name="mark_outcome_known"),
            models.CheckConstraint(
                condition=Q(device=None, seq=None) | Q(device__isnull=False, seq__isnull=False),
                name="mark_seq_with_device",
            ),
            models.CheckConstraint(
                condition=Q(outcome="cleared", undoes__isnull=False) | (~Q(outcome="cleared") & Q(undoes=None)),
                name="mark_undoes_when_cleared",
            ),
        ]

    def __str__(self):
        return f"{self.get_outcome_display()} {self.happened_at:%H:%M}"

    @property
    def who(self):
        """Who was at the door, where that is known; else who told."""
        return self.walked_by or self.marked_by

    @property
    def skew(self):
        """How far the phone's clock was off, as a timedelta; positive when the phone is slow."""
        return self.received_at - self.sent_at

    @property
    def is_clock_off(self) -> bool:
        """The phone's clock was so far off that its own time would puzzle a reader."""
        return self.device_id is not None and abs(self.happened_at - self.marked_at) > CLOCK_TOLERANCE


class HeldMarkQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.kept_by(user)

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)


class HeldMark(models.Model):
    """A mark that arrived and cannot be applied. Kept as it came until a person decides."""

    class Reason(models.TextChoices):
        BAD_ID = "bad_id", _("the mark has no usable id")
        BAD_MARK = "bad_mark", _("the mark is incomplete or holds a value that is not allowed")
        UNKNOWN_VISIT = "unknown_visit", _("no such door in a round")
        NOT_ASSIGNED = "not_assigned", _("the door was not assigned to this volunteer")
        NOT_OPEN = "not_open", _("the round is cancelled or not open yet")
        OTHER_CONTENT = "other_content", _("the same mark came before with other content")
        SEQ_REUSED = "seq_reused", _("this number was already used by another mark of the phone")
        DEVICE_ENDED = "device_ended", _("the phone was signed out")

    class Decision(models.TextChoices):
        APPLIED = "applied", _("counted")
        DISMISSED = "dismissed", _("set aside")

    mark_id = models.CharField(_("id of the mark"), max_length=64, blank=True)
    device = models.ForeignKey(
        Device, verbose_name=pgettext_lazy("device", "phone"), on_delete=models.PROTECT, related_name="held_marks"
    )
    seq = models.PositiveBigIntegerField(_("number on the phone"), null=True, blank=True)
    digest = models.CharField(
        _("fingerprint"), max_length=64, help_text=_("Fingerprint of the content, so that a repeat is known.")
    )
    payload = models.JSONField(_("content as it came"))
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    compound = models.ForeignKey(
        Compound, verbose_name=_("compound"), on_delete=models.PROTECT, related_name="held_marks"
    )
    visit = models.ForeignKey(
        Visit, verbose_name=_("visit"), on_delete=models.PROTECT, null=True, blank=True, related_name="held_marks"
    )
    sent_at = models.DateTimeField(_("sent by the phone at"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_note = models.CharField(_("note on the decision"), max_length=200, blank=True)

    objects = HeldMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("held mark")
        verbose_name_plural = _("held marks")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["device", "digest"], name="held_mark_once"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="held_mark_decided_by_somebody",
            ),
        ]

    def __str__(self):
        return f"{self.get_reason_display()} ({self.received_at:%Y-%m-%d %H:%M})"
