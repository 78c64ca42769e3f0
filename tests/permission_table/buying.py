"""Group buys: their lead and the stewards keep them, a lead of a building types for its households, officers look.

A list is the whole compound's: a lead "beside" is the lead of another building of it, and sees its sums. Of another
compound there is nothing, also when both buy together.
"""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from buying.joint import invite_partner, join_buy
from buying.models import GroupOrder
from buying.orders import add_item, create_order, open_order
from residents.models import Compound

#                            method steward officer lead volunteer no-role nobody
PLAIN = {
    "buying:list":           ("GET",  200,    200,   200,  200,      200,    302),
    "buying:calendar":       ("GET",  200,    200,   200,  200,      200,    302),
    "my_proxy":              ("GET",  200,    200,   200,  200,      200,    200),
    "my_proxy_doors":        ("GET",  401,    401,   401,  401,      401,    401),
    "my_proxy_home":         ("GET",  401,    401,   401,  401,      401,    401),
    "my_proxy_tell":         ("POST", 401,    401,   401,  401,      401,    401),
}  # fmt: skip

#                            object        method steward officer lead  beside
OBJECT = {
    "buying:add":            ("compound",   "FORM", 200, 403, 200, None),
    "buying:rules":          ("compound",   "FORM", 200, 403, 403, None),
    "buying:join":           ("compound",   "FORM", 200, 403, 200, None),
    "buying:order":          ("buy",        "GET",  200, 200, 200, 200),
    "buying:live":           ("buy",        "GET",  200, 200, 200, 200),
    "buying:texts":          ("buy",        "GET",  200, 200, 200, 200),
    "buying:lines":          ("buy",        "GET",  200, 200, 200, 200),
    "buying:find_home":      ("buy",        "GET",  302, 302, 302, 302),
    "buying:home":           ("buy_home",   "FORM", 200, 403, 200, 404),
    "buying:edit":           ("buy",        "FORM", 200, 403, 403, 403),
    "buying:item_add":       ("buy",        "FORM", 200, 403, 403, 403),
    "buying:item_edit":      ("buy_item",   "FORM", 200, 403, 403, 403),
    "buying:item_remove":    ("buy_item",   "POST", 302, 403, 403, 403),
    "buying:papers":         ("buy",        "GET",  200, 403, 403, 403),
    "buying:report":         ("buy",        "POST", 302, 403, 403, 403),
    "buying:open":           ("buy",        "POST", 302, 403, 403, 403),
    "buying:extend":         ("buy",        "FORM", 200, 403, 403, 403),
    "buying:lead":           ("buy",        "FORM", 200, 403, 403, 403),
    "buying:invite":         ("buy",        "POST", 200, 403, 403, 403),
    "buying:confirm":        ("buy",        "POST", 302, 403, 403, 403),
    "buying:leave":          ("buy",        "FORM", 200, 403, 403, 403),
    "buying:place":          ("buy",        "POST", 302, 403, 403, 403),
    "buying:close":          ("buy",        "POST", 302, 403, 403, 403),
    "buying:cancel":         ("buy",        "FORM", 200, 403, 403, 403),
    "buying:handover":       ("buy_side",   "FORM", 200, 403, 403, 403),
}  # fmt: skip

# The secret decides: tests/compound/test_home_buying.py
BY_SECRET = {"home_buying", "home_buying_live", "home_complain"}

MISSING = {"buy_home": [10**9, 10**9]}


def an_order(place, **changes) -> GroupOrder:
    facts = {"title": "eggs", "closes_at": timezone.now() + timedelta(hours=2)} | changes
    order = create_order(compound=place.compound, lead=place.steward, by=place.steward, **facts)
    add_item(order=order, name="eggs", unit="tray", price=Decimal("45.00"))
    order.reported_at, order.reported_by = timezone.now(), place.steward
    order.save()
    return order


def opened(place, **changes) -> GroupOrder:
    order = an_order(place, **changes)
    open_order(order=order, by=place.steward)
    order.refresh_from_db()
    return order


def things(place):
    order = opened(place)
    other = opened(place, title="milk", category="dairy")
    elsewhere, _made = Compound.objects.get_or_create(name="甲", town="t")
    side = join_buy(code=invite_partner(order=other, by=place.steward), compound=elsewhere, by=place.steward)
    return {
        "buy": [order.pk],
        "buy_item": [order.items.get().pk],
        "buy_home": [order.pk, place.household.pk],
        "buy_side": [side.pk],
    }
