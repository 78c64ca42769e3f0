"""The refusals of clocks, cases and homecomings: tests/refusals/table.py says how a row reads."""

import uuid

import time_machine

from clock.cases import correct_case
from clock.homecoming import read_return, receive_home, tick_homecoming
from clock.models import ClockEvent, RuleVersion
from clock.services import (
    change_rule,
    choose_basis,
    decide_about,
    override_zone,
    release_building,
    start_clock,
    start_clock_from_case,
    stop_clock,
    tick_check,
    void_event,
)
from tests.clock.conftest import Desk


def running(world, **start):
    desk = Desk(world)
    return desk, desk.start(**start)


def unreadable(desk) -> RuleVersion:
    return RuleVersion.objects.create(profile=desk.rule("7+7").profile, number=99, body={})


def start_by_an_unreadable_rule(world):
    desk = Desk(world)
    start_clock(building=world.building1, version=unreadable(desk), by=world.chen, on=desk.day())


def start_from_a_case_by_an_unreadable_rule(world):
    desk = Desk(world)
    start_clock_from_case(case=desk.case(), version=unreadable(desk), by=world.chen)


def stop_what_was_replaced(world):
    desk, clock = running(world)
    stop_clock(clock=clock, by=world.chen, reason="复核阴性")
    desk.start()
    stop_clock(clock=clock, by=world.chen, reason="复核阴性")


def start_by_a_case_of_another_building(world):
    desk = Desk(world)
    case = desk.case(building=world.building2)
    start_clock(building=world.building1, version=desk.rule("7+7"), by=world.chen, on=desk.day(), case=case)


def start_twice(world):
    desk, _clock = running(world)
    desk.start()


def change_the_rule_of_before(world):
    desk, clock = running(world, ago=1)
    change_rule(clock=clock, version=desk.rule("7+3"), on=desk.day(5), by=world.chen, reason="通知")


def decide(world, **said):
    _desk, clock = running(world)
    said = {"answer": "go_on", "reason": "流调", "subject": uuid.UUID(int=7)} | said
    decide_about(clock=clock, by=world.chen, **said)


def override(world, days=(0, 0), zone="sealed"):
    desk, clock = running(world)
    on, until = (desk.day(-day) for day in days)
    override_zone(clock=clock, zone=zone, on=on, until=until, by=world.chen, reason="街道通知")


def tick_twice(world):
    _desk, clock = running(world)
    for _twice in range(2):
        tick_check(clock=clock, check="street", by=world.chen, note="街道")


def void(world, *kinds):
    _desk, clock = running(world)
    choose_basis(clock=clock, basis="sampled", by=world.chen, reason="街道")
    for kind in kinds:
        void_event(event=ClockEvent.objects.get(clock=clock, kind=kind), by=world.chen, reason="误点")


def case(world, **values):
    Desk(world).case(**values)


def move_out_before_the_sample(world):
    desk = Desk(world)
    desk.case(sampled_at=desk.moment(1), moved_out_at=desk.moment(2))


def correct_twice(world):
    row = Desk(world).case()
    for _twice in range(2):
        correct_case(case=row, by=world.chen, reason="时间有误")


def come_home(world, out=3, back=2, resident=None):
    desk = Desk(world)
    return receive_home(
        household=world.lin_home,
        resident=resident,
        discharged_on=desk.day(out),
        returned_on=desk.day(back),
        by=world.chen,
    )


def come_home_without_a_rule(world):
    desk = Desk(world)
    RuleVersion.objects.filter(profile__kind="return").delete()
    receive_home(
        household=world.lin_home, resident=None, discharged_on=desk.day(), returned_on=desk.day(), by=world.chen
    )


def come_home_twice(world):
    for _twice in range(2):
        come_home(world, resident=world.lin)


def read_by_a_rule_of_buildings(world):
    home = come_home(world)
    home.version = Desk(world).rule("7+7")
    read_return(home)


def tick_home(world, *checks):
    home = come_home(world)
    for check in checks:
        tick_homecoming(homecoming=home, check=check, by=world.chen)


@time_machine.travel("2022-04-10T12:00:00+08:00", tick=False)
def tick_the_test_of_the_last_day(world):
    tick_home(world, "tested")


WHY = "Say why, in a few words."
UNREADABLE = "This rule cannot be read. Choose another, or have a new version written."
NO_CHECK = "This check is not part of the rule."
TICKED = "Somebody has ticked this already."
OTHER_DOOR = "This person lives behind another door."
SAMPLED = "Say at least one of: sampled, reported, ordered."

SAYS = {
    "stopped without why": (lambda world: stop_clock(clock=running(world)[1], by=world.chen, reason=" "), WHY),
    "started long ago": (
        lambda world: running(world, ago=100),
        "The day must lie within sixty days of today.",
    ),
    "started by an unreadable rule": (start_by_an_unreadable_rule, UNREADABLE),
    "started from a case by one": (start_from_a_case_by_an_unreadable_rule, UNREADABLE),
    "stopped what was replaced": (stop_what_was_replaced, "Another clock has taken the place of this one."),
    "started by another building's case": (
        start_by_a_case_of_another_building,
        "This case belongs to another building.",
    ),
    "started twice": (start_twice, "1号楼 has a running clock: release or stop it first."),
    "counted by nothing": (
        lambda world: choose_basis(clock=running(world)[1], basis="x", by=world.chen, reason="街道"),
        "Choose what the count goes by.",
    ),
    "changed the rule of before": (
        change_the_rule_of_before,
        "The rule cannot change before the first day.",
    ),
    "decided neither": (lambda world: decide(world, answer="x"), "Decide: count anew, or go on."),
    "decided of no case": (decide, "This case was taken back, or belongs to another building."),
    "overrode to no area": (lambda world: override(world, zone="x"), "Choose an area."),
    "overrode backwards": (
        lambda world: override(world, days=(2, 1)),
        "The last day cannot lie before the first.",
    ),
    "ticked no check": (
        lambda world: tick_check(clock=running(world)[1], check="x", by=world.chen, note="x"),
        NO_CHECK,
    ),
    "ticked twice": (tick_twice, TICKED),
    "released too soon": (
        lambda world: release_building(clock=running(world)[1], by=world.chen),
        "Not yet: something on the list is open.",
    ),
    "took back the start": (
        lambda world: void(world, "started"),
        "This cannot be taken back. Stop the clock instead.",
    ),
    "took back twice": (lambda world: void(world, "basis", "basis"), "This was taken back already."),
    "a case without a moment": (lambda world: case(world, reported_at=None), SAMPLED),
    "a case of tomorrow": (lambda world: case(world, reported_at=Desk(world).moment(-1)), "This is in the future."),
    "gone before the sample": (
        move_out_before_the_sample,
        "Nobody is moved out before the sample was taken.",
    ),
    "a case next door": (
        lambda world: case(world, household=world.far_home),
        "This household lives in another building.",
    ),
    "a case of somebody else": (
        lambda world: case(world, household=world.elder_home, resident=world.lin),
        OTHER_DOOR,
    ),
    "corrected without why": (
        lambda world: correct_case(case=Desk(world).case(), by=world.chen, reason=" "),
        WHY,
    ),
    "corrected twice": (correct_twice, "Somebody has corrected this meanwhile: open the newest."),
    "home without a rule": (
        come_home_without_a_rule,
        "The rule for coming home is missing: ask the administrator to load the rules.",
    ),
    "home of somebody else": (
        lambda world: come_home(world, resident=world.far_home.residents.first()),
        OTHER_DOOR,
    ),
    "home before leaving": (
        lambda world: come_home(world, out=1, back=2),
        "Nobody is home before leaving the hospital.",
    ),
    "home long ago": (lambda world: come_home(world, out=200, back=190), "Please check the day."),
    "home twice": (come_home_twice, "This homecoming is on record already."),
    "read by a rule of buildings": (
        read_by_a_rule_of_buildings,
        "The body is of another kind than the rule.",
    ),
    "ticked nothing at home": (lambda world: tick_home(world, "x"), NO_CHECK),
    "ticked the last day's test": (tick_the_test_of_the_last_day, "Not before 2022-04-14."),
    "ticked twice at home": (lambda world: tick_home(world, "welcomed", "welcomed"), TICKED),
}

CHINESE = {
    "The body is of another kind than the rule.": "正文的类型与规则不符。",
    "Say why, in a few words.": "请简单写明原因。",
    "The day must lie within sixty days of today.": "日期须在前后六十天之内。",
    "This rule cannot be read. Choose another, or have a new version written.": (
        "这条规则无法读取，请另选，或请人写一个新版本。"
    ),
    "Another clock has taken the place of this one.": "这次计时已被新的计时取代。",
    "This case belongs to another building.": "这个病例属于别的楼栋。",
    "1号楼 has a running clock: release or stop it first.": "1号楼正在计时，请先解除或停止。",
    "Choose what the count goes by.": "请选择起算依据。",
    "The rule cannot change before the first day.": "规则不能在第一天之前更换。",
    "Decide: count anew, or go on.": "请决定：重新起算，还是照常累计。",
    "This case was taken back, or belongs to another building.": "这个病例已撤回，或属于别的楼栋。",
    "Choose an area.": "请选择区域。",
    "The last day cannot lie before the first.": "最后一天不能早于第一天。",
    "This check is not part of the rule.": "规则中没有这一项。",
    "Somebody has ticked this already.": "已有人勾选。",
    "Not yet: something on the list is open.": "还不能解除：清单上有未完成的项。",
    "This cannot be taken back. Stop the clock instead.": "这一项不能撤回，可以停止计时。",
    "This was taken back already.": "已经撤回过了。",
    "Say at least one of: sampled, reported, ordered.": "采样、报告、通知时间至少填一个。",
    "This is in the future.": "时间在将来。",
    "Nobody is moved out before the sample was taken.": "转运不会早于采样。",
    "This household lives in another building.": "这户住在别的楼栋。",
    "This person lives behind another door.": "此人住在另一户。",
    "Somebody has corrected this meanwhile: open the newest.": "刚才已有人更正，请打开最新版本。",
    "The rule for coming home is missing: ask the administrator to load the rules.": (
        "缺少返家规则，请管理员载入规则。"
    ),
    "Nobody is home before leaving the hospital.": "返家不会早于出院。",
    "Please check the day.": "请核对日期。",
    "This homecoming is on record already.": "这次返家已有登记。",
    "Not before 2022-04-14.": "2022-04-14 之前不能勾选。",
}

ROWS = {name: (deed, english, CHINESE[english]) for name, (deed, english) in SAYS.items()}
