"""Pure: which cell each value goes to, worked out on a form's grid; and the guess from its headers.

A place: {"sheet", "row", "column", "field", "way"}. The ways: `cell` one value for the compound; `down` a row a
building; `across` a column a building; `match` the rows that are named like buildings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.utils.translation import gettext as _

from reports.fields import buildings_of, fields, value_of_field
from reports.form_reading import FormError
from reports.grid import MOST_COLUMNS, MOST_ROWS
from reports.models import DailyReport
from residents.listing import listed
from residents.roster.workbook import column_letters, column_number

WAYS = ("cell", "down", "across", "match")
CELL = re.compile(r"\s*([A-Za-z]{1,2})\s*([0-9]{1,3})\s*$")
ASIDE = re.compile(r"[(（【\[].*?[)）】\]]|[\s:：、,，。./·*#_-]")
FOOT = re.compile(r"^(合计|总计|小计|总数|填报人|填表人|审核|备注|说明|注|total|sum|remarks?)")
OF_A_HOUSE = re.compile(r"(号楼|号|楼|栋|幢|座)$")


@dataclass(frozen=True)
class Grid:
    """One sheet, to ask about its cells."""

    told: Mapping[str, Any]

    @cached_property
    def cells(self) -> dict[tuple[int, int], tuple[str, str]]:
        return {(row, column): (text, kind) for row, column, text, kind in self.told["cells"]}

    @cached_property
    def areas(self) -> dict[tuple[int, int], tuple[int, int, int, int]]:
        """Every merged cell -> its area."""
        return {
            (row, column): (top, left, bottom, right)
            for top, left, bottom, right in self.told["merged"]
            for row in range(top, min(bottom, MOST_ROWS) + 1)
            for column in range(left, min(right, MOST_COLUMNS) + 1)
        }

    def area(self, row: int, column: int) -> tuple[int, int, int, int]:
        return self.areas.get((row, column), (row, column, row, column))

    def text(self, row: int, column: int) -> str:
        return self.cells.get(self.area(row, column)[:2], ("", ""))[0]

    def is_formula(self, row: int, column: int) -> bool:
        return self.cells.get(self.area(row, column)[:2], ("", ""))[1] == "f"

    def is_foot(self, row: int) -> bool:
        """The line of sums, or what is written under a table."""
        return any(
            FOOT.match(plain(text)) for (line, _column), (text, kind) in self.cells.items() if line == row and not kind
        )

    def house_names(self, row: int, before: int) -> list[str]:
        """What may name a house in this line. A bare number does so only under a header that says so: 序号 does not."""
        texts = ((column, self.text(row, column)) for column in range(1, before))
        return [
            text for column, text in texts if text and (not plain(text).isdigit() or self._is_of_houses(row, column))
        ]

    def _is_of_houses(self, row: int, column: int) -> bool:
        for line in range(row - 1, 0, -1):
            text = plain(self.text(line, column))
            if text and not text.isdigit() and not (text[0].isdigit() and OF_A_HOUSE.search(text)):
                return known_words().get(text) == "building.name"
        return False


def plain(text: str) -> str:
    return ASIDE.sub("", unicodedata.normalize("NFKC", text)).lower()


def read_cell(text: str) -> tuple[int, int]:
    """`C3` -> (3, 3). Raises FormError."""
    match = CELL.match(unicodedata.normalize("NFKC", text))
    if match is None or not 1 <= int(match[2]) <= MOST_ROWS or column_number(match[1].upper()) > MOST_COLUMNS:
        raise FormError(_("Which cell? Its letter and number, such as C3."))
    return int(match[2]), column_number(match[1].upper())


def cell_name(row: int, column: int) -> str:
    return f"{column_letters(column)}{row}"


def sheet_named(grid: Iterable[Mapping[str, Any]], name: str) -> Grid:
    found = next((sheet for sheet in grid if sheet["name"] == name), None)
    if found is None:
        raise FormError(_("The form has no sheet “%(name)s”.") % {"name": name[:40]})
    return Grid(found)


def make_place(grid: list, *, sheet: str, row: int, column: int, field: str, way: str) -> dict[str, Any]:
    """A place that can be filled, put into the top left of merged cells. Raises FormError."""
    there = sheet_named(grid, sheet)
    row, column = there.area(row, column)[:2]
    what = fields().get(field)
    if what is None or way not in WAYS:
        raise FormError(_("Choose a field and where it goes."))
    if way == "cell" and not what.has_total:
        raise FormError(_("“%(field)s” is told building by building: choose rows or columns.") % {"field": what.label})
    if way != "cell" and not what.per_building:
        raise FormError(_("“%(field)s” is told of the whole compound: choose one cell.") % {"field": what.label})
    if there.is_formula(row, column):
        raise FormError(_("%(cell)s calculates by itself; leave it to Excel.") % {"cell": cell_name(row, column)})
    return {"sheet": sheet, "row": row, "column": column, "field": field, "way": way}


# --- Where each value goes ------------------------------------------------------------------------------------


def orders_for(places: list[dict[str, Any]], grid: list, report: DailyReport) -> list[dict[str, Any]]:
    """What reports/filling.py writes. Raises FormError where a building would have no place of its own."""
    orders = []
    for place in places:
        field = fields().get(place["field"])
        if field is None:  # a room that is no more
            continue
        there = sheet_named(grid, place["sheet"])
        for number, building, row, column in targets(place, there, report.body):
            value = value_of_field(field, report, building, number)
            orders.append({"sheet": place["sheet"], "row": row, "column": column} | value)
    return orders


def targets(
    place: Mapping[str, Any], there: Grid, body: Mapping[str, Any]
) -> Iterator[tuple[int, int | None, int, int]]:
    """(running number, place of the building in the body, row, column)."""
    row, column, way = place["row"], place["column"], place["way"]
    if way == "cell":
        yield 0, None, row, column
        return
    buildings = buildings_of(body)
    if way == "match":
        yield from _matching(place, there, buildings)
        return
    for number, (building, name, _code, _is_house) in enumerate(buildings, 1):
        top, left, bottom, right = there.area(row, column)
        is_taken = (top, left) != (row, column) or there.is_formula(row, column)
        if is_taken or (way == "down" and number > 1 and there.is_foot(row)):
            raise FormError(
                _("Sheet “%(sheet)s”: no room for %(building)s, %(cell)s is taken. Add lines to the form in Excel.")
                % {"sheet": place["sheet"], "building": name, "cell": cell_name(row, column)}
            )
        yield number, building, row, column
        row, column = (bottom + 1, column) if way == "down" else (row, right + 1)


def _matching(place: Mapping[str, Any], there: Grid, buildings: list) -> Iterator[tuple[int, int | None, int, int]]:
    rows: dict[str, int] = {}
    for row in range(place["row"], there.told["rows"] + 1):
        for text in there.house_names(row, place["column"]):
            rows.setdefault(house_key(text), row)
    lost: list[str] = []
    for number, (building, name, code, is_house) in enumerate(buildings, 1):
        line = rows.get(house_key(name)) or rows.get(house_key(code))
        if line is None and is_house:
            lost.append(name)
        elif line is not None:
            yield number, building, there.area(line, place["column"])[0], place["column"]
    if lost:
        raise FormError(
            _("Sheet “%(sheet)s” has no row named like %(buildings)s.")
            % {"sheet": place["sheet"], "buildings": listed(lost[:6])}
        )


def house_key(text: str) -> str:
    """`12号楼`, `12 号`, `12` are one house."""
    return OF_A_HOUSE.sub("", plain(text))


# --- A guess from the headers -----------------------------------------------------------------------------------


@cache
def known_words() -> dict[str, str]:
    """Header -> field. What a figure is called here counts too."""
    words: dict[str, str] = {}
    for field in fields().values():
        for word in [*field.words.split(), *map(str, (field.label,))]:
            words.setdefault(plain(word), field.key)
    return words


def guess_places(grid: list, *, sheet: str, row: int, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Under each header of this line that is understood, from the next line on. With two lines of headers the upper one
    is read together with the lower: 核酸 over 应检."""
    there = sheet_named(grid, sheet)
    names = {house_key(word) for _place, name, code, _is_house in buildings_of(body) for word in (name, code)}
    places = []
    for column in range(1, there.told["columns"] + 1):
        top, left, bottom, _right = there.area(row, column)
        field = _field_of_header(there, top, left)
        if left != column or field is None or not fields()[field].per_building:
            continue
        first = bottom + 1
        has_names = any(house_key(text) in names for text in there.house_names(first, column))
        is_filled = field in {"building.name", "building.number"} and there.text(first, column)
        if is_filled or there.is_formula(first, column) or there.is_foot(first):
            continue
        way = "match" if has_names else "down"
        places.append({"sheet": sheet, "row": first, "column": column, "field": field, "way": way})
    if not places:
        raise FormError(_("No header in line %(row)s is understood. Place the fields one by one.") % {"row": row})
    return places


def _field_of_header(there: Grid, row: int, column: int) -> str | None:
    own = plain(there.text(row, column))
    over = plain(there.text(row - 1, column)) if row > 1 else ""
    return known_words().get(over + own) or known_words().get(own) if own else None
