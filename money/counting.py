"""A purse is counted by two. What differs from the books stays in sight until somebody else explains it."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from money.books import Kind, MoneyError, check_amount, check_witness, lock_books, post, require_reason
from money.models import Entry, Fund, PurseCount
from residents.models import User

NONE = Decimal(0)


@transaction.atomic
def count_purse(
    *,
    fund: Fund,
    purse: str,
    counted: Decimal,
    by: User,
    witness: User | None,
    handed_to: User | None = None,
    note: str = "",
) -> PurseCount:
    """Also how a purse changes hands: counted before both, then kept by the other."""
    books = lock_books(fund, while_closing=True)
    row = books.purse(purse)
    counted = check_amount(counted) if counted != NONE else Decimal("0.00")
    witness = check_witness(books.fund, witness, by)
    if handed_to is not None and handed_to.pk not in {by.pk, witness.pk}:
        raise MoneyError(_("Who takes the purse over counts it too."))
    count = PurseCount.objects.create(
        fund=books.fund,
        purse=row,
        booked=row.balance,
        counted=counted,
        after_number=books.fund.last_number,
        by=by,
        witness=witness,
        handed_to=handed_to,
        note=note.strip()[:200],
    )
    if handed_to is not None:
        row.keeper = handed_to
        row.save(update_fields=["keeper"])
    return count


def newest_counts(fund: Fund) -> dict[int, PurseCount]:
    """The last count of each purse."""
    newest = PurseCount.objects.filter(purse=OuterRef("purse")).order_by("-at", "-pk").values("pk")[:1]
    rows = PurseCount.objects.filter(fund=fund, pk=Subquery(newest)).select_related("purse", "by", "witness", "entry")
    return {row.purse_id: row for row in rows}


def is_explained(count: PurseCount) -> bool:
    entry = getattr(count, "entry", None)
    return not count.difference or (entry is not None and getattr(entry, "reversed", None) is None)


@transaction.atomic
def explain_count(*, count: PurseCount, reason: str, by: User) -> Entry:
    """What is really there becomes what the books say, with the reason; not by who keeps the purse."""
    books = lock_books(count.fund, while_closing=True)
    reason = require_reason(reason)
    newest = newest_counts(books.fund)
    row = newest.get(count.purse_id)
    if row is None or row.pk != count.pk:
        raise MoneyError(_("This purse was counted again since: explain the newest count."))
    if not row.difference:
        raise MoneyError(_("This count agrees with the books."))
    if hasattr(row, "entry"):
        raise MoneyError(_("This difference is explained already."))
    purse = books.purses[row.purse.kind]
    if purse.keeper_id == by.pk:
        raise MoneyError(_("Whoever keeps the purse does not explain what is missing: somebody else does."))
    links: dict = {"count": row, "reason": reason, "by": by}
    if row.difference > NONE:
        return post(books, Kind.FOUND, row.difference, target=purse, **links)
    return post(books, Kind.MISSING, -row.difference, source=purse, **links)
