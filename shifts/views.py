"""Shifts at the desk: the roster, one shift, its places; the rules, the hours and the health log of a compound."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Compound, Volunteer
from shifts.forms import (
    HealthForm,
    NewShiftForm,
    PresenceForm,
    RulesForm,
    ShiftForm,
    SignUpForm,
    WhyForm,
    asked_days,
)
from shifts.health import say_health
from shifts.models import Place, Shift
from shifts.places import leave_place, rules_of, take_place, tell_presence
from shifts.reading import dress, read_health, read_hours, read_roster, with_people
from shifts.services import cancel_shift, change_rules, change_shift, make_shifts
from shifts.telling import ShiftError

form_page = require_http_methods(["GET", "HEAD", "POST"])
SHIFTS = Shift.objects.select_related("compound", "building")
PLACES = Place.objects.select_related("shift", "volunteer")


@require_safe
def home(request):
    """Straight on where one has a single compound."""
    compounds = list(Compound.objects.visible_to(request.user))
    if len(compounds) == 1:
        return redirect("shifts:roster", compounds[0].pk)
    return render(request, "shifts/home.html", {"compounds": compounds})


def may_keep(user, compound: Compound) -> bool:
    return compound.pk in user.access.steward


@require_safe
def roster(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    rules = rules_of(compound)
    page = read_roster(compound, request.user, rules)
    can_keep = may_keep(request.user, compound)
    context = {"compound": compound, "rules": rules, "page": page, "today": timezone.localdate(), "can_keep": can_keep}
    return render(request, "shifts/roster.html", context)


def _form(request, form, compound, title: str, back: str, hint: str = ""):
    context = {"form": form, "compound": compound, "title": title, "back": back, "hint": hint}
    return render(request, "shifts/form.html", context, status=422 if form.errors else 200)


@form_page
def add(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = NewShiftForm(request.POST or None, compound=compound)
    if request.method == "POST" and form.is_valid():
        try:
            make_shifts(compound=compound, by=request.user, **form.cleaned_data)
            messages.success(request, _("The shift is on the roster; volunteers see it on their phones."))
            return redirect("shifts:roster", pk)
        except ShiftError as error:
            form.add_error(None, str(error))
    hint = _("Four hours are long without food, water and a rest: rather make two shifts.")
    return _form(request, form, compound, _("New shift"), "roster", hint)


@form_page
def rules(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = RulesForm(request.POST or None, instance=rules_of(compound))
    if request.method == "POST" and form.is_valid():
        change_rules(compound=compound, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("shifts:roster", pk)
    hint = _("A shift that would break a limit is refused. A steward may go over it and say why.")
    return _form(request, form, compound, _("Rules of shifts"), "roster", hint)


# --- One shift ------------------------------------------------------------------------------------


def shift_page(request, row: Shift, status: int = 200, **forms):
    page = dress(with_people(Shift.objects.filter(pk=row.pk)).get(), rules_of(row.compound))
    page.compound = row.compound
    can_keep = may_keep(request.user, row.compound)
    context = {
        "shift": page,
        "compound": row.compound,
        "can_keep": can_keep,
        "can_change": can_keep and not page.is_over and page.cancelled_at is None,
        "steps": row.steps.select_related("by", "place__volunteer") if can_keep else [],
        "sign_up_form": SignUpForm(prefix="in", compound=row.compound),
        "cancel_form": WhyForm(prefix="off"),
    } | forms
    return render(request, "shifts/shift.html", context, status=status)


@require_safe
def shift(request, pk):
    return shift_page(request, get_visible(SHIFTS, request.user, pk=pk))


@form_page
def edit(request, pk):
    row = get_kept(SHIFTS, request.user, pk=pk)
    names = ("title", "task", "building", "meeting_point", "starts_at", "ends_at", "places")
    start = {name: getattr(row, name) for name in names}
    form = ShiftForm(request.POST or None, compound=row.compound, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            change_shift(shift=row, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect(row)
        except ShiftError as error:
            form.add_error(None, str(error))
    return _form(request, form, row.compound, _("Change the shift"), row.get_absolute_url())


@require_POST
def cancel(request, pk):
    row = get_kept(SHIFTS, request.user, pk=pk)
    form = WhyForm(request.POST, prefix="off")
    if form.is_valid():
        try:
            cancel_shift(shift=row, by=request.user, **form.cleaned_data)
            messages.success(request, _("Called off. Whoever had a place is told."))
            return redirect(row)
        except ShiftError as error:
            form.add_error(None, str(error))
    return shift_page(request, row, 422, cancel_form=form)


@require_POST
def sign_up(request, pk):
    row = get_kept(SHIFTS, request.user, pk=pk)
    form = SignUpForm(request.POST, prefix="in", compound=row.compound)
    if form.is_valid():
        try:
            place = take_place(shift=row, by=request.user, **form.cleaned_data)
            waits = place.state == Place.State.WAITING
            messages.success(request, _("On the waiting list.") if waits else _("They have a place."))
            return redirect(row)
        except ShiftError as error:
            form.add_error(None, str(error))
    return shift_page(request, row, 422, sign_up_form=form)


@require_POST
def leave(request, pk):
    """One press for somebody who called in: cannot come."""
    place = get_kept(PLACES, request.user, pk=pk)
    try:
        leave_place(place=place, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, _("Noted. The waiting list has had its turn; stewards and the lead are told."))
    except ShiftError as error:
        messages.error(request, str(error))
    return redirect(place.shift)


@require_POST
def presence(request, pk):
    place = get_kept(PLACES, request.user, pk=pk)
    form = PresenceForm(request.POST)
    try:
        if not form.is_valid():
            raise ShiftError(_("Choose whether they came."))
        tell_presence(place=place, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
    except ShiftError as error:
        messages.error(request, str(error))
    return redirect(place.shift)


# --- Hours and health: stewards alone ---------------------------------------------------------------


@require_safe
def hours(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form, first, last = asked_days(request.GET)
    lines = read_hours(compound, first, last)
    context = {"compound": compound, "form": form, "lines": lines, "first": first, "last": last}
    return render(request, "shifts/hours.html", context, status=422 if form.errors else 200)


@require_safe
def health(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    days, lines = read_health(compound, timezone.localdate())
    AccessRecord.objects.create(
        user=request.user,
        compound=compound,
        deed=AccessRecord.Deed.LOOK,
        subject="health log of volunteers",
        row_count=len(lines),
    )
    return render(request, "shifts/health.html", {"compound": compound, "days": days, "lines": lines})


@require_POST
def health_tell(request, pk):
    person = get_kept(Volunteer.objects, request.user, pk=pk)
    form = HealthForm(request.POST)
    try:
        if not form.is_valid():
            raise ShiftError(_("Choose one of the words."))
        say_health(volunteer=person, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
    except ShiftError as error:
        messages.error(request, str(error))
    return redirect("shifts:health", person.compound_id)
