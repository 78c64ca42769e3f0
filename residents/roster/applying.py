"""Write what was previewed: everything in one transaction, in bulk, with the history rows a hand edit would leave.

Beside it a trail is made: what each household's line created or changed, from what to what, so that it can be undone.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from simple_history.utils import bulk_update_with_history

from residents.models import Building, Compound, Door, Household, Resident, User
from residents.roster.comparing import Outcome, Present, Verdict
from residents.roster.homes import Home, Person
from residents.roster.trail import create_with_history

BATCH = 500


@dataclass
class Written:
    counts: Counter
    trails: list[dict]  # one for each pair given, {} where nothing was written
    grown: dict[int, list]  # building -> its size before and after


def write_homes(
    *, compound: Compound, pairs: list[tuple[Home, Outcome]], present: Present, by: User | None, reason: str
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


def _write_buildings(compound, homes: list[Home], present: Present, trail) -> dict[str, Building]:
    names = {home.building: home.building_name for home in homes if home.building not in present.buildings}
    last = max([building.position for building in present.buildings.values()], default=0)
    made = []
    for code, name in names.items():
        last += 1
        number = int(code) if code.isascii() and code.isdigit() and len(code) <= 6 else last
        made.append(Building(compound=compound, code=code, name=name, position=number))
    create_with_history(Building, made, **_by(trail))
    return present.buildings | {building.code: building for building in made}


def _write_doors(pairs, buildings: dict[str, Building], present: Present):
    """The doors of the pairs by building, entrance and key; and which of them were made."""
    doors: dict[tuple[int, str, str], Door] = {}
    made: list[Door] = []
    for home, outcome in pairs:
        where = (buildings[home.building].pk, outcome.plan["entrance"], home.key)
        door = present.door_at.get(where)
        if door is None:
            door = Door(
                building_id=where[0],
                entrance=where[1],
                key=home.key,
                room=home.room,
                floor=home.floor,
                position=home.place,
            )
            made.append(door)
        doors[where] = door
    Door.objects.bulk_create(made, batch_size=BATCH)
    return doors, made


def _grow_buildings(buildings, present: Present, new_doors: list[Door], trail) -> dict[int, list]:
    """A building is at least as tall and as wide as its doors. It never shrinks: the gaps may be known on purpose."""
    by_building: dict[int, list[Door]] = defaultdict(list)
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


def _write_households(pairs, doors, buildings, present: Present, trail) -> Written:
    known = {h.pk: h for rows in present.households.values() for h in rows}
    people = {person.pk: person for rows in present.people.values() for person in rows}
    made: list[tuple[int, Household]] = []
    made_people: list[tuple[int, Resident]] = []
    changed, changed_people, trails = [], [], []
    changed_fields: set[str] = set()
    for place, (home, outcome) in enumerate(pairs):
        plan = outcome.plan
        trails.append({"set": plan.get("set", {}), "people": [row[1:] for row in plan.get("people", [])], "made": []})
        if outcome.verdict == Verdict.NEW:
            door = doors[buildings[home.building].pk, plan["entrance"], home.key]
            household = Household(door=door, told_count=home.told_count)
            household.occupancy = home.occupancy or Household.Occupancy.OWNER
            made.append((place, household))
            made_people += [(place, _make_person(household, told, told.is_contact)) for told in home.people]
            continue
        household = known[plan["household"]]
        trails[-1]["household"] = household.pk
        if plan["set"]:
            for name, (_old, new) in plan["set"].items():
                setattr(household, name, new)
            changed.append(household)
        for _index, pk, changes in plan["people"]:
            changed_people.append(_change_person(people[pk], changes, changed_fields))
        has_contact = any(person.is_contact for person in present.people[household.pk])
        made_people += [
            (place, _make_person(household, told, told.is_contact and not has_contact))
            for told in (home.people[index] for index in plan["add"])
        ]
    create_with_history(Household, [household for _place, household in made], **_by(trail))
    for _place, person in made_people:
        person.household_id = person.household.pk  # made only now
    create_with_history(Resident, [person for _place, person in made_people], **_by(trail))
    for place, household in made:
        trails[place]["made_household"] = household.pk
    for place, person in made_people:
        trails[place]["made"].append(person.pk)
    if changed:
        bulk_update_with_history(changed, Household, ["occupancy", "told_count"], **trail)
    if changed_people:
        bulk_update_with_history(changed_people, Resident, sorted(changed_fields), **trail)
    counts = Counter(
        households=len(made),
        people=len(made_people),
        households_changed=len(changed),
        people_changed=len(changed_people),
    )
    return Written(counts, trails, {})


def _make_person(household: Household, told: Person, is_contact: bool) -> Resident:
    person = Resident(household=household, name=told.name, age_band=told.age_band, is_contact=is_contact)
    if told.whereabouts:
        person.whereabouts = told.whereabouts
    for need in told.needs:
        setattr(person, need, True)
    person.set_phone(told.phone)
    return person


def _change_person(person: Resident, changes: dict[str, list], fields: set[str]) -> Resident:
    for name, (_old, new) in changes.items():
        if name == "phone":
            person.set_phone(new)
            fields |= set(Resident.PHONE_FIELDS)
        else:
            setattr(person, name, new)
            fields.add(name)
    return person
