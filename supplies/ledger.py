"""The store's deeds: counted in by two people, moved, put right, written off, taken back by a counter-entry.

Every deed locks the balances it touches in key order, refuses in words what is not there, and appends its movements.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from residents.models import Building, User, Volunteer
from rounds.services import RoundError
from supplies.models import Batch, BatchCount, Item, Stock, StockMove
from supplies.models.ledger import MOST

Kind = StockMove.Kind


class SupplyError(RoundError):
    """A sentence for the person who tried."""


def check_quantity(value: Any) -> int:
    """Whole, at least one, and believable. `True`, 2.5 and NaN are no quantities."""
    if type(value) is not int or not 1 <= value <= MOST:
        raise SupplyError(_("Give a whole number from 1 to %(most)s.") % {"most": MOST})
    return value


def require_reason(reason: str) -> str:
    if not reason.strip():
        raise SupplyError(_("Say why, in a few words."))
    return reason.strip()[:200]


def stock_in(batch: Batch, *, building: Building | None = None, holder: User | None = None) -> Stock:
    """The balance of a batch in one place; made with nothing in it when there is none yet."""
    return Stock.objects.get_or_create(batch=batch, building=building, holder=holder)[0]


def lock_stocks(keys: Iterable[int | None]) -> dict[int, Stock]:
    rows = Stock.objects.select_for_update(of=("self",), no_key=True).select_related(
        "batch__item", "building", "holder"
    )
    return {row.pk: row for row in rows.filter(pk__in={key for key in keys if key}).order_by("pk")}


def post_moves(moves: list[StockMove]) -> list[StockMove]:
    """Write the balances and append the movements; nothing of it when a place has not enough. Three statements."""
    stocks = lock_stocks(key for move in moves for key in (move.source_id, move.target_id))
    there = {pk: stock.quantity for pk, stock in stocks.items()}
    for move in moves:
        if move.source_id:
            stock = stocks[move.source_id]
            if stock.quantity < move.quantity:
                words = {"place": stock.place, "there": there[stock.pk], "item": stock.batch.item}
                raise SupplyError(_("%(item)s, %(place)s: only %(there)s there.") % words)
            stock.quantity -= move.quantity
        if move.target_id:
            stocks[move.target_id].quantity += move.quantity
    Stock.objects.bulk_update(stocks.values(), ["quantity"])
    return StockMove.objects.bulk_create(moves)


# --- Arrival: two people count --------------------------------------------------------------------


@transaction.atomic
def record_arrival(*, item: Item, quantity: int, by: User, arrived_on: date, **facts) -> Batch:
    """The first count. Nothing is in the store before a second person has counted."""
    check_quantity(quantity)
    alarm_on = arrived_on + timedelta(days=item.alarm_days)
    batch = Batch.objects.create(item=item, made_by=by, arrived_on=arrived_on, alarm_on=alarm_on, **facts)
    BatchCount.objects.create(batch=batch, number=1, quantity=quantity, by=by)
    return batch


@transaction.atomic
def count_again(*, batch: Batch, quantity: int, by: User) -> StockMove | None:
    """The second person's count. Equal: it is in the store. Different: nothing is, until somebody explains."""
    check_quantity(quantity)
    Batch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    counts = list(batch.counts.all())
    if len(counts) != 1:
        raise SupplyError(_("Two people have counted this batch already."))
    if counts[0].by_id == by.pk:
        raise SupplyError(_("You counted first: somebody else has to count now."))
    BatchCount.objects.create(batch=batch, number=2, quantity=quantity, by=by)
    return _take_in(batch, quantity, by) if quantity == counts[0].quantity else None


@transaction.atomic
def settle_count(*, batch: Batch, quantity: int, reason: str, by: User) -> StockMove:
    """The two counts differ, or the arrival was taken back: what is right, and why."""
    check_quantity(quantity)
    reason = require_reason(reason)
    Batch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
    if batch.counts.count() < 2:
        raise SupplyError(_("A second person has to count first."))
    if has_arrived(batch):
        raise SupplyError(_("This batch is in the store already. Put the store's number right instead."))
    return _take_in(batch, quantity, by, reason)


def has_arrived(batch: Batch) -> bool:
    return batch.moves.filter(kind=Kind.ARRIVED, countered=None).exists()


def _take_in(batch: Batch, quantity: int, by: User, reason: str = "") -> StockMove:
    target = stock_in(batch)
    return post_moves(
        [StockMove(batch=batch, kind=Kind.ARRIVED, quantity=quantity, target=target, by=by, reason=reason)]
    )[0]


# --- In the store ---------------------------------------------------------------------------------


@transaction.atomic
def adjust_stock(*, stock: Stock, counted: int, reason: str, by: User) -> StockMove:
    """A recount: what is really there. The difference becomes a movement of its own."""
    if counted != 0:
        check_quantity(counted)
    reason = require_reason(reason)
    there = lock_stocks([stock.pk])[stock.pk].quantity
    if counted == there:
        raise SupplyError(_("That is what the books say: nothing to put right."))
    places: dict[str, Any] = {"target": stock} if counted > there else {"source": stock}
    move = StockMove(
        batch=stock.batch, kind=Kind.ADJUSTED, quantity=abs(counted - there), by=by, reason=reason, **places
    )
    return post_moves([move])[0]


@transaction.atomic
def write_off(*, stock: Stock, quantity: int, reason: str, by: User, **of) -> StockMove:
    """Spoiled, broken, gone. `of`: the distribution it belongs to."""
    check_quantity(quantity)
    reason = require_reason(reason)
    move = StockMove(
        batch=stock.batch, kind=Kind.WRITTEN_OFF, quantity=quantity, source=stock, by=by, reason=reason, **of
    )
    return post_moves([move])[0]


@transaction.atomic
def undo_move(*, move: StockMove, reason: str, by: User) -> StockMove:
    """A counter-entry. Refused when what it would take back has gone on already."""
    reason = require_reason(reason)
    row = StockMove.objects.select_for_update(of=("self",), no_key=True).select_related("batch__item").get(pk=move.pk)
    if row.kind == Kind.COUNTER:
        raise SupplyError(_("A counter-entry is not taken back: enter what is right."))
    if row.entitlement_id:
        raise SupplyError(_("This was told at a door: take the mark back there."))
    if StockMove.objects.filter(counters=row).exists():
        raise SupplyError(_("This was taken back already."))
    if row.target_id:
        there = lock_stocks([row.target_id, row.source_id])[row.target_id].quantity
        if there < row.quantity:
            words = {"there": there, "quantity": row.quantity}
            raise SupplyError(
                _("Later movements depend on it: only %(there)s of %(quantity)s are still there.") % words
            )
    counter = StockMove(
        batch=row.batch,
        kind=Kind.COUNTER,
        quantity=row.quantity,
        source_id=row.target_id,
        target_id=row.source_id,
        distribution_id=row.distribution_id,
        counters=row,
        by=by,
        reason=reason,
    )
    return post_moves([counter])[0]


# --- Protective gear, a shift ---------------------------------------------------------------------


@transaction.atomic
def issue_gear(*, batch: Batch, volunteer: Volunteer, quantity: int, by: User) -> StockMove:
    check_quantity(quantity)
    if not batch.item.is_ppe:
        raise SupplyError(_("%(item)s is no protective gear.") % {"item": batch.item})
    if volunteer.ended_at is not None or volunteer.compound_id != batch.item.compound_id:
        raise SupplyError(_("This volunteer does not serve in this compound."))
    source, target = stock_in(batch), stock_in(batch, holder=volunteer.user)
    move = StockMove(batch=batch, kind=Kind.ISSUED, quantity=quantity, source=source, target=target, by=by)
    return post_moves([move])[0]


@transaction.atomic
def return_gear(*, stock: Stock, returned: int, used: int, by: User) -> list[StockMove]:
    """After the shift: what comes back, and what was used up."""
    if stock.holder_id is None:
        raise SupplyError(_("Nobody holds this."))
    for number in (returned, used):
        if number != 0:
            check_quantity(number)
    if not returned + used:
        raise SupplyError(_("Say how many came back or were used."))
    moves = []
    if returned:
        store = stock_in(stock.batch)
        moves.append(
            StockMove(batch=stock.batch, kind=Kind.RETURNED, quantity=returned, source=stock, target=store, by=by)
        )
    if used:
        moves.append(
            StockMove(
                batch=stock.batch,
                kind=Kind.WRITTEN_OFF,
                quantity=used,
                source=stock,
                by=by,
                reason=_("used in the shift"),
            )
        )
    return post_moves(moves)


def create_item(*, compound, **facts) -> Item:
    """Two who add the same thing at once get one of it, and the second is told."""
    try:
        with transaction.atomic():
            return Item.objects.create(compound=compound, **facts)
    except IntegrityError:
        raise SupplyError(_("There is an item of this name already.")) from None
