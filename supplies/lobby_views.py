"""One building's part of a distribution: counted in the lobby, told at the doors, printed, brought back."""

from itertools import groupby
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_visible
from residents.models import AccessRecord, Building
from rounds.board import LETTERS
from rounds.marks import mark_at_desk
from rounds.models import Mark, Round, Visit
from rounds.services import RoundError
from supplies.distribution_views import DISTRIBUTIONS
from supplies.forms import HandoverForm, LobbyForm
from supplies.handing import OUTCOME_OF, record_handovers
from supplies.models import Distribution, Handover, KeptShare, Line
from supplies.photos import MOST_BYTES, PhotoError, keep_photo
from supplies.reconciling import read_books, titles_by_visit
from supplies.services import bring_back, find_in, load_building, write_off_in

OPENED = DISTRIBUTIONS.exclude(round__opened_at=None)
form_page = require_http_methods(["GET", "HEAD", "POST"])


def _get(request, pk: int, building_pk: int) -> tuple[Distribution, Building]:
    """Both visible, and the building the user's to keep; else 404, or 403 for who only looks."""
    row = get_visible(OPENED, request.user, round=pk)
    building = get_visible(Building.objects.filter(rounds=pk), request.user, pk=building_pk)
    if not request.user.access.keeps(building):
        raise PermissionDenied
    return row, building


def _doors(row: Distribution, building: Building) -> list[Visit]:
    """The doors something is due to, with `dues`, top floor first."""
    visits = list(Visit.objects.filter(round=row.round_id, building=building).select_related("latest_mark").top_down())
    dues = titles_by_visit([visit.pk for visit in visits])
    for visit in visits:
        visit.dues = dues.get(visit.pk, [])
        visit.letter = LETTERS[visit.outcome]
        visit.carries = any(due.allotted for due in visit.dues)
        visit.said = next((due.get_handover_display() for due in visit.dues if due.handover), "")
    return [visit for visit in visits if visit.dues]


def _floor(visit: Visit) -> tuple[str, int]:
    return visit.entrance, visit.floor


@require_safe
def lobby(request, pk, building_pk):
    row, building = _get(request, pk, building_pk)
    doors = _doors(row, building)
    context = {
        "distribution": row,
        "round": row.round,
        "building": building,
        "pages": read_books(row, [building]),
        "floors": [
            (floor, list(some)) for floor, some in groupby(doors, key=lambda visit: (visit.entrance, visit.floor))
        ],
        "missing": sum(visit.is_missing for visit in doors),
        "kept": KeptShare.objects.filter(line__distribution=row, building=building).select_related("line__batch__item"),
        "is_running": row.closed_at is None and row.round.state in {Round.State.OPEN, Round.State.CLOSED},
    }
    return render(request, "supplies/lobby.html", context)


def _deed(request, pk: int, building_pk: int, deed, done: str, asks_why: bool = False):
    row, building = _get(request, pk, building_pk)
    form = LobbyForm(request.POST, distribution=row)
    if form.is_valid():
        told = form.cleaned_data
        why = {"reason": told["reason"]} if asks_why else {}
        try:
            deed(line=told["line"], building=building, quantity=told["quantity"], by=request.user, **why)
            messages.success(request, done)
        except RoundError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, form.first_error())
    return redirect("supplies:lobby", pk, building_pk)


@require_POST
def load(request, pk, building_pk):
    return _deed(request, pk, building_pk, load_building, _("Counted into the lobby."))


@require_POST
def back(request, pk, building_pk):
    return _deed(request, pk, building_pk, bring_back, _("Brought back to the store."))


@require_POST
def lobby_write_off(request, pk, building_pk):
    return _deed(request, pk, building_pk, write_off_in, _("Written off."), asks_why=True)


@require_POST
def found(request, pk, building_pk):
    return _deed(request, pk, building_pk, find_in, _("Added, with the reason."), asks_why=True)


# --- A door ---------------------------------------------------------------------------------------


@form_page
def handover(request, pk):
    """What the phone's one tap cannot say: left at the door, kept, swapped, damaged, fewer than due."""
    visits = Visit.objects.filter(round__kind=Round.Kind.SUPPLIES, round__distribution__isnull=False)
    visit = get_visible(visits.select_related("round__distribution", "building"), request.user, pk=pk)
    if not request.user.access.keeps(visit.building):
        raise PermissionDenied
    dues = titles_by_visit([visit.pk]).get(visit.pk, [])
    lines = Line.objects.filter(pk__in=[due.line_id for due in dues]).select_related("batch__item")
    others = Line.objects.filter(distribution=visit.round.distribution).select_related("batch__item")
    initial = {"handover": Handover.GIVEN}
    form = HandoverForm(request.POST or None, request.FILES or None, lines=lines, others=others, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            mark = mark_at_desk(
                visit=visit,
                by=request.user,
                outcome=OUTCOME_OF[Handover(form.cleaned_data["handover"])],
                note=form.cleaned_data["note"],
                details=form.details(),
                follow=lambda news: record_handovers(news) or {},
            )
            _take_photo(request, mark, form.cleaned_data["photo"])
            messages.success(request, _("Noted for %(room)s.") % {"room": visit.full_room})
            place = reverse("supplies:lobby", args=[visit.round_id, visit.building_id])
            return redirect(f"{place}#v{visit.pk}")
        except RoundError as error:
            form.add_error(None, str(error))
    context = {"visit": visit, "round": visit.round, "dues": dues, "form": form, "letter": LETTERS[visit.outcome]}
    context["photos"] = visit.photos.kept()
    return render(request, "supplies/handover.html", context, status=422 if form.errors else 200)


def _take_photo(request, mark: Mark, upload) -> None:
    """The handover counts whatever the picture is."""
    if upload is None:
        return
    try:
        keep_photo(id=uuid4(), mark_id=mark.pk, content=upload.read(MOST_BYTES + 1), by=request.user)
    except PhotoError as error:
        messages.warning(request, _("The handover is noted without a photo: %(why)s") % {"why": error})


# --- On paper -------------------------------------------------------------------------------------


def _print(request, row: Distribution, building: Building, what: str, doors: list[Visit]) -> None:
    AccessRecord.objects.create(
        user=request.user,
        compound=row.round.compound,
        deed=AccessRecord.Deed.PRINT,
        subject=f"round {row.round_id}: {what}, building {building.pk}",
        row_count=len(doors),
    )


@require_safe
def pick_list(request, pk, building_pk):
    """What the trolley of a building carries, and to which doors. Who printed is on record."""
    row, building = _get(request, pk, building_pk)
    doors = _doors(row, building)
    _print(request, row, building, "pick list", doors)
    context = {
        "distribution": row,
        "round": row.round,
        "building": building,
        "pages": read_books(row, [building]),
        "doors": [visit for visit in doors if visit.carries],
        "waiting": [visit for visit in doors if not visit.carries],
    }
    return render(request, "supplies/pick_list.html", context)


@require_safe
def labels(request, pk, building_pk):
    """One a household, to be cut out and stuck on its bag."""
    row, building = _get(request, pk, building_pk)
    doors = [visit for visit in _doors(row, building) if visit.carries]
    _print(request, row, building, "labels", doors)
    context = {"distribution": row, "round": row.round, "building": building, "doors": doors}
    return render(request, "supplies/labels.html", context)
