"""The refusals of the share corner and of pledge drives: tests/refusals/table.py says how a row reads."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from residents.services import end_volunteer, move_out
from sharing.models import Reservation
from sharing.offering import give, pause_corner, release, stop_offer, ungive, withdraw_offer
from sharing.pledging import (
    begin_collecting,
    cancel_drive,
    change_part,
    pledge,
    record_portions,
    remove_part,
    take_back,
    tell_collected,
    tell_made,
)
from sharing.wishing import answer_wish, stop_wish
from tests.refusals.table import NOT_HERE, WHY
from tests.sharing.neighbours import MINUTE, Neighbours

DAY = timedelta(days=1)


def offer(world, **changes):
    Neighbours(world).offer(**changes)


def take(world, household=None, quantity=1, deed=None, days=0, **changes):
    near = Neighbours(world)
    row = near.offer(**changes)
    if deed:
        deed(offer=row, teller=near.by_desk)
    near.take(row, household, quantity, now=timezone.now() + days * DAY)


def no_corner(world):
    near = Neighbours(world)
    near.corner.delete()
    near.offer()


def paused(world):
    near = Neighbours(world)
    pause_corner(corner=near.corner, is_paused=True)
    near.offer()


def too_many_offers(world):
    near = Neighbours(world)
    for _n in range(21):
        near.offer()


def over_the_limit(world):
    near = Neighbours(world, most_reservations=1)
    near.take(near.offer())
    near.take(near.offer())


def twice(world):
    near = Neighbours(world)
    row = near.offer()
    near.take(row)
    near.take(row)


def ended(world, service, after=None, **more):
    near = Neighbours(world)
    held = near.take(near.offer())
    if after:
        after(reservation=held, teller=near.by_desk)
    service(reservation=held, teller=near.by_desk, **more)


def lapsed(world):
    near = Neighbours(world)
    held = near.take(near.offer())
    Reservation.objects.update(until=timezone.now())
    give(reservation=held, teller=near.by_desk)


def moved(world):
    near = Neighbours(world)
    row = near.offer()
    move_out(household=near.elder, on=near.today)
    near.take(row)


def answer(world, household="far", quantity=1, stop=False):
    near = Neighbours(world)
    wish = near.wish()
    if stop:
        stop_wish(wish=wish, teller=near.by_desk)
    home = getattr(near, household, None) or world.other_home
    answer_wish(wish=wish, household=home, quantity=quantity, place="门口", teller=near.by_desk)


def wish_too_much(world):
    near = Neighbours(world)
    for _n in range(4):
        near.wish()


def drive(world, **changes):
    Neighbours(world).drive(**changes)


def late_times(world):
    drive(world, pledge_until=timezone.now() - MINUTE)


def wrong_times(world):
    drive(world, collect_at=timezone.now() + MINUTE)


def runner_gone(world):
    end_volunteer(volunteer=world.wei)
    world.wei.refresh_from_db()
    drive(world, runner=world.wei)


def too_many_parts(world):
    drive(world, parts=[(f"料{n}", 1, "份") for n in range(41)])


def part_twice(world):
    drive(world, parts=[("黄油", 1, "块")] * 2)


def with_drive(world, deed, promised=100, **changes):
    near = Neighbours(world)
    row = near.drive(**changes)
    if promised:
        near.promise(row, quantity=promised)
    deed(near, row)


def made(near, row, count=1):
    begin_collecting(drive=row, by=near.world.chen, reason="够了")
    for one in near.part(row).pledges.all():
        tell_collected(pledge=one, by=near.world.chen, state="collected")
    tell_made(drive=row, by=near.world.chen, result_count=count)


def no_answer_at_a_door(near, row):
    begin_collecting(drive=row, by=near.world.chen, reason="够了")
    tell_made(drive=row, by=near.world.chen, result_count=1)


def portions(near, row):
    made(near, row)
    record_portions(drive=row, households=[near.lin, near.far], by=near.world.chen)


def tell_what_was_taken_back(near, row):
    gone = near.promise(row, near.far, "模具", 1)
    take_back(pledge=gone, teller=near.by_desk)
    begin_collecting(drive=row, by=near.world.chen, reason="够了")
    tell_collected(pledge=gone, by=near.world.chen, state="collected")


def promise_late(near, row):
    now = timezone.now() + 2 * DAY
    pledge(part=near.part(row), household=near.lin, quantity=1, teller=near.by_desk, now=now)


def cancel_what_is_made(near, row):
    made(near, row)
    cancel_drive(drive=row, reason="r", by=near.world.chen)


PAST = ("This food is past its day: it is not given away any more.", "这份食品已过保质期，不再交接。")
ROWS = {
    "no corner": (no_corner, "The share corner is not open here yet.", "本小区还没有开设爱心角。"),
    "paused": (paused, "The share corner pauses at the moment.", "爱心角暂停中。"),
    "too many offers": (
        too_many_offers,
        "You offer 20 things already. Take one back first.",
        "已经提供了 20 样，请先收回一样。",
    ),
    "food without its day": (
        partial(offer, use_by=None),
        "Say until which day the food is good.",
        "请填食品的保质期。",
    ),
    "a day gone by": (
        partial(offer, use_by=timezone.localdate() - DAY),
        "This day has passed.",
        "这一天已经过了。",
    ),
    "no words": (partial(offer, what="  "), "Say it in a few words.", "请简单写几个字。"),
    "too many words": (
        partial(offer, what="菜" * 61),
        "That is too long: 60 characters at the most.",
        "太长了：最多 60 个字。",
    ),
    "a phone number": (
        partial(offer, place="打 13800138000"),
        "Leave the phone number out: neighbours see only the room, and only of a match.",
        "请不要写电话：邻居只在配对后看到室号。",
    ),
    "moved out": (moved, "This household has moved out.", "这户已搬出。"),
    "taken back": (
        partial(take, deed=partial(withdraw_offer, reason="坏了")),
        "This was taken back.",
        "这样东西已被收回。",
    ),
    "too many pieces": (
        partial(take, quantity=6),
        "At most 5 at a time, so that it reaches many.",
        "每次最多 5 份，让更多人领到。",
    ),
    "reserved twice": (twice, "You have reserved of this already.", "这样东西已经预约过了。"),
    "quicker": (
        lambda world: Neighbours(world).take(Neighbours(world).offer(quantity=1), quantity=2),
        "Somebody was quicker: 1 left.",
        "有人更快一步：还剩 1 份。",
    ),
    "over the limit": (
        over_the_limit,
        "You have 1 things reserved. Fetch one first, or give one back.",
        "已预约 1 样，请先取走或退掉一样。",
    ),
    "elsewhere": (
        lambda world: take(world, world.other_home),
        "This is not offered here.",
        "这里没有提供这样东西。",
    ),
    "one's own": (lambda world: take(world, world.lin_home), "This is your own offer.", "这是自家提供的。"),
    "past its day": (partial(take, days=2), *PAST),
    "enough": (
        partial(take, deed=stop_offer),
        "Enough, thanks: nobody else can reserve this now.",
        "够了，谢谢：现在不能再预约。",
    ),
    "not given": (partial(ended, service=ungive, reason="错"), "This was not given.", "这份没有交接过。"),
    "lapsed": (
        lapsed,
        "This reservation has lapsed. Reserve again, if it is still there.",
        "预约已过期；如果还有，请重新预约。",
    ),
    "ended": (
        partial(ended, service=give, after=release),
        "This reservation has ended.",
        "这个预约已经结束。",
    ),
    "without why": (partial(ended, service=ungive, reason=" "), *WHY),
    "too many wishes": (
        wish_too_much,
        "You ask for 3 things already. End one first.",
        "已有 3 样求助，请先结束一样。",
    ),
    "asked elsewhere": (partial(answer, household="other"), "This is not asked for here.", "这里没有这个求助。"),
    "one's own wish": (partial(answer, household="elder"), "This is your own wish.", "这是自家的求助。"),
    "needed no more": (partial(answer, stop=True), "This is not needed any more.", "已经不需要了。"),
    "answered before": (
        partial(answer, quantity=3),
        "Somebody was quicker: 2 still needed.",
        "有人更快一步：还需 2 份。",
    ),
    "collects too early": (
        wrong_times,
        "Collecting begins after the last promise.",
        "收取要晚于认领截止。",
    ),
    "too late to promise": (late_times, "The time to promise has passed already.", "认领截止时间已经过了。"),
    "kitchen elsewhere": (
        lambda world: drive(world, kitchen=world.other_home),
        "The kitchen is not in this compound.",
        "厨房不在本小区。",
    ),
    "runner gone": (runner_gone, *NOT_HERE),
    "too many parts": (too_many_parts, "A drive has 40 parts at the most.", "一次众筹最多 40 样材料。"),
    "part twice": (part_twice, "黄油 is on the list already.", "清单里已经有黄油。"),
    "below what is promised": (
        partial(with_drive, deed=lambda near, row: change_part(part=near.part(row), quantity=99)),
        "100 克 of it are promised already.",
        "已有 100 克被认领。",
    ),
    "promised part removed": (
        partial(with_drive, deed=lambda near, row: remove_part(part=near.part(row))),
        "Somebody has promised of it: it stays on the list.",
        "已有人认领，不能移除。",
    ),
    "another house": (
        lambda world: with_drive(world, lambda near, row: near.promise(row, near.far), building=world.building1),
        "This drive is not for this house.",
        "这次众筹不面向这栋楼。",
    ),
    "promised late": (partial(with_drive, deed=promise_late), "The time to promise is over.", "认领已截止。"),
    "over-pledged": (
        partial(with_drive, deed=lambda near, row: near.promise(row, near.far, quantity=101)),
        "Only 100 克 are still needed.",
        "只缺 100 克了。",
    ),
    "nothing to collect": (
        partial(with_drive, promised=0, deed=lambda near, row: begin_collecting(drive=row, by=near.world.chen)),
        "Nothing is promised yet: there is nothing to collect.",
        "还没有人认领，无物可收。",
    ),
    "taken back meanwhile": (
        partial(with_drive, deed=tell_what_was_taken_back),
        "This promise was taken back.",
        "这个认领已撤回。",
    ),
    "a door without an answer": (
        partial(with_drive, deed=no_answer_at_a_door),
        "Some doors of the route have no answer yet: picked up, or was not there.",
        "路线上还有门户没有结果：请标“取到”或“没放出来”。",
    ),
    "more portions than made": (
        partial(with_drive, deed=portions),
        "1 portions were made; 1 are left.",
        "共做成 1 份，还剩 1 份。",
    ),
    "wrong state": (
        partial(with_drive, deed=cancel_what_is_made),
        "This cannot be done now: the drive is made.",
        "现在不能这样操作：众筹已做好。",
    ),
}
