"""What is left at the end: to the cent, by what was decided, once the books balance and a second person agrees."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from money.books import MoneyError
from money.counting import explain_count
from money.expenses import withdraw_expense
from money.models import Closing, Entry, Fund, Share
from money.shares import share_out
from money.winding_up import (
    confirm_closing,
    finish_closing,
    leave_share,
    pay_share,
    propose_closing,
    what_is_open,
    withdraw_closing,
)
from tests.money.fund import books_agree, yuan


def propose(books, method="hand_over", **told) -> Closing:
    told = {"decision": "业主群投票", "decided_on": timezone.localdate(), "to_whom": "街道慈善超市"} | told
    return propose_closing(fund=books.fund, method=method, by=books.by, **told)


def test_what_is_left_is_handed_over_and_the_fund_is_empty(books, world):
    books.give("100", purse="cash")
    books.give("50.01")
    books.count_all()
    closing = confirm_closing(closing=propose(books), by=world.zhao)
    fund = Fund.objects.get()
    assert (fund.balance, fund.closed_at) == (Decimal(0), closing.finished_at)
    handed = Entry.objects.filter(kind="handed_over").order_by("number")
    assert [entry.amount for entry in handed] == [yuan("100"), yuan("50.01")]
    assert handed[0].witness == world.chen
    with pytest.raises(MoneyError):
        books.give()
    assert books_agree(fund)


def test_open_books_are_not_closed(books, world):
    books.give("100")
    books.ask("30")
    assert len(what_is_open(books.fund)) == 2
    with pytest.raises(MoneyError):
        propose(books)
    withdraw_expense(expense=books.fund.expenses.get(), by=world.chen)
    count = books.count("account", "99")
    assert len(what_is_open(books.fund)) == 1  # the difference
    explain_count(count=count, reason="手续费", by=books.second_steward())
    assert what_is_open(books.fund) == []


def test_a_count_before_the_last_entry_does_not_close(books):
    books.count_all()
    books.give("1")
    with pytest.raises(MoneyError):
        propose(books)
    books.count_all()
    assert propose(books).is_open is True


def test_a_closing_is_agreed_on_by_another(books, world):
    books.give("1")
    books.count_all()
    closing = propose(books)
    with pytest.raises(MoneyError):
        confirm_closing(closing=closing, by=world.chen)
    with pytest.raises(IntegrityError), transaction.atomic():
        Closing.objects.update(confirmed_by=world.chen, confirmed_at=timezone.now())
    withdraw_closing(closing=closing)
    assert books.give("1").number == 2


def test_a_vote_has_to_be_won(books, world):
    books.give("1")
    books.count_all()
    with pytest.raises(MoneyError):
        propose(books, "vote", votes_for=4, votes_against=4)
    closing = propose(books, "vote", votes_for=5, votes_against=4)
    assert confirm_closing(closing=closing, by=world.zhao).finished_at is not None


def test_shares_are_given_back_or_left_and_the_rest_goes_where_it_was_decided(books, world):
    for amount in ("100", "100", "100"):
        books.give(amount)
    books.spend("200")
    books.count_all()
    closing = confirm_closing(closing=propose(books, "return"), by=world.zhao)
    shares = list(Share.objects.order_by("gift__number"))
    assert [share.amount for share in shares] == [yuan("33.34"), yuan("33.33"), yuan("33.33")]
    with pytest.raises(MoneyError):
        books.give()
    pay_share(share=shares[0], purse="account", by=world.chen)
    pay_share(share=shares[1], purse="account", by=world.chen)
    with pytest.raises(MoneyError):
        pay_share(share=shares[1], purse="account", by=world.chen)
    with pytest.raises(MoneyError):
        finish_closing(closing=closing, by=world.chen)
    leave_share(share=shares[2], by=world.chen)
    finish_closing(closing=closing, by=world.chen)
    assert Entry.objects.get(kind="handed_over").amount == yuan("33.33")
    assert (books.balance, books_agree(books.fund)) == (Decimal(0), True)


CENTS = st.integers(0, 5_000_000).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=60, deadline=None)
@given(left=CENTS, gifts=st.dictionaries(st.integers(1, 99), CENTS, max_size=12))
def test_shares_come_to_what_is_left_and_nobody_gets_more_than_they_gave(left, gifts):
    shares = share_out(left, gifts)
    total = sum(gifts.values())
    assert sum(shares.values()) == min(left, total)
    for key, share in shares.items():
        assert 0 < share <= gifts[key]
        assert abs(share - min(left, total) * gifts[key] / total) < Decimal("0.01")
    equal = [shares.get(key, Decimal(0)) for key in sorted(gifts) if gifts[key] == max(gifts.values())]
    assert equal == sorted(equal, reverse=True)
