"""Results at the desk. Stewards see values; a building lead sees who was told of and who is held, and tells results
of their own house; an officer sees counts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from residents.access import get_kept, get_visible
from residents.models import Building
from rounds.models import Round, Visit
from testing_rounds.models import ExpectedPerson, ResultSource, Tube
from testing_rounds.result_forms import OF_LEADS, OF_TUBES, ResultForm, StairwellForm, facts_to_correct
from testing_rounds.result_tables import count_results, doors_with_results, facts_about, log_look, open_questions
from testing_rounds.results import ResultError, record_tube_result, tell_result
from testing_rounds.stairwell import StairwellError, look_at_stairwell, tell_stairwell

form_page = require_http_methods(["GET", "HEAD", "POST"])
TESTS = Round.objects.filter(kind__in=Round.Kind.tests()).exclude(state="draft").select_related("compound")


@require_safe
def results(request, pk):
    round = get_visible(TESTS, request.user, pk=pk)
    buildings = list(Building.objects.visible_to(request.user).filter(rounds=round))
    rows, total = count_results(round, buildings)
    can_keep = round.compound_id in request.user.access.steward
    context = {
        "round": round,
        "rows": rows,
        "total": total,
        "can_keep": can_keep,
        "sees_values": round.compound_id in request.user.access.whole_compounds,
        "can_tell": can_keep or bool(request.user.access.lead_buildings),
        "questions": open_questions(round) if can_keep else None,
        "unplaced_count": round.test_round.unplaced_results.waiting().count() if can_keep else 0,
        "lists": list(round.test_round.lab_lists.select_related("uploaded_by")[:10]) if can_keep else [],
    }
    return render(request, "testing_rounds/results.html", context)


def _get_building(request, pk, building_pk) -> tuple[Round, Building]:
    """Rooms with results: of a steward, or of the lead of this house."""
    building = get_visible(Building.objects.filter(rounds=pk), request.user, pk=building_pk)
    round = get_visible(TESTS, request.user, pk=pk)
    if not request.user.access.keeps(building):
        raise PermissionDenied
    return round, building


@require_safe
def results_building(request, pk, building_pk):
    round, building = _get_building(request, pk, building_pk)
    doors = doors_with_results(round, building)
    log_look(
        user=request.user,
        round=round,
        subject=f"results of round {round.pk}, building {building.pk}",
        rows=sum(len(door.people) for door in doors),
    )
    context = {
        "round": round,
        "building": building,
        "doors": doors,
        "sees_values": round.compound_id in request.user.access.steward,
    }
    return render(request, "testing_rounds/results_building.html", context)


# --- One person, one tube ---------------------------------------------------------------------------


def _get_person(request, pk) -> ExpectedPerson:
    visits = Visit.objects.visible_to(request.user)
    people = ExpectedPerson.objects.filter(visit__in=visits, visit__round__in=TESTS)
    person = get_object_or_404(people.select_related("visit__round__compound", "visit__building"), pk=pk)
    if not request.user.access.keeps(person.visit.building):
        raise PermissionDenied
    return person


@form_page
def result_person(request, pk):
    person = _get_person(request, pk)
    round = person.visit.round
    is_steward = round.compound_id in request.user.access.steward
    facts = facts_to_correct(person)
    facts = facts if is_steward else facts.filter(entered_by=request.user)
    sources = tuple(ResultSource) if is_steward else OF_LEADS
    form = ResultForm(request.POST or None, facts=facts, sources=sources)
    if request.method == "POST" and form.is_valid():
        try:
            tell_result(person=person, by=request.user, **form.cleaned_data)
            messages.success(request, _("The result is on record."))
            return redirect("testing_rounds:result_person", person.pk)
        except ResultError as error:
            form.add_error(None, str(error))
    if is_steward and request.method == "GET":
        log_look(user=request.user, round=round, subject=f"results of expected person {person.pk}", rows=1)
    lines = [line for line in facts_about(person) if is_steward or line.fact.entered_by_id == request.user.pk]
    holds = list(person.holds.select_related("tube", "recalled_as__visit", "released_by"))
    context = {
        "person": person,
        "round": round,
        "form": form,
        "lines": lines,
        "holds": holds,
        "sees_values": is_steward,
    }
    return render(request, "testing_rounds/result_person.html", context, status=422 if form.errors else 200)


@form_page
def tube_result(request, pk):
    tube = get_kept(Tube.objects.select_related("test_round__round__compound", "compound"), request.user, pk=pk)
    form = ResultForm(request.POST or None, facts=facts_to_correct(tube), sources=OF_TUBES)
    if request.method == "POST" and form.is_valid():
        try:
            record_tube_result(tube=tube, by=request.user, **form.cleaned_data)
            tube.refresh_from_db(fields=["result"])
            messages.success(request, _told_of_tube(tube))
            return redirect("testing_rounds:tube_result", tube.pk)
        except ResultError as error:
            form.add_error(None, str(error))
    context = {
        "tube": tube,
        "round": tube.test_round.round,
        "form": form,
        "facts": list(tube.results.select_related("entered_by", "corrected_by").order_by("-told_at", "-pk")),
        "people_count": tube.swabs.filter(voided_at=None).count(),
        "held_count": tube.holds.open().count(),
        "recall": getattr(tube, "recall", None),
    }
    return render(request, "testing_rounds/result_tube.html", context, status=422 if form.errors else 200)


def _told_of_tube(tube: Tube) -> str:
    held = tube.holds.open().count()
    if not held:
        return _("The result is on record. Nobody is held because of this tube.")
    text = ngettext("%(count)s person is held because of it.", "%(count)s people are held because of it.", held)
    return _("The result is on record.") + " " + text % {"count": held}


# --- All negative except … --------------------------------------------------------------------------


@form_page
def all_negative(request, pk):
    """The first post counts, the second, with the count's fingerprint, tells."""
    round = get_visible(TESTS.exclude(kind=Round.Kind.ANTIGEN), request.user, pk=pk)
    access = request.user.access
    buildings = Building.objects.visible_to(request.user).filter(rounds=round)
    is_steward = round.compound_id in access.steward
    if not is_steward and not buildings.filter(pk__in=access.lead_buildings).exists():
        raise PermissionDenied
    form = StairwellForm(
        request.POST or None,
        buildings=buildings if is_steward else buildings.filter(pk__in=access.lead_buildings),
        sources=tuple(ResultSource) if is_steward else OF_LEADS[:1],
        initial={"building": request.GET.get("building"), "source": ResultSource.LEAD},
    )
    found = None
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        source = given.pop("source")
        try:
            found = look_at_stairwell(round=round, **given)
            if digest := request.POST.get("digest", ""):
                count = tell_stairwell(found=found, digest=digest, source=source, by=request.user)
                text = ngettext("%(count)s person is told negative.", "%(count)s people are told negative.", count)
                messages.success(request, text % {"count": count})
                return redirect("testing_rounds:results_building", round.pk, given["building"].pk)
        except (StairwellError, ResultError) as error:
            form.add_error("rooms" if found is None else None, str(error))
    context = {"round": round, "form": form, "found": found}
    return render(request, "testing_rounds/result_stairwell.html", context, status=422 if form.errors else 200)
