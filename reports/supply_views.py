"""Files of the store and of distributions."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.views.decorators.http import require_safe

from reports.supply_lists import books_table, entitlements_table, kept_buildings, pick_table, stock_table
from reports.views import send_table
from residents.access import get_visible
from residents.models import Compound
from supplies.models import Distribution

ENDINGS = ("xlsx", "csv")
OF_DOORS = {"entitlements": entitlements_table, "pick-list": pick_table}


@require_safe
def stock(request, pk, ending):
    if ending not in ENDINGS:
        raise Http404
    compound = get_visible(Compound.objects, request.user, pk=pk)
    return send_table(request, compound, f"compound {pk}: stock", str(compound), ending, stock_table(compound))


@require_safe
def supplies(request, pk, what, ending):
    """`what`: books (counts), entitlements or pick-list (doors, for who keeps some of them)."""
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
    return send_table(request, row.round.compound, f"round {pk}: {what}", str(row.round), ending, table)
