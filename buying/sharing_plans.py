"""Sharing out what came: a plan that is shown first, and applied as it was shown or not at all.

One rule for all things of a list. Whoever has a parcel on a round already keeps it; all else is planned anew, so that a
second lorry is shared out with what still waits. The lot's seed follows from the list alone: nobody draws until they
like it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Max, Min, Q, Sum
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from buying.arrivals import lots_of, promised, waits_for_partner
from buying.models import ArrivalCount, GroupOrder, Item, OrderLine, Parcel, Sharing
from buying.models import Share as Row
from buying.services import BuyingError, check_reason, lock_order, take_step
from buying.sharing_out import ByHandError, Rule, Wish, rank, share
from residents.models import Resident, User
from rounds.shortage import Share, ticket

State = GroupOrder.State
SHARABLE = frozenset({State.ARRIVED, State.SORTING, State.DELIVERING})
OLD = [Resident.AgeBand.ELDER, Resident.AgeBand.OLD]


@dataclass
class ItemPlan:
    """One thing: what lies there, who still waits for it, and what each would get."""

    item: Item
    lots: list[ArrivalCount]
    available: int
    lines: dict[int, OrderLine] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    shares: dict[int, Share] = field(default_factory=dict)

    @property
    def wanted(self) -> int:
        return sum(wish.quantity for wish in self.wishes)

    @property
    def given(self) -> int:
        return sum(one.allotted for one in self.shares.values())

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.available)

    @property
    def over(self) -> int:
        return max(0, self.available - self.wanted)

    @property
    def everybody(self) -> list[tuple[OrderLine, Wish, Share]]:
        """By building and room."""
        rows = [(self.lines[wish.key], wish, self.shares[wish.key]) for wish in self.wishes]
        return sorted(rows, key=lambda row: place_of(row[0]))


@dataclass
class SharingPlan:
    order: GroupOrder
    rule: str
    seed: str
    items: list[ItemPlan]

    @property
    def is_short(self) -> bool:
        return any(one.missing for one in self.items)

    @property
    def has_something(self) -> bool:
        return any(one.available and one.wanted for one in self.items)

    @property
    def tag(self) -> str:
        """What was shown. Another count, another order or another rule gives another one."""
        told = [(self.rule, self.seed)] + [
            (one.item.pk, one.available, sorted((key, got.allotted) for key, got in one.shares.items()))
            for one in self.items
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:24]


def place_of(line: OrderLine) -> tuple:
    door = line.household.door
    building = door.building
    return (building.position, building.code, door.entrance, -door.floor, door.position, door.room, line.household_id)


def seed_of(order: GroupOrder) -> str:
    """One for the whole list, whatever is counted or shared out again."""
    return salted_hmac("buying.lot", str(order.pk), algorithm="sha256").hexdigest()[:16]


def plan_sharing(order: GroupOrder, rule: str, numbers: Mapping[int, int] | None = None) -> SharingPlan:
    """As it would be now. `numbers`: by hand, line -> how much; a line not named gets what the others leave of its own.

    Twelve statements at the most, however many households there are.
    """
    if rule not in Rule.values:
        raise BuyingError(_("Choose a rule."))
    seed = seed_of(order)
    lots: dict[int, list[ArrivalCount]] = defaultdict(list)
    for lot in lots_of([order]):
        lots[lot.item_id].append(lot)
    waiting = _unsent(order)
    aside = promised(order)
    plans = []
    lines = _lines(order)
    for item in order.items.filter(pk__in=lots):
        there = sum(lot.left for lot in lots[item.pk]) + waiting.get(item.pk, 0) - aside.get(item.pk, 0)
        plan = ItemPlan(item, lots[item.pk], max(0, there))
        for line, wish in lines.get(item.pk, []):
            plan.lines[line.pk] = line
            plan.wishes.append(wish)
        plan.shares = _shares(plan, rule, seed, numbers)
        plans.append(plan)
    return SharingPlan(order, rule, seed, plans)


def _shares(plan: ItemPlan, rule: str, seed: str, numbers: Mapping[int, int] | None) -> dict[int, Share]:
    if rule != Rule.HAND:
        return share(plan.wishes, plan.available, rule, seed)
    if not plan.missing:
        return share(plan.wishes, plan.available, Rule.FIRST, seed)
    mine = {wish.key: (numbers or {}).get(wish.key, 0) for wish in plan.wishes}
    try:
        return share(plan.wishes, plan.available, rule, seed, mine)
    except ByHandError as error:
        words = {"item": plan.item, "there": plan.item.say(plan.available)}
        raise BuyingError(
            _("%(item)s: nobody gets more than they ordered, and all together not more than %(there)s.") % words
        ) from error


def _unsent(order: GroupOrder) -> dict[int, int]:
    rows = Parcel.objects.unsent().filter(line__item__order=order).order_by().values_list("line__item")
    return dict(rows.annotate(n=Sum("quantity")))


def _lines(order: GroupOrder) -> dict[int, list[tuple[OrderLine, Wish]]]:
    """By thing, the lines that still wait for some of it, and all that the rules look at."""
    rows = list(OrderLine.objects.standing().filter(item__order=order).select_related("household__door__building"))
    people = _people({line.household_id for line in rows})
    parcels = Parcel.objects.sent().filter(line__item__order=order)
    sent = dict(parcels.order_by().values_list("line").annotate(n=Sum("quantity")))
    told = OrderLine.objects.filter(item__order=order).order_by().annotate(first=Min("changes__at"))
    in_turn = sorted(told.values_list("first", "pk"), key=lambda pair: (str(pair[0]), pair[1]))
    places = {pk: place for place, (_first, pk) in enumerate(in_turn, start=1)}
    lines: dict[int, list[tuple[OrderLine, Wish]]] = defaultdict(list)
    for line in rows:
        has = sent.get(line.pk, 0)
        if line.quantity <= has:
            continue
        heads, elders = people.get(line.household_id, (0, 0))
        heads = max(heads, line.household.told_count or 0)
        wish = Wish(line.pk, line.quantity - has, places[line.pk], heads, elders, has)
        lines[line.item_id].append((line, wish))
    return lines


def _people(homes: set[int]) -> dict[int, tuple[int, int]]:
    """Household -> how many are known, and how many of them are 60 or older."""
    rows = Resident.objects.current().filter(household__in=homes).order_by().values_list("household")
    counted = rows.annotate(n=Count("pk"), old=Count("pk", filter=Q(age_band__in=OLD)))
    return {pk: (count, old) for pk, count, old in counted}


# --- Applying it ----------------------------------------------------------------------------------


@transaction.atomic
def share_out(
    *,
    order: GroupOrder,
    rule: str,
    tag: str,
    by: User,
    reason: str = "",
    numbers: Mapping[int, int] | None = None,
) -> list[Sharing]:
    """As it was shown, or not at all: `tag` is that of the plan the person looked at."""
    row = lock_order(order)
    if row.state not in SHARABLE:
        raise BuyingError(_("There is nothing to share out: count first what came."))
    partner = waits_for_partner(row)
    if partner is not None:
        raise BuyingError(_("Count out the part of %(compound)s first.") % {"compound": partner})
    plan = plan_sharing(row, rule, numbers)
    if not plan.has_something:
        raise BuyingError(_("Nothing that somebody still waits for lies there."))
    if rule == Rule.HAND and plan.is_short:
        reason = check_reason(reason)
    if not constant_time_compare(plan.tag, tag):
        raise BuyingError(_("Something has changed since this was shown: look at it again before you share it out."))
    _forget_unsent(row)
    sharings = [_apply(one, plan, by=by, reason=reason) for one in plan.items if one.wishes]
    if row.state == State.ARRIVED:
        take_step(order=row, to=State.SORTING, by=by)
    return sharings


def _forget_unsent(order: GroupOrder) -> None:
    """Parcels that are on no round yet are planned anew. The decision they came from stays on record."""
    rows = Parcel.objects.unsent().filter(line__item__order=order)
    back = dict(rows.order_by().values_list("lot").annotate(n=Sum("quantity")))
    lots = list(ArrivalCount.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=back).order_by("pk"))
    for lot in lots:
        lot.shared -= back[lot.pk]
    Parcel.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()
    ArrivalCount.objects.bulk_update(lots, ["shared"])


def _apply(one: ItemPlan, plan: SharingPlan, *, by: User, reason: str) -> Sharing:
    is_by_hand = plan.rule == Rule.HAND and one.missing
    sharing = Sharing.objects.create(
        item=one.item,
        number=(one.item.sharings.aggregate(n=Max("number"))["n"] or 0) + 1,
        rule=plan.rule if is_by_hand or plan.rule != Rule.HAND else Rule.FIRST,
        seed=plan.seed,
        reason=reason.strip()[:200] if is_by_hand else "",
        available=one.available,
        by=by,
    )
    wishes = {wish.key: wish for wish in one.wishes}
    rows = Row.objects.bulk_create(
        Row(sharing=sharing, line=one.lines[key], ordered=wishes[key].quantity, quantity=got.allotted, why=got.reason)
        for key, got in one.shares.items()
    )
    line_up = sorted(rows, key=lambda row: (rank(wishes[row.line_id], plan.rule), ticket(plan.seed, row.line_id)))
    lots = list(ArrivalCount.objects.filter(pk__in=[lot.pk for lot in one.lots]).order_by("pk"))
    lots.sort(key=lambda lot: bool(lot.instead))
    Parcel.objects.bulk_create(_fill(line_up, lots))
    ArrivalCount.objects.bulk_update(lots, ["shared"])
    return sharing


def _fill(rows: list[Row], lots: list[ArrivalCount]) -> list[Parcel]:
    """Out of the lots one after the other: whoever comes first gets what was ordered, the last what came instead."""
    parcels = []
    queue = [lot for lot in lots if lot.left]
    for row in rows:
        need = row.quantity
        while need:
            lot = queue[0]
            part = min(need, lot.left)
            parcels.append(Parcel(share=row, line_id=row.line_id, lot=lot, quantity=part))
            lot.shared += part
            need -= part
            if not lot.left:
                queue.pop(0)
    return parcels
