"""Lists of results: brought, previewed, applied or set aside; and the results nobody could be matched to."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept
from residents.roster.words import RosterError
from rounds.models import Round
from testing_rounds.labs import (
    LabError,
    ReviewError,
    apply_list,
    discard_list,
    dismiss_result,
    place_result,
    preview_list,
    reason_of,
    suggest_people,
    tell_line,
    tell_unplaced,
)
from testing_rounds.models import LabLine, LabList, UnplacedResult
from testing_rounds.result_forms import DecideForm, LabForm
from testing_rounds.result_tables import log_look
from testing_rounds.results import ResultError

form_page = require_http_methods(["GET", "HEAD", "POST"])
PAGE = 100
LISTS = LabList.objects.select_related("test_round__round__compound", "uploaded_by", "applied_by")
# What a person has to look at comes first.
URGENCY = Case(
    When(verdict=LabLine.Verdict.REFUSED, then=Value(0)),
    When(verdict=LabLine.Verdict.REVIEW, then=Value(1)),
    When(reason="corrects", then=Value(2)),
    When(verdict=LabLine.Verdict.KNOWN, then=Value(4)),
    default=Value(3),
    output_field=IntegerField(),
)


@form_page
def lab_add(request, pk):
    tests = Round.objects.filter(kind__in=Round.Kind.tests()).exclude(state="draft")
    round = get_kept(tests.select_related("compound", "test_round"), request.user, pk=pk)
    form = LabForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload, text = form.cleaned_data["upload"], form.cleaned_data["text"]
        try:
            lab_list = preview_list(
                test_round=round.test_round,
                by=request.user,
                text=text,
                content=upload.read() if upload else b"",
                file_name=upload.name if upload else "",
                source=form.cleaned_data["source"],
            )
            return redirect(lab_list)
        except (LabError, RosterError) as error:
            form.add_error("upload" if upload and not text.strip() else "text", str(error))
    context = {"round": round, "form": form}
    return render(request, "testing_rounds/lab_add.html", context, status=422 if form.errors else 200)


@require_safe
def lab(request, pk):
    lab_list = get_kept(LISTS, request.user, pk=pk)
    lines = lab_list.lines.annotate(urgency=URGENCY).order_by("urgency", "row")
    shown = request.GET.get("show", "")
    if shown in LabLine.Verdict.values:
        lines = lines.filter(verdict=shown)
    page = Paginator(lines.select_related("tube", "person__visit__building"), PAGE).get_page(request.GET.get("page"))
    for line in page:
        line.told = tell_line(line)
        line.sentence = reason_of(line, line.told)
    round = lab_list.test_round.round
    log_look(user=request.user, round=round, subject=f"list of results {lab_list.pk}", rows=len(page))
    counts = lab_list.findings.get("counts", {})
    context = {
        "lab_list": lab_list,
        "round": round,
        "page": page,
        "shown": shown,
        "counts": [(kind, kind.label, counts.get(kind.value, 0)) for kind in LabLine.Verdict],
        "does_something": any(counts.get(kind, 0) for kind in ("tube", "person", "review")),
        "has_left_over": any(counts.get(kind, 0) for kind in ("refused", "review")) and lab_list.state != "discarded",
        "keep": f"show={shown}&" if shown in LabLine.Verdict.values else "",
    }
    return render(request, "testing_rounds/lab.html", context)


@require_POST
def lab_apply(request, pk):
    lab_list = get_kept(LISTS, request.user, pk=pk)
    try:
        apply_list(lab_list=lab_list, by=request.user)
        messages.success(request, _("The list is applied, whole as you saw it."))
    except (LabError, ResultError) as error:
        messages.error(request, str(error))
        return redirect(lab_list)
    return redirect("testing_rounds:results", lab_list.test_round.round_id)


@require_POST
def lab_discard(request, pk):
    lab_list = get_kept(LISTS, request.user, pk=pk)
    try:
        discard_list(lab_list=lab_list)
        messages.success(request, _("The list is set aside; nothing of it was applied."))
    except LabError as error:
        messages.error(request, str(error))
    return redirect("testing_rounds:results", lab_list.test_round.round_id)


# --- Results for nobody expected ------------------------------------------------------------------

UNPLACED = UnplacedResult.objects.select_related("test_round__round__compound", "entered_by", "decided_by", "lab_list")


@require_safe
def unplaced(request):
    if not request.user.access.steward:
        raise PermissionDenied
    rows = UNPLACED.kept_by(request.user)
    page = Paginator(rows.waiting(), 50).get_page(request.GET.get("page"))
    decided = list(rows.exclude(decision="").order_by("-decided_at")[:20])
    for row in [*page, *decided]:
        row.line = tell_unplaced(row)
    return render(request, "testing_rounds/lab_review.html", {"page": page, "decided": decided})


@form_page
def unplaced_decide(request, pk):
    row = get_kept(UNPLACED, request.user, pk=pk)
    round = row.test_round.round
    form = DecideForm(request.POST or None, round=round)
    if request.method == "POST" and form.is_valid():
        person, note = form.cleaned_data["person"], form.cleaned_data["note"]
        try:
            if person:
                place_result(row=row, person=person, by=request.user, note=note)
            else:
                dismiss_result(row=row, by=request.user, note=note)
            messages.success(request, _("Decided."))
            return redirect("testing_rounds:unplaced")
        except (ReviewError, ResultError) as error:
            form.add_error(None, str(error))
    context = {"row": row, "line": tell_unplaced(row), "round": round, "form": form, "people": suggest_people(row)}
    return render(request, "testing_rounds/lab_decide.html", context, status=422 if form.errors else 200)
