"""What a mark at a door does to the books, in the transaction that stores the mark.

A mark always counts: the door was reached. What it tells is written beside the household's entitlement; the ledger
books of it what the lobby holds. The rest is booked when more is loaded or explained, and shows until then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from residents.models import Building, User
from rounds.folding import standing
from rounds.marks import NewMarks
from rounds.models import Mark, Outcome, Round, Visit
from supplies.ledger import lock_stocks
from supplies.models import OF_ONE_LINE, Entitlement, Handover, Line, Stock, StockMove

Kind = StockMove.Kind
TOLD = [
    *("told_given", "told_spoiled", "told_swapped", "given", "spoiled", "swapped"),
    *("swapped_for", "handover", "keep_until"),
]

# What each word of the details goes with; `given` and `refused` are said by the outcome alone.
OUTCOME_OF = {
    Handover.GIVEN: Outcome.DONE,
    Handover.LEFT: Outcome.DONE,
    Handover.PASSED: Outcome.DONE,
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
    swapped: int = 0
    swapped_for: int | None = None
    until: date | None = None


def record_handovers(news: NewMarks) -> None:
    """No statement where no mark is of a distribution."""
    touched = {mark.visit_id: mark.marked_by_id for mark in news.marks}
    visits = {pk: news.visits[pk] for pk in touched if news.visits[pk].round.kind == Round.Kind.SUPPLIES}
    if not visits:
        return
    rows = list(Entitlement.objects.filter(visit__in=visits).select_related("line").order_by("pk"))
    lines = _lines_of(rows, news)
    first = {row.visit_id: row.line_id for row in reversed(rows)}
    anew = set()
    for row in rows:
        visit = visits[row.visit_id]
        others = lines.get(row.line.distribution_id, {})
        told = tell(row, visit, standing(news.marks_of[visit.pk]), first[visit.pk], others)
        if row.swapped and told.swapped_for != row.swapped_for_id:
            anew.add(row.pk)
        row.handover, row.keep_until = told.handover, told.until
        row.told_given, row.told_spoiled, row.told_swapped = told.given, told.spoiled, told.swapped
        row.swapped_for = others.get(told.swapped_for or 0)
    book(rows, visits, touched, anew)


def _lines_of(rows: Iterable[Entitlement], news: NewMarks) -> dict[int, dict[int, Line]]:
    """Distribution -> its lines by key: what a thing may be swapped for. No statement where nothing was swapped."""
    if not any(_word(mark) == Handover.SWAPPED for marks in news.marks_of.values() for mark in marks):
        return {}
    found: dict[int, dict[int, Line]] = defaultdict(dict)
    for line in Line.objects.filter(distribution__in={row.line.distribution_id for row in rows}):
        found[line.distribution_id][line.pk] = line
    return found


def tell(row: Entitlement, visit: Visit, marks: Sequence[Mark], first_line: int, others: Mapping[int, Line]) -> Told:
    """What a door's standing marks say of one line: the last word is what they have; each damaged bag counts."""
    if not marks:
        return Told()
    given: int | None = None  # not told of yet
    spoiled = swapped = 0
    swapped_for = None
    for mark in marks:
        word = _word(mark)
        count = _count(mark, row, first_line)
        if word not in OF_ONE_LINE:
            given, swapped = row.allotted if mark.outcome == Outcome.DONE else 0, 0
        elif not _speaks_of(mark, row, first_line):
            given = row.allotted if given is None else given
        elif word == Handover.SHORT:
            given, swapped = count, 0
        elif word == Handover.DAMAGED:
            given, swapped = max(0, (row.allotted if given is None else given) - count), 0
            spoiled += count
        else:
            given, swapped = row.allotted, count
            swapped_for = _swapped_for(mark, row, others)
    last = marks[-1]
    word = _word(last)
    if word not in OF_ONE_LINE:
        given = row.allotted if visit.outcome == Outcome.DONE else 0
    until = parse_date_softly(last.details.get("until", "")) if word == Handover.KEPT else None
    return Told(word, given or 0, spoiled, swapped, swapped_for if swapped else None, until)


def _swapped_for(mark: Mark, row: Entitlement, others: Mapping[int, Line]) -> int:
    """Another line of the same distribution; the same again (a good one for a bad one) where none is named."""
    text = mark.details.get("for", "")
    named = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return named if named in others else row.line_id


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


def book(rows: list[Entitlement], visits: dict[int, Visit], by: dict[int, int], anew: Collection[int] = ()) -> None:
    """Bring the ledger to what the (locked) rows tell, as far as each lobby's stock goes."""
    wanting = [row for row in rows if row.pk in anew or _booked(row) != _told(row)]
    if wanting:
        buildings = {visits[row.visit_id].building_id for row in wanting}
        lines = Line.objects.filter(distribution__in={row.line.distribution_id for row in wanting})
        keys = Stock.objects.filter(batch__in=lines.values("batch"), building__in=buildings)
        stocks = lock_stocks(keys.values_list("pk", flat=True))
        places = {(stock.batch_id, stock.building_id or 0): stock for stock in stocks.values()}
        down = [row for row in wanting if row.pk in anew or any(map(int.__lt__, _told(row), _booked(row)))]
        moves = _counters(down, stocks, by)
        for row in wanting:
            building = visits[row.visit_id].building_id
            stock = places.get((row.line.batch_id, building))
            if stock is not None:
                moves += _further(row, stock, by[row.visit_id])
                moves += _swap(row, stock, places.get((_batch_for(row), building)), by[row.visit_id])
        Stock.objects.bulk_update(stocks.values(), ["quantity"])
        StockMove.objects.bulk_create(moves)
    if rows:
        Entitlement.objects.bulk_update(rows, TOLD)


def _told(row: Entitlement) -> tuple[int, int, int]:
    return row.told_given, row.told_spoiled, row.told_swapped


def _booked(row: Entitlement) -> tuple[int, int, int]:
    return row.given, row.spoiled, row.swapped


def _batch_for(row: Entitlement) -> int:
    return row.swapped_for.batch_id if row.swapped_for is not None else 0


def _counters(rows: list[Entitlement], stocks: dict[int, Stock], by: dict[int, int]) -> list[StockMove]:
    """What was told otherwise is taken back whole, to be booked anew."""
    if not rows:
        return []
    by_pk = {row.pk: row for row in rows}
    standing_moves = StockMove.objects.filter(entitlement__in=by_pk, countered=None).exclude(kind=Kind.COUNTER)
    counters = []
    for move in standing_moves.order_by("pk"):
        row = by_pk[move.entitlement_id]  # type: ignore[index]
        if move.source_id:
            stocks[move.source_id].quantity += move.quantity
        if move.target_id:
            stocks[move.target_id].quantity -= move.quantity
        counters.append(
            StockMove(
                batch_id=move.batch_id,
                kind=Kind.COUNTER,
                quantity=move.quantity,
                source_id=move.target_id,
                target_id=move.source_id,
                distribution_id=move.distribution_id,
                entitlement=row,
                counters=move,
                reason=_("told otherwise at the door"),
                by_id=by[row.visit_id],
            )
        )
    for row in rows:
        row.given = row.spoiled = row.swapped = 0
    return counters


def _further(row: Entitlement, stock: Stock, by: int) -> list[StockMove]:
    moves = []
    for kind, told, name in ((Kind.WRITTEN_OFF, "told_spoiled", "spoiled"), (Kind.HANDED_OUT, "told_given", "given")):
        quantity = min(getattr(row, told) - getattr(row, name), stock.quantity)
        if quantity <= 0:
            continue
        stock.quantity -= quantity
        setattr(row, name, getattr(row, name) + quantity)
        reason = _("damaged at the door") if kind == Kind.WRITTEN_OFF else ""
        moves.append(_move(row, stock, kind, quantity, by, source=stock, reason=reason))
    return moves


def _swap(row: Entitlement, stock: Stock, other: Stock | None, by: int) -> list[StockMove]:
    """What came back from the door into the lobby, and as many of the other out of it: both or neither."""
    if other is None or row.given < row.told_given:
        return []
    there = other.quantity if other is not stock else row.told_swapped  # one of the same: the returned one covers it
    quantity = min(row.told_swapped - row.swapped, there)
    if quantity <= 0:
        return []
    stock.quantity += quantity
    other.quantity -= quantity
    row.swapped += quantity
    return [
        _move(row, stock, Kind.EXCHANGED, quantity, by, target=stock, reason=_("swapped at the door")),
        _move(row, other, Kind.HANDED_OUT, quantity, by, source=other, reason=_("swapped at the door")),
    ]


def _move(row: Entitlement, stock: Stock, kind: str, quantity: int, by: int, **facts) -> StockMove:
    distribution = row.line.distribution_id
    facts |= {"quantity": quantity, "distribution_id": distribution, "entitlement": row, "by_id": by}
    return StockMove(batch_id=stock.batch_id, kind=kind, **facts)


def lock_uncovered(*, lines: Iterable[Line], building: Building | None = None) -> dict[int, Visit]:
    """The visits of which the books do not hold what was told. Locked before any balance is, as marks do it."""
    rows = Entitlement.objects.uncovered().filter(Q(line__in=lines) | Q(swapped_for__in=lines))
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
        rows = list(Entitlement.objects.filter(visit__in=visits).select_related("line", "swapped_for").order_by("pk"))
        book(rows, visits, defaultdict(lambda: by.pk))
