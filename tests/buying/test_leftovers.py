"""What is over after whole cartons: sold to who wants more, into the store, or said where it went; and it balances."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from buying.leftovers import left_over, put_aside, sell_leftover
from buying.models import ArrivalCount, Leftover, LineChange
from buying.services import BuyingError
from buying.settlement import note_money, read_settlement, settle_order, tell_bill
from compound.surplus import into_store
from supplies.models import Batch
from tests.buying.came import Came


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def came(world):
    """Eight trays were ordered; ten came, as the carton holds ten."""
    row = Came(world, thing={"name": "鸡蛋", "unit": "盘", "price": Decimal("45.00"), "pack_size": 10})
    row.comes(eggs=10)
    return row


def over(came):
    return left_over(came.fresh()).get(came.eggs.pk, 0)


def test_a_household_that_wants_more_gets_it_at_the_lists_price(world, came):
    assert over(came) == 2
    change = sell_leftover(order=came.order, item=came.eggs, household=world.elder_home, quantity=2, by=came.lead)
    assert (change.was, change.quantity, change.by, over(came)) == (1, 3, came.lead, 0)
    came.shared()
    assert came.gets()["301"] == 3
    accounts = {home.household: home.account for home in read_settlement(came.fresh()).homes}
    assert accounts[world.elder_home].due == Decimal("135.00")


def test_after_sharing_out_it_is_still_there_and_the_rest_stays_with_whom_it_was_given(world, came):
    came.shared()
    sell_leftover(order=came.order, item=came.eggs, household=world.far_home, quantity=1, by=came.lead)
    came.shared()
    assert (came.gets(), over(came)) == ({"502": 3, "301": 1, "202": 2, "402": 3}, 1)


def test_what_goes_into_the_store_is_counted_there_by_a_second_person(world, came):
    came.shared()
    batch = into_store(order=came.fresh(), item=came.eggs, quantity=2, by=world.chen)
    assert (batch.source, batch.item.name, batch.counts.get().quantity, batch.moves.count()) == (
        Batch.Source.GROUP_BUY,
        "鸡蛋",
        2,
        0,
    )
    lot = ArrivalCount.objects.get(item=came.eggs)
    assert (lot.left, over(came), Leftover.objects.get().goes) == (0, 0, "store")


def test_the_books_say_who_pays_for_the_carton_and_close_at_zero(world, came):
    came.shared()
    put_aside(order=came.order, item=came.eggs, quantity=2, goes="next", by=came.lead)
    told = read_settlement(came.fresh())
    for home in told.homes:
        pay(came, "paid", home.account.owes, household=home.household)
    bill = told.books.due + Decimal("90.00")  # ten trays, not eight
    tell_bill(order=came.order, amount=bill, by=came.lead)
    pay(came, "to_supplier", bill)
    with pytest.raises(BuyingError, match="are lacking once everybody has paid: say who puts them in, and why"):
        settle_order(order=came.order, by=came.lead)
    pay(came, "covered", Decimal("90.00"), note="居委会留作备用")
    settle_order(order=came.order, by=came.lead)
    with pytest.raises(BuyingError, match="Nothing is over on this list"):
        put_aside(order=came.order, item=came.eggs, quantity=1, goes="next", by=came.lead)


def pay(came, kind, amount, household=None, note=""):
    told = {"household": household, "way": "cash", "note": note, "by": came.lead}
    note_money(order=came.order, kind=kind, amount=amount, **told)


@pytest.mark.parametrize("quantity", [3, 0, -1, True])
def test_more_than_is_over_is_refused_and_nothing_is_written(world, came, quantity):
    with pytest.raises(BuyingError, match=r"only 2 盘 are over|more than nothing"):
        put_aside(order=came.order, item=came.eggs, quantity=quantity, goes="next", by=came.lead)
    with pytest.raises(BuyingError):
        sell_leftover(order=came.order, item=came.eggs, household=world.lin_home, quantity=quantity, by=came.lead)
    assert (over(came), Leftover.objects.count(), came.stands(world.lin_home)) == (2, 0, 3)


def test_given_away_it_says_to_whom_and_only_neighbours_buy(world, came):
    with pytest.raises(BuyingError, match="Say to whom it was given"):
        put_aside(order=came.order, item=came.eggs, quantity=1, goes="shared", by=came.lead)
    with pytest.raises(BuyingError, match="Choose where it goes"):
        put_aside(order=came.order, item=came.eggs, quantity=1, goes="home", by=came.lead)
    with pytest.raises(BuyingError, match="does not live in the compound"):
        sell_leftover(order=came.order, item=came.eggs, household=world.other_home, quantity=1, by=came.lead)


def test_at_the_desk_it_goes_where_it_is_told(world, came, client):
    address = reverse("buying_leftover", args=[came.order.pk])
    client.force_login(world.zhao)  # its lead
    assert "2 盘" in client.get(address).content.decode()
    form = {"item": came.eggs.pk, "quantity": "1", "goes": "home", "building": world.building1.pk, "room": "502"}
    assert client.post(address, form).status_code == 302
    assert came.stands(world.lin_home) == 4
    for words, sentence in (
        ({"quantity": "一"}, "whole number"),
        ({"room": "999"}, "There is no such room"),
        ({"room": ""}, "Name the building and the room."),
        ({"quantity": "5"}, "only 1 盘 are over"),
        ({"goes": "store"}, "Select a valid choice"),  # the store is its stewards'
    ):
        answer = client.post(address, form | words)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True), words
    client.force_login(world.chen)
    assert client.post(address, form | {"goes": "store"}).status_code == 302
    assert "Nothing is over" in client.get(address).content.decode()
    assert (Leftover.objects.count(), LineChange.objects.filter(quantity=4).count()) == (1, 1)


def test_before_it_is_ordered_everybody_reads_what_fills_the_carton(world, client):
    buy = Came(world, thing={"name": "鸡蛋", "unit": "盘", "price": Decimal("45.00"), "pack_size": 10})
    buy.at("open")
    client.force_login(world.zhao)
    assert "2 盘 over" in client.get(reverse("buying:order", args=[buy.order.pk])).content.decode()
