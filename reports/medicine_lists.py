"""The runner's list as a file: hospital by hospital, and of a name no more than stands on the bag."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from medicine.reading import read_runner
from reports.exports import ROW_CAP
from residents.models import Compound, User

Table = tuple[list[str], list[list[str]], str]


def runner_table(compound: Compound, user: User, day: date) -> Table:
    header = [
        _("Hospital or pharmacy"),
        _("Window"),
        _("Label"),
        _("In the bag"),
        _("Cash"),
        _("Keep cold"),
        _("Needed by"),
    ]
    rows = []
    for hospital, errands in read_runner(compound, user, day):
        for row in errands:
            things = list(row.things.all())
            cash = next((thing.amount for thing in things if thing.amount), None)
            rows.append(
                [
                    hospital,
                    row.window,
                    row.label,
                    ", ".join(str(thing) for thing in things),
                    f"{cash:.2f}" if cash else "",
                    "❄" if row.is_cold else "",
                    row.needed_by.isoformat() if row.needed_by else "",
                ]
            )
    return header, rows[:ROW_CAP], _("The runner's list")
