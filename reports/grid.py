"""A workbook's sheets as grids of short texts, to point at. Runs inside the fence (reports/form_child.py): no database.

A sheet: {"name", "rows", "columns", "cells": [[row, column, text, kind]], "merged": [[top, left, bottom, right]]}, rows
and columns from 1, kind "f" for a formula and "" for anything else.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from openpyxl import load_workbook

from reports.filling import fill
from reports.sheet_cells import area_of
from residents.roster.workbook import check_xlsx, look_through

MOST_SHEETS = 20
MOST_ROWS, MOST_COLUMNS = 200, 60
LONGEST = 80
PROGRAMS = ("xl/vbaproject", "xl/macrosheets/", "xl/dialogsheets/", "xl/activex/", "xl/embeddings/", "customui/")


class GridError(ValueError):
    """Why a form is not taken: the code of its sentence, and the values that belong into it."""

    def __init__(self, code: str, **values: int):
        self.code, self.values = code, values
        super().__init__(code)


def read_grid(content: bytes) -> dict[str, Any]:
    """Raises RosterError or GridError, each with the code of a sentence: reports/form_reading.py has them."""
    look_through(content, check_xlsx)
    _refuse_programs(content)
    book = load_workbook(io.BytesIO(content), rich_text=True)
    sheets = [_sheet(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise GridError("no_sheet")
    if len(sheets) > MOST_SHEETS:
        raise GridError("too_many_sheets", limit=MOST_SHEETS)
    fill(content, [], "")  # what could not be filled later is refused now
    return {"sheets": sheets}


def _refuse_programs(content: bytes) -> None:
    """What runs when a file is opened never goes out with our name on it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name.lower() for name in archive.namelist()]
        types = archive.read("[Content_Types].xml").lower() if "[content_types].xml" in names else b""
    if any(name.startswith(PROGRAMS) for name in names) or b"macroenabled" in types:
        raise GridError("macros")


def _sheet(sheet) -> dict[str, Any]:
    rows, columns = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    cells = []
    spilled: list[tuple[int, int, int, int]] = []  # a formula of several cells stands in the first of them alone
    for line in sheet.iter_rows(max_row=rows, max_col=columns):
        for cell in line:
            if cell.value is not None:
                is_formula = cell.data_type == "f"
                text = str(getattr(cell.value, "text", cell.value)) if is_formula else str(cell.value)
                if ref := getattr(cell.value, "ref", None):
                    spilled.append(area_of(ref))
                is_formula = is_formula or any(
                    left <= cell.column <= right and top <= cell.row <= bottom for left, top, right, bottom in spilled
                )
                cells.append([cell.row, cell.column, text[:LONGEST], "f" if is_formula else ""])
    merged = [
        [area.min_row, area.min_col, area.max_row, area.max_col]
        for area in sheet.merged_cells.ranges
        if area.min_row <= MOST_ROWS and area.min_col <= MOST_COLUMNS
    ]
    return {"name": sheet.title, "rows": rows, "columns": columns, "cells": cells, "merged": sorted(merged)}
