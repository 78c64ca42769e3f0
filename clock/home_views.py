"""Who comes home recovered, with the rule that nobody may refuse them. For stewards alone."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clock.forms import HomecomingForm, HomecomingTickForm, RevealForm
from clock.homecoming import read_return, receive_home, reveal_home, standing_exemption, tick_homecoming
from clock.models import Homecoming
from clock.reading import today_in_shanghai
from clock.services import ClockError
from residents.access import get_kept, get_visible
from residents.models import Compound

HOMECOMINGS = Homecoming.objects.select_related(
    "version__profile", "household__door__building__compound", "resident", "by"
).prefetch_related("ticks__by")


@require_safe
def homecomings(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    rows = HOMECOMINGS.kept_by(request.user).filter(household__door__building__compound=compound)[:200]
    context = {"compound": compound, "rows": [read_return(row) for row in rows], "today": today_in_shanghai()}
    return render(request, "clock/homecomings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = HomecomingForm(request.POST if request.method == "POST" else None, compound=compound)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(receive_home(by=request.user, **form.cleaned_data))
        except ClockError as error:
            form.add_error(None, str(error))
    context = {
        "form": form,
        "crumb": compound,
        "title": _("Somebody comes home"),
        "text": _("Recovered, with the paper release certificate. They may not be refused."),
        "back_name": "clock:homecomings",
        "back_key": compound.pk,
    }
    return render(request, "clock/deed.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def homecoming(request, pk):
    """As with a case: the room is in the answer to the POST, and the look is on record."""
    row = get_visible(HOMECOMINGS, request.user, pk=pk)
    form = RevealForm(request.POST if request.method == "POST" else None)
    building = row.household.door.building
    context = {"row": row, "read": read_return(row), "building": building, "form": form, "today": today_in_shanghai()}
    context["exemption"] = standing_exemption(row)
    if request.method == "POST" and form.is_valid():
        reveal_home(homecoming=row, by=request.user, reason=form.cleaned_data["reason"])
        context["is_shown"] = True
    return render(request, "clock/homecoming.html", context, status=422 if form.errors else 200)


@require_POST
def tick(request, pk):
    row = get_kept(HOMECOMINGS, request.user, pk=pk)
    form = HomecomingTickForm(request.POST)
    try:
        if not form.is_valid():
            raise ClockError(_("This check is not part of the rule."))
        tick_homecoming(homecoming=row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Ticked, with your name and the time."))
    except ClockError as error:
        messages.error(request, str(error))
    return redirect(row)
