"""Recalls and the people held because of them. Leads see their own house: who stays in, never why beyond that."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from residents.access import get_kept, get_visible
from residents.models import Building
from rounds.models import Assignment, Round
from rounds.services import RoundError
from testing_rounds.hold_tables import count_holds, holds_of_round, open_holds
from testing_rounds.models import Hold
from testing_rounds.recall import HoldError, assign_recall, release_hold
from testing_rounds.result_forms import RecallAssignForm, ReleaseHoldForm
from testing_rounds.result_tables import log_look

form_page = require_http_methods(["GET", "HEAD", "POST"])
TESTS = (
    Round.objects.filter(kind__in=Round.Kind.tests())
    .exclude(state="draft")
    .select_related("compound", "test_round__recalls__test_round__round")
)


@form_page
def recall(request, pk):
    """Of a recall: its doors and who walks them. Of another round: everybody held because of its tubes."""
    round = get_visible(TESTS, request.user, pk=pk)
    access = request.user.access
    buildings = Building.objects.visible_to(request.user).filter(rounds=round)
    is_steward = round.compound_id in access.steward
    own = buildings if is_steward else buildings.filter(pk__in=access.lead_buildings)
    form = None
    if round.kind == Round.Kind.RECALL and own.exists():
        form = RecallAssignForm(request.POST or None, round=round, buildings=own)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                assign_recall(round=round, by=request.user, **form.cleaned_data)
                messages.success(request, _("Assigned: the doors are on the volunteer's phone."))
                return redirect("testing_rounds:recall", round.pk)
            except RoundError as error:
                form.add_error(None, str(error))
    holds = holds_of_round(round, own)
    if holds:
        log_look(user=request.user, round=round, subject=f"holds of round {round.pk}", rows=len(holds))
    context = {
        "round": round,
        "tube": round.test_round.recalls,
        "form": form,
        "holds": holds,
        "counts": count_holds(round, buildings),
        "parts": list(Assignment.objects.active().filter(round=round).select_related("volunteer", "building")),
        "sees_values": is_steward,
    }
    return render(request, "testing_rounds/recall.html", context, status=422 if form and form.errors else 200)


@require_safe
def holds(request):
    access = request.user.access
    if not (access.whole_compounds or access.lead_buildings):
        raise PermissionDenied
    rows = open_holds(request.user)
    page = Paginator(rows, 100).get_page(request.GET.get("page"))
    for hold in page:
        hold.can_keep = hold.tube.compound_id in access.steward
    context = {"page": page, "officer_counts": count_holds_for(request.user), "sees_values": bool(access.steward)}
    return render(request, "testing_rounds/recall_holds.html", context)


def count_holds_for(user):
    """An officer reads how many, building by building, and no name."""
    only_counts = user.access.officer - user.access.steward
    return count_holds(None, Building.objects.filter(compound__in=only_counts)) if only_counts else []


@form_page
def hold_release(request, pk):
    hold = get_kept(
        Hold.objects.select_related("person__visit__building", "tube__test_round__round", "recalled_as"),
        request.user,
        pk=pk,
    )
    form = ReleaseHoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            release_hold(hold=hold, by=request.user, **form.cleaned_data)
            messages.success(request, _("The hold has ended."))
            return redirect("testing_rounds:holds")
        except HoldError as error:
            form.add_error(None, str(error))
    context = {"hold": hold, "form": form}
    return render(request, "testing_rounds/recall_release.html", context, status=422 if form.errors else 200)
