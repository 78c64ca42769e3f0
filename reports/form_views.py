"""Excel forms of others: brought, shown as a grid, fields put into cells, saved, filled, set aside."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reports.arranging import (
    bring_form,
    end_form,
    fill_for,
    place_field,
    place_guessed,
    save_mapping,
    take_out,
    what_does_not_fit,
)
from reports.drawing import draw_sheet
from reports.exports import file_name
from reports.fields import groups
from reports.form_reading import FormError
from reports.forms import BringForm, CellForm, LineForm, PlaceForm
from reports.models import DailyReport, FormSheet
from reports.placing import read_cell
from reports.reading import read_now
from reports.views import XLSX
from residents.access import get_kept
from residents.models import Compound

form_page = require_http_methods(["GET", "HEAD", "POST"])
FORMS = FormSheet.objects.select_related("compound")


@require_safe
def forms(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    rows = FormSheet.objects.filter(compound=compound).in_use().defer("content", "grid")
    rows = rows.select_related("uploaded_by").prefetch_related("mappings")
    newest = compound.daily_reports.defer("body").first()
    return render(request, "reports/forms.html", {"compound": compound, "forms": rows, "newest": newest})


@form_page
def form_add(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = BringForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["upload"]
        words = {"name": form.cleaned_data["name"], "file_name": upload.name, "content": upload.read()}
        try:
            return redirect(bring_form(compound=compound, by=request.user, **words))
        except FormError as error:
            form.add_error(None, str(error))
    context = {"compound": compound, "form": form}
    return render(request, "reports/form_add.html", context, status=422 if form.errors else 200)


@require_safe
def form(request, pk):
    row = get_kept(FORMS, request.user, pk=pk)
    number = request.GET.get("sheet", "")
    place = int(number) if number.isascii() and number.isdigit() and int(number) < len(row.grid) else 0
    start = {"sheet": row.grid[place]["name"], "cell": request.GET.get("cell", "")[:8]}
    return render(request, "reports/form.html", form_context(row, place, PlaceForm(initial=start)))


def form_context(row, place, form, line=None):
    body = read_now(row.compound)[0].body
    name = row.grid[place]["name"]
    last = row.mappings.first()
    return {
        "form_sheet": row,
        "compound": row.compound,
        "place": place,
        "drawn": draw_sheet(row.grid[place], row.places, chosen=form["cell"].value() or ""),
        "form": form,
        "line": line or LineForm(initial={"sheet": name}),
        "groups": groups(),
        "last": last,
        "is_saved": last is not None and last.places == row.places,
        "problems": what_does_not_fit(row, body),
    }


def _sheet_number(row, name: str) -> int:
    return next((number for number, sheet in enumerate(row.grid) if sheet["name"] == name), 0)


def _back(row, name: str, cell: str = ""):
    query = urlencode({"sheet": _sheet_number(row, name)} | ({"cell": cell} if cell else {}))
    return redirect(f"{reverse('reports:form', args=[row.pk])}?{query}")


@require_POST
def form_place(request, pk):
    row = get_kept(FORMS, request.user, pk=pk)
    form = PlaceForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            line, column = read_cell(told.pop("cell"))
            place_field(form_sheet=row, row=line, column=column, **told)
            return _back(row, told["sheet"])
        except FormError as error:
            form.add_error(None, str(error))
    number = _sheet_number(row, request.POST.get("sheet", ""))
    return render(request, "reports/form.html", form_context(row, number, form), status=422)


@require_POST
def form_take_out(request, pk):
    row = get_kept(FORMS, request.user, pk=pk)
    form = CellForm(request.POST)
    sheet = request.POST.get("sheet", "")
    try:
        line, column = read_cell(form.cleaned_data["cell"] if form.is_valid() else "")
        take_out(form_sheet=row, sheet=sheet, row=line, column=column)
    except FormError as error:
        messages.error(request, str(error))
    return _back(row, sheet)


@require_POST
def form_guess(request, pk):
    row = get_kept(FORMS, request.user, pk=pk)
    line = LineForm(request.POST)
    number = _sheet_number(row, request.POST.get("sheet", ""))
    if line.is_valid():
        try:
            body = read_now(row.compound)[0].body
            count = place_guessed(form_sheet=row, body=body, **line.cleaned_data)
            messages.success(
                request, _("Headers understood: %(count)s. Look through them, then save.") % {"count": count}
            )
            return _back(row, line.cleaned_data["sheet"])
        except FormError as error:
            line.add_error("row", str(error))
    start = PlaceForm(initial={"sheet": row.grid[number]["name"]})
    return render(request, "reports/form.html", form_context(row, number, start, line), status=422)


@require_POST
def form_save(request, pk):
    row = get_kept(FORMS, request.user, pk=pk)
    try:
        mapping = save_mapping(form_sheet=row, by=request.user)
        messages.success(request, _("Saved as version %(version)s.") % {"version": mapping.version})
    except FormError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def form_end(request, pk):
    row = get_kept(FORMS, request.user, pk=pk)
    try:
        end_form(form_sheet=row, by=request.user)
        messages.success(request, _("Set aside. The file is gone from the portal."))
    except FormError as error:
        messages.error(request, str(error))
    return redirect("reports:forms", row.compound_id)


@require_safe
def filled(request, pk, form_pk):
    """A report in a form, both of one compound."""
    report = get_kept(DailyReport.objects.select_related("compound"), request.user, pk=pk)
    row = get_kept(FormSheet.objects.filter(compound=report.compound_id), request.user, pk=form_pk)
    try:
        content, record = fill_for(form_sheet=row, report=report, by=request.user)
    except FormError as error:
        messages.error(request, str(error))
        return redirect(row)
    response = HttpResponse(content, content_type=XLSX)
    name = file_name(record, f"{row.name}-{report.day}-v{report.version}", "xlsx")
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response
