"""A group buy as lists: who ordered what, what goes into which bag, labels, the money."""

from __future__ import annotations

from django.utils.translation import gettext as _

from buying.delivering import Bag, ordered_bags, sheet_bags
from buying.models import GroupOrder
from buying.settlement import read_settlement
from buying.settling import ZERO
from reports.exports import ROW_CAP
from residents.models import Building

Table = tuple[list[str], list[list[str]], str]


def _lines(bags: dict[Building, list[Bag]]) -> list[list[str]]:
    """One line a door and thing: a spreadsheet sorts it by building, by room or by thing, as it is wanted."""
    return [
        [
            str(building),
            bag.household.door.full_room,
            parcel.lot.name,
            parcel.lot.item.number(parcel.quantity),
            parcel.lot.item.unit,
        ]
        for building, some in bags.items()
        for bag in some
        for parcel in bag.parcels
    ][:ROW_CAP]


def orders_table(order: GroupOrder, buildings: list[Building]) -> Table:
    header = [_("Building"), _("Room"), _("Thing"), _("How many"), _("Unit"), _("Price"), _("Sum")]
    rows = [
        [
            str(building),
            bag.household.door.full_room,
            parcel.lot.item.name,
            parcel.lot.item.number(parcel.quantity),
            parcel.lot.item.unit,
            str(parcel.lot.item.price),
            str(parcel.lot.item.cost(parcel.quantity)),
        ]
        for building, some in ordered_bags(order, buildings).items()
        for bag in some
        for parcel in bag.parcels
    ]
    return header, rows[:ROW_CAP], _("Who ordered")


def sheet_table(order: GroupOrder, buildings: list[Building]) -> Table:
    header = [_("Building"), _("Room"), _("Thing"), _("How many"), _("Unit")]
    return header, _lines(sheet_bags(order, buildings)[0]), _("Sorting sheet")


def labels_table(order: GroupOrder, buildings: list[Building]) -> Table:
    """For a label printer: a line a bag. No name, no phone."""
    bags = sheet_bags(order, buildings)[0]
    rows = [
        [str(building), bag.household.door.full_room, bag.contents, str(order)]
        for building, some in bags.items()
        for bag in some
    ]
    return [_("Building"), _("Room"), _("What"), _("Group buy")], rows[:ROW_CAP], _("Labels")


def settlement_table(order: GroupOrder) -> Table:
    told = read_settlement(order)
    header = [
        _("Building"),
        _("Room"),
        _("Gets"),
        _("Goods"),
        _("Charges"),
        _("Credited"),
        _("Paid"),
        _("Paid back"),
        _("Open"),
    ]
    rows = []
    for home in told.homes[:ROW_CAP]:
        door, account = home.household.door, home.account
        sums = (account.goods, account.charges, account.credited, account.paid, account.refunded, account.open)
        rows.append([str(door.building), door.full_room, home.contents, *map(str, sums)])
    books = told.books
    accounts = books.accounts.values()
    totals = [sum((getattr(one, name) for one in accounts), ZERO) for name in ("goods", "charges", "credited", "open")]
    paid = [str(books.paid), str(books.refunded)]
    rows.append([_("All"), "", "", *map(str, totals[:3]), *paid, str(totals[3])])
    rows.append([_("Supplier's bill"), *[""] * 7, str(books.bill)])
    rows.append([_("In the purse of this list"), *[""] * 7, str(books.held)])
    return header, rows, _("Settlement")
