"""On a household's own page: the lists that collect, what it has ordered, and a way to order or take it back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation

from buying.models import GroupOrder, LineChange, MoneyEntry, OrderLine, OrderStep
from buying.ordering import set_lines
from buying.progress import Progress, make_progress, progress_of, progress_queries, tag_of
from buying.quantities import Asked, make_asked, read_told
from buying.services import BuyingError
from buying.settlement import BooksRead, HomeStatement, make_statement, statement_queries
from compound.home_complaints import HomeComplaint, complaint_queries, make_complaints
from compound.household import Part, Refused, Visitor, home_act, home_look, over, refuse, thanks
from residents.in_rounds import Reads, in_rounds
from residents.models import Household

State = GroupOrder.State
OVER = frozenset({State.SETTLED, State.CANCELLED})
SHARED_OUT = frozenset({State.SORTING, State.DELIVERING}) | OVER
ON_ITS_WAY = [State.OPEN, State.CLOSED, State.ORDERED, State.ARRIVED, State.SORTING, State.DELIVERING]
SHOWN_FOR = timedelta(days=7)  # after it was settled or called off; longer while money of the household is open


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
    complaints: list[HomeComplaint] = field(default_factory=list)  # of each round that brings it
    live: str = ""  # where its progress is asked for again; the page says it without, too
    etag: str = ""

    @property
    def is_called_off(self) -> bool:
        return self.order.state == State.CANCELLED

    @property
    def mine(self) -> list[Asked]:
        return [one for one in self.asked if one.stands]

    @property
    def money(self):
        return sum(one.money for one in self.mine)


def lists_for(household: Household) -> QuerySet[GroupOrder]:
    """What collects in its compound, what it has ordered that is still under way, and what of it ended lately or holds
    its money still. `ended_why`: why it was called off."""
    ordered = OrderLine.objects.standing().filter(household=household).values("item__order")
    compound = household.door.building.compound_id
    now = timezone.now()
    steps = OrderStep.objects.filter(became__in=OVER)
    lately = Q(state__in=OVER, pk__in=steps.filter(at__gt=now - SHOWN_FOR).values("order"))
    paid = MoneyEntry.objects.filter(household=household).values("order")
    owed = Q(state=State.CANCELLED, settlement=None, pk__in=paid)
    rows = GroupOrder.objects.collecting(now).filter(compound=compound)
    rows = rows | GroupOrder.objects.filter(Q(state__in=ON_ITS_WAY) | lately, compound=compound, pk__in=ordered)
    rows = rows | GroupOrder.objects.filter(owed, compound=compound)
    why = steps.filter(order=OuterRef("pk"), became=State.CANCELLED).order_by("-pk").values("why")[:1]
    return rows.annotate(ended_why=Subquery(why)).select_related("compound").order_by("closes_at", "pk")


@in_rounds
def buying_part(visitor: Visitor) -> Reads[Part | None]:
    """Two steps, however many lists there are and whatever became of them; one when there is none."""
    home = visitor.household
    orders, visits, said = yield (lists_for(home), *complaint_queries(home))
    if not orders:
        return None
    out = [order for order in orders if order.state in SHARED_OUT]
    stands = OrderLine.objects.filter(item__order__in=orders, household=home).values_list("item", "quantity")
    asked_for = *progress_queries(orders), stands, *(statement_queries(out, home) if out else ())
    sides, items, counts, mine, *rest = yield asked_for
    progress = make_progress(orders, sides, items, counts)
    statements = _statements(out, home, rest) if out else {}
    wrong = make_complaints(visitor, visits, said)
    rounds: dict[int, set[int]] = defaultdict(set)
    for parcel in rest[1] if out else ():
        if parcel.line.household_id == home.pk and parcel.visit_id is not None:
            rounds[parcel.line.item.order_id].add(parcel.visit.round_id)
    now = timezone.now()
    buys = []
    for order in orders:
        refused = visitor.refusal_at("buying", order.pk)
        asked = make_asked(progress[order.pk].own.items, dict(mine), refused.posted if refused else {})
        buy = HomeBuy(order, progress[order.pk], asked, order.is_collecting(now))
        buy.statement = statements.get(order.pk)
        buy.complaints = [wrong[pk] for pk in sorted(rounds[order.pk]) if pk in wrong]
        buy.error = refused.message if refused else ""
        if buy.is_collecting:
            buy.action = visitor.address("home_buying", order.pk)
            buy.live, buy.etag = visitor.address("home_buying_live", order.pk), _etag(buy)
        buys.append(buy)
    script = "js/live.js" if any(buy.is_collecting for buy in buys) else ""
    return Part("buying", "home/_buying.html", {"buys": buys}, script=script, style="css/buying.css")


def _etag(buy: HomeBuy) -> str:
    return f'"{tag_of(buy.progress, buy.is_collecting, translation.get_language())}"'


def _statements(orders: list[GroupOrder], home: Household, rows: list[list[Any]]) -> dict[int, HomeStatement | None]:
    *books, shares, settled = rows
    read = BooksRead(*books)
    return {order.pk: make_statement(order, home, read.only(order), shares, settled) for order in orders}


@home_look
def home_buying_live(request: HttpRequest, visitor: Visitor, order_pk: int) -> HttpResponse:
    """How far it is, asked for every few seconds while somebody looks: 304 while nothing moves. Three statements."""
    order = lists_for(visitor.household).filter(pk=order_pk).first()
    if order is None:
        return over(visitor)
    buy = HomeBuy(order, progress_of(order), [], order.is_collecting(timezone.now()))
    etag = _etag(buy)
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(render_to_string("home/_buying_live.html", {"buy": buy}))
    response["ETag"] = etag
    return response


@home_act
def home_buying(request: HttpRequest, visitor: Visitor, order_pk: int) -> HttpResponse:
    """What shall stand, not what is to be added: a second tap, or another phone of the family, adds nothing."""
    order = lists_for(visitor.household).filter(pk=order_pk).first()
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
