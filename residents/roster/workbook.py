"""Workbooks: look at the zip and stream through its XML first, then let calamine read what has proved harmless.

calamine lays a sheet out as a full rectangle, so 4 KB holding A1 and XFD1048576 would take all memory; and it turns
error cells and formulas without a stored result into nothing. Both are found here, in one pass that keeps only counts.
"""

import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

import python_calamine

from residents.roster.words import RosterError

MAX_UNPACKED = 200 * 1024 * 1024
MAX_SHEETS = 200
MAX_ROW = 100_000
MAX_COLUMN = 256
MAX_CELLS = 1_000_000  # with something in them
MAX_TEXT = 400_000_000  # longest shared text x cells that may use it
CHUNK = 1 << 16
CONTENT = frozenset({"v", "is", "f"})
WHERE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})$")


@dataclass
class SheetScan:
    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    odd: dict[tuple[int, int], str] = field(default_factory=dict)  # (row, column) from 1 -> "error" | "formula"


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_workbook(content: bytes, scans: dict[str, SheetScan]):
    """Yield (sheet name, hidden, rows, odd cells, merged ranges) of each worksheet. Rows begin at Excel's row 1.

    `scans` is what a first look found in each sheet; an old .xls has none, and only its size can be asked.
    """
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as book:
            for meta in book.sheets_metadata:
                if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                if meta.visible != python_calamine.SheetVisibleEnum.Visible:
                    yield meta.name, True, [], {}, []
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                scan = scans.get(meta.name, SheetScan(sheet.total_height, sheet.total_width))
                check_reach(meta.name, scan)
                yield meta.name, False, sheet.iter_rows(), scan.odd, sheet.merged_cell_ranges or []
    except python_calamine.PasswordError as error:
        raise RosterError("password") from error
    except python_calamine.CalamineError as error:
        raise RosterError("broken_workbook") from error
    except BaseException as error:
        # A panic of the Rust library is no Exception; anything else goes on its way.
        if type(error).__name__ != "PanicException":
            raise
        raise RosterError("broken_workbook") from None


def look_through(content: bytes, check) -> dict[str, SheetScan]:
    """Refuse what is no archive or would not fit. `check(archive)` says what each sheet holds, by its name."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_parts(archive.infolist())
            return check(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError) as error:
        raise RosterError("broken_workbook") from error
    except (expat.ExpatError, ValueError, KeyError, RuntimeError) as error:
        if isinstance(error, RosterError):
            raise
        raise RosterError("broken_workbook") from error
    except Exception as error:  # zlib.error and its kin differ between Python versions
        raise RosterError("broken_workbook") from error


def check_xlsx(archive: zipfile.ZipFile) -> dict[str, SheetScan]:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        if any(name.startswith("word/") for name in names):
            raise RosterError("word")
        raise RosterError("other_office" if "xl/workbook.bin" in names else "broken_workbook")
    if sum(name.startswith("xl/worksheets/") for name in names) > 2 * MAX_SHEETS:
        raise RosterError("too_many_sheets", limit=MAX_SHEETS)
    sheets = _sheet_parts(archive)
    if len(sheets) > MAX_SHEETS:
        raise RosterError("too_many_sheets", limit=MAX_SHEETS)
    by_part, longest = {}, 0
    for part in parts:
        # Reading a part to its end also proves its declared size: zipfile checks length and checksum.
        if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
            by_part[part.filename] = _scan_sheet(archive, part)
        elif part.filename.endswith("sharedStrings.xml"):
            longest = max(longest, _longest_text(archive, part))
        elif part.filename.endswith((".xml", ".rels")):
            parse_part(archive, part, expat.ParserCreate())
    scans = {name: by_part[path] for name, path in sheets.items() if path in by_part}
    check_sizes(scans, longest)
    return scans


def check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise RosterError("password")
    if any(".." in name.split("/") or name.startswith("/") for name in names) or len(names) != len(parts):
        raise RosterError("broken_workbook")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise RosterError("unpacks_too_big", limit=MAX_UNPACKED >> 20)


def check_sizes(scans: dict[str, SheetScan], longest: int) -> None:
    for name, scan in scans.items():
        check_reach(name, scan)
    if sum(scan.cells for scan in scans.values()) * max(longest, 1) > MAX_TEXT:
        raise RosterError("too_much_text")


def check_reach(name: str, scan: SheetScan) -> None:
    if scan.last_row > MAX_ROW or scan.last_column > MAX_COLUMN:
        raise RosterError(
            "reaches_too_far", sheet=name[:40], row=scan.last_row, column=column_letters(scan.last_column)
        )
    if scan.cells > MAX_CELLS or scan.last_row * scan.last_column > 4 * MAX_CELLS:
        raise RosterError("too_much_text")


def parse_part(archive, part, parser) -> None:
    def refuse_doctype(*_args):
        raise RosterError("broken_workbook")  # only attacks have one

    parser.StartDoctypeDeclHandler = refuse_doctype
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def local_name(tag: str) -> str:
    return tag.rpartition(":")[2]


def _sheet_parts(archive) -> dict[str, str]:
    """Sheet name -> part of the archive that holds it."""
    names, targets = {}, {}

    def on_sheet(tag, attributes):
        if local_name(tag) == "sheet":
            identity = next((value for key, value in attributes.items() if local_name(key) == "id"), "")
            names[attributes.get("name", "")] = identity

    def on_target(tag, attributes):
        if local_name(tag) == "Relationship":
            targets[attributes.get("Id")] = attributes.get("Target", "")

    for path, handler in (("xl/workbook.xml", on_sheet), ("xl/_rels/workbook.xml.rels", on_target)):
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        parse_part(archive, archive.getinfo(path), parser)
    paths = {name: targets.get(identity, "") for name, identity in names.items()}
    return {name: path.lstrip("/") if path.startswith("/") else f"xl/{path}" for name, path in paths.items()}


def _scan_sheet(archive, part) -> SheetScan:
    scanner = _SheetScanner()
    parse_part(archive, part, scanner.parser)
    scanner.settle()
    return scanner.scan


class _SheetScanner:
    """Walks a sheet's XML; only the place and the kind of the cell it stands in are remembered."""

    def __init__(self) -> None:
        self.scan = SheetScan()
        self.row = self.column = 0
        self.row_text = "0"
        self.kind = ""  # of this cell: "" nothing yet, value, error, formula, formula-value (inside its <v>)
        self.tags: dict[str, str] = {}  # every tag so far without its prefix
        self.columns: dict[str, int] = {}  # every column so far, by its letters
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.on_start

    def on_start(self, tag: str, attributes: dict[str, str]) -> None:
        # Called for every tag of a sheet, a million times in a large one.
        name = self.tags.get(tag)
        if name is None:
            name = self.tags[tag] = local_name(tag)
        if name == "c":
            if self.kind != "value":
                self.settle()
            self.go_to(attributes.get("r", ""))
            self.kind = "error" if attributes.get("t") == "e" else ""
        elif name in CONTENT:
            self.on_content(name)
        elif name == "row":
            self.settle()
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
            self.row_text = str(self.row)

    def go_to(self, where: str) -> None:
        column = self.columns.get(where[: -len(self.row_text)]) if where.endswith(self.row_text) else None
        if column is not None:
            self.column = column
        elif match := WHERE.match(where):
            self.column, self.row = column_number(match[1]), int(match[2])
            self.row_text = match[2]
            self.columns[match[1]] = self.column
        else:
            self.column += 1

    def on_content(self, tag: str) -> None:
        kind = self.kind
        if kind in {"", "error"}:
            scan = self.scan
            scan.cells += 1
            scan.last_row = max(scan.last_row, self.row)
            scan.last_column = max(scan.last_column, self.column)
        if kind == "":
            self.kind = "formula" if tag == "f" else "value"
        elif kind == "formula" and tag == "v":
            self.kind = "formula-value"
            self.parser.CharacterDataHandler = self.on_text
            self.parser.EndElementHandler = self.on_end

    def on_text(self, text: str) -> None:
        if text.strip() and self.kind == "formula-value":
            self.kind = "value"

    def on_end(self, tag: str) -> None:
        if self.kind == "formula-value" and local_name(tag) == "v":
            self.kind = "formula"

    def settle(self) -> None:
        """The cell is over: an error, or a formula whose result is missing, is remembered."""
        if self.kind in {"error", "formula"} and len(self.scan.odd) < MAX_CELLS // 10:
            self.scan.odd[self.row, self.column] = self.kind
        self.kind = ""
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None


def _longest_text(archive, part) -> int:
    parser = expat.ParserCreate()
    longest = length = 0

    def on_start(tag, _attributes):
        nonlocal length
        if local_name(tag) == "si":
            length = 0

    def on_text(text):
        nonlocal length, longest
        length += len(text)
        longest = max(longest, length)

    parser.StartElementHandler, parser.CharacterDataHandler = on_start, on_text
    parse_part(archive, part, parser)
    return longest
