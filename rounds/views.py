"""Rounds at the desk: list, forms, board, held marks. Opening is in `compound.opening`, for it needs
every kind's details."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.listing import listed
from residents.models import Building, Compound
from rounds.board import LETTERS, next_step_at, pulse, read_board, with_pulse
from rounds.folding import standing
from rounds.forms import ClosingForm, DecisionForm, PlainRoundForm, ReasonForm, WindowForm
from rounds.marks import apply_held_mark, dismiss_held_mark, read_held
from rounds.models import Assignment, HeldMark, Outcome, Round, Visit
from rounds.services import (
    RoundError,
    cancel_round,
    change_round,
    close_round,
    create_round,
    reopen_round,
)
from rounds.shared_board import drawn

PAGE = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def round_list(request):
    access = request.user.access
    seen = Q(compound__in=access.whole_compounds) | Q(visits__building__in=access.lead_buildings)
    rounds = (
        Round.objects.visible_to(request.user)
        .select_related("compound")
        .annotate(
            expected=Count("visits", filter=seen),
            answered=Count("visits", filter=seen & Q(visits__outcome__in=Outcome.answered())),
        )
        .order_by("-starts_at", "-pk")
    )
    page = Paginator(rounds, PAGE).get_page(request.GET.get("page"))
    for round in page:
        round.missing = round.expected - round.answered
        round.percent = round.answered * 100 // round.expected if round.expected else 0
    keeps = Compound.objects.kept_by(request.user)
    return render(request, "rounds/list.html", {"page": page, "keeps": keeps})


@form_page
def add(request, compound_pk):
    """A round of a plain kind; tests have a form of their own."""
    compound = get_kept(Compound.objects, request.user, pk=compound_pk)
    form = PlainRoundForm(request.POST or None, compound=compound)
    if request.method == "POST" and form.is_valid():
        return redirect(create_round(compound=compound, **form.cleaned_data))
    return render(request, "rounds/form.html", {"form": form, "compound": compound}, status=422 if form.errors else 200)


@form_page
def edit(request, pk):
    round = get_kept(Round.objects.select_related("compound"), request.user, pk=pk)
    initial = {
        "title": round.title,
        "starts_at": round.starts_at,
        "ends_at": round.ends_at,
        "buildings": list(round.buildings.values_list("pk", flat=True)),
    }
    form = WindowForm(request.POST or None, compound=round.compound, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(change_round(round=round, **form.cleaned_data))
        except RoundError as error:
            form.add_error(None, str(error))
    context = {"form": form, "round": round, "compound": round.compound}
    return render(request, "rounds/form.html", context, status=422 if form.errors else 200)


# --- The board ------------------------------------------------------------------------------------


def chosen_building(request) -> int | None:
    text = request.GET.get("building", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _board_context(request, round: Round) -> dict:
    board = read_board(round, Building.objects.visible_to(request.user), chosen_building(request))
    for visit in board.revisits:
        visit.next_step = next_step_at(visit)
    return {
        "round": round,
        "board": board,
        "letters": LETTERS,
        "can_keep": round.compound_id in request.user.access.steward,
        "can_see_tubes": round.kind in {Round.Kind.PCR, Round.Kind.RECALL}
        and round.compound_id in request.user.access.whole_compounds,
        "can_type": board.chosen.expected > 0 and _may_mark(request.user.access, round, board.building),
    }


def _may_mark(access, round: Round, building: Building | None) -> bool:
    return round.compound_id in access.steward or (building is not None and building.pk in access.lead_buildings)


@require_safe
def board(request, pk):
    round = get_visible(with_pulse(Round.objects.select_related("compound")), request.user, pk=pk)
    context = _board_context(request, round) | {"etag": _etag(request, round)}
    return render(request, "rounds/board.html", context)


def _etag(request, round: Round) -> str:
    return f'"{pulse(round, request.user.pk, get_language(), chosen_building(request))}"'


@require_safe
def board_live(request, pk):
    """The board's moving part. Asked every few seconds: 304 and no more than four statements while nothing moves.

    When something moves, it is drawn once for all who see the same.
    """
    round = get_visible(with_pulse(Round.objects.select_related("compound")), request.user, pk=pk)
    etag = _etag(request, round)
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(drawn.get(_seen_by(request, round), partial(_draw_board, request, round)))
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache, private"
    patch_vary_headers(response, ["Cookie"])
    return response


def _seen_by(request, round: Round) -> tuple:
    """Everything the fragment depends on. Who sees other buildings, or keeps the round, gets another one."""
    buildings = Building.objects.visible_to(request.user).filter(compound=round.compound_id).order_by("pk")
    keeps = round.compound_id in request.user.access.steward
    seen = tuple(buildings.values_list("pk", flat=True))
    return pulse(round), get_language(), chosen_building(request), seen, keeps


def _draw_board(request, round: Round) -> str:
    return render_to_string("rounds/_board.html", _board_context(request, round))


@require_safe
def gaps(request, pk):
    """Every missing door of the round, building by building. A draft has no doors yet, so none that are missing."""
    round = get_visible(Round.objects.exclude(state="draft").select_related("compound"), request.user, pk=pk)
    visits = (
        Visit.objects.filter(round=round, building__in=Building.objects.visible_to(request.user))
        .missing()
        .select_related("building", "latest_mark")
        .top_down()
    )
    page = Paginator(visits, 100).get_page(request.GET.get("page"))
    assignments = list(Assignment.objects.active().filter(round=round).select_related("volunteer"))
    for visit in page:
        visit.next_step = next_step_at(visit)
        visit.walker = listed(part.volunteer.name for part in assignments if part.holds(visit))
    return render(request, "rounds/gaps.html", {"round": round, "page": page})


# --- The steps of a round's life ------------------------------------------------------------------


def _step(request, pk, form_class, service, page: dict):
    """A page that says what will happen, and the button that does it."""
    round = get_kept(Round.objects.select_related("compound"), request.user, pk=pk)
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service(round=round, by=request.user, **form.cleaned_data)
            messages.success(request, page["done"])
            return redirect(round)
        except RoundError as error:
            form.add_error(None, str(error))
    missing = Visit.objects.filter(round=round).missing().count()
    context = {"round": round, "form": form, "missing": missing, **page}
    return render(request, "rounds/step.html", context, status=422 if form.errors else 200)


@form_page
def close(request, pk):
    page = {
        "title": _("Close the round"),
        "text": _("Doors not reached stay missing on the record. Marks that arrive later are kept and flagged."),
        "done": _("The round is closed."),
    }
    return _step(request, pk, ClosingForm, close_round, page)


@form_page
def reopen(request, pk):
    page = {
        "title": _("Reopen the round"),
        "text": _("Volunteers see their doors again and the board moves on."),
        "done": _("The round is open again."),
    }
    return _step(request, pk, ReasonForm, reopen_round, page)


@form_page
def cancel(request, pk):
    page = {
        "title": _("Cancel the round"),
        "text": _("What was marked stays on record; marks still on phones will be held for you."),
        "done": _("The round is cancelled."),
        "is_dangerous": True,
    }
    return _step(request, pk, ReasonForm, cancel_round, page)


# --- Marks that wait for a person -----------------------------------------------------------------


@require_safe
def held(request):
    compounds = request.user.access.steward
    if not compounds:
        raise PermissionDenied
    rows = HeldMark.objects.kept_by(request.user).select_related(
        "device__volunteer",
        "visit__round",
        "visit__building",
        "visit__latest_mark__marked_by",
        "visit__latest_mark__walked_by",
        "visit__latest_mark__device",
        "decided_by",
    )
    waiting = Paginator(rows.filter(decision=""), PAGE).get_page(request.GET.get("page"))
    decided = rows.exclude(decision="").order_by("-decided_at")[:20]
    for row in waiting:
        row.told = read_held(row)
    return render(request, "rounds/held.html", {"page": waiting, "decided": decided})


@require_POST
def held_apply(request, pk, *, follow):
    """`follow`: what the rooms above do about a mark; the addresses of this and of `rekey` are on the top floor."""
    return _decide(request, pk, partial(apply_held_mark, follow=follow), _("The mark is counted."))


@require_POST
def held_dismiss(request, pk):
    return _decide(request, pk, dismiss_held_mark, _("The mark is set aside."))


def _decide(request, pk, service, done: str):
    row = get_kept(HeldMark.objects.select_related("device__volunteer"), request.user, pk=pk)
    form = DecisionForm(request.POST)
    try:
        if not form.is_valid():
            raise RoundError(_("The remark is too long."))
        service(held=row, by=request.user, **form.cleaned_data)
        messages.success(request, done)
    except RoundError as error:
        messages.error(request, str(error))
    return redirect("rounds:held")


def marks_of(visit: Visit) -> list:
    """A visit's marks in the order they happened, each told whether it still stands."""
    rows = list(visit.marks.select_related("marked_by", "walked_by", "device"))
    left = {mark.id for mark in standing(rows)}
    for mark in rows:
        mark.letter = str(LETTERS[mark.outcome])
        mark.still_stands = mark.id in left
    return sorted(rows, key=lambda mark: mark.happened_at)
