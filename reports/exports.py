"""Lists that leave the portal as XLSX or CSV: text cells only, masked, numbered and logged."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from residents.models import AccessRecord, Compound, User

# What a spreadsheet would take for the beginning of a formula, full-width forms included.
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NOT_IN_FILE_NAMES = re.compile(r"[^\w\-]+")
ROW_CAP = 20_000
ILLEGAL_IN_XLSX = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def log_export(*, user: User, compound: Compound, subject: str, row_count: int) -> AccessRecord:
    """Its key is the export's number, printed in the file and its name."""
    return AccessRecord.objects.create(
        user=user, compound=compound, deed=AccessRecord.Deed.EXPORT, subject=subject, row_count=row_count
    )


def watermark(record: AccessRecord) -> str:
    at = timezone.localtime(record.at).strftime("%Y-%m-%d %H:%M")
    return _("Export no. %(number)s · %(who)s · %(at)s · do not pass on") % {
        "number": record.pk,
        "who": record.user,
        "at": at,
    }


def file_name(record: AccessRecord, title: str, ending: str) -> str:
    """Short enough, in any script, for every file system (255 bytes)."""
    return f"{NOT_IN_FILE_NAMES.sub('-', title).strip('-')[:60].rstrip('-')}-{record.pk}.{ending}"


def disarm(text: str) -> str:
    """For CSV, which has no text type: an apostrophe keeps a spreadsheet from calculating."""
    return f"'{text}" if text.startswith(FORMULA_START) else text


def csv_lines(mark: str, header: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """With a byte order mark, for Excel; a line at a time, for long lists.

    Every field is quoted: where lists are parted by semicolons, `a;=1+1` would else begin a cell of its own.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    yield "\ufeff"
    for row in ([mark], header):
        yield _written(writer, buffer, row)
    for row in rows:
        yield _written(writer, buffer, row)


def _written(writer, buffer: io.StringIO, row: list[str]) -> str:
    writer.writerow([disarm(text) for text in row])
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def xlsx_bytes(title: str, mark: str, header: list[str], rows: Iterable[list[str]]) -> bytes:
    """One sheet, every cell of type text, so that `=1+1` stays what somebody wrote."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(NOT_IN_FILE_NAMES.sub(" ", title)[:31] or "1")
    for row in ([mark], header):
        sheet.append([_text_cell(sheet, text) for text in row])
    for row in rows:
        sheet.append([_text_cell(sheet, text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet, text: str):
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_IN_XLSX.sub("\ufffd", text)
    cell.data_type = "s"
    return cell
