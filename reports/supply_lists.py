"""The store and a distribution as lists: stock, books by building, who is to get what, what each trolley carries."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reports.exports import ROW_CAP
from residents.models import Building, Compound
from rounds.models import Visit
from supplies.models import Distribution, Entitlement
from supplies.reconciling import read_books
from supplies.storing import with_numbers

Table = tuple[list[str], list[list[str]], str]


def stock_table(compound: Compound) -> Table:
    header = [_("Item"), _("Unit"), _("From whom"), _("Arrived on"), _("Use by"), _("In the store"), _("On the way")]
    batches = with_numbers().filter(item__compound=compound).order_by("item__name", "arrived_on", "pk")
    rows = [
        [
            batch.item.name,
            batch.item.unit,
            str(batch.get_source_display()),
            batch.arrived_on.isoformat(),
            batch.expires_on.isoformat() if batch.expires_on else "",
            str(batch.in_store) if batch.is_counted else _("to be counted"),
            str(batch.elsewhere),
        ]
        for batch in batches[:ROW_CAP]
    ]
    return header, rows, _("Stock")


def books_table(distribution: Distribution) -> Table:
    header = [
        _("Building"),
        _("What"),
        _("Due"),
        _("For the doors"),
        _("Loaded"),
        _("Found"),
        _("Given"),
        _("Brought back"),
        _("Written off"),
        _("Left"),
        _("Told, not booked"),
    ]
    rows = []
    for page in read_books(distribution):
        numbers = (page.due, page.allotted, page.loaded, page.found, page.given, page.returned, page.written_off)
        rows.append([str(page.building), str(page.line), *map(str, (*numbers, page.left, page.uncovered))])
    return header, rows, _("Books")


def _entitlements(distribution: Distribution, buildings):
    """Of the buildings the user keeps, top floor first."""
    order = ("visit__building__position", "visit__building__code", "visit__entrance", "-visit__floor")
    rows = Entitlement.objects.filter(line__distribution=distribution, visit__building__in=buildings)
    rows = rows.select_related("visit__building", "line__batch__item")
    return rows.order_by(*order, "visit__position", "visit", "line")


def entitlements_table(distribution: Distribution, buildings) -> Table:
    header = [
        _("Building"),
        _("Room"),
        _("Name"),
        _("What"),
        _("Due"),
        _("There"),
        _("Why it waits"),
        _("Given"),
        _("At the door"),
    ]
    rows = [
        [
            *_place(row.visit),
            str(row.line),
            str(row.quantity),
            str(row.allotted),
            str(row.get_wait_reason_display()) if row.wait_reason else "",
            str(row.told_given),
            str(row.get_handover_display()) if row.handover else "",
        ]
        for row in _entitlements(distribution, buildings)[:ROW_CAP]
    ]
    return header, rows, _("Who gets what")


def pick_table(distribution: Distribution, buildings) -> Table:
    header = [_("Building"), _("Room"), _("Name"), _("What"), _("How many"), _("Unit")]
    rows = [
        [*_place(row.visit), str(row.line), str(row.allotted), row.line.batch.item.unit]
        for row in _entitlements(distribution, buildings).filter(allotted__gt=0)[:ROW_CAP]
    ]
    return header, rows, _("Pick list")


def _place(visit: Visit) -> list[str]:
    return [str(visit.building), visit.rooms, visit.label]


def kept_buildings(distribution: Distribution, user) -> list[Building]:
    return [building for building in distribution.round.buildings.all() if user.access.keeps(building)]
