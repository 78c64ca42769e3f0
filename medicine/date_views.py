"""Medical dates: what is coming, written down by who keeps the house, closed with what became of it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from medicine.calendar import add_date, close_date
from medicine.forms import DateForm
from medicine.models import MedicalDate
from medicine.reading import read_dates
from medicine.telling import MedicineError
from medicine.views import form_answer, form_page, get_run
from residents.access import get_kept
from residents.models import AccessRecord


@require_safe
def dates(request, pk):
    """The list says what for: each look is on record."""
    compound = get_run(request, pk)
    today = timezone.localdate()
    rows = read_dates(compound, request.user)
    AccessRecord.objects.create(
        user=request.user,
        compound=compound,
        deed=AccessRecord.Deed.LOOK,
        subject=f"compound {pk}: medical dates",
        row_count=len(rows),
    )
    for row in rows:
        row.days_left = (row.due_on - today).days
        row.is_ringing = row.rings_on(today)
    return render(request, "medicine/dates.html", {"compound": compound, "dates": rows, "today": today})


@form_page
def date_add(request, pk):
    compound = get_run(request, pk)
    form = DateForm(request.POST if request.method == "POST" else None, compound=compound, user=request.user)
    if request.method == "POST" and form.is_valid():
        told = form.told()
        told.pop("household")
        try:
            add_date(by=request.user, **told)
            messages.success(request, _("It is on the list."))
            return redirect("medicine:dates", pk)
        except MedicineError as error:
            form.add_error(None, str(error))
    hint = _("Reminders say how many dates and in which house, never whose and never what for.")
    return form_answer(request, form, compound, _("A medical date"), "dates", hint)


@require_POST
def date_close(request, pk):
    row = get_kept(MedicalDate.objects.select_related("compound"), request.user, pk=pk)
    try:
        fresh = close_date(medical_date=row, end=request.POST.get("end", ""), by=request.user)
        text = _("Closed. The next one is on the list.") if fresh else _("Closed.")
        messages.success(request, text)
    except MedicineError as error:
        messages.error(request, str(error))
    return redirect("medicine:dates", row.compound_id)
