"""From door to door: parcels go on a round, and follow the marks at the doors in the transaction that stores them.

A door where nothing is carried to stands as exempt. Whoever is on no round, or comes by, fetches at the gate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from buying.models import ArrivalCount, Delivery, GroupOrder, Item, OrderLine, Parcel
from buying.services import BuyingError, lock_order, rules_of, take_step
from residents.models import Building, Household, User
from rounds.folding import standing
from rounds.marks import NewMarks
from rounds.models import Mark, Outcome, Round, Visit
from rounds.services import change_round, create_round, open_round, spare_visits
from rounds.snapshot import Snapshot

State = GroupOrder.State
Handover = Parcel.Handover
TOLD = ["handover", "told_given", "keep_until"]

# What each word of the details goes with; `given` and `refused` are said by the outcome alone.
OUTCOME_OF = {
    Handover.GIVEN: Outcome.DONE,
    Handover.LEFT: Outcome.DONE,
    Handover.PASSED: Outcome.DONE,
    Handover.SHORT: Outcome.PARTLY,
    Handover.DAMAGED: Outcome.PARTLY,
    Handover.REFUSED: Outcome.REFUSED,
    Handover.KEPT: Outcome.NOBODY_HOME,
}


# --- The round ------------------------------------------------------------------------------------


@transaction.atomic
def plan_delivery(
    *, order: GroupOrder, starts_at: datetime, ends_at: datetime, by: User, instructions: str = ""
) -> Delivery:
    """A draft round through the buildings that something is carried to. Stewards say who walks what."""
    row = lock_order(order)
    if row.state not in {State.SORTING, State.DELIVERING}:
        raise BuyingError(_("Share out first what came."))
    if waiting_round(row) is not None:
        raise BuyingError(_("A delivery of this list is waiting to be opened already."))
    buildings = _buildings_of(row)
    if not buildings:
        raise BuyingError(_("Everything that was shared out is on its way already."))
    _refuse_quiet(row, starts_at, ends_at)
    round = create_round(
        compound=row.compound,
        kind=Round.Kind.BUYING,
        title=row.title,
        starts_at=starts_at,
        ends_at=ends_at,
        buildings=buildings,
    )
    return Delivery.objects.create(order=row, round=round, instructions=instructions, made_by=by)


@transaction.atomic
def change_delivery(*, delivery: Delivery, starts_at: datetime, ends_at: datetime, instructions: str = "") -> None:
    """Raises RoundError once the round is over."""
    row = lock_order(delivery.order)
    _refuse_quiet(row, starts_at, ends_at)
    round = delivery.round
    buildings = list(round.buildings.all())
    change_round(round=round, starts_at=starts_at, ends_at=ends_at, buildings=buildings, title=round.title)
    Delivery.objects.filter(pk=delivery.pk).update(instructions=instructions)


def _refuse_quiet(row: GroupOrder, starts_at: datetime, ends_at: datetime) -> None:
    rules = rules_of(row.compound)
    if rules.is_quiet(starts_at) or rules.is_quiet(ends_at):
        words = {"start": f"{rules.quiet_from:%H:%M}", "end": f"{rules.quiet_until:%H:%M}"}
        raise BuyingError(_("Trolleys rest from %(start)s to %(end)s: nobody delivers then.") % words)


def waiting_round(order: GroupOrder) -> Round | None:
    return Round.objects.filter(delivery__order=order, state=Round.State.DRAFT).first()


def _buildings_of(order: GroupOrder) -> list[Building]:
    homes = Parcel.objects.unsent().filter(line__item__order=order).values("line__household__door__building")
    return list(Building.objects.filter(pk__in=homes))


@transaction.atomic
def open_delivery(*, delivery: Delivery, by: User) -> list[Snapshot]:
    """Everything shared out until now, and on no other round, goes to the doors where somebody lives."""
    row = lock_order(delivery.order)
    if row.is_over:
        raise BuyingError(_("This list is settled: nothing of it is on its way any more."))
    delivery.round.buildings.add(*_buildings_of(row))
    snapshots = open_round(round=delivery.round, by=by)
    visits = {snapshot.visit.household_id: snapshot.visit for snapshot in snapshots}
    parcels = list(
        Parcel.objects.unsent().filter(line__item__order=row, line__household__in=visits).select_related("line")
    )
    if not parcels:
        raise BuyingError(_("Nothing is there to be carried to these doors: share out first what came."))
    for parcel in parcels:
        parcel.visit = visits[parcel.line.household_id]
    Parcel.objects.bulk_update(parcels, ["visit"], batch_size=2000)
    carried = {parcel.visit_id for parcel in parcels}
    spare_visits(visit for visit in visits.values() if visit.pk not in carried)
    if row.state == State.SORTING:
        take_step(order=row, to=State.DELIVERING, by=by)
    return snapshots


@transaction.atomic
def hand_over_at_gate(*, order: GroupOrder, household: Household, by: User) -> int:
    """Fetched by the household itself, or by a neighbour for it. What is on a round is marked at its door."""
    row = lock_order(order)
    if row.state not in {State.SORTING, State.DELIVERING}:
        raise BuyingError(_("Share out first what came."))
    parcels = list(Parcel.objects.unsent().filter(line__item__order=row, line__household=household))
    if not parcels:
        raise BuyingError(_("Nothing lies here for this household that is not on a round already."))
    for parcel in parcels:
        parcel.visit, parcel.handover, parcel.told_given = None, Handover.GIVEN, parcel.quantity
    Parcel.objects.bulk_update(parcels, ["visit", "handover", "told_given"])
    return len(parcels)


# --- What the marks say ---------------------------------------------------------------------------


class Told(NamedTuple):
    handover: str = ""
    given: int = 0
    until: date | None = None


def record_parcels(news: NewMarks) -> None:
    """No statement where no mark is of a delivery; three where one is.

    The list is locked, so that its settlement waits for the marks before it and closes its books to those after it.
    """
    touched = {mark.visit_id for mark in news.marks}
    visits = {pk: news.visits[pk] for pk in touched if news.visits[pk].round.kind == Round.Kind.BUYING}
    if not visits:
        return
    orders = GroupOrder.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    open_orders = [
        order.pk
        for order in orders.filter(pk__in=Delivery.objects.filter(round__visits__in=visits).values("order"))
        if not order.is_over
    ]
    rows = Parcel.objects.filter(visit__in=visits, line__item__order__in=open_orders)
    parcels = list(rows.select_related("lot__item").order_by("pk"))
    first = {parcel.visit_id: parcel.pk for parcel in reversed(parcels)}
    for parcel in parcels:
        visit = visits[parcel.visit_id or 0]
        told = tell(parcel, visit, standing(news.marks_of[visit.pk]), first[visit.pk])
        parcel.handover, parcel.told_given, parcel.keep_until = told
    Parcel.objects.bulk_update(parcels, TOLD)


def tell(parcel: Parcel, visit: Visit, marks: Sequence[Mark], first: int) -> Told:
    """What the last of a door's standing marks says of one parcel."""
    if not marks:
        return Told()
    last = marks[-1]
    word = word_of(last)
    if word in {Handover.SHORT, Handover.DAMAGED}:
        if last.details.get("line", str(first)) != str(parcel.pk):
            return Told(Handover.GIVEN, parcel.quantity)
        count = _count(last, parcel)
        return Told(word, count if word == Handover.SHORT else parcel.quantity - count)
    if visit.outcome == Outcome.DONE:
        return Told(word or Handover.GIVEN, parcel.quantity)
    return Told(word, 0, _day(last.details.get("until", "")) if word == Handover.KEPT else None)


def word_of(mark: Mark) -> str:
    """The details' word where it goes with the outcome; else what the outcome says by itself."""
    word = mark.details.get("handover", "")
    if word in OUTCOME_OF and OUTCOME_OF[Handover(word)] == mark.outcome:
        return str(word)
    return {Outcome.DONE: Handover.GIVEN, Outcome.REFUSED: Handover.REFUSED}.get(Outcome(mark.outcome), "")


def _count(mark: Mark, parcel: Parcel) -> int:
    """Within what the household was to get, whatever the details say; none told is none there, or all of it broken.

    A phone counts a weighed thing as one; a desk says how many grams.
    """
    text = mark.details.get("grams" if "grams" in mark.details else "count", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return 0 if mark.details.get("handover") == Handover.SHORT else parcel.quantity
    if parcel.lot.item.is_weighed and "grams" not in mark.details:
        return parcel.quantity if int(text) else 0
    return min(int(text), parcel.quantity)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


# --- Looking at it --------------------------------------------------------------------------------


def parcels_by_visit(visits: Iterable[int]) -> dict[int, list[Parcel]]:
    """One statement."""
    by_visit: dict[int, list[Parcel]] = defaultdict(list)
    rows = Parcel.objects.filter(visit__in=visits).select_related("lot__item").order_by("line__item__position", "pk")
    for parcel in rows:
        by_visit[parcel.visit_id or 0].append(parcel)
    return by_visit


def phone_bags(visits: Iterable[int]) -> dict[int, tuple[list[tuple[int, str, int]], str]]:
    """Visit -> its parcels as key, words and count (a weighed one is one), and what was said last. One statement."""
    bags = {}
    for pk, parcels in parcels_by_visit(visits).items():
        lines = [
            (one.pk, f"{one.lot.name} {one.lot.item.say(one.quantity)}", 1)
            if one.lot.item.is_weighed
            else (one.pk, one.lot.name, one.quantity)
            for one in parcels
        ]
        bags[pk] = (lines, parcels[0].handover)
    return bags


def contents(parcels: Iterable[Parcel]) -> str:
    """`eggs × 2 · fish 1.5 kg`: what came instead under its own name."""
    told: dict[tuple[str, Item], int] = {}
    for parcel in parcels:
        key = (parcel.lot.name, parcel.lot.item)
        told[key] = told.get(key, 0) + parcel.quantity
    return " · ".join(
        f"{name} {item.say(quantity)}" if item.is_weighed else f"{name} × {quantity}"
        for (name, item), quantity in told.items()
    )


@dataclass
class Bag:
    """All that one household gets, sent or not."""

    household: Household
    parcels: list[Parcel] = field(default_factory=list)

    @property
    def contents(self) -> str:
        return contents(self.parcels)

    @property
    def cells(self) -> dict[int, int]:
        """Thing -> how much, what came instead included."""
        numbers: dict[int, int] = defaultdict(int)
        for parcel in self.parcels:
            numbers[parcel.lot.item_id] += parcel.quantity
        return dict(numbers)

    @property
    def is_on_a_round(self) -> bool:
        return all(parcel.visit_id or parcel.handover for parcel in self.parcels)

    @property
    def handover(self) -> str:
        words = {str(parcel.get_handover_display()) for parcel in self.parcels if parcel.handover}
        return " · ".join(sorted(words))


BY_DOOR = (
    "household__door__building__position",
    "household__door__building__code",
    "household__door__entrance",
    "-household__door__floor",
    "household__door__position",
    "household__door__room",
    "household",
    "item__position",
)


def bags_of(order: GroupOrder, buildings: Iterable[Building]) -> dict[Building, list[Bag]]:
    """Building -> its bags, top floor first. One statement."""
    found = {building.pk: building for building in buildings}
    rows = Parcel.objects.filter(line__item__order=order, line__household__door__building__in=found)
    by_door = [f"-line__{name[1:]}" if name.startswith("-") else f"line__{name}" for name in BY_DOOR]
    return _by_building(rows.select_related("lot__item", "line__household__door").order_by(*by_door, "pk"), found)


def ordered_bags(order: GroupOrder, buildings: Iterable[Building]) -> dict[Building, list[Bag]]:
    """The same sheet before anything came: what each household ordered, as if all of it were there. One statement."""
    found = {building.pk: building for building in buildings}
    lines = OrderLine.objects.standing().filter(item__order=order, household__door__building__in=found)
    return _by_building(
        (
            Parcel(line=line, lot=ArrivalCount(item=line.item), quantity=line.quantity)
            for line in lines.select_related("item", "household__door").order_by(*BY_DOOR, "pk")
        ),
        found,
    )


def sheet_buildings(user: User, order: GroupOrder) -> list[Building]:
    """Whose bags somebody may see: the keeper of the list all, a building lead their own, who only looks none."""
    rows = Building.objects.filter(compound=order.compound_id).order_by("position", "code")
    if not GroupOrder.objects.kept_by(user).filter(pk=order.pk).exists():
        rows = rows.filter(pk__in=user.access.lead_buildings)
    return list(rows)


def sheet_bags(order: GroupOrder, buildings: Iterable[Building]) -> tuple[dict[Building, list[Bag]], bool]:
    """The bags, and whether anything was shared out; until then as ordered."""
    is_shared = order.state in {State.SORTING, State.DELIVERING, State.SETTLED}
    return (bags_of(order, buildings) if is_shared else ordered_bags(order, buildings)), is_shared


def _by_building(parcels: Iterable[Parcel], found: Mapping[int, Building]) -> dict[Building, list[Bag]]:
    bags: dict[int, Bag] = {}
    by_building: dict[Building, list[Bag]] = defaultdict(list)
    for parcel in parcels:
        home = parcel.line.household
        if home.pk not in bags:
            bags[home.pk] = Bag(home)
            home.door.building = found[home.door.building_id]
            by_building[home.door.building].append(bags[home.pk])
        bags[home.pk].parcels.append(parcel)
    return dict(by_building)


def sums_of(bags: Iterable[Bag]) -> Mapping[int, int]:
    """Thing -> how much one building gets of it."""
    numbers: dict[int, int] = defaultdict(int)
    for bag in bags:
        for pk, quantity in bag.cells.items():
            numbers[pk] += quantity
    return dict(numbers)
