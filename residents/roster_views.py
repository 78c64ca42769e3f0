"""A roster's way in two clicks: upload, look at the preview, apply."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept
from residents.models import Compound, RosterImport, RosterLine
from residents.roster import preview
from residents.roster.asking import DecisionError
from residents.roster.deciding import decide_line, decided_count
from residents.roster.forms import RosterForm
from residents.roster.jobs import discard_roster, is_stuck, is_unsure, may_undo, queue_roster, queue_undo, submit_roster
from residents.roster.mapping import MappingError, remember_columns
from residents.roster.words import RosterStateError, RosterUnsureError
from residents.roster.writing import XLSX, export_left_out, export_roster


@require_http_methods(["GET", "HEAD", "POST"])
def roster_upload(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if form.is_valid():
        upload = form.cleaned_data["roster"]
        roster_import = submit_roster(compound=compound, file_name=upload.name, content=upload.read(), by=request.user)
        return redirect(roster_import)
    earlier = compound.roster_imports.defer("content").select_related("uploaded_by")[:20]
    context = {"compound": compound, "form": form, "earlier": earlier}
    return render(request, "residents/roster_upload.html", context, status=422 if form.errors else 200)


@require_safe
def roster_import(request, pk):
    roster = _get_import(request.user, pk)
    counts = roster.findings.get("counts", {})
    verdict = preview.choose_verdict(request.GET.get("verdict", ""), counts)
    page = Paginator(roster.lines.filter(verdict=verdict).order_by("position"), preview.PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "roster": roster,
        "is_working": roster.state in preview.WORKING,
        "is_stuck": is_stuck(roster),
        "may_undo": may_undo(roster),
        "is_unsure": is_unsure(roster),
        "kept_lines": preview.describe_kept(roster) if roster.state == RosterImport.State.UNDONE else [],
        "file": preview.describe_file(roster, decided_count(roster)),
        "tabs": preview.describe_tabs(counts, verdict),
        "verdict": verdict,
        "explained": preview.EXPLAINED[verdict],
        "nothing_here": preview.NOTHING_HERE[verdict],
        "page": page,
        "lines": preview.describe_lines(page),
    }
    return render(request, "residents/roster_import.html", context)


@require_safe
def roster_status(request, pk):
    """Small enough to be asked for every second or two: two statements besides the session's."""
    roster = _get_import(request.user, pk)
    return JsonResponse(
        {
            "state": roster.state,
            "label": str(roster.get_state_display()),
            "done": roster.done_count,
            "total": roster.total_count,
            "stuck": is_stuck(roster),
            "finished": roster.state not in preview.WORKING,
        }
    )


@require_POST
def roster_apply(request, pk):
    roster = _get_import(request.user, pk)
    try:
        queue_roster(roster_import=roster, by=request.user, reads_right="reads_right" in request.POST)
    except RosterUnsureError:
        messages.warning(request, _("Please look at the names first, and say that they read right."))
    except RosterStateError:
        messages.warning(request, _("This roster cannot be applied any more. Its state is shown below."))
    return redirect(roster)


@require_POST
def roster_discard(request, pk):
    roster = _get_import(request.user, pk)
    try:
        discard_roster(roster_import=roster)
    except RosterStateError:
        messages.warning(request, _("This roster cannot be discarded any more. Its state is shown below."))
        return redirect(roster)
    messages.success(request, _("The roster was discarded; nothing of it is kept."))
    return redirect("residents:roster_upload", roster.compound_id)


@require_POST
def roster_decide(request, pk):
    lines = RosterLine.objects.filter(roster_import__in=RosterImport.objects.kept_by(request.user))
    line = get_object_or_404(lines.select_related("roster_import"), pk=pk)
    room = request.POST.get("room", "").strip()
    key = request.POST.get("choice", "") or (f"r:{room[:58]}" if room else "")
    try:
        decide_line(line=line, key="" if "undecide" in request.POST else key)
    except DecisionError:
        messages.warning(request, _("That does not settle it: nothing was changed on this line."))
    except RosterStateError:
        messages.warning(request, _("This line cannot be decided any more."))
    return redirect(f"{line.roster_import.get_absolute_url()}?verdict=ask#line-{line.pk}")


@require_POST
def roster_columns(request, pk):
    roster = _get_import(request.user, pk)
    fields = request.POST.getlist("field")
    try:
        remember_columns(roster_import=roster, fingerprint=request.POST.get("header", ""), fields=fields)
    except MappingError as error:
        messages.warning(request, str(error))
    except RosterStateError:
        messages.warning(request, _("The file is not kept any more. Please upload it again."))
    return redirect(roster)


@require_POST
def roster_undo(request, pk):
    roster = _get_import(request.user, pk)
    try:
        queue_undo(roster_import=roster, by=request.user)
    except RosterStateError:
        messages.warning(request, _("This roster cannot be taken back any more. Its state is shown below."))
    return redirect(roster)


@require_safe
def roster_left_out(request, pk):
    roster = _get_import(request.user, pk)
    made = export_left_out(roster_import=roster, by=request.user)
    if made is None:
        messages.info(request, _("No row is left out, or the rows are not kept any more."))
        return redirect(roster)
    return _download(*made)


@require_safe
def roster_export(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    return _download(*export_roster(compound=compound, by=request.user))


def _download(file_name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name)
    response["Cache-Control"] = "no-store"
    return response


def _get_import(user, pk) -> RosterImport:
    """Without the file: it is large, and no page shows it. `has_file`: it could be read again."""
    has_file = ExpressionWrapper(~Q(content=b""), output_field=BooleanField())
    rows = RosterImport.objects.kept_by(user).annotate(has_file=has_file).defer("content").select_related("compound")
    return get_object_or_404(rows, pk=pk)
