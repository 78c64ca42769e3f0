"""An antigen round at the desk: its form, its figures, a lead's page for those without a phone, who is overdue."""

from __future__ import annotations

import hashlib
from itertools import groupby
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Building, Compound
from rounds.models import Round, Visit
from rounds.services import RoundError
from testing_rounds.answers import AnswerError, look_at_question, open_questions
from testing_rounds.antigen import (
    AntigenError,
    change_antigen_round,
    create_antigen_round,
    record_chase,
    source_of,
    tell_all_negative,
    tell_household,
)
from testing_rounds.antigen_forms import AntigenRoundForm, ChaseForm
from testing_rounds.antigen_picture import draw_picture
from testing_rounds.antigen_stats import AntigenStats, PersonLine, is_past, lines_of, read_overdue, read_stats
from testing_rounds.models import AnswerQuestion, Chase
from testing_rounds.recheck import open_rechecks
from testing_rounds.results import ResultError

PAGE = 60
ROUNDS = Round.objects.filter(kind=Round.Kind.ANTIGEN).select_related("compound", "test_round")
OPENED = ROUNDS.exclude(state=Round.State.DRAFT)
VISITS = Visit.objects.filter(round__kind=Round.Kind.ANTIGEN).select_related("round__test_round", "building")
form_page = require_http_methods(["GET", "HEAD", "POST"])


# --- The round ------------------------------------------------------------------------------------


@form_page
def add(request, compound_pk):
    compound = get_kept(Compound.objects, request.user, pk=compound_pk)
    form = AntigenRoundForm(request.POST or None, compound=compound)
    if request.method == "POST" and form.is_valid():
        return redirect(create_antigen_round(compound=compound, **form.cleaned_data).round)
    context = {"form": form, "compound": compound}
    return render(request, "testing_rounds/antigen_form.html", context, status=422 if form.errors else 200)


@form_page
def edit(request, pk):
    round = get_kept(ROUNDS, request.user, pk=pk)
    initial = {
        "title": round.title,
        "starts_at": round.starts_at,
        "ends_at": round.ends_at,
        "buildings": list(round.buildings.values_list("pk", flat=True)),
        "posts_first": round.posts_first,
        "feedback_until": round.test_round.feedback_until,
        "instructions": round.test_round.instructions,
    }
    form = AntigenRoundForm(request.POST or None, compound=round.compound, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_antigen_round(test_round=round.test_round, **form.cleaned_data)
            return redirect(round)
        except RoundError as error:
            form.add_error(None, str(error))
    context = {"form": form, "round": round, "compound": round.compound}
    return render(request, "testing_rounds/antigen_form.html", context, status=422 if form.errors else 200)


# --- How far it is --------------------------------------------------------------------------------


def _stats(request, round: Round) -> AntigenStats:
    return read_stats(round, Building.objects.visible_to(request.user))


def _stats_context(request, stats: AntigenStats) -> dict:
    access = request.user.access
    keeps = [row.building.pk for row in stats.rows if access.keeps(row.building)]
    return {
        "round": stats.round,
        "stats": stats,
        "keeps": keeps,
        "keeps_all": len(keeps) == len(stats.rows),
        "can_keep": stats.round.compound_id in access.steward,
    }


def _get_opened(request, pk: int) -> Round:
    """The round with `recheck_pk`: where its positives are asked for single tubes, as far as the reader may look."""
    rechecks = open_rechecks(OuterRef("compound")).visible_to(request.user).order_by("-pk")
    return get_visible(OPENED.annotate(recheck_pk=Subquery(rechecks.values("pk")[:1])), request.user, pk=pk)


def _etag(request, stats: AntigenStats) -> str:
    parts = (stats.round.pk, stats.fingerprint(), request.user.pk, get_language())
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


@require_safe
def antigen(request, pk):
    stats = _stats(request, _get_opened(request, pk))
    context = _stats_context(request, stats) | {"etag": _etag(request, stats)}
    return render(request, "testing_rounds/antigen.html", context)


@require_safe
def antigen_live(request, pk):
    """The moving part. What is counted is read each time: the answer is short, and never older than the facts."""
    stats = _stats(request, _get_opened(request, pk))
    etag = _etag(request, stats)
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(request, "testing_rounds/_antigen_stats.html", _stats_context(request, stats))
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache, private"
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
def antigen_picture(request, pk):
    """For the chat group: counts by building, no door, no person, no small number of positives."""
    round = get_visible(OPENED, request.user, pk=pk)
    response = HttpResponse(draw_picture(_stats(request, round), timezone.localtime()), content_type="image/svg+xml")
    response["Cache-Control"] = "no-store, private"
    return response


# --- For those without a phone --------------------------------------------------------------------


class Door(NamedTuple):
    visit: Visit
    people: list[PersonLine]
    due_count: int  # with a kit and nothing told


class Floor(NamedTuple):
    entrance: str
    floor: int
    doors: list[Door]
    due_count: int


def _kept_building(request, round: Round, building_pk: int) -> Building:
    """Of stewards and of its own lead; 403 for who may only look."""
    building = get_object_or_404(Building.objects.visible_to(request.user).filter(rounds=round), pk=building_pk)
    if not request.user.access.keeps(building):
        raise PermissionDenied
    return building


def _floors(round: Round, building: Building) -> list[Floor]:
    visits = list(Visit.objects.filter(round=round, building=building).top_down())
    lines = lines_of(visits, is_past(round, timezone.now()))
    floors = []
    for (entrance, number), some in groupby(visits, key=lambda visit: (visit.entrance, visit.floor)):
        doors = [Door(visit, lines[visit.pk], sum(line.has_kit_untold for line in lines[visit.pk])) for visit in some]
        floors.append(Floor(entrance, number, doors, sum(door.due_count for door in doors)))
    return floors


def _building_page(request, round: Round, building: Building, status: int = 200, error: str = ""):
    floors = _floors(round, building)
    entrances = sorted({floor.entrance for floor in floors})
    context = {
        "round": round,
        "building": building,
        "floors": floors,
        "entrances": [(name, sum(f.due_count for f in floors if f.entrance == name)) for name in entrances],
        "due_count": sum(floor.due_count for floor in floors),
        "can_tell": round.state in {Round.State.OPEN, Round.State.CLOSED},
        "questions": open_questions(Visit.objects.filter(round=round, building=building)),
        "error": error,
    }
    return render(request, "testing_rounds/antigen_building.html", context, status=status)


@require_safe
def antigen_building(request, pk, building_pk):
    round = get_visible(OPENED, request.user, pk=pk)
    return _building_page(request, round, _kept_building(request, round, building_pk))


def _get_kept_visit(request, pk) -> Visit:
    visit = get_visible(VISITS, request.user, pk=pk)
    if not request.user.access.keeps(visit.building):
        raise PermissionDenied
    return visit


def read_answers(posted) -> dict[int, str]:
    """`person-<number>` -> what the test shows; people left out are not spoken of."""
    answers = {}
    for name, value in posted.items():
        number = name.removeprefix("person-")
        if name.startswith("person-") and number.isascii() and number.isdigit() and len(number) < 5 and value:
            answers[int(number)] = value
    return answers


def _place_of(visit: Visit) -> str:
    return reverse("testing_rounds:antigen_building", args=[visit.round_id, visit.building_id]) + f"#v{visit.pk}"


@require_POST
def antigen_tell(request, pk):
    """What one household said, told by the lead or at the desk."""
    visit = _get_kept_visit(request, pk)
    try:
        told = tell_household(
            visit=visit,
            answers=read_answers(request.POST),
            source=source_of(request.user, visit.building),
            by=request.user,
        )
    except (AntigenError, ResultError) as error:
        round = ROUNDS.get(pk=visit.round_id)
        return _building_page(request, round, visit.building, status=422, error=str(error))
    if told.positives:
        messages.warning(
            request,
            _("A positive antigen test is not a diagnosis: a single-tube PCR at the door is listed. They stay home."),
        )
    else:
        messages.success(request, _("Told for %(room)s.") % {"room": visit.full_room})
    return redirect(_place_of(visit))


@require_POST
def antigen_all_negative(request, pk, building_pk):
    """For one household, one floor, one entrance or the building: who has a kit and has told nothing."""
    round = get_visible(OPENED, request.user, pk=pk)
    building = _kept_building(request, round, building_pk)
    visits = Visit.objects.filter(round=round, building=building)
    for name in ("visit", "floor", "entrance"):
        if name in request.POST:
            visits = _narrow(visits, name, request.POST[name])
    try:
        count = tell_all_negative(round=round, visits=visits, source=source_of(request.user, building), by=request.user)
    except (AntigenError, ResultError) as error:
        return _building_page(request, round, building, status=422, error=str(error))
    text = ngettext("Negative told for %(n)s person.", "Negative told for %(n)s people.", count)
    messages.success(request, text % {"n": count})
    visit = request.POST.get("visit", "")
    place = reverse("testing_rounds:antigen_building", args=[round.pk, building.pk])
    return redirect(f"{place}#v{visit}" if visit.isdigit() else place)


@require_POST
def antigen_question(request, pk):
    """Somebody has looked at what a tap at a door told that cannot be."""
    row = get_visible(AnswerQuestion.objects.select_related("mark__visit__building"), request.user, pk=pk)
    visit = row.mark.visit
    if not request.user.access.keeps(visit.building):
        raise PermissionDenied
    try:
        look_at_question(question=row, by=request.user)
        messages.success(request, _("Noted for %(room)s.") % {"room": visit.full_room})
    except AnswerError as error:
        messages.error(request, str(error))
    return redirect(_place_of(visit))


def _narrow(visits, name: str, text: str):
    if name == "entrance":
        return visits.filter(entrance=text.replace("\x00", ""))
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
        return visits.none()
    return visits.filter(pk=int(text)) if name == "visit" else visits.filter(floor=int(text))


# --- Overdue --------------------------------------------------------------------------------------


def _overdue_buildings(request, round: Round):
    """Of which somebody may chase: a steward all, a lead their own; 403 for who may only look."""
    access = request.user.access
    buildings = Building.objects.filter(rounds=round)
    if round.compound_id in access.steward:
        return buildings
    if not buildings.filter(pk__in=access.lead_buildings).exists():
        raise PermissionDenied
    return buildings.filter(pk__in=access.lead_buildings)


@require_safe
def antigen_overdue(request, pk):
    round = get_visible(OPENED, request.user, pk=pk)
    doors = read_overdue(round, _overdue_buildings(request, round))
    context = {
        "round": round,
        "page": Paginator(doors, PAGE).get_page(request.GET.get("page")),
        "people_count": sum(len(door.people) for door in doors),
        "knock_count": sum(door.next_step == Chase.Step.KNOCKED for door in doors),
        "is_past": is_past(round, timezone.now()),
    }
    return render(request, "testing_rounds/antigen_overdue.html", context)


@require_safe
def antigen_knocks(request, pk):
    """The doors to knock at, on paper. Who printed is on record."""
    round = get_visible(OPENED, request.user, pk=pk)
    doors = [
        door
        for door in read_overdue(round, _overdue_buildings(request, round))
        if door.next_step == Chase.Step.KNOCKED or "all" in request.GET
    ]
    AccessRecord.objects.create(
        user=request.user,
        compound=round.compound,
        deed=AccessRecord.Deed.PRINT,
        subject=f"round {round.pk}: doors to knock at",
        row_count=len(doors),
    )
    groups = [(building, list(some)) for building, some in groupby(doors, key=lambda door: door.visit.building)]
    return render(request, "testing_rounds/antigen_knocks.html", {"round": round, "groups": groups})


@require_POST
def antigen_chase(request, pk):
    visit = _get_kept_visit(request, pk)
    form = ChaseForm(request.POST)
    place = reverse("testing_rounds:antigen_overdue", args=[visit.round_id])
    if not form.is_valid():
        messages.error(request, _("Say whether somebody called or knocked, and whether anybody was reached."))
        return redirect(place)
    try:
        record_chase(visit=visit, by=request.user, **form.cleaned_data)
        messages.success(request, _("Noted for %(room)s.") % {"room": visit.full_room})
    except AntigenError as error:
        messages.error(request, str(error))
    return redirect(f"{place}#v{visit.pk}")
