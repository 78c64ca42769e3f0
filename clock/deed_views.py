"""Forms that decide something about a clock: each says what will happen, and asks why."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clock.forms import BasisForm, DecisionForm, OverrideForm, ReleaseForm, RuleForm, StartForm, StopForm, TickForm
from clock.models import Case, Clock, ClockEvent
from clock.sentences import say
from clock.services import (
    ClockError,
    change_rule,
    choose_basis,
    decide_about,
    override_zone,
    read_clock,
    release_building,
    start_clocks,
    stop_clock,
    tick_check,
    void_event,
)
from residents.access import get_kept
from residents.models import Compound

form_page = require_http_methods(["GET", "HEAD", "POST"])
CLOCKS = Clock.objects.select_related("building__compound")


@form_page
def start(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    chosen = [int(key) for key in request.GET.getlist("building") if key.isascii() and key.isdigit() and len(key) < 10]
    form = StartForm(request.POST or None, compound=compound, initial={"buildings": chosen})
    if request.method == "POST" and form.is_valid():
        try:
            clocks = start_clocks(by=request.user, **form.cleaned_data)
            messages.success(request, _("The clock is running."))
            return redirect(clocks[0]) if len(clocks) == 1 else redirect("clock:compound", compound.pk)
        except ClockError as error:
            form.add_error(None, str(error))
    context = {
        "form": form,
        "title": _("Start a clock"),
        "text": _("Each building chosen gets a clock of its own, so that what happens in one leaves the others alone."),
        "back": ("clock:compound", compound.pk),
        "crumb": compound,
    }
    return _page(request, form, context)


def _page(request, form, context):
    name, key = context.pop("back")
    context |= {"form": form, "back_name": name, "back_key": key}
    return render(request, "clock/deed.html", context, status=422 if form.errors else 200)


def _deed(request, clock, form, service, page: dict):
    """A page that says what will happen, and the button that does it."""
    if request.method == "POST" and form.is_valid():
        try:
            service(by=request.user, **form.cleaned_data)
            messages.success(request, page["done"])
            return redirect(clock)
        except ClockError as error:
            form.add_error(None, str(error))
    context = {"crumb": clock.building, "back": ("clock:building", clock.building_id), **page}
    return _page(request, form, context)


def _bound(form_class, request, **kwargs):
    return form_class(request.POST if request.method == "POST" else None, **kwargs)


@form_page
def decide(request, pk, subject):
    clock = get_kept(CLOCKS, request.user, pk=pk)
    if not Case.objects.kept_by(request.user).filter(subject=subject, building=clock.building_id).exists():
        raise Http404
    page = {
        "title": _("Decide about a positive"),
        "text": _("The rule leaves it to an investigation. The street decides; write down what it said."),
        "done": _("Decided."),
    }

    def service(**values):
        return decide_about(clock=clock, subject=subject, **values)

    return _deed(request, clock, _bound(DecisionForm, request), service, page)


@form_page
def override(request, pk):
    clock = get_kept(CLOCKS, request.user, pk=pk)
    page = {
        "title": _("Set the area by hand"),
        "text": _("For what the rule does not say. The days are counted on; your name and the reason are shown."),
        "done": _("The area is set."),
    }

    def service(**values):
        return override_zone(clock=clock, **values)

    return _deed(request, clock, _bound(OverrideForm, request, initial={"zone": "sealed"}), service, page)


@form_page
def rule(request, pk):
    clock = get_kept(CLOCKS, request.user, pk=pk)
    page = {
        "title": _("Change the rule"),
        "text": _("From the day you name the new rule holds. The count goes on from its first day."),
        "done": _("The rule is changed."),
    }

    def service(**values):
        return change_rule(clock=clock, **values)

    return _deed(request, clock, _bound(RuleForm, request), service, page)


@form_page
def basis(request, pk):
    clock = get_kept(CLOCKS, request.user, pk=pk)
    read = read_clock(clock)
    page = {
        "title": _("Which day counts"),
        "text": _("Sample, report and order may fall on different days. Say which the street counts from."),
        "done": _("The basis is chosen."),
    }

    def service(**values):
        return choose_basis(clock=clock, **values)

    return _deed(request, clock, _bound(BasisForm, request, initial={"basis": read.reckoning.basis}), service, page)


@form_page
def tick(request, pk, check):
    """`check` as the rule calls it: street, clean_days, round-13."""
    clock = get_kept(CLOCKS, request.user, pk=pk)
    line = next((row for row in read_clock(clock).checks if row.key == check and check not in {"days", "asks"}), None)
    if line is None:
        raise Http404
    text = say(line.said)
    page = {"title": _("Tick by hand"), "text": text, "done": _("Ticked, with your name and the time.")}

    def service(**values):
        return tick_check(clock=clock, check=check, **values)

    return _deed(request, clock, _bound(TickForm, request, check=check), service, page)


@form_page
def release(request, pk):
    clock = get_kept(CLOCKS, request.user, pk=pk)
    page = {
        "title": _("Release the building"),
        "text": _("From the midnight after its last day it is no longer closed. The sub-district has the last word."),
        "done": _("The building is released."),
    }

    def service(**values):
        return release_building(clock=clock, **values)

    return _deed(request, clock, _bound(ReleaseForm, request), service, page)


@form_page
def stop(request, pk):
    clock = get_kept(CLOCKS, request.user, pk=pk)
    page = {
        "title": _("Stop the clock"),
        "text": _("When it should not run at all: a false positive, an order withdrawn. The past stays on record."),
        "done": _("The clock is stopped."),
        "is_dangerous": True,
    }

    def service(**values):
        return stop_clock(clock=clock, **values)

    return _deed(request, clock, _bound(StopForm, request), service, page)


@form_page
def void(request, pk):
    event = get_kept(ClockEvent.objects.select_related("clock__building__compound"), request.user, pk=pk)
    page = {
        "title": _("Take it back"),
        "text": _("It stays on record, struck through, and counts no more."),
        "done": _("Taken back."),
    }

    def service(**values):
        return void_event(event=event, **values)

    return _deed(request, event.clock, _bound(StopForm, request), service, page)
