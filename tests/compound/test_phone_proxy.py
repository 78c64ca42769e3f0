"""A volunteer types for who has no phone: only for doors held in an open round, and it says who typed."""

import json

import pytest
from django.urls import reverse

from buying.models import LineChange
from buying.orders import change_item, close_order
from residents.services import end_volunteer
from rounds.services import assign, close_round, create_round, open_round
from sharing.models import CornerStep, Reservation, Wish
from tests.buying.buys import Buy
from tests.marks import statements
from tests.sharing.neighbours import Neighbours
from tests.world import make_building, move_in

WEI, WU, HU = "token-of-wei-0000000000", "token-of-wu-00000000000", "token-of-hu-00000000000"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def walk(world):
    """Wei holds building 1 in an open round; Wu holds nothing."""
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    assign(round=round, volunteer=world.wei, building=world.building1, by=world.chen)
    return round


@pytest.fixture
def buy(world):
    return Buy(world)


def get(client, name, token=WEI, **query):
    return client.get(reverse(name), {"lang": "en"} | query, HTTP_AUTHORIZATION=f"Bearer {token}")


def tell(client, home, deed, key=0, token=WEI, **fields):
    words = {"door": home.pk, "deed": deed, "key": key, "fields": fields}
    return post(client, words, token)


def post(client, words, token=WEI, **headers):
    body = words if isinstance(words, bytes) else json.dumps(words)
    headers = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {token}"} | headers
    return client.post(reverse("my_proxy_tell") + "?lang=en", body, **headers)


def rooms(answer):
    return [(house["name"], [door["room"] for door in house["doors"]]) for house in answer.json()["houses"]]


# --- Which doors ----------------------------------------------------------------------------------


def test_the_doors_are_those_held_in_an_open_round(client, world, walk):
    assert rooms(get(client, "my_proxy_doors")) == [("1号楼", ["502", "301", "202"])]
    assert rooms(get(client, "my_proxy_doors", WU)) == []
    close_round(round=walk, by=world.chen)
    assert rooms(get(client, "my_proxy_doors")) == []


def test_a_door_of_others_is_answered_like_one_that_is_not_there(client, world, walk, buy):
    answers = [
        get(client, "my_proxy_home", door=str(key)) for key in (world.far_home.pk, world.other_home.pk, 10**8, "x", "")
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    fields = {f"q-{buy.eggs.pk}": "2"}
    for home, token in ((world.far_home, WEI), (world.other_home, WEI), (world.lin_home, WU), (world.lin_home, HU)):
        assert tell(client, home, "order", buy.order.pk, token, **fields).status_code == 404
    assert buy.ordered() == 0


def test_who_serves_no_more_is_refused(client, world, walk, buy):
    end_volunteer(volunteer=world.wei)
    assert get(client, "my_proxy_doors").status_code == 401
    assert tell(client, world.elder_home, "order", buy.order.pk, **{f"q-{buy.eggs.pk}": "2"}).status_code == 401


@pytest.mark.parametrize(
    "words",
    [
        b"[]",
        {"deed": "pay", "fields": {}},
        {"deed": "order", "key": "1", "fields": {}},
        {"deed": "order", "key": True, "fields": {}},
        {"deed": "order", "key": 1},
        {"deed": "ask", "fields": {"what": 3}},
        {"deed": "ask", "fields": {"what": "a\0b"}},
    ],
)
def test_what_no_phone_of_ours_sends_is_refused(client, world, walk, words):
    words = words if isinstance(words, bytes) else {"door": world.lin_home.pk} | words
    assert post(client, words).status_code == 400
    assert post(client, {}, content_type="text/plain").status_code == 415
    assert client.get(reverse("my_proxy_tell"), HTTP_AUTHORIZATION=f"Bearer {WEI}").status_code == 405


# --- Orders ---------------------------------------------------------------------------------------


def test_an_order_says_who_typed_it_and_who_told_it(client, world, walk, buy):
    fields = {f"q-{buy.eggs.pk}": "２", f"saw-{buy.eggs.pk}": "0", "caller": "女儿"}
    answer = tell(client, world.elder_home, "order", buy.order.pk, **fields)
    change = LineChange.objects.get()
    assert (answer.status_code, buy.stands(world.elder_home)) == (200, 2)
    assert (change.how, change.by, change.link, change.caller) == ("phone", world.wei.user, None, "女儿")
    assert "It is on the list of “鸡蛋”." in answer.json()["html"]
    client.force_login(world.zhao)
    page = client.get(reverse("buying:home", args=[buy.order.pk, world.elder_home.pk])).content.decode()
    assert "魏志愿" in page


def test_typed_again_from_an_old_page_it_does_not_write_over_the_family(client, world, walk, buy):
    buy.wants(world.elder_home, 3)
    answer = tell(client, world.elder_home, "order", buy.order.pk, **{f"q-{buy.eggs.pk}": "1"})
    assert (answer.status_code, buy.stands(world.elder_home)) == (422, 3)
    assert answer.json()["message"].startswith("Your household has ordered 3 盘")


@pytest.mark.parametrize("typed", ["-2", "1.5", "NaN", "9999999", "two"])
def test_a_number_that_is_none_keeps_everything_typed_and_writes_nothing(client, world, walk, buy, typed):
    milk = buy.add("牛奶")
    fields = {f"q-{buy.eggs.pk}": "2", f"q-{milk.pk}": typed, "caller": "邻居"}
    answer = tell(client, world.elder_home, "order", buy.order.pk, **fields)
    html = answer.json()["html"]
    assert (answer.status_code, buy.ordered(), LineChange.objects.count()) == (422, 0, 0)
    assert f'value="{typed}"' in html
    assert 'value="邻居"' in html
    assert "牛奶: " in html


def test_a_closed_list_is_closed_for_a_volunteer_though_its_lead_may_still_type(client, world, walk, buy):
    close_order(order=buy.order, by=world.zhao)
    answer = tell(client, world.elder_home, "order", buy.order.pk, **{f"q-{buy.eggs.pk}": "2"})
    assert (answer.status_code, buy.ordered()) == (422, 0)
    assert "This list is closed" in answer.json()["html"]
    assert buy.wants(world.elder_home, 2)


def test_limits_hold_for_who_types_too(client, world, walk, buy):
    change_item(item=buy.eggs, household_limit=1)
    answer = tell(client, world.elder_home, "order", buy.order.pk, **{f"q-{buy.eggs.pk}": "2"})
    assert answer.json()["message"] == "鸡蛋: at most 1 盘 a household."


# --- The share corner -----------------------------------------------------------------------------


def test_an_elder_asks_and_reserves_through_a_volunteer(client, world, walk):
    near = Neighbours(world)
    offer = near.offer(near.lin, quantity=2)
    wish = {"category": "care", "what": "纸尿裤", "quantity": "1", "unit": "包", "until": near.today.isoformat()}
    assert tell(client, near.elder, "ask", **wish).status_code == 200
    answer = tell(client, near.elder, "reserve", offer.pk, quantity="1")
    assert (Wish.objects.get().household, Reservation.objects.get().household) == (near.elder, near.elder)
    steps = CornerStep.objects.filter(kind__in=["asked", "reserved"]).values_list("by", "heard_by")
    assert set(steps) == {(world.wei.user_id, world.wei.pk)}
    html = answer.json()["html"]
    assert "502" in html
    assert "门把手" in html
    assign(round=walk, volunteer=world.wu, building=world.building1, by=world.chen)
    beside = get(client, "my_proxy_home", WU, door=near.elder.pk).json()["html"]
    assert "502" not in beside
    assert "纸尿裤" not in beside


def test_a_refused_wish_keeps_what_was_typed(client, world, walk):
    Neighbours(world)
    answer = tell(client, world.elder_home, "ask", category="care", what="打我 13800138000", quantity="1", unit="包")
    assert (answer.status_code, Wish.objects.count()) == (422, 0)
    assert 'value="打我 13800138000"' in answer.json()["html"]
    assert "phone number" in answer.json()["message"]


def test_of_what_is_gone_the_sentence_still_stands(client, world, walk):
    near = Neighbours(world)
    offer = near.offer(near.lin, quantity=1)
    near.take(offer, near.tenant)
    answer = tell(client, near.elder, "reserve", offer.pk, quantity="1")
    assert (answer.status_code, "Somebody was quicker: 0 left." in answer.json()["html"]) == (422, True)


@pytest.mark.parametrize(
    ("deed", "english", "chinese"),
    [
        ("order", "This list is closed; nothing was changed.", "已截单，没有改动"),
        ("reserve", "This is not offered here.", "这里没有提供这样东西"),
    ],
)
def test_what_is_not_there_is_said_in_the_language_of_the_phone(client, world, walk, deed, english, chinese):
    assert english in tell(client, world.elder_home, deed, 10**8, quantity="1").json()["message"]
    words = {"door": world.elder_home.pk, "deed": deed, "key": 10**8, "fields": {"quantity": "1"}}
    headers = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {WEI}"}
    answer = client.post(reverse("my_proxy_tell") + "?lang=zh-hans", json.dumps(words), **headers)
    assert chinese in answer.json()["message"]


def test_with_nothing_to_order_the_page_says_so(client, world, walk):
    assert "Nothing to order at the moment" in get(client, "my_proxy_home", door=world.lin_home.pk).json()["html"]


def test_many_doors_and_lists_cost_no_more_statements(client, world, walk, buy):
    near = Neighbours(world)

    def cost():
        with statements() as doors:
            get(client, "my_proxy_doors")
        with statements() as home:
            get(client, "my_proxy_home", door=near.elder.pk)
        return len(doors), len(home)

    assert cost() == (2, 3)
    for number in range(3):
        Buy(world, title=f"单{number}").wants(near.elder)
        near.offer(near.lin)
    more = make_building(world.jiamu, "7")
    for door in more.doors.all():
        move_in(door, "住")
    round = create_round(**world.round_form(buildings=[more]))
    open_round(round=round, by=world.chen)
    assign(round=round, volunteer=world.wei, building=more, by=world.chen)
    assert cost() == (2, 3)
