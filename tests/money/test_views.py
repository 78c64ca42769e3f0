"""A fund's pages, from the first gift to a month on paper. Who may is in the permission table."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from money.funds import make_public_link
from money.models import Closing, Entry, Expense, Fund, Gift, PurseCount, Receipt
from residents.models import AccessRecord
from supplies.ledger import create_item, issue_gear
from supplies.models import Batch
from tests.money.fund import PDF, Books, yuan
from tests.supplies.store import Store
from tests.world import CANARY


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def at(name, *args):
    return reverse(f"money:{name}", args=args)


def text_of(answer):
    return answer.content.decode()


TODAY = timezone.localdate


def gift_form(**told):
    return {"amount": "50", "purse": "account", "received_on": TODAY().isoformat(), "witness": ""} | told


def expense_form(world, *lines, **told):
    lines = lines or [("masks", "10", "30", "")]
    form = {"title": "masks", "amount": "30", "purse": "account", "spent_on": TODAY().isoformat()}
    form |= {"spender": world.chen.pk, "no_receipt_why": "none given", "lines-TOTAL_FORMS": len(lines)}
    form |= {"lines-INITIAL_FORMS": 0, "lines-MIN_NUM_FORMS": 0, "lines-MAX_NUM_FORMS": 12}
    for number, line in enumerate(lines):
        names = ("what", "quantity", "amount", "item")
        form |= {f"lines-{number}-{name}": value for name, value in zip(names, line, strict=True)}
    return form | told


def photo(size=(40, 30), kind="JPEG", gps=True) -> bytes:
    out = BytesIO()
    exif = Image.Exif()
    if gps:
        exif[0x010F] = "a phone"  # the make; a place would be beside it
    Image.new("RGB", size, "white").save(out, kind, exif=exif)
    return out.getvalue()


# --- A fund begins --------------------------------------------------------------------------------


def test_a_compound_without_a_fund_says_what_one_is(world, steward):
    page = text_of(steward.get(at("compound", world.jiamu.pk)))
    assert ("No fund yet" in page, at("fund_add", world.jiamu.pk) in page) == (True, True)


def test_a_fund_is_opened_once_under_one_name(world, steward):
    form = {"name": "masks", "purpose": "p", "surplus_rule": "a vote"}
    form |= {"cash_keeper": world.chen.pk, "account_keeper": world.zhao.pk}
    answer = steward.post(at("fund_add", world.jiamu.pk), form)
    fund = Fund.objects.get()
    assert (answer.url, fund.purses.count()) == (fund.get_absolute_url(), 2)
    again = steward.post(at("fund_add", world.jiamu.pk), form)
    assert (again.status_code, "of this name already" in text_of(again)) == (422, True)


@pytest.mark.parametrize("amount", ["", "0", "-3", "NaN", "1e3", "€ 50,00", "12,50", "0.005", "2000000", "fifty"])
def test_what_is_no_amount_is_refused_and_the_form_kept(books, steward, amount):
    answer = steward.post(at("gift_add", books.fund.pk), gift_form(amount=amount, wish="for masks"))
    assert (answer.status_code, Gift.objects.count()) == (422, 0)
    assert ("invalid-feedback" in text_of(answer), "for masks" in text_of(answer)) == (True, True)


def test_amounts_are_read_as_people_type_them(books, steward):
    for amount in ("５０．５", "¥1,200.50", "3元"):
        steward.post(at("gift_add", books.fund.pk), gift_form(amount=amount))
    assert list(Entry.objects.values_list("amount", flat=True)) == [yuan("50.5"), yuan("1200.5"), yuan("3")]


def test_cash_asks_who_looked_on(world, books, steward):
    answer = steward.post(at("gift_add", books.fund.pk), gift_form(purse="cash"))
    assert (answer.status_code, "before two people" in text_of(answer)) == (422, True)
    steward.post(at("gift_add", books.fund.pk), gift_form(purse="cash", witness=world.wei.user.pk))
    assert Entry.objects.get().witness == world.wei.user


@pytest.mark.parametrize("days", [1, -3000])
def test_a_day_that_cannot_be_is_refused(books, steward, days):
    day = (TODAY() + timedelta(days=days)).isoformat()
    answer = steward.post(at("gift_add", books.fund.pk), gift_form(received_on=day))
    assert (answer.status_code, "has come already" in text_of(answer)) == (422, True)


# --- An expense -----------------------------------------------------------------------------------


def test_an_expense_goes_from_its_photo_to_the_second_persons_word(world, books, client):
    books.give()
    client.force_login(world.chen)
    form = expense_form(world, no_receipt_why="", receipt=SimpleUploadedFile("x.exe", photo()))
    answer = client.post(at("expense_add", books.fund.pk), form)
    expense, receipt = Expense.objects.get(), Receipt.objects.get()
    assert answer.url == expense.get_absolute_url()
    page = text_of(client.get(expense.get_absolute_url()))
    assert (at("approve", expense.pk) in page, at("withdraw", expense.pk) in page) == (False, True)
    client.post(at("approve", expense.pk))
    assert books.balance == yuan("100")
    client.force_login(world.zhao)
    assert "your word" in text_of(client.get(books.fund.get_absolute_url()))
    shown = client.get(at("receipt", receipt.pk))
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert b"a phone" not in shown.content
    assert AccessRecord.objects.get().subject == f"receipt {receipt.pk} of expense {expense.pk}"
    client.post(at("approve", expense.pk))
    assert books.balance == yuan("70")


def test_a_pdf_is_a_file_to_save(world, books, steward):
    form = expense_form(world, no_receipt_why="", receipt=SimpleUploadedFile("r.jpg", PDF))
    steward.post(at("expense_add", books.fund.pk), form)
    shown = steward.get(at("receipt", Receipt.objects.get().pk))
    assert (shown["Content-Type"], shown["Content-Disposition"].split(";")[0]) == ("application/pdf", "attachment")
    assert shown.content == PDF


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<svg onload='x'>", "neither a photo"),
        (b"\xff\xd8\xff broken", "no photo that can be read"),
        (b"%PDF-" + b"0" * 5 * 1024 * 1024, "larger than 5 MB"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_no_receipt_is_refused_and_the_form_kept(world, books, steward, content, told):
    form = expense_form(world, title="of the market", receipt=SimpleUploadedFile("r.jpg", content))
    answer = steward.post(at("expense_add", books.fund.pk), form)
    assert (answer.status_code, Expense.objects.count()) == (422, 0)
    page = text_of(answer)
    assert (told in page, "of the market" in page, "Choose the receipt again" in page) == (True, True, True)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([("masks", "10", "20", ""), ("gloves", "2", "9.99", "")], "The lines come to ¥29.99"),
        ([("", "1", "", "")], "one line at least"),
        ([("masks", "2.5", "30", "")], "whole number"),
    ],
)
def test_lines_that_do_not_add_up_are_refused(world, books, steward, lines, told):
    answer = steward.post(at("expense_add", books.fund.pk), expense_form(world, *lines))
    assert (answer.status_code, told in text_of(answer), Expense.objects.count()) == (422, True, 0)


def test_a_lead_with_the_duty_reads_but_does_not_keep(world, books, client):
    entry = books.give()
    client.force_login(world.zhao)
    for path in (at("statement", books.fund.pk), entry.get_absolute_url(), entry.gift.get_absolute_url()):
        assert client.get(path).status_code == 200
    for path in (at("reverse", entry.pk), at("gift_reveal", entry.gift_id), at("link", books.fund.pk)):
        assert client.post(path).status_code == 403


def test_an_officer_sees_sums_and_no_line(world, books, client):
    books.give(pseudonym="三楼阿姨")
    client.force_login(world.qian)
    page = text_of(client.get(books.fund.get_absolute_url()))
    assert ("¥100.00" in page, "三楼阿姨" in page) == (True, False)


def test_the_real_name_is_on_no_page_and_in_no_file(world, books, steward):
    entry = books.give(giver="钱某某", pseudonym="三楼阿姨")
    paths = [books.fund.get_absolute_url(), entry.get_absolute_url(), entry.gift.get_absolute_url()]
    paths += [at(name, books.fund.pk) for name in ("statement", "chat")]
    paths += [reverse("reports:money", args=[books.fund.pk, "ledger", "csv"])]
    for path in paths:
        answer = steward.get(path)
        text = b"".join(answer.streaming_content).decode() if answer.streaming else text_of(answer)
        assert "钱某某" not in text, path
    assert "钱某某" in text_of(steward.post(at("gift_reveal", entry.gift_id)))


def test_the_public_word_is_not_the_name(books, steward):
    answer = steward.post(at("gift_add", books.fund.pk), gift_form(giver="钱某某", pseudonym="三楼钱某某"))
    assert (answer.status_code, "to everybody" in text_of(answer), Gift.objects.count()) == (422, True, 0)


# --- Corrected, counted, given back -----------------------------------------------------------------


def test_taking_back_wants_a_reason_and_shows_both(books, steward):
    entry = books.give()
    assert steward.post(at("reverse", entry.pk), {"reason": ""}).status_code == 422
    steward.post(at("reverse", entry.pk), {"reason": "typed twice"})
    page = text_of(steward.get(entry.get_absolute_url()))
    assert ("taken back by no. 2" in page, books.balance) == (True, 0)


def test_a_count_hides_the_books_until_it_is_made(world, books, client):
    books.give("77.70", purse="cash")
    client.force_login(world.chen)
    assert "77.70" not in text_of(client.get(at("count", books.fund.pk)))
    form = {"purse": "cash", "counted": "70", "witness": world.zhao.pk}
    client.post(at("count", books.fund.pk), form)
    assert "−¥7.70" in text_of(client.get(books.fund.get_absolute_url()))
    count = PurseCount.objects.get()
    client.force_login(world.zhao)
    client.post(at("explain", count.pk), {"reason": "change for the courier"})
    assert books.balance == yuan("70")


def test_a_giver_asks_for_it_back(world, books, client):
    gift = books.give("40").gift
    client.force_login(world.chen)
    answer = client.post(at("gift_return", gift.pk), {"back-amount": "40.01", "back-purse": "account"})
    assert (answer.status_code, "¥40.00 can go back at most" in text_of(answer)) == (422, True)
    client.post(at("gift_return", gift.pk), {"back-amount": "40", "back-purse": "account"})
    client.force_login(world.zhao)
    client.post(at("approve", Expense.objects.get().pk))
    assert books.balance == 0


def test_a_fund_is_closed_by_two(world, books, client):
    books.give("100", purse="cash")
    client.force_login(world.chen)
    form = {"method": "return", "decision": "d", "decided_on": TODAY().isoformat(), "to_whom": "the store"}
    answer = client.post(at("closing_add", books.fund.pk), form)
    assert (answer.status_code, "to be counted by two" in text_of(answer)) == (422, True)
    books.count_all()
    client.post(at("closing_add", books.fund.pk), form)
    closing = Closing.objects.get()
    client.post(at("closing_confirm", closing.pk))
    assert Closing.objects.get().confirmed_at is None
    client.force_login(world.zhao)
    client.post(at("closing_confirm", closing.pk))
    client.force_login(world.chen)
    share = closing.shares.get()
    client.post(at("share_pay", share.pk), {"purse": "cash", "witness": ""})
    assert books.balance == yuan("100")
    client.post(at("share_pay", share.pk), {"purse": "cash", "witness": world.wei.user.pk})
    client.post(at("closing_finish", closing.pk), {"witness": ""})
    page = text_of(client.get(books.fund.get_absolute_url()))
    assert (Fund.objects.get().balance, "Closed on" in page, at("gift_add", books.fund.pk) in page) == (0, True, False)


# --- Gear -----------------------------------------------------------------------------------------


def test_gear_bought_stands_beside_gear_handed_out(world, books, steward):
    store = Store(world)
    suits = create_item(compound=world.jiamu, name="suit", unit="piece", is_ppe=True)
    books.give("500")
    form = expense_form(world, ("suits", "100", "30", suits.pk))
    steward.post(at("expense_add", books.fund.pk), form)
    expense = Expense.objects.get()
    steward.force_login(world.zhao)
    steward.post(at("approve", expense.pk))
    steward.force_login(world.chen)
    assert "100 have not arrived" in text_of(steward.get(at("gear", books.fund.pk)))
    batch = store.arrive(100, suits, source=Batch.Source.PURCHASE)
    line = expense.lines.get()
    steward.post(at("line_batch", expense.pk, line.pk), {f"l{line.pk}-batch": batch.pk})
    issue_gear(batch=batch, volunteer=world.wei, quantity=12, by=world.chen)
    donated = store.arrive(20, suits, source=Batch.Source.DONATION)
    steward.post(at("goods_add", books.fund.pk), {"batch": donated.pk, "pseudonym": "a company"})
    row = re.sub(r"<[^>]+>|\s+", " ", text_of(steward.get(at("gear", books.fund.pk))))
    assert re.search(r"suit\s+piece\s+100\s+¥30.00\s+20\s+120\s+12\s+0\s+108", row)
    assert "suit: 120 piece, handed out 12, in the store 108" in text_of(steward.get(at("chat", books.fund.pk)))


# --- On paper, by link ------------------------------------------------------------------------------


@pytest.mark.parametrize("month", ["", "2022-13", "x", "0000-00"])
def test_a_month_that_is_none_is_this_month(books, steward, month):
    books.give()
    page = text_of(steward.get(at("statement", books.fund.pk), {"month": month}))
    assert ("neighbour no. 1" in page, f"{TODAY():%Y-%m}" in page) == (True, True)


@pytest.mark.parametrize(("what", "ending"), [("ledger", "csv"), ("month", "xlsx"), ("gear", "csv")])
def test_files_are_numbered_and_on_record(books, steward, what, ending):
    books.give(pseudonym="=1+1")
    answer = steward.get(reverse("reports:money", args=[books.fund.pk, what, ending]))
    record = AccessRecord.objects.get()
    assert (record.deed, record.subject) == ("export", f"fund {books.fund.pk}: {what}")
    if ending == "csv" and what == "ledger":
        assert '"\'=1+1"' in b"".join(answer.streaming_content).decode()


def test_the_link_opens_sums_and_lines_without_names_until_it_is_withdrawn(world, books, client):
    books.give(giver="钱某某")
    books.spend("30", spender=world.wei.user)
    client.force_login(world.chen)
    page = text_of(client.post(at("link", books.fund.pk)))
    path = re.search(r'value="http[^"]*(/money/public/[^"]+)"', page)[1]
    client.logout()
    answer = client.get(path)
    page = text_of(answer)
    assert (answer.status_code, answer["Referrer-Policy"], "no-store" in answer["Cache-Control"]) == (
        200,
        "no-referrer",
        True,
    )
    assert ("neighbour no. 1" in page, "¥70.00" in page) == (True, True)
    for name in ("钱某某", "陈干事", "赵楼长", "魏志愿", CANARY):
        assert name not in page
    client.force_login(world.chen)
    client.post(at("revoke", books.fund.pk))
    gone = client.get(path)
    missing = client.get(at("public", "x" * 40))
    assert (gone.status_code, gone.content) == (404, missing.content)


def test_a_fund_without_a_link_has_no_page(books, client):
    for code in ("0", "x" * 300, "0" * 64):
        assert client.get(at("public", code)).status_code == 404


# --- What a page costs ------------------------------------------------------------------------------


def pages_of(books: Books, code: str) -> dict[str, str]:
    expense = Expense.objects.filter(entry__isnull=False).first()
    return {
        "compound": at("compound", books.world.jiamu.pk),
        "fund": books.fund.get_absolute_url(),
        "statement": at("statement", books.fund.pk),
        "gear": at("gear", books.fund.pk),
        "chat": at("chat", books.fund.pk),
        "expense": expense.get_absolute_url(),
        "public": at("public", code),
    }


COSTS = {"compound": 7, "fund": 14, "statement": 9, "gear": 7, "chat": 8, "expense": 10, "public": 10}


def test_pages_cost_the_same_however_long_the_books_are(world, books, client):
    code = make_public_link(fund=books.fund)
    client.force_login(world.chen)
    for many in (2, 60):
        for number in range(many):
            books.give("10", purse="cash" if number % 2 else "account")
        for _twice in range(2):
            books.spend("1")
            books.ask("1")
        costs = {}
        for name, path in pages_of(books, code).items():
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path).status_code == 200
            costs[name] = len(seen)
        assert costs == COSTS
