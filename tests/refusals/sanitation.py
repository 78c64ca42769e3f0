"""The refusals of rubbish, yellow bags and the log: tests/refusals/table.py says how a row reads."""

from datetime import UTC, datetime, timedelta
from functools import partial

from django.utils import timezone

from compound.opening import open_any_round
from rounds.models import Visit
from sanitation.collecting import plan_collection, plan_next_pass
from sanitation.disinfecting import (
    Plan,
    begin_disinfection,
    call_off,
    finish_spraying,
    start_spraying,
    write_down,
)
from sanitation.models import YellowBags
from sanitation.yellow import hand_to_lorry, store_bags, take_back_bags
from tests.refusals.table import WHY

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOON = datetime(2022, 4, 10, 4, tzinfo=UTC)  # in Shanghai


def plan_of(world, **changes):
    told = {"part": "lift", "reason": "routine", "agent": "chlorine", "ppm": 500, "team": "property"}
    return Plan(**{"building": world.building1} | told | changes)


def begin(world, **changes):
    return begin_disinfection(compound=world.jiamu, plan=plan_of(world, **changes), by=world.chen)


def written(world, begun=-2, ended=-1, **more):
    now = timezone.now()
    times = {"started_at": now + begun * HOUR, "ended_at": now + ended * HOUR}
    return write_down(compound=world.jiamu, plan=plan_of(world), by=world.chen, **times | more)


def spray_twice(world):
    row = begin(world)
    for _twice in range(2):
        start_spraying(disinfection=row, by=world.chen)


def spraying(world):
    row = begin(world)
    start_spraying(disinfection=row, by=world.chen)
    return row


def finish(world, later, **more):
    row = spraying(world)
    finish_spraying(disinfection=row, by=world.chen, safe_at=timezone.now() + later, **more)


def correct_twice(world):
    first = written(world)
    for _twice in range(2):
        written(world, corrects=first, correction_reason="写错")


def collect(world, **changes):
    now = timezone.now()
    window = {"starts_at": now, "ends_at": now + 2 * HOUR, "bags_out_at": now, "buildings": [world.building1]}
    return plan_collection(compound=world.jiamu, by=world.chen, **window | changes)


def again(world, waste):
    now = timezone.now()
    return plan_next_pass(waste=waste, starts_at=now, ends_at=now + HOUR, by=world.chen)


def walked(world, **told):
    waste = collect(world)[0]
    open_any_round(round=waste.round, by=world.chen)
    Visit.objects.filter(round=waste.round).update(**told)
    return waste


def pass_planned_twice(world):
    waste = walked(world)
    for _twice in range(2):
        again(world, waste)


def nobody_left(world):
    """Between the planning of the next pass and its opening each missed door was reached."""
    waste = walked(world)
    later = again(world, waste)
    Visit.objects.filter(round=waste.round).update(outcome="done")
    open_any_round(round=later.round, by=world.chen)


def bags(world, count=2, **more):
    return store_bags(compound=world.jiamu, count=count, source="sampling", by=world.chen, **more)


def back(world, *, times, of_itself=False):
    line = bags(world)
    for _time in range(times):
        taken = take_back_bags(bags=line, by=world.chen, reason="写错")
    if of_itself:
        take_back_bags(bags=YellowBags.objects.get(pk=taken.pk), by=world.chen, reason="又错")


HOME = {"part": "home", "building": None}
ELSEWHERE = ("This building is not part of the compound.", "这栋楼不属于本小区。")
ROWS = {
    "bags out too late": (
        lambda world: collect(world, bags_out_at=timezone.now() + 3 * HOUR),
        "The bags must be out before the round ends.",
        "垃圾袋须在轮次结束前放出。",
    ),
    "no building": (partial(collect, buildings=[]), "Choose at least one building.", "请至少选一栋楼。"),
    "no door left": (nobody_left, "No door is left for this round.", "本轮已没有门户可收。"),
    "next pass of a draft": (
        lambda world: again(world, collect(world)[0]),
        "Only a round that was walked has doors that were missed.",
        "只有走过的轮次才有漏收门户。",
    ),
    "next pass twice": (
        pass_planned_twice,
        "The next pass of this round is planned already.",
        "本轮的补收已经安排。",
    ),
    "no door missed": (
        lambda world: again(world, walked(world, outcome="done")),
        "No door was missed.",
        "没有漏收的门户。",
    ),
    "too strong": (
        partial(begin, ppm=90_000),
        "This disinfectant is used with 250 to 10000 ppm.",
        "这种消毒剂的使用浓度为 250 至 10000 毫克/升。",
    ),
    "which home": (partial(begin, **HOME), "Say which home it is.", "请写明是哪一户。"),
    "a home not asked": (
        lambda world: begin(world, **HOME, door=world.lin_home.door),
        "Ask first whether something there must not be sprayed.",
        "请先问清家中有没有不能喷洒的物品。",
    ),
    "nowhere": (partial(begin, part="other", building=None), "Say where it is.", "请写明地点。"),
    "sprayed elsewhere": (lambda world: begin(world, building=world.other_building), *ELSEWHERE),
    "sprayed twice": (
        spray_twice,
        "This cannot be done now: it is “spraying”.",
        "现在不能这样做：当前状态为“喷洒中”。",
    ),
    "called off without why": (lambda world: call_off(disinfection=begin(world), by=world.chen, reason=" "), *WHY),
    "safe too early": (
        lambda world: written(world, started_at=NOON, ended_at=NOON, safe_at=NOON + 10 * MINUTE),
        "Not safe before 12:30: the disinfectant needs its rest.",
        "12:30 前还不安全：消毒剂需静置。",
    ),
    "rests longer without why": (
        lambda world: finish(world, 2 * HOUR),
        "Say why it rests longer.",
        "请写明延长静置的原因。",
    ),
    "ended before it began": (
        lambda world: written(world, -1, -2),
        "It must end after it begins.",
        "结束时间要晚于开始时间。",
    ),
    "written ahead": (lambda world: written(world, 1, 2), "This is in the future.", "时间在将来。"),
    "corrected twice": (
        correct_twice,
        "Somebody has corrected this meanwhile: open the newest.",
        "刚才已有人更正，请打开最新版本。",
    ),
    "bags of elsewhere": (lambda world: bags(world, building=world.other_building), *ELSEWHERE),
    "no bags": (partial(bags, count=0), "Between 1 and 999 bags.", "请填 1 至 999 袋。"),
    "more than lie there": (
        lambda world: (bags(world), hand_to_lorry(compound=world.jiamu, count=3, by=world.chen)),
        "Only 2 bags are written down: write down the others first.",
        "只登记了 2 袋，请先补登其余的。",
    ),
    "taken back twice": (
        partial(back, times=2),
        "This line was taken back already.",
        "这条记录已经撤回。",
    ),
    "taking back a taking back": (
        partial(back, times=1, of_itself=True),
        "This line takes another back and stands.",
        "这条是撤回记录，不能再撤回。",
    ),
}
