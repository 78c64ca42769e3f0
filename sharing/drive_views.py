"""Pledge drives at the desk: what goes on, beginning one, its parts and who promises what."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.models import Compound
from sharing.chat import missing_text
from sharing.forms import (
    DriveForm,
    MadeForm,
    NewDriveForm,
    NoteForm,
    PartCountForm,
    PartForm,
    ProxyPledgeForm,
    WhyForm,
    first_error,
)
from sharing.models import Drive, Part, Pledge
from sharing.pledging import add_part, begin_drive, change_drive, change_part, pledge, remove_part, take_back
from sharing.reading import read_drive, read_drives
from sharing.telling import SharingError, Teller
from sharing.views import choose_compound, form_page, get_typed_in, may_type

DRIVES = Drive.objects.select_related("compound", "building", "kitchen__door__building", "runner")
PARTS = Part.objects.select_related("drive")
PLEDGES = Pledge.objects.select_related("part__drive")


@require_safe
def drives(request):
    return choose_compound(request, "sharing:drive_list", _("Pledge drives"))


@require_safe
def drive_list(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    running, over = read_drives(compound, request.user)
    context = {
        "compound": compound,
        "running": running,
        "over": over,
        "can_type": may_type(request.user, compound),
    }
    return render(request, "sharing/drives.html", context)


def _form(request, form, compound, title: str, drive=None):
    hint = _("Name no household: what becomes of it and who gets it stand on every page.")
    context = {"form": form, "compound": compound, "title": title, "hint": hint, "back": "drives", "drive": drive}
    return render(request, "sharing/form.html", context, status=422 if form.errors else 200)


@form_page
def drive_add(request, pk):
    compound = get_typed_in(request, pk)
    form = NewDriveForm(request.POST or None, compound=compound, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            row = begin_drive(compound=compound, by=request.user, **form.cleaned_data)
            messages.success(request, _("Now write down what it takes, part by part."))
            return redirect(row)
        except SharingError as error:
            form.add_error(None, str(error))
    return _form(request, form, compound, _("New drive"))


@form_page
def drive_edit(request, pk):
    row = get_kept(DRIVES, request.user, pk=pk)
    kitchen = {}
    if row.kitchen:
        kitchen = {"kitchen_building": row.kitchen.door.building_id, "kitchen_room": row.kitchen.door.full_room}
    start = {name: getattr(row, name) for name in ("title", "goes_to", "pledge_until", "collect_at", "where", "runner")}
    form = DriveForm(request.POST or None, compound=row.compound, initial=start | kitchen)
    if request.method == "POST" and form.is_valid():
        try:
            change_drive(drive=row, **form.cleaned_data)
            return redirect(row)
        except SharingError as error:
            form.add_error(None, str(error))
    return _form(request, form, row.compound, _("Change the drive"), row)


# --- One drive ------------------------------------------------------------------------------------


def drive_page(request, row: Drive, status: int = 200, **forms):
    user = request.user
    page = read_drive(row, user)
    access = user.access
    can_run = row.compound_id in access.steward or row.building_id in access.lead_buildings
    context = {
        "drive": row,
        "compound": row.compound,
        "page": page,
        "chat": missing_text(row, page.parts) if row.state == Drive.State.OPEN else "",
        "can_run": can_run,
        "can_type": may_type(user, row.compound),
        "steps": row.steps.select_related("by", "pledge__part") if can_run else [],
        "houses": [row.building] if row.building else row.compound.buildings.houses(),
        "portion_count": row.portions.count(),
        "part_form": PartForm(prefix="part"),
        "pledge_form": ProxyPledgeForm(drive=row, user=user, prefix="pledge"),
        "collect_form": WhyForm(prefix="collect"),
        "made_form": MadeForm(prefix="made"),
        "note_form": NoteForm(prefix="note"),
        "cancel_form": WhyForm(prefix="cancel"),
    } | forms
    # A box that is gone meanwhile still says why nothing was done.
    shown = {"open": {"collect_form"}, "collecting": {"made_form"}, "made": {"note_form"}}.get(row.state, set())
    always = {"part_form"} if row.state != Drive.State.OPEN else set()
    gone = ({"collect_form", "made_form", "note_form"} - shown) | always
    context["closed_forms"] = [context[name] for name in sorted(gone)]
    return render(request, "sharing/drive.html", context, status=status)


def drive_deed(request, row: Drive, form, name: str, deed, done: str):
    """One form of the drive's page: done and back, or shown again with what was typed."""
    if form.is_valid():
        try:
            deed(**form.cleaned_data)
            messages.success(request, done)
            return redirect(row)
        except SharingError as error:
            form.add_error(None, str(error))
    return drive_page(request, row, 422, **{name: form})


@require_safe
def drive(request, pk):
    return drive_page(request, get_visible(DRIVES, request.user, pk=pk))


@require_POST
def drive_part_add(request, pk):
    row = get_kept(DRIVES, request.user, pk=pk)
    form = PartForm(request.POST, prefix="part")
    return drive_deed(
        request, row, form, "part_form", lambda **told: add_part(drive=row, **told), _("It is on the list.")
    )


@require_POST
def drive_part_change(request, pk):
    part = get_kept(PARTS, request.user, pk=pk)
    form = PartCountForm(request.POST)
    try:
        if not form.is_valid():
            raise SharingError(first_error(form))
        change_part(part=part, **form.cleaned_data)
        messages.success(request, _("Saved."))
    except SharingError as error:
        messages.error(request, str(error))
    return redirect(part.drive)


@require_POST
def drive_part_remove(request, pk):
    part = get_kept(PARTS, request.user, pk=pk)
    try:
        remove_part(part=part)
        messages.success(request, _("Taken from the list."))
    except SharingError as error:
        messages.error(request, str(error))
    return redirect(part.drive)


@require_POST
def drive_pledge(request, pk):
    """For a household without a phone."""
    row = get_visible(DRIVES, request.user, pk=pk)
    if not may_type(request.user, row.compound):
        raise PermissionDenied
    form = ProxyPledgeForm(request.POST, drive=row, user=request.user, prefix="pledge")
    return drive_deed(
        request, row, form, "pledge_form", lambda **_told: pledge(**form.told()), _("Promised. Thank you!")
    )


@require_POST
def drive_pledge_end(request, pk):
    row = get_visible(PLEDGES.select_related("household__door__building"), request.user, pk=pk)
    if not request.user.access.keeps(row.household.door.building):
        raise PermissionDenied
    try:
        take_back(pledge=row, teller=Teller(by=request.user))
        messages.success(request, _("The promise was taken back."))
    except SharingError as error:
        messages.error(request, str(error))
    return redirect(row.part.drive)
