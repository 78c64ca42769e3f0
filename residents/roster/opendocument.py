"""ODS: one XML for all sheets. Cells and rows may say how often they are repeated: 2 KB may mean 17 billion cells."""

import zipfile
from xml.parsers import expat

from residents.roster.words import RosterError
from residents.roster.workbook import MAX_SHEETS, SheetScan, check_sizes, local_name, parse_part

KIND = "application/vnd.oasis.opendocument.spreadsheet"
ENCRYPTED = b"encryption-data"
MANIFEST = "META-INF/manifest.xml"


def is_open_document(content: bytes) -> bool:
    """Its first part is the kind, stored as it is: so the standard wants it."""
    return content[30:38] == b"mimetype" and KIND.encode() in content[38:200]


def check_ods(archive: zipfile.ZipFile) -> dict[str, SheetScan]:
    parts = {part.filename: part for part in archive.infolist()}
    if MANIFEST in parts and ENCRYPTED in archive.read(MANIFEST):
        raise RosterError("password")
    scanner = _Scanner()
    parse_part(archive, parts["content.xml"], scanner.parser)
    for name, part in parts.items():
        if name.endswith(".xml") and name != "content.xml":
            parse_part(archive, part, expat.ParserCreate())
    if len(scanner.scans) > MAX_SHEETS:
        raise RosterError("too_many_sheets", limit=MAX_SHEETS)
    check_sizes(scanner.scans, scanner.longest)
    return scanner.scans


class _Scanner:
    def __init__(self) -> None:
        self.scans: dict[str, SheetScan] = {}
        self.scan = SheetScan()
        self.row = self.column = 0  # before the row and cell we are in
        self.rows = self.columns = 1  # how often they are repeated
        self.filled = False
        self.length = self.longest = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.on_start
        self.parser.EndElementHandler = self.on_end
        self.parser.CharacterDataHandler = self.on_text

    def on_start(self, tag: str, attributes: dict[str, str]) -> None:
        told = {local_name(name): value for name, value in attributes.items()}
        match local_name(tag):
            case "table":
                self.scan = self.scans.setdefault(told.get("name", ""), SheetScan())
                self.row = self.column = 0
            case "table-row":
                self.rows, self.column = max(int(told.get("number-rows-repeated", 1)), 1), 0
            case "table-cell" | "covered-table-cell":
                self.columns = max(int(told.get("number-columns-repeated", 1)), 1)
                self.filled, self.length = "value-type" in told, 0
                if attributes.get("calcext:value-type") == "error" and self.rows * self.columns < 1000:
                    self.scan.odd[self.row + 1, self.column + 1] = "error"
            case "p":
                self.filled = True

    def on_text(self, text: str) -> None:
        self.length += len(text)
        self.longest = max(self.longest, self.length)

    def on_end(self, tag: str) -> None:
        match local_name(tag):
            case "table-row":
                self.row += self.rows
            case "table-cell" | "covered-table-cell":
                self.column += self.columns
                if self.filled:
                    self.scan.cells += self.rows * self.columns
                    self.scan.last_row = max(self.scan.last_row, self.row + self.rows)
                    self.scan.last_column = max(self.scan.last_column, self.column)
                self.filled = False
