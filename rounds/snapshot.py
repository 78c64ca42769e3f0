"""Who is expected where, at the moment a round opens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from residents.models import Building, Door, Household, Resident
from residents.staying import Guests, guests_of
from rounds.folding import fold
from rounds.models import Round, Visit


@dataclass
class Snapshot:
    """A visit to be, and the people behind it in the order of their numbers; None is somebody known only by count."""

    visit: Visit
    people: list[Resident | None]


def expected_people(
    household: Household, residents: list[Resident], guests: Guests | None = None
) -> list[Resident | None]:
    """Those at home, and the unnamed ones the head count tells of. A lived-in door with nothing known counts one.

    Who sleeps behind another door of the compound is expected there and not here, so that each is expected once. The
    head count was told of everybody: it is compared with all who are listed, those who sleep elsewhere included.
    """
    guests = guests or Guests()
    known = {person.pk for person in [*residents, *guests.with_host.get(household.pk, [])]}
    home: list[Resident | None] = [
        person for person in guests.at_home(household, residents) if person.whereabouts == Resident.Whereabouts.HOME
    ]
    unnamed = max(0, (household.told_count or 0) - len(known))
    if not known and not unnamed:
        unnamed = 1
    return home + [None] * unnamed


def take_snapshot(
    round: Round, known: Mapping[int, str] | None = None, only: Collection[int] | None = None
) -> list[Snapshot]:
    """Unsaved visits for every lived-in household in scope where somebody is expected. Five statements.

    `known`: what stands of a resident (by key) before anybody knocks. `only`: of these households.
    """
    buildings = list(round.buildings.all())
    guests = guests_of(buildings)
    joined = joined_rooms_of(buildings)
    households = Household.objects.lived_in().filter(door__building__in=buildings).select_related("door").with_people()
    if only is not None:
        households = households.filter(pk__in=only)
    snapshots = [_snapshot(round, household, guests, joined, known or {}) for household in households]
    return [snapshot for snapshot in snapshots if snapshot]


def joined_rooms_of(buildings: Iterable[Building]) -> dict[int, list[str]]:
    """Door -> the rooms knocked through to it, with their entrance where it is another one. One statement."""
    rooms: dict[int, list[str]] = defaultdict(list)
    doors = Door.objects.filter(building__in=buildings, joined_to__isnull=False).order_by("entrance", "key")
    for main, entrance, room, beside in doors.values_list("joined_to", "entrance", "room", "joined_to__entrance"):
        rooms[cast(int, main)].append(room if entrance == beside else f"{entrance}-{room}".removeprefix("-"))
    return rooms


def _snapshot(
    round: Round,
    household: Household,
    guests: Guests,
    joined: Mapping[int, list[str]],
    known: Mapping[int, str],
) -> Snapshot | None:
    people = expected_people(household, household.current_residents, guests)
    if not people:
        return None
    door: Door = household.door
    stands = {
        str(number): known[person.pk] for number, person in enumerate(people, start=1) if person and person.pk in known
    }
    visit = Visit(
        round=round,
        household=household,
        building_id=door.building_id,
        entrance=door.entrance,
        floor=door.floor,
        position=door.position,
        room=door.room,
        joined_rooms=joined.get(door.pk, []),
        label=_label(people),
        needs=needs_of(people),
        expected_count=len(people),
        known=stands,
        outcome=fold([], len(people), stands).outcome,
    )
    return Snapshot(visit=visit, people=people)


def _label(people: Iterable[Resident | None]) -> str:
    named = [person for person in people if person is not None]
    return named[0].masked_name if named else ""


def needs_of(people: Iterable[Resident | None]) -> list[str]:
    """Each kind of help once, in the order residents list them."""
    wanted = {need for person in people if person is not None for need in person.needs}
    return [need for need in Resident.NEEDS if need in wanted]
