"""The refusals of group buys after the order: tests/refusals/table.py says how a row reads."""

from decimal import Decimal
from functools import partial

from buying.arrivals import Counted, record_arrival, sign_handover, take_back_arrival
from buying.delivering import hand_over_at_gate, open_delivery, plan_delivery
from buying.joint import invite_partner, join_buy
from buying.leading import change_lead
from buying.leftovers import put_aside, sell_leftover
from buying.models import ArrivalCount, Delivery, MoneyEntry, Parcel
from buying.settlement import (
    add_charge,
    note_money,
    reverse_money,
    settle_order,
    tell_bill,
    weigh_parcels,
    withdraw_charge,
)
from buying.sharing_plans import plan_sharing, share_out
from rounds.services import create_round
from tests.buying.buys import Buy
from tests.buying.came import Came


def ordered(world):
    return Came(world)


def counted(world, eggs=8, pork=2500):
    came = Came(world)
    came.comes(eggs, pork)
    return came


def shared(world):
    came = counted(world)
    came.shared()
    return came


def count(world, *lots, came=None):
    came = came or ordered(world)
    record_arrival(order=came.order, counted=[lot(came) for lot in lots], by=world.chen)


def lot(came, quantity=1, **facts):
    return Counted(came.eggs, quantity, **facts)


def count_before_it_is_ordered(world):
    buy = Buy(world)
    record_arrival(order=buy.order, counted=[Counted(buy.eggs, 1)], by=world.chen)


def take_back(world, shares=False, times=1):
    came = shared(world) if shares else counted(world)
    for _time in range(times):
        take_back_arrival(arrival=came.order.arrivals.get(), why="r", by=world.chen)


def together(world, quantity=3):
    host, guest = Buy(world), Buy(world, compound=world.hexin, lead=world.sun)
    code = invite_partner(order=host.order, by=world.zhao)
    side = join_buy(code=code, compound=world.hexin, by=world.sun, order=guest.order)
    host.wants(world.lin_home, 1)
    guest.wants(world.other_home, 3)
    host.at("ordered")
    guest.at("ordered")
    record_arrival(order=host.order, counted=[Counted(host.eggs, quantity)], by=world.zhao)
    return host, guest, side


def partner_counts_a_lorry(world):
    _host, guest, _side = together(world)
    record_arrival(order=guest.order, counted=[Counted(guest.eggs, 3)], by=world.sun)


def give_more_than_there_is(world):
    _host, guest, side = together(world)
    sign_handover(side=side, hand="gives", counts={guest.eggs.pk: 4}, by=world.zhao)


def the_pile_shrank(world):
    _host, guest, side = together(world)
    sign_handover(side=side, hand="gives", counts={guest.eggs.pk: 3}, by=world.zhao)
    ArrivalCount.objects.update(shared=1)
    sign_handover(side=side, hand="takes", counts={guest.eggs.pk: 3}, by=world.sun)


def share_before_the_partner(world):
    host, _guest, _side = together(world)
    share_out(order=host.fresh(), rule="first", tag="", by=world.zhao)


def share(world, came=None, tag=None, rule="first"):
    came = came or counted(world)
    plan = plan_sharing(came.order, rule)
    share_out(order=came.order, rule=rule, tag=plan.tag if tag is None else tag, by=world.chen)


def too_much_by_hand(world):
    came = counted(world, 4)
    plan_sharing(came.order, "hand", {line.pk: 9 for line in came.eggs.lines.all()})


def share_nothing(world):
    share(world, counted(world, 0, 0))


def deliver(world, came=None, hour=12, times=1):
    came = came or shared(world)
    for _time in range(times):
        noon = came.order.closes_at.replace(hour=(hour - 8) % 24, minute=0)  # Shanghai's hour
        plan_delivery(order=came.order, starts_at=noon, ends_at=noon.replace(minute=30), by=world.chen)


def deliver_twice(world):
    came = shared(world)
    came.on_the_way()
    deliver(world, came)


def open_what_is(world, state):
    came = shared(world)
    round = create_round(**world.round_form(kind="buying"))
    row = Delivery.objects.create(order=came.order, round=round, made_by=world.chen)
    if state == "empty":
        Parcel.objects.all().update(handover="given")
    else:
        came.at(state)
    open_delivery(delivery=row, by=world.chen)


def fetch(world, came=None, home=None):
    came = came or shared(world)
    hand_over_at_gate(order=came.order, household=home or world.other_home, by=world.chen)


def note(world, came=None, **facts):
    came = came or shared(world)
    told = {"kind": "paid", "amount": Decimal(5), "way": "cash", "household": world.lin_home, "by": world.chen}
    return note_money(order=came.order, **told | facts)


def reverse(world, what):
    came = shared(world)
    entry = note(world, came)
    undo = reverse_money(entry=entry, why="r", by=world.chen)
    reverse_money(entry={"entry": entry, "undo": undo}[what], why="r", by=world.chen)


def charge(world, name="v", amount=1, times=0):
    came = shared(world)
    row = add_charge(order=came.order, name=name, amount=Decimal(amount), is_equal=True, by=world.chen)
    for _time in range(times):
        withdraw_charge(charge=row, by=world.chen)


def weigh(world, grams=None):
    came = shared(world)
    pork = Parcel.objects.get(line__item=came.pork, line__household=world.lin_home)
    weigh_parcels(order=came.order, grams={10**9: 5} if grams is None else {pork.pk: grams}, by=world.chen)


def settle(world, came=None, state=None):
    came = came or shared(world)
    if state:
        came.at(state)
    settle_order(order=came.order, by=world.chen)


def note_when_settled(world):
    came = ordered(world)
    came.at("cancelled")
    settle(world, came)
    assert MoneyEntry.objects.count() == 0
    tell_bill(order=came.order, amount=Decimal(1), by=world.chen)


def aside(world, quantity=1, goes="next", note="", thing=None, came=None):
    came = came or counted(world, eggs=10)
    item = thing or came.eggs
    put_aside(order=came.order, item=item, quantity=quantity, goes=goes, note=note, by=world.chen)


def sell_to_a_stranger(world):
    came = counted(world, eggs=10)
    sell_leftover(order=came.order, item=came.eggs, household=world.other_home, quantity=1, by=world.chen)


def aside_of_another_list(world):
    aside(world, thing=Buy(world).eggs)


def aside_before_it_came(world):
    aside(world, came=ordered(world))


def lead_again(world):
    came = ordered(world)
    change_lead(order=came.order, lead=came.lead, why="r", by=world.chen)


def lead_what_is_over(world):
    came = ordered(world)
    came.at("cancelled")
    change_lead(order=came.order, lead=world.chen, why="r", by=world.chen)


SHARE_FIRST = ("Share out first what came.", "请先把到的货分好。")
AMOUNT = ("An amount is more than nothing, and at most a million yuan.", "金额要大于零，最多一百万元。")

ROWS = {
    "lead: the same": (lead_again, "This person leads the list already.", "这张单本来就由他负责。"),
    "lead: over": (
        lead_what_is_over,
        "This list is over: nobody has to lead it any more.",
        "这张单已结束，不用再换团长。",
    ),
    "leftover: nowhere": (lambda world: aside(world, goes="x"), "Choose where it goes.", "请选择去向。"),
    "leftover: to nobody": (
        lambda world: aside(world, goes="shared"),
        "Say to whom it was given, without a name.",
        "请写明给了谁，不写姓名。",
    ),
    "leftover: too much": (
        lambda world: aside(world, 3),
        "鸡蛋: only 2 盘 are over; the rest somebody waits for.",
        "鸡蛋：只多出 2 盘，其余有人在等。",
    ),
    "leftover: nothing": (
        lambda world: aside(world, 0),
        "Say how much of it, more than nothing.",
        "请写明数量，要大于零。",
    ),
    "leftover: not here": (
        aside_before_it_came,
        "Nothing is over on this list: it lies here only between arrival and settlement.",
        "这张单没有多余的货：只有到货后、结清前才有。",
    ),
    "leftover: of another list": (
        aside_of_another_list,
        "This thing is not on the list any more. Look at the list again.",
        "这件商品已不在单子上，请刷新再看。",
    ),
    "leftover: to a stranger": (
        sell_to_a_stranger,
        "This household does not live in the compound that orders.",
        "这一户不住在开团的小区。",
    ),
    "nothing on its way": (
        count_before_it_is_ordered,
        "Nothing is on its way for this list: order it first.",
        "这张单还没有下单，没有货在路上。",
    ),
    "nothing counted": (count, "Count at least one thing.", "至少点一样货。"),
    "a partner's lorry": (
        partner_counts_a_lorry,
        "Your part comes with the handover at the gate: count it there.",
        "你们的货在门口交接，请在交接页清点。",
    ),
    "counted twice": (
        lambda world: count(world, lot, lot),
        "One thing was counted twice. Put the numbers together.",
        "同一样货点了两次，请合在一起填。",
    ),
    "a price alone": (
        lambda world: count(world, partial(lot, price=Decimal(1))),
        "A price of its own is for what came instead; name it.",
        "单独的价格只用于替代品，请写明替代品名称。",
    ),
    "no price": (
        lambda world: count(world, partial(lot, instead="鹌鹑蛋")),
        "Say what one of “鹌鹑蛋” costs.",
        "请填“鹌鹑蛋”的单价。",
    ),
    "taken back after sharing": (
        lambda world: take_back(world, shares=True),
        "Something of it was shared out already: what is given stays given.",
        "这批货已经分出去一部分，不能撤回。",
    ),
    "taken back twice": (
        lambda world: take_back(world, times=2),
        "This count was taken back already.",
        "这次清点已经撤回。",
    ),
    "more than there": (give_more_than_there_is, "鸡蛋: only 3 盘 lie there.", "鸡蛋：现场只有 3 盘。"),
    "the pile shrank": (
        the_pile_shrank,
        "鸡蛋: the pile has less than that by now. Count again.",
        "鸡蛋：现场已不足这个数，请重新清点。",
    ),
    "by hand": (
        too_much_by_hand,
        "鸡蛋: nobody gets more than they ordered, and all together not more than 4 盘.",
        "鸡蛋：每户不能超过所订，合计不能超过 4 盘。",
    ),
    "nothing counted to share": (
        lambda world: share(world, ordered(world)),
        "There is nothing to share out: count first what came.",
        "还没有可分的货，请先清点到货。",
    ),
    "the partner first": (
        share_before_the_partner,
        "Count out the part of 金丝雀和欣苑 first.",
        "请先点出 金丝雀和欣苑 的那一份。",
    ),
    "nothing there": (share_nothing, "Nothing that somebody still waits for lies there.", "现场没有还在等的货。"),
    "shown otherwise": (
        lambda world: share(world, tag="x"),
        "Something has changed since this was shown: look at it again before you share it out.",
        "显示之后情况有变，请再看一遍再分。",
    ),
    "deliver unshared": (lambda world: deliver(world, counted(world)), *SHARE_FIRST),
    "deliver twice": (
        lambda world: deliver(world, times=2),
        "A delivery of this list is waiting to be opened already.",
        "这张单已有一轮送货等待开始。",
    ),
    "all on its way": (
        deliver_twice,
        "Everything that was shared out is on its way already.",
        "分好的货都已在送。",
    ),
    "at night": (
        lambda world: deliver(world, hour=23),
        "Trolleys rest from 22:00 to 07:00: nobody delivers then.",
        "22:00 到 07:00 不推车，这段时间不送货。",
    ),
    "settled and opened": (
        lambda world: open_what_is(world, "settled"),
        "This list is settled: nothing of it is on its way any more.",
        "这张单已结清，不再送货。",
    ),
    "opened with nothing": (
        lambda world: open_what_is(world, "empty"),
        "Nothing is there to be carried to these doors: share out first what came.",
        "这些门户没有要送的货，请先分货。",
    ),
    "fetched by nobody": (
        fetch,
        "Nothing lies here for this household that is not on a round already.",
        "这户没有留在现场的货，或已在送货轮次里。",
    ),
    "books closed": (
        note_when_settled,
        "This list is settled: its books are closed.",
        "这张单已结清，账已关。",
    ),
    "no amount": (lambda world: note(world, amount=Decimal("NaN")), *AMOUNT),
    "half a cent": (
        lambda world: note(world, amount=Decimal("1.005")),
        "There is nothing smaller than a cent: write two digits after the point.",
        "最小到分：小数点后写两位。",
    ),
    "no kind": (
        lambda world: note(world, kind="card"),
        "Choose what kind of payment it was.",
        "请选择款项类型。",
    ),
    "no way": (lambda world: note(world, way="card"), "Choose how the money went.", "请选择付款方式。"),
    "nobody's": (lambda world: note(world, household=None), "Choose the household.", "请选择住户。"),
    "ordered nothing": (
        lambda world: note(world, household=world.other_home),
        "This household has ordered nothing on this list.",
        "这户没有订这张单。",
    ),
    "credit too much": (
        lambda world: note(world, kind="credit", amount=Decimal(999), note="r"),
        "It owes ¥194.85 for its goods; no more can be credited.",
        "这户货款为 ¥194.85，减免不能超过。",
    ),
    "refund too much": (
        lambda world: note(world, kind="refunded"),
        "It has paid ¥0.00 that it did not get back; no more is paid back.",
        "这户已付未退 ¥0.00，退款不能超过。",
    ),
    "undo an undo": (
        lambda world: reverse(world, "undo"),
        "This entry takes another one back; write down what is right instead.",
        "这是一条撤回记录，请另记正确的一笔。",
    ),
    "undo twice": (
        lambda world: reverse(world, "entry"),
        "This entry was taken back already.",
        "这笔已经撤回。",
    ),
    "charge for nothing": (lambda world: charge(world, " "), "Say what it is for.", "请写明用途。"),
    "too great a discount": (
        lambda world: charge(world, amount=-900),
        "This is more than the goods of a household cost.",
        "这超过了某户的货款。",
    ),
    "withdrawn twice": (
        lambda world: charge(world, times=2),
        "This was withdrawn already.",
        "已经撤销。",
    ),
    "other parcels": (
        weigh,
        "Something changed meanwhile: look at the parcels again.",
        "其间有变动，请重新查看。",
    ),
    "a wrong weight": (
        lambda world: weigh(world, 9000),
        "1号楼 502 was to get 1.5 kg: this weight cannot be right.",
        "1号楼 502 应得 1.5 kg，这个重量不对。",
    ),
    "too early": (
        lambda world: settle(world, ordered(world)),
        "There is nothing to settle yet: first the goods come, or the list is called off.",
        "还不能结账：等货到，或先取消这张单。",
    ),
    "not at zero": (
        settle,
        "The books do not balance yet. Still to be paid by 4 households: ¥459.75. Write down the supplier's bill. "
        "¥459.75 are left over once everybody has paid: say where they go.",
        "账还没有平。4 户还未付清：¥459.75。 请记下供货商账单。 全部付清后多出 ¥459.75，请写明去处。",
    ),
}
