"""A fund's books: two people for whatever goes out, nothing below zero, nothing rubbed out, to the cent."""

import contextlib
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from money.books import MoneyError, move_between, reverse_entry
from money.counting import explain_count
from money.expenses import add_receipt, approve_expense, ask_return, decline_expense, withdraw_expense
from money.funds import set_duties
from money.gifts import forget_giver, rename_gift, reveal_giver
from money.models import Entry, Expense, Gift, Purse, PurseCount, Receipt
from money.reading import read_month, sums_of
from notices.models import Message
from residents.models import AccessRecord
from tests.money.fund import PDF, Books, books_agree, receipt, yuan

# --- In -------------------------------------------------------------------------------------------


def test_a_gift_is_a_number_unless_a_word_is_wanted(books):
    plain, named = books.give("20.5"), books.give("0.01", pseudonym="三楼阿姨", giver="钱某某")
    assert (plain.gift.number, plain.gift.pseudonym, plain.gift.giver) == (1, "", "")
    assert named.gift.shown_as == "三楼阿姨"
    assert books.balance == yuan("20.51")


def test_a_givers_name_lies_encrypted_and_a_look_at_it_is_on_record(books, world):
    gift = books.give(giver="钱某某").gift
    with connection.cursor() as cursor:
        cursor.execute("select giver from money_gift")
        kept = cursor.fetchone()[0]
    assert ("钱某某" in kept, len(kept) > 50) == (False, True)
    assert reveal_giver(gift=gift, by=world.chen) == "钱某某"
    record = AccessRecord.objects.get()
    assert (record.deed, record.subject, record.user) == ("reveal", f"giver of gift {gift.pk}", world.chen)
    assert hasattr(gift.history.first(), "giver") is False
    forget_giver(gift=gift)
    assert Gift.objects.get().giver == ""


def test_a_word_misspelt_is_put_right_and_the_change_is_kept(books):
    gift = books.give(pseudonym="三搂阿姨").gift
    rename_gift(gift=gift, pseudonym="三楼阿姨")
    assert [row.pseudonym for row in gift.history.order_by("history_id")] == ["三搂阿姨", "三楼阿姨"]


def test_the_database_wants_a_second_person_beside_cash(books, world):
    entry = books.give(purse="cash")
    assert entry.witness == world.zhao
    for broken in ({"witness": None}, {"witness": world.chen}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.filter(pk=entry.pk).update(**broken)


# --- Out ------------------------------------------------------------------------------------------


def test_nothing_leaves_before_another_has_approved(books, world):
    books.give()
    expense = books.ask("30", receipt=receipt(), no_receipt_why="")
    assert (books.balance, expense.is_waiting) == (yuan("100"), True)
    told = Message.objects.get()
    assert (told.user, "¥30.00" in told.subject, world.chen.display_name in told.subject + told.body) == (
        world.zhao,
        True,
        False,
    )
    entry = approve_expense(expense=expense, by=world.zhao)
    assert (books.balance, entry.expense, entry.by) == (yuan("70"), expense, world.zhao)
    assert books_agree(books.fund)


def test_the_database_refuses_who_approves_their_own(books, world):
    books.give()
    expense = books.ask(spender=world.wei.user)
    for own in (world.wei.user, world.chen):  # who spent it, and who entered it
        with pytest.raises(IntegrityError), transaction.atomic():
            Expense.objects.filter(pk=expense.pk).update(decision="approved", decided_by=own, decided_at=timezone.now())


@pytest.mark.parametrize("purse", ["cash", "account"])
def test_a_purse_that_lacks_is_refused_and_nothing_is_half_done(books, world, purse):
    books.give("100", purse="cash" if purse == "account" else "account")
    expense = books.ask("30", purse=purse)
    with pytest.raises(MoneyError):
        approve_expense(expense=expense, by=world.zhao)
    expense.refresh_from_db()
    assert (expense.is_waiting, Entry.objects.count(), books.balance) == (True, 1, yuan("100"))


def test_the_database_keeps_every_balance_above_zero(books):
    books.give()
    for rows in (Purse.objects.all(), type(books.fund).objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(balance=Decimal("-0.01"))


def test_a_lead_approves_while_they_have_the_duty(books, world):
    books.give()
    other = books.second_steward()
    expense = books.ask()
    set_duties(fund=books.fund, leads=[], by=world.chen)
    with pytest.raises(MoneyError):
        approve_expense(expense=expense, by=world.zhao)
    assert approve_expense(expense=expense, by=other).amount == yuan("30")
    assert books.fund.duties.get().ended_by == world.chen


def test_declined_and_withdrawn_are_decided_for_good(books, world):
    books.give()
    declined, withdrawn = books.ask(), books.ask()
    decline_expense(expense=declined, reason="太贵", by=world.zhao)
    withdraw_expense(expense=withdrawn, by=world.chen)
    for expense in (declined, withdrawn):
        with pytest.raises(MoneyError):
            approve_expense(expense=expense, by=world.zhao)
    assert sorted(Expense.objects.values_list("decision", flat=True)) == ["declined", "withdrawn"]


def test_one_receipt_pays_once_until_its_expense_is_gone(books, world):
    books.give()
    same = {"receipt": receipt(PDF, "application/pdf"), "no_receipt_why": ""}
    first = books.ask(**same)
    with pytest.raises(MoneyError):
        books.ask(**same)
    entry = approve_expense(expense=first, by=world.zhao)
    with pytest.raises(MoneyError):
        add_receipt(expense=books.ask(), receipt=same["receipt"], by=world.chen)
    reverse_entry(entry=entry, reason="记错", by=world.chen)
    again = books.ask(**same)
    assert PDF not in bytes(Receipt.objects.filter(expense=again).get().content)


# --- Back -----------------------------------------------------------------------------------------


def test_an_entry_is_taken_back_once_by_one_that_points_at_it(books, world):
    books.give()
    entry = books.spend("30")
    back = reverse_entry(entry=entry, reason="记错了", by=world.chen)
    assert (back.reverses, back.change, books.balance) == (entry, yuan("30"), yuan("100"))
    for row in (entry, back):
        with pytest.raises(MoneyError):
            reverse_entry(entry=row, reason="再一次", by=world.chen)
    assert sums_of(books.fund).spent == Decimal(0)
    assert books_agree(books.fund)


def test_a_gift_that_is_spent_is_not_taken_back(books, world):
    gift = books.give()
    books.spend("30")
    with pytest.raises(MoneyError):
        reverse_entry(entry=gift, reason="不给了", by=world.chen)
    assert books.balance == yuan("70")


def test_a_giver_gets_back_what_they_gave_and_no_more(books, world):
    gift = books.give("100", purse="cash").gift
    books.give("100", purse="cash")
    first, second = (ask_return(gift=gift, amount=yuan("60"), purse="cash", by=world.chen) for _twice in range(2))
    entry = approve_expense(expense=first, by=world.zhao)
    assert (entry.kind, entry.gift, entry.witness) == ("returned", gift, world.chen)
    with pytest.raises(MoneyError):
        approve_expense(expense=second, by=world.zhao)
    with pytest.raises(IntegrityError), transaction.atomic():
        Gift.objects.filter(pk=gift.pk).update(returned=yuan("100.01"))
    withdraw_expense(expense=second, by=world.chen)
    reverse_entry(entry=entry, reason="没来拿", by=world.chen)
    gift.refresh_from_db()
    assert (gift.returned, books.balance) == (Decimal(0), yuan("200"))


# --- Counted --------------------------------------------------------------------------------------


def test_a_difference_stays_until_somebody_else_explains_it(books, world):
    books.give("100", purse="cash")
    count = books.count("cash", "99.50")
    assert (count.difference, books.balance) == (yuan("-0.50"), yuan("100"))
    with pytest.raises(MoneyError):
        explain_count(count=count, reason="找错零", by=world.chen)  # keeps the purse
    entry = explain_count(count=count, reason="找错零", by=world.zhao)
    assert (entry.kind, books.balance) == ("missing", yuan("99.50"))
    assert books_agree(books.fund)


def test_a_purse_changes_hands_before_both(books, world):
    books.give("100", purse="cash")
    books.count("cash", handed_to=world.zhao)
    assert (books.purse("cash").keeper, books.purse("account").keeper) == (world.zhao, world.chen)
    with pytest.raises(IntegrityError), transaction.atomic():
        PurseCount.objects.update(witness=world.chen)


def test_a_month_begins_with_what_the_one_before_left(books, world):
    books.give("100")
    Entry.objects.update(at=timezone.now() - timezone.timedelta(days=40))
    books.spend("30")
    now = timezone.localdate().replace(day=1)
    month = read_month(books.fund, now)
    assert (month.opening, month.sums.spent, month.closing) == (yuan("100"), yuan("30"), yuan("70"))
    assert (month.after, len(month.entries)) == (None, 1)


# --- Whatever is pressed ----------------------------------------------------------------------------

AMOUNT = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
PURSE = st.sampled_from(["cash", "account"])
DEED = st.sampled_from(["give", "spend", "move", "reverse", "return", "count"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.tuples(DEED, AMOUNT, PURSE, st.integers(0, 30)), min_size=4, max_size=14))
def test_whatever_is_pressed_the_books_agree(world, deeds):
    with transaction.atomic():
        books = Books(world)
        taken_in = Decimal(0)
        for deed, amount, purse, which in deeds:
            with contextlib.suppress(MoneyError):
                taken_in += _do(books, deed, amount, purse, which)
            assert books_agree(books.fund)
        sums = sums_of(books.fund)
        came, went = sums.gift + sums.found, sums.spent + sums.returned + sums.missing
        assert books.balance == came - went == taken_in
        transaction.set_rollback(True)


def _do(books: Books, deed: str, amount: Decimal, purse: str, which: int) -> Decimal:
    """What the deed does to the fund, by its own word."""
    world = books.world
    entries = list(Entry.objects.filter(fund=books.fund).order_by("number"))
    if deed == "give":
        return books.give(amount, purse).change
    if deed == "spend":
        return books.spend(amount, purse=purse).change
    if deed == "move":
        return move_between(fund=books.fund, source=purse, amount=amount, by=world.chen, on=timezone.localdate()).change
    if deed == "count":
        count = books.count(purse, amount)
        return explain_count(count=count, reason="数过", by=world.zhao).change
    if not entries:
        return Decimal(0)
    entry = entries[which % len(entries)]
    if deed == "reverse":
        return reverse_entry(entry=entry, reason="试", by=world.chen).change
    if entry.gift is None:
        return Decimal(0)
    return approve_expense(
        expense=ask_return(gift=entry.gift, amount=amount, purse=purse, by=world.chen), by=world.zhao
    ).change
