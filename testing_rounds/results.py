"""Results of people and of tubes: told, corrected, folded. The portal is never the laboratory's record.

`tell_results` and `record_tube_results` are the only writers of facts; `refold_people` is the only writer of
`ExpectedPerson.result`. What a result causes (holds, a recall, a release) happens in `testing_rounds.recall`, in the
same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import HouseholdLink, User
from rounds.models import CLOCK_TOLERANCE, Mark, Outcome, Round
from testing_rounds.models import (
    TAKEN_BACK,
    ExpectedPerson,
    LabList,
    PersonResult,
    Result,
    ResultSource,
    Swab,
    Tube,
    TubeResult,
)
from testing_rounds.recall import TRUSTED, follow_people, follow_tubes, with_door_today
from testing_rounds.recheck import follow_antigen
from testing_rounds.settling import settle_person, settle_status

__all__ = [
    "LABORATORY",
    "ResultError",
    "Telling",
    "TubeTelling",
    "record_tube_result",
    "record_tube_results",
    "refold_people",
    "refold_tubes",
    "settle_person",
    "settle_status",
    "tell_result",
    "tell_results",
]

# Who repeats what a laboratory read: without a sample there was nothing to read.
LABORATORY = frozenset({ResultSource.LAB_LIST, ResultSource.HEALTH_APP})
SAMPLED = frozenset({Outcome.DONE, Outcome.ELSEWHERE})
BATCH = 1000
MOST_ALIKE = 4  # statuses and moments written one after the other
SETTLED = ("value", "source", "told_at", "corrects")  # what the fold reads of a fact


class ResultError(ValueError):
    """A sentence for the person who told it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One word about one person, before it is a fact."""

    person: ExpectedPerson
    value: str
    source: str
    happened_at: datetime | None = None
    corrects: PersonResult | None = None
    note: str = ""
    mark: Mark | None = None  # the tap at the door that said it


@dataclass(frozen=True, slots=True)
class TubeTelling:
    tube: Tube
    value: str
    source: str
    happened_at: datetime | None = None
    corrects: TubeResult | None = None
    note: str = ""


# --- Of a person ----------------------------------------------------------------------------------


def tell_result(
    *,
    person: ExpectedPerson,
    value: str,
    source: str,
    by: User | None = None,
    link: HouseholdLink | None = None,
    happened_at: datetime | None = None,
    corrects: PersonResult | None = None,
    note: str = "",
) -> PersonResult:
    telling = Telling(person, value, source, happened_at, corrects, note)
    return tell_results(tellings=[telling], by=by, link=link)[0]


@transaction.atomic
def tell_results(
    *,
    tellings: Sequence[Telling],
    by: User | None = None,
    link: HouseholdLink | None = None,
    lab_list: LabList | None = None,
    locked: Mapping[int, ExpectedPerson] | None = None,
) -> list[PersonResult]:
    """All of them or none: the first that cannot stand raises ResultError. The number of statements is flat.

    `locked`: the people by key, where the caller had to lock them before knowing what to tell.
    """
    now = timezone.now()
    people = {telling.person.pk: locked[telling.person.pk] for telling in tellings} if locked else None
    if people is None:
        people = lock_people([telling.person.pk for telling in tellings])
    if by is None and link is None:
        raise ResultError(_("Somebody has to say who told this."))
    sampled = _in_a_tube(people, [telling for telling in tellings if telling.source in LABORATORY])
    _refuse_strange_corrections(tellings, by, link)
    for telling in tellings:
        person = people.get(telling.person.pk)
        if person is None:
            raise ResultError(_("This person is not expected in the round any more."))
        if telling.value != TAKEN_BACK or telling.corrects is None:
            refuse_value(telling.value, telling.source)
        refuse_moment(telling.happened_at, person.visit.round, now)
        if link is not None and link.household_id != person.visit.household_id:
            raise ResultError(_("This link belongs to another household."))
        if telling.source in LABORATORY and person.pk not in sampled and person.outcome not in SAMPLED:
            raise ResultError(_("%(person)s: a result needs a sample, and none was marked.") % {"person": person})
    teller = by.pk if by else None
    facts = PersonResult.objects.bulk_create(
        [
            PersonResult(
                person=people[telling.person.pk],
                value=telling.value,
                source=telling.source,
                happened_at=telling.happened_at,
                told_at=now,
                entered_by_id=telling.mark.marked_by_id if telling.mark else teller,
                link=link,
                lab_list=lab_list,
                mark=telling.mark,
                corrects=telling.corrects,
                note=telling.note,
            )
            for telling in tellings
        ],
        batch_size=BATCH,
    )
    before = {pk: person.result for pk, person in people.items()}
    refold_people(people.values())
    follow_antigen(facts, before, by=by)
    trusted = {telling.person.pk for telling in tellings if telling.source in TRUSTED}
    follow_people(list(people.values()), by=by, trusted=trusted)
    return facts


def lock_people(ids: Iterable[int]) -> dict[int, ExpectedPerson]:
    """In the order of their keys, so that two who tell at once cannot wait for each other. Two statements."""
    return lock_those(ExpectedPerson.objects.filter(pk__in=set(ids)))


def lock_those(people: QuerySet[ExpectedPerson]) -> dict[int, ExpectedPerson]:
    rows = people.order_by("pk").select_related("visit").select_for_update(of=("self",), no_key=True)
    locked = {person.pk: person for person in rows}
    rounds = Round.objects.in_bulk({person.visit.round_id for person in locked.values()})
    for person in locked.values():
        person.visit.round = rounds[person.visit.round_id]
    return locked


def _in_a_tube(people: dict[int, ExpectedPerson], tellings: list[Telling]) -> set[int]:
    """Of those whose mark does not say it, who lies in a tube all the same."""
    asked = [telling.person.pk for telling in tellings]
    unmarked = [pk for pk in asked if pk in people and people[pk].outcome not in SAMPLED]
    if not unmarked:
        return set()
    return set(Swab.objects.filter(person__in=unmarked, voided_at=None).values_list("person", flat=True))


def _refuse_strange_corrections(tellings: Sequence[Telling], by: User | None, link: HouseholdLink | None) -> None:
    corrections = {telling.corrects.pk: telling for telling in tellings if telling.corrects}
    if not corrections:
        return
    gone = set(PersonResult.objects.filter(corrects__in=corrections).values_list("corrects", flat=True))
    for pk, telling in corrections.items():
        target = telling.corrects
        if target is None or target.person_id != telling.person.pk:
            raise ResultError(_("What should be corrected was told of somebody else."))
        if pk in gone:
            raise ResultError(_("This has been corrected already. Look at it as it is now."))
        if by is None and (target.link_id is None or link is None or target.link_id != link.pk):
            raise ResultError(_("The committee told this; please ask them to correct it."))


def refuse_value(value: str, source: str) -> None:
    if value not in Result.tellable():
        raise ResultError(_("“%(value)s” is not a result.") % {"value": value})
    if source not in ResultSource.values:
        raise ResultError(_("“%(source)s” is not a source of results.") % {"source": source})


def refuse_moment(happened_at: datetime | None, round: Round, now: datetime) -> None:
    """Not before the round, not after this minute; and only for a round whose doors were ever opened."""
    if round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise ResultError(_("The round is not open: no result can be told."))
    if happened_at is None:
        return
    shown = {"time": f"{timezone.localtime(happened_at):%Y-%m-%d %H:%M}"}
    if happened_at > now + CLOCK_TOLERANCE:
        raise ResultError(_("Read at %(time)s: that is in the future.") % shown)
    if round.opened_at and happened_at < min(round.opened_at, round.starts_at):
        raise ResultError(_("Read at %(time)s: that is before the round began. Is it of another round?") % shown)


def refold_people(people: Iterable[ExpectedPerson]) -> list[ExpectedPerson]:
    """Write what the facts about each (locked) person come to. Returns those whose status changed."""
    people = list(people)
    ids = [person.pk for person in people]
    swabbed = [person.pk for person in people if person.visit.round.kind != Round.Kind.ANTIGEN]
    own: dict[int, list[PersonResult]] = defaultdict(list)
    for fact in PersonResult.objects.filter(person__in=ids).only(*SETTLED, "person"):
        own[fact.person_id].append(fact)
    tube_of, neighbours, told = _tubes_around(swabbed) if swabbed else ({}, {}, {})
    changed = []
    for person in people:
        tube = tube_of.get(person.pk)
        of_tube, is_alone = (told[tube], neighbours[tube] == 1) if tube else ([], False)
        settled = settle_person(own[person.pk], of_tube, is_alone=is_alone)
        if (person.result, person.result_at) != settled:
            person.result, person.result_at = settled.value, settled.at
            changed.append(person)
    write_people(changed)
    return changed


def _tubes_around(people: list[int]) -> tuple[dict[int, int], dict[int, int], dict[int, list[TubeResult]]]:
    """Person -> tube, tube -> people in it, tube -> what was told of it; of tubes of which anything was told."""
    held = Swab.objects.filter(person__in=people, voided_at=None)
    told: dict[int, list[TubeResult]] = defaultdict(list)
    for fact in TubeResult.objects.filter(tube__in=held.values("tube")):
        told[fact.tube_id].append(fact)
    if not told:
        return {}, {}, told
    tube_of = dict(held.filter(tube__in=told).values_list("person", "tube"))
    neighbours: dict[int, int] = defaultdict(int)
    for tube in Swab.objects.filter(tube__in=told, voided_at=None).values_list("tube", flat=True):
        neighbours[tube] += 1
    return tube_of, neighbours, told


def write_people(people: list[ExpectedPerson]) -> None:
    """A statement for each status and moment: what is told at once is told of many. Where they are many, one."""
    same: dict[tuple[str, datetime | None], list[int]] = defaultdict(list)
    for person in people:
        same[person.result, person.result_at].append(person.pk)
    if len(same) > MOST_ALIKE:
        ExpectedPerson.objects.bulk_update(people, ["result", "result_at"], batch_size=BATCH)
        return
    for (value, at), keys in same.items():
        ExpectedPerson.objects.filter(pk__in=keys).update(result=value, result_at=at)


# --- Of a tube ------------------------------------------------------------------------------------


def record_tube_result(
    *,
    tube: Tube,
    value: str,
    source: str,
    by: User,
    happened_at: datetime | None = None,
    corrects: TubeResult | None = None,
    note: str = "",
) -> TubeResult:
    """A positive, inconclusive or lost tube holds and recalls its people at once; `corrects` may set them free."""
    telling = TubeTelling(tube, value, source, happened_at, corrects, note)
    return record_tube_results(tellings=[telling], by=by)[0]


@transaction.atomic
def record_tube_results(
    *, tellings: Sequence[TubeTelling], by: User, lab_list: LabList | None = None
) -> list[TubeResult]:
    """All of them or none. Flat in the number of tubes, but for the recalls they cause."""
    now = timezone.now()
    tubes = lock_tubes([telling.tube.pk for telling in tellings])
    _refuse_strange_tube_corrections(tellings)
    people = lock_people_of(tubes, {telling.tube.pk: telling.value for telling in tellings})
    for telling in tellings:
        tube = tubes[telling.tube.pk]
        refuse_value(telling.value, telling.source)
        refuse_moment(telling.happened_at, tube.test_round.round, now)
        if not people[tube.pk]:
            raise ResultError(_("Tube %(tube)s: a result needs a sample, and nobody is in it.") % {"tube": tube})
    facts = TubeResult.objects.bulk_create(
        [
            TubeResult(
                tube=tubes[telling.tube.pk],
                value=telling.value,
                source=telling.source,
                happened_at=telling.happened_at,
                told_at=now,
                entered_by=by,
                lab_list=lab_list,
                corrects=telling.corrects,
                note=telling.note,
            )
            for telling in tellings
        ],
        batch_size=BATCH,
    )
    _refold(tubes, people)
    follow_tubes(list(tubes.values()), people, by=by)
    return facts


@transaction.atomic
def refold_tubes(*, tubes: Iterable[Tube], by: User) -> None:
    """After people were put into tubes, or taken out: whoever comes late into a positive tube is held too."""
    locked = lock_tubes([tube.pk for tube in tubes])
    told = {pk: tube for pk, tube in locked.items() if tube.result}
    if not told:
        return
    people = lock_people_of(told, {})
    _refold(told, people)
    follow_tubes(list(told.values()), people, by=by)


def lock_tubes(ids: Iterable[int]) -> dict[int, Tube]:
    """With their compound's row, which hands out the numbers of recalls; it may be pointed at meanwhile."""
    rows = Tube.objects.filter(pk__in=set(ids)).select_related("test_round__round", "compound").order_by("pk")
    return {tube.pk: tube for tube in rows.select_for_update(of=("self", "compound"), no_key=True)}


def lock_people_of(tubes: dict[int, Tube], told: Mapping[int, str]) -> dict[int, list[ExpectedPerson]]:
    """Tube -> who is in it, each with `tube_id`, locked. Of tubes that may hold somebody, with all a recall asks: most
    of a list is negative, and asks nothing."""
    quiet = {Result.NEGATIVE, ""}
    grave = [pk for pk, tube in tubes.items() if not {told.get(pk, ""), tube.result} <= quiet]
    people: dict[int, list[ExpectedPerson]] = {pk: [] for pk in tubes}
    for keys, is_grave in ((tubes.keys() - set(grave), False), (grave, True)):
        rows: Any = (  # with `tube_id`
            ExpectedPerson.objects.filter(swabs__tube__in=keys, swabs__voided_at=None)
            .annotate(tube_id=F("swabs__tube"))
            .select_related("visit")
            .order_by("pk")
            .select_for_update(of=("self",), no_key=True)
        )
        rows = with_door_today(rows) if is_grave else rows
        for person in rows if keys else ():
            round = tubes[person.tube_id].test_round.round
            if person.visit.round_id == round.pk:
                person.visit.round = round
            people[person.tube_id].append(person)
    return people


def _refuse_strange_tube_corrections(tellings: Sequence[TubeTelling]) -> None:
    corrections = {telling.corrects.pk: telling for telling in tellings if telling.corrects}
    if not corrections:
        return
    gone = set(TubeResult.objects.filter(corrects__in=corrections).values_list("corrects", flat=True))
    for pk, telling in corrections.items():
        if telling.corrects is None or telling.corrects.tube_id != telling.tube.pk:
            raise ResultError(_("What should be corrected was told of another tube."))
        if pk in gone:
            raise ResultError(_("This has been corrected already. Look at it as it is now."))


def _refold(tubes: dict[int, Tube], people: dict[int, list[ExpectedPerson]]) -> None:
    """What is known of the tubes, and through them of their people. Three statements."""
    told, own = _facts_about(tubes, [person.pk for inside in people.values() for person in inside])
    changed = []
    for tube in tubes.values():
        settled = settle_status(told[tube.pk])
        if (tube.result, tube.result_at) != settled:
            tube.result, tube.result_at = settled.value, settled.at
            changed.append(tube)
    Tube.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=["result", "result_at"], batch_size=BATCH
    )
    moved = []
    for tube_pk, inside in people.items():
        for person in inside:
            settled = settle_person(own[person.pk], told[tube_pk], is_alone=len(inside) == 1)
            if (person.result, person.result_at) != settled:
                person.result, person.result_at = settled.value, settled.at
                moved.append(person)
    write_people(moved)


class ToldBefore(NamedTuple):
    """As much of a fact as the fold reads."""

    of_tube: bool
    about: int
    pk: int
    value: str
    source: str
    told_at: datetime
    corrects_id: int | None


def _facts_about(
    tubes: Iterable[int], people: Iterable[int]
) -> tuple[dict[int, list[ToldBefore]], dict[int, list[ToldBefore]]]:
    """By tube and by person, read once under their locks. One statement."""
    names = ("pk", "value", "source", "told_at", "corrects")
    of_tubes = TubeResult.objects.filter(tube__in=tubes).order_by()
    of_people = PersonResult.objects.filter(person__in=people).order_by()
    rows = of_tubes.annotate(of_tube=Value(1)).values_list("of_tube", "tube", *names)
    more = of_people.annotate(of_tube=Value(0)).values_list("of_tube", "person", *names)
    told: dict[int, list[ToldBefore]] = defaultdict(list)
    own: dict[int, list[ToldBefore]] = defaultdict(list)
    for fact in (ToldBefore(*row) for row in rows.union(more, all=True)):
        (told if fact.of_tube else own)[fact.about].append(fact)
    return told, own
