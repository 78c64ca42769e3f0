"""The demo's group buy that has come: short, one thing replaced, shared out, money coming in."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from buying.arrivals import Counted, record_arrival
from buying.delivering import hand_over_at_gate
from buying.models import GroupOrder, Item
from buying.ordering import set_lines
from buying.orders import add_item, close_order, create_order, open_order, place_order, report_order
from buying.settlement import add_charge, note_money, read_settlement, tell_bill
from buying.sharing_plans import plan_sharing, share_out
from residents.models import Compound, Household, User


def show_arrived_buy(compound: Compound, lead: User, luck: random.Random) -> GroupOrder:
    order = create_order(
        compound=compound,
        lead=lead,
        by=lead,
        title="米面粮油",
        category="staples",
        supplier="南街粮油",
        gate="南门",
        closes_at=timezone.now() + timedelta(hours=1),
        payment_note="微信转给团长，备注楼号室号",
    )
    rice = add_item(order=order, name="东北大米", spec="5 kg", unit="袋", price=Decimal("42.00"), pack_size=4)
    oil = add_item(order=order, name="菜籽油", spec="1.8 L", unit="瓶", price=Decimal("36.50"))
    report_order(order=order, by=lead)
    open_order(order=order, by=lead)
    homes = Household.objects.lived_in().filter(door__building__compound=compound)
    for home in luck.sample(list(homes.order_by("pk")), 14):
        wanted = {rice.pk: luck.randint(1, 2), oil.pk: luck.randint(0, 2)}
        set_lines(order=order, household=home, wanted=wanted, how="lead", by=lead)
    close_order(order=order, by=lead)
    place_order(order=order, by=lead)
    _came_short(order, rice, oil, lead)
    _money(order, lead)
    return order


def _came_short(order: GroupOrder, rice: Item, oil: Item, lead: User) -> None:
    """Three bags of rice too few; two bottles are another brand, cheaper."""
    rice.refresh_from_db()
    oil.refresh_from_db()
    counted = [
        Counted(rice, max(0, rice.ordered - 3)),
        Counted(oil, max(0, oil.ordered - 2)),
        Counted(oil, 2, instead="葵花籽油", price=Decimal("32.00")),
    ]
    record_arrival(order=order, counted=counted, by=lead, gate="南门", note="司机说明天补三袋")
    plan = plan_sharing(order, "small")
    share_out(order=order, rule="small", tag=plan.tag, by=lead)


def _money(order: GroupOrder, lead: User) -> None:
    order.refresh_from_db()
    add_charge(order=order, name="运费", amount=Decimal("20.00"), is_equal=True, by=lead)
    books = read_settlement(order)
    for number, home in enumerate(books.homes):
        if number % 3 == 2:
            continue  # has not paid yet
        amount = home.account.due + (Decimal("42.00") if number == 0 else Decimal(0))  # paid before it came short
        if amount > 0:
            way = "cash" if number % 4 == 1 else "wechat"
            note_money(order=order, kind="paid", household=home.household, amount=amount, way=way, by=lead)
    tell_bill(order=order, amount=books.books.due, by=lead)
    first = next(home for home in books.homes if home.parcels)
    hand_over_at_gate(order=order, household=first.household, by=lead)
