"""Parts that volunteers take themselves: a round cut into segments, each claimed under a lease.

A segment is a band of whole floors behind one entrance. Whoever claims, hands over or gives out waits at the
round's row, so two people cannot take the same floors; a constraint stands behind that lock. A lease that ran
out still holds its doors - marks keep counting - until somebody else takes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Building, User, Volunteer
from rounds.models import Assignment, Round, Visit
from rounds.services import RoundError, assign, refuse_untrained, release_assignment

LEASE = timedelta(hours=3)
RENEW_AFTER = timedelta(minutes=10)  # a ping sooner than that moves nothing, so the phone's list keeps its tag
MOST_FLOORS = 60


class SegmentTaken(RoundError):
    """Somebody holds these floors already; `holder` is who."""

    def __init__(self, sentence: str, holder: str):
        super().__init__(sentence)
        self.holder = holder


class NotOffered(RoundError):
    """No such segment to take: the round is not open, not cut, or was cut anew."""


@dataclass(frozen=True)
class Segment:
    building: Building
    entrance: str
    floor_from: int
    floor_to: int
    doors: int
    holders: list[Assignment] = field(default_factory=list, compare=False)

    @property
    def part(self) -> Assignment:
        """As an assignment of nobody yet: it knows how a part is called and what overlaps it."""
        return Assignment(
            building=self.building, entrance=self.entrance, floor_from=self.floor_from, floor_to=self.floor_to
        )

    @property
    def name(self) -> str:
        return self.part.part

    @property
    def is_free(self) -> bool:
        return all(part.is_stale for part in self.holders)


def cut_segments(round: Round, floors_per_segment: int | None = None) -> list[Segment]:
    """The whole round in segments of about so many floors, top down, evened out by doors. Two statements."""
    wanted = floors_per_segment or round.floors_per_segment
    if not wanted:
        return []
    floors = (
        Visit.objects.filter(round=round)
        .order_by("building__position", "building__code", "building", "entrance", "-floor")
        .values_list("building", "entrance", "floor")
        .annotate(doors=Count("pk"))
    )
    stairs: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for building, entrance, floor, doors in floors:
        stairs[building, entrance].append((floor, doors))
    buildings = Building.objects.in_bulk({building for building, _entrance in stairs})
    return [
        segment
        for (building, entrance), each in stairs.items()
        for segment in _cut_stair(buildings[building], entrance, each, wanted)
    ]


def _cut_stair(building: Building, entrance: str, floors: list[tuple[int, int]], wanted: int) -> list[Segment]:
    return [
        Segment(building, entrance, band[-1][0], band[0][0], sum(doors for _floor, doors in band))
        for band in cut_bands(floors, wanted)
    ]


def free_segments(volunteer: Volunteer) -> list[tuple[Round, Segment]]:
    """What the volunteer could take now, in every open round of their compound. One statement."""
    held = Assignment.objects.over_visit().exclude(leased_until__lt=timezone.now())
    rows = (
        Visit.objects.filter(
            round__compound=volunteer.compound_id,
            round__state=Round.State.OPEN,
            round__floors_per_segment__isnull=False,
        )
        .annotate(is_held=Exists(held))
        .order_by("round__ends_at", "round", "building__position", "building__code", "building", "entrance", "-floor")
        .values_list("round", "building", "entrance", "floor", "is_held")
        .annotate(
            doors=Count("pk"),
            kind=F("round__kind"),
            number=F("round__number"),
            title=F("round__title"),
            wanted=F("round__floors_per_segment"),
            name=F("building__name"),
        )
    )
    stairs: dict[tuple[int, int, str], list[tuple[int, int]]] = defaultdict(list)
    taken: dict[tuple[int, int, str], set[int]] = defaultdict(set)
    rounds, buildings = {}, {}
    for round, building, entrance, floor, is_held, doors, kind, number, title, wanted, name in rows:
        stairs[round, building, entrance].append((floor, doors))
        rounds[round] = Round(pk=round, kind=kind, number=number, title=title, floors_per_segment=wanted)
        buildings[building] = Building(pk=building, name=name)
        if is_held:
            taken[round, building, entrance].add(floor)
    return [
        (rounds[key[0]], segment)
        for key, floors in stairs.items()
        for segment in _cut_stair(buildings[key[1]], key[2], floors, rounds[key[0]].floors_per_segment or 1)
        if not any(segment.floor_from <= floor <= segment.floor_to for floor in taken[key])
    ]


def cut_bands(floors: list[tuple[int, int]], wanted: int) -> list[list[tuple[int, int]]]:
    """(floor, doors), top down, into as many bands as `wanted` floors each would make, even in doors.

    Each cut is made where the doors so far come nearest to their share; a band has one floor at least.
    """
    count = -(-len(floors) // wanted)
    total = sum(doors for _floor, doors in floors)
    bands, start, so_far = [], 0, 0
    for number in range(1, count):
        share, end = total * number / count, start
        last = len(floors) - (count - number)  # leave a floor for each band still to come
        while end < last and (end == start or abs(so_far + floors[end][1] - share) <= abs(so_far - share)):
            so_far += floors[end][1]
            end += 1
        bands.append(floors[start:end])
        start = end
    return [*bands, floors[start:]]


def segments_with_holders(round: Round, parts: Iterable[Assignment] | None = None) -> list[Segment]:
    """Each segment with who holds any of its floors, by claim or given. Two statements, three without `parts`."""
    if parts is None:
        parts = Assignment.objects.active().filter(round=round).select_related("volunteer", "building")
    held = list(parts)
    segments = cut_segments(round)
    for segment in segments:
        segment.holders.extend(part for part in held if part.overlaps(segment.part))
    return segments


def holding(round: Round, part: Assignment) -> QuerySet[Assignment]:
    """Assignments not given back that share a floor with `part`, whoever holds them."""
    entrances = Q() if part.entrance == "" else Q(entrance__in=["", part.entrance])
    return Assignment.objects.filter(
        entrances,
        Q(floor_from=None) | Q(floor_from__lte=part.floor_to),
        Q(floor_to=None) | Q(floor_to__gte=part.floor_from),
        round=round,
        building=part.building_id,
        released_at=None,
    )


def _lock_open(round_id: int) -> Round:
    round = Round.objects.select_for_update(of=("self",)).select_related("compound").get(pk=round_id)
    if not round.is_open:
        raise NotOffered(_("This round is not open: nothing can be taken now."))
    return round


@transaction.atomic
def claim_segment(
    *, round: Round, volunteer: Volunteer, building_id: int, entrance: str, floor_from: int, floor_to: int
) -> Assignment:
    """A volunteer takes a free segment for the length of a lease. Asked again for what is theirs, they get it again.

    Raises SegmentTaken or NotOffered.
    """
    round = _lock_open(round.pk)
    refuse_untrained(round.compound, volunteer)
    wish = (building_id, entrance, floor_from, floor_to)
    segments = {(s.building.pk, s.entrance, s.floor_from, s.floor_to): s for s in cut_segments(round)}
    if volunteer.compound_id != round.compound_id or volunteer.ended_at is not None or wish not in segments:
        raise NotOffered(_("This part is not offered any more. Look at the list again."))
    part = segments[wish].part
    now = timezone.now()
    leaving: list[int] = []
    for other in holding(round, part).select_related("volunteer").order_by("pk"):
        is_same = (other.entrance, other.floor_from, other.floor_to) == wish[1:]
        if other.volunteer_id == volunteer.pk and is_same:
            if other.leased_until is not None:
                other.leased_until = now + LEASE
                other.save(update_fields=["leased_until"])
            return other
        if other.volunteer.ended_at is None and not other.is_stale:
            raise SegmentTaken(_("%(name)s has these floors.") % {"name": other.volunteer.name}, other.volunteer.name)
        leaving.append(other.pk)
    Assignment.objects.filter(pk__in=leaving, released_at=None).update(
        released_at=now,
        released_by=volunteer.user_id,
        release_reason=_("not heard from; taken over by %(name)s") % {"name": volunteer.name},
    )
    part.round, part.volunteer = round, volunteer
    part.created_by_id, part.leased_until = volunteer.user_id, now + LEASE
    part.save(force_insert=True)
    return part


def extend_leases(*, volunteer: Volunteer, now: datetime) -> None:
    """Heard from: the volunteer keeps what they hold, also what ran out and nobody took. One statement."""
    Assignment.objects.filter(
        volunteer=volunteer, released_at=None, leased_until__lt=now + LEASE - RENEW_AFTER, round__state=Round.State.OPEN
    ).update(leased_until=now + LEASE)


@transaction.atomic
def hand_over(*, assignment: Assignment, to: Volunteer, by: User, reason: str) -> Assignment:
    """From one volunteer to another with no moment between; a claimed part goes on under a fresh lease."""
    round = Round.objects.select_for_update(of=("self",)).select_related("compound").get(pk=assignment.round_id)
    current = Assignment.objects.select_related("building").get(pk=assignment.pk)
    if to.pk == current.volunteer_id:
        raise RoundError(_("They have this part already."))
    before = set(Assignment.objects.active().filter(round=round, volunteer=to).values_list("pk", flat=True))
    if not release_assignment(assignment=current, by=by, reason=reason, must_say_why=True):
        raise RoundError(_("This part was given back already."))
    given = assign(
        round=round,
        volunteer=to,
        building=current.building,
        by=by,
        entrance=current.entrance,
        floor_from=current.floor_from,
        floor_to=current.floor_to,
    )
    if current.leased_until is not None and given.pk not in before:
        given.leased_until = timezone.now() + LEASE
        given.save(update_fields=["leased_until"])
    return given


def offer_segments(*, round: Round, floors: int | None) -> None:
    """Let volunteers take segments of about `floors` floors themselves, or (None) no longer. Held parts stay held."""
    State = Round.State
    if floors is not None and not 1 <= floors <= MOST_FLOORS:
        raise RoundError(_("A segment has 1 to %(most)s floors.") % {"most": MOST_FLOORS})
    if floors is not None and Round.objects.filter(pk=round.pk, is_confidential=True).exists():
        raise RoundError(_("This route is given out by hand: what volunteers take themselves is shown to all of them."))
    changed = Round.objects.filter(pk=round.pk, state__in=[State.DRAFT, State.OPEN]).update(floors_per_segment=floors)
    if not changed:
        raise RoundError(_("This round is over; nobody can be assigned any more."))
