"""The hours of volunteers as a list: derived from shifts that are over."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from residents.models import Compound
from shifts.reading import read_hours

Table = tuple[list[str], list[list[str]], str]


def hours_table(compound: Compound, first: date, last: date) -> Table:
    header = [
        pgettext("of a person", "Name"),
        _("Hours"),
        _("Shifts"),
        _("Not told yet whether they came"),
        _("Did not come"),
        _("From"),
        _("Until"),
    ]
    rows = [
        [
            line.volunteer,
            line.hours,
            str(line.shifts),
            str(line.untold),
            str(line.absent),
            first.isoformat(),
            last.isoformat(),
        ]
        for line in read_hours(compound, first, last)
    ]
    return header, rows, _("Hours")
