"""Read models: the roster by day, a shift with who stands in it, the hours of each person, the health of a week."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from residents.models import Compound, User, Volunteer
from shifts.models import HealthWord, Place, Shift, ShiftRules
from shifts.reckoning import SHANGHAI, spoken

DAY = timedelta(days=1)
HEALTH_DAYS = 7
MOST_PAST = 30


def with_people(shifts: QuerySet[Shift]) -> QuerySet[Shift]:
    """`people`: who has a place or waits for one, in their order."""
    places = Place.objects.standing().select_related("volunteer").order_by("pk")
    return shifts.select_related("building").prefetch_related(Prefetch("all_places", places, to_attr="people"))


def dress(shift: Shift, rules: ShiftRules) -> Shift:
    """For a page: those inside and those who wait apart, and what is worn."""
    people: list[Place] = shift.people  # type: ignore[attr-defined]
    shift.inside = [place for place in people if place.state == Place.State.HELD]
    shift.waiting = [place for place in people if place.state == Place.State.WAITING]
    shift.gear = rules.gear_for(shift.task)
    return shift


@dataclass
class Roster:
    days: list[tuple[date, list[Shift]]]
    past: list[Shift]
    on_duty: int
    holes: int  # places open in shifts that begin within a day


def read_roster(compound: Compound, user: User, rules: ShiftRules, now: datetime | None = None) -> Roster:
    """Three statements, however many shifts there are."""
    now = now or timezone.now()
    mine = Shift.objects.visible_to(user).filter(compound=compound)
    ahead = [dress(shift, rules) for shift in with_people(mine.not_over(now))]
    days: dict[date, list[Shift]] = defaultdict(list)
    for shift in ahead:
        days[max(timezone.localdate(shift.starts_at), timezone.localdate(now))].append(shift)
    running = [shift for shift in ahead if shift.starts_at <= now]
    return Roster(
        days=sorted(days.items()),
        past=list(mine.filter(ends_at__lte=now, ends_at__gt=now - 7 * DAY).order_by("-starts_at", "-pk")[:MOST_PAST]),
        on_duty=sum(len(shift.inside) for shift in running),
        holes=sum(shift.free for shift in ahead if shift.starts_at <= now + DAY),
    )


@dataclass
class Hours:
    """One person's work. `untold`: nobody has said yet whether they came; those hours stand apart."""

    volunteer: str
    shifts: int = 0
    time: timedelta = field(default_factory=timedelta)
    untold: int = 0
    untold_time: timedelta = field(default_factory=timedelta)
    absent: int = 0

    @property
    def hours(self) -> str:
        return spoken(self.time)

    @property
    def untold_hours(self) -> str:
        return spoken(self.untold_time)


def read_hours(compound: Compound, first: date, last: date, now: datetime | None = None) -> list[Hours]:
    """Derived from shifts that are over and began on these days. One statement. Most hours first."""
    now = now or timezone.now()
    begin = datetime.combine(first, datetime.min.time(), tzinfo=SHANGHAI)
    end = datetime.combine(last, datetime.min.time(), tzinfo=SHANGHAI) + DAY
    rows = Place.objects.held().filter(
        shift__compound=compound,
        shift__cancelled_at=None,
        shift__starts_at__gte=begin,
        shift__starts_at__lt=end,
        shift__ends_at__lte=now,
    )
    found: dict[int, Hours] = {}
    facts = ("volunteer_id", "volunteer__name", "shift__starts_at", "shift__ends_at", "presence")
    for pk, name, starts_at, ends_at, presence in rows.values_list(*facts):
        line = found.setdefault(pk, Hours(name))
        if presence == Place.Presence.ABSENT:
            line.absent += 1
        elif presence == Place.Presence.CAME:
            line.shifts += 1
            line.time += ends_at - starts_at
        else:
            line.untold += 1
            line.untold_time += ends_at - starts_at
    return sorted(found.values(), key=lambda line: (-line.time, -line.untold_time, line.volunteer))


@dataclass
class Wellness:
    volunteer: Volunteer
    days: list[str]  # the word of each day, or empty; the gravest where there are several
    is_stopped: bool = False
    since: date | None = None


GRAVITY = ("", "well", "cleared", "symptom", "positive")


def read_health(compound: Compound, today: date) -> tuple[list[date], list[Wellness]]:
    """Two statements. Who is stopped stands first."""
    days = [today - n * DAY for n in range(HEALTH_DAYS)]
    lines = {
        person.pk: Wellness(person, [""] * HEALTH_DAYS)
        for person in Volunteer.objects.active().filter(compound=compound).order_by("name", "pk")
    }
    words = HealthWord.objects.filter(volunteer__in=lines).order_by("pk")
    for pk, kind, on in words.values_list("volunteer_id", "kind", "on"):
        line = lines[pk]
        if 0 <= (place := (today - on).days) < HEALTH_DAYS:
            line.days[place] = max(line.days[place], kind, key=GRAVITY.index)
        if kind != HealthWord.Kind.WELL:
            line.is_stopped = kind in HealthWord.STOPS
            line.since = on if line.is_stopped else None
    return days, sorted(lines.values(), key=lambda line: not line.is_stopped)
