"""A drive under way: the runner's round of doors, what came out of it, who got of it, and calling it off."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from residents.access import get_kept
from residents.models import Building, Household
from sharing.drive_views import DRIVES, PLEDGES, drive_deed
from sharing.forms import CollectedForm, MadeForm, NoteForm, PortionsForm, WhyForm, first_error
from sharing.models import Drive
from sharing.pledging import begin_collecting, cancel_drive, hand_over, record_portions, tell_collected, tell_made
from sharing.reading import read_drive, read_route
from sharing.telling import SharingError
from sharing.views import form_page


@require_POST
def drive_collect(request, pk):
    """With everything, or with what there is and a reason."""
    row = get_kept(DRIVES, request.user, pk=pk)
    form = WhyForm(request.POST, prefix="collect")
    form.fields["reason"].required = not read_drive(row, request.user).is_full
    return drive_deed(
        request,
        row,
        form,
        "collect_form",
        lambda **told: begin_collecting(drive=row, by=request.user, **told),
        _("The runner may go now."),
    )


@require_safe
def drive_route(request, pk):
    """Door by door, top floor first, on the screen or on paper."""
    row = get_kept(DRIVES, request.user, pk=pk)
    houses = read_route(row)
    context = {
        "drive": row,
        "compound": row.compound,
        "houses": houses,
        "can_mark": row.state == Drive.State.COLLECTING,
        "stop_count": sum(len(house.stops) for house in houses),
    }
    return render(request, "sharing/route.html", context)


@require_POST
def drive_picked(request, pk):
    """Picked up, was not there, or the press before was a mistake."""
    row = get_kept(PLEDGES, request.user, pk=pk)
    form = CollectedForm(request.POST)
    try:
        if not form.is_valid():
            raise SharingError(first_error(form))
        tell_collected(pledge=row, by=request.user, **form.cleaned_data)
    except SharingError as error:
        messages.error(request, str(error))
    return redirect("sharing:drive_route", row.part.drive_id)


@require_POST
def drive_made(request, pk):
    row = get_kept(DRIVES, request.user, pk=pk)
    form = MadeForm(request.POST, prefix="made")
    return drive_deed(
        request,
        row,
        form,
        "made_form",
        lambda **told: tell_made(drive=row, by=request.user, **told),
        _("Made! Now write down who got of it."),
    )


@form_page
def drive_portions(request, pk, building_pk):
    """Who got of it, one house at a time."""
    row = get_kept(DRIVES, request.user, pk=pk)
    houses = Building.objects.filter(compound=row.compound_id)
    building = get_object_or_404(houses.filter(pk=row.building_id) if row.building_id else houses, pk=building_pk)
    form = PortionsForm(request.POST or None, building=building)
    if request.method == "POST" and form.is_valid():
        try:
            count = record_portions(drive=row, households=form.cleaned_data["homes"], by=request.user)
            done = ngettext("%(count)s door noted.", "%(count)s doors noted.", count) % {"count": count}
            messages.success(request, done)
            return redirect(row)
        except SharingError as error:
            form.add_error(None, str(error))
    had = set(row.portions.values_list("household", flat=True))
    homes = Household.objects.lived_in().filter(door__building=building).select_related("door")
    context = {
        "drive": row,
        "building": building,
        "homes": list(homes.order_by("door__entrance", "-door__floor", "door__position", "pk")),
        "had": had,
        "chosen": {int(key) for key in request.POST.getlist("homes") if key.isascii() and key.isdigit()},
        "left": (row.result_count or 0) - len(had),
        "error": first_error(form),
    }
    return render(request, "sharing/portions.html", context, status=422 if form.errors else 200)


@require_POST
def drive_hand_over(request, pk):
    row = get_kept(DRIVES, request.user, pk=pk)
    form = NoteForm(request.POST, prefix="note")
    return drive_deed(
        request,
        row,
        form,
        "note_form",
        lambda **told: hand_over(drive=row, by=request.user, **told),
        _("Handed over. Thank you, all of you!"),
    )


@require_POST
def drive_cancel(request, pk):
    row = get_kept(DRIVES, request.user, pk=pk)
    form = WhyForm(request.POST, prefix="cancel")
    return drive_deed(
        request,
        row,
        form,
        "cancel_form",
        lambda **told: cancel_drive(drive=row, by=request.user, **told),
        _("Called off; whoever promised is told."),
    )
