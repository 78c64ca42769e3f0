"""A list's life: made, reported, opened, closed by hand or by the clock, given more time, called off, placed."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from buying.models import BuyingRules, GroupOrder, Item, OrderStep, PaperSeen
from buying.orders import (
    cancel_order,
    change_item,
    change_order,
    close_due_orders,
    close_order,
    extend_order,
    open_order,
    place_order,
    remind_of_closing,
    remove_item,
    report_order,
    tick_papers,
)
from buying.progress import progress_of
from buying.services import BuyingError
from notices.models import Message
from tests.buying.buys import HOUR, Buy
from tests.world import CANARY

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def states(buy) -> list[tuple[str, str]]:
    return list(OrderStep.objects.filter(order=buy.order).order_by("pk").values_list("was", "became"))


def at_hour(hour, days=2) -> datetime:
    day = timezone.now().astimezone(SHANGHAI) + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def test_a_list_goes_from_draft_to_the_supplier(world, buy):
    buy.wants(world.lin_home, 2)
    close_order(order=buy.order, by=world.zhao)
    place_order(order=buy.order, by=world.zhao)
    assert states(buy) == [("draft", "open"), ("open", "closed"), ("closed", "ordered")]


def test_the_committee_hears_of_it_before_a_list_opens(world):
    buy = Buy(world, is_open=False, supplier="蔬果公司")
    with pytest.raises(BuyingError, match="report this group buy"):
        open_order(order=buy.order, by=world.zhao)
    tick_papers(order=buy.order, seen=["licence"], tested_at=None, by=world.zhao)
    report_order(order=buy.order, by=world.zhao)
    told = Message.objects.get(reminder=f"buying-report:{buy.order.pk}")
    assert (told.user, told.channel) == (world.chen, "inbox")
    assert told.body.count("蔬果公司") == told.body.count("鸡蛋 ¥45.00/盘") == 1
    open_order(order=buy.order, by=world.zhao)
    assert buy.fresh().state == "open"


def test_a_committee_that_does_not_ask_for_it_is_not_waited_for(world):
    BuyingRules.objects.create(compound=world.jiamu, report_first=False)
    buy = Buy(world, is_open=False)
    open_order(order=buy.order, by=world.zhao)
    assert buy.fresh().state == "open"


def test_one_category_at_a_time_where_the_committee_wants_it(world):
    BuyingRules.objects.create(compound=world.jiamu, one_a_category=True)
    first = Buy(world)
    with pytest.raises(BuyingError, match="one list of"):
        Buy(world)
    Buy(world, category="dairy")
    Buy(world, compound=world.hexin, lead=world.sun)
    assert GroupOrder.objects.filter(state="open").count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupOrder.objects.filter(state="draft").update(state="open", is_alone=True, category=first.order.category)


def test_a_minimum_is_reached_by_what_everybody_ordered(world):
    buy = Buy(world, minimum_kind="pieces", minimum_pieces=5)
    buy.wants(world.lin_home, 2)
    progress = progress_of(buy.order)
    assert (progress.missing, progress.percent, progress.is_reached) == (3, 40, False)
    close_order(order=buy.order, by=world.zhao)
    with pytest.raises(BuyingError, match="3"):
        place_order(order=buy.order, by=world.zhao)
    buy.wants(world.far_home, 3)
    place_order(order=buy.order, by=world.zhao)
    assert buy.fresh().state == "ordered"


def test_a_minimum_in_money_counts_weight_to_the_cent(world):
    buy = Buy(world, minimum_kind="money", minimum_money=Decimal("100.00"))
    pork = buy.add("肉", measure="weight", unit="kg", price=Decimal("39.90"))
    buy.wants(world.lin_home, 1)
    buy.wants(world.lin_home, 1250, item=pork)
    progress = progress_of(buy.order)
    assert (progress.money, progress.missing) == (Decimal("94.88"), Decimal("5.12"))


def test_an_empty_list_is_not_placed_even_without_a_minimum(world, buy):
    close_order(order=buy.order, by=world.zhao)
    with pytest.raises(BuyingError):
        place_order(order=buy.order, by=world.zhao)
    assert buy.fresh().state == "closed"


@pytest.mark.parametrize(
    "facts",
    [
        {"closes_at": "past"},
        {"closes_at": "far"},
        {"arrives_at": "before"},
        {"minimum_kind": "pieces"},
        {"minimum_kind": "none", "minimum_pieces": 3},
        {"minimum_kind": "pieces", "minimum_pieces": 0},
        {"minimum_kind": "money", "minimum_money": Decimal("-1")},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_written(world, facts):
    now = timezone.now()
    moments = {"past": now - HOUR, "far": now + timedelta(days=31), "before": now + HOUR}
    facts = {name: moments.get(value, value) if isinstance(value, str) else value for name, value in facts.items()}
    with pytest.raises(BuyingError):
        Buy(world, **facts)
    assert GroupOrder.objects.count() == 0


def test_a_minimum_below_one_carton_is_refused(world):
    buy = Buy(world, is_open=False, minimum_kind="pieces", minimum_pieces=12, thing={"pack_size": 10})
    with pytest.raises(BuyingError, match="10"):
        change_order(order=buy.order, minimum_pieces=9)
    with pytest.raises(BuyingError, match="450"):
        change_order(order=buy.order, minimum_kind="money", minimum_pieces=None, minimum_money=Decimal("449.99"))
    assert (buy.fresh().minimum_kind, buy.order.minimum_pieces) == ("pieces", 12)


def test_quiet_hours_are_refused_unless_the_lead_says_the_goods_wait_at_the_gate(world):
    late, early = at_hour(23), at_hour(3)
    for hour in (late, early):
        with pytest.raises(BuyingError, match="22:00"):
            Buy(world, arrives_at=hour)
    Buy(world, arrives_at=at_hour(9))
    quiet = Buy(world, arrives_at=late, quiet_ok=True)
    assert quiet.order.arrives_at == late


def test_the_papers_stay_on_record_also_when_a_tick_goes(world, buy):
    sampled = timezone.now() - timedelta(hours=47)
    tick_papers(order=buy.order, seen=["licence", "driver"], tested_at=sampled, by=world.zhao)
    tick_papers(order=buy.order, seen=["driver"], tested_at=sampled, by=world.zhao)
    standing = PaperSeen.objects.filter(order=buy.order, withdrawn_at=None)
    assert [paper.paper for paper in standing] == ["driver"]
    assert PaperSeen.objects.count() == 2
    now = timezone.now()
    assert [standing[0].is_good(now), standing[0].is_good(now + 2 * HOUR)] == [True, False]
    for seen, tested_at in ((["driver"], None), (["driver"], timezone.now() + HOUR)):
        with pytest.raises(BuyingError):
            tick_papers(order=buy.order, seen=seen, tested_at=tested_at, by=world.zhao)


# --- Things ---------------------------------------------------------------------------------------


def test_what_was_ordered_keeps_its_price(world, buy):
    change_item(item=buy.eggs, price=Decimal("44.00"))
    buy.wants(world.lin_home, 2)
    for facts in ({"price": Decimal("43.00")}, {"unit": "箱"}, {"measure": "weight"}):
        with pytest.raises(BuyingError):
            change_item(item=buy.eggs, **facts)
    change_item(item=buy.eggs, spec="30枚", total_limit=2, household_limit=2)
    for limit in ({"total_limit": 1, "household_limit": 1}, {"household_limit": 1}):
        with pytest.raises(BuyingError):
            change_item(item=buy.eggs, **limit)
    with pytest.raises(BuyingError):
        remove_item(item=buy.eggs)
    eggs = Item.objects.get(pk=buy.eggs.pk)
    assert (eggs.price, eggs.unit, eggs.spec, eggs.total_limit) == (Decimal("44.00"), "盘", "30枚", 2)


def test_a_thing_stands_once_on_a_list_and_goes_while_nobody_wants_it(world, buy):
    with pytest.raises(BuyingError):
        buy.add("鸡蛋")
    with pytest.raises(BuyingError):
        buy.add("米", household_limit=3, total_limit=2)
    milk = buy.add("牛奶")
    remove_item(item=milk)
    assert list(buy.order.items.values_list("name", flat=True)) == ["鸡蛋"]


def test_a_closed_list_stays_as_it_is(world, buy):
    close_order(order=buy.order, by=world.zhao)
    with pytest.raises(BuyingError):
        change_order(order=buy.order, title="米")
    with pytest.raises(BuyingError):
        buy.add("米")


def test_an_open_list_keeps_its_hour_and_category(world, buy):
    change_order(order=buy.order, title="蛋", closes_at=timezone.now() + 9 * HOUR)
    assert (buy.fresh().title, buy.order.closes_at < timezone.now() + 4 * HOUR) == ("蛋", True)
    with pytest.raises(BuyingError):
        change_order(order=buy.order, category="dairy")


# --- More time, and the end of it -----------------------------------------------------------------


def test_more_time_opens_a_closed_list_again(world, buy):
    close_order(order=buy.order, by=world.zhao)
    until = timezone.now() + 9 * HOUR
    extend_order(order=buy.order, closes_at=until, by=world.zhao)
    assert (buy.fresh().state, buy.order.closes_at) == ("open", until)
    for closes_at in (until - HOUR, until, timezone.now() + timedelta(days=40)):
        with pytest.raises(BuyingError):
            extend_order(order=buy.order, closes_at=closes_at, by=world.zhao)
    assert states(buy)[-1] == ("closed", "open")


def test_called_off_says_why_and_is_for_good(world, buy):
    with pytest.raises(BuyingError):
        cancel_order(order=buy.order, reason="  ", by=world.zhao)
    cancel_order(order=buy.order, reason="供应商没有车", by=world.zhao)
    assert buy.order.steps.last().why == "供应商没有车"
    for deed in (
        lambda: open_order(order=buy.order, by=world.zhao),
        lambda: close_order(order=buy.order, by=world.zhao),
        lambda: extend_order(order=buy.order, closes_at=timezone.now() + 9 * HOUR, by=world.zhao),
        lambda: cancel_order(order=buy.order, reason="再来", by=world.zhao),
    ):
        with pytest.raises(BuyingError):
            deed()


def test_the_clock_closes_a_list_once_and_tells_its_lead(world):
    buy = Buy(world, minimum_kind="pieces", minimum_pieces=5)
    still = Buy(world, title="米", closes_at=timezone.now() + 9 * HOUR)
    later = timezone.now() + 4 * HOUR
    assert [order.pk for order in close_due_orders(later)] == [buy.order.pk]
    assert close_due_orders(later) == []
    assert (buy.fresh().state, still.fresh().state) == ("closed", "open")
    step = buy.order.steps.get(became="closed")
    assert (step.by, step.was) == (None, "open")
    told = Message.objects.filter(reminder=f"buying-closed:{buy.order.pk}", channel="inbox")
    assert {message.user for message in told} == {world.zhao, world.chen}
    assert not any(CANARY in message.body for message in told)


def test_a_reminder_comes_once_before_closing_and_again_when_the_hour_moves(world, buy):
    def told():
        return Message.objects.filter(reminder=f"buying-soon:{buy.order.pk}").count()

    remind_of_closing(timezone.now() + HOUR)
    assert told() == 0
    for _twice in range(2):
        remind_of_closing(timezone.now() + 2.5 * HOUR)
    assert told() == 1
    extend_order(order=buy.order, closes_at=timezone.now() + 5 * HOUR, by=world.zhao)
    remind_of_closing(timezone.now() + 4.5 * HOUR)
    assert told() == 2


def test_the_database_itself_refuses_what_a_list_cannot_be(world, buy):
    orders, items = GroupOrder.objects.filter(pk=buy.order.pk), Item.objects.filter(pk=buy.eggs.pk)
    for rows, change in (
        (orders, {"minimum_kind": "money"}),
        (orders, {"minimum_pieces": 3}),
        (orders, {"reported_at": None}),
        (orders, {"arrives_at": timezone.now() - HOUR}),
        (items, {"total_limit": 3, "ordered": 4}),
        (items, {"price": -1}),
        (items, {"pack_size": 0}),
        (items, {"household_limit": 0}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
