"""What the pages of results show: counts by building, people behind their doors, the facts about one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum

from residents.models import AccessRecord, Building, User
from rounds.models import Round, Visit
from testing_rounds.models import ExpectedPerson, Hold, Result, Swab, Tube, TubeResult

FEW = 5
OPEN = Q(holds__isnull=False, holds__release="")


def coarse(count: int, value: str = "") -> str:
    return "<5" if 0 < count < FEW and value != Result.NEGATIVE else str(count)


@dataclass
class ResultRow:
    """Of one building, or of all."""

    building: Building | None = None
    expected: int = 0
    sampled: int = 0
    held: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> int:
        return sum(self.counts.values())

    @property
    def missing(self) -> int:
        """Sampled, and nothing told yet."""
        return max(0, self.sampled - self.told)

    def cells(self) -> list[tuple[str, str, int]]:
        return [(value, str(label), self.counts[value]) for value, label in Result.choices if self.counts[value]]

    def coarse_cells(self) -> list[tuple[str, str, str]]:
        """For an officer: below five, a number in a house of neighbours is nearly a name."""
        return [(value, label, coarse(count, value)) for value, label, count in self.cells()]


def count_results(round: Round, buildings: list[Building]) -> tuple[list[ResultRow], ResultRow]:
    """Three statements, whatever the number of people."""
    rows = {building.pk: ResultRow(building) for building in buildings}
    visits = Visit.objects.filter(round=round, building__in=rows).order_by().values("building")
    for line in visits.annotate(expected=Sum("expected_count"), extra=Sum("extra_count"), done=Sum("done_count")):
        row = rows[line["building"]]
        row.expected, row.sampled = line["expected"] + line["extra"], line["done"]
    people = ExpectedPerson.objects.filter(visit__round=round, visit__building__in=rows).exclude(result="").order_by()
    for building, value, number in people.values_list("visit__building", "result").annotate(n=Count("pk")):
        rows[building].counts[value] = number
    held = Hold.objects.open().filter(person__visit__round=round, person__visit__building__in=rows).order_by()
    for building, number in held.values_list("person__visit__building").annotate(n=Count("pk")):
        rows[building].held = number
    total = ResultRow()
    for row in rows.values():
        total.expected += row.expected
        total.sampled += row.sampled
        total.held += row.held
        total.counts.update(row.counts)
    return list(rows.values()), total


@dataclass
class DoorResults:
    visit: Visit
    people: list[ExpectedPerson]


def doors_with_results(round: Round, building: Building) -> list[DoorResults]:
    """Door by door as people walk, each person told whether they are held."""
    people = (
        ExpectedPerson.objects.filter(visit__round=round, visit__building=building)
        .select_related("visit")
        .annotate(held_count=Count("holds", filter=OPEN))
        .order_by("visit__entrance", "-visit__floor", "visit__position", "visit__room", "visit", "number")
    )
    doors: dict[int, DoorResults] = {}
    for person in people:
        doors.setdefault(person.visit_id, DoorResults(person.visit, [])).people.append(person)
    return list(doors.values())


def log_look(*, user: User, round: Round, subject: str, rows: int) -> None:
    """Who opened a list of rooms and results. The subject names no person."""
    AccessRecord.objects.create(
        user=user, compound=round.compound, deed=AccessRecord.Deed.LOOK, subject=subject, row_count=rows
    )


def open_questions(round: Round) -> dict[str, list]:
    """What a steward looks at first: tubes that are not negative, and people of whom sources differ."""
    people = ExpectedPerson.objects.filter(visit__round=round, result__in=[Result.POSITIVE, Result.DISPUTED])
    return {
        "tubes": list(
            Tube.objects.filter(test_round__round=round)
            .exclude(result__in=["", Result.NEGATIVE])
            .select_related("recall__round")
            .order_by("-result_at")
        ),
        "people": list(people.select_related("visit__building").order_by("-result_at")[:100]),
    }


@dataclass
class FactLine:
    fact: object
    is_of_tube: bool
    is_corrected: bool


def facts_about(person: ExpectedPerson) -> list[FactLine]:
    """Everything told of the person and of their tube, newest first. Two statements."""
    own = list(person.results.select_related("entered_by", "corrected_by", "corrects"))
    tubes = Swab.objects.filter(person=person, voided_at=None).values("tube")
    of_tube = TubeResult.objects.filter(tube__in=tubes).select_related("entered_by", "corrected_by", "tube")
    lines = [FactLine(fact, False, hasattr(fact, "corrected_by")) for fact in own]
    lines += [FactLine(fact, True, hasattr(fact, "corrected_by")) for fact in of_tube]
    return sorted(lines, key=lambda line: line.fact.told_at, reverse=True)  # type: ignore[attr-defined]
