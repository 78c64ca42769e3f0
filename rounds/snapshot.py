"""Who is expected where, at the moment a round opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from residents.models import Door, Household, Resident
from rounds.models import Round, Visit


@dataclass
class Snapshot:
    """A visit to be, and the people behind it in the order of their numbers; None is somebody known only by count."""

    visit: Visit
    people: list[Resident | None]


def expected_people(household: Household, residents: list[Resident]) -> list[Resident | None]:
    """Those at home, and the unnamed ones the head count tells of. A lived-in door with nothing known counts one."""
    home: list[Resident | None] = [
        resident for resident in residents if resident.whereabouts == Resident.Whereabouts.HOME
    ]
    unnamed = max(0, (household.told_count or 0) - len(residents))
    if not residents and not unnamed:
        unnamed = 1
    return home + [None] * unnamed


def take_snapshot(round: Round) -> list[Snapshot]:
    """Unsaved visits for every lived-in household in scope where somebody is expected. Two statements."""
    households = (
        Household.objects.current()
        .filter(
            door__building__in=round.buildings.all(),
            occupancy__in=[Household.Occupancy.OWNER, Household.Occupancy.TENANT],
        )
        .select_related("door")
        .with_people()
    )
    return [snapshot for household in households if (snapshot := _snapshot(round, household))]


def _snapshot(round: Round, household: Household) -> Snapshot | None:
    residents: list[Resident] = household.current_residents
    people = expected_people(household, residents)
    if not people:
        return None
    door: Door = household.door
    visit = Visit(
        round=round,
        household=household,
        building_id=door.building_id,
        entrance=door.entrance,
        floor=door.floor,
        position=door.position,
        room=door.room,
        label=_label(people),
        needs=needs_of(people),
        expected_count=len(people),
    )
    return Snapshot(visit=visit, people=people)


def _label(people: Iterable[Resident | None]) -> str:
    named = [person for person in people if person is not None]
    return named[0].masked_name if named else ""


def needs_of(people: Iterable[Resident | None]) -> list[str]:
    """Each kind of help once, in the order residents list them."""
    wanted = {need for person in people if person is not None for need in person.needs}
    return [need for need in Resident.NEEDS if need in wanted]
