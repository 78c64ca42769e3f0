"""Supplies in, out and not delivered yet. Pieces of different things are added up, as the forms from above do."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Case, Count, F, IntegerField, Q, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from reports.figures import HOUSEHOLDS, PIECES, Asked, Counts, Figure, Room
from rounds.models import Outcome, Round
from supplies.models import Entitlement, Stock, StockMove

Kind = StockMove.Kind
OF_MOVE = {
    (Kind.ARRIVED, False): "arrived",
    (Kind.HANDED_OUT, False): "handed_out",
    (Kind.WRITTEN_OFF, False): "written_off",
    (Kind.ARRIVED, True): "gear_arrived",
    (Kind.ISSUED, True): "gear_issued",
}
Numbers = dict[str, dict[int | None, int]]


def read(asked: Asked) -> Counts:
    """Three statements; two on a day without a distribution."""
    counts: Numbers = defaultdict(lambda: defaultdict(int))
    for kind, is_gear, building, total in _moves(asked):
        word = OF_MOVE.get((kind, is_gear))
        if word == "handed_out" and building:
            counts[word][building] += total
        if word:
            counts[word][None] += total
    there = Stock.objects.in_store().filter(batch__item__compound=asked.compound).order_by()
    for is_gear, total in there.values_list("batch__item__is_ppe").annotate(n=Sum("quantity")):
        counts["gear_in_store" if is_gear else "in_store"][None] = total
    _count_due(counts, asked)
    return counts


def _moves(asked: Asked):
    """A counter-entry takes from what it counters."""
    signed = Case(When(kind=Kind.COUNTER, then=-F("quantity")), default=F("quantity"), output_field=IntegerField())
    return (
        StockMove.objects.filter(batch__item__compound=asked.compound, at__gt=asked.since, at__lte=asked.until)
        .order_by()
        .annotate(
            deed=Coalesce("counters__kind", "kind"),
            place=Coalesce("source__building", "target__building"),
            signed=signed,
        )
        .values_list("deed", "batch__item__is_ppe", "place")
        .annotate(total=Sum("signed"))
    )


def _count_due(counts: Numbers, asked: Asked) -> None:
    rounds = [round.pk for round in asked.rounds_of(Round.Kind.SUPPLIES)]
    if not rounds:
        return
    open_door = ~Q(visit__outcome=Outcome.REFUSED)
    rows = (
        Entitlement.objects.filter(visit__round__in=rounds)
        .order_by()
        .values("visit__building")
        .annotate(
            due=Sum("allotted"),
            left=Sum(F("allotted") - F("told_given") - F("told_spoiled"), filter=open_door, default=0),
            short=Sum(F("quantity") - F("allotted")),
            served=Count("visit", distinct=True, filter=Q(told_given__gt=0)),
        )
    )
    for row in rows:
        building = row["visit__building"]
        counts["due"][building] = row["due"]
        counts["undelivered"][building] = max(0, row["left"])
        counts["short"][building] = row["short"]
        counts["served"][building] = row["served"]


ROOM = Room(
    "supplies",
    _("Supplies"),
    read,
    (
        Figure(
            "arrived",
            _("supplies arrived"),
            PIECES,
            "物资到货 物资入库 入库 到货",
            per_building=False,
            in_bulletin=True,
        ),
        Figure("handed_out", _("supplies handed out"), PIECES, "物资发放 已发放 发放份数 出库", in_bulletin=True),
        Figure("served", _("households that got something"), HOUSEHOLDS, "已发户数 发放户数"),
        Figure("due", _("for the doors in the distributions of the day"), PIECES, "应发 应发份数"),
        Figure("undelivered", _("not delivered yet"), PIECES, "未发放 未送达 未发 待发放", in_bulletin=True),
        Figure("short", _("missing for everybody's share"), PIECES, "缺口 物资缺口"),
        Figure("written_off", _("written off"), PIECES, "报损 损耗", per_building=False),
        Figure("in_store", _("in the store"), PIECES, "库存 物资库存", per_building=False),
        Figure("gear_arrived", _("protective gear arrived"), PIECES, "防护用品入库 防护物资到货", per_building=False),
        Figure("gear_issued", _("protective gear issued"), PIECES, "防护用品发放 防护用品领用", per_building=False),
        Figure(
            "gear_in_store", _("protective gear in the store"), PIECES, "防护用品库存 防护物资库存", per_building=False
        ),
    ),
)
