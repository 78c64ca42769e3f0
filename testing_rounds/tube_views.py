"""Tubes at the desk: the rack of a round, one tube, and the questions that phones left about them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.models import Building
from rounds.board import LETTERS
from rounds.models import Outcome, Round, Visit
from rounds.services import RoundError
from testing_rounds.models import ExpectedPerson, SwabQuestion, TestRound, Tube
from testing_rounds.swabs import IN_TUBES
from testing_rounds.tube_forms import CodeForm, DecideForm, StepForm
from testing_rounds.tubes import (
    ASKS_WHY,
    AT_ONCE,
    COMES_FROM,
    Step,
    TubeError,
    buildings_of,
    count_tubes,
    dismiss_question,
    find_doors,
    find_tubes,
    open_tube,
    people_in,
    people_in_no_tube,
    place_question,
    step_tubes,
    swab_at_desk,
    tell_label,
)

PAGE = 50
MOST_AT_ONCE = 500
REFUSALS = (TubeError, RoundError)


def _get_round(request, pk, fetch) -> TestRound:
    """The round's tubes, for who sees the whole compound; a lead, who sees a building, gets 404."""
    rounds = Round.objects.filter(kind__in=IN_TUBES).exclude(state="draft")
    whole = rounds.filter(compound__in=request.user.access.whole_compounds)
    round = fetch(whole.select_related("compound", "test_round"), request.user, pk=pk)
    round.test_round.round = round
    return round.test_round


def _steps_from(tube: Tube) -> list[tuple[str, str]]:
    """The buttons of a tube as it is now."""
    words = {
        Step.SEALED: _("Seal"),
        Step.REOPENED: _("Open again"),
        Step.SENT: pgettext("tube", "Send"),
        Step.RECEIVED: _("Received by the laboratory"),
        Step.LOST: _("Lost or spoiled"),
    }
    return [(step, words[Step(step)]) for step, states in COMES_FROM.items() if tube.state in states]


# --- The rack -------------------------------------------------------------------------------------


@require_safe
def tubes(request, pk):
    test_round = _get_round(request, pk, get_visible)
    code, state = request.GET.get("code", "")[:40], request.GET.get("state", "")
    page = Paginator(find_tubes(test_round, code=code, state=state), PAGE).get_page(request.GET.get("page"))
    context = {
        "round": test_round.round,
        "test_round": test_round,
        "page": page,
        "counts": count_tubes(test_round),
        "code": code,
        "state": state,
        "form": CodeForm(),
        "can_keep": test_round.round.compound_id in request.user.access.steward,
    }
    return render(request, "testing_rounds/tubes.html", context)


@require_POST
def tube_open(request, pk):
    """A scanned or typed code leads to its tube; a new one is made."""
    test_round = _get_round(request, pk, get_kept)
    form = CodeForm(request.POST)
    try:
        if not form.is_valid():
            raise TubeError(_("Type or scan the code on the tube."))
        return redirect(open_tube(test_round=test_round, by=request.user, **form.cleaned_data))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("testing_rounds:tubes", test_round.round.pk)


@require_POST
def tubes_step(request, pk, step):
    """The ticked tubes go one step on together: all of them, or none."""
    test_round = _get_round(request, pk, get_kept)
    if step not in AT_ONCE:
        raise Http404
    chosen = [int(key) for key in request.POST.getlist("tube") if key.isascii() and key.isdigit() and len(key) < 19]
    try:
        ticked = Tube.objects.filter(test_round=test_round, pk__in=chosen[:MOST_AT_ONCE])
        count = len(step_tubes(tubes=ticked, step=step, by=request.user))
        text = ngettext("%(n)s tube: %(step)s.", "%(n)s tubes: %(step)s.", count)
        messages.success(request, text % {"n": count, "step": Step(step).label})
    except TubeError as error:
        messages.error(request, str(error))
    return redirect("testing_rounds:tubes", test_round.round.pk)


# --- One tube -------------------------------------------------------------------------------------

TUBES = Tube.objects.select_related("compound", "test_round__round__compound", "opened_by")


@require_safe
def tube(request, pk):
    return render(request, "testing_rounds/tube.html", _tube_context(request, get_visible(TUBES, request.user, pk=pk)))


def _tube_context(request, row: Tube, visit: Visit | None = None, chosen: tuple = (), error: str = "") -> dict:
    can_keep = row.compound_id in request.user.access.steward
    typed = request.GET.get("room", "")[:40]
    if visit is None and can_keep:
        visit = _chosen_door(row, request.GET.get("door", ""))
    doors = [visit] if visit else find_doors(row.test_round, typed) if typed and can_keep else []
    return {
        "tube": row,
        "round": row.test_round.round,
        "swabs": people_in(row),
        "steps": row.steps.select_related("by").order_by("at", "pk"),
        "results": row.results.select_related("entered_by").order_by("told_at", "pk"),
        "buttons": _steps_from(row) if can_keep else [],
        "asks_why": ASKS_WHY,
        "can_keep": can_keep,
        "typed": typed,
        "doors": doors,
        "people": _people_behind(doors[0]) if len(doors) == 1 else [],
        "chosen": chosen,
        "error": error,
    }


def _chosen_door(row: Tube, text: str) -> Visit | None:
    """Of several that are called alike."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Visit.objects.filter(round=row.test_round.round_id, pk=int(text)).select_related("building").first()


def _people_behind(visit: Visit) -> list[ExpectedPerson]:
    people = list(ExpectedPerson.objects.filter(visit=visit))
    for person in people:
        person.visit = visit
        person.letter = LETTERS[person.outcome]  # type: ignore[attr-defined]
        person.label = Outcome(person.outcome).label  # type: ignore[attr-defined]
    return [person for person in people if person.is_there]


@require_POST
def tube_step(request, pk, step):
    row = get_kept(TUBES, request.user, pk=pk)
    form = StepForm(request.POST)
    try:
        if step not in COMES_FROM:
            raise Http404
        if not form.is_valid():
            raise TubeError(_("The remark is too long, or the number of people is none."))
        step_tubes(tubes=[row], step=step, by=request.user, **form.cleaned_data)
        messages.success(request, _("Tube %(code)s: %(step)s.") % {"code": row.code, "step": Step(step).label})
    except TubeError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def tube_label(request, pk):
    row = get_kept(TUBES, request.user, pk=pk)
    form = StepForm(request.POST)
    try:
        if not form.is_valid():
            raise TubeError(_("That is not a number of people."))
        tell_label(tube=row, told_count=form.cleaned_data["told_count"])
    except TubeError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def tube_place(request, pk, visit_pk):
    """The ticked people of a door are in this tube."""
    row = get_kept(TUBES, request.user, pk=pk)
    visit = get_object_or_404(Visit.objects.select_related("building"), pk=visit_pk, round=row.test_round.round)
    numbers = tuple(int(text) for text in request.POST.getlist("person") if text.isascii() and text.isdigit())
    try:
        swab_at_desk(visit=visit, numbers=numbers, code=row.code, by=request.user)
    except REFUSALS as error:
        context = _tube_context(request, row, visit, numbers, str(error))
        return render(request, "testing_rounds/tube.html", context, status=422)
    messages.success(request, _("%(room)s is in tube %(code)s.") % {"room": visit.full_room, "code": row.code})
    return redirect(row)


# --- Questions ------------------------------------------------------------------------------------


@require_safe
def questions(request, pk):
    test_round = _get_round(request, pk, get_visible)
    rows = SwabQuestion.objects.filter(person__visit__round=test_round.round).select_related(
        "person__visit__building", "mark__marked_by", "mark__walked_by", "decided_by"
    )
    counts = count_tubes(test_round)
    context = {
        "round": test_round.round,
        "page": Paginator(rows.filter(decision="").order_by("at", "pk"), PAGE).get_page(request.GET.get("page")),
        "decided": rows.exclude(decision="").order_by("-decided_at")[:20],
        "in_no_tube": buildings_of(people_in_no_tube(test_round)) if counts.tubes else [],
        "can_keep": test_round.round.compound_id in request.user.access.steward,
    }
    return render(request, "testing_rounds/tube_questions.html", context)


@require_safe
def in_no_tube(request, pk, building_pk):
    """Of one building, page by page: who was sampled and is in no tube."""
    test_round = _get_round(request, pk, get_visible)
    building = get_object_or_404(Building.objects.filter(rounds=test_round.round), pk=building_pk)
    people = people_in_no_tube(test_round, building)
    context = {
        "round": test_round.round,
        "building": building,
        "page": Paginator(people, PAGE).get_page(request.GET.get("page")),
        "can_keep": test_round.round.compound_id in request.user.access.steward,
    }
    return render(request, "testing_rounds/in_no_tube.html", context)


@require_POST
def question_place(request, pk):
    return _decide(request, pk, place_question, _("Put into the tube."), ("code", "note"))


@require_POST
def question_dismiss(request, pk):
    return _decide(request, pk, dismiss_question, _("Set aside."), ("note",))


def _decide(request, pk, service, done: str, names: tuple[str, ...]):
    row = get_kept(SwabQuestion.objects.select_related("person__visit"), request.user, pk=pk)
    form = DecideForm(request.POST)
    try:
        if not form.is_valid():
            raise TubeError(_("The remark or the code is too long."))
        service(question=row, by=request.user, **{name: form.cleaned_data[name] for name in names})
        messages.success(request, done)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("testing_rounds:tube_questions", row.person.visit.round_id)


@require_POST
def person_place(request, pk):
    """Somebody ticked as sampled and in no tube: into the one that is typed."""
    visits = Visit.objects.filter(round__compound__in=request.user.access.whole_compounds)
    person = get_object_or_404(ExpectedPerson.objects.select_related("visit__round"), pk=pk, visit__in=visits)
    if person.visit.round.compound_id not in request.user.access.steward:
        raise PermissionDenied
    form = CodeForm(request.POST)
    try:
        code = form.cleaned_data["code"] if form.is_valid() else ""
        swab_at_desk(visit=person.visit, numbers=[person.number], code=code, by=request.user)
        messages.success(request, _("Put into the tube."))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect(reverse("testing_rounds:in_no_tube", args=[person.visit.round_id, person.visit.building_id]))
