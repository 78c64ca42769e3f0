"""A fund as lists: all its entries, one month of them, gear bought beside gear handed out. By pseudonym."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from money.models import Entry, Fund
from money.reading import read_gear, read_month
from reports.exports import ROW_CAP

Table = tuple[list[str], list[list[str]], str]


def _row(entry: Entry) -> list[str]:
    return [
        str(entry.number),
        entry.on.isoformat(),
        str(entry.get_kind_display()),
        entry.words,
        f"{entry.amount:.2f}" if entry.change > 0 else "",
        f"{entry.amount:.2f}" if entry.change < 0 else "",
        f"{entry.balance_after:.2f}",
        str(entry.source or entry.target),
        str(entry.by),
        str(entry.witness or ""),
        entry.reason,
    ]


def _header() -> list[str]:
    sums = (pgettext("money", "In"), pgettext("money", "Out"), pgettext("money", "Left"))
    names = (_("No."), _("Day"), _("Kind"), pgettext("money", "What"))
    return [*names, *sums, _("Where"), _("Entered by"), _("Before whom"), _("Why")]


def ledger_table(fund: Fund) -> Table:
    entries = Entry.objects.filter(fund=fund).with_words().order_by("number")
    return _header(), [_row(entry) for entry in entries[:ROW_CAP]], _("Entries")


def month_table(fund: Fund, first: date) -> Table:
    """With what was there before and after, so that the sheet adds up by itself."""
    month = read_month(fund, first)
    title = f"{first:%Y-%m}"
    opening = ["", "", "", _("At the beginning"), "", "", f"{month.opening:.2f}", "", "", "", ""]
    closing = ["", "", "", _("At the end"), "", "", f"{month.closing:.2f}", "", "", "", ""]
    return _header(), [opening, *(_row(entry) for entry in month.entries[:ROW_CAP]), closing], title


def gear_table(fund: Fund) -> Table:
    header = [
        _("Item"),
        _("Unit"),
        _("Bought"),
        _("Paid"),
        _("Given in kind"),
        _("Arrived"),
        _("Out with people"),
        _("Handed out, used"),
        _("In the store"),
    ]
    rows = [
        [
            str(row.item),
            row.item.unit,
            str(row.bought),
            f"{row.paid:.2f}",
            *map(str, (row.given, row.arrived, row.out, row.handed_out, row.in_store)),
        ]
        for row in read_gear(fund)
    ]
    return header, rows, _("Gear bought and handed out")
