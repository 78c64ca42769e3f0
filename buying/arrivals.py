"""What the lorry brought: counted thing by thing, corrected while nothing of it was shared out, passed on at the gate.

A thing that is not named was not on this lorry. What came instead of another thing is a lot of its own, with its own
price; nobody pays more for it than they agreed to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from buying.joint import last_counts, record_handover
from buying.joint_sides import side_of, sides_of
from buying.models import Arrival, ArrivalCount, GroupOrder, Handover, Item, JointSide
from buying.models.orders import MOST
from buying.services import BuyingError, check_reason, lock_order, lock_orders, take_step
from residents.models import User

State = GroupOrder.State
Outcome = ArrivalCount.Outcome
COUNTABLE = frozenset({State.ORDERED, State.ARRIVED, State.SORTING, State.DELIVERING})


@dataclass(frozen=True)
class Counted:
    """One lot as somebody counted it, in pieces or grams."""

    item: Item
    quantity: int
    unfit: int = 0
    is_spoiled: bool = False  # of what is unfit: spoiled, else the wrong thing
    instead: str = ""
    price: Decimal | None = None
    pieces: int | None = None


@transaction.atomic
def record_arrival(
    *, order: GroupOrder, counted: Sequence[Counted], by: User, gate: str = "", note: str = ""
) -> Arrival:
    """One trip. The first one tells that the order has come."""
    row = lock_order(order)
    if row.state not in COUNTABLE:
        raise BuyingError(_("Nothing is on its way for this list: order it first."))
    if not counted:
        raise BuyingError(_("Count at least one thing."))
    side = side_of(row)
    if side is not None and not side.is_host:
        raise BuyingError(_("Your part comes with the handover at the gate: count it there."))
    return _take_in(row, counted, by=by, gate=gate, note=note)


def _take_in(row: GroupOrder, counted: Sequence[Counted], *, by: User, gate: str, note: str) -> Arrival:
    before = came_by_item([row])
    number = row.arrivals.count() + 1
    arrival = Arrival.objects.create(order=row, number=number, by=by, gate=gate[:40], note=note[:200])
    there: dict[int, int] = defaultdict(int, before)
    for one in counted:
        there[one.item.pk] += one.quantity
    items = {item.pk: item for item in row.items.all()}
    lots = [_lot(arrival, one, items.get(one.item.pk), there[one.item.pk]) for one in counted]
    if len({(lot.item_id, lot.instead) for lot in lots}) < len(lots):
        raise BuyingError(_("One thing was counted twice. Put the numbers together."))
    ArrivalCount.objects.bulk_create(lots)
    if row.state == State.ORDERED:
        take_step(order=row, to=State.ARRIVED, by=by)
    return arrival


def _lot(arrival: Arrival, one: Counted, item: Item | None, there: int) -> ArrivalCount:
    if item is None:
        raise BuyingError(_("This thing is not on the list any more. Look at the list again."))
    if not all(type(number) is int and 0 <= number <= MOST for number in (one.quantity, one.unfit)):
        raise BuyingError(_("A count is a whole number, 0 where there is nothing."))
    if one.price is not None and not one.instead:
        raise BuyingError(_("A price of its own is for what came instead; name it."))
    if one.instead and one.price is None:
        raise BuyingError(_("Say what one of “%(thing)s” costs.") % {"thing": one.instead})
    return ArrivalCount(
        arrival=arrival,
        item=item,
        outcome=_outcome(one, is_all=there >= item.ordered),
        quantity=one.quantity,
        unfit=one.unfit,
        pieces=one.pieces,
        instead=one.instead.strip()[:60],
        price=one.price,
    )


def _outcome(one: Counted, *, is_all: bool) -> Outcome:
    """`is_all`: as much as was ordered has come by now, what came instead included."""
    if one.instead:
        return Outcome.SUBSTITUTED
    if is_all:
        return Outcome.FULL
    if one.unfit:
        return Outcome.SPOILED if one.is_spoiled else Outcome.WRONG
    return Outcome.SHORT


@transaction.atomic
def take_back_arrival(*, arrival: Arrival, why: str, by: User) -> None:
    """Counted wrongly: it is as if it had not come, and is counted again."""
    why = check_reason(why)
    lock_order(arrival.order)
    if ArrivalCount.objects.filter(arrival=arrival, shared__gt=0).exists():
        raise BuyingError(_("Something of it was shared out already: what is given stays given."))
    done = Arrival.objects.filter(pk=arrival.pk, taken_back_at=None)
    if not done.update(taken_back_at=timezone.now(), taken_back_by=by, taken_back_why=why):
        raise BuyingError(_("This count was taken back already."))


# --- Looking at it --------------------------------------------------------------------------------


def lots_of(orders: Iterable[GroupOrder]) -> list[ArrivalCount]:
    """What lies there and counts, in the order in which it is given out: what was ordered before what came instead."""
    rows = ArrivalCount.objects.filter(arrival__order__in=[order.pk for order in orders], arrival__taken_back_at=None)
    lots = list(rows.select_related("item", "arrival").order_by("arrival__number", "pk"))
    return sorted(lots, key=lambda lot: bool(lot.instead))


def came_by_item(orders: Iterable[GroupOrder]) -> dict[int, int]:
    rows = ArrivalCount.objects.filter(arrival__order__in=[order.pk for order in orders], arrival__taken_back_at=None)
    return dict(rows.order_by().values_list("item").annotate(n=Sum("quantity")))


@dataclass
class ItemCame:
    """One thing of the list: what was ordered for whom, and what lies there."""

    item: Item
    lots: list[ArrivalCount] = field(default_factory=list)
    for_partners: int = 0  # ordered by the other sides of a joint buy, or promised to them at the gate

    @property
    def came(self) -> int:
        return sum(lot.quantity for lot in self.lots)

    @property
    def unfit(self) -> int:
        return sum(lot.unfit for lot in self.lots)

    @property
    def wanted(self) -> int:
        return self.item.ordered + self.for_partners

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.came)

    @property
    def over(self) -> int:
        """More than was ordered: whole cartons, or a kind driver."""
        return max(0, self.came - self.wanted)

    @property
    def is_counted(self) -> bool:
        return bool(self.lots)


def read_arrival(order: GroupOrder) -> list[ItemCame]:
    """Every thing of the list that somebody ordered, here or on another side. Four statements, three when alone."""
    rows = {item.pk: ItemCame(item) for item in order.items.all()}
    for lot in lots_of([order]):
        rows[lot.item_id].lots.append(lot)
    for pk, quantity in ordered_by_partners(order).items():
        if pk in rows:
            rows[pk].for_partners = quantity
    return [row for row in rows.values() if row.wanted or row.lots]


def partners_of(order: GroupOrder) -> list[JointSide]:
    """Whom a host hands over to; for a partner and a list of its own nobody. Two statements, one when alone."""
    side = side_of(order)
    if side is None or not side.is_host:
        return []
    return [one for one in sides_of(side.joint) if not one.is_host]


def ordered_by_partners(order: GroupOrder) -> dict[int, int]:
    """Item of the host -> what the other sides ordered of it. Sums, as they share them anyway."""
    sides = partners_of(order)
    if not sides:
        return {}
    rows = Item.objects.filter(order__in=[side.order_id for side in sides], same_as__order=order)
    return dict(rows.order_by().values_list("same_as").annotate(n=Sum("ordered")))


# --- At the gate between two compounds ------------------------------------------------------------


@transaction.atomic
def sign_handover(
    *, side: JointSide, hand: str, counts: Mapping[int, int], by: User, gate: str = "", note: str = ""
) -> Handover:
    """One side's count. When both have counted the same, it leaves the host's pile and is the partner's arrival."""
    if hand == Handover.Hand.GIVES:
        _refuse_more_than_there(side, counts)
    handover = record_handover(side=side, hand=hand, counts=counts, by=by, gate=gate, note=note)
    fresh = JointSide.objects.select_related("order__compound").get(pk=side.pk)
    if fresh.handed_over_at is not None:
        _pass_on(fresh, counts, by=by, gate=gate)
    return handover


def _host_of(side: JointSide) -> GroupOrder:
    return next(one.order for one in sides_of(side.joint) if one.is_host)


def _refuse_more_than_there(side: JointSide, counts: Mapping[int, int]) -> None:
    left: dict[int, int] = defaultdict(int)
    for lot in lots_of([_host_of(side)]):
        left[lot.item_id] += lot.left
    for item in side.order.items.filter(pk__in=counts).select_related("same_as"):
        if item.same_as_id is not None and counts[item.pk] > left[item.same_as_id]:
            words = {"item": item, "there": item.say(left[item.same_as_id])}
            raise BuyingError(_("%(item)s: only %(there)s lie there.") % words)


def _pass_on(side: JointSide, counts: Mapping[int, int], *, by: User, gate: str) -> None:
    """Out of the host's lots, what was ordered first; into lots of the same kinds on the partner's side."""
    host = _host_of(side)
    rows = lock_orders([host.pk, side.order_id])
    mine = rows[side.order_id]
    of_item: dict[int, list[ArrivalCount]] = defaultdict(list)
    for lot in lots_of([host]):
        of_item[lot.item_id].append(lot)
    counted: list[Counted] = []
    touched: list[ArrivalCount] = []
    for item in mine.items.filter(pk__in=counts):
        need = counts[item.pk]
        for lot in of_item.get(item.same_as_id or 0, []):
            part = min(need, lot.left)
            if part:
                lot.shared += part
                need -= part
                touched.append(lot)
                counted.append(Counted(item, part, instead=lot.instead, price=lot.price))
        if need and item.same_as_id is not None:
            raise BuyingError(_("%(item)s: the pile has less than that by now. Count again.") % {"item": item})
        if need or not counts[item.pk]:  # a thing of their own, or nothing of it
            counted.append(Counted(item, need))
    ArrivalCount.objects.bulk_update(touched, ["shared"])
    _take_in(mine, _together(counted), by=by, gate=gate, note="")


def _together(counted: Iterable[Counted]) -> list[Counted]:
    """Two trips of the same thing at the same price are one lot for who takes it over."""
    sums: dict[Any, int] = defaultdict(int)
    for one in counted:
        sums[(one.item, one.instead, one.price)] += one.quantity
    return [Counted(item, n, instead=instead, price=price) for (item, instead, price), n in sums.items()]


def promised(order: GroupOrder) -> dict[int, int]:
    """Item of the host -> what its own last counts at the gate set aside, and nobody has signed for yet."""
    aside: dict[int, int] = defaultdict(int)
    for side in partners_of(order):
        counts = None if side.handed_over_at else last_counts(side).get(Handover.Hand.GIVES)
        if counts:
            for pk, same_as in side.order.items.filter(same_as__isnull=False).values_list("pk", "same_as"):
                aside[same_as or 0] += counts.get(pk, 0)
    return aside


def waits_for_partner(order: GroupOrder) -> JointSide | None:
    """A partner whose part has not even been counted out yet: before that, nobody shares out the rest."""
    for side in partners_of(order):
        if side.handed_over_at is None and Handover.Hand.GIVES not in last_counts(side):
            return side
    return None
