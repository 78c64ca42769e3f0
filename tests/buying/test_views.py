"""The pages of a list: work, refuse in words and lose nothing of what was typed; polls cost what they should."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from buying.arrivals import Counted, record_arrival
from buying.models import BuyingRules, GroupOrder, Item, LineChange, OrderLine
from buying.orders import close_order
from tests.buying.buys import Buy
from tests.buying.test_joint import make_final, together
from tests.world import CANARY, make_building, move_in


@pytest.fixture
def zhao(client, world):
    client.force_login(world.zhao)
    client.cookies["django_language"] = "en"
    return client


def at(name, *keys):
    return reverse(f"buying:{name}", args=keys)


def moment(name, hours):
    local = timezone.localtime(timezone.now() + timedelta(hours=hours))
    return {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M}"}


def order_form(world, **changes):
    told = {"title": "鸡蛋", "category": "meat", "lead": world.zhao.pk, "minimum_kind": "pieces", "minimum": "２0"}
    return told | moment("closes_at", 5) | changes


def text_of(answer):
    return answer.content.decode()


# --- From nothing to an open list -----------------------------------------------------------------------


def test_a_lead_opens_a_list_by_clicking_what_the_pages_offer(world, zhao):
    assert at("add", world.jiamu.pk) in text_of(zhao.get(at("list")))
    answer = zhao.post(at("add", world.jiamu.pk), order_form(world))
    order = GroupOrder.objects.get()
    assert (answer.url, order.minimum_pieces, order.lead, order.state) == (
        at("item_add", order.pk),
        20,
        world.zhao,
        "draft",
    )
    thing = {"name": "鸡蛋", "measure": "piece", "unit": "盘", "price": "45元", "pack_size": "10", "total_limit": "300"}
    assert zhao.post(at("item_add", order.pk), thing).url == at("order", order.pk)
    page = text_of(zhao.get(at("order", order.pk)))
    assert (at("report", order.pk) in page, at("open", order.pk) in page) == (True, False)
    for deed in ("report", "open"):
        assert zhao.post(at(deed, order.pk)).url == at("order", order.pk)
    page = text_of(zhao.get(at("order", order.pk)))
    assert "20 more to go" in page
    assert at("texts", order.pk) in page
    assert at("order", order.pk) in text_of(zhao.get(at("list")))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"minimum_kind": "money", "minimum": "€ 50,00"}, "Amounts here are in yuan"),
        ({"minimum": "2.5"}, "Give a whole number"),
        ({"minimum": "-3"}, "Give a whole number"),
        ({"minimum": ""}, "Give a whole number"),
        (moment("closes_at", -2), "The closing time is in the past."),
        (moment("closes_at", 24 * 40), "A list stays open for 30 days at the most."),
        (moment("arrives_at", 1), "The goods arrive after the list has closed, not before."),
    ],
)
def test_bad_input_gets_a_sentence_and_loses_nothing(world, zhao, changes, sentence):
    answer = zhao.post(at("add", world.jiamu.pk), order_form(world, note="自提", **changes))
    assert (answer.status_code, GroupOrder.objects.count()) == (422, 0)
    assert sentence in text_of(answer)
    assert "自提" in text_of(answer)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"price": "€ 50,00"}, "Amounts here are in yuan"),
        ({"price": "NaN"}, "Give an amount in yuan"),
        ({"price": "12.345"}, "nothing smaller than a cent"),
        ({"pack_size": "0"}, "Give a whole number from 1 to 10000."),
        ({"pack_size": "30"}, "The minimum is below one carton"),
        ({"household_limit": "9" * 30}, "Give a whole number"),
        ({"household_limit": "5", "total_limit": "3"}, "One household cannot have more"),
        ({"measure": "weight", "total_limit": "x"}, "Give a weight in kilograms"),
    ],
)
def test_a_thing_that_makes_no_sense_is_refused(world, zhao, changes, sentence):
    buy = Buy(world, is_open=False, minimum_kind="pieces", minimum_pieces=20)
    Item.objects.all().delete()
    thing = {"name": "米", "measure": "piece", "unit": "袋", "price": "10", "pack_size": "1"} | changes
    answer = zhao.post(at("item_add", buy.order.pk), thing)
    assert (answer.status_code, Item.objects.count()) == (422, 0)
    assert sentence in text_of(answer)


def test_things_papers_rules_and_time_are_changed_on_their_pages(world, zhao, client):
    buy = Buy(world)
    thing = {
        "name": "土鸡蛋",
        "measure": "piece",
        "unit": "盘",
        "price": "45",
        "pack_size": "1",
        "household_limit": "2",
    }
    assert zhao.post(at("item_edit", buy.eggs.pk), thing).url == at("order", buy.order.pk)
    papers = {"seen": ["licence", "driver"], **moment("tested_at", -3)}
    assert zhao.post(at("papers", buy.order.pk), papers).url == at("order", buy.order.pk)
    assert zhao.post(at("extend", buy.order.pk), moment("closes_at", 9)).url == at("order", buy.order.pk)
    assert zhao.post(at("edit", buy.order.pk), order_form(world, title="蛋")).url == at("order", buy.order.pk)
    locked = (buy.fresh().title, buy.order.category, buy.order.closes_at > timezone.now() + timedelta(hours=8))
    assert locked == ("蛋", "vegetables", True)
    client.force_login(world.chen)
    rules = {"report_first": "on", "quiet_from": "21:00", "quiet_until": "06:00"}
    assert client.post(at("rules", world.jiamu.pk), rules).url == at("list")
    assert BuyingRules.objects.get().quiet_from.hour == 21
    assert (Item.objects.get().household_limit, buy.order.papers.count()) == (2, 2)
    assert client.post(at("cancel", buy.order.pk), {"reason": "没车"}).url == at("order", buy.order.pk)
    assert buy.fresh().state == "cancelled"


def test_a_press_that_came_too_late_says_so(world, zhao):
    buy = Buy(world)
    close_order(order=buy.order, by=world.chen)
    answer = zhao.post(at("close", buy.order.pk), follow=True)
    assert "This group buy is “closed” by now" in text_of(answer)


# --- Looking ------------------------------------------------------------------------------------------


def test_the_live_part_answers_304_until_something_moves(world, zhao):
    buy = Buy(world, minimum_kind="pieces", minimum_pieces=20)
    page = text_of(zhao.get(at("order", buy.order.pk)))
    tag = re.search(r'data-etag="([^"]+)"', page.replace("&quot;", '"').replace('data-etag=""', 'data-etag="'))[1]
    first = zhao.get(at("live", buy.order.pk))
    assert tag.strip('"') == first["ETag"].strip('"')
    again = zhao.get(at("live", buy.order.pk), HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    buy.wants(world.lin_home, 2)
    moved = zhao.get(at("live", buy.order.pk), HTTP_IF_NONE_MATCH=first["ETag"])
    assert moved.status_code == 200
    assert "18 more to go" in text_of(moved)


def test_polls_and_pages_cost_the_same_for_one_household_and_for_forty(world, zhao, django_assert_num_queries):
    buy = Buy(world, minimum_kind="pieces", minimum_pieces=200)
    buy.wants(world.lin_home, 1)
    budgets = {"live": 7, "order": 11, "lines": 10, "list": 10}
    for crowd in (0, 20):
        building = make_building(world.jiamu, f"{20 + crowd}", floors=10, doors=2)
        for number, door in enumerate(building.doors.all()[:crowd]):
            buy.wants(move_in(door, f"住{number}"), 1)
        for name, budget in budgets.items():
            keys = [] if name == "list" else [buy.order.pk]
            with django_assert_num_queries(budget):
                zhao.get(at(name, *keys))


def test_a_lead_of_another_building_sees_sums_and_only_their_own_rooms(world, client):
    buy = Buy(world, lead=world.chen)
    buy.wants(world.lin_home, 1)
    buy.wants(world.far_home, 2)
    client.force_login(world.zhao)
    page = text_of(client.get(at("lines", buy.order.pk)))
    assert ("502" in page, "402" in page) == (True, False)
    client.force_login(world.chen)
    page = text_of(client.get(at("lines", buy.order.pk)))
    assert ("502" in page, "402" in page) == (True, True)
    assert "林小雨" not in page


def test_the_calendar_says_what_is_quiet_and_what_is_crowded(world, zhao):
    late = (timezone.localtime() + timedelta(days=2)).replace(hour=23, minute=0)
    for minute in (0, 30):
        Buy(world, arrives_at=late.replace(minute=minute), quiet_ok=True)
    page = text_of(zhao.get(at("calendar")))
    assert (page.count("quiet hours 22:00–07:00"), page.count("two lorries in one hour")) == (2, 2)


# --- Typing for a household ---------------------------------------------------------------------------


def test_a_household_on_the_phone_is_typed_for(world, zhao):
    buy = Buy(world)
    found = zhao.get(at("find_home", buy.order.pk), {"building": world.building1.pk, "room": "0502"})
    assert found.url == at("home", buy.order.pk, world.lin_home.pk)
    told = {f"q-{buy.eggs.pk}": "２", f"saw-{buy.eggs.pk}": "0", "how": "phone", "caller": "女儿"}
    assert zhao.post(found.url, told).url == at("lines", buy.order.pk)
    change = LineChange.objects.get()
    assert (change.quantity, change.how, change.by, change.caller) == (2, "phone", world.zhao, "女儿")
    refused = zhao.post(found.url, told | {f"q-{buy.eggs.pk}": "2.5"})
    assert (refused.status_code, 'value="2.5"' in text_of(refused)) == (422, True)
    stale = zhao.post(found.url, told | {f"q-{buy.eggs.pk}": "4"})
    assert "Your household has ordered 2 盘 of 鸡蛋 in the meantime" in text_of(stale)
    assert buy.stands(world.lin_home) == 2


def test_who_types_for_whom(world, client):
    buy = Buy(world, lead=world.chen)
    client.force_login(world.zhao)
    client.cookies["django_language"] = "en"
    answers = [client.get(at("home", buy.order.pk, home.pk)).status_code for home in (world.lin_home, world.far_home)]
    assert answers == [200, 404]
    led = Buy(world)
    assert client.get(at("home", led.order.pk, world.far_home.pk)).status_code == 200
    assert client.get(at("home", led.order.pk, world.other_home.pk)).status_code == 404
    nobody = client.get(at("find_home", led.order.pk), {"building": world.building1.pk, "room": "999"}, follow=True)
    assert "Nobody is known behind this door" in text_of(nobody)


# --- Together -------------------------------------------------------------------------------------------


def test_two_leads_buy_together_and_see_nothing_of_each_others_households(world, zhao, client):
    buy = Buy(world, minimum_kind="pieces", minimum_pieces=4)
    buy.wants(world.lin_home, 2)
    code = re.search(r'invite-code">([^<]+)', text_of(zhao.post(at("invite", buy.order.pk))))[1]
    theirs = Buy(world, compound=world.hexin, lead=world.sun, title=f"{CANARY}蛋")
    theirs.wants(world.other_home, 2)
    client.force_login(world.sun)
    told = {"code": code.lower(), "order": theirs.order.pk}
    looked = text_of(client.post(at("join", world.hexin.pk), told))
    assert ("佳木大厦" in looked, "502" in looked) == (True, False)
    assert client.post(at("join", world.hexin.pk), told | {"join": "1"}).url == at("order", theirs.order.pk)
    page = text_of(client.get(at("order", theirs.order.pk)))
    assert ("佳木大厦" in page, "¥90.00" in page, "赵楼长" in page, "502" in page) == (True, True, False, False)
    for name in ("order", "lines", "edit", "texts", "live"):
        assert client.get(at(name, buy.order.pk)).status_code == 404
    client.force_login(world.zhao)
    page = text_of(client.get(at("order", buy.order.pk)))
    assert page.count(CANARY) == page.count(f"{CANARY}和欣苑")
    assert client.get(at("order", theirs.order.pk)).status_code == 404


def test_a_wrong_code_and_a_side_of_ones_own_are_refused_in_words(world, zhao):
    refused = zhao.post(at("join", world.jiamu.pk), {"code": "AAAA-BBBB-CCCC", "join": "1"})
    assert (refused.status_code, "This code is not valid" in text_of(refused)) == (422, True)
    buy = Buy(world)
    for name in ("confirm", "leave"):
        answer = zhao.post(at(name, buy.order.pk), {"reason": "x"}, follow=True)
        assert "This list is in no joint buy." in text_of(answer)


def test_each_side_counts_for_itself_before_it_sees_the_others_count(world, zhao, client):
    buy = Buy(world)
    buy.wants(world.lin_home, 2)
    theirs = Buy(world, compound=world.hexin, lead=world.sun)
    theirs.wants(world.other_home, 3)
    side = together(world, buy, theirs)
    make_final(buy, theirs)
    zhao.post(at("place", buy.order.pk))
    record_arrival(order=buy.order, counted=[Counted(buy.eggs, 5)], by=world.zhao)
    count = {"hand": "gives", f"c-{theirs.eggs.pk}": "2"}
    assert zhao.post(at("handover", side.pk), count).url == at("handover", side.pk)
    client.force_login(world.sun)
    assert "2 盘" not in text_of(client.get(at("handover", side.pk)))
    for typed in ("", "-1", "x", "2.5"):
        taken = {"hand": "takes", f"c-{theirs.eggs.pk}": typed}
        assert client.post(at("handover", side.pk), taken).status_code == 422
    forged = {"hand": "gives", f"c-{theirs.eggs.pk}": "3"}
    client.post(at("handover", side.pk), forged)
    assert sorted(side.handovers.values_list("hand", "by__username")) == [("gives", "zhao"), ("takes", "sun")]
    assert "differs" in text_of(client.get(at("handover", side.pk)))
    client.post(at("handover", side.pk), {"hand": "takes", f"c-{theirs.eggs.pk}": "2"})
    assert "Both sides counted the same" in text_of(client.get(at("handover", side.pk)))
    assert OrderLine.objects.count() == 2
