"""The buildings a file speaks of as they stand in the portal, as slim as comparing needs them.

Six statements, whatever the size. A phone stays encrypted until somebody must see it: fingerprints tell whether two
numbers are one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cached_property

from django.db.models import F, TextField
from django.db.models.functions import Cast

from residents.encryption import decrypt, fingerprint
from residents.models import Building, Compound, Door, Household, Resident, mask_name


@dataclass(slots=True)
class Flat:
    """A door."""

    pk: int
    building_id: int
    entrance: str
    key: str
    room: str
    floor: int
    joined_to_id: int | None = None


@dataclass(slots=True)
class Known:
    """A household."""

    pk: int
    door_id: int
    occupancy: str
    told_count: int | None


@dataclass(slots=True)
class Neighbour:
    """A person."""

    pk: int
    name: str
    secret: str  # the phone, encrypted
    phone_index: str
    age_band: str
    whereabouts: str
    is_contact: bool
    lives_alone: bool
    needs_home_visit: bool
    needs_gentle_knock: bool
    has_no_phone: bool
    has_medical_trips: bool

    @property
    def phone(self) -> str:
        return decrypt(self.secret.encode()).decode() if self.secret else ""

    def has_phone(self, phone: str) -> bool:
        # A number kept under an older key has another fingerprint: then the numbers themselves are asked.
        return bool(self.phone_index) and (fingerprint(phone) == self.phone_index or self.phone == phone)

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)


@dataclass
class Present:
    buildings: dict[str, Building] = field(default_factory=dict)
    doors: dict[int, list[Flat]] = field(default_factory=lambda: defaultdict(list))  # by building
    door_at: dict[tuple[int, str, str], Flat] = field(default_factory=dict)
    households: dict[int, list[Known]] = field(default_factory=lambda: defaultdict(list))  # by door, current
    people: dict[int, list[Neighbour]] = field(default_factory=lambda: defaultdict(list))  # by household, current

    def entrances(self, building: Building) -> set[str]:
        return {door.entrance for door in self.doors[building.pk]}

    @cached_property
    def rooms(self) -> dict[tuple[int, str], list[Flat]]:
        """Doors by building and key, whatever their entrance."""
        rooms = defaultdict(list)
        for doors in self.doors.values():
            for door in doors:
                rooms[door.building_id, door.key].append(door)
        return rooms

    @cached_property
    def door_of(self) -> dict[int, Flat]:
        return {door.pk: door for doors in self.doors.values() for door in doors}


def load_present(compound: Compound, codes: Iterable[str], *, lock: bool = False) -> Present:
    """With `lock` the rows cannot change under us until the transaction ends (SQLite holds its one write lock)."""
    present = Present()
    buildings = Building.objects.houses().filter(compound=compound).order_by("pk")
    wanted = set(codes)
    present.buildings = {b.code: b for b in (buildings.select_for_update() if lock else buildings) if b.code in wanted}
    ids = [building.pk for building in present.buildings.values()]
    if not ids:
        return present
    doors = Door.objects.filter(building__in=ids).order_by("pk")
    # Subqueries, not joins: only the rows themselves are locked.
    behind = Household.objects.filter(door__in=Door.objects.filter(building__in=ids))
    people = Resident.objects.filter(moved_out_on=None, household__in=behind).order_by("pk")
    people = people.annotate(secret=Cast(F("phone"), TextField()))
    for told in _rows(doors, Flat, lock):
        door = Flat(*told)
        present.doors[door.building_id].append(door)
        present.door_at[door.building_id, door.entrance, door.key] = door
    for told in _rows(behind.current().order_by("pk"), Known, lock):
        household = Known(*told)
        present.households[household.door_id].append(household)
    for told in _rows(people, Neighbour, lock, "household_id"):
        present.people[told[-1]].append(Neighbour(*told[:-1]))
    return present


def _rows(rows, kind: type, lock: bool, *besides: str):
    names = [row.name for row in fields(kind)]
    return (rows.select_for_update() if lock else rows).values_list(*names, *besides).iterator(chunk_size=2000)
