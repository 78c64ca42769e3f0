"""The file beside the portal: what each household of the file would become, as a plan that can be compared.

A plan holds ids and full values and is kept encrypted; a note holds masked names and numbers and may be shown.
A cell that is empty in the file changes nothing, and a person who is not in the file stays.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from residents.models import Building, Compound, Household, Resident, RosterLine, mask_name, mask_phone
from residents.roster.cells import name_key
from residents.roster.homes import Home, Person
from residents.roster.present import Known, Neighbour, Present, load_present
from residents.roster.words import RosterError

Verdict = RosterLine.Verdict
TOGETHER = 4000  # households compared with what is known of their buildings


@dataclass(slots=True)
class Outcome:
    verdict: str
    plan: dict = field(default_factory=dict)
    notes: list[dict] = field(default_factory=list)

    @property
    def is_new_building(self) -> bool:
        return self.verdict == Verdict.NEW and self.plan["building"] is None


def check_compound(compound: Compound, homes: list[Home], codes: set[str]) -> None:
    """A file of which no building is known here belongs elsewhere, unless this compound has none yet.
    `codes`: of the compound's buildings."""
    if any(home.key for home in homes) and codes and codes.isdisjoint(home.building for home in homes):
        raise RosterError("wrong_compound", compound=compound.name)


def compare_by_building(
    compound: Compound, homes: Sequence[Home], *, lock: bool = False
) -> Iterator[tuple[Present, Iterator[tuple[int, Outcome]]]]:
    """Some buildings at a time, with what is known of them: a whole compound need not be in memory beside its file.
    An outcome comes with the place of its home."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, home in enumerate(homes):
        places[home.building].append(place)
    codes: list[str] = []
    some: list[int] = []
    for number, (code, several) in enumerate(places.items(), 1):
        codes.append(code)
        some += several
        if len(some) >= TOGETHER or number == len(places):
            present = load_present(compound, codes, lock=lock)
            some.sort()
            yield present, zip(some, compare_all([homes[place] for place in some], present), strict=True)
            codes, some = [], []


def compare_all(homes: Sequence[Home], present: Present) -> Iterator[Outcome]:
    """One outcome for each home, in order, made when it is asked for."""
    told_entrances: dict[str, set[str]] = defaultdict(set)
    for home in homes:
        told_entrances[home.building].add(home.entrance)
    taken: Counter = Counter()
    for home in homes:
        outcome = _compare(home, present, told_entrances[home.building])
        if outcome.verdict != Verdict.ASK:
            household = home.target and outcome.plan["household"]
            where = (home.building, outcome.plan["entrance"], home.key, home.target if home.target == 0 else household)
            taken[where] += 1
            if taken[where] > 1:
                outcome = _ask("door_twice")
        yield outcome


def _ask(code: str) -> Outcome:
    return Outcome(Verdict.ASK, {"ask": code}, [{"code": code}])


def _compare(home: Home, present: Present, told: set[str]) -> Outcome:
    if home.ask:
        return _ask(home.ask)
    if any(person.phones for person in home.people):
        return _ask("two_phones")
    building = present.buildings.get(home.building)
    entrance, door, why = _find_door(home, building, present, told)
    if why.startswith("ask:"):
        return _ask(why.removeprefix("ask:"))
    if door and door.joined_to_id:
        return _ask("door_joined")
    notes = [{"code": why}] if why else []
    current = present.households[door.pk] if door else []
    if home.target is not None:
        meant = [household for household in current if household.pk == home.target]
        if not meant and home.target:
            notes.append({"code": "household_unknown"})
        current = meant if meant or home.target == 0 else current
    if len(current) > 1:
        return _ask("several_households")
    plan = {
        "building": building.pk if building else None,
        "entrance": entrance,
        "door": door.pk if door else None,
        "household": current[0].pk if current else None,
    }
    if not current:
        code = "new_household" if door else "new_door" if building else "new_building"
        return Outcome(Verdict.NEW, plan, [{"code": code}, *notes])
    return _compare_household(home, current[0], present.people[current[0].pk], plan, notes)


def _find_door(home: Home, building: Building | None, present: Present, told: set[str]):
    """(entrance, door or None, note code or "ask:code"). Never a guess between two doors."""
    if building is None:
        missing = not home.entrance and not home.fixed and told != {""}
        return home.entrance, None, "ask:entrance_missing" if missing else ""
    exact = present.door_at.get((building.pk, home.entrance, home.key))
    if exact or home.fixed:
        return home.entrance, exact, ""
    same_room = present.rooms[building.pk, home.key]
    known = present.entrances(building)
    if not home.entrance:
        if known - {""}:
            if len(same_room) == 1:
                return same_room[0].entrance, same_room[0], "entrance_found"
            return "", None, "ask:entrance_missing"
        return "", None, "ask:entrance_missing" if told != {""} else ""
    if known == {""}:
        if len(told - {""}) > 1:
            return "", None, "ask:entrance_unknown"
        return "", same_room[0] if same_room else None, "entrance_dropped"
    return home.entrance, None, ""


def _compare_household(home: Home, household: Known, known: list[Neighbour], plan: dict, notes: list) -> Outcome:
    if home.occupancy == Household.Occupancy.VACANT and known and not home.people:
        return _ask("vacant_but_lived_in")
    plan["set"] = _household_changes(home, household)
    notes += [{"code": "set", "field": name, "old": old, "new": new} for name, (old, new) in plan["set"].items()]
    pairs, added, absent = _pair(home.people, known)
    plan["people"], plan["add"], plan["absent"] = [], added, [person.pk for person in absent]
    for index, person in pairs:
        changes = _person_changes(home.people[index], person)
        if changes:
            plan["people"].append([index, person.pk, changes])
            notes += [_person_note(person, name, *values) for name, values in changes.items()]
    notes += [{"code": "add_person", "name": mask_name(home.people[index].name)} for index in added]
    changed = bool(plan["set"] or plan["people"] or added)
    notes += [{"code": "not_in_file", "name": person.masked_name} for person in absent if home.people]
    return Outcome(Verdict.CHANGED if changed else Verdict.SAME, plan, notes)


def _household_changes(home: Home, household: Known) -> dict[str, list]:
    changes: dict[str, list] = {}
    occupancy = home.occupancy
    if not occupancy and home.people and household.occupancy == Household.Occupancy.VACANT:
        occupancy = str(Household.Occupancy.OWNER)
    if occupancy and occupancy != household.occupancy:
        changes["occupancy"] = [household.occupancy, occupancy]
    if home.told_count is not None and home.told_count != household.told_count:
        changes["told_count"] = [household.told_count, home.told_count]
    return changes


def _pair(told: list[Person], known: list[Neighbour]):
    """Match by name, as many times as a name occurs; of two namesakes the one with fewer differences goes first."""
    pool: dict[str, list[Neighbour]] = defaultdict(list)
    for resident in known:
        pool[name_key(resident.name)].append(resident)
    pairs, added = [], []
    for index, person in enumerate(told):
        namesakes = pool[name_key(person.name)]
        if not namesakes:
            added.append(index)
            continue
        if len(namesakes) == 1:
            best = namesakes.pop()
        else:
            differences = [len(_person_changes(person, resident)) for resident in namesakes]
            best = namesakes.pop(differences.index(min(differences)))
        pairs.append((index, best))
    return pairs, added, [resident for rest in pool.values() for resident in rest]


def _person_changes(told: Person, known: Neighbour) -> dict[str, list]:
    changes: dict[str, list] = {}
    if told.phone and not known.has_phone(told.phone):
        changes["phone"] = [known.phone, told.phone]
    for name in ("age_band", "whereabouts"):
        value = getattr(told, name)
        if value and value != getattr(known, name):
            changes[name] = [getattr(known, name), value]
    for need in told.needs:
        if not getattr(known, need):
            changes[need] = [False, True]
    return changes


def _person_note(person: Neighbour, name: str, old, new) -> dict:
    if name == "phone":
        old, new = mask_phone(old), mask_phone(new)
    if name in Resident.NEEDS:
        return {"code": "set_need", "name": person.masked_name, "field": name}
    return {"code": "set_person", "name": person.masked_name, "field": name, "old": old, "new": new}
