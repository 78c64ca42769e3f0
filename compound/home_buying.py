"""On a household's own page: the lists that collect, what it has ordered, and a way to order or take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from buying.models import GroupOrder, LineChange, OrderLine
from buying.ordering import set_lines
from buying.progress import Progress, make_progress, progress_queries
from buying.quantities import Asked, make_asked, read_told
from buying.services import BuyingError
from buying.settlement import BooksRead, HomeStatement, make_statement, statement_queries
from compound.household import Part, Refused, Visitor, home_act, over, refuse, thanks
from residents.in_rounds import Reads, in_rounds
from residents.models import Household

State = GroupOrder.State
SHARED_OUT = frozenset({State.SORTING, State.DELIVERING})
ON_ITS_WAY = [State.OPEN, State.CLOSED, State.ORDERED, State.ARRIVED, State.SORTING, State.DELIVERING]


@dataclass
class HomeBuy:
    """One list as a household sees it: sums of all, and nothing else of anybody else."""

    order: GroupOrder
    progress: Progress
    asked: list[Asked]
    is_collecting: bool
    action: str = ""
    statement: HomeStatement | None = None  # once it was shared out: what it gets, why less, its money
    error: str = ""

    @property
    def mine(self) -> list[Asked]:
        return [one for one in self.asked if one.stands]

    @property
    def money(self):
        return sum(one.money for one in self.mine)


def lists_for(household: Household) -> QuerySet[GroupOrder]:
    """What collects in its compound, and what it has ordered that is still under way."""
    mine = OrderLine.objects.standing().filter(household=household, item__order__state__in=ON_ITS_WAY)
    compound = household.door.building.compound_id
    now = timezone.now()
    rows = GroupOrder.objects.collecting(now).filter(compound=compound)
    rows = rows | GroupOrder.objects.filter(compound=compound, pk__in=mine.values("item__order"))
    return rows.select_related("compound").order_by("closes_at", "pk")


@in_rounds
def buying_part(visitor: Visitor) -> Reads[Part | None]:
    """Two steps, however many lists there are and whatever became of them; one when there is none."""
    home = visitor.household
    (orders,) = yield (lists_for(home),)
    if not orders:
        return None
    out = [order for order in orders if order.state in SHARED_OUT]
    stands = OrderLine.objects.filter(item__order__in=orders, household=home).values_list("item", "quantity")
    asked_for = *progress_queries(orders), stands, *(statement_queries(out, home) if out else ())
    sides, items, counts, mine, *rest = yield asked_for
    progress = make_progress(orders, sides, items, counts)
    statements = _statements(out, home, rest) if out else {}
    now = timezone.now()
    buys = []
    for order in orders:
        refused = visitor.refusal_at("buying", order.pk)
        asked = make_asked(progress[order.pk].own.items, dict(mine), refused.posted if refused else {})
        buy = HomeBuy(order, progress[order.pk], asked, order.is_collecting(now))
        buy.statement = statements.get(order.pk)
        buy.error = refused.message if refused else ""
        buy.action = visitor.address("home_buying", order.pk)
        buys.append(buy)
    return Part("buying", "home/_buying.html", {"buys": buys}, style="css/buying.css")


def _statements(orders: list[GroupOrder], home: Household, rows: list[list[Any]]) -> dict[int, HomeStatement | None]:
    *books, shares, settled = rows
    read = BooksRead(*books)
    return {order.pk: make_statement(order, home, read.only(order), shares, settled) for order in orders}


@home_act
def home_buying(request: HttpRequest, visitor: Visitor, order_pk: int) -> HttpResponse:
    """What shall stand, not what is to be added: a second tap, or another phone of the family, adds nothing."""
    order = next((one for one in lists_for(visitor.household) if one.pk == order_pk), None)
    if order is None:
        return over(visitor)
    try:
        told = read_told(request.POST, order.items.all())
        set_lines(
            order=order,
            household=visitor.household,
            wanted=told.wanted,
            saw=told.saw,
            how=LineChange.How.LINK,
            link=visitor.link,
        )
    except BuyingError as error:
        return refuse(visitor, Refused("buying", str(error), order.pk, request.POST))
    return thanks(visitor, "buying")
