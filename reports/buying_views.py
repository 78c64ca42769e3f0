"""Files of a group buy."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from buying.delivering import sheet_buildings
from buying.models import GroupOrder
from reports.buying_lists import labels_table, orders_table, settlement_table, sheet_table
from reports.views import send_table
from residents.access import get_kept, get_visible
from residents.models import AccessRecord

ENDINGS = ("xlsx", "csv", "print")
OF_DOORS = {"orders": orders_table, "sheet": sheet_table, "labels": labels_table}


@require_safe
def buying(request, pk, what, ending):
    """`what`: orders, sheet or labels, of the buildings one keeps; settlement, for who keeps the list."""
    if ending not in ENDINGS or what not in {"settlement", *OF_DOORS}:
        raise Http404
    rows = GroupOrder.objects.select_related("compound")
    if what == "settlement":
        order = get_kept(rows, request.user, pk=pk)
        table = settlement_table(order)
    else:
        order = get_visible(rows, request.user, pk=pk)
        buildings = sheet_buildings(request.user, order)
        if not buildings:
            raise PermissionDenied
        table = OF_DOORS[what](order, buildings)
    subject = f"group buy {pk}: {what}"
    if ending != "print":
        return send_table(request, order.compound, subject, str(order), ending, table)
    header, lines, title = table
    AccessRecord.objects.create(
        user=request.user,
        compound=order.compound,
        deed=AccessRecord.Deed.PRINT,
        subject=subject,
        row_count=len(lines),
    )
    return render(request, "supplies/sheet.html", {"header": header, "rows": lines, "title": title, "of": order})
