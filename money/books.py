"""The only writer of entries. Every deed about money holds the fund's row, refuses in words what is not there, and
appends: two who press at once are one after the other, and the second sees what the first has done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from money.models import Entry, Fund, Gift, Purse
from residents.models import RoleGrant, User
from residents.numbers_typed import CENT, MOST_MONEY, show_money

Kind = Entry.Kind
EARLIEST = date(2019, 1, 1)


class MoneyError(ValueError):
    """A sentence for the person who tried."""


@dataclass
class Books:
    """A fund whose row is held, and its purses by kind."""

    fund: Fund
    purses: dict[str, Purse]

    def purse(self, kind: str) -> Purse:
        if kind not in self.purses:
            raise MoneyError(_("Choose the cash box or transfers."))
        return self.purses[kind]


def lock_books(fund: Fund, *, while_closing: bool = False) -> Books:
    """Hold the fund. Once its closing is agreed on, only what the closing itself asks for still moves."""
    rows = Fund.objects.select_for_update(of=("self",), no_key=True).select_related("compound")
    row = rows.get(pk=fund.pk)
    if row.closed_at is not None:
        raise MoneyError(_("This fund is closed: nothing is entered any more."))
    if not while_closing and row.closings.filter(confirmed_at__isnull=False).exists():
        raise MoneyError(_("This fund is being closed: only what is given back is still entered."))
    return Books(row, {purse.kind: purse for purse in row.purses.select_related("keeper")})


def check_amount(amount: Any) -> Decimal:
    if not isinstance(amount, Decimal) or not amount.is_finite() or not CENT <= amount <= MOST_MONEY:
        words = {"least": f"{CENT:.2f}", "most": f"{MOST_MONEY:.2f}"}
        raise MoneyError(_("Give an amount in yuan from %(least)s to %(most)s.") % words)
    if amount != amount.quantize(CENT):
        raise MoneyError(_("There is nothing smaller than a cent: write two digits after the point."))
    return amount.quantize(CENT)


def check_day(day: date) -> date:
    if not EARLIEST <= day <= timezone.localdate():
        raise MoneyError(_("Give a day that has come already."))
    return day


def require_reason(reason: str) -> str:
    if not reason.strip():
        raise MoneyError(_("Say why, in a few words."))
    return reason.strip()[:200]


def serves_here(fund: Fund):
    """Whoever has a role in the compound now: they may look on, keep a purse, or have bought something."""
    grants = RoleGrant.objects.in_force().filter(compound=fund.compound_id)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True)


def check_witness(fund: Fund, witness: User | None, by: User) -> User:
    """Money passes from hand to hand before two people."""
    if witness is None:
        raise MoneyError(_("Cash is taken and given before two people: name who looked on."))
    if witness.pk == by.pk:
        raise MoneyError(_("The second person has to be somebody else."))
    if not serves_here(fund).filter(pk=witness.pk).exists():
        raise MoneyError(_("The second person does not serve in this compound."))
    return witness


def post(
    books: Books,
    kind: str,
    amount: Decimal,
    *,
    by: User,
    source: Purse | None = None,
    target: Purse | None = None,
    on: date | None = None,
    **links,
) -> Entry:
    """Append one entry with the next number, and write the balances it changes. Nothing of it when money lacks."""
    fund = books.fund
    if source is not None:
        if source.balance < amount:
            words = {"purse": source, "there": show_money(source.balance), "amount": show_money(amount)}
            raise MoneyError(_("%(purse)s: only %(there)s there, %(amount)s are needed.") % words)
        source.balance -= amount
    if target is not None:
        target.balance += amount
    touched = [purse for purse in (source, target) if purse is not None]
    fund.balance = sum((purse.balance for purse in books.purses.values()), Decimal("0.00"))
    fund.last_number += 1
    Purse.objects.bulk_update(touched, ["balance"])
    fund.save(update_fields=["balance", "last_number"])
    return Entry.objects.create(
        fund=fund,
        number=fund.last_number,
        kind=kind,
        amount=amount,
        source=source,
        target=target,
        balance_after=fund.balance,
        is_cash=any(purse.is_cash for purse in touched),
        on=on or timezone.localdate(),
        by=by,
        **links,
    )


@transaction.atomic
def move_between(*, fund: Fund, source: str, amount: Decimal, by: User, on: date, reason: str = "") -> Entry:
    """Cash paid into the account, or drawn from it."""
    books = lock_books(fund, while_closing=True)
    amount, on = check_amount(amount), check_day(on)
    came = books.purse(source)
    went = next(purse for kind, purse in books.purses.items() if kind != source)
    return post(books, Kind.MOVED, amount, by=by, source=came, target=went, on=on, reason=reason.strip()[:200])


@transaction.atomic
def reverse_entry(*, entry: Entry, reason: str, by: User) -> Entry:
    """An entry that points at what it takes back. Refused when the money has gone on already."""
    books = lock_books(entry.fund)
    reason = require_reason(reason)
    row = Entry.objects.select_related("gift").get(pk=entry.pk)
    if row.kind == Kind.REVERSAL:
        raise MoneyError(_("What takes back is not taken back: enter what is right."))
    if Entry.objects.filter(reverses=row).exists():
        raise MoneyError(_("This was taken back already."))
    if row.gift is not None and row.kind == Kind.GIFT:
        _refuse_gift_on_its_way(row.gift)
    if row.gift is not None and row.kind == Kind.RETURNED:
        row.gift.returned -= row.amount
        row.gift.save(update_fields=["returned"])
    purses = {purse.pk: purse for purse in books.purses.values()}
    return post(
        books,
        Kind.REVERSAL,
        row.amount,
        by=by,
        source=purses[row.target_id] if row.target_id else None,
        target=purses[row.source_id] if row.source_id else None,
        reverses=row,
        reason=reason,
    )


def _refuse_gift_on_its_way(gift: Gift) -> None:
    if gift.returned or gift.returns.waiting().exists():
        raise MoneyError(_("Part of this gift went back, or is to go back: settle that first."))
