"""Cases: for stewards alone. Lists show a building and moments; the room is shown once, on the record."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clock.cases import correct_case, record_case, reveal_case
from clock.forms import CaseForm, CorrectionForm, RevealForm, StartFromCaseForm
from clock.models import Case, Clock
from clock.services import ClockError, start_clock_from_case
from residents.access import get_kept, get_visible
from residents.models import Building, Compound

form_page = require_http_methods(["GET", "HEAD", "POST"])
CASES = Case.objects.select_related("building__compound", "by", "corrected_by")
KEPT = ("kind", "source", "household", "sampled_at", "reported_at", "ordered_at", "moved_out_at")


@require_safe
def cases(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    rows = Case.objects.standing().filter(building__compound=compound).select_related("building")
    return render(request, "clock/cases.html", {"compound": compound, "cases": rows[:500]})


@form_page
def add(request, pk):
    building = get_kept(Building.objects.select_related("compound"), request.user, pk=pk)
    form = CaseForm(request.POST if request.method == "POST" else None, building=building)
    if request.method == "POST" and form.is_valid():
        try:
            case = record_case(building=building, by=request.user, **form.cleaned_data)
            messages.success(request, _("The case is recorded. Nobody but the stewards sees it."))
            if Clock.objects.running().filter(building=building).exists():
                return redirect("clock:building", building.pk)
            return redirect("clock:case_start", case.pk)
        except ClockError as error:
            form.add_error(None, str(error))
    context = {"building": building, "form": form}
    return render(request, "clock/case_form.html", context, status=422 if form.errors else 200)


@form_page
def case(request, pk):
    """The room is in the answer to the POST and nowhere else; every look is on record with its reason."""
    row = get_visible(CASES, request.user, pk=pk)
    form = RevealForm(request.POST if request.method == "POST" else None)
    context = {"case": row, "building": row.building, "form": form}
    if request.method == "POST" and form.is_valid():
        context["shown"] = reveal_case(case=row, by=request.user, reason=form.cleaned_data["reason"])
    context["versions"] = Case.objects.filter(subject=row.subject).select_related("by")
    return render(request, "clock/case.html", context, status=422 if form.errors else 200)


@form_page
def correct(request, pk):
    row = get_kept(CASES, request.user, pk=pk)
    initial = {name: getattr(row, name) for name in KEPT}
    form = CorrectionForm(
        request.POST if request.method == "POST" else None, building=row.building, initial=initial | {"household": None}
    )
    if request.method == "POST" and form.is_valid():
        try:
            values = form.cleaned_data
            if values["household"] is None:  # the form does not show which it was
                values.pop("household")
                values.pop("resident")
            new = correct_case(case=row, by=request.user, **values)
            messages.success(request, _("Corrected. The old version stays on record."))
            return redirect("clock:building", new.building_id)
        except ClockError as error:
            form.add_error(None, str(error))
    context = {"building": row.building, "form": form, "case": row}
    return render(request, "clock/case_form.html", context, status=422 if form.errors else 200)


@form_page
def start(request, pk):
    row = get_kept(CASES, request.user, pk=pk)
    form = StartFromCaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            clock = start_clock_from_case(case=row, by=request.user, **form.cleaned_data)
            messages.success(request, _("The clock is running."))
            return redirect(clock)
        except ClockError as error:
            form.add_error(None, str(error))
    context = {
        "form": form,
        "crumb": row.building,
        "title": _("Start a clock"),
        "text": _("The rule says which moment of the case is counted from. You can choose another afterwards."),
        "back_name": "clock:building",
        "back_key": row.building_id,
    }
    return render(request, "clock/deed.html", context, status=422 if form.errors else 200)
