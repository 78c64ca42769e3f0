"""The desk: a round's entrances, the plan, one entrance's queue and its disinfection log."""

from __future__ import annotations

import csv
import io

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifts.forms import PlanForm, RideSettingsForm
from lifts.models import CallDown, CallDownPlan, Disinfection, RideStep
from lifts.queue import behind, newest_forecast, read_places, read_queue
from lifts.riding import LiftError, waits_for
from lifts.services import (
    PlanTable,
    change_settings,
    end_call_down,
    keep_plan,
    let_go_ahead,
    resume_call_down,
    work_out,
)
from residents.access import get_kept, get_visible
from residents.listing import listed
from rounds.models import Assignment, Round

form_page = require_http_methods(["GET", "HEAD", "POST"])
CALL_DOWNS = CallDown.objects.select_related("building", "plan__round__compound")
FORMULA_START = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@require_safe
def round_page(request, pk):
    """Every entrance of the round with what is left, the pace and how far it is from the plan."""
    round = get_visible(Round.objects.select_related("compound"), request.user, pk=pk)
    places = read_places(CallDown.objects.visible_to(request.user).filter(plan__round=round))
    for place in places:
        place.can_run = request.user.access.keeps(place.call_down.building)
    context = {
        "round": round,
        "places": places,
        "plan": CallDownPlan.objects.filter(round=round).first(),
        "can_keep": round.compound_id in request.user.access.steward,
        "now": timezone.now(),
    }
    return render(request, "lifts/round.html", context)


@form_page
def plan(request, pk):
    """What would it take? `Work out` asks and changes nothing; `Keep` writes the plan and makes the queues."""
    round = get_kept(Round.objects.select_related("compound", "call_down_plan"), request.user, pk=pk)
    form = PlanForm(request.POST or None, round=round, initial=PlanForm.start_of(round))
    table = None
    if request.method == "POST" and form.is_valid():
        if "keep" in request.POST:
            try:
                keep_plan(round=round, by=request.user, **form.cleaned_data)
                messages.success(request, _("The plan is kept and the queues are ready."))
                return redirect("lifts:round", round.pk)
            except LiftError as error:
                form.add_error(None, str(error))
        else:
            table = _table(round, form.cleaned_data)
    context = {"round": round, "form": form, "table": table}
    return render(request, "lifts/plan.html", context, status=422 if form.errors else 200)


def _table(round: Round, told: dict) -> PlanTable:
    told = dict(told)
    outer = {name: told.pop(name) for name in ("buildings", "starts_at", "finish_by", "lift_count", "skip")}
    gap = told.pop("gap_seconds")
    return work_out(round=round, settings=CallDown(**told), gap_seconds=gap, **outer)


@require_safe
def call_down(request, pk):
    row = get_visible(CALL_DOWNS, request.user, pk=pk)
    queue = read_queue(row)
    forecast = newest_forecast(row)
    parts = Assignment.objects.active().filter(round=row.plan.round_id, building=row.building_id)
    parts = list(parts.select_related("volunteer"))
    for turn in queue.at_home:
        turn.visit.walker = listed(part.volunteer.name for part in parts if part.holds(turn.visit))
    access = request.user.access
    context = {
        "call_down": row,
        "round": row.plan.round,
        "queue": queue,
        "forecast": forecast,
        "behind": behind(forecast, queue.ends_at),
        "waits_for": waits_for(row),
        "together": RideStep.objects.filter(turn__call_down=row, step="together", undone_by=None).select_related(
            "turn__visit", "ride__turn__visit", "ride__lift"
        ),
        "can_run": access.keeps(row.building),
        "can_keep": row.building.compound_id in access.steward,
    }
    return render(request, "lifts/call_down.html", context)


@form_page
def settings(request, pk):
    row = get_kept(CALL_DOWNS, request.user, pk=pk)
    form = RideSettingsForm(request.POST or None, initial=RideSettingsForm.values_of(row))
    if request.method == "POST" and form.is_valid():
        change_settings(call_down=row, **form.cleaned_data)
        return redirect(row)
    context = {"call_down": row, "form": form}
    return render(request, "lifts/settings.html", context, status=422 if form.errors else 200)


@require_POST
def end(request, pk):
    return _deed(request, pk, end_call_down, _("Nobody is called any more."))


@require_POST
def resume(request, pk):
    return _deed(request, pk, resume_call_down, _("Calling goes on."))


def _deed(request, pk, service, done: str):
    row = get_kept(CALL_DOWNS, request.user, pk=pk)
    try:
        service(call_down=row)
        messages.success(request, done)
    except LiftError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def go_ahead(request, pk):
    """Before its group, or no longer: the whole round's business, so a steward's."""
    row = get_kept(CALL_DOWNS, request.user, pk=pk)
    get_kept(Round.objects, request.user, pk=row.plan.round_id)
    let_go_ahead(call_down=row, goes_ahead=not row.goes_ahead)
    return redirect(row)


# --- The disinfection log -------------------------------------------------------------------------------


def _log_of(row: CallDown):
    return Disinfection.objects.filter(call_down=row).select_related("by", "step__undone_by").order_by("started_at")


@require_safe
def log(request, pk):
    row = get_visible(CALL_DOWNS, request.user, pk=pk)
    page = Paginator(_log_of(row), 200).get_page(request.GET.get("page"))
    return render(request, "lifts/log.html", {"call_down": row, "round": row.plan.round, "page": page})


@require_safe
def log_csv(request, pk):
    """Places, times and who sprayed; of residents it holds nothing."""
    row = get_visible(CALL_DOWNS, request.user, pk=pk)
    out = io.StringIO("\ufeff")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    times_of = [pgettext("lifts", "Began"), pgettext("lifts", "Ended"), _("Safe again at")]
    writer.writerow([pgettext("lifts", "Place"), _("Disinfectant"), _("Strength"), *times_of, _("By"), _("Remark")])
    for line in _log_of(row):
        times = [timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") for at in (line.started_at, line.ended_at)]
        safe_at = timezone.localtime(line.safe_at).strftime("%Y-%m-%d %H:%M:%S")
        remark = _("taken back") if hasattr(line.step, "undone_by") else ""
        cells = [line.place, line.agent, line.strength, *times, safe_at, str(line.by), remark]
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA_START) else cell for cell in cells])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{row.place}-{_('disinfection log')}.csv".replace(" ", "-")
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response
