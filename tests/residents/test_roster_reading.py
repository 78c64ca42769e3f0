"""Bytes -> tables -> households: every file gets either a preview or one plain sentence, whatever is in it."""

import resource
import time
import zipfile
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from residents.roster.packed import Odd
from residents.roster.reading import read_roster
from residents.roster.understanding import understand
from residents.roster.words import FILE, RosterError
from tests.rosters import broken, make
from tests.rosters.broken import HEADER, ROW
from tests.rosters.make import csv_bytes, workbook_bytes


def look_at(content: bytes, file_name: str = "a.csv"):
    return understand(read_roster(content, file_name))


def look_or_hear_why(content: bytes, file_name: str):
    """What was understood, or the sentence. Any other exception is a failure of the test."""
    try:
        return look_at(content, file_name)
    except RosterError as error:
        return str(error)


def rooms(content: bytes, file_name: str = "a.csv") -> list[str]:
    return [f"{home.building}/{home.entrance}/{home.key}" for home in look_at(content, file_name).homes]


@pytest.mark.parametrize("name", broken.REFUSED_FILES)
def test_file_is_refused_in_one_sentence(name):
    make_content, file_name, code = broken.REFUSED_FILES[name]
    started = time.perf_counter()
    with pytest.raises(RosterError) as caught:
        look_at(make_content(), file_name)
    assert caught.value.code == code
    assert str(caught.value) == str(FILE[code]) % caught.value.values
    assert "%(" not in str(caught.value)
    assert time.perf_counter() - started < 10


def test_a_sheet_with_the_very_last_cell_costs_no_memory():
    content = broken.far_cell()
    assert len(content) < 8000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RosterError, match="1048576"):
        look_at(content, "a.xlsx")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # KB


def test_a_zip_that_lies_about_its_size_is_refused():
    content = bytearray(broken.rezip(make.tower(), {}, {"xl/extra.xml": b"<a>" + b" " * 5_000_000 + b"</a>"}))
    with zipfile.ZipFile(BytesIO(bytes(content))) as archive:
        start = archive.start_dir
    place = content.index(b"xl/extra.xml", start) - 46
    content[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(RosterError) as caught:
        look_at(bytes(content), "a.xlsx")
    assert caught.value.code == "broken_workbook"


def test_a_million_formatted_blanks_are_read_quickly():
    filled = "".join(
        f'<c r="{letter}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
        for row, texts in ((1, HEADER), (2, ROW))
        for letter, text in zip("ABCD", texts, strict=True)
    )
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 1_048_577))
    cells = filled.replace('<c r="A2"', '</row><row r="2"><c r="A2"')
    content = broken.with_sheet(f'<row r="1">{cells}</row>{rows}')
    started = time.perf_counter()
    assert rooms(content, "a.xlsx") == ["1//101"]
    assert time.perf_counter() - started < 15


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (csv_bytes([HEADER, ROW]), "UTF-8"),
        (csv_bytes([HEADER, ROW], "utf-8-sig"), "UTF-8"),
        (csv_bytes([HEADER, ROW], "gb18030"), "GB18030"),
        (csv_bytes([HEADER, ROW], "utf-16"), "UTF-16"),
        (csv_bytes([HEADER, ROW], separator=";"), "UTF-8"),
        (csv_bytes([HEADER, ROW], separator="\t"), "UTF-8"),
        (csv_bytes([HEADER, ROW]).replace(b"\r\n", b"\r"), "UTF-8"),
        (csv_bytes([HEADER, ROW]).replace(b"\r\n", b"\n"), "UTF-8"),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "semicolon", "tab", "cr", "lf"],
)
def test_text_is_decoded_and_the_page_says_how(content, label):
    understood = look_at(content)
    assert [(home.building, home.key, home.people[0].name) for home in understood.homes] == [("1", "101", "王明")]
    assert understood.findings[0]["encoding"] == label


def test_rare_characters_survive_gb18030_and_xlsx():
    names = ["䶮某", "𠮷田", "𬭎", "阿卜杜热合曼·买买提", "<script>alert(1)</script>", "{{7*7}}", "Null", "\uf9dc"]
    rows = [HEADER, *[["1号", str(101 + number), name, ""] for number, name in enumerate(names)]]
    for content, file_name in (
        (csv_bytes(rows, "gb18030"), "a.csv"),
        (csv_bytes(rows), "a.csv"),
        (workbook_bytes(("A", rows)), "a.xlsx"),
    ):
        assert [home.people[0].name for home in look_at(content, file_name).homes] == names


def test_rows_are_numbered_as_the_spreadsheet_shows_them():
    rows = [["名册"], [], HEADER, ROW, [], ["1号", "102", "李", "bad"], ["1号", "103", "赵\n子", ""]]
    for content, file_name in ((csv_bytes(rows), "a.csv"), (workbook_bytes(("A", rows)), "a.xlsx")):
        understood = look_at(content, file_name)
        assert [(home.first_row, home.people[0].name) for home in understood.homes] == [(4, "王明"), (7, "赵 子")]
        assert [(row.row, row.code, row.column) for row in understood.left] == [(6, "phone", "D")]


def test_hidden_sheets_are_named_and_not_read():
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(workbook_bytes(("A", [HEADER, ROW]), ("B", [HEADER, ROW]), ("C", [["x"]]))))
    book["B"].sheet_state, book["C"].sheet_state = "hidden", "veryHidden"
    buffer = BytesIO()
    book.save(buffer)
    understood = look_at(buffer.getvalue(), "a.xlsx")
    assert len(understood.homes) == 1
    assert [f["sheet"] for f in understood.findings if f["code"] == "sheet_hidden"] == ["B", "C"]


def test_errors_formulas_and_dates_are_not_guessed_at():
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADER)
    sheet.append(["1号", datetime.date(2022, 3, 1), "甲", ""])
    sheet.append(["1号", "=1+1", "乙", ""])
    sheet.append(["1号", "103", "#N/A", ""])
    sheet["C4"].data_type = "e"
    sheet.append(["1号", "104", "丁", '=HYPERLINK("http://x","点")'])
    sheet.append(["1号", "105", "戊", 13800138000.5])
    sheet.append(["1号", "106", "己", 1.38e10])
    buffer = BytesIO()
    book.save(buffer)
    understood = look_at(buffer.getvalue(), "a.xlsx")
    assert [(row.row, row.code, row.column, row.ask) for row in understood.left] == [
        (2, "room_date", "B", True),
        (3, "cell_formula", "B", False),
        (4, "cell_error", "C", False),
        (5, "cell_formula", "D", False),
        (6, "phone", "D", False),
    ]
    assert [home.people[0].phone for home in understood.homes] == ["13800000000"]


def test_an_odd_cell_below_everything_else_is_still_seen():
    book = read_roster(
        broken.with_sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="5"><c r="B5"><f>1+1</f></c></row>'), "a.xlsx"
    )
    assert list(book.sheets[0].rows) == [(1, ["1"]), (5, ["", Odd("formula")])]


def test_unknown_columns_are_named_and_none_of_their_cells_is_kept():
    rows = [[*HEADER, "身份证号", ""], [*ROW, "110101199003071234", "stray"]]
    understood = look_at(csv_bytes(rows))
    assert understood.left_out == ["身份证号", "F"]
    assert "110101199003071234" not in repr(understood)
    assert "stray" not in repr(understood)


@pytest.mark.parametrize(
    "header", ["室 号", "室\n号", "室号*", "室号（必填）", "室号：", "　室号", "房间号", "ROOM", "門牌"]
)
def test_header_is_found_in_many_spellings(header):
    assert rooms(csv_bytes([["楼栋", header, "户主 姓名"], ["1号", "101", "王明"]])) == ["1//101"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    content=st.binary(max_size=400),
    prefix=st.sampled_from([b"", b"PK\x03\x04", "楼号,室号,姓名\n".encode(), b"\xff\xfe"]),
)
def test_any_bytes_give_a_preview_or_a_sentence(content, prefix):
    for file_name in ("a.csv", "a.xlsx"):
        assert look_or_hear_why(prefix + content, file_name)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), max_size=8),
        max_size=12,
    )
)
def test_any_cells_below_a_header_give_a_preview_or_a_sentence(rows):
    header = ["楼号", "单元", "楼层", "室号", "姓名", "电话", "人数", "年龄", "备注"]
    understood = look_or_hear_why(csv_bytes([header, *rows]), "a.csv")
    assert isinstance(understood, str) or len(understood.homes) + len(understood.left) <= len(rows)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 6000), value=st.integers(0, 255))
def test_a_workbook_with_one_wrong_byte_gives_a_preview_or_a_sentence(place, value):
    content = bytearray(TOWER)
    content[place % len(content)] = value
    assert look_or_hear_why(bytes(content), "a.xlsx")


TOWER = make.tower()
