"""A positive antigen test is not a diagnosis: it asks for a single-tube PCR at the door.

One open round of single tubes collects them, a recall without a tube: each positive adds its person, and nobody
else. A door that was answered there already is not reopened: the next person from it begins a new round, for a mark
about "the household" must not speak of somebody it never saw. Told by mistake and corrected, the door is not waited
for any more: one more mark says so, unless somebody was sampled there.

Called by `testing_rounds.results` with the people locked and folded; everything is in that transaction, and flat in the
number of people.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models import Max, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.services import draft_message, plan_messages
from residents.models import Building, Compound, Household, Resident, RoleGrant, User
from residents.statements import Writes
from rounds.marks import refold
from rounds.models import Mark, Outcome, Round, RoundEvent, RoundQuerySet, Visit
from rounds.snapshot import joined_rooms_of
from testing_rounds.models import ExpectedPerson, PersonResult, Recheck, Result, ResultSource, TestRound
from testing_rounds.recall import ALARMING, TRUSTED, doors_today

LASTS = timedelta(hours=24)
CLEARED = ("", Result.NEGATIVE)
Text = Callable[[Round], tuple[str, str]]


def follow_antigen(facts: Sequence[PersonResult], before: Mapping[int, str], *, by: User | None) -> None:
    """What new facts of antigen rounds ask for, and what they ask for no more. `before`: person -> status until now."""
    tested = [fact for fact in facts if fact.person.visit.round.kind == Round.Kind.ANTIGEN]
    positive = [fact for fact in tested if fact.value == Result.POSITIVE]
    if positive:
        ask_for_single_tubes(facts=positive, antigen_round=positive[0].person.visit.round, by=by)
    free = {
        fact.person_id: fact.person
        for fact in tested
        if before[fact.person_id] in ALARMING and fact.person.result in CLEARED and _may_release(fact)
    }
    if free and by is not None:
        _release(list(free.values()), by)


def _may_release(fact: PersonResult) -> bool:
    """Whoever told it by mistake takes it back, but not a household: its own word sets nobody free."""
    takes_back_own = fact.corrects is not None and fact.corrects.source == fact.source != ResultSource.RESIDENT
    return fact.source in TRUSTED or takes_back_own


def open_rechecks(compound_id: int | OuterRef) -> RoundQuerySet:
    """Single tubes after positive antigen tests, of rounds that run."""
    return Round.objects.open().filter(
        compound=compound_id, kind=Round.Kind.RECALL, test_round__recalls=None, test_round__isnull=False
    )


# --- Asking ---------------------------------------------------------------------------------------


def ask_for_single_tubes(*, facts: Sequence[PersonResult], antigen_round: Round, by: User | None) -> None:
    """Doors move: each person is looked for where they are today. Who is asked for already is asked for once."""
    compound = Compound.objects.select_for_update().get(pk=antigen_round.compound_id)  # one at a time joins rounds
    people = list(
        ExpectedPerson.objects.filter(pk__in=[fact.person_id for fact in facts]).select_related(
            "visit__household__door__building", "resident__household__door__building"
        )
    )
    asked = _asked_already(people, compound.pk)
    homes = doors_today(person for person in people if person.pk not in asked)
    who = by or antigen_round.events.filter(step=RoundEvent.Step.OPENED).latest("at").by
    if asked:
        _ask_again(asked, by=who)
    if not homes:
        return
    behind: dict[Household, list[ExpectedPerson]] = defaultdict(list)
    for person, household in homes.items():
        behind[household].append(person)
    round, visits = _find_round(compound.pk, behind) or (_open_round(compound, who), {})
    round.compound = compound
    round.buildings.add(*{household.door.building_id for household in behind})
    _add(round, visits, behind)
    _tell(round, _asking, Counter(household.door.building for household in homes.values()))


def _asked_already(people: list[ExpectedPerson], compound_id: int) -> dict[int, ExpectedPerson]:
    """Person -> as whom they are asked for. Who is known only by the head count has nothing but the row of before."""
    residents = [person.resident_id for person in people if person.resident_id]
    rows = ExpectedPerson.objects.filter(visit__round__in=open_rechecks(compound_id)).order_by("pk")
    before = Recheck.objects.filter(person__in=people).values("asked_as")
    found = list(rows.filter(Q(resident__in=residents) | Q(pk__in=before)))
    of_resident = {row.resident_id: row for row in found if row.resident_id}
    of_person: dict[int, ExpectedPerson] = {}
    nameless = [person.pk for person in people if not person.resident_id]
    if nameless:
        by_pk = {row.pk: row for row in found}
        pairs = Recheck.objects.filter(person__in=nameless, asked_as__in=by_pk).values_list("person", "asked_as")
        of_person = {person: by_pk[asked] for person, asked in pairs}
    asked = {
        person.pk: of_resident.get(person.resident_id) if person.resident_id else of_person.get(person.pk)
        for person in people
    }
    return {pk: row for pk, row in asked.items() if row is not None}


def _ask_again(asked: dict[int, ExpectedPerson], *, by: User) -> None:
    """One more reason for a door that is on the list; where it had been let go of, it is waited for again."""
    rows = Recheck.objects.filter(asked_as__in=asked.values())
    before = list(rows)
    Recheck.objects.bulk_create(
        [Recheck(person_id=pk, asked_as=row) for pk, row in asked.items()], ignore_conflicts=True
    )
    let_go = {row.asked_as_id for row in before} - {row.asked_as_id for row in before if row.released_at is None}
    if let_go:
        note = _("Asked again: the test is positive after all.")
        rows.filter(person__in=asked).update(released_at=None, released_by=None, note=note)
        again = {row.pk: row for row in asked.values() if row.pk in let_go}
        _say_at_doors(list(again.values()), Outcome.WAITING, note, by)


def _find_round(compound_id: int, behind: Iterable[Household]) -> tuple[Round, dict[int, Visit]] | None:
    """The newest that runs and in which none of these doors was answered, with its visits there. A door somebody is
    marking at this moment counts as answered: nobody waits for a phone here."""
    rounds = list(open_rechecks(compound_id).order_by("-pk"))
    if not rounds:
        return None
    there = Visit.objects.filter(round__in=rounds, household__in=behind)
    busy = Counter(there.values_list("round", flat=True))
    visits: dict[int, dict[int, Visit]] = defaultdict(dict)
    for visit in there.select_for_update(skip_locked=True):
        visits[visit.round_id][visit.household_id] = visit
    for round in rounds:
        here = visits[round.pk]
        if len(here) == busy[round.pk] and not any(visit.latest_mark_id for visit in here.values()):
            return round, here
    return None


def _open_round(compound: Compound, by: User) -> Round:
    now = timezone.now()
    numbers = Round.objects.filter(compound=compound, kind=Round.Kind.RECALL)
    with translation.override(settings.LANGUAGE_CODE):
        title = _("after positive antigen tests")
    round = Round.objects.create(
        compound=compound,
        kind=Round.Kind.RECALL,
        number=(numbers.aggregate(newest=Max("number"))["newest"] or 0) + 1,
        title=title,
        starts_at=now,
        ends_at=now + LASTS,
        state=Round.State.OPEN,
        opened_at=now,
    )
    RoundEvent.objects.create(round=round, step=RoundEvent.Step.OPENED, by=by)
    TestRound.objects.create(round=round, pool_size=TestRound.PoolSize.SINGLE)
    return round


def _add(round: Round, visits: dict[int, Visit], behind: Mapping[Household, list[ExpectedPerson]]) -> None:
    """Each household's people behind its door in this round; `visits`: the doors it has, by household."""
    now = timezone.now()
    joined = joined_rooms_of({household.door.building for household in behind})
    people: list[tuple[Visit, int, ExpectedPerson]] = []
    new: list[Visit] = []
    widened: list[Visit] = []
    for household, here in behind.items():
        visit = visits.get(household.pk)
        (new if visit is None else widened).append(visit := visit or _visit_at(round, household, here, joined))
        people += [(visit, number, person) for number, person in enumerate(here, start=visit.expected_count + 1)]
        wanted = {need for person in here for need in person.needs} | set(visit.needs)
        visit.expected_count += len(here)
        visit.needs = [need for need in Resident.NEEDS if need in wanted]
        visit.revised_at = now
    Visit.objects.bulk_create(new)
    if widened:
        Visit.objects.bulk_update(widened, ["expected_count", "needs", "revised_at"])
    asked = ExpectedPerson.objects.bulk_create(
        ExpectedPerson(
            visit=visit,
            number=number,
            resident_id=person.resident_id,
            name=person.name,
            age_band=person.age_band,
            needs=person.needs,
        )
        for visit, number, person in people
    )
    Recheck.objects.bulk_create(
        Recheck(person=person, asked_as=row, since=now)
        for (_visit, _number, person), row in zip(people, asked, strict=True)
    )


def _visit_at(
    round: Round, household: Household, people: list[ExpectedPerson], joined: Mapping[int, list[str]]
) -> Visit:
    door = household.door
    return Visit(
        round=round,
        household=household,
        building_id=door.building_id,
        entrance=door.entrance,
        floor=door.floor,
        position=door.position,
        room=door.room,
        joined_rooms=joined.get(door.pk, []),
        label=next((person.masked_name for person in people if person.name), ""),
        expected_count=0,
    )


# --- Letting go -----------------------------------------------------------------------------------


def _release(people: list[ExpectedPerson], by: User) -> None:
    """The tests of these were not positive after all. A door somebody was sampled at stays: the laboratory will tell;
    and one that another test asks for as well."""
    Compound.objects.select_for_update().get(pk=people[0].visit.round.compound_id)
    rows = list(
        Recheck.objects.filter(
            person__in=people, released_at=None, asked_as__visit__round__state=Round.State.OPEN
        ).select_related("asked_as__visit__round__compound", "asked_as__visit__building")
    )
    free = [row for row in rows if row.asked_as.outcome not in Outcome.answered()]
    if not free:
        return
    note = _("The antigen test was corrected.")
    Recheck.objects.filter(pk__in=[row.pk for row in free]).update(
        released_at=timezone.now(), released_by=by, note=note
    )
    wanted = Recheck.objects.filter(asked_as__in=[row.asked_as_id for row in free], released_at=None)
    kept = set(wanted.values_list("asked_as", flat=True))
    closing = {row.asked_as_id: row.asked_as for row in free if row.asked_as_id not in kept}
    closed = _say_at_doors(list(closing.values()), Outcome.EXEMPT, note, by)
    for round in {person.visit.round for person in closed}:
        buildings = Counter(person.visit.building for person in closed if person.visit.round == round)
        _tell(round, _letting_go, buildings)


def _say_at_doors(people: list[ExpectedPerson], outcome: str, note: str, by: User) -> list[ExpectedPerson]:
    """A mark of the desk at each door, about these people alone. Who was answered for meanwhile is left as they are.
    Returns whom it was said of."""
    now = timezone.now()
    keys = {person.visit_id for person in people}
    doors = Visit.objects.filter(pk__in=keys).select_related("round__compound", "building").order_by("pk")
    visits = {visit.pk: visit for visit in doors.select_for_update(of=("self",))}
    marks_of: dict[int, list[Mark]] = defaultdict(list)
    for mark in Mark.objects.filter(visit__in=visits):
        marks_of[mark.visit_id].append(mark)
    words: dict[int, dict[str, str]] = defaultdict(dict)
    spoken_of = []
    for person in people:
        person.visit = visits[person.visit_id]
        if outcome == Outcome.WAITING or person.outcome not in Outcome.answered():
            words[person.visit_id][str(person.number)] = str(outcome)
            spoken_of.append(person)
    said = [
        Mark(
            visit=visits[pk],
            outcome=Outcome.PARTLY if outcome == Outcome.WAITING else outcome,
            people=told,
            note=note,
            saw=visits[pk].latest_mark_id,
            marked_by=by,
            marked_at=now,
            sent_at=now,
            received_at=now,
            happened_at=now,
        )
        for pk, told in words.items()
    ]
    for mark in said:
        marks_of[mark.visit_id].append(mark)
    writes = Writes()
    writes.insert(said)
    refold((visits[mark.visit_id] for mark in said), marks_of, now, writes)
    writes.send()
    return spoken_of


# --- Telling --------------------------------------------------------------------------------------


def _tell(round: Round, text: Text, people: Counter[Building]) -> None:
    """Stewards hear of all, leads of their own building; how many, of whom never. No chat group hears of it."""
    grants = (
        RoleGrant.objects.in_force()
        .filter(compound=round.compound_id, user__is_active=True, role__in=["steward", "lead"])
        .select_related("user")
        .prefetch_related("buildings")
        .order_by("role", "pk")
    )
    heard: set[int] = set()
    rows = []
    period = timezone.now().isoformat(timespec="milliseconds")
    with translation.override(settings.LANGUAGE_CODE):
        subject, body = text(round)
        for grant in sorted(grants, key=lambda grant: grant.role != RoleGrant.Role.STEWARD):
            own = {row.pk for row in grant.buildings.all()}
            counts = {row: n for row, n in people.items() if grant.role == RoleGrant.Role.STEWARD or row.pk in own}
            if counts and grant.user_id not in heard:
                heard.add(grant.user_id)
                rows += draft_message(
                    compound=round.compound,
                    reminder=f"antigen-positive:{round.pk}",
                    period=period,
                    users=[grant.user],
                    link=round.get_absolute_url(),
                    is_urgent=True,
                    subject=subject,
                    body="\n".join([body, *_counted(counts)]),
                )
    plan_messages(rows, are_new=True)  # of this moment


def _counted(people: dict[Building, int]) -> list[str]:
    line = _("%(building)s: %(people)s")
    rows = sorted(people.items(), key=lambda item: (item[0].position, item[0].code))
    return [
        line % {"building": row.name, "people": ngettext("%(count)s person", "%(count)s people", n) % {"count": n}}
        for row, n in rows
    ]


def _asking(round: Round) -> tuple[str, str]:
    return (
        _("%(round)s: a single tube is needed") % {"round": round},
        _("An antigen test showed two lines. This is not a diagnosis; the household stays in until the PCR."),
    )


def _letting_go(round: Round) -> tuple[str, str]:
    return (
        _("%(round)s: a positive antigen test was corrected") % {"round": round},
        _("Nobody waits for a single tube there because of it any more."),
    )
