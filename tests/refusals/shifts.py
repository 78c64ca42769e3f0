"""The refusals of shifts and of the health log: tests/refusals/table.py says how a row reads."""

from datetime import timedelta
from functools import partial

from compound.turned_positive import turn_positive
from residents.models import Compound, Volunteer
from shifts.health import say_health
from shifts.places import tell_presence
from shifts.services import cancel_shift, change_shift, make_shifts
from tests.refusals.table import NOT_HERE, WHY
from tests.shifts.crew import HOUR, NOON, Crew

DAY = timedelta(days=1)


def make(world, start=2, length=3, **changes):
    return Crew(world).shift(start, length, **changes)


def take(world, *spans, **changes):
    """Wei takes one shift after the other; each span is when it starts and how long it lasts."""
    crew = Crew(world)
    return [crew.take(crew.shift(*span, **changes)) for span in spans][-1]


def change(world, **changes):
    place = take(world, (2, 3))
    shift = place.shift
    names = ("title", "task", "building", "meeting_point", "starts_at", "ends_at", "places")
    change_shift(shift=shift, by=world.chen, now=NOON, **{name: getattr(shift, name) for name in names} | changes)


def called_off(world):
    shift = make(world)
    cancel_shift(shift=shift, reason="下雨", by=world.chen, now=NOON)
    Crew(world).take(shift)


def too_late(world):
    crew, shift = Crew(world), make(world)
    crew.now = NOON + DAY
    crew.take(shift)


def untrained(world):
    Compound.objects.update(requires_training=True)
    take(world, (2, 3))


def resting(world):
    say_health(volunteer=world.wei, kind="symptom", by=world.chen, now=NOON)
    take(world, (2, 3))


def told_of_who_left(world):
    place = take(world, (2, 3))
    Crew(world).leave(place)
    tell_presence(place=place, presence="came", by=world.chen, now=NOON + 3 * HOUR)


def health_of_who_left(world):
    Volunteer.objects.filter(pk=world.wei.pk).update(ended_at=NOON)
    say_health(volunteer=world.wei, kind="well", by=world.chen)


def positive_twice(world):
    for _twice in range(2):
        turn_positive(volunteer=world.wei, by=world.chen, days=2)


def at(hours):
    return NOON + hours * HOUR


OVER = ("This shift would be over already.", "这个时间已经过了。")
ROWS = {
    "called off without why": (
        lambda world: cancel_shift(shift=make(world), reason=" ", by=world.chen, now=NOON),
        *WHY,
    ),
    "called off with a novel": (
        lambda world: cancel_shift(shift=make(world), reason="雨" * 201, by=world.chen, now=NOON),
        "The reason is too long.",
        "原因太长了。",
    ),
    "of a shift called off": (called_off, "This shift was called off.", "这一班已取消。"),
    "of a shift that is over": (too_late, "This shift is over.", "这一班已结束。"),
    "from another compound": (lambda world: Crew(world).take(make(world), world.other_volunteer), *NOT_HERE),
    "sealed and untrained": (
        lambda world: take(world, (2, 3), task="sealed"),
        "Sealed buildings are for the trained: 魏志愿 has not been trained yet.",
        "封控楼须培训后上岗：魏志愿还没有培训。",
    ),
    "untrained": (untrained, "魏志愿 has not been trained yet.", "魏志愿还没有培训。"),
    "resting": (
        resting,
        "魏志愿 rests: a steward has to say first that they may serve again.",
        "魏志愿休息中，须干事确认后才能上岗。",
    ),
    "in two places": (
        lambda world: take(world, (2, 3), (4, 2)),
        "魏志愿 has another shift then: 门岗秩序, 4-11 14:00–17:00.",
        "魏志愿那时另有一班：门岗秩序，4-11 14:00–17:00。",
    ),
    "without rest": (
        lambda world: take(world, (2, 3), (6, 2)),
        "魏志愿 would rest 1 h between two shifts; at least 6 h are agreed.",
        "魏志愿两班之间只休息 1 小时，约定至少 6 小时。",
    ),
    "too long a day": (
        lambda world: take(world, (1, 9)),
        "魏志愿 would serve 9 h that day; at most 8 h are agreed.",
        "魏志愿当天将达 9 小时，约定最多 8 小时。",
    ),
    "too long a week": (
        lambda world: take(world, *[(24 * day + 2, 8) for day in range(6)]),
        "魏志愿 would serve 48 h that week; at most 40 h are agreed.",
        "魏志愿本周将达 48 小时，约定最多 40 小时。",
    ),
    "told of who left": (
        told_of_who_left,
        "They have no place in this shift any more.",
        "此人已不在这一班。",
    ),
    "came before it began": (
        lambda world: tell_presence(place=take(world, (2, 3)), presence="came", by=world.chen, now=NOON),
        "This shift has not begun yet.",
        "这一班还没开始。",
    ),
    "ends before it starts": (
        partial(make, length=-1),
        "The shift must end after it starts.",
        "结束时间要晚于开始时间。",
    ),
    "longer than a shift": (
        partial(make, length=13),
        "A shift lasts 12 hours at the most: make two of it.",
        "一班最长 12 小时，请分成两班。",
    ),
    "made too late": (partial(make, start=-9), *OVER),
    "in another compound's house": (
        lambda world: make(world, building=world.other_building),
        "This building is not in this compound.",
        "这栋楼不在本小区。",
    ),
    "for a month": (
        lambda world: make_shifts(
            compound=world.jiamu, by=world.chen, days=31, now=NOON, starts_at=at(2), ends_at=at(4), title="岗", places=1
        ),
        "A shift is repeated on 1 to 14 days.",
        "最多连排 1 到 14 天。",
    ),
    "moved under somebody": (
        lambda world: change(world, ends_at=at(6)),
        "Somebody relies on these hours. Call the shift off and make another.",
        "已有人报名这个时间，请取消后另排一班。",
    ),
    "another work under somebody": (
        lambda world: change(world, task="remote"),
        "Somebody took this class of work. Call the shift off and make another.",
        "已有人报名这类工作，请取消后另排一班。",
    ),
    "fewer places than people": (
        lambda world: change(world, places=0),
        "1 places are taken: take somebody out first.",
        "已有 1 人在岗位上，请先减人。",
    ),
    "health of who left": (health_of_who_left, "This volunteer has left.", "这位志愿者已经离开。"),
    "cleared of nothing": (
        lambda world: say_health(volunteer=world.wei, kind="cleared", by=world.chen),
        "Nothing stops this volunteer.",
        "这位志愿者没有停岗。",
    ),
    "doors of a week": (
        lambda world: turn_positive(volunteer=world.wei, by=world.chen, days=7),
        "Doors are looked up for 2 to 4 days back.",
        "只查最近 2 至 4 天的门户。",
    ),
    "positive twice": (
        positive_twice,
        "This was told already, and nobody has said since that they may serve again.",
        "已经登记过，且尚未确认可以上岗。",
    ),
}
