"""The books of one order: every way the money can go ends at zero, and only there they close."""

from decimal import Decimal
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buying.arrivals import Counted
from buying.models import MoneyEntry, Parcel
from buying.services import BuyingError
from buying.settlement import (
    add_charge,
    note_money,
    read_settlement,
    reverse_money,
    settle_order,
    statement_for,
    tell_bill,
    weigh_parcels,
    withdraw_charge,
)
from buying.settling import ZERO
from residents.links import reissue_link
from tests.buying.came import Came
from tests.buying.test_views import text_of
from tests.marks import statements


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def came(world):
    row = Came(world)
    row.comes()
    row.shared()
    return row


def pays(came, home, amount, kind="paid", **facts):
    household = home if kind in {"paid", "refunded", "credit"} else None
    told = {"way": "cash", "note": "r", "by": came.lead} | facts
    return note_money(order=came.order, kind=kind, household=household, amount=Decimal(amount), **told)


def accounts(came):
    return {home.household.door.room: home.account for home in read_settlement(came.fresh()).homes}


def balance(came):
    """Everybody does what the page says is open."""
    told = read_settlement(came.fresh())
    for home in told.homes:
        if home.account.owes:
            pays(came, home.household, home.account.owes, way="wechat")
        if home.account.gets_back:
            pays(came, home.household, home.account.gets_back, "refunded", way="cash")
    books = read_settlement(came.order).books
    if books.supplier_open > 0:
        pays(came, None, books.supplier_open, "to_supplier", way="bank")
    if books.supplier_open < 0:
        pays(came, None, -books.supplier_open, "from_supplier", way="bank")
    left = read_settlement(came.order).books.difference
    if left:
        pays(came, None, abs(left), "passed_on" if left > 0 else "covered", note="下次团购")


def test_what_each_owes_follows_from_its_parcels(came):
    assert {room: (one.goods, one.owes) for room, one in accounts(came).items()} == {
        "502": (Decimal("194.85"), Decimal("194.85")),  # 3 x 45.00 + 1.5 kg x 39.90
        "301": (Decimal("45.00"), Decimal("45.00")),
        "202": (Decimal("90.00"), Decimal("90.00")),
        "402": (Decimal("129.90"), Decimal("129.90")),
    }


def test_paid_too_much_is_paid_back_in_cash_and_the_books_close_at_zero(world, came):
    pays(came, world.lin_home, "200", way="wechat")
    tell_bill(order=came.order, amount=Decimal("459.75"), by=came.lead)
    with pytest.raises(BuyingError, match=r"The books do not balance yet\. Still to be paid by 3 households: ¥264.90"):
        settle_order(order=came.order, by=came.lead)
    balance(came)
    assert MoneyEntry.objects.get(kind="refunded").amount == Decimal("5.15")
    settlement = settle_order(order=came.order, by=came.lead)
    assert (settlement.due, settlement.bill, came.fresh().state) == (Decimal("459.75"), Decimal("459.75"), "settled")
    for deed in (
        lambda: pays(came, world.lin_home, "1"),
        lambda: tell_bill(order=came.order, amount=ZERO, by=came.lead),
        lambda: settle_order(order=came.order, by=came.lead),
        lambda: reverse_money(entry=MoneyEntry.objects.first(), why="r", by=came.lead),
    ):
        with pytest.raises(BuyingError, match="its books are closed"):
            deed()


def test_short_substituted_and_weighed_goods_change_what_is_owed(world):
    came = Came(world)
    came.comes(6, 2400, Counted(came.eggs, 2, instead="鹌鹑蛋", price=Decimal("40.00")))
    came.shared("first")
    pork = Parcel.objects.get(line__item=came.pork, line__household=world.lin_home)
    weigh_parcels(order=came.order, grams={pork.pk: 1480}, by=came.lead)
    found = accounts(came)
    assert found["402"].goods == Decimal("80.00") + Decimal("35.91")  # what came instead is cheaper; 0.9 kg
    assert found["502"].goods == Decimal("135.00") + Decimal("59.05")  # 1.48 kg
    with pytest.raises(BuyingError, match="cannot be right"):
        weigh_parcels(order=came.order, grams={pork.pk: 14800}, by=came.lead)
    with pytest.raises(BuyingError, match="look at the parcels again"):
        weigh_parcels(order=came.order, grams={10**9: 5}, by=came.lead)


def test_a_credit_says_why_and_is_never_more_than_is_owed(world, came):
    with pytest.raises(BuyingError, match="Say why"):
        pays(came, world.elder_home, "5", "credit", note="")
    with pytest.raises(BuyingError, match="no more can be credited"):
        pays(came, world.elder_home, "45.01", "credit")
    pays(came, world.elder_home, "5", "credit", note="破了一个")
    assert accounts(came)["301"].owes == Decimal("40.00")


def test_nobody_gets_back_more_than_they_paid(world, came):
    pays(came, world.elder_home, "45")
    with pytest.raises(BuyingError, match="no more is paid back"):
        pays(came, world.elder_home, "45.01", "refunded")
    with pytest.raises(BuyingError, match="ordered nothing"):
        pays(came, world.other_home, "1")


def test_one_press_twice_is_one_entry_and_a_mistake_is_taken_back_by_its_opposite(world, came):
    key = UUID(int=5)
    first = pays(came, world.elder_home, "45", key=key)
    assert pays(came, world.elder_home, "45", key=key) == first
    reverse_money(entry=first, why="记错了", by=came.lead)
    assert (accounts(came)["301"].paid, MoneyEntry.objects.count()) == (ZERO, 2)
    with pytest.raises(BuyingError, match="taken back already"):
        reverse_money(entry=first, why="r", by=came.lead)
    with pytest.raises(BuyingError, match="takes another one back"):
        reverse_money(entry=MoneyEntry.objects.get(reverses=first), why="r", by=came.lead)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"amount": "0"}, "more than nothing"),
        ({"amount": "-5"}, "more than nothing"),
        ({"amount": "NaN"}, "more than nothing"),
        ({"amount": "1e12"}, "more than nothing"),
        ({"amount": "0.001"}, "more than nothing"),
        ({"amount": "1.005"}, "nothing smaller than a cent"),
        ({"kind": "card"}, "what kind of payment"),
        ({"way": "card"}, "how the money went"),
        ({"way": ""}, "how the money went"),
        ({"home": None}, "Choose the household"),
    ],
)
def test_money_that_cannot_be_is_refused_in_words(world, came, facts, told):
    facts = {"amount": "5", "kind": "paid", "way": "cash", "home": world.lin_home} | facts
    with pytest.raises(BuyingError, match=told):
        note_money(
            order=came.order,
            kind=facts["kind"],
            amount=Decimal(facts["amount"]),
            household=facts["home"],
            way=facts["way"],
            by=came.lead,
        )
    assert MoneyEntry.objects.count() == 0


def test_what_the_van_costs_is_shared_to_the_cent(came):
    charge = add_charge(order=came.order, name="运费", amount=Decimal("10.00"), is_equal=False, by=came.lead)
    shared = {room: one.charges for room, one in accounts(came).items()}
    assert (sum(shared.values()), shared["502"]) == (Decimal("10.00"), Decimal("4.24"))
    add_charge(order=came.order, name="运费", amount=Decimal("10.01"), is_equal=True, by=came.lead)
    assert sum(one.charges for one in accounts(came).values()) == Decimal("20.01")
    with pytest.raises(BuyingError, match="more than the goods"):
        add_charge(order=came.order, name="优惠", amount=Decimal("-5000"), is_equal=True, by=came.lead)
    with pytest.raises(BuyingError, match="Say what it is for"):
        add_charge(order=came.order, name=" ", amount=Decimal(1), is_equal=True, by=came.lead)
    withdraw_charge(charge=charge, by=came.lead)
    with pytest.raises(BuyingError, match="withdrawn already"):
        withdraw_charge(charge=charge, by=came.lead)


def test_called_off_everything_is_paid_back(world):
    came = Came(world)
    pays(came, world.lin_home, "194.85", way="wechat")
    with pytest.raises(BuyingError, match="nothing to settle yet"):
        settle_order(order=came.order, by=came.lead)
    came.at("cancelled")
    assert accounts(came)["502"].gets_back == Decimal("194.85")
    balance(came)
    settle_order(order=came.order, by=came.lead)
    assert came.fresh().state == "cancelled"


def test_when_nothing_fit_came_nobody_owes_anything(world):
    came = Came(world)
    pays(came, world.elder_home, "45")
    came.comes(0, 0)
    assert accounts(came)["301"].gets_back == Decimal("45.00")
    tell_bill(order=came.order, amount=ZERO, by=came.lead)
    balance(came)
    settle_order(order=came.order, by=came.lead)


def test_a_household_sees_its_own_and_why_it_gets_less(world):
    came = Came(world)
    before = statement_for(came.order, world.far_home)
    assert (before.is_estimate, before.account.due) == (True, Decimal("129.90"))
    came.comes(6)
    came.shared("first")
    told = statement_for(came.fresh(), world.far_home)
    assert [(line["item"].name, line["ordered"], line["gets"], line["why"]) for line in told.lines] == [
        ("鸡蛋", "2 盘", "", "who ordered first comes first: others come first by the rule"),
        ("五花肉", "1 kg", "五花肉 1 kg", ""),
    ]
    assert (told.account.due, told.is_settled) == (Decimal("39.90"), False)
    assert statement_for(came.order, world.other_home) is None


def test_the_books_cost_the_same_for_two_households_and_for_many(came):
    with statements() as seen:
        read_settlement(came.order)
    assert len(seen) == 5


ENTRY = st.tuples(
    st.sampled_from(["paid", "paid", "refunded", "credit", "to_supplier", "from_supplier", "covered", "passed_on"]),
    st.integers(0, 3),
    st.decimals("0.01", "260", places=2),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(ENTRY, max_size=6), bill=st.decimals("0", "700", places=2))
def test_whatever_was_written_down_before_the_books_end_at_zero(world, came, entries, bill):
    MoneyEntry.objects.all().delete()
    homes = [world.lin_home, world.elder_home, world.tenant_home, world.far_home]
    tell_bill(order=came.order, amount=bill, by=came.lead)
    for kind, number, amount in entries:
        try:
            pays(came, homes[number], amount, kind)
        except BuyingError:
            assert kind in {"refunded", "credit"}
    balance(came)
    told = read_settlement(came.fresh())
    assert (told.open_points, told.books.is_balanced, told.books.held) == ([], True, ZERO)


def test_its_own_page_says_what_it_gets_and_pays(world, client):
    came = Came(world)
    came.comes(6)
    came.shared("first")
    pays(came, world.far_home, "50")
    secret = reissue_link(household=world.far_home, by=world.chen).secret
    page = text_of(client.get(reverse("home", args=[secret]) + "?lang=en"))
    assert ("鸡蛋: nothing this time" in page, "others come first by the rule" in page) == (True, True)
    assert ("You get back ¥10.10" in page, "502" in page) == (True, False)


def test_a_lead_who_falls_ill_hands_the_list_on_with_what_is_in_the_purse(world, came, client):
    pays(came, world.lin_home, "194.85")
    client.force_login(world.chen)
    client.cookies["django_language"] = "en"
    address = reverse("buying:lead", args=[came.order.pk])
    assert address in client.get(came.order.get_absolute_url()).content.decode()
    assert client.post(address, {"lead": world.chen.pk, "why": ""}).status_code == 422
    assert client.post(address, {"lead": world.wei.user_id, "why": "病了"}).status_code == 422  # no duty at a desk
    assert client.post(address, {"lead": world.chen.pk, "why": "病了"}).status_code == 302
    step = came.fresh().steps.last()
    assert (came.order.lead, step.why) == (world.chen, "new lead: 病了; in hand by the books: ¥194.85")
    client.force_login(world.zhao)
    assert client.get(reverse("buying:money", args=[came.order.pk])).status_code == 403
