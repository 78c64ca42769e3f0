"""Files of the medicine errands."""

from django.http import Http404
from django.views.decorators.http import require_safe

from medicine.views import asked_day, get_run
from reports.medicine_lists import runner_table
from reports.views import send_table


@require_safe
def medicine(request, pk, ending):
    """For one day, tomorrow unless another is asked for; the bags of the houses one keeps."""
    if ending not in {"xlsx", "csv"}:
        raise Http404
    compound, day = get_run(request, pk), asked_day(request)
    table = runner_table(compound, request.user, day)
    subject = f"compound {pk}: medicine, {day.isoformat()}"
    return send_table(request, compound, subject, f"{compound}-{day.isoformat()}", ending, table)
