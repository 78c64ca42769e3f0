"""The demo's reports: yesterday's frozen, today's in the making with its deadline, and a form from above arranged."""

from __future__ import annotations

import io
from datetime import datetime, time, timedelta

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from reports.arranging import bring_form, place_field, place_guessed, save_mapping
from reports.models import FormSheet
from reports.placing import read_cell
from reports.reading import SHANGHAI, read_now
from reports.services import freeze_report, set_deadline
from residents.models import Compound, User

HEADERS = (
    ("A3", "序号"),
    ("B3", "楼号"),
    ("C3", "户数"),
    ("D3", "人数"),
    ("E3", "核酸"),
    ("E4", "应检"),
    ("F4", "实检"),
    ("G4", "未检"),
    ("H3", "抗原"),
    ("H4", "应测"),
    ("I4", "阴性"),
    ("J4", "未报"),
)
MERGED = ("A1:J1", "A2:B2", "C2:D2", "E2:F2", "G2:J2", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:G3", "H3:J3")
FIRST, LINES = 5, 6


def example_form() -> bytes:
    """A form as they come: a merged title, headers in two lines, sums by formula, a sheet of instructions."""
    book = Workbook()
    sheet = book.create_sheet("日报", 0)
    del book["Sheet"]
    sheet["A1"], sheet["A2"], sheet["E2"] = "居民区疫情防控每日情况统计表", "填报单位：", "日期："
    for cell, text in HEADERS:
        sheet[cell] = text
    for row in range(FIRST, FIRST + LINES):
        sheet.cell(row, 1, row - FIRST + 1)
    foot = FIRST + LINES
    sheet.cell(foot, 1, "合计")
    for column in "CDEFGHIJ":
        sheet[f"{column}{foot}"] = f"=SUM({column}{FIRST}:{column}{foot - 1})"
    sheet.cell(foot + 1, 1, "备注：每日 10:00 前报送")
    for area in (*MERGED, f"A{foot}:B{foot}", f"A{foot + 1}:J{foot + 1}"):
        sheet.merge_cells(area)
    _dress(sheet, foot)
    notes = book.create_sheet("填表说明")
    notes["A1"] = "1. 应检含当日应检全部在住人员；2. 表格样式请勿改动。"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _dress(sheet, foot: int) -> None:
    line = Side(style="thin", color="808080")
    for row in sheet.iter_rows(min_row=3, max_row=foot, max_col=10):
        for cell in row:
            cell.border = Border(left=line, right=line, top=line, bottom=line)
            cell.alignment = Alignment(horizontal="center", vertical="center")
    sheet["A1"].font, sheet["A1"].alignment = Font(size=16, bold=True), Alignment(horizontal="center")
    for column in "ABCDEFGHIJ":
        sheet[f"{column}3"].fill = PatternFill("solid", fgColor="FFF2CC")
        sheet.column_dimensions[column].width = 10


def show_reports(*, tower: Compound, chen: User, estate: Compound, sun: User) -> FormSheet:
    yesterday = datetime.combine(timezone.localdate() - timedelta(days=1), time(9, 52), tzinfo=SHANGHAI)
    for compound, by, minute in ((tower, chen, 52), (estate, sun, 47)):
        freeze_report(compound=compound, by=by, now=yesterday.replace(minute=minute))
    soon = min(timezone.localtime() + timedelta(minutes=48), timezone.localtime().replace(hour=23, minute=58))
    for compound, by, due in ((tower, chen, soon.time().replace(second=0, microsecond=0)), (estate, sun, time(10))):
        set_deadline(compound=compound, due_at=due, minutes_before=30, freezes_itself=False, by=by)
    return _arrange(estate, sun)


def _arrange(compound: Compound, by: User) -> FormSheet:
    content = example_form()
    form = bring_form(compound=compound, name="街道日报表", file_name="街道日报表.xlsx", content=content, by=by)
    place_guessed(form_sheet=form, sheet="日报", row=4, body=read_now(compound)[0].body)
    for cell, field in (("C2", "compound.name"), ("G2", "report.day")):
        row, column = read_cell(cell)
        place_field(form_sheet=form, sheet="日报", row=row, column=column, field=field, way="cell")
    save_mapping(form_sheet=form, by=by)
    return form
