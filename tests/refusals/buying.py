"""The refusals of lists, orders and joint buys: tests/refusals/table.py says how a row reads."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from unittest.mock import patch

from django.utils import timezone

from buying.joint import confirm_side, find_offer, invite_partner, join_buy, leave_joint, record_handover
from buying.models import BuyingRules, JointInvite, JointSide
from buying.ordering import set_lines
from buying.orders import (
    cancel_order,
    change_item,
    change_order,
    close_order,
    extend_order,
    open_order,
    place_order,
    remove_item,
    report_order,
    tick_papers,
)
from buying.quantities import read_told
from tests.buying.buys import Buy

HOUR = timedelta(hours=1)
PIECES = {"minimum_kind": "pieces", "minimum_pieces": 5}


def soon(hours):
    return timezone.now() + hours * HOUR


def a_list(world, **facts):
    return Buy(world, **facts)


def draft(world, **facts):
    return Buy(world, is_open=False, **facts)


def closed(world, **facts):
    buy = Buy(world, **facts)
    close_order(order=buy.order, by=world.zhao)
    return buy


def wanted(world, quantity=1, **limits):
    buy = Buy(world)
    if limits:
        change_item(item=buy.eggs, **limits)
    buy.wants(world.far_home, 1)
    buy.wants(world.lin_home, quantity)
    return buy


# --- The list -------------------------------------------------------------------------------------


def quiet(world):
    late = (timezone.localtime() + timedelta(days=2)).replace(hour=23, minute=0)
    a_list(world, arrives_at=late)


def carton_of_ten(world, **minimum):
    buy = draft(world, minimum_kind="pieces", minimum_pieces=20, thing={"pack_size": 10})
    change_order(order=buy.order, **{"minimum_pieces": None} | minimum)


def a_thing_on(world, **facts):
    draft(world).add(**{"name": "米"} | facts)


def lower(world, **limits):
    change_item(item=wanted(world, 3).eggs, **limits)


def tick(world, tested_at):
    tick_papers(order=a_list(world).order, seen=["driver"], tested_at=tested_at, by=world.zhao)


def empty(world, deed):
    buy = draft(world)
    remove_item(item=buy.eggs)
    deed(order=buy.order, by=world.zhao)


def a_second_of_the_kind(world):
    BuyingRules.objects.create(compound=world.jiamu, one_a_category=True)
    a_list(world)
    a_list(world)


def more_time(world, closes_at, buy=None):
    extend_order(order=(buy or a_list(world)).order, closes_at=closes_at, by=world.zhao)


def too_few(world):
    place_order(order=closed(world, **PIECES).order, by=world.zhao)


def close_twice(world):
    close_order(order=closed(world).order, by=world.zhao)


# --- A household ----------------------------------------------------------------------------------


def from_elsewhere(world):
    a_list(world).wants(world.other_home)


def another_list(world):
    buy, other = a_list(world), a_list(world, title="米")
    set_lines(order=buy.order, household=world.lin_home, wanted={other.eggs.pk: 1}, how="lead", by=world.zhao)


def second_phone(world):
    buy = wanted(world, 2)
    buy.wants(world.lin_home, 3, saw={buy.eggs.pk: 0})


def after_the_hour(world):
    buy = a_list(world)
    buy.at("ordered")
    buy.wants(world.lin_home)


# --- Together -------------------------------------------------------------------------------------


def pair(world, **facts):
    """Jiamu invites, Hexin has joined with a list of its own; each has ordered one."""
    host, guest = a_list(world, **facts), a_list(world, compound=world.hexin, lead=world.sun)
    host.wants(world.lin_home)
    guest.wants(world.other_home)
    code = invite_partner(order=host.order, by=world.zhao)
    join_buy(code=code, compound=world.hexin, by=world.sun, order=guest.order)
    return host, guest


def side(buy):
    return JointSide.objects.get(order=buy.order)


def final(world, *buys):
    for buy in buys:
        close_order(order=buy.order, by=buy.lead)
        confirm_side(side=side(buy), by=buy.lead)


def join(world, host, compound=None, order=None):
    code = invite_partner(order=host.order, by=world.zhao)
    join_buy(code=code, compound=compound or world.hexin, by=world.sun, order=order)


def join_what_is_ordered(world):
    host = a_list(world)
    code = invite_partner(order=host.order, by=world.zhao)
    host.at("ordered")
    find_offer(code)


def used_at_the_same_moment(world):
    host = a_list(world)
    code = invite_partner(order=host.order, by=world.zhao)
    JointInvite.objects.update(used_at=timezone.now())
    join_buy(code=code, compound=world.hexin, by=world.sun)


def join_with_what_is_over(world):
    other = a_list(world, compound=world.hexin, lead=world.sun)
    other.at("ordered")
    join(world, a_list(world), order=other.order)


def place(world, by_guest=False, is_final=True):
    host, guest = pair(world)
    final(world, *([host, guest] if is_final else [host]))
    place_order(order=(guest if by_guest else host).order, by=world.zhao)


def joined_just_now(world):
    """As when the place was taken between the first look and the lock."""
    host, _guest = pair(world)
    final(world, host)
    with patch("buying.orders.lock_joint", lambda order: None):
        place_order(order=host.order, by=world.zhao)


def final_twice(world):
    host, _guest = pair(world)
    final(world, host)
    confirm_side(side=side(host), by=world.zhao)


def leave(world, state="", times=1):
    _host, guest = pair(world)
    place_of_guest = side(guest)
    if state:
        guest.at(state)
    for _time in range(times):
        leave_joint(side=place_of_guest, reason="r", by=world.sun)


def count(world, *counted, of_host=False, state="ordered"):
    """Each hand in turn counts so much of the guest's only thing."""
    host, guest = pair(world)
    guest.at(state)
    for number, quantity in enumerate(counted or [1]):
        counts = {} if quantity is None else {guest.eggs.pk: quantity}
        hand = ("gives", "takes")[number % 2]
        record_handover(side=side(host if of_host else guest), hand=hand, counts=counts, by=world.zhao)


WHY = "Say why, in a few words."
CLOSED = "This list is closed: what people ordered stands as it is."
CODE = "This code is not valid (any more). Ask the compound that invited you for a new one."
LATER = "The goods arrive after the list has closed, not before."
KIND = "Give the minimum either in yuan or in pieces, as you chose."
WHAT = "Say first what is to be bought."
WHOLE = "鸡蛋: give a whole number, 0 for none."
DAYS = "A list stays open for 30 days at the most."

SAYS = {
    "closed twice": (
        close_twice,
        "This group buy is “closed” by now; that step is not possible. Look at it again.",
    ),
    "called off without why": (lambda world: cancel_order(order=a_list(world).order, reason=" ", by=world.zhao), WHY),
    "changed a closed list": (lambda world: change_order(order=closed(world).order, title="米"), CLOSED),
    "added to a closed list": (lambda world: closed(world).add("米"), CLOSED),
    "moved an open list": (
        lambda world: change_order(order=a_list(world).order, category="dairy"),
        "The category of an open list stays.",
    ),
    "came before it closed": (lambda world: a_list(world, arrives_at=soon(1)), LATER),
    "more time than the lorry": (
        lambda world: extend_order(
            order=a_list(world).order, closes_at=soon(9), arrives_at=soon(8), quiet_ok=True, by=world.zhao
        ),
        LATER,
    ),
    "no such minimum": (lambda world: a_list(world, minimum_kind="money"), KIND),
    "a minimum of nothing": (
        lambda world: a_list(world, minimum_kind="pieces", minimum_pieces=0),
        "A minimum is more than nothing.",
    ),
    "closes in the past": (lambda world: a_list(world, closes_at=soon(-1)), "The closing time is in the past."),
    "closes next month": (lambda world: a_list(world, closes_at=soon(24 * 40)), DAYS),
    "came in the quiet hours": (
        quiet,
        "Trolleys rest from 22:00 to 07:00. Choose another hour, or tick that the goods stay at the gate until then.",
    ),
    "half a carton": (
        partial(carton_of_ten, minimum_pieces=9),
        "The minimum is below one carton: 鸡蛋 comes in cartons of 10.",
    ),
    "a carton costs more": (
        partial(carton_of_ten, minimum_kind="money", minimum_money=Decimal(100)),
        "The minimum is below one carton: a carton of 鸡蛋 costs 450.00 yuan.",
    ),
    "another price": (
        lambda world: change_item(item=wanted(world).eggs, price=Decimal(1)),
        "鸡蛋 has been ordered at this price: it stays. Add another thing, or call the list off.",
    ),
    "a lower limit": (
        partial(lower, total_limit=2),
        "4 盘 are ordered already: the limit cannot be lower.",
    ),
    "a lower limit a household": (
        partial(lower, household_limit=2),
        "A household has ordered more than that already.",
    ),
    "removed what was ordered": (
        lambda world: remove_item(item=wanted(world).eggs),
        "鸡蛋 has been ordered: it stays on the list.",
    ),
    "on the list twice": (partial(a_thing_on, name="鸡蛋"), "鸡蛋 is on the list already."),
    "more for one than for all": (
        partial(a_thing_on, household_limit=3, total_limit=2),
        "One household cannot have more than there is in all.",
    ),
    "a driver without a time": (partial(tick, tested_at=None), "Say when the driver was sampled."),
    "a driver of tomorrow": (
        lambda world: tick(world, soon(20)),
        "The driver's sample cannot lie in the future.",
    ),
    "reported twice": (
        lambda world: report_order(order=a_list(world).order, by=world.zhao),
        "This group buy was reported already.",
    ),
    "reported nothing": (lambda world: empty(world, report_order), WHAT),
    "opened nothing": (lambda world: empty(world, open_order), WHAT),
    "opened twice": (
        lambda world: open_order(order=a_list(world).order, by=world.zhao),
        "This list was opened already.",
    ),
    "opened unreported": (
        lambda world: open_order(order=draft(world).order, by=world.zhao),
        "Your committee wants to hear of it first: report this group buy, then open it.",
    ),
    "a second list of vegetables": (
        a_second_of_the_kind,
        "Your committee wants one list of vegetables at a time, and another one is open: wait, or add to it.",
    ),
    "more time for a draft": (
        lambda world: more_time(world, soon(9), draft(world)),
        "Only a list that is open or closed gets more time.",
    ),
    "less time": (lambda world: more_time(world, soon(1)), "More time means a later closing time."),
    "too much time": (lambda world: more_time(world, soon(24 * 40)), DAYS),
    "placed an open list": (
        lambda world: place_order(order=a_list(world).order, by=world.zhao),
        "Close the list first: what is ordered has to stand still.",
    ),
    "placed too few": (too_few, "The minimum is not reached: 5 more to go."),
    "ordered after the hour": (
        after_the_hour,
        "This list is closed; nothing was changed. Call the group lead if something is wrong.",
    ),
    "ordered from elsewhere": (from_elsewhere, "This household does not live in the compound that orders."),
    "ordered from another list": (
        another_list,
        "This thing is not on the list any more. Look at the list again.",
    ),
    "ordered on a second phone": (
        second_phone,
        "Your household has ordered 2 盘 of 鸡蛋 in the meantime. Check it, then send it again.",
    ),
    "ordered half of one": (lambda world: a_list(world).wants(world.lin_home, 1.5), WHOLE),
    "ordered less than none": (lambda world: a_list(world).wants(world.lin_home, -1), WHOLE),
    "ordered a fortune": (lambda world: a_list(world).wants(world.lin_home, 10**9), WHOLE),
    "ordered above the household's": (
        partial(wanted, quantity=4, household_limit=3),
        "鸡蛋: at most 3 盘 a household.",
    ),
    "ordered above what is left": (
        partial(wanted, quantity=3, total_limit=3),
        "鸡蛋: only 2 盘 are there for you.",
    ),
    "ordered what is gone": (partial(wanted, quantity=1, total_limit=1), "鸡蛋: all are taken."),
    "told nothing": (
        lambda world: read_told({}, [a_list(world).eggs]),
        "Nothing was told. Type how much of what.",
    ),
    "invited to a draft": (
        lambda world: invite_partner(order=draft(world).order, by=world.zhao),
        "Open the list first; a neighbour joins what is there to see.",
    ),
    "invited as a guest": (
        lambda world: invite_partner(order=pair(world)[1].order, by=world.sun),
        "The compound that invited you invites others, too: ask them.",
    ),
    "guessed a code": (lambda world: find_offer("AAAA-BBBB-CCCC"), CODE),
    "used a code a second time": (used_at_the_same_moment, CODE),
    "joined what is ordered": (
        join_what_is_ordered,
        "That group buy has been ordered or called off; it cannot be joined any more.",
    ),
    "joined oneself": (
        lambda world: join(world, a_list(world), compound=world.jiamu),
        "Your compound takes part already.",
    ),
    "joined with what is over": (
        join_with_what_is_over,
        "This list cannot join: it is ordered, over, or in a joint buy already.",
    ),
    "placed what another has just joined": (
        joined_just_now,
        "A neighbouring compound has joined just now. Look at it again.",
    ),
    "placed by the guest": (
        partial(place, by_guest=True),
        "The compound that invited places the order for all of you.",
    ),
    "placed before all are final": (
        partial(place, is_final=False),
        "Not every side has said that its list is final: 金丝雀和欣苑.",
    ),
    "final while open": (
        lambda world: confirm_side(side=side(pair(world)[0]), by=world.zhao),
        "Close your list first: what is final has to stand still.",
    ),
    "final twice": (final_twice, "Your side has said so already."),
    "left twice": (partial(leave, times=2), "Your compound has left this joint buy already."),
    "left after ordering": (
        partial(leave, state="ordered"),
        "It is ordered already: take what comes, and settle it.",
    ),
    "handed over to the host": (
        partial(count, of_host=True),
        "There is nothing to hand over to this side.",
    ),
    "handed over before ordering": (
        partial(count, state="closed"),
        "It is not ordered yet, or over already: there is nothing to hand over.",
    ),
    "counted half the list": (
        lambda world: count(world, None),
        "Count every thing on the list, 0 where there is nothing.",
    ),
    "counted below nothing": (lambda world: count(world, -1), "A count is a whole number, 0 where there is nothing."),
    "counted after signing": (
        lambda world: count(world, 1, 1, 1),
        "Both sides have counted the same and signed; that stands.",
    ),
}

CHINESE = {
    WHY: "请简单写明原因。",
    "This group buy is “closed” by now; that step is not possible. Look at it again.": (
        "这个团现在是“已截单”，不能这样操作，请再看一眼。"
    ),
    CLOSED: "已截单：大家订的照旧，不能再改。",
    "The category of an open list stays.": "已开团的单子不能改品类。",
    LATER: "送达时间要晚于截单时间。",
    KIND: "请按所选方式填起订量：金额或份数。",
    "A minimum is more than nothing.": "起订量要大于零。",
    "The closing time is in the past.": "截单时间已经过了。",
    DAYS: "一张单最多开 30 天。",
    "Trolleys rest from 22:00 to 07:00. Choose another hour, or tick that the goods stay at the gate until then.": (
        "22:00 到 07:00 推车不进小区。请换个时间，或勾选“货放在门岗等时段过后”。"
    ),
    "The minimum is below one carton: 鸡蛋 comes in cartons of 10.": "起订量不足一箱：鸡蛋每箱 10 件。",
    "The minimum is below one carton: a carton of 鸡蛋 costs 450.00 yuan.": "起订量不足一箱：鸡蛋一箱 450.00 元。",
    "鸡蛋 has been ordered at this price: it stays. Add another thing, or call the list off.": (
        "鸡蛋已有人按这个价订了，不能改。请另加一件，或取消这个团。"
    ),
    "4 盘 are ordered already: the limit cannot be lower.": "已订 4 盘，上限不能更低。",
    "A household has ordered more than that already.": "已有住户订得比这更多。",
    "鸡蛋 has been ordered: it stays on the list.": "鸡蛋已有人订，不能从单子上拿掉。",
    "鸡蛋 is on the list already.": "鸡蛋已在单子上。",
    "One household cannot have more than there is in all.": "每户上限不能超过总数。",
    "Say when the driver was sampled.": "请填司机采样时间。",
    "The driver's sample cannot lie in the future.": "司机采样时间不能在将来。",
    "This group buy was reported already.": "这个团已经报备过了。",
    WHAT: "请先写明买什么。",
    "This list was opened already.": "这张单子已经开过了。",
    "Your committee wants to hear of it first: report this group buy, then open it.": (
        "居委会要求先报备：请报备后再开团。"
    ),
    "Your committee wants one list of vegetables at a time, and another one is open: wait, or add to it.": (
        "居委会要求同一品类一次只开一个团，蔬菜已有一个在开：请等一等，或加到那一个里。"
    ),
    "Only a list that is open or closed gets more time.": "只有在开或已截的单子能延时。",
    "More time means a later closing time.": "延时就要比原来的截单时间晚。",
    "Close the list first: what is ordered has to stand still.": "请先截单：下单的内容要定下来。",
    "The minimum is not reached: 5 more to go.": "还没达到起订量：还差 5 份。",
    "This list is closed; nothing was changed. Call the group lead if something is wrong.": (
        "已截单，没有改动。有问题请联系团长。"
    ),
    "This household does not live in the compound that orders.": "这一户不住在开团的小区。",
    "This thing is not on the list any more. Look at the list again.": "这件商品已不在单子上，请刷新再看。",
    "Your household has ordered 2 盘 of 鸡蛋 in the meantime. Check it, then send it again.": (
        "你家刚才已订 2 盘 鸡蛋，请核对后再提交。"
    ),
    WHOLE: "鸡蛋：请填整数，不要的填 0。",
    "鸡蛋: at most 3 盘 a household.": "鸡蛋：每户最多 3 盘。",
    "鸡蛋: only 2 盘 are there for you.": "鸡蛋：你家最多还能订 2 盘。",
    "鸡蛋: all are taken.": "鸡蛋：已订完。",
    "Nothing was told. Type how much of what.": "没有填任何数量。请填要多少。",
    "Open the list first; a neighbour joins what is there to see.": "请先开团：邻居要看得到内容才能合团。",
    "The compound that invited you invites others, too: ask them.": "邀请由发起的小区发出，请找他们。",
    CODE: "邀请码无效或已过期，请向邀请你们的小区要一个新的。",
    "That group buy has been ordered or called off; it cannot be joined any more.": (
        "那个团已下单或已取消，不能再加入。"
    ),
    "Your compound takes part already.": "你们小区已经在团里了。",
    "This list cannot join: it is ordered, over, or in a joint buy already.": (
        "这张单子不能合团：已下单、已结束，或已在别的合团里。"
    ),
    "A neighbouring compound has joined just now. Look at it again.": "刚有邻近小区加入，请再看一眼。",
    "The compound that invited places the order for all of you.": "由发起的小区替大家下单。",
    "Not every side has said that its list is final: 金丝雀和欣苑.": "还有小区没确认单子已定：金丝雀和欣苑。",
    "Close your list first: what is final has to stand still.": "请先截单：定下来的单子不能再动。",
    "Your side has said so already.": "你们这边已经确认过了。",
    "Your compound has left this joint buy already.": "你们小区已退出这个合团。",
    "It is ordered already: take what comes, and settle it.": "已经下单：请收货并结算。",
    "There is nothing to hand over to this side.": "这一方没有要交接的货。",
    "It is not ordered yet, or over already: there is nothing to hand over.": "还没下单或已结束：没有可交接的货。",
    "Count every thing on the list, 0 where there is nothing.": "请逐项点数，没有的填 0。",
    "A count is a whole number, 0 where there is nothing.": "数量请填整数，没有的填 0。",
    "Both sides have counted the same and signed; that stands.": "双方点数一致，已签收，不能再改。",
}

ROWS = {name: (deed, english, CHINESE[english]) for name, (deed, english) in SAYS.items()}
