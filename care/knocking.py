"""Who did not answer twice is knocked for: one welfare round on the engine, with the doors of the rota and no others.

The marks at these doors speak of the rota in the transaction that stores them (`record_knocks`, called by
compound/following.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from care.calling import lock_places, take_step, tell_knock
from care.errors import CareError
from care.models import CallPlace, CallStep, KnockRound
from residents.models import Compound, Household, Resident, User
from rounds.marks import NewMarks
from rounds.models import Outcome, Round, RoundEvent, Visit
from rounds.snapshot import joined_rooms_of

LASTS = timedelta(hours=12)
MET = frozenset({Outcome.DONE, Outcome.PARTLY})
NOT_MET = frozenset({Outcome.NOBODY_HOME, Outcome.REFUSED})


@transaction.atomic
def open_knocks(*, compound: Compound, by: User) -> tuple[Round, int]:
    """Everybody who waits for a knock and whom `by` keeps. The round of before is joined while it runs."""
    Compound.objects.select_for_update().get(pk=compound.pk)
    wanted = CallPlace.objects.visible_to(by).filter(compound=compound).to_knock()
    places = lock_places(wanted.values_list("pk", flat=True))
    if not places:
        raise CareError(_("Nobody waits for a knock now."))
    homes = _doors_today(place.resident for place in places.values())
    round = _running(compound, homes.values()) or _open(compound, by)
    round.buildings.add(*{home.door.building_id for home in homes.values()})
    there = {visit.household_id: visit for visit in round.visits.all()}
    behind: dict[Household, list[CallPlace]] = defaultdict(list)
    for place in places.values():
        behind[homes[place.resident_id]].append(place)
    new = [home for home in behind if home.pk not in there]
    joined = joined_rooms_of({home.door.building for home in new})
    visits = Visit.objects.bulk_create(
        _visit_at(round, home, [p.resident for p in behind[home]], joined) for home in new
    )
    there |= {visit.household_id: visit for visit in visits}
    now = timezone.now()
    for home, here in behind.items():
        for place in here:
            take_step(place, CallStep.Step.KNOCKING, by, now, visit=there[home.pk])
    return round, len(places)


def _running(compound: Compound, homes: Iterable[Household]) -> Round | None:
    """A door that was marked there is not asked again: then a new round begins."""
    marked = Visit.objects.filter(round=OuterRef("pk"), household__in=list(homes), latest_mark__isnull=False)
    rounds = Round.objects.open().filter(compound=compound, knock_round__isnull=False)
    return rounds.exclude(Exists(marked)).order_by("-pk").first()


def _open(compound: Compound, by: User) -> Round:
    now = timezone.now()
    numbers = Round.objects.filter(compound=compound, kind=Round.Kind.WELFARE).aggregate(newest=Max("number"))
    with translation.override(settings.LANGUAGE_CODE):
        title = _("no answer on the telephone")
    round = Round.objects.create(
        compound=compound,
        kind=Round.Kind.WELFARE,
        number=(numbers["newest"] or 0) + 1,
        title=title,
        starts_at=now,
        ends_at=now + LASTS,
        state=Round.State.OPEN,
        opened_at=now,
    )
    RoundEvent.objects.create(round=round, step=RoundEvent.Step.OPENED, by=by)
    KnockRound.objects.create(round=round, made_by=by)
    return round


def _doors_today(residents: Iterable[Resident]) -> dict[int, Household]:
    """Where each sleeps: behind their own door, or as a guest behind another of the compound."""
    people = {person.pk: person for person in residents}
    hosts = dict(Resident.objects.filter(pk__in=people).guests().values_list("pk", "host_id"))
    elsewhere = Household.objects.select_related("door__building").in_bulk(hosts.values())
    return {pk: elsewhere[hosts[pk]] if pk in hosts else person.household for pk, person in people.items()}


def _visit_at(round: Round, home: Household, people: list[Resident], joined: Mapping[int, list[str]]) -> Visit:
    door = home.door
    wanted = {need for person in people for need in person.needs}
    return Visit(
        round=round,
        household=home,
        building_id=door.building_id,
        entrance=door.entrance,
        floor=door.floor,
        position=door.position,
        room=door.room,
        joined_rooms=joined.get(door.pk, []),
        label=people[0].masked_name,
        needs=[need for need in Resident.NEEDS if need in wanted],
        expected_count=len(people),
        revised_at=timezone.now(),
    )


# --- What the marks say -------------------------------------------------------------------------------


def record_knocks(news: NewMarks) -> None:
    """No statement where no mark is of a round that knocks for the rota, once that is known of the round."""
    touched = {mark.visit_id for mark in news.marks}
    visits = {pk: news.visits[pk] for pk in touched if _may_knock(news.visits[pk].round)}
    if not visits:
        return
    knocks = CallStep.objects.filter(step=CallStep.Step.KNOCKING, visit__in=visits, place__ended_at=None)
    pairs = list(knocks.values_list("place", "visit").order_by("pk"))
    places = lock_places(pk for pk, _visit in pairs)
    for place_pk, visit_pk in pairs:
        here = (mark for mark in news.marks if mark.visit_id == visit_pk)
        last = max(here, key=lambda mark: (mark.happened_at, mark.pk))
        visit = visits[visit_pk]
        tell_knock(places[place_pk], visit, _word(visit.outcome), last.marked_by, last.happened_at)


def _may_knock(round: Round) -> bool:
    return round.kind == Round.Kind.WELFARE and _knocks(round.pk, round.opened_at)


@lru_cache(maxsize=1000)
def _knocks(round_pk: int, _opened_at: datetime | None) -> bool:
    """What a welfare round is for is settled in the transaction that makes it, so it is asked once a process. The
    moment stands beside the key for a database that was put back to an older state, where keys are given anew."""
    return KnockRound.objects.filter(round=round_pk).exists()


def _word(outcome: str) -> str:
    if outcome in MET:
        return CallStep.Step.MET
    return CallStep.Step.NOT_MET if outcome in NOT_MET else CallStep.Step.UNSAID
