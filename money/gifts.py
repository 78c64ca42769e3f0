"""What neighbours give, in money or goods. By a pseudonym, unless somebody wants their name kept by the stewards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from money.books import Kind, MoneyError, check_amount, check_day, check_witness, lock_books, post
from money.models import Entry, Fund, Gift
from residents.models import AccessRecord, User
from supplies.models import Batch


def _next_number(fund: Fund) -> int:
    fund.last_gift += 1
    fund.save(update_fields=["last_gift"])
    return fund.last_gift


def check_pseudonym(pseudonym: str, giver: str) -> str:
    """What stands on the public page must not be what is kept apart."""
    pseudonym, giver = pseudonym.strip(), giver.strip()
    if giver and pseudonym and (giver in pseudonym or pseudonym in giver):
        raise MoneyError(_("This would show the giver's name to everybody. Choose another word, or leave it empty."))
    return pseudonym


@transaction.atomic
def record_gift(
    *,
    fund: Fund,
    amount: Decimal,
    purse: str,
    received_on: date,
    by: User,
    witness: User | None = None,
    pseudonym: str = "",
    giver: str = "",
    wish: str = "",
    note: str = "",
) -> Entry:
    """Cash: who looked on. A transfer outside the portal: `note` says where it can be found again."""
    books = lock_books(fund)
    amount, received_on = check_amount(amount), check_day(received_on)
    target = books.purse(purse)
    witness = check_witness(books.fund, witness, by) if target.is_cash else None
    gift = Gift.objects.create(
        fund=books.fund,
        number=_next_number(books.fund),
        pseudonym=check_pseudonym(pseudonym, giver),
        giver=giver.strip(),
        amount=amount,
        received_on=received_on,
        wish=wish.strip(),
        note=note.strip(),
        by=by,
    )
    return post(books, Kind.GIFT, amount, by=by, target=target, on=received_on, gift=gift, witness=witness)


@transaction.atomic
def record_goods(*, fund: Fund, batch: Batch, by: User, pseudonym: str = "", giver: str = "", note: str = "") -> Gift:
    """Goods are counted in the store, by two; here stands from whom they came. No money moves."""
    books = lock_books(fund)
    if batch.item.compound_id != books.fund.compound_id:
        raise MoneyError(_("This batch belongs to another compound."))
    if batch.source != Batch.Source.DONATION:
        raise MoneyError(_("This batch did not come as a donation."))
    if Gift.objects.filter(batch=batch).exists():
        raise MoneyError(_("This batch is entered as a gift already."))
    return Gift.objects.create(
        fund=books.fund,
        number=_next_number(books.fund),
        pseudonym=check_pseudonym(pseudonym, giver),
        giver=giver.strip(),
        batch=batch,
        received_on=batch.arrived_on,
        note=note.strip(),
        by=by,
    )


@transaction.atomic
def rename_gift(*, gift: Gift, pseudonym: str) -> None:
    """The word on the public page was misspelt, or is not wanted any more. Who changed it, and when, is kept."""
    row = Gift.objects.select_for_update(of=("self",), no_key=True).get(pk=gift.pk)
    row.pseudonym = check_pseudonym(pseudonym, row.giver)
    row.save(update_fields=["pseudonym"])


@transaction.atomic
def reveal_giver(*, gift: Gift, by: User) -> str:
    """The name, on the record."""
    row = Gift.objects.select_related("fund").get(pk=gift.pk)
    if not row.giver:
        raise MoneyError(_("No name is kept for this gift."))
    AccessRecord.objects.create(
        user=by, compound_id=row.fund.compound_id, deed=AccessRecord.Deed.REVEAL, subject=f"giver of gift {row.pk}"
    )
    return row.giver


def forget_giver(*, gift: Gift) -> None:
    """The giver wants no name kept."""
    Gift.objects.filter(pk=gift.pk).update(giver="")
