"""Files that somebody will upload one day, each made small, and the sentence they must get (by its code)."""

import io
import zipfile

from tests.rosters.make import csv_bytes, tower, workbook_bytes

HEADER = ["楼号", "室号", "姓名", "电话"]
ROW = ["1号", "101", "王明", "13800138000"]
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def rezip(content: bytes, changes: dict[str, bytes | None], extra: dict[str, bytes] | None = None) -> bytes:
    """The archive with some parts replaced, left out (None) or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = changes.get(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
        for name, part in (extra or {}).items():
            new.writestr(name, part)
    return buffer.getvalue()


def with_sheet(cells: str) -> bytes:
    return rezip(workbook_bytes(("A", [HEADER, ROW])), {"xl/worksheets/sheet1.xml": SHEET.format(cells).encode()})


def far_cell() -> bytes:
    """4 KB whose only two cells are the first and the very last."""
    return with_sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def wide_without_addresses() -> bytes:
    return with_sheet("<row>" + "<c><v>1</v></c>" * 400 + "</row>")


def zip_bomb() -> bytes:
    return rezip(tower(), {}, {"xl/worksheets/sheet9.xml": b" " * (201 * 1024 * 1024)})


def laughing() -> bytes:
    lol = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    text = f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "ha">{lol}]><worksheet>&l9;</worksheet>'
    return rezip(tower(), {"xl/worksheets/sheet1.xml": text.encode()})


def encrypted_flag() -> bytes:
    content = bytearray(tower())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        start = archive.start_dir
    content[start + 8] |= 1
    return bytes(content)


def docx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return buffer.getvalue()


def repeated_text() -> bytes:
    """A shared text of 200,000 characters used by 3,000 cells: 600 million characters once laid out."""
    shared = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"长" * 200_000}</t></si></sst>'
    )
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 3001))
    return rezip(with_sheet(cells), {}, {"xl/sharedStrings.xml": shared.encode()})


# name -> (make, file name, code of the sentence)
REFUSED_FILES = {
    "empty": (lambda: b"", "a.xlsx", "empty"),
    "only blanks": (lambda: b" \r\n \r\n", "a.csv", "empty"),
    "larger than 10 MB": (lambda: b"a" * (10 * 1024 * 1024 + 1), "a.csv", "too_big"),
    "half of an old Excel file": (
        lambda: OLE2 + b"\0" * 2000 + b"W\0o\0r\0k\0b\0o\0o\0k\0",
        "a.xls",
        "broken_workbook",
    ),
    "nothing in an old Excel container": (lambda: OLE2 + b"\0" * 2000, "a.xlsx", "broken_workbook"),
    "with a password": (lambda: OLE2 + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "password"),
    "encrypted zip": (encrypted_flag, "a.xlsx", "password"),
    "HTML named xls": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "a.xls", "html"),
    "HTML named xlsx": (lambda: b"\xef\xbb\xbf  <!DOCTYPE html><p>", "a.xlsx", "html"),
    "CSV named xlsx": (lambda: csv_bytes([HEADER, ROW]), "a.xlsx", "not_workbook"),
    "Word named xlsx": (docx, "a.xlsx", "word"),
    "cut off": (lambda: tower()[:3000], "a.xlsx", "broken_workbook"),
    "four bytes of a zip": (lambda: b"PK\x03\x04", "a.xlsx", "broken_workbook"),
    "no workbook part": (lambda: rezip(tower(), {"xl/workbook.xml": None}), "a.xlsx", "broken_workbook"),
    "no relations": (lambda: rezip(tower(), {"xl/_rels/workbook.xml.rels": None}), "a.xlsx", "broken_workbook"),
    "path upwards": (lambda: rezip(tower(), {}, {"../../x.xml": b"<a/>"}), "a.xlsx", "broken_workbook"),
    "zip bomb": (zip_bomb, "a.xlsx", "unpacks_too_big"),
    "billion laughs": (laughing, "a.xlsx", "broken_workbook"),
    "broken XML": (lambda: with_sheet("<row><c"), "a.xlsx", "broken_workbook"),
    "the very last cell": (far_cell, "a.xlsx", "reaches_too_far"),
    "400 columns without addresses": (wide_without_addresses, "a.xlsx", "reaches_too_far"),
    "one text 3,000 times": (repeated_text, "a.xlsx", "too_much_text"),
    "201 sheets": (lambda: workbook_bytes(*[(str(n), [["x"]]) for n in range(201)]), "a.xlsx", "too_many_sheets"),
    "20,001 rows": (
        lambda: csv_bytes([HEADER, *[["1", str(n), "王", ""] for n in range(20_001)]]),
        "a.csv",
        "too_many_rows",
    ),
    "30,000 rows": (
        lambda: csv_bytes([HEADER, *[["1", str(n), "王", ""] for n in range(30_000)]]),
        "a.csv",
        "too_many_rows",
    ),
    "NUL inside": (lambda: csv_bytes([HEADER, ROW]) + b"1,102,\0,\r\n", "a.csv", "nul"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.csv", "nul"),
    "half a character at the end": (lambda: csv_bytes([HEADER, ROW]) + "张".encode()[:2], "a.csv", "cut_off"),
    "half a GB18030 character": (lambda: csv_bytes([HEADER, ROW], "gb18030") + b"\xd5", "a.csv", "cut_off"),
    "neither UTF-8 nor GB18030": (lambda: b"\xff\x80\x80,\xff\xff\r\n", "a.csv", "encoding"),
    "unclosed quote": (
        lambda: csv_bytes([HEADER, ROW]) + b'1,102,"abc,\r\n' + b"1,103,x,\r\n" * 5000,
        "a.csv",
        "csv_quote",
    ),
    "a cell of 140,000 characters": (lambda: csv_bytes([HEADER, ["1", "1" * 140_000, "", ""]]), "a.csv", "csv_field"),
    "no header": (lambda: csv_bytes([ROW, ROW]), "a.csv", "no_header"),
    "header in row eleven": (lambda: csv_bytes([["x"]] * 10 + [HEADER, ROW]), "a.csv", "no_header"),
    "no room column": (lambda: csv_bytes([["楼号", "姓名"], ["1号", "王明"]]), "a.csv", "no_room_column"),
    "nothing below the header": (lambda: csv_bytes([HEADER]), "a.csv", "no_rows"),
    "no building anywhere": (lambda: csv_bytes([["室号", "姓名"], ["101", "王明"]]), "a.csv", "no_building"),
}
