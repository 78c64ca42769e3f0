"""Who is to get how much: reckoned before anybody walks, shown, and frozen when the round opens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from residents.models import Building, Household, Resident
from rounds.models import Visit
from rounds.shortage import Share
from rounds.snapshot import Snapshot, take_snapshot
from supplies.models import Diet, Distribution, Entitlement, Line, Stock
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


def reckon(distribution: Distribution, snapshots: list[Snapshot] | None = None) -> Plan:
    """Ten statements, however many households. Without snapshots: of who lives there now."""
    lines = list(distribution.lines.select_related("batch__item").prefetch_related("variants"))
    if snapshots is None:
        snapshots = take_snapshot(distribution.round)
    households = [snapshot.visit.household_id for snapshot in snapshots]
    diets = dict(
        Diet.objects.filter(household__door__building__compound=distribution.round.compound_id).values_list(
            "household", "variant"
        )
    )
    waited = _waited_last_time(distribution)
    there = dict(
        Stock.objects.in_store().filter(batch__in=[line.batch_id for line in lines]).values_list("batch", "quantity")
    )
    plans = []
    for line in lines:
        claims = [
            Claim(
                key=household,
                quantity=quantity,
                heads=snapshot.visit.expected_count,
                elders=_count(snapshot, ELDERS),
                needs=len(snapshot.visit.needs),
                has_waited=household in waited,
            )
            for household, snapshot in zip(households, snapshots, strict=True)
            if (quantity := due_of(line, snapshot, diets.get(household, "")))
        ]
        plan = LinePlan(line, there.get(line.batch_id, 0), claims)
        plan.shares = share_out(claims, plan.available, distribution.rule, distribution.seed, distribution.hand_waits)
        plans.append(plan)
    return Plan(snapshots, plans)


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
    waiting = Entitlement.objects.waiting().filter(visit__round__in=list(before.values_list("round", flat=True)))
    return frozenset(waiting.values_list("visit__household", flat=True))


def by_building(plan: Plan, buildings: Mapping[int, Building]) -> list[BuildingPlan]:
    rows = {
        pk: BuildingPlan(building, 0, [0] * len(plan.lines), [0] * len(plan.lines))
        for pk, building in buildings.items()
    }
    where = {snapshot.visit.household_id: snapshot.visit.building_id for snapshot in plan.snapshots}
    for number, line in enumerate(plan.lines):
        for claim in line.claims:
            row = rows[where[claim.key]]
            row.due[number] += claim.quantity
            row.shares[number] += line.shares[claim.key].allotted
    for key in plan.entitled:
        rows[where[key]].households += 1
    for key in plan.waiting:
        rows[where[key]].waiting += 1
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
    ]
