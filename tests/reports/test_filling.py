"""A copy of a form with values in it: whatever else the file holds is there afterwards, byte for byte."""

import io
import re
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as Picture
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from PIL import Image

from reports.filling import fill
from reports.form_reading import FormError, read_form
from reports.grid import read_grid
from reports.placing import make_place

# openpyxl says what it does not read; the copy keeps it.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

SHEET = "日报"
ORDERS = [
    {"sheet": SHEET, "row": 2, "column": 2, "kind": "count", "value": 7},
    {"sheet": SHEET, "row": 3, "column": 2, "kind": "text", "value": "=HYPERLINK(1)"},
    {"sheet": SHEET, "row": 1, "column": 4, "kind": "day", "value": "2022-04-17"},
    {"sheet": SHEET, "row": 9, "column": 3, "kind": "time", "value": "2022-04-17T09:52:00"},
]


@pytest.fixture(scope="module")
def rich():
    """Whatever a sub-district puts into its form, and what openpyxl would lose or write anew."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet["A1"], sheet["A2"], sheet["A3"], sheet["B4"] = "每日情况", "1号楼", "2号楼", "=SUM(B2:B3)"
    sheet["B2"].number_format, sheet["B2"].fill = "@", PatternFill("solid", fgColor="FFF2CC")
    sheet["A2"].comment = Comment("填报口径", "街道")
    sheet["D1"].number_format = 'm"月"d"日"'
    sheet.merge_cells("D1:F1")
    sheet.conditional_formatting.add("B2:B3", CellIsRule("greaterThan", ["5"], fill=PatternFill(bgColor="FF9999")))
    choice = DataValidation(type="list", formula1='"是,否"')
    sheet.add_data_validation(choice)
    choice.add("C2:C3")
    seal = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(seal, "PNG")
    sheet.add_image(Picture(seal), "H2")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=2, max_row=3))
    sheet.add_chart(chart, "H8")
    other = book.create_sheet("汇总")
    other["A1"] = f"={SHEET}!B4*2"
    book.create_sheet("填表说明")["A1"] = "请勿改动"
    book.create_sheet("码表").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return with_rules_of_newer_excel(with_results(out.getvalue()))


def changed(content, part, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def with_results(content):
    """As Excel stores it: a formula with what it came to in the empty form."""

    def add(part):
        return re.sub(rb"(<f>[^<]+</f>)<v\s*/>", rb"\1<v>0</v>", part.replace(b"<v></v>", b"<v/>"))

    for sheet in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        content = changed(content, sheet, add)
    return content


def with_rules_of_newer_excel(content):
    told = b'<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"><!-- data bars --></ext></extLst></worksheet>'
    return changed(content, "xl/worksheets/sheet1.xml", lambda part: part.replace(b"</worksheet>", told))


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def opened(content):
    return load_workbook(io.BytesIO(content))


def test_only_the_cells_that_get_a_value_change(rich):
    old, new = parts(rich), parts(fill(rich, ORDERS, "no. 5"))
    assert list(new) == list(old)
    assert {name for name in old if old[name] != new[name]} == {
        *("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml"),
        "docProps/core.xml",
    }
    kept = {"xl/media/image1.png", "xl/charts/chart1.xml", "xl/drawings/drawing1.xml"}
    assert kept <= set(new)
    before, after = (each["xl/worksheets/sheet1.xml"] for each in (old, new))
    assert after[after.index(b"</sheetData>") :] == before[before.index(b"</sheetData>") :]
    head = before[before.index(b"<sheetViews") : before.index(b"<sheetData>")]
    assert (head in after, b"data bars" in after) == (True, True)
    assert new["xl/worksheets/sheet2.xml"] == old["xl/worksheets/sheet2.xml"].replace(b"<v>0</v>", b"")


def test_each_value_is_what_it_is(rich):
    book = opened(fill(rich, ORDERS, "no. 5 <&>"))
    sheet = book[SHEET]
    assert (sheet["B2"].value, sheet["B2"].number_format, sheet["B2"].fill.fgColor.rgb) == (7, "General", "00FFF2CC")
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=HYPERLINK(1)", "s")
    assert (sheet["D1"].value.isoformat(), sheet["D1"].number_format) == ("2022-04-17T00:00:00", 'm"月"d"日"')
    assert (f"{sheet['C9'].value:%d %H:%M:%S}", sheet["C9"].number_format) == ("17 09:52:00", "yyyy-mm-dd hh:mm")
    assert (sheet["B4"].value, book["汇总"]["A1"].value) == ("=SUM(B2:B3)", f"={SHEET}!B4*2")
    assert (book.properties.description, book.calculation.fullCalcOnLoad) == ("no. 5 <&>", True)
    assert sheet.dimensions == "A1:F9"


def test_filled_again_it_says_the_new_copy_alone(rich):
    twice = fill(fill(rich, ORDERS, "no. 5"), [ORDERS[0] | {"value": 8}], "no. 6")
    assert (opened(twice)[SHEET]["B2"].value, opened(twice).properties.description) == (8, "no. 6")
    assert parts(twice)["docProps/core.xml"].count(b"</dc:description>") == 1


def test_a_result_for_the_empty_form_is_shown_nowhere(rich):
    stored = load_workbook(io.BytesIO(fill(rich, ORDERS, "")), data_only=True)
    assert (stored[SHEET]["B4"].value, stored["汇总"]["A1"].value) == (None, None)


MAIN = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def bare(sheet, encoding="utf-8", kind="sheet", more=""):
    """As other programs write it: prefixed tags, nothing that may be left out, counted from 1904, no properties."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    told = {
        "[Content_Types].xml": f'{head}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.{kind}.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{REL}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<x:workbook {MAIN} xmlns:r="{REL}"><x:workbookPr date1904="1"/>'
        f'<x:sheets><x:sheet name="{SHEET}" sheetId="1" r:id="rId1"/></x:sheets></x:workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"{head}<x:worksheet {MAIN}>{sheet}{more}</x:worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in told.items():
            archive.writestr(name, text.encode(encoding))
    return out.getvalue()


@pytest.mark.parametrize(
    "sheet",
    [
        "<x:sheetData/>",
        "<x:sheetData></x:sheetData>",
        '<x:sheetData><x:row/><x:row r="3" spans="1:1"/><x:row><!-- > --><x:c/></x:row></x:sheetData>',
        "<x:sheetData><x:row><x:c t='inlineStr'><x:is><x:t>a>b</x:t></x:is></x:c></x:row></x:sheetData>",
        '<x:sheetData><x:row r="2"><x:c r="A2"><x:v>1</x:v></x:c><x:c r="B2" t="s"><x:v>0</x:v></x:c></x:row>'
        '<x:row r="30"/></x:sheetData>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_cells_go_where_they_belong_however_the_sheet_is_written(sheet, encoding):
    orders = [each for each in ORDERS if each["kind"] in {"count", "text"}]
    orders += [orders[0] | {"column": column, "value": column} for column in (9, 1, 3)]
    orders += [orders[0] | {"row": 12, "column": column, "value": column} for column in (2, 1)]
    made = opened(fill(bare(sheet, encoding), orders, "号"))
    there = made[SHEET]
    assert [there.cell(2, column).value for column in (1, 2, 3, 9)] == [1, 7, 3, 9]
    assert ([cell.value for cell in there[12]][:2], there["B3"].value) == ([1, 2], "=HYPERLINK(1)")
    assert made.properties.description == "号"
    rows = re.findall(rb'<x:row r="(\d+)"', parts(fill(bare(sheet), orders, ""))["xl/worksheets/sheet1.xml"])
    assert [int(row) for row in rows] == sorted(int(row) for row in rows)


def test_a_day_is_told_in_words_where_there_are_no_formats_and_a_template_becomes_a_workbook():
    made = fill(bare("<x:sheetData/>", kind="template"), [ORDERS[2]], "")
    assert opened(made)[SHEET]["D1"].value == "2022-04-17"
    assert b"template" not in parts(made)["[Content_Types].xml"]
    assert b'</x:sheets><x:calcPr fullCalcOnLoad="1"/>' in parts(made)["xl/workbook.xml"]


def test_a_day_is_counted_as_the_workbook_counts_and_never_shown_as_a_number(rich):
    def from_1904(part):
        return part.replace(b"<workbookPr ", b'<workbookPr date1904="1" ', 1)

    late = changed(rich, "xl/workbook.xml", from_1904)
    order = {"sheet": SHEET, "row": 2, "column": 2, "kind": "day", "value": "2022-04-17"}  # a cell made for text
    for content in (rich, late):
        cell = opened(fill(content, [order], ""))[SHEET]["B2"]
        assert (cell.value.date().isoformat(), cell.number_format) == ("2022-04-17", "yyyy-mm-dd")


def test_a_count_in_a_cell_made_for_days_stays_a_count(rich):
    cell = opened(fill(rich, [ORDERS[0] | {"row": 1, "column": 4}], ""))[SHEET]["D1"]
    assert (cell.value, cell.number_format) == (7, "General")


def test_a_new_cell_looks_like_its_row_or_its_column():
    data = '<x:cols><x:col min="2" max="3" style="1"/></x:cols><x:sheetData><x:row r="3" s="2" customFormat="1"/>'
    orders = [{"sheet": SHEET, "row": row, "column": 2, "kind": "count", "value": 1} for row in (2, 3)]
    content = parts(fill(bare(data + "</x:sheetData>"), orders, ""))["xl/worksheets/sheet1.xml"]
    assert (b'<x:c r="B2" s="1">' in content, b'<x:c r="B3" s="2">' in content) == (True, True)


def test_what_a_formula_spreads_over_is_left_to_it():
    book = Workbook()
    book.active.title = SHEET
    book.active["B2"], book.active["B3"] = ArrayFormula("B2:B3", "=C2:C3"), 0
    out = io.BytesIO()
    book.save(out)
    grid = read_grid(out.getvalue())["sheets"]
    with pytest.raises(FormError, match="B3 calculates by itself"):
        make_place(grid, sheet=SHEET, row=3, column=2, field="residents.people", way="cell")


def test_an_open_document_is_refused_in_words():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(FormError, match=r"save it as \.xlsx"):
        read_form(out.getvalue())
