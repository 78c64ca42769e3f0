"""Old Excel and OpenDocument, and workbooks nobody should open: read behind a fence, in bounded time and memory."""

import time
from pathlib import Path

import pytest

from residents.roster import fencing
from residents.roster.fencing import read_fenced
from residents.roster.packed import Odd
from residents.roster.understanding import understand
from residents.roster.words import FILE, RosterError
from tests.rosters import broken, make
from tests.rosters.broken import HEADER, ROW
from tests.rosters.opendocument import cell, document, ods_bytes, row

FILES = Path(__file__).resolve().parent.parent / "rosters" / "files"


def code_of(content: bytes, file_name: str) -> str:
    started = time.perf_counter()
    with pytest.raises(RosterError) as caught:
        read_fenced(content, file_name)
    assert time.perf_counter() - started < 20
    assert str(caught.value) == str(FILE[caught.value.code]) % caught.value.values
    return caught.value.code


@pytest.mark.parametrize("file_name", ["old.xls", "old-1904.xls"])
def test_old_excel_is_read_in_both_date_systems(file_name):
    book = read_fenced((FILES / file_name).read_bytes(), file_name)
    assert book.sheets[0].rows[1:] == [
        (2, ["1号", "101", "王明", "13800138000"]),
        (3, ["1号", Odd("date", "2022-03-01"), "李红"]),
        (4, ["1号", "", "错"]),
    ]
    assert [finding["code"] for finding in book.findings] == ["sheet_hidden"] * (file_name == "old.xls")


def test_opendocument_is_read():
    error = cell("#N/A", 'calcext:value-type="error"')
    content = ods_bytes(
        [
            ["名册"],
            HEADER,
            ["1号", 101, "王明", 13800138000],
            row([""], 'table:number-rows-repeated="3"'),
            row(["1号", 102, error]),
            row([""], 'table:number-rows-repeated="1000000"'),
        ]
    )
    book = read_fenced(content, "a.ods")
    assert book.sheets[0].rows[2:] == [(3, ["1号", "101", "王明", "13800138000"]), (7, ["1号", "102", Odd("error")])]


@pytest.mark.parametrize(
    "name", [name for name, row in broken.REFUSED_FILES.items() if row[1].endswith((".xlsx", ".xls"))]
)
def test_workbook_is_refused_behind_the_fence_as_before_it(name):
    make_content, file_name, code = broken.REFUSED_FILES[name]
    assert code_of(make_content(), file_name) == code


def repeated(rows: int, columns: int) -> bytes:
    wide = cell("王", f'table:number-columns-repeated="{columns}"')
    return ods_bytes([row([wide], f'table:number-rows-repeated="{rows}"')])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (repeated(1_048_576, 16_384), "reaches_too_far"),
        (repeated(90_000, 200), "too_much_text"),
        (ods_bytes([HEADER, ROW], encrypted=True), "password"),
        (document("<broken"), "broken_workbook"),
        (ods_bytes([HEADER])[:-40], "broken_workbook"),
    ],
    ids=["17 billion cells", "18 million cells", "password", "no XML", "cut off"],
)
def test_opendocument_is_refused_in_one_sentence(content, code):
    assert len(content) < 10_000
    assert code_of(content, "a.ods") == code


def test_what_needs_too_much_memory_or_time_ends_in_a_sentence(monkeypatch):
    monkeypatch.setattr(fencing, "MEMORY", 20 << 20)
    assert code_of(make.tower(), "a.xlsx") == "too_heavy"
    monkeypatch.setattr(fencing, "MEMORY", 512 << 20)
    monkeypatch.setattr(fencing, "PATIENCE", 0.01)
    assert code_of(make.tower(), "a.xlsx") == "too_heavy"


def test_the_child_is_told_no_secret(monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(options["env"], command=str(command))
        raise fencing.subprocess.TimeoutExpired(command, 1)

    monkeypatch.setenv("FIELD_KEYS", "secret")
    monkeypatch.setattr(fencing.subprocess, "run", run)
    with pytest.raises(RosterError):
        read_fenced(b"PK secret", "secret-name.xlsx")
    assert "secret" not in str(seen)


def test_tower_is_understood_behind_the_fence_as_before_it():
    assert len(understand(read_fenced(make.tower(), "a.xlsx")).homes) == 52
