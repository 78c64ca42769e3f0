"""One sheet of a workbook as bytes: values into its cells, and the stored results of its formulas taken out."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from reports.cell_styles import CellStyles
from reports.splicing import Edit, Element, grown, splice, walk, with_attribute, xml_text
from residents.roster.workbook import column_letters, column_number

NAMES = frozenset({"dimension", "col", "sheetData", "row", "c", "f", "v", "mergeCell"})
MOST_COLUMN, MOST_ROW = 16_384, 1_048_576
WHERE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})$")


def area_of(ref: str) -> tuple[int, int, int, int]:
    """`B2:C5` -> (2, 2, 3, 5): left, top, right, bottom."""
    left, top, right, bottom = range_boundaries(ref)
    return left or 1, top or 1, right or MOST_COLUMN, bottom or MOST_ROW


@dataclass
class Line:
    """A row that is there."""

    element: Element
    number: int
    cells: list[tuple[int, Element]] = field(default_factory=list)


class SheetCells:
    def __init__(self, content: bytes, *, is_1904: bool = False):
        self.content = content
        self.epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
        self.lines: dict[int, Line] = {}
        self.columns: list[tuple[int, int, int]] = []  # first, last, style
        self.merged: list[tuple[int, int, int, int]] = []  # left, top, right, bottom
        self.results: dict[int, list[Edit]] = {}  # by where the cell of a formula begins
        self.dimension: Element | None = None
        self.data: Element | None = None
        self._formula = False
        self._value: Element | None = None
        self._cells: list[Element] = []
        self._last_row = 0
        walk(content, self._seen, NAMES)

    def _seen(self, element: Element) -> None:
        getattr(self, f"_seen_{element.name.lower()}")(element)

    def _seen_dimension(self, element: Element) -> None:
        self.dimension = element

    def _seen_col(self, element: Element) -> None:
        told = element.told
        if "style" in told:
            self.columns.append((int(told["min"]), int(told["max"]), int(told["style"])))

    def _seen_sheetdata(self, element: Element) -> None:
        self.data = element

    def _seen_mergecell(self, element: Element) -> None:
        self.merged.append(area_of(element.told["ref"]))

    def _seen_f(self, element: Element) -> None:
        self._formula = True

    def _seen_v(self, element: Element) -> None:
        self._value = element

    def _seen_c(self, element: Element) -> None:
        self._cells.append(element)
        if self._formula and self._value:
            tag = with_attribute(self.content[element.start : element.body], "t", None)
            edits = [Edit(element.start, element.body, tag), Edit(self._value.start, self._value.end, b"")]
            self.results[element.start] = edits
        self._formula, self._value = False, None

    def _seen_row(self, element: Element) -> None:
        """A row or a cell without its number stands behind the one before."""
        self._last_row = int(element.told.get("r", self._last_row + 1))
        line, column = Line(element, self._last_row), 0
        for cell in self._cells:
            match = WHERE.match(cell.told.get("r", ""))
            column = column_number(match[1]) if match else column + 1
            line.cells.append((column, cell))
        self.lines[line.number] = line
        self._cells = []

    # --- Writing ------------------------------------------------------------------------------------------------

    def filled(self, orders: list[dict[str, Any]], styles: CellStyles | None) -> bytes:
        if self.data is None:
            raise ValueError("a sheet without cells")
        rows: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
        for order in orders:
            row, column = self._top_left(order["row"], order["column"])
            rows[row][column] = order
        edits, fresh_rows = [], {}
        for number, wanted in sorted(rows.items()):
            if line := self.lines.get(number):
                edits += self._into_line(line, sorted(wanted.items()), styles)
            else:
                cells = [self._cell(number, column, order, None, styles) for column, order in sorted(wanted.items())]
                fresh_rows[number] = f'<{self.data.prefix}row r="{number}">{"".join(cells)}</{self.data.prefix}row>'
        edits += self._between_lines(fresh_rows)
        edits += self._reach(rows)
        edits += [edit for results in self.results.values() for edit in results]
        return splice(self.content, edits)

    def _top_left(self, row: int, column: int) -> tuple[int, int]:
        for left, top, right, bottom in self.merged:
            if top <= row <= bottom and left <= column <= right:
                return top, left
        return row, column

    def _into_line(self, line: Line, wanted: list, styles: CellStyles | None) -> list[Edit]:
        there = dict(line.cells)
        edits, behind = [], ""
        for column, order in wanted:
            old = there.get(column)
            fresh = self._cell(line.number, column, order, line, styles)
            following = next((cell for place, cell in line.cells if place > column), None)
            if old is not None:
                self.results.pop(old.start, None)
                edits.append(Edit(old.start, old.end, fresh.encode()))
            elif following is not None:
                edits.append(Edit(following.start, following.start, fresh.encode()))
            else:
                behind += fresh
        row = line.element
        tag = with_attribute(self.content[row.start : row.body], "spans", None)  # a hint that may hold no longer
        return [*edits, *grown(self.content, row, behind, tag)]

    def _between_lines(self, fresh: dict[int, str]) -> list[Edit]:
        edits, behind = [], ""
        numbers = sorted(self.lines)
        for number, row in sorted(fresh.items()):
            following = next((line for line in numbers if line > number), None)
            if following is None:
                behind += row
            else:
                at = self.lines[following].element.start
                edits.append(Edit(at, at, row.encode()))
        if behind and self.data:
            edits += grown(self.content, self.data, behind)
        return edits

    def _reach(self, rows: dict[int, dict[int, Any]]) -> list[Edit]:
        """How far the sheet goes: readers that stream believe it."""
        if self.dimension is None or not rows:
            return []
        left, top, right, bottom = area_of(self.dimension.told["ref"])
        columns = [column for wanted in rows.values() for column in wanted]
        left, right = min([left, *columns]), max([right, *columns])
        top, bottom = min([top, *rows]), max([bottom, *rows])
        tag = self.content[self.dimension.start : self.dimension.body]
        ref = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
        return [Edit(self.dimension.start, self.dimension.body, with_attribute(tag, "ref", ref))]

    def _cell(self, row: int, column: int, order: dict, line: Line | None, styles: CellStyles | None) -> str:
        kind, value = order["kind"], order["value"]
        if kind in {"day", "time"} and (styles is None or not styles.can_add):
            kind = "text"  # a workbook without formats would show a day as a number
        style = self._style_of(column, line)
        style = styles.suiting(style, kind) if styles else style
        prefix = self.data.prefix if self.data else ""
        start = f'<{prefix}c r="{column_letters(column)}{row}"' + (f' s="{style}"' if style else "")
        if kind == "text":
            text = xml_text(str(value))
            if not text:
                return f"{start}/>"
            # A text within the cell, whatever it begins with, and no formula.
            inner = f'<{prefix}is><{prefix}t xml:space="preserve">{text}</{prefix}t></{prefix}is>'
            return f'{start} t="inlineStr">{inner}</{prefix}c>'
        number = int(value) if kind == "count" else self._serial(kind, value)
        return f"{start}><{prefix}v>{number}</{prefix}v></{prefix}c>"

    def _style_of(self, column: int, line: Line | None) -> int:
        """The cell's own; where there is none, its row's or its column's, as Excel does."""
        cell = dict(line.cells).get(column) if line else None
        if cell is not None:
            return int(cell.told.get("s", "0"))
        if line and line.element.told.get("customFormat") in {"1", "true"}:
            return int(line.element.told.get("s", "0"))
        return next((style for first, last, style in self.columns if first <= column <= last), 0)

    def _serial(self, kind: str, value: str) -> float:
        moment = date.fromisoformat(value) if kind == "day" else datetime.fromisoformat(value)
        return to_excel(moment, self.epoch)
