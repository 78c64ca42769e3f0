"""On a household's own page: the lists that collect, what it has ordered, and a way to order or take it back."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from buying.models import GroupOrder, LineChange, OrderLine
from buying.ordering import set_lines
from buying.progress import Progress, read_progress
from buying.quantities import Asked, ask, read_told
from buying.services import BuyingError
from buying.settlement import HomeStatement, statement_for
from compound.household import Part, Refused, Visitor, home_act, over, refuse, thanks
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


def lists_for(household: Household) -> list[GroupOrder]:
    """What collects in its compound, and what it has ordered that is still under way. One statement."""
    mine = OrderLine.objects.standing().filter(household=household, item__order__state__in=ON_ITS_WAY)
    compound = household.door.building.compound_id
    now = timezone.now()
    rows = GroupOrder.objects.collecting(now).filter(compound=compound)
    rows = rows | GroupOrder.objects.filter(compound=compound, pk__in=mine.values("item__order"))
    return list(rows.select_related("compound").order_by("closes_at", "pk"))


def buying_part(visitor: Visitor) -> Part | None:
    """Six statements, however many lists there are, and eight more for one that was shared out; one when there is
    none."""
    orders = lists_for(visitor.household)
    if not orders:
        return None
    progress = read_progress(orders)
    now = timezone.now()
    typed = {order.pk: visitor.refusal_at("buying", order.pk) for order in orders}
    posted = {name: value for refused in typed.values() if refused for name, value in refused.posted.items()}
    items = [item for order in orders for item in progress[order.pk].own.items]
    asked: dict[int, list[Asked]] = {order.pk: [] for order in orders}
    for one in ask(items, visitor.household, posted):
        asked[one.item.order_id].append(one)
    buys = []
    for order in orders:
        buy = HomeBuy(order, progress[order.pk], asked[order.pk], order.is_collecting(now))
        refused = typed[order.pk]
        if order.state in SHARED_OUT:
            buy.statement = statement_for(order, visitor.household)
        buy.error = refused.message if refused else ""
        buy.action = visitor.address("home_buying", order.pk)
        buys.append(buy)
    return Part("buying", "home/_buying.html", {"buys": buys}, style="css/buying.css")


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
