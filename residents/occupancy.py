"""Who lives behind which door, as numbers and as a picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, FilteredRelation, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from residents.elevation import Cell
from residents.models import Building, Door, Household, Resident
from residents.needs import need_words

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
    """Two statements, however many buildings."""
    summaries = {building.pk: Summary(building) for building in buildings}
    people = _people_by_household(buildings)
    seen: set[int] = set()
    rows = (
        Door.objects.filter(building__in=buildings)
        .annotate(home=FilteredRelation("households", condition=Q(households__moved_out_on=None)))
        .order_by("pk")
        .values_list(
            "building", "pk", "entrance", "floor", "position", "home__pk", "home__occupancy", "home__told_count"
        )
    )
    for building_pk, door_pk, entrance, floor, position, home_pk, occupancy, told_count in rows:
        summary = summaries[building_pk]
        summary.doors += door_pk not in seen
        seen.add(door_pk)
        known, elders, alone = people.get(home_pk, (0, 0, 0))
        is_lived_in = occupancy in {Household.Occupancy.OWNER, Household.Occupancy.TENANT}
        summary.unlisted += home_pk is None
        summary.lived_in += is_lived_in
        summary.vacant += occupancy == Household.Occupancy.VACANT
        summary.people += max(known, told_count or 0)
        summary.elders += elders
        summary.alone += alone
        summary.windows["lit" if is_lived_in else "dark"].add((entrance, floor, position))
    for summary in summaries.values():
        summary.windows["dark"] -= summary.windows["lit"]  # one of two households is enough light
    return list(summaries.values())


def _people_by_household(buildings: Sequence[Building]) -> dict[int, tuple[int, int, int]]:
    rows = (
        Resident.objects.filter(
            household__door__building__in=buildings, household__moved_out_on=None, moved_out_on=None
        )
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


@dataclass
class DoorLine:
    door: Door
    homes: list[Home]


def lines_of(building: Building, *, names: bool) -> list[DoorLine]:
    """Every door from the top floor down with who lives there now. Three statements."""
    lines = {door.pk: DoorLine(door, []) for door in building.doors.order_by("entrance", "-floor", "position", "room")}
    people = Prefetch(
        "residents", Resident.objects.current().defer("phone", "phone_index"), to_attr="current_residents"
    )
    for household in (
        Household.objects.current().filter(door__building=building).order_by("pk").prefetch_related(people)
    ):
        lines[household.door_id].homes.append(_home(household, names))
    for line in lines.values():
        line.door.building = building
    return list(lines.values())


def _home(household: Household, names: bool) -> Home:
    people = household.current_residents  # type: ignore[attr-defined]  # prefetched by lines_of
    return Home(
        household=household,
        names=[person.name if names else person.masked_name for person in people],
        head_count=max(len(people), household.told_count or 0),
        needs=need_words(need for person in people for need in person.needs),
    )


def occupancy_cells(lines: Iterable[DoorLine], *, may_add: bool) -> list[Cell]:
    """The picture of a building: head counts, with a letter where there is something to know."""
    cells = []
    for line in lines:
        door = line.door
        place = (door.entrance, door.floor, door.position, door.room)
        if not line.homes:
            href = reverse("residents:household_add", args=[door.pk]) if may_add else ""
            cells.append(Cell(*place, "o-cleared", "?", f"{door.full_room} {_('nobody listed')}", href))
        for home in line.homes:
            css, letter, words = _look(home)
            title = " · ".join([door.full_room, *home.names[:1], words, *home.needs])
            cells.append(Cell(*place, css, letter, title, home.household.get_absolute_url()))
    return cells


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
