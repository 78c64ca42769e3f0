"""Forms of others: refused in words or kept whole; every value in its cell, typed, and never a formula."""

import io
import zipfile

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from compound.demo_reports import example_form
from reports.arranging import bring_form, end_form, fill_for, place_field, place_guessed, save_mapping, take_out
from reports.form_reading import MOST_BYTES, FormError, read_form
from reports.models import FormMapping, FormSheet
from reports.placing import house_key, make_place, orders_for, read_cell
from reports.reading import read_now
from residents.encryption import encrypt
from residents.models import AccessRecord, Building
from tests.world import make_building, move_in

SHEET = "日报"


@pytest.fixture(scope="module")
def example():
    """The demo's form: a merged title, headers in two lines, six lines for buildings, sums, a second sheet."""
    return example_form()


@pytest.fixture(scope="module")
def grid(example):
    return read_form(example)["sheets"]


@pytest.fixture
def form(world, example, grid):
    """As brought, without asking the fence anew for each test."""
    return FormSheet.objects.create(
        compound=world.jiamu,
        name="街道日报",
        file_name="日报.xlsx",
        content=encrypt(example),
        grid=grid,
        uploaded_by=world.chen,
    )


def workbook(fill, *names):
    book = Workbook()
    book.active.title = names[0] if names else "Sheet1"
    for name in names[1:]:
        book.create_sheet(name)
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(content, name, data=b"x"):
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, data)
    return out.getvalue()


# --- Reading ------------------------------------------------------------------------------------------


def test_a_grid_knows_merged_cells_formulas_and_every_sheet(grid):
    first = grid[0]
    assert [(sheet["name"], sheet["rows"]) for sheet in grid] == [(SHEET, 12), ("填表说明", 1)]
    assert [1, 1, "居民区疫情防控每日情况统计表", ""] in first["cells"]
    assert [11, 3, "=SUM(C5:C10)", "f"] in first["cells"]
    assert ([1, 1, 1, 10] in first["merged"], [3, 5, 3, 7] in first["merged"]) == (True, True)


def bomb():
    return workbook(lambda book: book.active.cell(99_999, 200, "x"))


REFUSED = {
    "empty": (lambda example: b"", "The file is empty."),
    "a page": (lambda example: b"<html>", "This is no Excel workbook. Upload the form as .xlsx."),
    "old": (lambda example: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "This is the old .xls format."),
    "too big": (lambda example: b"PK" + b"0" * MOST_BYTES, "The file is larger than 2 MB."),
    "macros": (lambda example: with_part(example, "xl/vbaProject.bin"), "The workbook holds macros"),
    "embedded": (lambda example: with_part(example, "xl/embeddings/oleObject1.bin"), "The workbook holds macros"),
    "cut off": (lambda example: example[:-400], "The workbook is damaged or cut off."),
    "entities": (
        lambda example: with_part(example, "xl/a.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        "The workbook is damaged or cut off.",
    ),
    "far": (lambda example: bomb(), "The workbook holds more text than a form can."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_opened_is_refused_in_words(example, name):
    make, words = REFUSED[name]
    with pytest.raises(FormError) as refusal:
        read_form(make(example))
    assert str(refusal.value).startswith(words)


def test_bringing_one_at_the_desk(world, client, example):
    client.force_login(world.chen)
    url = reverse("reports:form_add", args=[world.jiamu.pk])
    upload = io.BytesIO(example)
    upload.name = "街道 日报.xlsx"
    answer = client.post(url, {"name": "街道日报", "upload": upload})
    row = FormSheet.objects.get()
    assert (answer.headers["Location"], row.file_name) == (row.get_absolute_url(), "街道 日报.xlsx")
    assert example not in bytes(row.content)
    page = client.get(row.get_absolute_url()).content.decode()
    assert ('data-cell="A1"' in page, 'colspan="10"' in page, "填表说明" in page) == (True, True, True)
    upload.seek(0)
    twice = client.post(url, {"name": "街道日报", "upload": upload})
    bad = client.post(url, {"name": "坏", "upload": io.BytesIO(b"<html>")})
    assert (twice.status_code, bad.status_code, FormSheet.objects.count()) == (422, 422, 1)
    assert "There is a form of this name already" in twice.content.decode()


# --- Arranging ----------------------------------------------------------------------------------------


def test_merged_cells_are_filled_in_their_top_left_and_formulas_are_left_alone(grid):
    row, column = read_cell(" h2 ")
    place = make_place(grid, sheet=SHEET, row=row, column=column, field="report.day", way="cell")
    assert (place["row"], place["column"]) == (2, 7)
    with pytest.raises(FormError, match="C11 calculates by itself"):
        make_place(grid, sheet=SHEET, row=11, column=3, field="residents.people", way="cell")


def test_guessing_reads_both_lines_of_headers(world, form):
    count = place_guessed(form_sheet=form, sheet=SHEET, row=4, body=read_now(world.jiamu)[0].body)
    form.refresh_from_db()
    assert count == 9
    assert [(place["column"], place["field"], place["way"]) for place in form.places] == [
        (2, "building.name", "down"),
        (3, "residents.households", "down"),
        (4, "residents.people", "down"),
        (5, "testing.pcr_expected", "down"),
        (6, "testing.pcr_done", "down"),
        (7, "testing.pcr_missed", "down"),
        (8, "antigen.expected", "down"),
        (9, "antigen.negative", "down"),
        (10, "antigen.untold", "down"),
    ]
    with pytest.raises(FormError, match="No header in line 12"):
        place_guessed(form_sheet=form, sheet=SHEET, row=12, body=read_now(world.jiamu)[0].body)


def test_a_saved_arrangement_is_a_version_and_an_unchanged_one_is_not(world, form):
    def put(cell, field):
        row, column = read_cell(cell)
        place_field(form_sheet=form, sheet=SHEET, row=row, column=column, field=field, way="cell")

    put("C5", "residents.people")
    first = save_mapping(form_sheet=form, by=world.chen)
    assert save_mapping(form_sheet=form, by=world.chen) == first
    put("C5", "residents.households")
    put("D5", "residents.people")
    take_out(form_sheet=form, sheet=SHEET, row=5, column=4)
    second = save_mapping(form_sheet=form, by=world.chen)
    told = [(one.version, [place["field"] for place in one.places]) for one in (first, second)]
    assert told == [(1, ["residents.people"]), (2, ["residents.households"])]
    end_form(form_sheet=form, by=world.chen)
    form.refresh_from_db()
    assert (bytes(form.content), FormMapping.objects.count(), FormSheet.objects.in_use().count()) == (b"", 2, 0)


# --- Filling ------------------------------------------------------------------------------------------


def opened(content):
    return load_workbook(io.BytesIO(content))


def test_a_filled_copy_keeps_everything_and_has_the_figures(world, office, form, example):
    Building.objects.filter(pk=world.building2.pk).update(name="=1+1")
    office.walk()
    report = office.freeze()
    place_guessed(form_sheet=form, sheet=SHEET, row=4, body=report.body)
    for cell, field in (("C2", "compound.name"), ("G2", "report.day")):
        row, column = read_cell(cell)
        place_field(form_sheet=form, sheet=SHEET, row=row, column=column, field=field, way="cell")
    save_mapping(form_sheet=form, by=world.chen)
    form.refresh_from_db()
    content, record = fill_for(form_sheet=form, report=report, by=world.chen)
    before, book = opened(example), opened(content)
    old, new = before[SHEET], book[SHEET]
    filled = [[cell.value for cell in row[1:]] for row in new["A5:J6"]]
    assert filled == [["1号楼", 3, 7, 7, 3, 4, 0, 0, 0], ["=1+1", 1, 2, 2, 0, 2, 0, 0, 0]]
    assert (new["B6"].data_type, new["C5"].data_type) == ("s", "n")
    assert (new["C2"].value, new["G2"].value.date(), new["G2"].is_date) == ("佳木大厦", report.day, True)
    assert [cell.value for cell in new[11]] == [cell.value for cell in old[11]]
    assert sorted(map(str, new.merged_cells.ranges)) == sorted(map(str, old.merged_cells.ranges))
    assert (book.sheetnames, book["填表说明"]["A1"].value) == (before.sheetnames, before["填表说明"]["A1"].value)
    looks = [
        [(cell.border.left.style, cell.fill.fgColor.rgb, cell.font.sz, cell.font.b) for cell in row]
        for sheet in (old, new)
        for row in sheet.iter_rows(max_row=12, max_col=10)
    ]
    assert looks[:12] == looks[12:]
    assert (record.deed, record.row_count, f"no. {record.pk}" in book.properties.description) == ("export", 20, True)


def test_more_buildings_than_lines_is_said_and_nothing_is_written_over(world, office, form):
    for number in range(3, 8):
        move_in(make_building(world.jiamu, str(number), floors=1).doors.first(), "甲")
    report = office.freeze()
    place_guessed(form_sheet=form, sheet=SHEET, row=4, body=report.body)
    save_mapping(form_sheet=form, by=world.chen)
    form.refresh_from_db()
    with pytest.raises(FormError, match="no room for 7号楼, B11 is taken"):
        fill_for(form_sheet=form, report=report, by=world.chen)
    assert AccessRecord.objects.count() == 0


def named(book):
    sheet = book.active
    for cell, text in (("A1", "楼号"), ("B1", "人数"), ("A2", "2号"), ("A3", "1"), ("A4", "合计"), ("D1", "1号楼")):
        sheet[cell] = text
    sheet["B4"] = "=SUM(B2:B3)"


def test_rows_named_like_buildings_and_columns_for_them(office, world):
    grid = read_form(workbook(named, "表"))["sheets"]
    report = office.freeze()
    places = [
        make_place(grid, sheet="表", row=2, column=2, field="residents.people", way="match"),
        make_place(grid, sheet="表", row=2, column=4, field="residents.people", way="across"),
    ]
    orders = orders_for(places, grid, report)
    assert [(order["row"], order["column"], order["value"]) for order in orders] == [
        (3, 2, 7),
        (2, 2, 2),
        (2, 4, 7),
        (2, 5, 2),
    ]
    report.body["buildings"].append([0, "9号楼", "9", "house"])
    with pytest.raises(FormError, match="has no row named like 9号楼"):
        orders_for(places, grid, report)


def test_one_house_is_written_in_many_ways():
    assert {house_key(text) for text in ("12号楼", " 12 号", "１２栋", "12", "12幢")} == {"12"}


# --- At the desk --------------------------------------------------------------------------------------


def test_arranging_without_script_from_a_click_to_the_file(world, office, form, client):
    client.force_login(world.chen)
    page = client.get(form.get_absolute_url(), {"sheet": "0", "cell": "C5"}).content.decode()
    assert ('value="C5"' in page, "is-chosen" in page) == (True, True)
    put = reverse("reports:form_place", args=[form.pk])
    words = {"sheet": SHEET, "cell": "C5", "field": "residents.people", "way": "down"}
    bad = [
        {"cell": "5C"},
        {"field": "no.such"},
        {"sheet": "无"},
        {"cell": "C11"},
        {"field": "compound.name"},
        {"way": ""},
    ]
    assert [client.post(put, words | each).status_code for each in bad] == [422] * len(bad)
    report = office.freeze()
    filled = reverse("reports:filled", args=[report.pk, form.pk])
    assert client.get(filled).status_code == 302  # nothing saved yet
    assert client.post(put, words).status_code == 302
    client.post(reverse("reports:form_take_out", args=[form.pk]), {"sheet": SHEET, "cell": "D9"})
    client.post(reverse("reports:form_save", args=[form.pk]))
    answer = client.get(filled)
    assert opened(answer.content)[SHEET]["C6"].value == 2
    assert str(report.day) in answer.headers["Content-Disposition"]
    guess = client.post(reverse("reports:form_guess", args=[form.pk]), {"sheet": SHEET, "row": "12"})
    assert (guess.status_code, "No header in line 12" in guess.content.decode()) == (422, True)
    client.post(reverse("reports:form_end", args=[form.pk]))
    late = [client.post(put, words).status_code, client.get(filled).status_code]
    assert late == [422, 302]
    assert client.get(form.get_absolute_url()).status_code == 200


def test_a_form_of_another_compound_is_filled_with_nothing_of_ours(world, office, form, client):
    report = office.freeze()
    FormSheet.objects.filter(pk=form.pk).update(compound=world.hexin)
    client.force_login(world.chen)
    assert client.get(reverse("reports:filled", args=[report.pk, form.pk])).status_code == 404


def test_a_day_keeps_the_cells_own_format(world, office):
    def dated(book):
        book.active["A1"].number_format = 'm"月"d"日"'

    content = workbook(dated, "表")
    form = bring_form(compound=world.jiamu, name="日", file_name="a.xlsx", content=content, by=world.chen)
    place_field(form_sheet=form, sheet="表", row=1, column=1, field="report.day", way="cell")
    save_mapping(form_sheet=form, by=world.chen)
    form.refresh_from_db()
    report = office.freeze()
    cell = opened(fill_for(form_sheet=form, report=report, by=world.chen)[0])["表"]["A1"]
    assert (cell.value.date(), cell.number_format) == (report.day, 'm"月"d"日"')
