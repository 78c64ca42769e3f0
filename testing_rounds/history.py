"""The line of all test rounds of a person, a household, a building or a compound. Reads only; the number of
statements does not grow with the rounds."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet, Sum

from residents.models import Building, Household, Resident
from rounds.models import Outcome, Round, Visit
from testing_rounds.models import ExpectedPerson, Hold, PersonResult, Result, Swab
from testing_rounds.result_tables import coarse

TREND = 30
# A recall goes to a few people of one tube: everybody of it is not everybody of the house.
OF_ALL = frozenset({Round.Kind.PCR, Round.Kind.ANTIGEN})
TESTS = Round.objects.filter(kind__in=Round.Kind.tests()).exclude(state__in=["draft", "cancelled"])


@dataclass
class RoundLine:
    """What became of a round in the buildings that were asked about."""

    round: Round
    doors: int = 0
    doors_answered: int = 0
    expected: int = 0
    sampled: int = 0
    held: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_of_all(self) -> bool:
        return self.round.kind in OF_ALL

    @property
    def doors_missing(self) -> int:
        return self.doors - self.doors_answered

    @property
    def percent(self) -> int:
        """Rounded down: 100 means everybody."""
        return self.sampled * 100 // self.expected if self.expected else 0

    @property
    def told(self) -> int:
        return sum(self.counts.values())

    @property
    def not_negative(self) -> int:
        return self.told - self.counts[Result.NEGATIVE]

    @property
    def coarse_not_negative(self) -> str:
        return coarse(self.not_negative)


def lines_of(buildings: QuerySet[Building], rounds: QuerySet[Round]) -> list[RoundLine]:
    """The given rounds in these buildings, newest first. Four statements."""
    visits = Visit.objects.filter(building__in=buildings, round__in=rounds).order_by().values("round")
    answered = Count("pk", filter=Q(outcome__in=Outcome.answered()))
    sums = {
        row["round"]: row
        for row in visits.annotate(
            doors=Count("pk"),
            answered=answered,
            people=Sum("expected_count"),
            extra=Sum("extra_count"),
            done=Sum("done_count"),
        )
    }
    lines = {
        round.pk: RoundLine(
            round,
            doors=sums[round.pk]["doors"],
            doors_answered=sums[round.pk]["answered"],
            expected=sums[round.pk]["people"] + sums[round.pk]["extra"],
            sampled=sums[round.pk]["done"],
        )
        for round in rounds
        if round.pk in sums
    }
    people = ExpectedPerson.objects.filter(visit__building__in=buildings, visit__round__in=list(lines))
    told = people.exclude(result="").order_by().values_list("visit__round", "result").annotate(n=Count("pk"))
    for pk, value, number in told:
        lines[pk].counts[value] = number
    held = Hold.objects.filter(person__visit__building__in=buildings, person__visit__round__in=list(lines)).order_by()
    for pk, number in held.values_list("person__visit__round").annotate(n=Count("pk")):
        lines[pk].held = number
    return list(lines.values())


@dataclass(frozen=True)
class Bar:
    """Of the trend's drawing, in its own units: a round is 10 wide, everybody is 100 high."""

    x: int
    height: int
    line: RoundLine

    @property
    def css(self) -> str:
        if not self.line.is_of_all:
            return "trend-few"
        return "trend-done" if self.line.percent == 100 else "trend-short"

    @property
    def y(self) -> int:
        return 100 - self.height


def draw_trend(lines: list[RoundLine]) -> list[Bar]:
    """The last thirty rounds, the oldest on the left."""
    shown = list(reversed(lines[:TREND]))
    return [Bar(index * 10, max(line.percent, 1), line) for index, line in enumerate(shown)]


# --- A household, a person ---------------------------------------------------------------------------


@dataclass
class PersonLine:
    """A person in one round."""

    person: ExpectedPerson
    tube: str = ""
    facts: list[PersonResult] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)

    @property
    def is_held(self) -> bool:
        return any(hold.release == "" for hold in self.holds)

    @property
    def outcome_label(self) -> str:
        return str(Outcome(self.person.outcome).label)


@dataclass
class HouseholdLine:
    visit: Visit
    people: list[PersonLine]


def household_lines(household: Household) -> list[HouseholdLine]:
    """Five statements."""
    people = ExpectedPerson.objects.filter(visit__household=household)
    by_visit: dict[int, HouseholdLine] = {}
    for line in _lines(people):
        by_visit.setdefault(line.person.visit_id, HouseholdLine(line.person.visit, [])).people.append(line)
    return list(by_visit.values())


def person_lines(resident: Resident) -> list[PersonLine]:
    """Of the person under every record that was merged into theirs. Five statements."""
    return _lines(ExpectedPerson.objects.filter(Q(resident=resident) | Q(resident__merged_into=resident)))


def _lines(people: QuerySet[ExpectedPerson]) -> list[PersonLine]:
    rows = list(
        people.select_related("visit__round", "visit__building")
        .exclude(visit__round__state="cancelled")
        .order_by("-visit__round__starts_at", "-visit__round", "number")
    )
    ids = [person.pk for person in rows]
    facts: dict[int, list[PersonResult]] = defaultdict(list)
    for fact in PersonResult.objects.filter(person__in=ids).select_related("entered_by", "corrected_by"):
        facts[fact.person_id].append(fact)
    holds: dict[int, list[Hold]] = defaultdict(list)
    for hold in Hold.objects.filter(person__in=ids).select_related("released_by"):
        holds[hold.person_id].append(hold)
    tubes = dict(Swab.objects.filter(person__in=ids, voided_at=None).values_list("person", "tube__code"))
    return [PersonLine(person, str(tubes.get(person.pk, "")), facts[person.pk], holds[person.pk]) for person in rows]
