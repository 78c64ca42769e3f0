"""Values into a copy of a workbook. Runs inside the fence (reports/form_child.py): no database.

Only the cells that get a value are written; every other part of the file, and every other byte of the sheet, is as it
came: formats, merged cells, formulas, pictures, charts, rules, other sheets, what is printed. An order says {"sheet",
"row", "column", "kind", "value"}; a number is a number, a day a day, and a text never a formula.

Taken out are the results that formulas had for the empty form: a program that does not calculate would show them.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections import defaultdict
from typing import Any

from reports.cell_styles import CellStyles
from reports.sheet_cells import SheetCells
from reports.splicing import Edit, as_bytes_of_ascii, grown, read_all, splice, with_attribute, xml_text

WORKBOOK, TYPES, ROOT_RELS = "xl/workbook.xml", "[Content_Types].xml", "_rels/.rels"
CORE = "docProps/core.xml"
CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
CORE_REL = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
EMPTY_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"></cp:coreProperties>'
)
BEFORE_CALCULATION = ("definedNames", "externalReferences", "functionGroups", "sheets")


def fill(content: bytes, orders: list[dict[str, Any]], mark: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        copy = _Copy(archive)
        copy.write(orders)
        copy.calculate_when_opened()
        copy.describe(mark)
        copy.be_no_template()
        return copy.packed()


class _Copy:
    """The parts of a workbook, those alone held that are changed."""

    def __init__(self, archive: zipfile.ZipFile):
        self.archive = archive
        self.names = set(archive.namelist())
        self.changed: dict[str, bytes] = {}

    def part(self, name: str) -> bytes:
        return self.changed.get(name) or as_bytes_of_ascii(self.archive.read(name))

    def related(self, rels: str) -> dict[str, tuple[str, str]]:
        """Id -> (the last word of its type, the part); nothing of what lies outside of the file."""
        if rels not in self.names:
            return {}
        folder = posixpath.dirname(posixpath.dirname(rels))
        found = {}
        for each in read_all(self.part(rels), "Relationship"):
            target = each.told.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            if each.told.get("TargetMode") != "External":
                found[each.told.get("Id", "")] = (each.told.get("Type", "").rpartition("/")[2], path.lstrip("/"))
        return found

    def write(self, orders: list[dict[str, Any]]) -> None:
        related = self.related("xl/_rels/workbook.xml.rels")
        paths = dict(related.values())
        styles = CellStyles(self.part(paths["styles"])) if paths.get("styles") in self.names else None
        book = read_all(self.part(WORKBOOK), "workbookPr", "sheet")
        is_1904 = any(each.told.get("date1904") in {"1", "true"} for each in book if each.name == "workbookPr")
        by_sheet: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for order in orders:
            by_sheet[order["sheet"]].append(order)
        for each in book:
            key = next((value for name, value in each.told.items() if name.rpartition(":")[2] == "id"), "")
            kind, path = related.get(key, ("", ""))
            if each.name == "sheet" and kind == "worksheet":
                self._write_sheet(path, by_sheet.pop(each.told["name"], []), styles, is_1904)
        if any(by_sheet.values()):
            raise LookupError(*by_sheet)
        if styles and styles.added:
            self.changed[paths["styles"]] = styles.changed()

    def _write_sheet(self, path: str, orders: list, styles: CellStyles | None, is_1904: bool) -> None:
        content = self.part(path)
        if orders or b"f>" in content or b"f " in content or b"f/" in content:
            filled = SheetCells(content, is_1904=is_1904).filled(orders, styles)
            if filled != content:
                self.changed[path] = filled

    def calculate_when_opened(self) -> None:
        """Sums show the new figures."""
        content = self.part(WORKBOOK)
        found = {each.name: each for each in read_all(content, "calcPr", *BEFORE_CALCULATION)}
        if calculation := found.get("calcPr"):
            tag = with_attribute(content[calculation.start : calculation.body], "fullCalcOnLoad", "1")
            edit = Edit(calculation.start, calculation.body, tag)
        else:
            last = next(found[name] for name in BEFORE_CALCULATION if name in found)
            edit = Edit(last.end, last.end, f'<{last.prefix}calcPr fullCalcOnLoad="1"/>'.encode())
        self.changed[WORKBOOK] = splice(content, [edit])

    def describe(self, mark: str) -> None:
        """Whose copy it is, among the properties of the file."""
        paths = dict(self.related(ROOT_RELS).values())
        path = paths.get("core-properties", "")
        if path not in self.names:
            path = self._add_core()
        content = self.part(path)
        fresh = f'<dc:description xmlns:dc="http://purl.org/dc/elements/1.1/">{xml_text(mark)}</dc:description>'
        found = {each.name: each for each in read_all(content, "coreProperties", "description")}
        if old := found.get("description"):
            edits = [Edit(old.start, old.end, fresh.encode())]
        else:
            edits = grown(content, found["coreProperties"], fresh)
        self.changed[path] = splice(content, edits)

    def _add_core(self) -> str:
        self.changed[CORE] = EMPTY_CORE
        told = f'PartName="/{CORE}" ContentType="{CORE_TYPE}"'
        self._append(TYPES, "Types", "Override", told)
        self._append(ROOT_RELS, "Relationships", "Relationship", f'Id="shoulouCore" Type="{CORE_REL}" Target="{CORE}"')
        return CORE

    def _append(self, path: str, root: str, name: str, told: str) -> None:
        content = self.part(path)
        [place] = read_all(content, root)
        self.changed[path] = splice(content, grown(content, place, f"<{place.prefix}{name} {told}/>"))

    def be_no_template(self) -> None:
        """A form brought as a template (.xltx) goes out as a workbook, or Excel would not open it by its name."""
        content = self.part(TYPES)
        if b"spreadsheetml.template.main+xml" in content:
            self.changed[TYPES] = content.replace(b"spreadsheetml.template.main", b"spreadsheetml.sheet.main")

    def packed(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for part in self.archive.infolist():
                content = self.changed.pop(part.filename, None)
                self._pack(made, part, self.archive.read(part) if content is None else content)
            for name, content in self.changed.items():
                self._pack(made, zipfile.ZipInfo(name), content)
        return out.getvalue()

    def _pack(self, made: zipfile.ZipFile, part: zipfile.ZipInfo, content: bytes) -> None:
        fresh = zipfile.ZipInfo(part.filename, part.date_time)
        fresh.external_attr = part.external_attr
        made.writestr(fresh, content, zipfile.ZIP_DEFLATED)
