"""What only a person can know: the choices of a line, and the household as it is once one has been taken.

A choice is a key such as `e:2` (entrance 2), `h:17` (the household 17), `r:3-1` (the room, as text). The keys are
offered when the file is read; a room may also be typed.
"""

from dataclasses import replace

from residents.models import mask_name, mask_phone
from residents.roster import cells
from residents.roster.cells import CellError
from residents.roster.homes import Home
from residents.roster.present import Present
from residents.roster.understanding import HIGHEST_FLOOR, read_place

ROOM_CODES = {"room_date", "room_unclear", "rooms_joined", "building_unknown", "buildings_differ"}
MOST_CHOICES = 30


class DecisionError(ValueError):
    """What was chosen does not settle the line."""


def choices_of(home: Home, code: str, present: Present, buildings: list[tuple[str, str]]) -> list[dict]:
    """Each with its key and what the page needs to say it: codes, numbers and masked names only."""
    match code:
        case "entrance_missing" | "entrance_unknown":
            return _entrances(home, present)[:MOST_CHOICES]
        case "several_households":
            return _households(home, present)
        case "counts_differ":
            return [{"key": f"n:{count}", "code": "choose_count", "count": count} for count in home.counts]
        case "two_phones":
            return _phones(home)
        case "vacant_but_lived_in":
            return [{"key": "o:away", "code": "choose_away"}]
        case "building_unknown":
            return [{"key": f"b:{key}", "code": "choose_building", "building": name} for key, name in buildings][
                :MOST_CHOICES
            ]
        case "buildings_differ":
            return [{"key": "b:", "code": "choose_building", "building": home.building_name}, *_as_room(home)]
        case "room_date":
            return _as_room(home)
        case "rooms_joined":
            rooms = cells.room_pair(home.asked.get("room", ""))
            return [{"key": f"r:{room}"[:60], "code": "choose_behind", "room": room[:58]} for room in rooms]
        case "door_joined":
            return _main_doors(home, present)
    return []


def _as_room(home: Home) -> list[dict]:
    room = home.asked.get("room", "")
    return [{"key": f"r:{room}"[:60], "code": "choose_room", "room": room[:58]}] if room else []


def _entrances(home: Home, present: Present) -> list[dict]:
    building = present.buildings.get(home.building)
    if building is None:
        return [{"key": "e:", "code": "choose_no_entrance"}]
    here = {door.entrance for door in present.rooms[building.pk, home.key]}
    known = sorted(here or present.entrances(building) | {home.entrance}, key=lambda text: (len(text), text))
    return [
        {"key": f"e:{entrance}", "code": "choose_entrance", "entrance": entrance}
        if entrance
        else {"key": "e:", "code": "choose_no_entrance"}
        for entrance in known
    ]


def _households(home: Home, present: Present) -> list[dict]:
    building = present.buildings[home.building]
    doors = present.rooms[building.pk, home.key]
    door = next((door for door in doors if door.entrance == home.entrance), doors[0])
    rows = [
        {
            "key": f"h:{household.pk}",
            "code": "choose_household",
            "names": [mask_name(person.name) for person in present.people[household.pk][:4]] or ["—"],
        }
        for household in present.households[door.pk]
    ]
    return [*rows, {"key": "h:0", "code": "choose_one_more"}]


def _main_doors(home: Home, present: Present) -> list[dict]:
    """Of joined doors with this room: the doors behind which their households are listed."""
    doors = present.rooms[present.buildings[home.building].pk, home.key]
    mains = {
        door.joined_to_id: present.door_of[door.joined_to_id]
        for door in doors
        if door.joined_to_id and home.entrance in {"", door.entrance}
    }
    return [
        {
            "key": f"j:{main.entrance}/{main.key}",
            "code": "choose_behind",
            "room": f"{main.entrance}-{main.room}" if main.entrance else main.room,
        }
        for main in mains.values()
    ]


def _phones(home: Home) -> list[dict]:
    several = [person.phones for person in home.people if person.phones]
    most = max(len(phones) for phones in several)
    return [
        {
            "key": f"p:{place}",
            "code": "choose_phone",
            "phone": [mask_phone(phones[min(place, len(phones) - 1)]) for phones in several[:4]],
        }
        for place in range(min(most, 4))
    ]


def decide(home: Home, key: str) -> Home:
    """The household with one question answered. Raises DecisionError when the answer cannot be used."""
    kind, _colon, value = key.partition(":")
    match kind:
        case "e":
            return replace(home, entrance=value, fixed=True, ask="")
        case "j":
            entrance, _slash, room = value.partition("/")
            return replace(home, entrance=entrance, key=room, room=room, fixed=True, ask="")
        case "h":
            return replace(home, target=int(value), ask="")
        case "n":
            return replace(home, told_count=int(value), counts=[], ask="")
        case "o":
            return replace(home, occupancy=value, ask="")
        case "p":
            return replace(home, people=[_with_phone(person, int(value)) for person in home.people], ask="")
        case "b":
            told = {"building": value} if value else {"room": _own_room(home)}
            return _placed(home, home.asked | told)
        case "r":
            # Of two buildings that differ, the one in the room's own cell is chosen with that cell.
            own = home.ask == "buildings_differ" and value == home.asked.get("room")
            return _placed(home, home.asked | {"room": value} | ({"building": ""} if own else {}))
    raise DecisionError


def _with_phone(person, place: int):
    if not person.phones:
        return person
    return replace(person, phone=person.phones[min(place, len(person.phones) - 1)], phones=[])


def _own_room(home: Home) -> str:
    """`2号301` without its building."""
    return read_place(home.asked["room"], home.asked | {"building": ""}, _refusal)["room"]


def _refusal(_column: str, error: CellError) -> DecisionError:
    return DecisionError(error.code)


def _placed(home: Home, asked: dict) -> Home:
    if not asked.get("room", "").strip():
        raise DecisionError("no_room")
    place = read_place(asked["room"], asked, _refusal)
    place.pop("dashed")
    if place["floor"] is not None and abs(place["floor"]) > HIGHEST_FLOOR:
        raise DecisionError("floor")
    place["floor"] = 1 if place["floor"] is None else place["floor"]
    return replace(home, **place, asked={}, ask="")
