"""Who is to get how much: reckoned before anybody walks, shown, and frozen when the round opens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Sum

from residents.models import Building, Household, Resident
from residents.staying import guests_of
from rounds.models import Round, Visit
from rounds.shortage import Share
from rounds.snapshot import Snapshot, joined_rooms_of, needs_of, take_snapshot
from supplies.models import Diet, Distribution, Entitlement, KeptShare, Line, Stock
from supplies.sharing import Claim, share_out

ELDERS = frozenset({Resident.AgeBand.ELDER.value, Resident.AgeBand.OLD.value})


@dataclass
class LinePlan:
    """One line: who is due how much, what is there, and what each gets."""

    line: Line
    available: int
    claims: list[Claim]
    shares: dict[int, Share] = field(default_factory=dict)

    @property
    def due(self) -> int:
        return sum(claim.quantity for claim in self.claims)

    @property
    def missing(self) -> int:
        return max(0, self.due - self.available)

    @property
    def spare(self) -> int:
        return max(0, self.available - self.due)

    @property
    def waiting(self) -> list[int]:
        return [key for key, share in self.shares.items() if share.reason]


@dataclass
class Plan:
    """The whole distribution as it would be, were it opened now."""

    snapshots: list[Snapshot]
    lines: list[LinePlan]
    absent: list[Snapshot] = field(default_factory=list)  # nobody is at home: no visit, but their due is kept

    @property
    def everybody(self) -> list[Snapshot]:
        return [*self.snapshots, *self.absent]

    @property
    def kept(self) -> list[Snapshot]:
        entitled = self.entitled
        return [one for one in self.absent if one.visit.household_id in entitled]

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.lines)

    @property
    def waiting(self) -> set[int]:
        return {key for line in self.lines for key in line.waiting}

    @property
    def entitled(self) -> set[int]:
        return {claim.key for line in self.lines for claim in line.claims}


@dataclass
class BuildingPlan:
    building: Building
    households: int = 0
    due: list[int] = field(default_factory=list)  # by line
    shares: list[int] = field(default_factory=list)
    waiting: int = 0
    kept: int = 0


def reckon(distribution: Distribution, snapshots: list[Snapshot] | None = None) -> Plan:
    """Twelve statements, four more where somebody is away. Without snapshots: of who lives there now."""
    lines = list(distribution.lines.select_related("batch__item").prefetch_related("variants"))
    if snapshots is None:
        snapshots = take_snapshot(distribution.round)
    absent = absent_households(distribution.round, snapshots)
    everybody = [*snapshots, *absent]
    diets = dict(
        Diet.objects.filter(household__door__building__compound=distribution.round.compound_id).values_list(
            "household", "variant"
        )
    )
    waited = _waited_last_time(distribution)
    there = free_in_store([line.batch_id for line in lines])
    plans = []
    for line in lines:
        claims = [
            Claim(
                key=snapshot.visit.household_id,
                quantity=quantity,
                heads=snapshot.visit.expected_count,
                elders=_count(snapshot, ELDERS),
                needs=len(snapshot.visit.needs),
                has_waited=snapshot.visit.household_id in waited,
            )
            for snapshot in everybody
            if (quantity := due_of(line, snapshot, diets.get(snapshot.visit.household_id, "")))
        ]
        plan = LinePlan(line, there.get(line.batch_id, 0), claims)
        plan.shares = share_out(claims, plan.available, distribution.rule, distribution.seed, distribution.hand_waits)
        plans.append(plan)
    return Plan(snapshots, plans, absent)


def absent_households(round: Round, snapshots: list[Snapshot]) -> list[Snapshot]:
    """Lived-in households of which somebody is in hospital or out of town and nobody at home.

    Who sleeps behind another door of the compound is counted there, and is not away. One statement where nobody is
    away, else five.
    """
    somewhere = Resident.objects.filter(household=OuterRef("pk"), moved_out_on=None).exclude(
        whereabouts=Resident.Whereabouts.HOME
    )
    away = Household.objects.lived_in().filter(Exists(somewhere), door__building__rounds=round)
    seen = {one.visit.household_id for one in snapshots}
    households = [home for home in away.select_related("door").with_people() if home.pk not in seen]
    if not households:
        return []
    buildings = list(round.buildings.all())
    guests, rooms = guests_of(buildings), joined_rooms_of(buildings)
    found = []
    for household in households:
        people: list[Resident | None] = [one for one in household.current_residents if one.pk not in guests.gone]
        if people:
            found.append(_absent(round, household, people, rooms.get(household.door_id, [])))
    return found


def _absent(round: Round, household: Household, people: list[Resident | None], joined: list[str]) -> Snapshot:
    door = household.door
    visit = Visit(
        round=round,
        household=household,
        building_id=door.building_id,
        entrance=door.entrance,
        floor=door.floor,
        position=door.position,
        room=door.room,
        joined_rooms=joined,
        needs=needs_of(people),
        expected_count=max(len(people), household.told_count or 0),
    )
    return Snapshot(visit, people)


def free_in_store(batches: Iterable[int]) -> dict[int, int]:
    """Batch -> what is there and not kept for somebody who is away. Two statements."""
    batches = list(batches)
    there = dict(Stock.objects.in_store().filter(batch__in=batches).values_list("batch", "quantity"))
    kept = KeptShare.objects.open().filter(line__batch__in=batches).order_by().values_list("line__batch")
    for batch, count in kept.annotate(n=Sum("allotted")):
        there[batch] = max(0, there.get(batch, 0) - count)
    return there


def due_of(line: Line, snapshot: Snapshot, diet: str) -> int:
    """A variant is for those households alone, and takes the place of the line it stands for."""
    if line.variant and line.variant != diet:
        return 0
    if diet and any(other.variant == diet for other in line.variants.all()):
        return 0
    return line.amount * _times(line, snapshot)


def _times(line: Line, snapshot: Snapshot) -> int:
    if line.per == Line.Per.HEAD:
        return snapshot.visit.expected_count
    if line.per == Line.Per.NEED:
        return int(line.need in snapshot.visit.needs)
    if line.per == Line.Per.CHILD:
        return _count(snapshot, {Resident.AgeBand.CHILD.value})
    if line.per == Line.Per.ELDER:
        return _count(snapshot, ELDERS)
    return 1


def _count(snapshot: Snapshot, bands: Iterable[str]) -> int:
    return sum(person is not None and person.age_band in bands for person in snapshot.people)


def _waited_last_time(distribution: Distribution) -> frozenset[int]:
    """Households that got less than their due in the compound's distribution before this one."""
    opened = Distribution.objects.filter(
        round__compound=distribution.round.compound_id, round__opened_at__isnull=False
    ).exclude(pk=distribution.pk)
    before = opened.exclude(round__state="cancelled").order_by("-round__opened_at").values("round")[:1]
    rounds = list(before.values_list("round", flat=True))
    waiting = Entitlement.objects.waiting().filter(visit__round__in=rounds).values_list("visit__household", flat=True)
    away = KeptShare.objects.filter(line__distribution__round__in=rounds, allotted__lt=F("quantity"))
    return frozenset([*waiting, *away.values_list("household", flat=True)])


def by_building(plan: Plan, buildings: Mapping[int, Building]) -> list[BuildingPlan]:
    rows = {
        pk: BuildingPlan(building, 0, [0] * len(plan.lines), [0] * len(plan.lines))
        for pk, building in buildings.items()
    }
    where = {snapshot.visit.household_id: snapshot.visit.building_id for snapshot in plan.everybody}
    for number, line in enumerate(plan.lines):
        for claim in line.claims:
            row = rows[where[claim.key]]
            row.due[number] += claim.quantity
            row.shares[number] += line.shares[claim.key].allotted
    for key in plan.entitled:
        rows[where[key]].households += 1
    for key in plan.waiting:
        rows[where[key]].waiting += 1
    for one in plan.kept:
        rows[one.visit.building_id].kept += 1
    return list(rows.values())


def by_occupancy(plan: Plan) -> dict[str, dict[str, int]]:
    """Owners and tenants beside each other, so that everybody sees they are dealt with alike."""
    kinds = dict(Household.objects.filter(pk__in=plan.entitled).values_list("pk", "occupancy"))
    table: dict[str, dict[str, int]] = defaultdict(lambda: {"households": 0, "waiting": 0})
    for key in plan.entitled:
        table[kinds[key]]["households"] += 1
        table[kinds[key]]["waiting"] += key in plan.waiting
    return {str(Household.Occupancy(kind).label): table[kind] for kind in sorted(table)}


def entitlements_of(plan: Plan, visits: Mapping[int, Visit]) -> list[Entitlement]:
    """Unsaved; `visits` by household."""
    return [
        Entitlement(
            visit=visits[claim.key],
            line=line.line,
            quantity=claim.quantity,
            allotted=line.shares[claim.key].allotted,
            wait_reason=line.shares[claim.key].reason,
        )
        for line in plan.lines
        for claim in line.claims
        if claim.key in visits
    ]


def kept_shares_of(plan: Plan) -> list[KeptShare]:
    """Unsaved: of the households of which nobody is at home."""
    away = {one.visit.household_id: one.visit for one in plan.absent}
    return [
        KeptShare(
            line=line.line,
            household_id=claim.key,
            building_id=away[claim.key].building_id,
            rooms=away[claim.key].rooms[:80],
            quantity=claim.quantity,
            allotted=line.shares[claim.key].allotted,
            wait_reason=line.shares[claim.key].reason,
        )
        for line in plan.lines
        for claim in line.claims
        if claim.key in away
    ]
