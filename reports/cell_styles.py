"""A workbook's formats: a few more of them, where a value would be misread in the format of its cell."""

from __future__ import annotations

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from reports.splicing import Edit, Element, grown, read_all, splice, with_attribute

FRESH = {"day": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm"}
OWN_FORMATS = 164  # the first number that is not Excel's own


class CellStyles:
    """Asked for a format that suits; what is missing is added behind the others."""

    def __init__(self, content: bytes):
        self.content = content
        self.styles: list[Element] = []
        self.formats: dict[int, str] = {}
        self.places: dict[str, Element] = {}
        for element in read_all(content, "styleSheet", "numFmts", "numFmt", "cellXfs", "xf"):
            inside = element.inside.name if element.inside else ""
            if element.name == "numFmt" and inside == "numFmts":
                self.formats[int(element.told["numFmtId"])] = element.told.get("formatCode", "")
            elif element.name == "xf" and inside == "cellXfs":
                self.styles.append(element)
            elif element.name not in {"numFmt", "xf"}:
                self.places[element.name] = element
        self.added: dict[tuple[int, str], int] = {}  # (style of the cell, format) -> the new style

    def suiting(self, style: int, kind: str) -> int:
        """The cell's own, wherever it shows the value as what it is."""
        if not 0 <= style < len(self.styles) or kind == "text":
            return style
        number = int(self.styles[style].told.get("numFmtId", "0"))
        code = self.formats.get(number, BUILTIN_FORMATS.get(number, "General"))
        is_date = is_date_format(code)
        if kind == "count" and (is_date or code == "@"):
            return self._add(style, "General")  # as text it would not be added up, as a day it would be one of 1900
        return self._add(style, FRESH[kind]) if kind in FRESH and not is_date else style

    def _add(self, style: int, code: str) -> int:
        return self.added.setdefault((style, code), len(self.styles) + len(self.added))

    @property
    def can_add(self) -> bool:
        return bool(self.styles)

    def changed(self) -> bytes:
        if not self.added:
            return self.content
        codes = sorted({code for _style, code in self.added if code != "General"})
        first = max([OWN_FORMATS - 1, *self.formats]) + 1
        numbers = {"General": 0} | {code: first + place for place, code in enumerate(codes)}
        place = self.places["cellXfs"]
        clones = "".join(self._clone(style, numbers[code]) for style, code in self.added)
        edits = [*self._counted(place, len(self.styles) + len(self.added), clones), *self._formats(numbers)]
        return splice(self.content, edits)

    def _clone(self, style: int, number: int) -> str:
        element = self.styles[style]
        tag = with_attribute(self.content[element.start : element.body], "numFmtId", str(number))
        tag = with_attribute(tag, "applyNumberFormat", "1")
        return (tag + self.content[element.body : element.end]).decode()

    def _formats(self, numbers: dict[str, int]) -> list[Edit]:
        sheet = self.places["styleSheet"]
        told = "".join(
            f'<{sheet.prefix}numFmt numFmtId="{number}" formatCode="{code}"/>'
            for code, number in numbers.items()
            if code != "General"
        )
        if not told:
            return []
        if place := self.places.get("numFmts"):
            return self._counted(place, len(self.formats) + len(numbers) - 1, told)
        fresh = f'<{sheet.prefix}numFmts count="{len(numbers) - 1}">{told}</{sheet.prefix}numFmts>'
        return [Edit(sheet.body, sheet.body, fresh.encode())]

    def _counted(self, place: Element, count: int, more: str) -> list[Edit]:
        tag = with_attribute(self.content[place.start : place.body], "count", str(count))
        return grown(self.content, place, more, tag)
