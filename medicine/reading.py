"""Read models of the desk, the bags and the dates: as many statements for one row as for a thousand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q
from django.utils import timezone

from medicine.models import BagThing, Entry, Errand, Handover, MedicalDate, Question
from medicine.models.errands import BY_DOOR
from residents.models import Compound, Household, RoleGrant, User

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


def read_home_desk(household: Household, now: datetime | None = None) -> HomeDesk | None:
    """One statement where there is nothing to show, two otherwise."""
    now = now or timezone.now()
    compound = household.door.building.compound_id
    doctors = RoleGrant.objects.in_force().filter(
        compound=OuterRef("pk"), role=RoleGrant.Role.DOCTOR, user__is_active=True
    )
    recent = Q(closed_at=None) | Q(closed_at__gt=now - RECENT)
    mine = Question.objects.filter(recent, household=household)
    has_doctor, has_questions = Compound.objects.filter(pk=compound).values_list(Exists(doctors), Exists(mine)).get()
    if not has_doctor and not has_questions:
        return None
    if not has_questions:
        return HomeDesk(has_doctor, [])
    entries = (
        Entry.objects.filter(question__in=mine)
        .select_related("question__resident", "corrected_by")
        .order_by("-question__asked_at", "question", "at", "pk")
    )
    found: dict[int, Any] = {}
    for entry in entries:
        question = found.setdefault(entry.question_id, entry.question)
        if not hasattr(question, "lines"):
            question.lines = []
        question.lines.append(entry)
        if entry.is_alarm and not hasattr(entry, "corrected_by"):
            question.alarm = entry
    return HomeDesk(has_doctor, list(found.values()))


def read_home_errands(household: Household, now: datetime | None = None) -> list[Errand]:
    """Bags under way, and what ended within three days. Three statements, one where there is none."""
    since = (now or timezone.now()) - timedelta(days=3)
    rows = household.errands.filter(Q(ended_at=None) | Q(ended_at__gt=since))
    return with_holders(rows.select_related("resident").prefetch_related(BAG, HANDS).order_by("-pk"))
