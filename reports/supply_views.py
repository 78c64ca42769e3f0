"""Lists of the store and of distributions: as a file, or as a sheet to print. Each is on record."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.supply_lists import (
    Table,
    batches_table,
    books_table,
    entitlements_table,
    handovers_table,
    kept_buildings,
    kept_table,
    labels_table,
    lobby_table,
    pick_table,
    stock_table,
    waits_table,
)
from reports.views import send_table
from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Compound
from supplies.models import Distribution

ENDINGS = ("xlsx", "csv", "print")
OF_STORE = {"stock": stock_table, "batches": batches_table, "kept": kept_table}
OF_DOORS = {
    "entitlements": entitlements_table,
    "pick-list": pick_table,
    "labels": labels_table,
    "lobby": lobby_table,
    "handovers": handovers_table,
    "waits": waits_table,
}


def _send(request, compound: Compound, subject: str, of: str, ending: str, table: Table):
    """A file, or the same list as a page for the printer."""
    if ending != "print":
        return send_table(request, compound, subject, of, ending, table)
    header, rows, title = table
    AccessRecord.objects.create(
        user=request.user, compound=compound, deed=AccessRecord.Deed.PRINT, subject=subject, row_count=len(rows)
    )
    return render(request, "supplies/sheet.html", {"header": header, "rows": rows, "title": title, "of": of})


@require_safe
def store(request, pk, what, ending):
    """`what`: stock, batches, or kept (rooms: for who keeps the store)."""
    if ending not in ENDINGS or what not in OF_STORE:
        raise Http404
    find = get_kept if what == "kept" else get_visible
    compound = find(Compound.objects, request.user, pk=pk)
    return _send(request, compound, f"compound {pk}: {what}", str(compound), ending, OF_STORE[what](compound))


@require_safe
def supplies(request, pk, what, ending):
    """`what`: books (counts), or one of the lists of doors, for who keeps some of them."""
    if ending not in ENDINGS or what not in {"books", *OF_DOORS}:
        raise Http404
    rows = Distribution.objects.exclude(round__opened_at=None).select_related("round__compound")
    row = get_visible(rows, request.user, round=pk)
    if what == "books":
        table = books_table(row)
    else:
        buildings = kept_buildings(row, request.user)
        if not buildings:
            raise PermissionDenied
        table = OF_DOORS[what](row, buildings)
    return _send(request, row.round.compound, f"round {pk}: {what}", str(row.round), ending, table)
