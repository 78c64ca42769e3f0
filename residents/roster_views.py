"""A roster's way in two clicks: upload, look at the preview, apply."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept
from residents.models import Compound, RosterImport
from residents.roster import preview
from residents.roster.forms import RosterForm
from residents.roster.jobs import discard_roster, is_stuck, queue_roster, submit_roster
from residents.roster.words import RosterStateError


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
        "file": preview.describe_file(roster),
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
        queue_roster(roster_import=roster, by=request.user)
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


def _get_import(user, pk) -> RosterImport:
    """Without the file: it is large, and no page shows it."""
    rows = RosterImport.objects.kept_by(user).defer("content").select_related("compound")
    return get_object_or_404(rows, pk=pk)
