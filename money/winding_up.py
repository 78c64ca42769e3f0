"""A fund ends: what is left goes where it was decided, once the books balance and a second person agrees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from money.books import Books, Kind, MoneyError, check_day, check_witness, lock_books, post
from money.counting import is_explained, newest_counts
from money.expenses import approvers_of
from money.models import Closing, Entry, Fund, Gift, Share
from money.shares import share_out
from residents.models import User
from residents.numbers_typed import show_money

Method = Closing.Method


def what_is_open(fund: Fund) -> list[str]:
    """Why the books do not balance yet, in sentences. Nothing when they do."""
    told = []
    waiting = fund.expenses.waiting().count()
    if waiting:
        some = ngettext("%(n)s expense waits for a decision.", "%(n)s expenses wait for a decision.", waiting)
        told.append(some % {"n": waiting})
    newest = newest_counts(fund)
    for purse in fund.purses.all():
        count = newest.get(purse.pk)
        touching = Entry.objects.filter(fund=fund, source=purse) | Entry.objects.filter(fund=fund, target=purse)
        if count is not None and not is_explained(count):
            words = {"purse": purse, "difference": show_money(count.difference)}
            told.append(_("%(purse)s: a difference of %(difference)s is not explained.") % words)
        elif purse.balance and (count is None or touching.filter(number__gt=count.after_number, count=None).exists()):
            told.append(_("%(purse)s: to be counted by two, after the last entry.") % {"purse": purse})
    return told


def refuse_unbalanced(fund: Fund) -> None:
    told = what_is_open(fund)
    if told:
        raise MoneyError(_("The books do not balance yet: %(why)s") % {"why": " ".join(told)})


@transaction.atomic
def propose_closing(
    *,
    fund: Fund,
    method: str,
    decision: str,
    decided_on: date,
    to_whom: str,
    by: User,
    votes_for: int | None = None,
    votes_against: int | None = None,
) -> Closing:
    """What was decided and when. `to_whom` also gets what nobody takes back."""
    books = lock_books(fund)
    if books.fund.closings.filter(withdrawn_at=None).exists():
        raise MoneyError(_("A closing is on the table already."))
    if not decision.strip() or not to_whom.strip():
        raise MoneyError(_("Write down what was decided, and who gets it."))
    if method == Method.VOTE and (votes_for is None or votes_against is None or votes_for <= votes_against):
        raise MoneyError(_("A vote decides when more were for it than against: give both numbers."))
    refuse_unbalanced(books.fund)
    votes = {"votes_for": votes_for, "votes_against": votes_against} if method == Method.VOTE else {}
    return Closing.objects.create(
        fund=books.fund,
        method=method,
        decision=decision.strip(),
        decided_on=check_day(decided_on),
        to_whom=to_whom.strip(),
        made_by=by,
        **votes,
    )


def _lock_closing(closing: Closing, *, is_confirmed: bool) -> tuple[Books, Closing]:
    books = lock_books(closing.fund, while_closing=True)
    row = Closing.objects.select_related("made_by").get(pk=closing.pk)
    if row.withdrawn_at is not None:
        raise MoneyError(_("This closing was withdrawn."))
    if is_confirmed and row.confirmed_at is None:
        raise MoneyError(_("A second person has to agree first."))
    if not is_confirmed and row.confirmed_at is not None:
        raise MoneyError(_("This closing is agreed on already."))
    return books, row


@transaction.atomic
def withdraw_closing(*, closing: Closing) -> None:
    _books, row = _lock_closing(closing, is_confirmed=False)
    Closing.objects.filter(pk=row.pk).update(withdrawn_at=timezone.now())


@transaction.atomic
def confirm_closing(*, closing: Closing, by: User) -> Closing:
    """The second person. Handed over: done at once. Given back: each share stands, and is then paid or left."""
    books, row = _lock_closing(closing, is_confirmed=False)
    if by.pk == row.made_by_id or not approvers_of(books.fund).filter(pk=by.pk).exists():
        raise MoneyError(_("Somebody else who may approve here has to agree."))
    refuse_unbalanced(books.fund)
    row.confirmed_by, row.confirmed_at = by, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    if row.method == Method.RETURN:
        _stand_shares(books.fund, row)
        return row
    return _finish(books, row, by=by, witness=row.made_by)


def _stand_shares(fund: Fund, row: Closing) -> None:
    standing = Entry.objects.standing().filter(fund=fund, kind=Kind.GIFT).values("gift")
    gifts = {gift.pk: gift.net for gift in Gift.objects.filter(pk__in=standing)}
    shares = share_out(fund.balance, gifts)
    Share.objects.bulk_create(Share(closing=row, gift_id=key, amount=amount) for key, amount in shares.items())


def _lock_share(share: Share) -> tuple[Books, Share]:
    books, _closing = _lock_closing(share.closing, is_confirmed=True)
    row = Share.objects.select_related("gift", "closing").get(pk=share.pk)
    if row.left_at is not None or hasattr(row, "entry"):
        raise MoneyError(_("This share is settled already."))
    return books, row


@transaction.atomic
def pay_share(*, share: Share, purse: str, by: User, witness: User | None = None) -> Entry:
    books, row = _lock_share(share)
    source = books.purse(purse)
    witness = check_witness(books.fund, witness, by) if source.is_cash else None
    gift = row.gift
    gift.returned += row.amount
    gift.save(update_fields=["returned"])
    links: dict = {"gift": gift, "share": row, "closing": row.closing, "witness": witness}
    return post(books, Kind.RETURNED, row.amount, by=by, source=source, **links)


@transaction.atomic
def leave_share(*, share: Share, by: User) -> None:
    """Not wanted back, or nobody knows whom to give it to: it goes where the rest goes."""
    _books, row = _lock_share(share)
    Share.objects.filter(pk=row.pk).update(left_at=timezone.now(), left_by=by)


@transaction.atomic
def finish_closing(*, closing: Closing, by: User, witness: User | None = None) -> Closing:
    """Every share is settled: what is left goes where it was decided, and the fund is closed with nothing in it."""
    books, row = _lock_closing(closing, is_confirmed=True)
    due = row.shares.due().count()
    if due:
        words = ngettext(
            "%(n)s share is neither given back nor left.", "%(n)s shares are neither given back nor left.", due
        )
        raise MoneyError(words % {"n": due})
    if books.purses["cash"].balance:
        witness = check_witness(books.fund, witness, by)
    return _finish(books, row, by=by, witness=witness)


def _finish(books: Books, row: Closing, *, by: User, witness: User | None) -> Closing:
    for purse in books.purses.values():
        if purse.balance > Decimal(0):
            links: dict = {"closing": row, "witness": witness if purse.is_cash else None}
            post(books, Kind.HANDED_OVER, purse.balance, by=by, source=purse, **links)
    row.finished_at = timezone.now()
    row.save(update_fields=["finished_at"])
    Fund.objects.filter(pk=books.fund.pk).update(closed_at=row.finished_at)
    return row
