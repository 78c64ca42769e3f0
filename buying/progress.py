"""How far a list has come: what stands, what is lacking to the minimum, alone or together with other compounds.

Read models for pages and for the services' decisions. However many lists are asked about, three statements.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from buying.models import GroupOrder, Item, JointSide, OrderLine
from residents.numbers_typed import show_money

ZERO = Decimal("0.00")


@dataclass
class Standing:
    """One compound's list, as sums."""

    order: GroupOrder
    items: list[Item] = field(default_factory=list)
    household_count: int = 0

    @property
    def money(self) -> Decimal:
        return sum((item.cost(item.ordered) for item in self.items), ZERO)

    @property
    def pieces(self) -> int:
        """Whole ones: a started kilogram is no piece yet."""
        return sum(item.ordered // item.scale for item in self.items)


@dataclass
class Progress:
    own: Standing
    side: JointSide | None = None
    sides: list[JointSide] = field(default_factory=list)
    standings: dict[int, Standing] = field(default_factory=dict)  # order -> sums of a side, the own one among them

    @property
    def rule(self) -> Any:
        """Where the minimum stands: in the joint buy, or in the order itself."""
        return self.side.joint if self.side else self.own.order

    @property
    def money(self) -> Decimal:
        return sum((one.money for one in self._all()), ZERO)

    @property
    def pieces(self) -> int:
        return sum(one.pieces for one in self._all())

    def _all(self) -> Iterable[Standing]:
        return self.standings.values() if self.side else [self.own]

    @property
    def has_minimum(self) -> bool:
        return self.rule.minimum_kind != GroupOrder.Minimum.NONE

    @property
    def minimum(self) -> Decimal | int:
        return self.rule.minimum_money if self.is_money else self.rule.minimum_pieces or 0

    @property
    def is_money(self) -> bool:
        return self.rule.minimum_kind == GroupOrder.Minimum.MONEY

    @property
    def reached(self) -> Decimal | int:
        return self.money if self.is_money else self.pieces

    @property
    def missing(self) -> Decimal | int:
        """To the minimum; an empty list lacks at least one piece."""
        if not self.has_minimum:
            return 0 if any(item.ordered for one in self._all() for item in one.items) else 1
        return max(self.minimum - self.reached, 0)

    @property
    def is_reached(self) -> bool:
        return not self.missing

    @property
    def percent(self) -> int:
        return 100 if self.is_reached else int(100 * self.reached / self.minimum) if self.minimum else 0

    @property
    def others(self) -> list[JointSide]:
        return [side for side in self.sides if self.side and side.pk != self.side.pk]

    def words(self) -> str:
        """`18 more to go`: the one sentence everybody asks for."""
        if self.is_reached:
            return _("Minimum reached") if self.has_minimum else _("No minimum to reach")
        if not self.has_minimum:
            return _("Nobody has ordered yet")
        if self.is_money:
            return _("%(money)s more to go") % {"money": show_money(Decimal(self.missing))}
        return ngettext("%(count)s more to go", "%(count)s more to go", int(self.missing)) % {"count": self.missing}

    def of_minimum(self) -> str:
        if self.is_money:
            return _("%(there)s of %(minimum)s") % {
                "there": show_money(Decimal(self.reached)),
                "minimum": show_money(Decimal(self.minimum)),
            }
        return _("%(there)s of %(minimum)s pieces") % {"there": self.reached, "minimum": self.minimum}


def read_progress(orders: Iterable[GroupOrder]) -> dict[int, Progress]:
    """Order -> how far it is. Three statements."""
    own = list(orders)
    return make_progress(own, *(list(rows) for rows in progress_queries(own))) if own else {}


def progress_queries(orders: Iterable[GroupOrder]) -> tuple[QuerySet, QuerySet, QuerySet]:
    """What `make_progress` asks for: sides, things, and how many households have ordered of each list."""
    own = [order.pk for order in orders]
    there = JointSide.objects.there().exclude(order__state=GroupOrder.State.CANCELLED)
    sides = there.filter(joint__in=there.filter(order__in=own).order_by().values("joint"))
    items = Item.objects.filter(Q(order__in=own) | Q(order__in=sides.order_by().values("order")))
    counts = OrderLine.objects.standing().filter(item__order__in=own).order_by().values_list("item__order")
    return (
        sides.select_related("joint", "order__compound").order_by("joint", "-is_host", "pk"),
        items.order_by("order", "position", "pk"),
        counts.annotate(n=Count("household", distinct=True)),
    )


def make_progress(
    orders: Iterable[GroupOrder], sides: list[JointSide], items: list[Item], counts: list[tuple[int, int]]
) -> dict[int, Progress]:
    own = {order.pk: order for order in orders}
    mine = {side.order_id: side for side in sides if side.order_id in own}
    together: dict[int, list[JointSide]] = defaultdict(list)
    standings = {pk: Standing(order) for pk, order in own.items()}
    for side in sides:
        together[side.joint_id].append(side)
        standings.setdefault(side.order_id, Standing(side.order))
    for item in items:
        item.order = standings[item.order_id].order
        standings[item.order_id].items.append(item)
    for pk, count in counts:
        standings[pk].household_count = count
    progress = {}
    for pk in own:
        own_side = mine.get(pk)
        beside = together[own_side.joint_id] if own_side else []
        progress[pk] = Progress(standings[pk], own_side, beside, {s.order_id: standings[s.order_id] for s in beside})
    return progress


def progress_of(order: GroupOrder) -> Progress:
    return read_progress([order])[order.pk]


def tag_of(progress: Progress, *beside: Any) -> str:
    """Changes when anything does that the moving part of the page shows."""
    own = progress.own
    told: list[Any] = [own.order.state, own.order.closes_at.isoformat(), own.household_count, *beside]
    told += [(item.pk, item.ordered, item.price, item.total_limit, item.name) for item in own.items]
    told += [
        (side.pk, side.order.state, side.confirmed_at, side.handed_over_at, side.is_host) for side in progress.sides
    ]
    told += [(pk, one.money, one.pieces) for pk, one in sorted(progress.standings.items())]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]
