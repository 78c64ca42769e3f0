"""All negative except …: one word about a stairwell, counted before it is said.

Only people who were sampled are told of, each once: never above heads. Who has another result already is left out
and named, so that one form overwrites nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from residents.models import Building, User
from residents.roster.cells import plain
from rounds.models import Outcome, Round
from testing_rounds.models import ExpectedPerson, Result, Swab
from testing_rounds.results import Telling, tell_results

SAMPLED = frozenset({Outcome.DONE, Outcome.ELSEWHERE})
APART = re.compile(r"[\s,，;；、]+")


class StairwellError(ValueError):
    """A sentence for the person who typed."""


class StairwellMovedError(StairwellError):
    """Somebody marked or told something between looking and saying."""


@dataclass
class Stairwell:
    """What the form would do, counted."""

    telling: list[ExpectedPerson] = field(default_factory=list)
    excepted: list[ExpectedPerson] = field(default_factory=list)
    other_result: list[ExpectedPerson] = field(default_factory=list)
    told_before: list[ExpectedPerson] = field(default_factory=list)
    not_sampled: list[ExpectedPerson] = field(default_factory=list)

    @property
    def heads(self) -> int:
        return sum(map(len, (self.telling, self.excepted, self.other_result, self.told_before, self.not_sampled)))

    @property
    def doors(self) -> int:
        return len({person.visit_id for person in self.telling})

    @property
    def digest(self) -> str:
        """Of exactly these people: what is applied is what was looked at."""
        keys = ",".join(str(person.pk) for person in self.telling)
        return hashlib.sha256(keys.encode()).hexdigest()[:32]


def look_at_stairwell(
    *,
    round: Round,
    building: Building,
    entrance: str = "",
    floor_from: int | None = None,
    floor_to: int | None = None,
    rooms: str = "",
) -> Stairwell:
    people = ExpectedPerson.objects.filter(visit__round=round, visit__building=building).select_related("visit")
    if entrance:
        people = people.filter(visit__entrance=entrance)
    if floor_from is not None:
        people = people.filter(visit__floor__gte=floor_from)
    if floor_to is not None:
        people = people.filter(visit__floor__lte=floor_to)
    everybody = list(people.order_by("-visit__floor", "visit__position", "visit", "number"))
    left_out = _rooms(rooms, everybody)
    in_tubes = set(
        Swab.objects.filter(person__visit__round=round, person__visit__building=building, voided_at=None).values_list(
            "person", flat=True
        )
    )
    found = Stairwell()
    for person in everybody:
        _sort(found, person, person.visit_id in left_out, in_tubes)
    return found


def _sort(found: Stairwell, person: ExpectedPerson, is_excepted: bool, in_tubes: set[int]) -> None:
    if is_excepted:
        found.excepted.append(person)
    elif person.result == Result.NEGATIVE:
        found.told_before.append(person)
    elif person.result:
        found.other_result.append(person)
    elif person.pk in in_tubes or person.outcome in SAMPLED:
        found.telling.append(person)
    else:
        found.not_sampled.append(person)


def _rooms(text: str, people: Iterable[ExpectedPerson]) -> set[int]:
    """The visits behind the rooms that were typed. One that is not there stops everything: it was meant."""
    visits = {person.visit_id: person.visit for person in people}
    meant: set[int] = set()
    for word in filter(None, APART.split(text)):
        wanted = plain(word).removesuffix("室")
        here = {pk for pk, visit in visits.items() if wanted in {plain(visit.room), plain(visit.full_room)}}
        if not here:
            raise StairwellError(_("Except: there is no room %(room)s here.") % {"room": word[:20]})
        meant |= here
    return meant


def tell_stairwell(*, found: Stairwell, digest: str, source: str, by: User, happened_at: datetime | None = None) -> int:
    """Returns how many were told of. `found` as it is now, `digest` of what the person looked at."""
    if found.digest != digest:
        raise StairwellMovedError(_("Something has changed meanwhile. Look at the numbers again."))
    if not found.telling:
        raise StairwellError(_("Nobody is left to tell of: only people who were sampled count."))
    tellings = [Telling(person, Result.NEGATIVE, source, happened_at) for person in found.telling]
    return len(tell_results(tellings=tellings, by=by))
