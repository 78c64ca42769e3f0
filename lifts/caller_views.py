"""The caller's screen: a phone in the hand of whoever stands at the lift. One big button, a post and a fresh page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifts.forms import LiftReasonForm, MoveForm, PressForm, TogetherForm
from lifts.models import CallDown, Lift, Ride, Turn
from lifts.queue import pulse, read_queue, with_pulse
from lifts.riding import (
    LiftError,
    OldScreen,
    hand_to_home_visits,
    last_standing,
    may_undo,
    move_turn,
    press,
    put_back_in_service,
    reserve_lift,
    take_out_of_service,
    tell_no_show,
    tell_together,
    undo_last,
    waits_for,
)
from residents.access import get_kept

CALL_DOWNS = CallDown.objects.select_related("building", "plan__round__compound")


def _chosen(request) -> int:
    text = request.GET.get("lift", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _context(request, row: CallDown) -> dict:
    queue = read_queue(row)
    chosen = next((each for each in queue.lifts if each.lift.pk == _chosen(request)), None)
    if chosen is None:
        chosen = next((each for each in queue.lifts if each.lift.out_since is None), None) or next(
            iter(queue.lifts), None
        )
    last = last_standing(chosen.lift) if chosen else None
    may_take_back = last is not None and may_undo(last, timezone.now()) and last.turn.call_down_id == row.pk
    return {
        "call_down": row,
        "round": row.plan.round,
        "queue": queue,
        "here": chosen,
        "last": last if may_take_back else None,
        "waits_for": waits_for(row),
        "is_over": row.ended_at is not None or not row.plan.round.is_open,
    }


@require_safe
def caller(request, pk):
    row = get_kept(with_pulse(CallDown.objects.all()), request.user, pk=pk)
    return render(request, "lifts/caller.html", _context(request, row) | {"etag": _etag(request, row)})


def _etag(request, row: CallDown) -> str:
    return f'"{pulse(row, request.user.pk, get_language(), _chosen(request))}"'


@require_safe
def caller_live(request, pk):
    row = get_kept(with_pulse(CallDown.objects.all()), request.user, pk=pk)
    etag = _etag(request, row)
    return answer_poll(request, etag, lambda: render(request, "lifts/_caller.html", _context(request, row)))


def answer_poll(request, etag: str, draw):
    known = request.headers.get("If-None-Match", "").removeprefix("W/") == etag
    response = HttpResponseNotModified() if known else draw()
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache, private"
    patch_vary_headers(response, ["Cookie"])
    return response


def _back(row: CallDown, lift: Lift | None = None):
    url = reverse("lifts:caller", args=[row.pk])
    return redirect(f"{url}?lift={lift.pk}" if lift else url)


def _lift(request, pk, lift_pk) -> tuple[CallDown, Lift]:
    row = get_kept(CALL_DOWNS, request.user, pk=pk)
    return row, get_object_or_404(Lift.objects.of(row), pk=lift_pk)


def _told(request, deed) -> None:
    """Does it, or says why not. That a screen was old is no error of anybody's."""
    try:
        deed()
    except OldScreen as told:
        messages.info(request, str(told))
    except LiftError as told:
        messages.error(request, str(told))


def _pressed(request, row: CallDown, lift: Lift, service, **more):
    form = PressForm(request.POST)
    if form.is_valid():
        _told(request, lambda: service(call_down=row, lift=lift, saw=form.cleaned_data["saw"], by=request.user, **more))
    else:
        messages.error(request, _("This press came without what it saw; nothing was changed."))
    return _back(row, lift)


@require_POST
def press_next(request, pk, lift_pk):
    row, lift = _lift(request, pk, lift_pk)
    wanted = request.POST.get("turn", "")
    turn = None
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        turn = Turn.objects.filter(call_down=row, pk=int(wanted)).first()
    return _pressed(request, row, lift, press, turn=turn)


@require_POST
def no_show(request, pk, lift_pk):
    return _pressed(request, *_lift(request, pk, lift_pk), tell_no_show)


@require_POST
def undo(request, pk, lift_pk):
    return _pressed(request, *_lift(request, pk, lift_pk), undo_last)


@require_POST
def lift_out(request, pk, lift_pk):
    row, lift = _lift(request, pk, lift_pk)
    form = LiftReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    _told(request, lambda: take_out_of_service(lift=lift, by=request.user, reason=reason))
    return _back(row, lift)


@require_POST
def lift_back(request, pk, lift_pk):
    row, lift = _lift(request, pk, lift_pk)
    _told(request, lambda: put_back_in_service(lift=lift, by=request.user))
    return _back(row, lift)


@require_POST
def lift_reserve(request, pk, lift_pk):
    row, lift = _lift(request, pk, lift_pk)
    wanted = request.POST.get("is_reserved") == "yes"
    _told(request, lambda: reserve_lift(lift=lift, is_reserved=wanted, by=request.user))
    return redirect(row)


@require_POST
def home_visits(request, pk):
    row = get_kept(CALL_DOWNS, request.user, pk=pk)

    def hand_over():
        count = hand_to_home_visits(call_down=row, by=request.user)
        text = ngettext("%(n)s household gets a home visit.", "%(n)s households get a home visit.", count)
        messages.success(request, text % {"n": count})

    _told(request, hand_over)
    return _back(row)


@require_POST
def turn_move(request, pk):
    """By the stairs, home visit, back into the queue, first, close contact."""
    turn = get_kept(Turn.objects.select_related("call_down"), request.user, pk=pk)
    form = MoveForm(request.POST)
    if form.is_valid():
        _told(request, lambda: move_turn(turn=turn, step=form.cleaned_data["step"], by=request.user))
    else:
        messages.error(request, _("Nothing was changed."))
    return _back(turn.call_down) if request.POST.get("to") == "caller" else redirect(turn.call_down)


@require_http_methods(["GET", "HEAD", "POST"])
def together(request, pk, lift_pk):
    """Another household got in by mistake: said of the lift's newest ride."""
    row, lift = _lift(request, pk, lift_pk)
    rides = Ride.objects.filter(lift=lift, turn__call_down=row).exclude(end__in=["void", "no_show"])
    ride = rides.select_related("turn__visit", "lift").first()
    others = Turn.objects.filter(call_down=row).exclude(pk=ride.turn_id if ride else None).select_related("visit")
    form = TogetherForm(request.POST or None, turns=others)
    if request.method == "POST" and form.is_valid():
        try:
            if ride is None:
                raise LiftError(_("Nobody has ridden in this lift yet."))
            tell_together(ride=ride, turn=form.cleaned_data["turn"], by=request.user)
            messages.success(request, _("The contact is on record."))
            return _back(row, lift)
        except LiftError as error:
            form.add_error(None, str(error))
    context = {"call_down": row, "lift": lift, "ride": ride, "form": form}
    return render(request, "lifts/together.html", context, status=422 if form.errors else 200)
