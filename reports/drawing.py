"""A form's sheet as rows of cells for a page: merged cells spanning, each with the field that goes there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.fields import fields
from reports.grid import MOST_COLUMNS, MOST_ROWS
from reports.placing import Grid, cell_name
from residents.roster.workbook import column_letters

ARROWS = {"cell": "", "down": "↓", "across": "→", "match": "⇄"}
MORE_ROWS, MORE_COLUMNS = 3, 1  # beside what is written, to put something there too


@dataclass(frozen=True)
class DrawnCell:
    name: str
    text: str
    is_formula: bool
    label: str = ""  # of the field that goes here
    arrow: str = ""
    is_chosen: bool = False
    down: int = 1
    across: int = 1


@dataclass(frozen=True)
class DrawnSheet:
    letters: list[str]
    rows: list[tuple[int, list[DrawnCell]]]
    is_cut: bool


def draw_sheet(told: Mapping[str, Any], places: list[dict[str, Any]], chosen: str) -> DrawnSheet:
    grid = Grid(told)
    rows, columns = min(told["rows"] + MORE_ROWS, MOST_ROWS), min(told["columns"] + MORE_COLUMNS, MOST_COLUMNS)
    here = {(place["row"], place["column"]): place for place in places if place["sheet"] == told["name"]}
    drawn = [
        (row, [_cell(grid, here, chosen, row, column, rows, columns) for column in range(1, columns + 1)])
        for row in range(1, rows + 1)
    ]
    return DrawnSheet(
        letters=[column_letters(column) for column in range(1, columns + 1)],
        rows=[(row, [cell for cell in cells if cell]) for row, cells in drawn],
        is_cut=told["rows"] >= MOST_ROWS or told["columns"] >= MOST_COLUMNS,
    )


def _cell(grid: Grid, here: dict, chosen: str, row: int, column: int, rows: int, columns: int) -> DrawnCell | None:
    top, left, bottom, right = grid.area(row, column)
    if (top, left) != (row, column):
        return None
    place = here.get((row, column))
    field = fields().get(place["field"]) if place else None
    name = cell_name(row, column)
    return DrawnCell(
        name=name,
        text=grid.text(row, column),
        is_formula=grid.is_formula(row, column),
        label=str(field.label) if field else (place["field"] if place else ""),
        arrow=ARROWS[place["way"]] if place else "",
        is_chosen=name == chosen.strip().upper(),
        down=min(bottom, rows) - row + 1,
        across=min(right, columns) - column + 1,
    )
