"""The call rota at the desk: whose turn it is, one call, the week, and who is on the list."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from care.calling import (
    begin_calls,
    change_calls,
    end_calls,
    give_back,
    look_up_number,
    take_call,
    take_next,
    tell_call,
)
from care.errors import CareError
from care.forms import CadenceForm, HeardForm, RotaForm, WhyForm, first_error, usual_why
from care.knocking import open_knocks
from care.models import CallPlace, CareDesk
from care.reading import count_calls, proposals, read_queue, read_week
from care.views.pages import get_cared, may_care
from residents.access import get_kept, get_visible
from residents.models import Compound
from residents.services import RevealError

form_page = require_http_methods(["GET", "HEAD", "POST"])
PLACES = CallPlace.objects.select_related("compound", "resident__household__door__building", "holder", "knock__round")


@require_safe
def calls(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    can_care = may_care(request.user, compound)
    context = {
        "compound": compound,
        "desk": CareDesk.objects.filter(compound=compound).first(),
        "queue": read_queue(compound, request.user) if can_care else None,
        "numbers": None if can_care else count_calls(compound),
        "tab": "calls",
        "can_care": can_care,
        "can_keep": pk in request.user.access.steward,
    }
    return render(request, "care/calls.html", context)


@require_POST
def call_next(request, pk):
    compound = get_cared(request, pk)
    try:
        place = take_next(compound=compound, by=request.user)
    except CareError as error:
        messages.error(request, str(error))
        return redirect("care:calls", pk)
    if place is None:
        messages.success(request, _("Nobody has to be called now."))
        return redirect("care:calls", pk)
    return redirect(place)


@require_safe
def week(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    if not may_care(request.user, compound):
        raise PermissionDenied
    context = {"compound": compound, "week": read_week(compound, request.user), "tab": "week", "can_care": True}
    return render(request, "care/week.html", context)


@form_page
def rota_add(request, pk):
    """Who the roster proposes; everybody else is put on the rota from their household's page."""
    compound = get_cared(request, pk)
    form = RotaForm(request.POST or None, compound=compound, user=request.user, initial={"cadence": 1})
    if request.method == "POST" and form.is_valid():
        try:
            count = _begin_all(form.cleaned_data, request.user)
            text = ngettext("%(count)s person is on the rota now.", "%(count)s people are on the rota now.", count)
            messages.success(request, text % {"count": count})
            return redirect("care:calls", pk)
        except CareError as error:
            form.add_error(None, str(error))
    asked = request.GET.get("person", "")
    context = {
        "form": form,
        "compound": compound,
        "people": proposals(compound, request.user),
        "extra": list(form.fields["people"].queryset.filter(pk=asked)) if asked.isdecimal() else [],
        "chosen": set(request.POST.getlist("people")),
        "tab": "calls",
        "can_care": True,
    }
    return render(request, "care/rota_add.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _begin_all(told, user) -> int:
    for person in told["people"]:
        why = told["why"] or usual_why(person)
        begin_calls(resident=person, cadence=told["cadence"], why=why, by=user, note=told["note"])
    return len(told["people"])


@require_POST
def knock(request, pk):
    """Two calls in vain: a round to their doors, and to no others."""
    compound = get_cared(request, pk)
    try:
        round, count = open_knocks(compound=compound, by=request.user)
    except CareError as error:
        messages.error(request, str(error))
        return redirect("care:calls", pk)
    text = ngettext("%(n)s person is knocked for.", "%(n)s people are knocked for.", count)
    messages.success(request, text % {"n": count})
    return redirect(round)


# --- One person ---------------------------------------------------------------------------------------


def _place_page(request, row: CallPlace, status: int = 200, **more):
    now = timezone.now()
    context = {
        "place": row,
        "person": row.resident,
        "home": row.resident.household,
        "compound": row.compound,
        "steps": row.steps.select_related("by").order_by("-pk")[:30],
        "is_mine": row.held_by(request.user, now),
        "is_taken": row.is_held(now),
        "heard_form": HeardForm(),
        "cadence_form": CadenceForm(prefix="c", initial={"cadence": row.cadence}),
        "why_form": WhyForm(prefix="e"),
        "error": "",
        "phone": "",
        "typed": "",
        "tab": "calls",
        "can_care": True,
    }
    response = render(request, "care/place.html", context | more, status=status)
    if more.get("phone"):
        response["Cache-Control"] = "no-store"
    return response


@require_safe
def place(request, pk):
    return _place_page(request, get_visible(PLACES, request.user, pk=pk))


@require_POST
def place_take(request, pk):
    row = get_kept(PLACES, request.user, pk=pk)
    try:
        take_call(place=row, by=request.user)
    except CareError as error:
        return _place_page(request, row, 422, error=str(error))
    return redirect(row)


@require_POST
def place_give_back(request, pk):
    row = get_kept(PLACES, request.user, pk=pk)
    give_back(place=row, by=request.user)
    return redirect("care:calls", row.compound_id)


@require_POST
def place_number(request, pk):
    """Shown once, and on the record."""
    row = get_kept(PLACES, request.user, pk=pk)
    try:
        phone = look_up_number(place=row, by=request.user)
    except (CareError, RevealError) as error:
        return _place_page(request, row, 422, error=str(error))
    return _place_page(request, row, phone=phone)


@require_POST
def place_tell(request, pk):
    row = get_kept(PLACES, request.user, pk=pk)
    form = HeardForm(request.POST)
    typed = request.POST.get("note", "")
    if not form.is_valid():
        return _place_page(request, row, 422, error=first_error(form), typed=typed)
    try:
        told = tell_call(place=row, by=request.user, **form.told())
    except CareError as error:
        return _place_page(request, row, 422, error=str(error), typed=typed)
    if told.needs_knock:
        messages.warning(request, _("Two calls in vain: somebody has to knock."))
    else:
        messages.success(request, _("Written down."))
    return redirect("care:calls", row.compound_id)


@require_POST
def place_change(request, pk):
    row = get_kept(PLACES, request.user, pk=pk)
    form = CadenceForm(request.POST, prefix="c")
    if form.is_valid():
        try:
            change_calls(
                place=row, cadence=form.cleaned_data["cadence"], reason=form.cleaned_data["note"], by=request.user
            )
            messages.success(request, _("Saved."))
            return redirect(row)
        except CareError as error:
            form.add_error(None, str(error))
    return _place_page(request, row, 422, cadence_form=form)


@require_POST
def place_end(request, pk):
    row = get_kept(PLACES, request.user, pk=pk)
    form = WhyForm(request.POST, prefix="e")
    if form.is_valid():
        try:
            end_calls(place=row, reason=form.cleaned_data["note"], by=request.user)
            messages.success(request, _("Taken off the rota."))
            return redirect("care:calls", row.compound_id)
        except CareError as error:
            form.add_error(None, str(error))
    return _place_page(request, row, 422, why_form=form)
