"""The hours of volunteers as a file, for stewards alone."""

from django.http import Http404
from django.views.decorators.http import require_safe

from reports.shift_lists import hours_table
from reports.views import send_table
from residents.access import get_kept
from residents.models import Compound
from shifts.forms import asked_days


@require_safe
def shift_hours(request, pk, ending):
    """Days that cannot be are the last week, as on the page."""
    if ending not in {"xlsx", "csv"}:
        raise Http404
    compound = get_kept(Compound.objects, request.user, pk=pk)
    _form, first, last = asked_days(request.GET)
    table = hours_table(compound, first, last)
    return send_table(request, compound, f"compound {pk}: hours of volunteers", str(compound), ending, table)
