"""Files of the share corner and of pledge drives."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.views.decorators.http import require_safe

from reports.sharing_lists import handovers_table, offers_table, route_table, wishes_table
from reports.views import send_table
from residents.access import get_kept, get_visible
from residents.models import Compound
from sharing.models import Drive

ENDINGS = ("xlsx", "csv")
LISTS = {"offers": offers_table, "wishes": wishes_table, "handovers": handovers_table}


@require_safe
def sharing(request, pk, what, ending):
    """`what`: offers or wishes (no doors: whoever sees the corner) or handovers (both doors, for who helps there)."""
    if ending not in ENDINGS or what not in LISTS:
        raise Http404
    compound = get_visible(Compound.objects, request.user, pk=pk)
    access = request.user.access
    if what == "handovers" and pk not in access.steward | access.lead_compounds:
        raise PermissionDenied
    table = LISTS[what](compound, request.user)
    return send_table(request, compound, f"compound {pk}: share corner, {what}", str(compound), ending, table)


@require_safe
def drive(request, pk, ending):
    if ending not in ENDINGS:
        raise Http404
    row = get_kept(Drive.objects.select_related("compound"), request.user, pk=pk)
    return send_table(request, row.compound, f"drive {pk}: route", row.title, ending, route_table(row))
