"""Values into a copy of a workbook. Runs inside the fence (reports/form_child.py): no database.

Everything else of the workbook stays: formats, merged cells, formulas, other sheets, what is printed. An order says
{"sheet", "row", "column", "kind", "value"}; a number is a number, a day a day, and a text never a formula.
"""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import MergedCell

ILLEGAL_IN_XLSX = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def fill(content: bytes, orders: list[dict[str, Any]], mark: str) -> bytes:
    book = load_workbook(io.BytesIO(content), rich_text=True)
    for order in orders:
        _write(book[order["sheet"]], order)
    book.properties.description = mark
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True  # sums show the new figures when the file is opened
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet, order: dict[str, Any]) -> None:
    cell = sheet.cell(order["row"], order["column"])
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
        cell = sheet.cell(area.min_row, area.min_col)
    value = order["value"]
    if order["kind"] == "day":
        keep = cell.number_format
        cell.value = date.fromisoformat(value)
        cell.number_format = keep if keep != "General" else "yyyy-mm-dd"
    elif order["kind"] == "time":
        keep = cell.number_format
        cell.value = datetime.fromisoformat(value)
        cell.number_format = keep if keep != "General" else "yyyy-mm-dd hh:mm"
    elif order["kind"] == "count":
        cell.value = int(value)
        if cell.number_format == "@":  # a column made for text would show the number as text and not add it up
            cell.number_format = "General"
    else:
        cell.value = ILLEGAL_IN_XLSX.sub("\ufffd", str(value))
        cell.data_type = "s"  # whatever it begins with
