"""What a mark at a door does to the books, in the transaction that stores the mark.

A mark always counts: the door was reached. What it tells is written beside the household's entitlement; the ledger
books of it what the lobby holds. The rest is booked when more is loaded or explained, and shows until then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from residents.models import Building, User
from rounds.folding import standing
from rounds.marks import NewMarks
from rounds.models import Mark, Outcome, Round, Visit
from supplies.ledger import lock_stocks
from supplies.models import Entitlement, Handover, Line, Stock, StockMove

Kind = StockMove.Kind
TOLD = ["told_given", "told_spoiled", "given", "spoiled", "handover", "keep_until"]

# What each word of the details goes with; `given` and `refused` are said by the outcome alone.
OUTCOME_OF = {
    Handover.GIVEN: Outcome.DONE,
    Handover.LEFT: Outcome.DONE,
    Handover.SWAPPED: Outcome.DONE,
    Handover.SHORT: Outcome.PARTLY,
    Handover.DAMAGED: Outcome.PARTLY,
    Handover.REFUSED: Outcome.REFUSED,
    Handover.KEPT: Outcome.NOBODY_HOME,
}


class Told(NamedTuple):
    handover: str = ""
    given: int = 0
    spoiled: int = 0
    until: date | None = None


def record_handovers(news: NewMarks) -> None:
    """No statement where no mark is of a distribution."""
    touched = {mark.visit_id: mark.marked_by_id for mark in news.marks}
    visits = {pk: news.visits[pk] for pk in touched if news.visits[pk].round.kind == Round.Kind.SUPPLIES}
    if not visits:
        return
    rows = list(Entitlement.objects.filter(visit__in=visits).select_related("line").order_by("pk"))
    first = {row.visit_id: row.line_id for row in reversed(rows)}
    for row in rows:
        visit = visits[row.visit_id]
        told = tell(row, visit, standing(news.marks_of[visit.pk]), first[visit.pk])
        row.handover, row.keep_until = told.handover, told.until
        row.told_given, row.told_spoiled = told.given, told.spoiled
    book(rows, visits, touched)


def tell(row: Entitlement, visit: Visit, marks: Sequence[Mark], first_line: int) -> Told:
    """What a door's standing marks say of one line: the last what the household has; each damaged bag counts."""
    spoiled = sum(_count(mark, row, first_line) for mark in marks if _word(mark) == Handover.DAMAGED)
    if not marks:
        return Told()
    last = marks[-1]
    word = _word(last)
    if visit.outcome == Outcome.DONE and word not in {Handover.SHORT, Handover.DAMAGED}:
        given = row.allotted
    elif word == Handover.SHORT:
        given = _count(last, row, first_line) if _speaks_of(last, row, first_line) else row.allotted
    elif word == Handover.DAMAGED and not _speaks_of(last, row, first_line):
        given = row.allotted
    else:
        given = 0
    until = parse_date_softly(last.details.get("until", "")) if word == Handover.KEPT else None
    return Told(word, given, spoiled, until)


def _word(mark: Mark) -> str:
    """The details' word where it goes with the outcome; else what the outcome says by itself."""
    word = mark.details.get("handover", "")
    if word in OUTCOME_OF and OUTCOME_OF[Handover(word)] == mark.outcome:
        return word
    return {Outcome.DONE: Handover.GIVEN, Outcome.REFUSED: Handover.REFUSED}.get(Outcome(mark.outcome), "")


def _speaks_of(mark: Mark, row: Entitlement, first_line: int) -> bool:
    return mark.details.get("line", str(first_line)) == str(row.line_id)


def _count(mark: Mark, row: Entitlement, first_line: int) -> int:
    """Within what the household was to get, whatever the details say."""
    if not _speaks_of(mark, row, first_line):
        return 0
    text = mark.details.get("count", "")
    return min(int(text), row.allotted) if text.isascii() and text.isdigit() and len(text) < 8 else row.allotted


def parse_date_softly(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


# --- The books ------------------------------------------------------------------------------------


def book(rows: list[Entitlement], visits: dict[int, Visit], by: dict[int, int]) -> None:
    """Bring the ledger to what the (locked) rows tell, as far as each lobby's stock goes."""
    wanting = [row for row in rows if (row.given, row.spoiled) != (row.told_given, row.told_spoiled)]
    if wanting:
        buildings = {visits[row.visit_id].building_id for row in wanting}
        keys = Stock.objects.filter(batch__in={row.line.batch_id for row in wanting}, building__in=buildings)
        stocks = lock_stocks(keys.values_list("pk", flat=True))
        places = {(stock.batch_id, stock.building_id): stock for stock in stocks.values()}
        moves = _counters([row for row in wanting if _goes_down(row)], stocks, by)
        for row in wanting:
            stock = places.get((row.line.batch_id, visits[row.visit_id].building_id))
            if stock is not None:
                moves += _further(row, stock, by[row.visit_id])
        Stock.objects.bulk_update(stocks.values(), ["quantity"])
        StockMove.objects.bulk_create(moves)
    if rows:
        Entitlement.objects.bulk_update(rows, TOLD)


def _goes_down(row: Entitlement) -> bool:
    return row.told_given < row.given or row.told_spoiled < row.spoiled


def _counters(rows: list[Entitlement], stocks: dict[int, Stock], by: dict[int, int]) -> list[StockMove]:
    """What was told otherwise is taken back whole, to be booked anew."""
    if not rows:
        return []
    by_pk = {row.pk: row for row in rows}
    standing_moves = StockMove.objects.filter(entitlement__in=by_pk, countered=None).exclude(kind=Kind.COUNTER)
    counters = []
    for move in standing_moves.order_by("pk"):
        row = by_pk[move.entitlement_id]  # type: ignore[index]
        if move.kind == Kind.HANDED_OUT:
            row.given -= move.quantity
        else:
            row.spoiled -= move.quantity
        stocks[move.source_id].quantity += move.quantity  # type: ignore[index]
        counters.append(
            StockMove(
                batch_id=move.batch_id,
                kind=Kind.COUNTER,
                quantity=move.quantity,
                target_id=move.source_id,
                distribution_id=move.distribution_id,
                entitlement=row,
                counters=move,
                reason=_("told otherwise at the door"),
                by_id=by[row.visit_id],
            )
        )
    return counters


def _further(row: Entitlement, stock: Stock, by: int) -> list[StockMove]:
    moves = []
    for kind, told, name in ((Kind.WRITTEN_OFF, "told_spoiled", "spoiled"), (Kind.HANDED_OUT, "told_given", "given")):
        quantity = min(getattr(row, told) - getattr(row, name), stock.quantity)
        if quantity <= 0:
            continue
        stock.quantity -= quantity
        setattr(row, name, getattr(row, name) + quantity)
        moves.append(
            StockMove(
                batch_id=stock.batch_id,
                kind=kind,
                quantity=quantity,
                source=stock,
                distribution_id=row.line.distribution_id,
                entitlement=row,
                reason=_("damaged at the door") if kind == Kind.WRITTEN_OFF else "",
                by_id=by,
            )
        )
    return moves


def lock_uncovered(*, lines: Iterable[Line], building: Building | None = None) -> dict[int, Visit]:
    """The visits of which the books do not hold what was told. Locked before any balance is, as marks do it."""
    rows = Entitlement.objects.uncovered().filter(line__in=lines)
    if building is not None:
        rows = rows.filter(visit__building=building)
    keys = set(rows.values_list("visit", flat=True))
    if not keys:
        return {}
    locked = Visit.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return {visit.pk: visit for visit in locked}


def book_uncovered(*, visits: dict[int, Visit], by: User) -> None:
    """Book what was told before the lobby's books held it. In the caller's transaction."""
    if visits:
        rows = list(Entitlement.objects.filter(visit__in=visits).select_related("line").order_by("pk"))
        book(rows, visits, defaultdict(lambda: by.pk))
