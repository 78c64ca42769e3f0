"""The demo's shifts in the tower: three days worked and told, one going on with a hole, tomorrow's sampling in two
crews with a waiting list, a sealed house for the trained, and one volunteer who rests after a symptom."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from residents.models import Compound, User, Volunteer
from residents.squad import change_volunteer
from shifts.health import say_health
from shifts.models import Shift
from shifts.places import leave_place, take_place, tell_presence
from shifts.services import make_shifts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SKILLS = (
    *(("driver",), ("spreadsheets",), ("dialect",), ("nurse",), ("strong_arms",), ("strong_arms", "driver")),
    *((), ("dialect",), ("strong_arms",), (), ("doctor",)),
)
TRAINED = 7  # of the squad, the first so many
PARCELS = (0, 1, 4, 5, 6, 8)  # who carries parcels; the last of them did not come once


def show_shifts(tower: Compound, steward: User, squad: list[Volunteer]) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    squad = [_show_what(person, number, now) for number, person in enumerate(squad)]
    for ago in (3, 2, 1):
        _worked(tower, steward, squad, now, ago)
    for ago in (2, 1, 0):
        for person in squad[: 9 - ago]:
            say_health(volunteer=person, kind="well", by=person.user, now=now - ago * DAY)
    _today(tower, steward, squad, now)
    _tomorrow(tower, steward, squad, now)
    say_health(volunteer=squad[6], kind="symptom", by=squad[6].user, now=now - HOUR / 2)


def _show_what(person: Volunteer, number: int, now: datetime) -> Volunteer:
    trained = timezone.localdate(now) - 12 * DAY if number < TRAINED else None
    return change_volunteer(volunteer=person, name=person.name, skills=SKILLS[number], trained_on=trained)


def _make(tower: Compound, by: User, title: str, start: datetime, hours: float, places: int, **facts) -> Shift:
    told = {"task": "order", "building": None, "meeting_point": "大堂"} | facts
    times = {"starts_at": start, "ends_at": start + hours * HOUR}
    return make_shifts(compound=tower, by=by, title=title, places=places, now=start - DAY, **told | times)[0]


def _fill(shift: Shift, people: list[Volunteer], now: datetime) -> None:
    for person in people:
        take_place(shift=shift, volunteer=person, by=person.user, now=now)


def _worked(tower: Compound, by: User, squad: list[Volunteer], now: datetime, ago: int) -> None:
    start = _at(now - ago * DAY, 9)
    shift = _make(tower, by, "保供包裹·上午", start, 2.5, 6)
    _fill(shift, [squad[number] for number in PARCELS], start - HOUR)
    for number, place in enumerate(shift.all_places.order_by("pk")):
        is_missing = ago == 2 and number == len(PARCELS) - 1
        if ago > 1 or number < 4:  # of yesterday's nobody has told all yet
            tell_presence(place=place, presence="absent" if is_missing else "came", by=by, now=start + 3 * HOUR)


def _today(tower: Compound, by: User, squad: list[Volunteer], now: datetime) -> None:
    """A crew on duty, of which one could not come and nobody has filled the hole."""
    gate = _make(tower, by, "大堂秩序·扫码", (now - HOUR).replace(minute=0), 4, 4)
    _fill(gate, [squad[number] for number in (2, 3, 7, 9)], now - 6 * HOUR)
    leave_place(place=gate.all_places.get(volunteer=squad[9]), by=squad[9].user, reason="孩子发烧", now=now - 2 * HOUR)
    for place in gate.all_places.filter(state="held").order_by("pk")[:2]:
        tell_presence(place=place, presence="came", by=by, now=now)


def _tomorrow(tower: Compound, by: User, squad: list[Volunteer], now: datetime) -> None:
    morning = _at(now + DAY, 7)
    first = _make(tower, by, "核酸秩序·上半场", morning, 3.5, 3)
    second = _make(tower, by, "核酸秩序·下半场", morning + 3.5 * HOUR, 3.5, 3)
    sealed = {"task": "sealed", "building": tower.buildings.first()}
    _make(tower, by, "楼内送菜收垃圾", _at(now + DAY, 15), 2, 4, **sealed)
    _fill(first, [squad[number] for number in (0, 1, 6, 8, 10)], now - 3 * HOUR)  # two wait; one falls ill
    _fill(second, [squad[5]], now - 3 * HOUR)
    _fill(Shift.objects.get(compound=tower, title="楼内送菜收垃圾"), [squad[2], squad[4]], now - 3 * HOUR)


def _at(moment: datetime, hour: int) -> datetime:
    return timezone.localtime(moment).replace(hour=hour, minute=0)
