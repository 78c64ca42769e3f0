"""Money goes out on the word of two: one asks with the receipt, another approves. Until then nothing has left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from money.books import (
    Books,
    Kind,
    MoneyError,
    check_amount,
    check_day,
    lock_books,
    post,
    require_reason,
    serves_here,
)
from money.models import Entry, Expense, ExpenseLine, Fund, Gift, Receipt
from money.receipts import ReadReceipt, seal
from notices.services import plan_message
from residents.models import RoleGrant, User
from residents.numbers_typed import show_money
from supplies.models import Batch, Item

Decision = Expense.Decision


@dataclass(frozen=True)
class Line:
    what: str
    quantity: int
    amount: Decimal
    item: Item | None = None


@transaction.atomic
def ask_expense(
    *,
    fund: Fund,
    purse: str,
    title: str,
    amount: Decimal,
    spent_on: date,
    spender: User,
    lines: Iterable[Line],
    by: User,
    receipt: ReadReceipt | None = None,
    no_receipt_why: str = "",
) -> Expense:
    """The lines come to what the receipt says, and there is a receipt or a word why there is none."""
    books = lock_books(fund)
    amount, spent_on, lines = check_amount(amount), check_day(spent_on), list(lines)
    if not serves_here(books.fund).filter(pk=spender.pk).exists():
        raise MoneyError(_("Who spent it does not serve in this compound."))
    _check_lines(books.fund, lines, amount)
    if receipt is None and not no_receipt_why.strip():
        raise MoneyError(_("Add the receipt, or say why there is none."))
    expense = Expense.objects.create(
        fund=books.fund,
        purse=books.purse(purse),
        title=title,
        amount=amount,
        spent_on=spent_on,
        spender=spender,
        no_receipt_why="" if receipt else no_receipt_why.strip(),
        made_by=by,
    )
    ExpenseLine.objects.bulk_create(
        ExpenseLine(expense=expense, what=one.what, quantity=one.quantity, amount=one.amount, item=one.item)
        for one in lines
    )
    if receipt is not None:
        _attach(expense, receipt, by)
    _tell_approvers(expense)
    return expense


def _check_lines(fund: Fund, lines: list[Line], amount: Decimal) -> None:
    if not lines:
        raise MoneyError(_("Say what was bought: one line at least."))
    total = sum((check_amount(one.amount) for one in lines), Decimal("0.00"))
    if total != amount:
        words = {"total": show_money(total), "amount": show_money(amount)}
        raise MoneyError(_("The lines come to %(total)s, the receipt says %(amount)s.") % words)
    if any(one.item is not None and one.item.compound_id != fund.compound_id for one in lines):
        raise MoneyError(_("This item belongs to another compound."))


def _attach(expense: Expense, receipt: ReadReceipt, by: User) -> Receipt:
    """One receipt pays once: the same file for another expense that stands is refused."""
    same = Receipt.objects.filter(digest=receipt.digest, expense__fund__compound=expense.fund.compound_id)
    same = same.exclude(expense__decision__in=[Decision.DECLINED, Decision.WITHDRAWN])
    other = same.exclude(expense__entry__reversed__isnull=False).select_related("expense").first()
    if other is not None:
        raise MoneyError(_("This receipt belongs to “%(title)s” already.") % {"title": other.expense.title})
    return Receipt.objects.create(
        expense=expense,
        kind=receipt.kind,
        size=len(receipt.content),
        digest=receipt.digest,
        content=seal(receipt.content),
        by=by,
    )


@transaction.atomic
def add_receipt(*, expense: Expense, receipt: ReadReceipt, by: User) -> Receipt:
    """Found later. The word why there was none stays."""
    lock_books(expense.fund, while_closing=True)
    if expense.receipts.count() >= 10:
        raise MoneyError(_("Ten pictures are enough for one expense."))
    return _attach(expense, receipt, by)


@transaction.atomic
def ask_return(*, gift: Gift, amount: Decimal, purse: str, by: User) -> Expense:
    """The giver wants it back. Another person approves that, too."""
    books = lock_books(gift.fund)
    amount = check_amount(amount)
    row = Gift.objects.get(pk=gift.pk)
    _check_returnable(row, amount)
    expense = Expense.objects.create(
        fund=books.fund,
        purse=books.purse(purse),
        title=_("Back to: %(who)s") % {"who": row.shown_as},
        amount=amount,
        spent_on=timezone.localdate(),
        spender=by,
        gift=row,
        no_receipt_why=pgettext("money", "given back"),
        made_by=by,
    )
    _tell_approvers(expense)
    return expense


def _check_returnable(gift: Gift, amount: Decimal) -> None:
    if gift.amount is None:
        raise MoneyError(_("Goods are given back in the store, not here."))
    if not Entry.objects.standing().filter(gift=gift, kind=Kind.GIFT).exists():
        raise MoneyError(_("This gift was taken back already."))
    if amount > gift.net:
        raise MoneyError(_("Of this gift %(there)s can go back at most.") % {"there": show_money(gift.net)})


def approvers_of(fund: Fund):
    """Stewards, and the leads who have the duty."""
    grants = RoleGrant.objects.in_force().filter(compound=fund.compound_id)
    stewards = grants.filter(role=RoleGrant.Role.STEWARD).values("user")
    leads = grants.filter(role=RoleGrant.Role.LEAD, user__in=fund.duties.filter(ended_at=None).values("user"))
    people = User.objects.filter(is_active=True)
    return people.filter(pk__in=stewards) | people.filter(pk__in=leads.values("user"))


def may_approve(expense: Expense, user: User) -> bool:
    return user.pk not in {expense.spender_id, expense.made_by_id}


def _tell_approvers(expense: Expense) -> None:
    """A sum and a fund; who spent it stands on the page."""
    people = approvers_of(expense.fund).exclude(pk__in=[expense.spender_id, expense.made_by_id])
    words = {"amount": show_money(expense.amount), "fund": expense.fund}
    plan_message(
        compound=expense.fund.compound,
        reminder=f"expense:{expense.pk}",
        period="asked",
        subject=_("%(amount)s wait for your approval: %(fund)s") % words,
        body=_("Look at the receipt, then approve or decline. Nothing leaves the fund before."),
        link=expense.get_absolute_url(),
        users=people,
        webhooks=(),
    )


def _lock_waiting(expense: Expense) -> tuple[Books, Expense]:
    """The fund is held: of two who decide at once the second finds it decided."""
    books = lock_books(expense.fund)
    row = Expense.objects.select_related("gift", "spender").get(pk=expense.pk)
    if not row.is_waiting:
        raise MoneyError(_("Somebody has decided about this expense already."))
    return books, row


def _decide(row: Expense, decision: str, by: User, note: str = "") -> None:
    row.decision, row.decided_by, row.decided_at, row.decision_note = decision, by, timezone.now(), note
    row.save(update_fields=["decision", "decided_by", "decided_at", "decision_note"])


@transaction.atomic
def approve_expense(*, expense: Expense, by: User) -> Entry:
    """Only now the money leaves the fund. Refused when it is not there."""
    books, row = _lock_waiting(expense)
    if not may_approve(row, by):
        raise MoneyError(_("Whoever spent or entered it does not approve it: somebody else looks at it."))
    if not approvers_of(books.fund).filter(pk=by.pk).exists():
        raise MoneyError(_("Stewards approve here, and building leads with this duty."))
    purse = books.purses[row.purse.kind]
    links: dict = {"expense": row, "on": row.spent_on}
    if row.gift is not None:
        gift = Gift.objects.get(pk=row.gift.pk)
        _check_returnable(gift, row.amount)
        gift.returned += row.amount
        gift.save(update_fields=["returned"])
        links |= {"gift": gift, "witness": row.spender}
    _decide(row, Decision.APPROVED, by)
    return post(books, Kind.RETURNED if row.gift else Kind.SPENT, row.amount, by=by, source=purse, **links)


@transaction.atomic
def decline_expense(*, expense: Expense, reason: str, by: User) -> None:
    _books, row = _lock_waiting(expense)
    reason = require_reason(reason)
    if not may_approve(row, by):
        raise MoneyError(_("Your own expense is withdrawn, not declined."))
    _decide(row, Decision.DECLINED, by, reason)


@transaction.atomic
def withdraw_expense(*, expense: Expense, by: User) -> None:
    _books, row = _lock_waiting(expense)
    if may_approve(row, by):
        raise MoneyError(_("Only who spent or entered it withdraws it."))
    _decide(row, Decision.WITHDRAWN, by)


@transaction.atomic
def link_batch(*, line: ExpenseLine, batch: Batch) -> None:
    """What was bought has arrived as this batch. Told once."""
    lock_books(line.expense.fund, while_closing=True)
    row = ExpenseLine.objects.select_related("expense__fund").get(pk=line.pk)
    if row.batch_id is not None:
        raise MoneyError(_("This line has its batch already."))
    if batch.item.compound_id != row.expense.fund.compound_id:
        raise MoneyError(_("This batch belongs to another compound."))
    if row.item_id not in (None, batch.item_id):
        raise MoneyError(_("This batch is of another item."))
    row.item, row.batch = batch.item, batch
    row.save(update_fields=["item", "batch"])
