"""Group buys after the order: who keeps the list counts, shares out, delivers and settles; building leads see their
own sheets and tell their own doors; officers only look at the list itself."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from buying.arrivals import Counted, record_arrival
from buying.delivering import open_delivery, plan_delivery
from buying.models import GroupOrder
from buying.ordering import set_lines
from buying.settlement import add_charge, note_money
from buying.sharing_plans import plan_sharing, share_out
from rounds.models import Visit
from tests.permission_table.buying import opened

PLAIN: dict = {}

#                             object       method steward officer lead  beside
OBJECT = {
    "buying:arrival":           ("came",         "FORM", 200, 403, 403, 403),
    "buying:arrival_take_back": ("came_lorry",   "POST", 302, 403, 403, 403),
    "buying:sharing":           ("came",         "GET",  200, 403, 403, 403),
    "buying_leftover":          ("came",         "FORM", 200, 403, 403, 403),
    "buying:sheet":             ("came",         "GET",  200, 403, 200, 200),
    "buying:labels":            ("came",         "GET",  200, 403, 200, 200),
    "buying:delivery":          ("came",         "FORM", 200, 403, 403, 403),
    "buying:delivery_edit":     ("came_round",   "FORM", 200, 403, 403, 403),
    "buying:delivery_open":     ("came_round",   "POST", 302, 403, 403, 403),
    "buying:door":              ("came_visit",   "FORM", 200, 403, 200, 404),
    "buying:gate":              ("came_home",    "POST", 302, 403, 403, 403),
    "buying:money":             ("came",         "GET",  200, 403, 403, 403),
    "buying:money_note":        ("came",         "POST", 422, 403, 403, 403),
    "buying:money_reverse":     ("came_entry",   "POST", 302, 403, 403, 403),
    "buying:charge_add":        ("came",         "POST", 422, 403, 403, 403),
    "buying:charge_withdraw":   ("came_charge",  "POST", 302, 403, 403, 403),
    "buying:bill":              ("came",         "POST", 422, 403, 403, 403),
    "buying:weights":           ("came",         "GET",  200, 403, 403, 403),
    "buying:settle":            ("came",         "POST", 302, 403, 403, 403),
    "reports:buying":           ("came_list",    "GET",  200, 403, 403, 403),
}  # fmt: skip

BY_SECRET: set[str] = set()

TWO = [10**9, 10**9]
MISSING = {
    "came_lorry": TWO,
    "came_home": TWO,
    "came_entry": TWO,
    "came_charge": TWO,
    "came_list": [10**9, "settlement", "csv"],
}


def things(place):
    order = opened(place, title="oil", category="staples")
    item = order.items.get()
    set_lines(order=order, household=place.household, wanted={item.pk: 2}, how="lead", by=place.steward)
    GroupOrder.objects.filter(pk=order.pk).update(state="ordered")
    order.refresh_from_db()
    lorry = record_arrival(order=order, counted=[Counted(item, 2)], by=place.steward)
    share_out(order=order, rule="first", tag=plan_sharing(order, "first").tag, by=place.steward)
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    window = {"starts_at": noon, "ends_at": noon + timedelta(hours=2)}
    row = plan_delivery(order=order, by=place.steward, **window)
    open_delivery(delivery=row, by=place.steward)
    paid = {"household": place.household, "amount": Decimal("5.00"), "way": "cash"}
    entry = note_money(order=order, kind="paid", by=place.steward, **paid)
    charge = add_charge(order=order, name="van", amount=Decimal("5.00"), is_equal=True, by=place.steward)
    return {
        "came": [order.pk],
        "came_lorry": [order.pk, lorry.pk],
        "came_home": [order.pk, place.household.pk],
        "came_entry": [order.pk, entry.pk],
        "came_charge": [order.pk, charge.pk],
        "came_round": [row.round_id],
        "came_visit": [Visit.objects.get(round=row.round_id, household=place.household).pk],
        "came_list": [order.pk, "settlement", "csv"],
    }
