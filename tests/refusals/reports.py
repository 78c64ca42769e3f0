"""The refusals about reports and the forms they are filled into: tests/refusals/table.py says how a row reads."""

from reports.arranging import (
    MOST_PLACES,
    bring_form,
    end_form,
    fill_for,
    place_field,
    place_guessed,
    save_mapping,
    take_out,
)
from reports.form_reading import read_form
from reports.models import FormSheet
from reports.placing import read_cell, sheet_named, targets
from reports.reading import read_now
from reports.services import freeze_report
from tests.reports.test_forms import named, workbook

GRID = [
    {
        "name": "S",
        "rows": 3,
        "columns": 3,
        "cells": [[1, 1, "x", ""], [3, 1, "合计", ""], [3, 2, "=1", "f"]],
        "merged": [],
    }
]


def form(world, **changes):
    words = {"name": "n", "file_name": "f.xlsx", "content": b"x", "grid": GRID, "uploaded_by": world.chen}
    return FormSheet.objects.create(compound=world.jiamu, **words | changes)


def put(world, form_sheet=None, **changes):
    words = {"sheet": "S", "row": 2, "column": 1, "field": "residents.people", "way": "cell"}
    place_field(form_sheet=form_sheet or form(world), **words | changes)


def put_onto_a_formula(world):
    put(world, row=3, column=2)


def freeze_twice(world):
    for _time in range(2):
        freeze_report(compound=world.jiamu, by=world.chen, reason=" ")


def bring_twice(world):
    for _time in range(2):
        words = {"name": "n", "file_name": "f.xlsx", "content": workbook(named)}
        bring_form(compound=world.jiamu, by=world.chen, **words)


def put_into_one_set_aside(world):
    row = form(world)
    end_form(form_sheet=row, by=world.chen)
    put(world, row)


def fill_one_set_aside(world):
    row = form(world)
    end_form(form_sheet=row, by=world.chen)
    row.refresh_from_db()
    fill(world, row)


def fill(world, row):
    fill_for(form_sheet=row, report=freeze_report(compound=world.jiamu, by=world.chen), by=world.chen)


def reach(world, **place):
    body = read_now(world.jiamu)[0].body
    list(targets({"sheet": "S", "row": 2, "column": 2} | place, sheet_named(GRID, "S"), body))


def put_too_many(world):
    places = [{"sheet": "S", "row": 1, "column": number, "field": "x", "way": "cell"} for number in range(MOST_PLACES)]
    put(world, form(world, places=places))


def guess(world):
    place_guessed(form_sheet=form(world), sheet="S", row=1, body=read_now(world.jiamu)[0].body)


OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
ASIDE = "This form has been set aside."
SAYS = {
    "frozen twice": (freeze_twice, "This day has been reported already. Say why there is another version."),
    "brought twice": (
        bring_twice,
        "There is a form of this name already. Set it aside first, or choose another.",
    ),
    "a field into a form set aside": (put_into_one_set_aside, ASIDE),
    "a form set aside filled": (fill_one_set_aside, ASIDE),
    "nothing saved": (lambda world: fill(world, form(world)), "Save the arrangement first."),
    "nothing to save": (lambda world: save_mapping(form_sheet=form(world), by=world.chen), "Nothing is placed yet."),
    "nothing to take out": (
        lambda world: take_out(form_sheet=form(world), sheet="S", row=1, column=1),
        "Nothing is placed there.",
    ),
    "too many fields": (put_too_many, f"No more than {MOST_PLACES} fields in a form."),
    "no cell": (lambda world: read_cell("3C"), "Which cell? Its letter and number, such as C3."),
    "no such sheet": (lambda world: put(world, sheet="T"), "The form has no sheet “T”."),
    "no such field": (lambda world: put(world, field="x"), "Choose a field and where it goes."),
    "of each building in one cell": (
        lambda world: put(world, field="building.name"),
        "“building” is told building by building: choose rows or columns.",
    ),
    "of the compound down the rows": (
        lambda world: put(world, field="compound.name", way="down"),
        "“compound” is told of the whole compound: choose one cell.",
    ),
    "a formula": (put_onto_a_formula, "B3 calculates by itself; leave it to Excel."),
    "no room": (
        lambda world: reach(world, way="down"),
        "Sheet “S”: no room for 2号楼, B3 is taken. Add lines to the form in Excel.",
    ),
    "no row of that name": (
        lambda world: reach(world, way="match"),
        "Sheet “S” has no row named like 1号楼, 2号楼.",
    ),
    "headers nobody knows": (guess, "No header in line 1 is understood. Place the fields one by one."),
    "no file": (lambda world: read_form(b""), "The file is empty."),
    "an old file": (
        lambda world: read_form(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "This is the old .xls format. Open it in Excel and save it as .xlsx.",
    ),
    "an open document": (
        lambda world: read_form(b"PK\x03\x04".ljust(30, b"\0") + OPEN_DOCUMENT),
        "This is an OpenDocument sheet (.ods). Open it and save it as .xlsx.",
    ),
    "no workbook": (lambda world: read_form(b"x"), "This is no Excel workbook. Upload the form as .xlsx."),
}

CHINESE = {
    "This day has been reported already. Say why there is another version.": "今天已有定稿，请说明为何再出一版。",
    "There is a form of this name already. Set it aside first, or choose another.": (
        "已有同名的表，请先停用，或换个名称。"
    ),
    ASIDE: "此表已停用。",
    "Save the arrangement first.": "请先保存对应关系。",
    "Nothing is placed yet.": "还没有放任何字段。",
    "Nothing is placed there.": "这一格没有放字段。",
    f"No more than {MOST_PLACES} fields in a form.": f"一张表最多放 {MOST_PLACES} 个字段。",
    "Which cell? Its letter and number, such as C3.": "哪一格？请写列字母加行号，如 C3。",
    "The form has no sheet “T”.": "表中没有工作表“T”。",
    "Choose a field and where it goes.": "请选字段和放置方式。",
    "“building” is told building by building: choose rows or columns.": "“楼栋”按楼栋给出，请选按行或按列。",
    "“compound” is told of the whole compound: choose one cell.": "“小区”只有全小区数，请放一格。",
    "B3 calculates by itself; leave it to Excel.": "B3 是公式，请留给 Excel 计算。",
    "Sheet “S”: no room for 2号楼, B3 is taken. Add lines to the form in Excel.": (
        "工作表“S”放不下 2号楼：B3 已被占用。请在 Excel 里给表加行。"
    ),
    "Sheet “S” has no row named like 1号楼, 2号楼.": "工作表“S”里找不到这些楼的行：1号楼、2号楼。",
    "No header in line 1 is understood. Place the fields one by one.": "第 1 行没有认得的表头，请逐个放字段。",
    "The file is empty.": "文件是空的。",
    "This is the old .xls format. Open it in Excel and save it as .xlsx.": (
        "这是旧的 .xls 格式，请用 Excel 打开并另存为 .xlsx。"
    ),
    "This is an OpenDocument sheet (.ods). Open it and save it as .xlsx.": (
        "这是 OpenDocument 表格（.ods）。请打开后另存为 .xlsx 再上传。"
    ),
    "This is no Excel workbook. Upload the form as .xlsx.": "这不是 Excel 文件，请上传 .xlsx 格式的表。",
}

ROWS = {name: (deed, english, CHINESE[english]) for name, (deed, english) in SAYS.items()}
