"""Flats knocked through: rows of the joined door belong to the household behind the main one."""

from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Exists, OuterRef

from residents.models import Compound, Door, Household
from residents.roster import cells
from residents.roster.asking import DecisionError, decide
from residents.roster.homes import Home, Understood

VACANT = str(Household.Occupancy.VACANT)
Where = tuple[str, str, str]  # building, entrance, key


@dataclass(frozen=True)
class Main:
    entrance: str
    key: str
    room: str
    floor: int
    place: int
    is_listed: bool  # somebody is, or the flat is listed as vacant


def fold_joined(understood: Understood, compound: Compound) -> None:
    """Households of joined doors go to their main door; with the one the file tells of there they become one."""
    mains = _joined_doors(compound)
    if not mains:
        return
    _place_pairs(understood, mains)
    there: dict[Where, Home] = {}
    for home in understood.homes:
        there.setdefault(_where(home), home)
    kept = []
    for home in understood.homes:
        main = mains.get(_where(home))
        if main is None:
            kept.append(home)
            continue
        label, where = home.label, (home.building, main.entrance, main.key)
        if where in there:
            _fold(there[where], home, label)
            continue
        _move(home, main, label)
        there[where] = home
        kept.append(home)
    understood.homes = kept


def _joined_doors(compound: Compound) -> dict[Where, Main]:
    listed = Household.objects.current().filter(door=OuterRef("joined_to"))
    rows = Door.objects.filter(building__compound=compound, joined_to__isnull=False).values_list(
        "building__code",
        "entrance",
        "key",
        "joined_to__entrance",
        "joined_to__key",
        "joined_to__room",
        "joined_to__floor",
        "joined_to__position",
        Exists(listed),
    )
    return {(code, entrance, key): Main(*main) for code, entrance, key, *main in rows}


def _where(home: Home) -> Where:
    return home.building, home.entrance, home.key


def _place_pairs(understood: Understood, mains: dict[Where, Main]) -> None:
    """`501+502`: no question when the portal knows that the two are one."""
    left = []
    for row in understood.left:
        several = _read_pair(row.home) if row.code == "rooms_joined" and row.home else []
        doors = [(home.building, _main_of(home, mains)) for home in several]
        if doors and all(one == other for one, other in pairwise(doors)):
            understood.homes.append(several[0])
        else:
            left.append(row)
    understood.left = left


def _read_pair(home: Home) -> list[Home]:
    try:
        return [decide(home, f"r:{room}") for room in cells.room_pair(home.asked["room"])]
    except DecisionError:
        return []


def _main_of(home: Home, mains: dict[Where, Main]) -> tuple[str, str]:
    main = mains.get(_where(home))
    return (main.entrance, main.key) if main else (home.entrance, home.key)


def _move(home: Home, main: Main, label: str) -> None:
    if main.is_listed and home.occupancy == VACANT and not home.people:
        home.occupancy, home.told_count = "", None  # empty is the room, not the flat
    home.entrance, home.key, home.room = main.entrance, main.key, main.room
    home.floor, home.place = main.floor, main.place
    home.note("joined_door", door=label, main=home.label)


def _fold(main: Home, home: Home, label: str) -> None:
    """`home`, told of a joined door, becomes part of `main`."""
    main.note("joined_rows", door=label)
    known = {cells.name_key(person.name): person for person in main.people}
    for person in home.people:
        same = known.get(cells.name_key(person.name))
        if same is None:
            person.is_contact = person.is_contact and not main.people
            main.people.append(person)
        elif not same.phone and not same.phones:
            same.phone, same.phones = person.phone, person.phones
    if home.people:
        main.notes = [note for note in main.notes if note["code"] != "nobody_named"]
        if main.occupancy in {"", VACANT}:
            main.occupancy = home.occupancy or str(Household.Occupancy.OWNER)
    if home.told_count:
        if main.told_count and main.told_count != home.told_count:
            main.ask = main.ask or "counts_differ"
            main.counts = sorted({main.told_count, home.told_count, min(main.told_count + home.told_count, 99)})
        main.told_count = main.told_count or home.told_count
    main.ask = main.ask or home.ask
    if home.sheet == main.sheet:
        main.rows = sorted({*main.rows, *home.rows})
        main.first_row, main.last_row = main.rows[0], main.rows[-1]
