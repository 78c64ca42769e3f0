"""Many hands at one fund: what is approved twice is spent once, and no balance is ever below zero."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from money.books import MoneyError, reverse_entry
from money.expenses import approve_expense, withdraw_expense
from money.models import Entry, Expense
from money.winding_up import confirm_closing, pay_share, propose_closing
from tests.money.fund import Books, books_agree, yuan
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(jobs):
    """What each job made, None where it was refused."""
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait()
            return job()
        except MoneyError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def done(answers) -> int:
    return sum(answer is not None for answer in answers)


def test_sixteen_hands_approve_each_expense_once_and_never_more_than_there_is():
    world = World()
    books = Books(world)
    books.give("100")
    expense, others = books.ask("10"), [world.zhao, books.second_steward()]
    assert done(at_once([lambda n=n: approve_expense(expense=expense, by=others[n % 2]) for n in range(16)])) == 1
    assert (books.balance, Entry.objects.filter(kind="spent").count()) == (yuan("90"), 1)

    facts = {"fund": books.fund, "purse": expense.purse, "title": "t", "spent_on": expense.spent_on}
    facts |= {"amount": yuan("1"), "spender": world.chen, "made_by": world.chen}
    waiting = Expense.objects.bulk_create(Expense(**facts) for _each in range(16 * 6))

    def approve(one):
        try:
            return approve_expense(expense=one, by=world.zhao)
        except MoneyError:
            return None

    answers = at_once([lambda n=n: done(map(approve, waiting[n::16])) for n in range(16)])
    assert (sum(answers), books.balance) == (90, Decimal(0))
    assert Expense.objects.waiting().count() == 6
    assert books_agree(books.fund)


def test_a_gift_taken_back_or_spent_a_share_paid_and_a_closing_agreed_happen_once():
    world = World()
    books = Books(world)
    gift, expense = books.give("100"), books.ask("60")
    either = [
        lambda: reverse_entry(entry=gift, reason="r", by=world.chen),
        lambda: approve_expense(expense=expense, by=world.zhao),
    ]
    assert done(at_once(either * 4)) == 1
    assert books_agree(books.fund)

    if Expense.objects.waiting().exists():
        withdraw_expense(expense=expense, by=world.chen)
    books.give("100")
    books.count_all()
    told = {"decision": "d", "decided_on": expense.spent_on, "to_whom": "w"}
    closing = propose_closing(fund=books.fund, method="return", by=world.chen, **told)
    assert done(at_once([lambda: confirm_closing(closing=closing, by=world.zhao)] * 4)) == 1
    shares = list(closing.shares.all())
    pay = [lambda share=share: pay_share(share=share, purse="account", by=world.chen) for share in shares]
    assert done(at_once(pay * 4)) == len(shares)
    assert (books.balance, books_agree(books.fund)) == (Decimal(0), True)
