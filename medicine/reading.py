"""Read models of the desk, the bags and the dates: as many statements for one row as for a thousand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Min, Prefetch, Q
from django.utils import timezone

from medicine.models import BagThing, Entry, Errand, Handover, MedicalDate, Question
from medicine.models.errands import BY_DOOR
from residents.in_rounds import Reads, in_rounds
from residents.models import Compound, Household, Resident, RoleGrant, User

RECENT = timedelta(days=7)  # how long what is closed stays on a list
PLACE = "household__door__building"


@dataclass(frozen=True)
class DeskCounts:
    """All that a steward or an officer learns of questions."""

    waiting: int
    answered: int
    oldest: datetime | None


def count_questions(compound: Compound) -> DeskCounts:
    is_waiting = Q(waiting_since__isnull=False)
    found = (
        Question.objects.open()
        .filter(compound=compound)
        .aggregate(
            waiting=Count("pk", filter=is_waiting),
            answered=Count("pk", filter=~is_waiting),
            oldest=Min("waiting_since"),
        )
    )
    return DeskCounts(**found)


def read_questions(compound: Compound, user: User, now: datetime) -> list[Question]:
    """Those the user may read: what waits first, the longest first; what was closed this week last."""
    recent = Q(closed_at=None) | Q(closed_at__gt=now - RECENT)
    rows = Question.objects.visible_to(user).filter(recent, compound=compound)
    return list(
        rows.select_related("resident", PLACE).order_by(
            F("closed_at").asc(nulls_first=True),
            F("waiting_since").asc(nulls_last=True),
            "-is_urgent",
            "-asked_at",
            "pk",
        )
    )


def read_entries(question: Question) -> list[Entry]:
    """In the order they were said; each knows what corrected it."""
    rows = question.entries.select_related("by", "corrected_by").order_by("at", "pk")
    return list(rows)


# --- Errands --------------------------------------------------------------------------------------

BAG = Prefetch("things", queryset=BagThing.objects.order_by("pk"))
HANDS = Prefetch(
    "things__handovers", queryset=Handover.objects.select_related("person", "by").order_by("thing", "number")
)


def count_errands(compound: Compound) -> dict[str, int]:
    rows = Errand.objects.open().filter(compound=compound).order_by()
    found = dict(rows.values_list("state").annotate(n=Count("pk")))
    return {"open": sum(found.values()), "to_pick_up": found.get(Errand.State.ASKED, 0)}


def read_errands(compound: Compound, user: User) -> list[Errand]:
    """Open ones, with where their things are. Three statements."""
    rows = Errand.objects.visible_to(user).open().filter(compound=compound)
    found = rows.select_related("resident", PLACE).prefetch_related(BAG, HANDS).order_by("planned_on", *BY_DOOR)
    return with_holders(found)


def with_holders(errands: Iterable[Errand]) -> list[Errand]:
    """Each errand with `holders`: who has which of its things, said once a holder."""
    found = list(errands)
    for errand in found:
        rows = [list(thing.handovers.all())[-1] for thing in errand.things.all()]
        rows.sort(key=lambda row: (row.holder_words, row.thing_id))
        kinds = {thing.pk: str(thing.get_kind_display()) for thing in errand.things.all()}
        errand.holders = [  # type: ignore[attr-defined]
            (who, [kinds[row.thing_id] for row in some])
            for who, some in groupby(rows, key=lambda row: row.holder_words)
        ]
    return found


@dataclass(frozen=True)
class Stop:
    """One thing of a bag: where it is, and the way it came."""

    thing: BagThing
    last: Handover
    trail: list[Handover]


def read_bag(errand: Errand) -> list[Stop]:
    things = errand.things.prefetch_related(
        Prefetch("handovers", queryset=Handover.objects.select_related("person", "by").order_by("number"))
    )
    return [Stop(thing, rows[-1], rows) for thing in things if (rows := list(thing.handovers.all()))]


def read_runner(compound: Compound, user: User, day: date) -> list[tuple[str, list[Errand]]]:
    """Hospital by hospital, door by door."""
    rows = Errand.objects.visible_to(user).for_runner(day).filter(compound=compound).prefetch_related("things")
    return [(hospital, list(some)) for hospital, some in groupby(rows, key=lambda row: row.hospital)]


# --- Dates ----------------------------------------------------------------------------------------


def read_dates(compound: Compound, user: User) -> list[MedicalDate]:
    rows = MedicalDate.objects.visible_to(user).open().filter(compound=compound)
    return list(rows.select_related("resident", PLACE))


# --- A household's own page -----------------------------------------------------------------------


@dataclass
class HomeDesk:
    has_doctor: bool
    questions: list[Any]
    people: list[Resident]  # whom one may ask for


@in_rounds
def read_home_desk(household: Household, now: datetime | None = None) -> Reads[HomeDesk | None]:
    """One statement."""
    now = now or timezone.now()
    doctors = RoleGrant.objects.in_force().filter(
        compound=household.door.building.compound_id, role=RoleGrant.Role.DOCTOR, user__is_active=True
    )
    recent = Q(closed_at=None) | Q(closed_at__gt=now - RECENT)
    doctor, entries, people = yield (
        doctors.values("pk")[:1],
        Entry.objects.filter(question__in=Question.objects.filter(recent, household=household))
        .select_related("question__resident", "corrected_by")
        .order_by("-question__asked_at", "question", "at", "pk"),
        household.residents.current(),
    )
    if not doctor and not entries:
        return None
    found: dict[int, Any] = {}
    for entry in entries:
        question = found.setdefault(entry.question_id, entry.question)
        if not hasattr(question, "lines"):
            question.lines = []
        question.lines.append(entry)
        if entry.is_alarm and not hasattr(entry, "corrected_by"):
            question.alarm = entry
    return HomeDesk(bool(doctor), list(found.values()), people if doctor else [])


@dataclass
class HomeBag:
    """An errand as the household sees it: what of it is where, and nobody's name."""

    errand: Errand
    places: list[tuple[Handover.Holder, list[BagThing]]]


@in_rounds
def read_home_errands(household: Household, now: datetime | None = None) -> Reads[list[HomeBag]]:
    """Bags under way, and what ended within three days. One statement."""
    since = (now or timezone.now()) - timedelta(days=3)
    rows = household.errands.filter(Q(ended_at=None) | Q(ended_at__gt=since))
    errands, hands = yield (
        rows.select_related("resident").order_by("-pk"),
        Handover.objects.filter(thing__errand__in=rows).select_related("thing").order_by("thing", "number"),
    )
    last = {hand.thing_id: hand for hand in hands}  # the newest of each thing
    bags = []
    for errand in errands:
        places: dict[Handover.Holder, list[BagThing]] = {}
        for hand in last.values():
            if hand.thing.errand_id == errand.pk:
                places.setdefault(Handover.Holder(hand.holder), []).append(hand.thing)
        bags.append(HomeBag(errand, list(places.items())))
    return bags
