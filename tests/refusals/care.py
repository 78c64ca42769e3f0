"""The refusals of the care desk and the call rota: tests/refusals/table.py says how a row reads."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from care.calling import begin_calls, change_calls, end_calls, look_up_number, take_call, tell_call
from care.knocking import open_knocks
from care.models import CareDesk
from care.needs import claim, confirm, finish, reopen, start, wait
from care.telling import Teller
from residents.services import move_out, move_resident_out
from tests.care.carers import Carers
from tests.refusals.table import NOT_HERE, WHY

DAY = timedelta(days=1)


def need(world, **changes):
    return Carers(world).need(**changes)


def no_desk(world):
    carers = Carers(world)
    CareDesk.objects.all().delete()
    carers.need()


def moved_out(world):
    move_out(household=world.lin_home, on=timezone.localdate())
    world.lin_home.refresh_from_db()
    need(world)


def too_many(world):
    carers = Carers(world)
    for _number in range(11):
        carers.need()


def claimed(world):
    row = need(world)
    claim(need=row, by=world.chen)
    return row


def long_ago(world):
    row, then = need(world), timezone.now() - 8 * DAY
    finish(need=row, by=world.chen, now=then)
    confirm(need=row, teller=Teller(by=world.chen), now=then)
    reopen(need=row, teller=Teller(by=world.chen), reason="没好")


def place(world, **changes):
    return Carers(world).place(**changes)


def taken(world):
    row = place(world)
    take_call(place=row, by=world.chen)
    return row


def hear(world, heard, **more):
    tell_call(place=taken(world), heard=heard, by=world.chen, **more)


def ended(world):
    row = place(world)
    end_calls(place=row, reason="女儿接走", by=world.chen)
    take_call(place=row, by=world.chen)


def gone(world):
    move_resident_out(resident=world.lin, on=timezone.localdate())
    world.lin.refresh_from_db()
    begin_calls(resident=world.lin, cadence=1, why="alone", by=world.chen)


def no_knock(world):
    Carers(world)
    open_knocks(compound=world.jiamu, by=world.chen)


MOMENT = ("Choose a moment from now on, within 30 days.", "请选从现在起 30 天内的时间。")
ROWS = {
    "no desk": (no_desk, "The care desk is not open here yet.", "这里还没开通关怀台。"),
    "no words": (partial(need, words=" "), "Say in a few words what is needed.", "请简单写明需要什么。"),
    "too many words": (
        partial(need, words="菜" * 301),
        "That is too long: 300 characters at the most.",
        "太长了：最多 300 个字。",
    ),
    "moved out": (moved_out, "This household has moved out.", "这户已搬出。"),
    "a day gone by": (
        lambda world: need(world, due_on=timezone.localdate() - DAY),
        "This day has passed.",
        "这一天已经过了。",
    ),
    "too many needs": (
        too_many,
        "10 needs of this household are open already. End one first.",
        "这户已有 10 个求助未办结，请先结束一个。",
    ),
    "heard by a stranger": (
        lambda world: need(world, teller=Teller(by=world.chen, heard_by=world.other_volunteer)),
        *NOT_HERE,
    ),
    "claimed twice": (
        lambda world: claim(need=claimed(world), by=world.zhao),
        "Somebody was quicker: this is seen to already.",
        "别人先接了：已有人在办。",
    ),
    "waits for yesterday": (
        lambda world: wait(need=claimed(world), by=world.chen, until=timezone.now() - DAY, reason="等"),
        *MOMENT,
    ),
    "waits without why": (
        lambda world: wait(need=claimed(world), by=world.chen, until=timezone.now() + DAY, reason=" "),
        *WHY,
    ),
    "an older screen": (
        lambda world: start(need=claimed(world), by=world.chen, saw=1),
        "This has moved on meanwhile. Look at it as it is now.",
        "这个求助刚有变化，请看最新情况。",
    ),
    "confirmed too early": (
        lambda world: confirm(need=claimed(world), teller=Teller(by=world.chen)),
        "This cannot be done now: the need is taken.",
        "现在不能这样操作：求助状态为“已认领”。",
    ),
    "opened again too late": (
        long_ago,
        "This ended more than a week ago: ask anew.",
        "结束已超过一周，请重新求助。",
    ),
    "called who is gone": (gone, "This person does not live here any more.", "此人已不住在这里。"),
    "on the rota twice": (
        lambda world: (place(world), place(world)),
        "This person is on the rota already.",
        "此人已在电话关怀名单上。",
    ),
    "off the rota": (ended, "This person was taken off the rota.", "此人已移出电话关怀名单。"),
    "another rhythm without why": (
        lambda world: change_calls(place=place(world), cadence=2, reason="", by=world.chen),
        *WHY,
    ),
    "somebody else calls": (
        lambda world: take_call(place=taken(world), by=world.zhao),
        "Somebody else is calling this person now.",
        "别人正在给此人打电话。",
    ),
    "a number without a call": (
        lambda world: look_up_number(place=place(world), by=world.chen),
        "Take the call first.",
        "请先认领这通电话。",
    ),
    "not one's call": (
        lambda world: tell_call(place=place(world), heard="answered", by=world.chen),
        "This call is not yours any more. Take it again.",
        "这通电话已不归您，请重新认领。",
    ),
    "by whom": (partial(hear, heard="proxy"), "Write down who answered.", "请写明是谁接的。"),
    "later than a day": (
        lambda world: hear(world, "again", until=timezone.now() + 2 * DAY),
        "Choose a time within the next 24 hours.",
        "请选 24 小时以内的时间。",
    ),
    "heard nothing known": (partial(hear, heard="met"), "Choose what was heard.", "请选通话结果。"),
    "nobody to knock for": (no_knock, "Nobody waits for a knock now.", "现在没有要敲门的人。"),
}
