"""The antigen loop: kit handed out (a mark) -> told -> or overdue -> called -> knocked; positive -> a single tube.

Kits are marked at the door like any visit. What was told is a fact about one person (testing_rounds/results.py);
nothing here writes a state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.in_rounds import Reads, in_rounds
from residents.links import touch_link
from residents.models import Building, Compound, Household, HouseholdLink, User
from rounds.models import Round, Visit
from rounds.services import change_round, create_round
from testing_rounds.antigen_stats import PersonLine, Step, is_past, lines_of, people_of
from testing_rounds.models import Chase, ExpectedPerson, PersonResult, Result, ResultSource, TestRound
from testing_rounds.results import Telling, lock_people, tell_results
from testing_rounds.services import put_posts
from testing_rounds.settling import latest_by_source

# What two lines, or one, or none can say. That sources contradict each other is only ever computed.
READINGS = (Result.NEGATIVE, Result.POSITIVE, Result.INVALID)
TOLD_AFTER_CLOSING = timedelta(days=1)  # how long a household may still tell once the round is closed


class AntigenError(ValueError):
    """A sentence for the person who tried."""


@transaction.atomic
def create_antigen_round(
    *,
    compound: Compound,
    starts_at: datetime,
    ends_at: datetime,
    feedback_until: datetime,
    buildings: Iterable[Building],
    title: str = "",
    instructions: str = "",
    posts_first: bool = True,
) -> TestRound:
    round = create_round(
        compound=compound,
        kind=Round.Kind.ANTIGEN,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        buildings=buildings,
    )
    put_posts(round, first=posts_first)
    return TestRound.objects.create(
        round=round,
        pool_size=TestRound.PoolSize.SINGLE,
        instructions=instructions,
        feedback_until=feedback_until,
    )


@transaction.atomic
def change_antigen_round(
    *, test_round: TestRound, feedback_until: datetime, instructions: str, posts_first: bool = True, **window
) -> None:
    """Raises RoundError once the round is over. The hour of the feedback may move as long as it is not."""
    put_posts(change_round(round=test_round.round, **window), first=posts_first)
    test_round.instructions, test_round.feedback_until = instructions, feedback_until
    test_round.save(update_fields=["instructions", "feedback_until"])


# --- Telling --------------------------------------------------------------------------------------


@dataclass
class Told:
    """What became of an answer; `same` was told before and is no new fact."""

    facts: list[PersonResult] = field(default_factory=list)
    same: int = 0

    @property
    def positives(self) -> list[PersonResult]:
        return [fact for fact in self.facts if fact.value == Result.POSITIVE]


@transaction.atomic
def tell_household(
    *,
    visit: Visit,
    answers: Mapping[int, str],
    source: str,
    by: User | None = None,
    link: HouseholdLink | None = None,
) -> Told:
    """Each person separately, by number. All of it or nothing; raises AntigenError or ResultError.

    A household takes back only its own word: beside another source's it makes `disputed`, and a person decides. A
    lead or the desk, who has asked, corrects whatever stands and differs.
    """
    if not answers:
        raise AntigenError(_("Choose what the test shows, for one person at least."))
    row = Visit.objects.select_related("round__test_round", "round__compound").get(pk=visit.pk)
    _refuse_other_rounds(row.round)
    people = lock_people(ExpectedPerson.objects.filter(visit=row).values_list("pk", flat=True))
    by_number = {person.number: person for person in people.values() if person.is_there}
    for number, value in answers.items():
        if number not in by_number:
            raise AntigenError(_("Somebody in this answer is not expected behind this door."))
        if value not in READINGS:
            raise AntigenError(_("“%(value)s” is not what a test can show.") % {"value": value})
    standing = _standing({by_number[number].pk for number in answers})
    told, tellings = Told(), []
    for number, value in sorted(answers.items()):
        person = by_number[number]
        mine = standing[person.pk].get(source)
        if mine is not None and mine.value == value and person.result == value:
            told.same += 1
            continue
        corrected = _what_it_corrects(standing[person.pk], source, value, link)
        for fact in corrected or (None,):
            tellings.append(Telling(person=person, value=value, source=source, corrects=fact))
    if tellings:
        told.facts = tell_results(tellings=tellings, by=by, link=link)
    if link is not None:
        touch_link(link)
    return told


def _standing(people: set[int]) -> dict[int, dict[str, PersonResult]]:
    """Person -> source -> what it says now."""
    facts: dict[int, list[PersonResult]] = defaultdict(list)
    for fact in PersonResult.objects.filter(person__in=people):
        facts[fact.person_id].append(fact)
    return {pk: latest_by_source(facts[pk]) for pk in people}  # type: ignore[misc]


def _what_it_corrects(
    standing: dict[str, PersonResult], source: str, value: str, link: HouseholdLink | None
) -> list[PersonResult]:
    """A second kit after an invalid one corrects nothing: both happened. One word for each source that says otherwise:
    a fact corrects one."""
    mine = standing.get(source)
    others = [fact for name, fact in standing.items() if name != source]
    if link is None:
        differing = [fact for fact in others if fact.value not in {value, Result.INVALID}]
        if differing:
            return sorted(differing, key=lambda fact: (fact.told_at, fact.pk))
    if mine is None or mine.value in {value, Result.INVALID} or (link is not None and mine.link_id != link.pk):
        return []
    return [mine]


@transaction.atomic
def tell_all_negative(*, round: Round, visits: Iterable[Visit], source: str, by: User) -> int:
    """Negative for everybody behind these doors who was given a kit and of whom nothing was told yet. How many.

    Who has no kit, has told something or takes no part is left alone: "all negative" never speaks for the absent.
    """
    current = Round.objects.select_related("test_round").get(pk=round.pk)
    _refuse_other_rounds(current)
    rows = list(Visit.objects.filter(round=current, pk__in=[visit.pk for visit in visits]).order_by("pk"))
    lock_people(ExpectedPerson.objects.filter(visit__in=rows).values_list("pk", flat=True))
    lines = lines_of(rows, is_past(current, timezone.now()))
    due = [line.person for some in lines.values() for line in some if line.has_kit_untold]
    if due:
        tell_results(tellings=[Telling(person=person, value=Result.NEGATIVE, source=source) for person in due], by=by)
    return len(due)


def _refuse_other_rounds(round: Round) -> None:
    if round.kind != Round.Kind.ANTIGEN:
        raise AntigenError(_("This is not an antigen round."))
    if round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise AntigenError(_("The round is not open: no result can be told."))


def source_of(user: User, building: Building) -> str:
    """Whose word it is at the desk: of the building's lead, else of the desk."""
    is_steward = building.compound_id in user.access.steward
    return ResultSource.DESK if is_steward else ResultSource.LEAD


# --- A household's own view -----------------------------------------------------------------------


@dataclass
class HouseholdTest:
    """One antigen round as one household sees it."""

    visit: Visit
    lines: list[PersonLine]
    is_past: bool
    action: str = ""  # where the household's page sends its answer
    error: str = ""  # why its last answer there was not taken

    @property
    def has_positive(self) -> bool:
        return any(line.step in {Step.POSITIVE, Step.DISPUTED} for line in self.lines)

    @property
    def is_open(self) -> bool:
        """Somebody is still to be told of."""
        return any(line.step not in {Step.NEGATIVE, Step.POSITIVE, Step.DISPUTED, Step.EXCUSED} for line in self.lines)


@in_rounds
def rounds_told_by(household: Household, now: datetime | None = None) -> Reads[list[HouseholdTest]]:
    """The antigen rounds a household may tell of now: open ones, and those closed since yesterday. Two statements."""
    now = now or timezone.now()
    (visits,) = yield (
        Visit.objects.filter(
            Q(round__state=Round.State.OPEN)
            | Q(round__state=Round.State.CLOSED, round__closed_at__gt=now - TOLD_AFTER_CLOSING),
            household=household,
            round__kind=Round.Kind.ANTIGEN,
        )
        .select_related("round__test_round")
        .order_by("-round__starts_at", "-round"),
    )
    if not visits:
        return []
    past = {visit.pk: is_past(visit.round, now) for visit in visits}
    (people,) = yield (people_of(visits),)
    lines = lines_of(visits, False, people)
    return [HouseholdTest(visit, lines[visit.pk], past[visit.pk]) for visit in visits]


# --- Chasing --------------------------------------------------------------------------------------


def record_chase(*, visit: Visit, step: str, was_reached: bool, by: User, note: str = "") -> Chase:
    """Somebody called or knocked. Both the try and whether it reached anybody stay on record."""
    if visit.round.kind != Round.Kind.ANTIGEN or visit.round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise AntigenError(_("Nobody owes a result in this round."))
    if step not in Chase.Step.values:
        raise AntigenError(_("Say whether somebody called or knocked."))
    return Chase.objects.create(visit=visit, step=step, was_reached=was_reached, by=by, note=note)
