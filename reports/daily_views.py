"""The daily report: in the making, frozen, side by side, as a bulletin, as a list; and an officer's compounds."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reports.bulletin import bulletin_text
from reports.deadlines import deadline_of
from reports.figures import figures
from reports.forms import DeadlineForm, FreezeForm
from reports.models import DailyReport, FormSheet, ReportPlan
from reports.night import read_night
from reports.overview import COLUMNS, read_overview
from reports.reading import previous_report, read_now
from reports.services import ReportError, freeze_report, set_deadline
from reports.showing import parts_of, rows_of, tables_of
from reports.tonight import NAMES, read_sheets
from reports.views import send_table
from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Compound

form_page = require_http_methods(["GET", "HEAD", "POST"])
REPORTS = DailyReport.objects.select_related("compound", "by")
SHOWN_DAYS = 7


def get_whole(user, pk):
    """A compound the user sees whole, at least as counts. To a building lead its report is as if it did not exist."""
    return get_visible(Compound.objects.filter(pk__in=user.access.whole_compounds), user, pk=pk)


@require_safe
def home(request):
    """One's own compound, or several side by side."""
    access = request.user.access
    if len(access.whole_compounds) == 1 and access.steward:
        return redirect("reports:daily", next(iter(access.whole_compounds)))
    if not access.whole_compounds and len(access.lead_compounds) == 1:
        return redirect("reports:tonight", next(iter(access.lead_compounds)))
    now = timezone.now()
    context = {
        "rows": read_overview(request.user, now),
        "labels": [figures()[key].label for key in COLUMNS],
        "led": Compound.objects.filter(pk__in=access.lead_compounds),
        "now": now,
    }
    return render(request, "reports/home.html", context)


@require_safe
def daily(request, pk):
    compound = get_whole(request.user, pk)
    return render(request, "reports/daily.html", daily_context(request.user, compound, FreezeForm()))


def daily_context(user, compound, form):
    now = timezone.now()
    keeps = compound.pk in user.access.steward
    reading, previous = read_now(compound, now)
    versions = list(compound.daily_reports.filter(day=reading.span.day).select_related("by").defer("body"))
    before = compound.daily_reports.filter(day__lt=reading.span.day).latest().select_related("by").defer("body")
    plan = ReportPlan.objects.filter(compound=compound).first()
    return {
        "compound": compound,
        "reading": reading,
        "previous": previous,
        "parts": parts_of(reading.body, before=previous.body if previous else None, exact=keeps),
        "tables": tables_of(reading.body, exact=keeps),
        "versions": versions,
        "earlier": before[:SHOWN_DAYS],
        "deadline": deadline_of(plan, bool(versions), now),
        "plan": plan,
        "keeps": keeps,
        "form": form,
    }


@require_POST
def freeze(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = FreezeForm(request.POST)
    if form.is_valid():
        try:
            report = freeze_report(compound=compound, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Frozen. These figures do not change any more."))
            return redirect(report)
        except ReportError as error:
            form.add_error("reason", str(error))
    return render(request, "reports/daily.html", daily_context(request.user, compound, form), status=422)


@form_page
def deadline(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    plan = ReportPlan.objects.filter(compound=compound).first() or ReportPlan(compound=compound)
    form = DeadlineForm(request.POST or None, instance=plan)
    if request.method == "POST" and form.is_valid():
        set_deadline(compound=compound, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("reports:daily", pk)
    context = {"compound": compound, "form": form}
    return render(request, "reports/deadline.html", context, status=422 if form.errors else 200)


@require_safe
def report(request, pk):
    frozen = get_visible(REPORTS, request.user, pk=pk)
    keeps = frozen.compound_id in request.user.access.steward
    previous = previous_report(frozen.compound, frozen.day)
    forms = FormSheet.objects.filter(compound=frozen.compound_id, mappings__isnull=False).in_use().distinct()
    context = {
        "report": frozen,
        "previous": previous,
        "parts": parts_of(frozen.body, before=previous.body if previous else None, exact=keeps),
        "tables": tables_of(frozen.body, exact=keeps),
        "versions": list(frozen.compound.daily_reports.filter(day=frozen.day).defer("body")),
        "forms": list(forms.defer("content", "grid")) if keeps else [],
        "keeps": keeps,
    }
    return render(request, "reports/report.html", context)


@require_safe
def versions(request, pk, day):
    """Every version of one day side by side, the newest first."""
    try:
        asked = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    rows = list(REPORTS.visible_to(request.user).filter(compound=pk, day=asked))
    if not rows:
        raise Http404
    exact = pk in request.user.access.steward
    others = tuple(row.body for row in rows[1:])
    context = {"compound": rows[0].compound, "day": asked, "versions": rows}
    context["parts"] = parts_of(rows[0].body, others=others, exact=exact)
    return render(request, "reports/versions.html", context)


@require_safe
def bulletin(request, pk):
    frozen = get_kept(REPORTS, request.user, pk=pk)
    text = bulletin_text(
        compound=frozen.compound.name,
        day=frozen.day,
        at=frozen.at,
        body=frozen.body,
        phones=frozen.unsynced_phones,
        version=frozen.version,
    )
    return render(request, "reports/bulletin.html", {"report": frozen, "text": text})


@require_safe
def report_list(request, pk, ending):
    """Every figure a line, as a file."""
    frozen = get_visible(REPORTS, request.user, pk=pk)
    if ending not in {"xlsx", "csv"}:
        raise Http404
    exact = frozen.compound_id in request.user.access.steward
    buildings, rows = rows_of(frozen.body, exact=exact)
    header = [_("Figure"), _("Unit"), _("all"), *buildings]
    subject = f"report {frozen.pk}: figures"
    return send_table(request, frozen.compound, subject, str(frozen), ending, (header, rows, _("Figures")))


# --- Tonight ------------------------------------------------------------------------------------------


@require_safe
def tonight(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    night = read_night(compound, request.user)
    sheets = read_sheets(night)
    _note_look(request.user, compound, sheets)
    can_take = {sheet.name: _may_take(request.user, compound, sheet.name) for sheet in sheets}
    shown = [(sheet, can_take[sheet.name]) for sheet in sheets]
    context = {"compound": compound, "night": night, "sheets": shown, "now": timezone.now()}
    return render(request, "reports/tonight.html", context)


def _note_look(user, compound, sheets) -> None:
    for sheet in sheets:
        if sheet.is_restricted and sheet.rows:
            AccessRecord.objects.create(
                user=user,
                compound=compound,
                deed=AccessRecord.Deed.LOOK,
                subject=f"evening sheet: {sheet.name}",
                row_count=len(sheet.rows),
            )


def _may_take(user, compound, name: str) -> bool:
    """An officer takes no list of the evening; what is restricted is a steward's."""
    access = user.access
    return compound.pk in access.steward or (name != "restricted" and compound.pk in access.lead_compounds)


@require_safe
def tonight_list(request, pk, what, ending):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    if what not in NAMES or ending not in {"xlsx", "csv"}:
        raise Http404
    if not _may_take(request.user, compound, what):
        raise PermissionDenied
    sheet = next((sheet for sheet in read_sheets(read_night(compound, request.user)) if sheet.name == what), None)
    if sheet is None:
        raise Http404
    table = (sheet.header, sheet.rows, sheet.title)
    return send_table(request, compound, f"evening sheet: {what}", compound.name, ending, table)
