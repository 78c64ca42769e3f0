"""A positive antigen test is not a diagnosis: it asks for a single-tube PCR at the door.

One open round of single tubes collects them, a recall without a tube: each positive adds its person, and nobody
else. A door that was answered there already is not reopened: the next person from it begins a new round, for a mark
about "the household" must not speak of somebody it never saw.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.services import draft_message, plan_messages
from residents.models import Building, Compound, Household, Resident, RoleGrant, User
from rounds.models import Round, RoundEvent, RoundQuerySet, Visit
from rounds.snapshot import joined_rooms_of
from testing_rounds.models import ExpectedPerson, PersonResult, Result, TestRound
from testing_rounds.recall import doors_today

LASTS = timedelta(hours=24)


def ask_for_single_tubes(*, facts: list[PersonResult], antigen_round: Round, by: User | None) -> Round | None:
    """After positive `facts` of an antigen round, in their transaction. The round that asks, or None when all of them
    are asked for already. Doors move: each person is looked for where they are today."""
    if not facts:
        return None
    Compound.objects.select_for_update().get(pk=antigen_round.compound_id)  # one at a time numbers and joins rounds
    people = _not_asked_yet(facts, antigen_round.compound_id)
    homes = doors_today(people)
    if not homes:
        return None
    behind: dict[Household, list[ExpectedPerson]] = defaultdict(list)
    for person, household in homes.items():
        behind[household].append(person)
    who = by or antigen_round.events.filter(step=RoundEvent.Step.OPENED).latest("at").by
    round, visits = _find_round(antigen_round.compound_id, behind) or (_open_round(antigen_round, who), {})
    round.buildings.add(*{household.door.building_id for household in behind})
    for household, here in behind.items():
        _add(round, visits.get(household.pk), household, here)
    _tell(round, Counter(household.door.building for household in homes.values()))
    return round


def _not_asked_yet(facts: list[PersonResult], compound_id: int) -> list[ExpectedPerson]:
    """Who is known only by the head count is asked for once: nothing else tells two of them apart."""
    ids = [fact.person_id for fact in facts]
    people = list(
        ExpectedPerson.objects.filter(pk__in=ids).select_related(
            "visit__household__door__building", "resident__household__door__building"
        )
    )
    open_ones = ExpectedPerson.objects.filter(
        visit__round__in=open_rechecks(compound_id), resident__in=[one.resident_id for one in people if one.resident_id]
    )
    asked = set(open_ones.values_list("resident", flat=True))
    before = PersonResult.objects.filter(person__in=ids, value=Result.POSITIVE).exclude(
        pk__in=[fact.pk for fact in facts]
    )
    told_before = set(before.values_list("person", flat=True))
    return [
        person
        for person in people
        if (person.resident_id not in asked if person.resident_id else person.pk not in told_before)
    ]


def open_rechecks(compound_id: int | OuterRef) -> RoundQuerySet:
    """Single tubes after positive antigen tests, of rounds that run."""
    return Round.objects.open().filter(
        compound=compound_id, kind=Round.Kind.RECALL, test_round__recalls=None, test_round__isnull=False
    )


def _find_round(compound_id: int, behind: dict[Household, list]) -> tuple[Round, dict[int, Visit]] | None:
    """The newest that runs and in which none of these doors was answered, with its visits there."""
    for round in open_rechecks(compound_id).order_by("-pk"):
        visits = {row.household_id: row for row in round.visits.filter(household__in=behind).select_for_update()}
        if not any(visit.latest_mark_id for visit in visits.values()):
            return round, visits
    return None


def _open_round(antigen_round: Round, by: User) -> Round:
    now = timezone.now()
    numbers = Round.objects.filter(compound=antigen_round.compound_id, kind=Round.Kind.RECALL)
    with translation.override(settings.LANGUAGE_CODE):
        title = _("after positive antigen tests")
    round = Round.objects.create(
        compound=antigen_round.compound,
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


def _add(round: Round, visit: Visit | None, household: Household, people: list[ExpectedPerson]) -> None:
    now, door = timezone.now(), household.door
    if visit is None:
        visit = Visit(
            round=round,
            household=household,
            building_id=door.building_id,
            entrance=door.entrance,
            floor=door.floor,
            position=door.position,
            room=door.room,
            joined_rooms=joined_rooms_of([door.building]).get(door.pk, []),
            label=next((person.masked_name for person in people if person.name), ""),
            expected_count=0,
        )
    first = visit.expected_count + 1
    wanted = {need for person in people for need in person.needs} | set(visit.needs)
    visit.expected_count += len(people)
    visit.needs = [need for need in Resident.NEEDS if need in wanted]
    visit.revised_at = now
    visit.save()
    ExpectedPerson.objects.bulk_create(
        ExpectedPerson(
            visit=visit,
            number=number,
            resident_id=person.resident_id,
            name=person.name,
            age_band=person.age_band,
            needs=person.needs,
        )
        for number, person in enumerate(people, start=first)
    )


def _tell(round: Round, people: Counter[Building]) -> None:
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
                    **_text(round, counts),
                )
    plan_messages(rows)


def _text(round: Round, counts: dict[Building, int]) -> dict[str, Any]:
    line = _("%(building)s: %(people)s")
    told = {
        row: ngettext("%(count)s person", "%(count)s people", n) % {"count": n}
        for row, n in sorted(counts.items(), key=lambda item: (item[0].position, item[0].code))
    }
    return {
        "subject": _("%(round)s: a single tube is needed") % {"round": round},
        "body": _("An antigen test showed two lines. This is not a diagnosis; the household stays in until the PCR.")
        + "\n"
        + "\n".join(line % {"building": row.name, "people": words} for row, words in told.items()),
    }
