"""The demo's group buys: one that collects, a joint one between tower and estate, one that waits for a decision."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from buying.joint import invite_partner, join_buy
from buying.models import GroupOrder, Item
from buying.ordering import set_lines
from buying.orders import add_item, close_order, create_order, open_order, report_order, tick_papers
from compound.demo_buying_arrived import show_arrived_buy
from residents.models import Compound, Household, User


def show_group_buys(tower: Compound, chen: User, estate: Compound, sun: User, luck: random.Random) -> None:
    now = timezone.now()
    _vegetables(tower, chen, now, luck)
    _eggs_together(tower, chen, estate, sun, now, luck)
    _milk_that_lacks_some(estate, sun, now, luck)
    show_arrived_buy(tower, chen, luck)


def _an_order(compound: Compound, lead: User, things: list[dict], **facts) -> GroupOrder:
    order = create_order(compound=compound, lead=lead, by=lead, quiet_ok=True, **facts)
    for thing in things:
        add_item(order=order, **thing)
    papers = ["licence", "supply", "pass", "driver"]
    tick_papers(order=order, seen=papers, tested_at=timezone.now() - timedelta(hours=20), by=lead)
    report_order(order=order, by=lead)
    open_order(order=order, by=lead)
    return order


def _orders(order: GroupOrder, lead: User, count: int, luck: random.Random, most: int = 2) -> None:
    """`count` households of the compound want something; every fourth called."""
    homes = Household.objects.lived_in().filter(door__building__compound=order.compound)
    homes = list(homes.select_related("door__building").order_by("pk"))
    items = list(Item.objects.filter(order=order))
    for number, home in enumerate(luck.sample(homes, min(count, len(homes)))):
        wanted = {item.pk: luck.randint(1, most) * item.scale for item in items if item is items[0] or number % 3 == 0}
        set_lines(
            order=order,
            household=home,
            wanted=wanted,
            how="phone" if number % 4 == 0 else "lead",
            by=lead,
            caller="女儿代订" if number % 8 == 0 else "",
        )


def _evening(now: datetime, days: int, hour: int) -> datetime:
    return (timezone.localtime(now) + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def _vegetables(tower: Compound, chen: User, now: datetime, luck: random.Random) -> None:
    order = _an_order(
        tower,
        chen,
        [
            {"name": "蔬菜包 A", "spec": "青菜、土豆、番茄等 8 样，约 5 公斤", "unit": "份", "price": Decimal("58.00")},
            {"name": "五花肉", "spec": "冷鲜", "measure": "weight", "unit": "公斤", "price": Decimal("39.90")},
        ],
        title="蔬菜包和鲜肉",
        category="vegetables",
        supplier="南街保供蔬果",
        minimum_kind="pieces",
        minimum_pieces=60,
        closes_at=now + timedelta(hours=5),
        arrives_at=_evening(now, 2, 9),
        gate="南门",
        payment_note="微信转给团长，备注楼号室号",
        note="叶菜当天吃完，肉请尽快冷藏",
        is_at_cost=True,
    )
    _orders(order, chen, 27, luck)


def _eggs_together(
    tower: Compound, chen: User, estate: Compound, sun: User, now: datetime, luck: random.Random
) -> None:
    """Too few in the tower for a lorry of eggs, so the estate next door orders along."""
    eggs = {"name": "鸡蛋", "spec": "30 枚一盘", "unit": "盘", "price": Decimal("45.00"), "pack_size": 10}
    facts = {
        "title": "鸡蛋",
        "category": "meat",
        "supplier": "南街禽蛋",
        "closes_at": now + timedelta(hours=3),
        "arrives_at": _evening(now, 1, 23),  # in the quiet hours: it stays at the gate
        "gate": "北门",
    }
    host = _an_order(tower, chen, [eggs | {"household_limit": 3}], minimum_kind="pieces", minimum_pieces=100, **facts)
    guest = _an_order(estate, sun, [eggs | {"price": Decimal("46.00")}], **facts)
    _orders(host, chen, 34, luck)
    _orders(guest, sun, 20, luck)
    join_buy(code=invite_partner(order=host, by=chen), compound=estate, by=sun, order=guest)


def _milk_that_lacks_some(estate: Compound, sun: User, now: datetime, luck: random.Random) -> None:
    order = _an_order(
        estate,
        sun,
        [{"name": "鲜牛奶", "spec": "950 ml × 2", "unit": "组", "price": Decimal("32.00"), "pack_size": 6}],
        title="鲜牛奶",
        category="dairy",
        supplier="南街乳品站",
        minimum_kind="money",
        minimum_money=Decimal("1500.00"),
        closes_at=now + timedelta(minutes=30),
        note="收到请冷藏",
    )
    _orders(order, sun, 18, luck)
    close_order(order=order, by=sun, why="订得不多，提前截单")
