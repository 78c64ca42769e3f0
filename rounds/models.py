"""The engine: a round opens visits, phones append marks, a visit's state is folded from its marks.

Reading order: Round, Visit, Mark, then `rounds/folding.py` (how marks become a state) and `rounds/services.py`.
"""

from __future__ import annotations

import uuid6
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Compound, Device, Household, Volunteer
from rounds.outcomes import CLOCK_TOLERANCE, MARKABLE, PERSON_OUTCOMES, Outcome  # noqa: F401 (found here by others)


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whole-compound roles see every round; a building lead those that touch a building of theirs."""
        access = user.access
        touches = Round.buildings.through.objects.filter(
            round=models.OuterRef("pk"), building__in=access.lead_buildings
        )
        return self.filter(Q(compound__in=access.whole_compounds) | models.Exists(touches))

    def kept_by(self, user):
        return self.filter(compound__in=user.access.steward)

    def open(self):
        return self.filter(state=Round.State.OPEN)


class Round(models.Model):
    class Kind(models.TextChoices):
        PCR = "pcr", _("PCR test")  # this and the next two: details in testing_rounds
        RECALL = "recall", _("recall of a tube")
        ANTIGEN = "antigen", _("antigen test")
        NOTIFY = "notify", _("knock and tell")
        LEAFLET = "leaflet", _("leaflet")
        WELFARE = "welfare", _("welfare check")
        WASTE = "waste", _("door-to-door rubbish")
        SUPPLIES = "supplies", _("hand-out of supplies")  # details in supplies

        @classmethod
        def tests(cls) -> frozenset[str]:
            """People are listed one by one."""
            return frozenset({cls.PCR, cls.RECALL, cls.ANTIGEN})

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")
        CANCELLED = "cancelled", _("cancelled")

    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="rounds")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.PositiveIntegerField(_("number"), help_text=_("Counted per compound and kind."))
    title = models.CharField(_("title"), max_length=80, blank=True)
    buildings = models.ManyToManyField(Building, verbose_name=_("buildings"), related_name="rounds")
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    floors_per_segment = models.PositiveSmallIntegerField(
        _("floors a segment"),
        null=True,
        blank=True,
        help_text=_("Set: volunteers take free segments of about this many floors themselves."),
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["compound", "kind", "number"], name="round_number_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="round_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state="draft", opened_at=None) | Q(state="cancelled") | Q(opened_at__isnull=False),
                name="round_opened_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
                name="round_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(floors_per_segment=None) | Q(floors_per_segment__gte=1), name="round_segment_has_floors"
            ),
        ]

    def __str__(self):
        name = _("%(kind)s round %(number)s") % {"kind": self.get_kind_display(), "number": self.number}
        return f"{name} · {self.title}" if self.title else name

    def get_absolute_url(self):
        return reverse("rounds:board", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_test(self) -> bool:
        return self.kind in self.Kind.tests()

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED


class RoundEvent(models.Model):
    """Each step of a round's life: who, when, why. Appended by services."""

    class Step(models.TextChoices):
        OPENED = "opened", _("opened")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("reopened")
        CANCELLED = "cancelled", _("cancelled")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="events")
    step = models.CharField(max_length=10, choices=Step)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("round event")
        verbose_name_plural = _("round events")
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_step_display()}"


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user):
        access = user.access
        return self.filter(Q(round__compound__in=access.whole_compounds) | Q(building__in=access.lead_buildings))

    def markable_by(self, user):
        """At a desk: by the compound's stewards and the lead of the building."""
        access = user.access
        return self.filter(Q(round__compound__in=access.steward) | Q(building__in=access.lead_buildings))

    def missing(self):
        return self.exclude(outcome__in=Outcome.answered())

    def unassigned(self):
        return self.exclude(models.Exists(Assignment.objects.over_visit()))

    def top_down(self):
        return self.order_by("building__position", "building__code", "entrance", "-floor", "position", "room", "pk")


class Visit(models.Model):
    """One household's line in a round.

    What was true at opening is frozen (where, who is expected, which help is needed); `outcome` and the fields
    below it are folded from the marks by `rounds.folding.fold` and written by `rounds.services` alone.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="visits")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="visits")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="visits")
    entrance = models.CharField(max_length=10, blank=True)
    floor = models.SmallIntegerField()
    position = models.PositiveSmallIntegerField(default=1)
    room = models.CharField(max_length=20)
    joined_rooms = models.JSONField(
        default=list, blank=True, help_text=_("Rooms knocked through to this one, as painted on their doors.")
    )
    label = models.CharField(max_length=20, blank=True, help_text=_("The masked name of who speaks for the household."))
    needs = models.JSONField(default=list, blank=True, help_text=_("Codes of the help needed at this door."))
    expected_count = models.PositiveSmallIntegerField(help_text=_("People expected behind this door."))
    known = models.JSONField(
        default=dict, blank=True, help_text=_("Person number -> outcome that stood before anybody knocked.")
    )

    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.WAITING)
    done_count = models.PositiveSmallIntegerField(default=0)
    extra_count = models.PositiveSmallIntegerField(default=0, help_text=_("People met who were not expected."))
    people = models.JSONField(default=dict, blank=True, help_text=_("Person number -> outcome, where told one by one."))
    latest_mark = models.ForeignKey("Mark", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    latest_at = models.DateTimeField(null=True, blank=True)
    has_conflict = models.BooleanField(default=False)
    revised_at = models.DateTimeField(default=timezone.now, help_text=_("When the folded state last changed."))

    objects = VisitQuerySet.as_manager()

    # Set by read models for the page they serve.
    walker: str
    next_step: str
    letter: str

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
        return reverse("visit", args=[self.pk])

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

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="marks")
    outcome = models.CharField(max_length=12, choices=Outcome)
    people = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=200, blank=True)
    details = models.JSONField(
        default=dict, blank=True, help_text=_("What the room of this kind of round reads, as short texts.")
    )
    undoes = models.UUIDField(null=True, blank=True)
    saw = models.UUIDField(null=True, blank=True)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    walked_by = models.ForeignKey(
        Volunteer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who was at the door, where somebody else typed it from paper."),
    )
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="marks")
    seq = models.PositiveBigIntegerField(null=True, blank=True)
    marked_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    happened_at = models.DateTimeField()
    is_late = models.BooleanField(default=False, help_text=_("Arrived after the round was closed."))

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

    mark_id = models.CharField(max_length=64, blank=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="held_marks")
    seq = models.PositiveBigIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64, help_text=_("Fingerprint of the content, so that a repeat is known."))
    payload = models.JSONField()
    reason = models.CharField(max_length=16, choices=Reason)
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, related_name="held_marks")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="held_marks")
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)

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


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(round__in=Round.objects.visible_to(user))

    def stale(self, now):
        """Claimed, not given back, and not heard from for the length of a lease."""
        return self.active().filter(leased_until__lt=now)

    def kept_by(self, user):
        return self.filter(round__compound__in=user.access.steward)

    def active(self):
        """Held by somebody who still serves."""
        return self.filter(released_at=None, volunteer__ended_at=None)

    def over_visit(self):
        """For a subquery of visits: the assignments that hold the outer visit."""
        outer = models.OuterRef
        return self.active().filter(
            Q(entrance="") | Q(entrance=outer("entrance")),
            Q(floor_from=None) | Q(floor_from__lte=outer("floor")),
            Q(floor_to=None) | Q(floor_to__gte=outer("floor")),
            round=outer("round"),
            building=outer("building"),
        )


class Assignment(models.Model):
    """A volunteer's part of a round: a building, or one entrance of it, or some floors.

    Given by a steward without end, or claimed by the volunteer under a lease. A lease that has run out still
    holds its doors, until somebody else takes them.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="assignments")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="assignments")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="+")
    entrance = models.CharField(_("entrance"), max_length=10, blank=True, help_text=_("Empty: all entrances."))
    floor_from = models.SmallIntegerField(_("from floor"), null=True, blank=True)
    floor_to = models.SmallIntegerField(_("to floor"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    release_reason = models.CharField(max_length=200, blank=True)
    leased_until = models.DateTimeField(
        null=True, blank=True, help_text=_("Taken by the volunteer until then, unless heard from. Empty: given out.")
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["round", "building", "entrance", "-floor_to", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(floor_from=None) | Q(floor_to=None) | Q(floor_from__lte=F("floor_to")),
                name="assignment_floors_in_order",
            ),
            models.CheckConstraint(
                condition=Q(leased_until=None) | Q(floor_from__isnull=False, floor_to__isnull=False),
                name="assignment_lease_has_floors",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(released_at__isnull=False),
                name="assignment_released_by_somebody",
            ),
            # Overlaps are refused under the round's lock; this holds even where somebody forgets to take it.
            models.UniqueConstraint(
                fields=["round", "building", "entrance", "floor_from", "floor_to"],
                condition=Q(released_at=None, leased_until__isnull=False),
                name="assignment_segment_claimed_once",
            ),
        ]
        indexes = [models.Index(fields=["round", "building"], name="assignment_round_building")]

    def __str__(self):
        return f"{self.volunteer}: {self.building} {self.floors}".strip()

    @property
    def part(self) -> str:
        """`1号楼 2单元 6–10F`, as short as it can be."""
        entrance = _("entrance %(name)s") % {"name": self.entrance} if self.entrance else ""
        return " ".join(str(word) for word in (self.building, entrance, self.floors) if word)

    @property
    def is_stale(self) -> bool:
        return self.leased_until is not None and self.leased_until < timezone.now()

    @property
    def floors(self) -> str:
        if self.floor_from is None and self.floor_to is None:
            return ""
        low = "" if self.floor_from is None else self.floor_from
        high = "" if self.floor_to is None else self.floor_to
        return f"{low}F" if low == high else f"{low}–{high}F"

    def overlaps(self, other: Assignment) -> bool:
        """Shares a floor with the other part of the same round."""
        return (
            self.building_id == other.building_id
            and (self.entrance == "" or other.entrance in {"", self.entrance})
            and (self.floor_from is None or other.floor_to is None or self.floor_from <= other.floor_to)
            and (self.floor_to is None or other.floor_from is None or other.floor_from <= self.floor_to)
        )

    def holds(self, visit: Visit) -> bool:
        """The same question as `over_visit`, for rows already at hand."""
        return (
            self.building_id == visit.building_id
            and self.entrance in {"", visit.entrance}
            and (self.floor_from is None or self.floor_from <= visit.floor)
            and (self.floor_to is None or visit.floor <= self.floor_to)
        )
