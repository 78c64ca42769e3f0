"""Who walks what: parts given out by a steward, segments that volunteers take themselves."""

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from residents.access import get_kept
from residents.models import Door
from rounds.forms import AssignmentForm, HandOverForm, ReleaseForm, SegmentsForm
from rounds.models import Assignment, Round, Visit
from rounds.segments import hand_over, offer_segments, segments_with_holders
from rounds.services import RoundError, assign, release_assignment

form_page = require_http_methods(["GET", "HEAD", "POST"])
ROUNDS = Round.objects.select_related("compound")
MOST_SHOWN = 30  # given back; more are in the administration
PART = ("building", "entrance", "floor_from", "floor_to")


@form_page
def assignments(request, pk):
    round = get_kept(ROUNDS, request.user, pk=pk)
    asked = {name: request.GET[name] for name in PART if name in request.GET}
    form = AssignmentForm(request.POST or None, round=round, entrances=_entrances(round), initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            assign(round=round, by=request.user, **form.cleaned_data)
            return redirect("rounds:assignments", round.pk)
        except RoundError as error:
            form.add_error(None, str(error))
    offer = SegmentsForm(initial={"floors": round.floors_per_segment})
    return render(request, "rounds/assignments.html", _page(round, form, offer), status=422 if form.errors else 200)


@require_POST
def segments(request, pk):
    """Cut the round into segments that volunteers take themselves; an empty number ends that."""
    round = get_kept(ROUNDS, request.user, pk=pk)
    offer = SegmentsForm(request.POST)
    if offer.is_valid():
        try:
            offer_segments(round=round, floors=offer.cleaned_data["floors"])
            return redirect("rounds:assignments", round.pk)
        except RoundError as error:
            offer.add_error(None, str(error))
    form = AssignmentForm(round=round, entrances=_entrances(round))
    return render(request, "rounds/assignments.html", _page(round, form, offer), status=422)


def _page(round: Round, form, offer) -> dict:
    parts = list(Assignment.objects.active().filter(round=round).select_related("volunteer", "building"))
    over = Assignment.objects.filter(round=round, released_at__isnull=False)
    return {
        "round": round,
        "form": form,
        "offer": offer,
        "parts": parts,
        "given_back": over.select_related("volunteer", "building", "released_by").order_by("-released_at")[:MOST_SHOWN],
        "segments": segments_with_holders(round, parts),
        "uncovered": _uncovered(round),
    }


def _entrances(round: Round) -> list[str]:
    doors = Door.objects.filter(building__in=round.buildings.all()).exclude(entrance="")
    return sorted(set(doors.order_by().values_list("entrance", flat=True).distinct()))


def _uncovered(round: Round) -> list[tuple[str, int]]:
    """Buildings with doors nobody walks: (name, doors). Of a draft, whose doors are not frozen yet, by building."""
    if round.is_draft:
        taken = Assignment.objects.active().filter(round=round).values("building")
        rest = round.buildings.exclude(pk__in=taken).annotate(doors_count=Count("doors"))
        return [(building.name, building.doors_count) for building in rest]
    left = (
        Visit.objects.filter(round=round)
        .missing()
        .unassigned()
        .order_by("building__position", "building__code")
        .values_list("building__name")
        .annotate(n=Count("pk"))
    )
    return list(left)


@require_POST
def assignment_release(request, pk):
    assignment = get_kept(Assignment.objects.select_related("round"), request.user, pk=pk)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        release_assignment(assignment=assignment, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("The part is free again."))
    else:
        messages.error(request, _("The remark is too long."))
    return redirect("rounds:assignments", assignment.round_id)


@form_page
def assignment_hand_over(request, pk):
    """From one volunteer to another with no moment between in which nobody has the doors."""
    rows = Assignment.objects.select_related("round__compound", "volunteer", "building")
    part = get_kept(rows, request.user, pk=pk)
    form = HandOverForm(request.POST or None, part=part)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        try:
            hand_over(assignment=part, to=words["volunteer"], by=request.user, reason=words["reason"])
            messages.success(request, _("%(name)s has this part now.") % {"name": words["volunteer"]})
            return redirect("rounds:assignments", part.round_id)
        except RoundError as error:
            form.add_error(None, str(error))
    context = {"form": form, "part": part, "round": part.round}
    return render(request, "rounds/hand_over.html", context, status=422 if form.errors else 200)
