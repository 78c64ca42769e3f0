"""The antigen round's read models: how far each building is, who stands where, who is overdue.

Everybody expected is in exactly one step, so no sum is ever above the number of heads. Statements do not grow with
people, and no statement reads another round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Building
from rounds.board import in_walking_order
from rounds.models import Outcome, Round, Visit
from testing_rounds.models import Chase, ExpectedPerson, Result
from testing_rounds.result_tables import coarse


class Step:
    """Where one person stands. Derived each time it is asked; kept nowhere."""

    NO_KIT = "no_kit"
    GIVEN = "given"
    OVERDUE = "overdue"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    RETEST = "retest"
    DISPUTED = "disputed"
    EXCUSED = "excused"


STEP_WORDS = {
    Step.NO_KIT: _("no kit yet"),
    Step.GIVEN: pgettext_lazy("antigen", "kit given, not told"),
    Step.OVERDUE: pgettext_lazy("antigen", "overdue"),
    Step.NEGATIVE: pgettext_lazy("antigen", "told: negative"),
    Step.POSITIVE: pgettext_lazy("antigen", "told: positive"),
    Step.RETEST: pgettext_lazy("antigen", "invalid: another kit"),
    Step.DISPUTED: pgettext_lazy("antigen", "told two ways"),
    Step.EXCUSED: pgettext_lazy("antigen", "takes no part"),
}
# Drawn with the desk's outcome colours, never alone: the word stands beside it.
STEP_CSS = {
    Step.NO_KIT: "waiting",
    Step.GIVEN: "elsewhere",
    Step.OVERDUE: "nobody_home",
    Step.NEGATIVE: "done",
    Step.POSITIVE: "refused",
    Step.RETEST: "nobody_home",
    Step.DISPUTED: "refused",
    Step.EXCUSED: "exempt",
}
_OF_RESULT = {
    Result.NEGATIVE: Step.NEGATIVE,
    Result.POSITIVE: Step.POSITIVE,
    Result.INVALID: Step.RETEST,
    Result.INCONCLUSIVE: Step.RETEST,
    Result.DISPUTED: Step.DISPUTED,
}
UNFINISHED = ("", Result.INVALID.value, Result.INCONCLUSIVE.value)  # results after which something is still to be told


def step_of(outcome: str, result: str, *, is_past: bool) -> str:
    """From what was marked at the door, what was told since, and whether the hour to tell it has passed.

    A result proves that there was a kit, also while the phone that handed it out has no signal.
    """
    if result:
        return _OF_RESULT[Result(result)]
    if outcome == Outcome.DONE:
        return Step.OVERDUE if is_past else Step.GIVEN
    return Step.EXCUSED if outcome in {Outcome.EXEMPT, Outcome.ELSEWHERE} else Step.NO_KIT


def is_past(round: Round, now: datetime) -> bool:
    until = round.test_round.feedback_until
    return until is not None and until <= now


@dataclass
class Tally:
    """People by step; of a building or of the round."""

    steps: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def heads(self) -> int:
        """Everybody who takes part."""
        return sum(count for step, count in self.steps.items() if step != Step.EXCUSED)

    @property
    def given(self) -> int:
        return self.heads - self.no_kit

    @property
    def no_kit(self) -> int:
        return self.steps[Step.NO_KIT]

    @property
    def missing(self) -> int:
        """Has a kit and has said nothing."""
        return self.steps[Step.GIVEN] + self.steps[Step.OVERDUE]

    @property
    def fed_back(self) -> int:
        return self.given - self.missing

    @property
    def positive(self) -> int:
        """Told two ways counts here: nobody may take it for a negative."""
        return self.steps[Step.POSITIVE] + self.steps[Step.DISPUTED]

    @property
    def coarse_positive(self) -> str:
        """For who only looks on."""
        return coarse(self.positive)

    @property
    def negative(self) -> int:
        return self.steps[Step.NEGATIVE]

    @property
    def invalid(self) -> int:
        return self.steps[Step.RETEST]

    @property
    def overdue(self) -> int:
        return self.steps[Step.OVERDUE]

    @property
    def percent(self) -> int:
        """Of those with a kit, rounded down: 100 means everybody."""
        return self.fed_back * 100 // self.given if self.given else 0


@dataclass
class BuildingTally:
    building: Building
    tally: Tally


@dataclass
class AntigenStats:
    round: Round
    rows: list[BuildingTally]
    total: Tally
    is_past: bool

    def fingerprint(self) -> tuple:
        """Everything the page shows: what an entity tag is made of."""
        return (
            self.round.state,
            str(self.round.test_round.feedback_until),
            self.is_past,
            [(row.building.pk, sorted(row.tally.steps.items())) for row in self.rows],
        )


# Households of which all people stand as the visit does; the others are looked at one by one.
_UNIFORM = Q(visit__people={}, visit__known={})


def read_stats(round: Round, buildings: QuerySet[Building], now: datetime | None = None) -> AntigenStats:
    """Of `round` (with its test_round) in those of `buildings` it goes through. Three statements."""
    past = is_past(round, now or timezone.now())
    in_order = in_walking_order(round, buildings.filter(rounds=round))
    rows = [BuildingTally(building, Tally()) for building in in_order]
    tallies = {row.building.pk: row.tally for row in rows}
    # By the round alone: a condition on buildings invites a database to walk their doors through all rounds.
    people = _people_of(round)
    alike = (
        people.filter(_UNIFORM, is_added=False)
        .order_by()
        .values_list("visit__building", "visit__outcome", "result")
        .annotate(n=Count("pk"))
    )
    for building_id, outcome, result, count in alike:
        if building_id in tallies:
            tallies[building_id].steps[step_of(outcome, result, is_past=past)] += count
    apart = people.exclude(_UNIFORM).select_related("visit").order_by()
    for person in apart.only(*PERSON_FIELDS):
        if person.visit.building_id in tallies and person.is_there:
            tallies[person.visit.building_id].steps[step_of_person(person, past)] += 1
    total = Tally()
    for row in rows:
        for step, count in row.tally.steps.items():
            total.steps[step] += count
    return AntigenStats(round, rows, total, past)


def _people_of(round: Round) -> QuerySet[ExpectedPerson]:
    """A round's visits are made together, so their keys lie together: within that stretch no database reads the people
    of all other rounds to find these (PostgreSQL did, from about sixty rounds on)."""
    keys = Visit.objects.filter(round=round).order_by().values("round")
    first, last = (Subquery(keys.annotate(end=end("pk")).values("end")) for end in (Min, Max))
    return ExpectedPerson.objects.filter(visit__round=round, visit_id__gte=first, visit_id__lte=last)


PERSON_FIELDS = (
    "number",
    "result",
    "is_added",
    "visit__building_id",
    "visit__outcome",
    "visit__people",
    "visit__known",
)


def step_of_person(person: ExpectedPerson, past: bool) -> str:
    """Needs `visit` loaded."""
    return step_of(person.outcome, person.result, is_past=past)


@dataclass
class PersonLine:
    """One person on a page: never more of the name than the page may show."""

    person: ExpectedPerson
    step: str
    chosen: str = ""  # what a form that failed had said of them

    @property
    def label(self) -> str:
        return str(self.person.masked_name)

    @property
    def word(self) -> str:
        return str(STEP_WORDS[self.step])

    @property
    def css(self) -> str:
        return STEP_CSS[self.step]

    @property
    def is_told(self) -> bool:
        return self.step in {Step.NEGATIVE, Step.POSITIVE, Step.RETEST, Step.DISPUTED}

    @property
    def is_owed(self) -> bool:
        """Somebody is waited for, or has to say which of two words is right."""
        return self.step in {Step.GIVEN, Step.OVERDUE, Step.RETEST, Step.DISPUTED}

    @property
    def has_kit_untold(self) -> bool:
        return self.step in {Step.GIVEN, Step.OVERDUE}


def people_of(visits: Iterable[Visit]) -> QuerySet[ExpectedPerson]:
    return ExpectedPerson.objects.filter(visit__in=[visit.pk for visit in visits]).order_by("visit", "number")


def lines_of(
    visits: Iterable[Visit], past: bool, people: Iterable[ExpectedPerson] | None = None
) -> dict[int, list[PersonLine]]:
    """Visit -> its people in order. One statement; the visits are given to the people, not read again."""
    by_pk = {visit.pk: visit for visit in visits}
    lines: dict[int, list[PersonLine]] = {pk: [] for pk in by_pk}
    for person in people_of(by_pk.values()) if people is None else people:
        person.visit = by_pk[person.visit_id]
        if person.is_there:
            lines[person.visit_id].append(PersonLine(person, step_of_person(person, past)))
    return lines


# --- Overdue --------------------------------------------------------------------------------------


@dataclass
class OverdueDoor:
    """A household that owes a result, what was tried, and what to try next."""

    visit: Visit
    people: list[PersonLine]
    chases: list[Chase]

    @property
    def next_step(self) -> str:
        return next_chase(self.chases)


def next_chase(chases: list[Chase]) -> str:
    """Call first; who was not reached by phone is knocked for, and knocked for again."""
    if not chases:
        return Chase.Step.CALLED
    return Chase.Step.KNOCKED


def overdue_people(round: Round, buildings: Iterable[Building] | QuerySet[Building]) -> QuerySet[ExpectedPerson]:
    """Who may be overdue once the hour has passed; `step_of_person` has the last word. With their visits."""
    return ExpectedPerson.objects.filter(
        visit__round=round, visit__building__in=buildings, result__in=UNFINISHED
    ).select_related("visit")


def read_overdue(round: Round, buildings: QuerySet[Building], now: datetime | None = None) -> list[OverdueDoor]:
    """Doors that owe a result, top floor first; empty until the hour has passed. Two statements."""
    if not is_past(round, now or timezone.now()):
        return []
    doors: dict[int, OverdueDoor] = {}
    people = (
        overdue_people(round, buildings)
        .select_related("visit__building", "visit__household")
        .annotate(place=Coalesce("visit__building__position", 0))
        .order_by(
            "place",
            "visit__building__code",
            "visit__entrance",
            "-visit__floor",
            "visit__position",
            "visit__room",
            "visit",
            "number",
        )
    )
    for person in people:
        step = step_of_person(person, True)
        if person.is_there and step in {Step.OVERDUE, Step.RETEST}:
            door = doors.setdefault(person.visit_id, OverdueDoor(person.visit, [], []))
            door.people.append(PersonLine(person, step))
    for chase in Chase.objects.filter(visit__in=doors).select_related("by").order_by("at", "pk"):
        doors[chase.visit_id].chases.append(chase)
    return list(doors.values())
