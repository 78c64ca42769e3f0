"""Rosters going out: one that comes in again unchanged, and the rows that were left out, with the reason.

Every cell is text, so that nothing is calculated and no digit of a phone is lost.
"""

import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from residents.models import AccessRecord, Compound, Household, Resident, RosterImport, RosterLine, User
from residents.roster import cells
from residents.roster.words import ROW, sentence

HEADER = [  # as every roster has them
    "楼号",
    "单元",
    "楼层",
    "室号",
    "姓名",
    "联系电话",
    "年龄段",
    "与户主关系",
    "人数",
    "居住情况",
    "是否在家",
    "备注",
    "住户编号",
]
OCCUPANCY = {"owner": "业主自住", "tenant": "租客", "vacant": "空关", "away": "外出"}
WHEREABOUTS = {"home": "在家", "away": "在外地", "hospital": "住院"}
NEEDS = {
    "lives_alone": "独居",
    "needs_home_visit": "上门",
    "needs_gentle_knock": "轻敲",
    "has_no_phone": "无手机",
    "has_medical_trips": "配药",
}
ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NOT_IN_NAMES = re.compile(r"[^\w\-]+")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(sheets: Iterable[tuple[str, Iterable[list[str]]]]) -> bytes:
    book = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(NOT_IN_NAMES.sub(" ", title)[:31] or "1")
        for row in rows:
            sheet.append([_text_cell(sheet, text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet, text: str):
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL.sub("\ufffd", text)
    cell.data_type = "s"
    return cell


def _log(user: User, compound: Compound, subject: str, row_count: int) -> AccessRecord:
    return AccessRecord.objects.create(
        user=user, compound=compound, deed=AccessRecord.Deed.EXPORT, subject=subject, row_count=row_count
    )


def _file_name(title: str, record: AccessRecord) -> str:
    return f"{NOT_IN_NAMES.sub('-', title).strip('-')[:60].rstrip('-')}-{record.pk}.xlsx"


def _watermark(record: AccessRecord) -> str:
    at = timezone.localtime(record.at).strftime("%Y-%m-%d %H:%M")
    values = {"number": record.pk, "who": record.user, "at": at}
    return _("Export no. %(number)s · %(who)s · %(at)s · do not pass on") % values


def export_roster(*, compound: Compound, by: User) -> tuple[str, bytes]:
    """File name and content. Full names, for without them no list could come back; phones masked."""
    households = (
        Household.objects.current()
        .filter(door__building__compound=compound)
        .select_related("door__building")
        .with_people()
        .order_by(
            "door__building__position", "door__building__code", "door__entrance", "-door__floor", "door__key", "pk"
        )
    )
    rows = [row for household in households for row in _household_rows(household)]
    record = _log(by, compound, f"roster of compound {compound.pk}", len(rows))
    sheets = [(_("Roster"), [HEADER, *rows]), (_("About this list"), [[_watermark(record)]])]
    return _file_name(f"{compound.name}-{_('Roster')}", record), workbook(sheets)


def _household_rows(household: Household) -> Iterable[list[str]]:
    door = household.door
    front = [_building_text(door.building), door.entrance, str(door.floor), _room_text(door)]
    told = "" if household.told_count is None else str(household.told_count)
    people: list[Resident | None] = [*household.current_residents] or [None]
    for person in people:
        about = [told, OCCUPANCY[household.occupancy], *_person_end(person), str(household.pk)]
        yield [*front, *_person_front(person), *about]


def _person_front(person: Resident | None) -> list[str]:
    if person is None:
        return ["", "", "", ""]
    return [person.name, person.masked_phone, person.age_band, "户主" if person.is_contact else ""]


def _person_end(person: Resident | None) -> list[str]:
    if person is None:
        return ["", ""]
    return [WHEREABOUTS[person.whereabouts], "、".join(NEEDS[need] for need in person.needs)]


def _building_text(building) -> str:
    """The one of its names by which the import finds it again."""
    return next(
        (text for text in (building.name, building.code) if cells.building_code(text) == building.code), building.code
    )


def _room_text(door) -> str:
    try:
        parts = cells.read_room(door.room)
    except cells.CellError:
        return door.key
    return door.room if (parts.key, parts.building, parts.entrance) == (door.key, "", "") else door.key


def export_left_out(*, roster_import: RosterImport, by: User) -> tuple[str, bytes] | None:
    """What is not applied, as it stands in the file, and why; None when there is nothing or it is kept no longer."""
    lines = roster_import.lines.exclude(original="").filter(choice="").order_by("position")
    sheets: dict[str, list[list[str]]] = defaultdict(list)
    count = 0
    for line in lines:
        for row in json.loads(line.original):
            sheets[line.sheet].append([_reason(line), *row])
            count += 1
    if not count:
        return None
    record = _log(by, roster_import.compound, f"rows left out of roster import {roster_import.pk}", count)
    headers = roster_import.findings.get("sheet_headers", {})
    tables = [(name or "1", [[_("Reason"), *headers.get(name, [])], *rows]) for name, rows in sheets.items()]
    title = _("left out")
    return _file_name(f"{roster_import.file_name.rpartition('.')[0]}-{title}", record), workbook(tables)


def _reason(line: RosterLine) -> str:
    notes = [note for note in line.notes if note["code"] in ROW]
    return "；".join(sentence(ROW, note) for note in notes)
