"""What the pages show: read models with a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from care.folding import day_of
from care.models import CallPlace, CallStep, CareDesk, Kind, Need
from care.models.rota import MOST_MISSED
from residents.in_rounds import Reads, in_rounds
from residents.models import Compound, Household, Resident, Skill, User, Volunteer
from rounds.models import Round

SHOWN = 200
STILL_SHOWN = timedelta(days=7)
DAYS = 7
HOME = "household__door__building"
PERSON = "resident__household__door__building"

# Who might see to it, before anybody else.
SKILLS_FOR: dict[str, tuple[str, ...]] = {
    Kind.MEDICINE: (Skill.DRIVER, Skill.NURSE, Skill.DOCTOR),
    Kind.MEDICAL: (Skill.DOCTOR, Skill.NURSE, Skill.DRIVER),
    Kind.FOOD: (Skill.STRONG_ARMS, Skill.DRIVER),
    Kind.BABY: (Skill.NURSE, Skill.DOCTOR, Skill.DRIVER),
    Kind.REPAIR: (Skill.STRONG_ARMS,),
    Kind.MOOD: (Skill.DIALECT, Skill.DOCTOR, Skill.NURSE),
    Kind.OTHER: (),
}


# --- Needs ------------------------------------------------------------------------------------------


@dataclass
class NeedsPage:
    free: list[Need] = field(default_factory=list)
    held: list[Need] = field(default_factory=list)
    done: list[Need] = field(default_factory=list)
    stale_count: int = 0

    @property
    def open_count(self) -> int:
        return len(self.free) + len(self.held)


def read_needs(compound: Compound, user: User, *, kind: str = "", now: datetime | None = None) -> NeedsPage:
    """One statement. Urgent first, then what is needed soonest."""
    now = now or timezone.now()
    rows = Need.objects.visible_to(user).filter(compound=compound).open()
    if kind:
        rows = rows.filter(kind=kind)
    page = NeedsPage()
    for need in rows.select_related(HOME, "holder", "helper")[:SHOWN]:
        need.stands_still = need.is_stale(now)  # type: ignore[attr-defined]
        need.is_lapsed = need.holder_id is not None and need.is_free(now)  # type: ignore[attr-defined]
        page.stale_count += need.is_stale(now)
        if need.state == Need.State.DONE:
            page.done.append(need)
        else:
            (page.free if need.is_free(now) else page.held).append(need)
    return page


def count_needs(compound: Compound) -> dict[str, int]:
    """For who looks over several compounds: numbers, nothing else."""
    open_rows = Need.objects.filter(compound=compound).open()
    return open_rows.aggregate(
        open=Count("pk", filter=~Q(state=Need.State.DONE)),
        urgent=Count("pk", filter=Q(is_urgent=True) & ~Q(state=Need.State.DONE)),
        stale=Count("pk", filter=Q(rings_at__lte=timezone.now())),
    )


@dataclass
class Hand:
    volunteer: Volunteer
    skills: list[str]
    knows_building: bool
    load: int

    @property
    def labels(self) -> list[str]:
        return [str(Skill(code).label) for code in self.skills]


def who_could(need: Need) -> list[Hand]:
    """Those whose skills fit first, then who knows the house, then who has least to do. Two statements."""
    wanted = SKILLS_FOR[need.kind]
    rows = Volunteer.objects.active().filter(compound=need.compound_id).prefetch_related("usual_buildings")
    busy = Count("needs", filter=Q(needs__closed_at=None), distinct=True)
    building = need.household.door.building_id
    hands = [
        Hand(
            volunteer=row,
            skills=[code for code in wanted if code in row.skills],
            knows_building=any(house.pk == building for house in row.usual_buildings.all()),
            load=row.load,
        )
        for row in rows.annotate(load=busy)
    ]
    hands.sort(key=lambda hand: (not hand.skills, not hand.knows_building, hand.load, hand.volunteer.name))
    return hands[:12]


@in_rounds
def read_home_needs(household: Household, now: datetime | None = None) -> Reads[tuple[CareDesk | None, list[Need]]]:
    """One statement."""
    recent = Q(closed_at=None) | Q(closed_at__gt=(now or timezone.now()) - STILL_SHOWN)
    desks, needs = yield (
        CareDesk.objects.filter(compound=household.door.building.compound_id),
        Need.objects.filter(recent, household=household).order_by("-made_at", "-pk")[:30],
    )
    return (desks[0], needs) if desks else (None, [])


# --- The rota ---------------------------------------------------------------------------------------


@dataclass
class Queue:
    due: list[CallPlace] = field(default_factory=list)
    later: list[CallPlace] = field(default_factory=list)  # put off, or somebody calls now
    to_knock: list[CallPlace] = field(default_factory=list)
    knocking: list[CallPlace] = field(default_factory=list)
    away: list[CallPlace] = field(default_factory=list)  # in hospital, elsewhere, or not here any more
    called_count: int = 0
    on_rota: int = 0


def with_last_call(places: QuerySet[CallPlace]) -> QuerySet[CallPlace]:
    """What was heard last, and when: said in the list, so that nobody asks the same twice."""
    calls = CallStep.objects.filter(place=OuterRef("pk"), step__in=CallStep.Step.calls()).order_by("-pk")
    return places.annotate(last_heard=Subquery(calls.values("step")[:1]), last_at=Subquery(calls.values("at")[:1]))


def _speak(place: CallPlace) -> CallPlace:
    place.last_words = CallStep.Step(place.last_heard).label if place.last_heard else ""  # type: ignore[attr-defined]
    return place


def read_queue(compound: Compound, user: User, now: datetime | None = None) -> Queue:
    """Two statements."""
    now = now or timezone.now()
    today = day_of(now)
    rows = CallPlace.objects.visible_to(user).filter(compound=compound).active().in_turn()
    page = Queue()
    for place in with_last_call(rows).select_related(PERSON, "holder", "knock__round"):
        page.on_rota += 1
        _speak(place)
        person = place.resident
        gone = person.moved_out_on or person.household.moved_out_on
        if gone or person.whereabouts != Resident.Whereabouts.HOME:
            page.away.append(place)
        elif place.needs_knock:
            walked = place.knock is not None and place.knock.round.state == Round.State.OPEN
            (page.knocking if walked else page.to_knock).append(place)
        elif place.due_on <= today:
            waits = place.is_held(now) or (place.again_at is not None and place.again_at > now)
            place.is_mine = place.held_by(user, now)  # type: ignore[attr-defined]
            (page.later if waits else page.due).append(place)
    page.called_count = _calls_of(day=today, compound=compound, user=user).count()
    return page


def _calls_of(*, day: date, compound: Compound, user: User) -> QuerySet[CallStep]:
    places = CallPlace.objects.visible_to(user).filter(compound=compound)
    return CallStep.objects.filter(place__in=places, step__in=CallStep.Step.calls(), at__date=day)


def count_calls(compound: Compound) -> dict[str, int]:
    rows = CallPlace.objects.filter(compound=compound).reachable()
    return rows.aggregate(
        due=Count("pk", filter=Q(due_on__lte=timezone.localdate(), missed_count__lt=MOST_MISSED)),
        knocks=Count("pk", filter=Q(missed_count__gte=MOST_MISSED)),
    )


# How a day shows in the week: the strongest word of the day.
CELLS = {
    CallStep.Step.MET: "met",
    CallStep.Step.ANSWERED: "answered",
    CallStep.Step.PROXY: "proxy",
    CallStep.Step.NOT_MET: "not_met",
    CallStep.Step.NO_ANSWER: "missed",
}
STRENGTH = list(CELLS)


@dataclass
class Line:
    place: CallPlace
    cells: list[str]


@dataclass
class Week:
    days: list[date]
    lines: list[Line]

    @property
    def reached(self) -> list[int]:
        good = {"met", "answered", "proxy"}
        return [sum(line.cells[n] in good for line in self.lines) for n in range(len(self.days))]


def read_week(compound: Compound, user: User, now: datetime | None = None) -> Week:
    """People by the seven days until today. Two statements."""
    today = day_of(now or timezone.now())
    days = [today - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
    rows = CallPlace.objects.visible_to(user).filter(compound=compound).active().select_related(PERSON)
    order = ("resident__household__door__building__position", "-resident__household__door__floor", "pk")
    places = list(rows.order_by(*order))
    told: dict[tuple[int, date], set[str]] = defaultdict(set)
    since = timezone.make_aware(datetime.combine(days[0], datetime.min.time()))
    steps = CallStep.objects.filter(place__in=places, at__gte=since, step__in=STRENGTH).order_by("pk")
    for place, step, at in steps.values_list("place", "step", "at"):
        told[place, day_of(at)].add(step)
    return Week(
        days, [Line(place, [_cell(place, day, today, told[place.pk, day]) for day in days]) for place in places]
    )


def _cell(place: CallPlace, day: date, today: date, steps: set[str]) -> str:
    for step in STRENGTH:
        if step in steps:
            return CELLS[step]
    if day < day_of(place.begun_at):
        return "before"
    return "due" if place.due_on <= day else "rest"


def proposals(compound: Compound, user: User) -> list[Resident]:
    """Who the roster says may be alone or hard to reach, and who never had a place on the rota. One statement."""
    marks = Q(lives_alone=True) | Q(age_band=Resident.AgeBand.OLD) | Q(needs_home_visit=True)
    marks |= Q(has_no_phone=True, age_band=Resident.AgeBand.ELDER)
    rows = Resident.objects.kept_by(user).filter(marks, moved_out_on=None, household__moved_out_on=None)
    rows = rows.filter(household__door__building__compound=compound, call_places=None)
    order = ("household__door__building__position", "-household__door__floor", "household__door__position", "pk")
    return list(rows.select_related("household__door__building").order_by("-lives_alone", *order)[:SHOWN])
