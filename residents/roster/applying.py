"""Write what was previewed: everything in one transaction, in bulk, with the history rows a hand edit would leave.

Beside it a trail is made: what each household's line created or changed, from what to what, so that it can be undone.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from simple_history.utils import bulk_update_with_history

from residents.encryption import secret
from residents.models import Building, Compound, Door, Household, Resident, User
from residents.phones import fingerprints
from residents.roster.bulk import insert_rows, reserve_keys
from residents.roster.comparing import Outcome, Verdict
from residents.roster.homes import Home, Person
from residents.roster.present import Flat, Present
from residents.roster.trail import create_with_history, in_batches, write_history
from residents.sounds import written_sounds

BATCH = 500


@dataclass
class Standing:
    """What writing must know of the places and people that are there: the sum of what comparing has seen."""

    buildings: dict[str, Building] = field(default_factory=dict)
    doors: dict[int, list[Flat]] = field(default_factory=lambda: defaultdict(list))
    door_at: dict[tuple[int, str, str], Flat] = field(default_factory=dict)
    spoken_for: set[int] = field(default_factory=set)  # households of which somebody is the contact

    def add(self, present: Present) -> None:
        self.buildings |= present.buildings
        self.doors.update(present.doors)
        self.door_at |= present.door_at
        self.spoken_for |= {pk for pk, people in present.people.items() if any(person.is_contact for person in people)}


@dataclass
class Written:
    counts: Counter
    trails: list[dict]  # one for each pair given, {} where nothing was written
    grown: dict[int, list]  # building -> its size before and after


def write_homes(
    *, compound: Compound, pairs: list[tuple[Home, Outcome]], present: Standing, by: User | None, reason: str
) -> Written:
    """The caller holds the transaction and has made sure that the outcomes are those of this moment."""
    trails: list[dict] = [{} for _pair in pairs]
    wanted = [place for place, pair in enumerate(pairs) if pair[1].verdict in {Verdict.NEW, Verdict.CHANGED}]
    pairs = [pairs[place] for place in wanted]
    trail = {"batch_size": BATCH, "default_user": by, "default_change_reason": reason}
    buildings = _write_buildings(compound, [home for home, _outcome in pairs], present, trail)
    doors, new_doors = _write_doors(pairs, buildings, present)
    grown = _grow_buildings(buildings, present, new_doors, trail)
    people = _write_households(pairs, doors, buildings, present, trail)
    made_doors = {door.pk for door in new_doors}
    for place, (home, outcome), told in zip(wanted, pairs, people.trails, strict=True):
        building = buildings[home.building]
        door = doors[building.pk, outcome.plan["entrance"], home.key]
        if door.pk in made_doors:
            told["door"] = door.pk
        if home.building not in present.buildings:
            told["building"] = building.pk
        trails[place] = told
    people.counts["doors"] = len(new_doors)
    return Written(people.counts, trails, grown)


def _by(trail: dict) -> dict:
    return {"by": trail["default_user"], "reason": trail["default_change_reason"], "batch_size": BATCH}


def _write_buildings(compound, homes: list[Home], present: Standing, trail) -> dict[str, Building]:
    names = {home.building: home.building_name for home in homes if home.building not in present.buildings}
    last = max([building.position for building in present.buildings.values()], default=0)
    made = []
    for code, name in names.items():
        last += 1
        number = int(code) if code.isascii() and code.isdigit() and len(code) <= 6 else last
        made.append(Building(compound=compound, code=code, name=name, position=number))
    create_with_history(Building, made, **_by(trail))
    return present.buildings | {building.code: building for building in made}


def _write_doors(pairs, buildings: dict[str, Building], present: Standing):
    """The doors of the pairs by building, entrance and key; and which of them were made."""
    doors: dict[tuple[int, str, str], Flat] = {}
    made: list[Flat] = []
    places: list[int] = []
    for home, outcome in pairs:
        where = (buildings[home.building].pk, outcome.plan["entrance"], home.key)
        door = present.door_at.get(where) or doors.get(where)
        if door is None:
            door = Flat(0, *where, home.room, home.floor)
            made.append(door)
            places.append(home.place)
        doors[where] = door
    for door, pk in zip(made, reserve_keys(Door, len(made)), strict=True):
        door.pk = pk
    names = ("id", "building", "entrance", "key", "room", "floor", "position")
    rows = zip(made, places, strict=True)
    insert_rows(Door, names, ((d.pk, d.building_id, d.entrance, d.key, d.room, d.floor, place) for d, place in rows))
    return doors, made


def _grow_buildings(buildings, present: Standing, new_doors: list[Flat], trail) -> dict[int, list]:
    """A building is at least as tall and as wide as its doors. It never shrinks: the gaps may be known on purpose."""
    by_building: dict[int, list[Flat]] = defaultdict(list)
    for door in new_doors:
        by_building[door.building_id].append(door)
    grown, sizes = [], {}
    for building in buildings.values():
        if building.pk not in by_building:
            continue
        all_doors = present.doors[building.pk] + by_building[building.pk]
        size = (
            max(building.floor_count, *[door.floor for door in all_doors]),
            max(building.doors_per_floor, *Counter((door.entrance, door.floor) for door in all_doors).values()),
            max(building.entrance_count, len({door.entrance for door in all_doors})),
        )
        before = (building.floor_count, building.doors_per_floor, building.entrance_count)
        if size != before:
            sizes[building.pk] = [before, size]
            building.floor_count, building.doors_per_floor, building.entrance_count = size
            grown.append(building)
    if grown:
        fields = ["floor_count", "doors_per_floor", "entrance_count"]
        bulk_update_with_history(grown, Building, fields, **trail)
    return sizes


def _write_households(pairs, doors, buildings, present: Standing, trail) -> Written:
    made = [outcome.verdict == Verdict.NEW for _home, outcome in pairs]
    new_keys = reserve_keys(Household, sum(made))
    fresh = iter(new_keys)
    households = [
        next(fresh) if new else outcome.plan["household"] for new, (_home, outcome) in zip(made, pairs, strict=True)
    ]
    newcomers = [_newcomers(home, outcome, present) for home, outcome in pairs]
    person_keys = reserve_keys(Resident, sum(map(len, newcomers)))
    homes = (
        (pk, doors[buildings[home.building].pk, outcome.plan["entrance"], home.key].pk, home.told_count, _lives(home))
        for new, pk, (home, outcome) in zip(made, households, pairs, strict=True)
        if new
    )
    people = ((pk, *told) for pk, several in zip(households, newcomers, strict=True) for told in several)
    by_whom = {"by": trail["default_user"], "reason": trail["default_change_reason"]}
    insert_rows(Household, ("id", "door", "told_count", "occupancy"), homes)
    write_history(Household, new_keys, "+", **by_whom)
    insert_rows(Resident, PERSON, (_make_person(key, *row) for key, row in zip(person_keys, people, strict=True)))
    write_history(Resident, person_keys, "+", **by_whom)
    changes, trails, first = Changes(), [], 0
    for new, household, several, (_home, outcome) in zip(made, households, newcomers, pairs, strict=True):
        plan = outcome.plan
        told: dict = {"set": plan.get("set", {}), "people": [row[1:] for row in plan.get("people", [])]}
        told["made"] = list(person_keys[first : first + len(several)])
        told["made_household" if new else "household"] = household
        first += len(several)
        trails.append(told)
        if not new:
            changes.add(household, plan)
    changes.write(trail)
    counts = Counter(
        households=len(new_keys),
        people=len(person_keys),
        households_changed=len(changes.households),
        people_changed=len(changes.people),
    )
    return Written(counts, trails, {})


def _lives(home: Home) -> str:
    return home.occupancy or str(Household.Occupancy.OWNER)


def _newcomers(home: Home, outcome: Outcome, present: Standing) -> list[tuple[Person, bool]]:
    """Whom a household gains, each with whether they speak for it."""
    if outcome.verdict == Verdict.NEW:
        return [(person, person.is_contact) for person in home.people]
    if not outcome.plan["add"]:
        return []
    has_contact = outcome.plan["household"] in present.spoken_for
    told = [home.people[index] for index in outcome.plan["add"]]
    return [(person, person.is_contact and not has_contact) for person in told]


PERSON = (
    "id",
    "household",
    "name",
    "name_pinyin",
    "age_band",
    "is_contact",
    "whereabouts",
    *Resident.NEEDS,
    *Resident.PHONE_FIELDS,
)
NAME_SOUNDS = Resident._meta.get_field("name_pinyin").max_length or 0
AT_HOME = str(Resident.Whereabouts.HOME)


def _make_person(key: int, household: int, told: Person, is_contact: bool) -> tuple:
    """As the columns of PERSON want it."""
    phone = told.phone
    return (
        key,
        household,
        told.name,
        written_sounds(told.name, NAME_SOUNDS),
        told.age_band,
        is_contact,
        told.whereabouts or AT_HOME,
        *[need in told.needs for need in Resident.NEEDS],
        secret(phone),
        *(fingerprints(phone) if phone else ("", "")),
    )


class Changes:
    """What known households and people become, until all of it is written."""

    def __init__(self) -> None:
        self.households: dict[int, dict[str, list]] = {}
        self.people: dict[int, dict[str, list]] = {}

    def add(self, household: int, plan: dict) -> None:
        if plan["set"]:
            self.households[household] = plan["set"]
        self.people.update({pk: changes for _index, pk, changes in plan["people"]})

    def write(self, trail: dict) -> None:
        for keys in in_batches(self.households):
            rows = list(Household.objects.filter(pk__in=keys))
            for household in rows:
                for name, (_old, new) in self.households[household.pk].items():
                    setattr(household, name, new)
            bulk_update_with_history(rows, Household, ["occupancy", "told_count"], **trail)
        fields = {name for changes in self.people.values() for name in changes}
        if "phone" in fields:
            fields |= set(Resident.PHONE_FIELDS)
        for keys in in_batches(self.people):
            people = [_change_person(person, self.people[person.pk]) for person in Resident.objects.filter(pk__in=keys)]
            bulk_update_with_history(people, Resident, sorted(fields), **trail)


def _change_person(person: Resident, changes: dict[str, list]) -> Resident:
    for name, (_old, new) in changes.items():
        if name == "phone":
            person.set_phone(new)
        else:
            setattr(person, name, new)
    return person
