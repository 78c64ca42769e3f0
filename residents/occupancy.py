"""Who lives behind which door, as numbers and as a picture."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, FilteredRelation, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from residents.elevation import Cell
from residents.models import Building, Door, Household, Resident
from residents.namesakes import told_apart
from residents.needs import need_words
from residents.staying import Guests, guests_of

ELDER_BANDS = (Resident.AgeBand.ELDER, Resident.AgeBand.OLD)
WINDOW, ROW, SCALE = 4, 3, 2  # one door of a silhouette with its gap; pixels a unit


# --- A compound: one card a building ------------------------------------------------------------------------


@dataclass
class Summary:
    building: Building
    doors: int = 0
    lived_in: int = 0
    vacant: int = 0
    unlisted: int = 0  # doors nobody is listed behind: vacant or forgotten, somebody has to look
    people: int = 0
    elders: int = 0
    alone: int = 0
    windows: dict[str, set[tuple[str, int, int]]] = field(default_factory=lambda: {"lit": set(), "dark": set()})

    @property
    def silhouette(self) -> dict:
        """The house at night: windows are lit where somebody lives. Path data for two SVG paths."""
        places = self.windows["lit"] | self.windows["dark"]
        columns = {
            place: x for x, place in enumerate(sorted({(entrance, position) for entrance, _f, position in places}))
        }
        floors = {floor: y for y, floor in enumerate(sorted({floor for _e, floor, _p in places}, reverse=True))}
        paths = {
            kind: "".join(
                f"M{columns[entrance, position] * WINDOW} {floors[floor] * ROW}h3v2h-3z"
                for entrance, floor, position in sorted(windows)
            )
            for kind, windows in self.windows.items()
        }
        width, height = len(columns) * WINDOW + 3, len(floors) * ROW + 3  # two units of wall on each side
        # One scale for all houses, so that a tower stands above its neighbours.
        return paths | {"width": width, "height": height, "across": width * SCALE, "up": height * SCALE}


def summarise(buildings: Sequence[Building]) -> list[Summary]:
    """Three statements, however many buildings."""
    summaries = {building.pk: Summary(building) for building in buildings}
    guests = guests_of(buildings)
    people = _people_by_household(buildings, guests)
    seen: set[int] = set()
    rows = (
        Door.objects.filter(building__in=buildings)
        .annotate(home=FilteredRelation("households", condition=Q(households__moved_out_on=None)))
        .order_by("pk")
        .values_list(
            "building",
            "pk",
            "entrance",
            "floor",
            "position",
            "home__pk",
            "home__occupancy",
            "home__told_count",
            "joined_to",
        )
    )
    joined = []
    lit_doors: set[int] = set()
    for building_pk, door_pk, entrance, floor, position, home_pk, occupancy, told_count, main_pk in rows:
        summary = summaries[building_pk]
        if main_pk and home_pk is None:
            joined.append((summary, main_pk, (entrance, floor, position)))
            continue
        summary.doors += door_pk not in seen
        seen.add(door_pk)
        known, elders, alone = people.get(home_pk, (0, 0, 0))
        visitors = guests.with_host.get(home_pk, []) if home_pk else []
        is_lived_in = occupancy in {Household.Occupancy.OWNER, Household.Occupancy.TENANT}
        summary.unlisted += home_pk is None
        summary.lived_in += is_lived_in
        summary.vacant += occupancy == Household.Occupancy.VACANT
        summary.people += guests.head_count(home_pk, known + len(visitors), told_count)
        elders += sum(person.age_band in ELDER_BANDS for person in visitors)
        alone += sum(person.lives_alone for person in visitors)
        summary.elders += elders
        summary.alone += alone
        summary.windows["lit" if is_lived_in else "dark"].add((entrance, floor, position))
        lit_doors |= {door_pk} if is_lived_in else set()
    for summary, main_pk, place in joined:
        summary.windows["lit" if main_pk in lit_doors else "dark"].add(place)
    for summary in summaries.values():
        summary.windows["dark"] -= summary.windows["lit"]  # one of two households is enough light
    return list(summaries.values())


def _people_by_household(buildings: Sequence[Building], guests: Guests) -> dict[int, tuple[int, int, int]]:
    rows = (
        Resident.objects.filter(
            household__door__building__in=buildings, household__moved_out_on=None, moved_out_on=None
        )
        .exclude(pk__in=guests.gone)
        .order_by()
        .values_list("household")
        .annotate(
            known=Count("pk"),
            elders=Count("pk", filter=Q(age_band__in=ELDER_BANDS)),
            alone=Count("pk", filter=Q(lives_alone=True)),
        )
    )
    return {household: (known, elders, alone) for household, known, elders, alone in rows}


# --- A building: every door ---------------------------------------------------------------------------------


@dataclass
class Home:
    """A household as a list shows it."""

    household: Household
    names: list[str]
    head_count: int
    needs: list[str]
    gone_count: int = 0  # listed here, sleeping behind another door


@dataclass
class DoorLine:
    door: Door
    homes: list[Home]


def lines_of(building: Building, *, names: bool) -> list[DoorLine]:
    """Every door from the top floor down with who lives there now. Four statements."""
    guests = guests_of([building])
    lines = {door.pk: DoorLine(door, []) for door in building.doors.order_by("entrance", "-floor", "position", "room")}
    people = Prefetch(
        "residents",
        Resident.objects.current().defer("phone", "phone_index", "phone_end_index", "name_pinyin"),
        to_attr="current_residents",
    )
    for household in (
        Household.objects.current().filter(door__building=building).order_by("pk").prefetch_related(people)
    ):
        lines[household.door_id].homes.append(_home(household, names, guests))
    for line in lines.values():
        line.door.building = building
    return list(lines.values())


def _home(household: Household, names: bool, guests: Guests) -> Home:
    people = guests.at_home(household, household.current_residents)
    return Home(
        household=household,
        names=told_apart(people, names=names),
        gone_count=guests.left[household.pk],
        head_count=guests.head_count(household.pk, len(people), household.told_count),
        needs=need_words(need for person in people for need in person.needs),
    )


def occupancy_cells(lines: Iterable[DoorLine], *, may_add: bool) -> list[Cell]:
    """The picture of a building: head counts, with a letter where there is something to know."""
    lines = list(lines)
    joined = _joined_rooms(lines)
    by_door = {line.door.pk: line for line in lines}
    cells = []
    for line in lines:
        door = line.door
        place = (door.entrance, door.floor, door.position, door.room)
        main = by_door.get(door.joined_to_id) if door.joined_to_id and not line.homes else None
        if main:
            rooms = " + ".join([main.door.full_room, *joined[main.door.pk]])
            beside = main.door.room if main.door.entrance == door.entrance else ""
            cells += [_home_cell(place, rooms, home, joined_to=beside) for home in main.homes] or [
                Cell(*place, "o-cleared", "?", f"{rooms} {_('nobody listed')}", joined_to=beside)
            ]
            continue
        rooms = " + ".join([door.full_room, *joined[door.pk]])
        if not line.homes:
            href = reverse("residents:household_add", args=[door.pk]) if may_add else ""
            cells.append(Cell(*place, "o-cleared", "?", f"{rooms} {_('nobody listed')}", href))
        cells += [_home_cell(place, rooms, home) for home in line.homes]
    return cells


def _joined_rooms(lines: list[DoorLine]) -> dict[int, list[str]]:
    rooms: dict[int, list[str]] = defaultdict(list)
    for line in lines:
        if line.door.joined_to_id and not line.homes:
            rooms[line.door.joined_to_id].append(line.door.full_room)
    return rooms


def _home_cell(place: tuple[str, int, int, str], rooms: str, home: Home, joined_to: str = "") -> Cell:
    css, letter, words = _look(home)
    title = " · ".join([rooms, *home.names[:1], words, *home.needs])
    return Cell(*place, css, letter, title, home.household.get_absolute_url(), joined_to)


def _look(home: Home) -> tuple[str, str, str]:
    occupancy = home.household.occupancy
    if occupancy == Household.Occupancy.VACANT:
        return "o-vacant", pgettext("letter in the elevation", "V"), _("vacant")
    if occupancy == Household.Occupancy.AWAY:
        return "o-exempt", pgettext("letter in the elevation", "A"), _("away")
    heads = ngettext("%(count)s person", "%(count)s people", home.head_count) % {"count": home.head_count}
    if home.needs:
        return "o-need", pgettext("letter in the elevation", "H"), heads
    if occupancy == Household.Occupancy.TENANT:
        return "o-elsewhere", f"{pgettext('letter in the elevation', 'T')}{home.head_count}", f"{_('tenant')}, {heads}"
    return "o-home", str(home.head_count), heads
