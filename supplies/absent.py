"""What is kept in the store for who is away: handed over when they are back, kept until a day, or let go."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Compound, User
from supplies.ledger import SupplyError, post_moves, require_reason, stock_in
from supplies.models import Batch, KeptShare, Stock, StockMove


def open_shares(compound: Compound) -> list[KeptShare]:
    """What lies in the store for households that are away, building by building. One statement."""
    rows = KeptShare.objects.open().filter(line__distribution__round__compound=compound)
    return list(rows.select_related("building", "line__batch__item", "line__distribution__round"))


def refuse_kept(batch: Batch) -> None:
    """After something left the store, in its transaction: what is kept for who is away has to be there still."""
    kept = KeptShare.objects.open().filter(line__batch=batch).aggregate(n=Sum("allotted"))["n"] or 0
    there = Stock.objects.in_store().filter(batch=batch).values_list("quantity", flat=True).first() or 0
    if there < kept:
        raise SupplyError(_("%(n)s of them are kept for households that are away.") % {"n": kept})


def _lock(share: KeptShare) -> KeptShare:
    row = KeptShare.objects.select_for_update(of=("self",)).select_related("line__batch__item").get(pk=share.pk)
    if not KeptShare.objects.open().filter(pk=row.pk).exists():
        raise SupplyError(_("Nothing is kept for this household any more."))
    return row


@transaction.atomic
def hand_over_kept(*, share: KeptShare, by: User) -> StockMove:
    """Somebody came home, or fetched it for them: out of the store, whole."""
    row = _lock(share)
    move = StockMove(
        batch=row.line.batch,
        kind=StockMove.Kind.HANDED_OUT,
        quantity=row.allotted,
        source=stock_in(row.line.batch),
        distribution_id=row.line.distribution_id,
        reason=_("kept while away"),
        by=by,
    )
    post_moves([move])
    row.handed, row.decided_by = move, by
    row.save(update_fields=["handed", "decided_by"])
    return move


@transaction.atomic
def keep_share_until(*, share: KeptShare, until: date, by: User) -> KeptShare:
    row = _lock(share)
    if until < timezone.localdate():
        raise SupplyError(_("This is in the past."))
    row.keep_until, row.decided_by = until, by
    row.save(update_fields=["keep_until", "decided_by"])
    return row


@transaction.atomic
def let_share_go(*, share: KeptShare, reason: str, by: User) -> KeptShare:
    """It is free in the store again, for the next distribution. Who decided and why stays."""
    reason = require_reason(reason)
    row = _lock(share)
    row.let_go_at, row.decided_by, row.reason = timezone.now(), by, reason
    row.save(update_fields=["let_go_at", "decided_by", "reason"])
    return row
