"""Bytes -> sheets of rows of cells, each cell clean text or an `Odd` that must not be guessed at."""

import csv
import datetime
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings

from residents.roster.opendocument import check_ods, is_open_document
from residents.roster.packed import Cell, Line, Odd, Packed, pack
from residents.roster.words import RosterError
from residents.roster.workbook import SheetScan, check_xlsx, look_through, read_workbook

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
BOMS = [(b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"), (b"\xff\xfe", "utf-16", "UTF-16"), (b"\xfe\xff", "utf-16", "UTF-16")]
SEPARATORS = {",": ",", ";": ";", "\t": "TAB"}
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
BIG5 = "Big5"
BIG5_WORDS = ("樓號", "樓棟", "室號", "房號", "門牌", "單元", "姓名", "電話", "戶主", "住戶", "手機", "地址")
CSV_CELL_LIMIT = 131_072  # Python's own default; a roster cell never comes near


@dataclass
class Sheet:
    name: str
    rows: Packed  # empty ones are left out
    merged_down: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)  # (row, column) -> its first cell
    filled: set[tuple[int, int]] = field(default_factory=set)  # cells that took their value from above


@dataclass
class Book:
    sheets: list[Sheet]
    findings: list[dict] = field(default_factory=list)
    tabular: bool = False  # a workbook, whose cells may have been merged


def read_roster(content: bytes, file_name: str) -> Book:
    """The file as tables. Raises RosterError for what cannot or may not be read; nothing else, whatever the bytes."""
    if not content.strip():
        raise RosterError("empty")
    if len(content) > settings.ROSTER_MAX_BYTES:
        raise RosterError("too_big", limit=settings.ROSTER_MAX_BYTES >> 20)
    if content.startswith(OLE2):
        if ENCRYPTED in content:
            raise RosterError("password")
        return _from_workbook(content, {})
    if content.startswith(b"PK"):
        return _from_workbook(content, look_through(content, check_ods if is_open_document(content) else check_xlsx))
    if content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise RosterError("html")
    if file_name.lower().endswith(WORKBOOKS):
        raise RosterError("not_workbook")
    return _from_text(content)


def _from_workbook(content: bytes, scans: dict[str, SheetScan]) -> Book:
    book = Book([], tabular=True)
    total = 0
    for name, hidden, raw_rows, odd, merged in read_workbook(content, scans):
        if hidden:
            book.findings.append({"code": "sheet_hidden", "sheet": name[:60]})
            continue
        rows = pack(_clean_rows(raw_rows, odd))
        total += len(rows)
        _check_row_count(total)
        book.sheets.append(Sheet(name, rows, _merged_down(merged)))
    return book


def _clean_rows(raw_rows: Iterable, odd: dict) -> Iterable[Line]:
    odd_in_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), kind in odd.items():
        odd_in_row.setdefault(row, []).append((column, kind))
    number = 0
    for number, raw in enumerate(raw_rows, 1):
        cells = [value.strip() if type(value) is str else _clean(value) for value in raw]
        if number in odd_in_row:
            _with_odd(cells, odd_in_row.pop(number))
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            yield number, cells
    for row in sorted(odd_in_row):  # below the last row in which calamine saw anything
        yield row, _with_odd([], odd_in_row[row])


def _with_odd(cells: list[Cell], odd: Iterable[tuple[int, str]]) -> list[Cell]:
    for column, kind in odd:
        cells.extend([""] * (column - len(cells)))
        cells[column - 1] = Odd(kind)
    return cells


def _clean(value) -> Cell:
    """Excel keeps every number as a float: 13800138000.0 and 302.0 are what somebody typed without the point."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return Odd("date", str(value))
    return "" if value is None else str(value)


def _merged_down(ranges) -> dict[tuple[int, int], tuple[int, int]]:
    """Each cell of a merged block below its first row, in the first column, points at the block's first cell."""
    below = {}
    for (top, left), (bottom, _right) in ranges:
        for row in range(top + 1, min(bottom, top + settings.ROSTER_MAX_ROWS) + 1):
            below[row + 1, left] = (top + 1, left)
            if len(below) > 4 * settings.ROSTER_MAX_ROWS:
                return below
    return below


def _from_text(content: bytes) -> Book:
    text, encoding = _decode(content)
    if "\0" in text:
        raise RosterError("nul")
    head = text[:20_000].replace("\r\n", "\n").replace("\r", "\n").split("\n")[:10]
    separator = max(SEPARATORS, key=lambda mark: sum(line.count(mark) for line in head))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = Packed()
    number = 0
    try:
        for number, raw in enumerate(reader, 1):
            cells: list[Cell] = [value.strip() for value in raw]
            if any(cells):
                rows.append(number, cells)
            if len(rows) % 1000 == 0:
                _check_row_count(len(rows))
    except csv.Error as error:
        code = "csv_field" if "field larger" in str(error) else "csv_quote"
        raise RosterError(code, line=number + 1) from error
    _check_row_count(len(rows))
    findings: list[dict] = [{"code": "decoded", "encoding": encoding, "separator": SEPARATORS[separator]}]
    if encoding == BIG5:
        findings.append({"code": "unsure_encoding", "encoding": encoding})
    return Book([Sheet("", rows)], findings)


def _decode(content: bytes) -> tuple[str, str]:
    """A byte-order mark, then strict UTF-8, then strict GB18030. No detector: on short Chinese text they say cp949."""
    for bom, codec, label in BOMS:
        if content.startswith(bom):
            try:
                return content.decode(codec), label
            except UnicodeDecodeError as error:
                raise RosterError("cut_off" if "truncated" in str(error) else "encoding") from error
    if b"\0" in content:
        raise RosterError("nul")
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        # UTF-8 to the last character but one is a cut file: read as GB18030 it would be nonsense without an error.
        if error.reason == "unexpected end of data" and error.start > 0:
            raise RosterError("cut_off") from error
    big5 = _as_big5(content)
    if big5:
        return big5, BIG5
    try:
        return content.decode("gb18030"), "GB18030"
    except UnicodeDecodeError as error:
        raise RosterError("cut_off" if error.end == len(content) else "encoding") from error


def _as_big5(content: bytes) -> str:
    """The text, when it names a roster's columns in Big5 and in no other way. Most such text is GB18030 as well, only
    without sense: the words of the header decide, and then a person."""
    try:
        text = content.decode("big5hkscs")
    except UnicodeDecodeError:
        return ""
    head = "\n".join(text.splitlines()[:10])
    return text if sum(word in head for word in BIG5_WORDS) > 1 else ""


def _check_row_count(count: int) -> None:
    # Title and header rows come on top of the households.
    if count > settings.ROSTER_MAX_ROWS + 20:
        raise RosterError("too_many_rows", limit=settings.ROSTER_MAX_ROWS)
