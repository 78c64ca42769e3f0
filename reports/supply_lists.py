"""The store and a distribution as lists: stock, books by building, who is to get what, what each trolley carries."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.exports import ROW_CAP
from residents.models import Building, Compound
from rounds.models import Visit
from supplies.absent import open_shares
from supplies.models import Distribution, Entitlement, HandoverPhoto, KeptShare
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


def batches_table(compound: Compound) -> Table:
    """Every batch there ever was: what the slip said, what two people counted, and what became of it."""
    header = [
        _("Item"),
        _("From whom"),
        _("Arrived on"),
        _("Use by"),
        _("Keep cold"),
        _("By the slip"),
        _("First count"),
        _("Second count"),
        _("Difference"),
        _("In the store"),
        _("On the way"),
        _("Remark"),
    ]
    batches = with_numbers().filter(item__compound=compound).prefetch_related("counts")
    rows = []
    for batch in batches.order_by("item__name", "arrived_on", "pk")[:ROW_CAP]:
        counts = [count.quantity for count in sorted(batch.counts.all(), key=lambda count: count.number)]
        if len(counts) < 2:  # whoever counts again does not read the first number
            told, differ = ["", ""], ""
        else:
            told, differ = [str(counts[0]), str(counts[1])], str(counts[1] - counts[0])
        rows.append(
            [
                batch.item.name,
                str(batch.get_source_display()),
                batch.arrived_on.isoformat(),
                batch.expires_on.isoformat() if batch.expires_on else "",
                _("yes") if batch.is_cold else "",
                "" if batch.slip_count is None else str(batch.slip_count),
                *told,
                differ,
                str(batch.in_store) if batch.is_counted else _("to be counted"),
                str(batch.elsewhere),
                batch.note,
            ]
        )
    return header, rows, _("Batches")


def kept_table(compound: Compound) -> Table:
    header = [_("Building"), _("Room"), _("What"), _("How many"), _("Unit"), _("Kept until"), _("Distribution")]
    rows = [
        [
            str(share.building),
            share.rooms,
            str(share.line),
            str(share.allotted),
            share.line.batch.item.unit,
            share.keep_until.isoformat() if share.keep_until else "",
            str(share.line.distribution.round),
        ]
        for share in open_shares(compound)[:ROW_CAP]
    ]
    return header, rows, _("Kept for who is away")


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


def labels_table(distribution: Distribution, buildings) -> Table:
    """One line a household, for a label printer: no name and no phone, for bags stand in the lobby."""
    header = [_("Building"), _("Room"), _("Contents")]
    found: dict[int, tuple[Visit, list[str]]] = {}
    for row in _entitlements(distribution, buildings).filter(allotted__gt=0)[:ROW_CAP]:
        words = f"{row.line} ×{row.allotted}"
        if row.line.variant:
            words += f" ({row.line.get_variant_display()})"
        found.setdefault(row.visit_id, (row.visit, []))[1].append(words)
    rows = [[str(visit.building), visit.rooms, " + ".join(words)] for visit, words in found.values()]
    return header, rows, _("Labels")


def lobby_table(distribution: Distribution, buildings) -> Table:
    """What the lobby should count, with room for what it does count."""
    header = [
        _("Building"),
        _("What"),
        _("Households"),
        _("For the doors"),
        _("Loaded"),
        _("Counted in the lobby"),
        _("Difference"),
        _("Counted by"),
    ]
    rows = [
        [str(page.building), str(page.line), *map(str, (page.households, page.allotted, page.loaded)), "", "", ""]
        for page in read_books(distribution, buildings)
    ]
    return header, rows, _("Count in the lobby")


def handovers_table(distribution: Distribution, buildings) -> Table:
    header = [
        _("Building"),
        _("Room"),
        _("Name"),
        _("What"),
        _("There"),
        _("At the door"),
        _("Given"),
        _("Damaged"),
        _("Given back"),
        _("Given instead"),
        _("Kept until"),
        _("When"),
        _("By whom"),
        _("Photo"),
        _("Remark"),
    ]
    photographed = set(HandoverPhoto.objects.filter(visit__round=distribution.round_id).values_list("visit", flat=True))
    rows = _entitlements(distribution, buildings).select_related(
        "visit__building",
        "line__batch__item",
        "swapped_for__batch__item",
        "visit__latest_mark__marked_by",
        "visit__latest_mark__walked_by",
    )
    return header, [_handover(row, row.visit_id in photographed) for row in rows[:ROW_CAP]], _("Handovers")


def _handover(row: Entitlement, has_photo: bool) -> list[str]:
    mark, visit = row.visit.latest_mark, row.visit
    said = row.get_handover_display() if row.handover else visit.get_outcome_display()
    return [
        *_place(visit),
        str(row.line),
        str(row.allotted),
        str(said),
        str(row.told_given),
        str(row.told_spoiled or ""),
        str(row.told_swapped or ""),
        str(row.swapped_for) if row.swapped_for else "",
        row.keep_until.isoformat() if row.keep_until else "",
        timezone.localtime(mark.happened_at).strftime("%Y-%m-%d %H:%M") if mark else "",
        str(mark.who) if mark else "",
        _("yes") if has_photo else "",
        mark.note if mark else "",
    ]


def waits_table(distribution: Distribution, buildings) -> Table:
    """Who gets less than their due, and why; those who are away among them."""
    header = [_("Building"), _("Room"), _("What"), _("Due"), _("There"), _("Why it waits")]
    rows = [
        [
            str(row.visit.building),
            row.visit.rooms,
            str(row.line),
            str(row.quantity),
            str(row.allotted),
            str(row.get_wait_reason_display()),
        ]
        for row in _entitlements(distribution, buildings).waiting()[:ROW_CAP]
    ]
    away = KeptShare.objects.filter(line__distribution=distribution, building__in=buildings, allotted__lt=F("quantity"))
    for share in away.select_related("building", "line__batch__item"):
        facts = (share.line, share.quantity, share.allotted, share.get_wait_reason_display())
        rows.append([str(share.building), share.rooms, *map(str, facts)])
    return header, rows, _("Who waits, and why")


def _place(visit: Visit) -> list[str]:
    return [str(visit.building), visit.rooms, visit.label]


def kept_buildings(distribution: Distribution, user) -> list[Building]:
    return [building for building in distribution.round.buildings.all() if user.access.keeps(building)]
