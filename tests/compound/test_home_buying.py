"""A household orders on its own page: by its link alone, and knowing nothing of anybody else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from buying.models import GroupOrder, LineChange
from buying.orders import cancel_order, change_item, close_order
from buying.settlement import note_money, settle_order
from compound.home_buying import buying_part
from compound.household import Visitor
from residents.links import find_link, issue_links
from tests.buying.buys import Buy
from tests.world import CANARY


@pytest.fixture
def buy(world):
    return Buy(world, minimum_kind="pieces", minimum_pieces=20, note="周六到", payment_note="微信转给团长")


@pytest.fixture
def secrets(world):
    links = [
        *issue_links(building=world.building1, by=world.chen),
        *issue_links(building=world.building2, by=world.chen),
    ]
    return {one.household: one.secret for one in links}


def page_of(client, secret, lang="en"):
    return client.get(reverse("home", args=[secret]), {"lang": lang} if lang else {})


def tell(client, secret, buy, quantity, saw=0, lang="en"):
    address = reverse("home_buying", args=[secret, buy.order.pk]) + (f"?lang={lang}" if lang else "")
    return client.post(address, {f"q-{buy.eggs.pk}": quantity, f"saw-{buy.eggs.pk}": saw})


def test_it_orders_changes_and_takes_back(world, buy, client, secrets):
    secret = secrets[world.lin_home]
    page = page_of(client, secret).content.decode()
    assert ("20 more to go" in page, "¥45.00/盘" in page, "周六到" in page) == (True, True, True)
    answer = tell(client, secret, buy, "２")
    assert (answer.status_code, answer.url.endswith("thanks=1#buying")) == (302, True)
    page = page_of(client, secret).content.decode()
    assert ("鸡蛋 × 2 盘" in page, "¥90.00" in page, "微信转给团长" in page) == (True, True, True)
    tell(client, secret, buy, "0", saw=2)
    assert list(LineChange.objects.values_list("was", "quantity", "how")) == [(0, 2, "link"), (2, 0, "link")]
    assert "× 2" not in page_of(client, secret).content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-1", "鸡蛋: Give a whole number"),
        ("2.5", "鸡蛋: Give a whole number"),
        ("NaN", "鸡蛋: Give a whole number"),
        ("9" * 30, "鸡蛋: Give a whole number"),
        ("4", "鸡蛋: at most 3 盘 a household."),
        ("二", "鸡蛋: Give a whole number"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_shown_again(world, buy, client, secrets, typed, sentence):
    change_item(item=buy.eggs, household_limit=3)
    answer = tell(client, secrets[world.lin_home], buy, typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f'value="{typed[:40]}"' in answer.content.decode()
    assert (buy.ordered(), LineChange.objects.count()) == (0, 0)


def test_the_second_phone_of_the_family_is_told(world, buy, client, secrets):
    secret = secrets[world.lin_home]
    tell(client, secret, buy, "2")
    answer = tell(client, secret, buy, "3")
    assert "Your household has ordered 2 盘 of 鸡蛋 in the meantime" in answer.content.decode()
    assert buy.stands(world.lin_home) == 2


def test_it_shows_nothing_of_another_household(world, buy, client, secrets):
    buy.wants(world.far_home, 7)
    Buy(world, compound=world.hexin, lead=world.sun, title=f"{CANARY}米")
    page = page_of(client, secrets[world.lin_home]).content.decode()
    assert ("13 more to go" in page, "402" in page, "吴" in page, CANARY in page) == (True, False, False, False)
    assert "Your household has ordered" not in page


def test_a_closed_or_foreign_list_takes_nothing(world, buy, client, secrets):
    secret = secrets[world.lin_home]
    other = Buy(world, compound=world.hexin, lead=world.sun, title="米")
    assert tell(client, secret, other, "1").status_code == 404
    tell(client, secret, buy, "2")
    GroupOrder.objects.filter(pk=buy.order.pk).update(closes_at=timezone.now() - timedelta(minutes=1))
    assert tell(client, secret, buy, "3", saw=2).status_code == 422
    close_order(order=buy.fresh(), by=world.zhao)
    page = page_of(client, secret).content.decode()
    assert ("鸡蛋 × 2 盘" in page, "<form" in page) == (True, False)
    assert page_of(client, secrets[world.elder_home]).content.decode().count("鸡蛋") == 0
    assert buy.stands(world.lin_home) == 2


def test_looking_changes_nothing_and_an_address_is_for_posts(world, buy, client, secrets):
    secret = secrets[world.lin_home]
    assert client.get(reverse("home_buying", args=[secret, buy.order.pk])).status_code == 405
    assert client.post(reverse("home_buying", args=["no-such", buy.order.pk])).status_code == 404
    page_of(client, secret)
    assert LineChange.objects.count() == 0


def test_three_lists_cost_no_more_than_one(world, buy, secrets, django_assert_num_queries):
    visitor = Visitor(find_link(secrets[world.lin_home]), secrets[world.lin_home])
    with django_assert_num_queries(2):
        assert len(buying_part(visitor).context["buys"]) == 1
    for title in ("米", "油"):
        Buy(world, title=title)
    with django_assert_num_queries(2):
        assert len(buying_part(visitor).context["buys"]) == 3


# --- While it moves, and after it came to nothing ---------------------------------------------------


def live_of(client, secret, buy, etag=""):
    address = reverse("home_buying_live", args=[secret, buy.order.pk])
    return client.get(address, {"lang": "en"}, headers={"If-None-Match": etag} if etag else {})


def test_how_far_it_is_is_asked_for_again_without_loading_the_page(
    world, buy, client, secrets, django_assert_num_queries
):
    secret = secrets[world.lin_home]
    page = page_of(client, secret).content.decode()
    assert "js/live.js" in page
    assert f"/buying/{buy.order.pk}/live/?lang=en" in page
    first = live_of(client, secret, buy)
    assert ("20 more to go" in first.content.decode(), first["Cache-Control"]) == (True, "no-store, private")
    assert first["ETag"].strip('"') in page
    with django_assert_num_queries(5):
        assert live_of(client, secret, buy, first["ETag"]).status_code == 304
    buy.wants(world.far_home, 2)
    assert "18 more to go" in live_of(client, secret, buy, first["ETag"]).content.decode()
    close_order(order=buy.order, by=world.zhao)
    assert live_of(client, secret, buy).status_code == 404
    assert live_of(client, secrets[world.far_home], buy).content.decode().count("The list is closed") == 1
    assert live_of(client, "x" * 43, buy).status_code == 404
    assert client.post(reverse("home_buying_live", args=[secret, buy.order.pk])).status_code == 405


def test_a_list_that_was_called_off_says_why_and_what_comes_back(world, buy, client, secrets, time_machine):
    buy.wants(world.lin_home, 2)
    buy.wants(world.far_home, 1)
    pay = {"order": buy.order, "household": world.lin_home, "way": "cash", "by": world.zhao}
    note_money(kind="paid", amount=Decimal("90.00"), **pay)
    cancel_order(order=buy.order, reason="供应商没有货", by=world.zhao)
    page = page_of(client, secrets[world.lin_home]).content.decode()
    assert all(text in page for text in ("Called off: 供应商没有货", "You get back ¥90.00", "nothing is owed"))
    assert "get back" not in page_of(client, secrets[world.far_home]).content.decode()
    time_machine.move_to(timezone.now() + timedelta(days=8), tick=False)
    assert "Called off" not in page_of(client, secrets[world.far_home]).content.decode()
    assert "You get back ¥90.00" in page_of(client, secrets[world.lin_home]).content.decode()
    note_money(kind="refunded", amount=Decimal("90.00"), **pay)
    settle_order(order=buy.order, by=world.zhao)
    assert "Called off" not in page_of(client, secrets[world.lin_home]).content.decode()
