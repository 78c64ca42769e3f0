import segno
from django.conf import settings
from django.contrib import messages
from django.db.models import F, Max, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.forms import VolunteerForm
from residents.models import Compound, Device, Volunteer
from residents.services import VolunteerError, add_volunteer, end_device, end_volunteer, make_invite
from residents.squad import change_volunteer, set_training_gate
from residents.volunteer_forms import ProfileForm

VOLUNTEERS = Volunteer.objects.select_related("compound")


@require_safe
def volunteers(request, pk):
    access = request.user.access
    place = get_object_or_404(Compound, pk__in=access.whole_compounds & {pk})  # a building lead has no list of them
    is_waiting = Q(invites__used_at=None, invites__expires_at__gt=timezone.now())
    rows = (
        place.volunteers.annotate(invited_until=Max("invites__expires_at", filter=is_waiting))
        .prefetch_related("devices")
        .order_by(F("ended_at").asc(nulls_first=True), "name", "pk")
    )
    active, former = [], []
    for row in rows:
        row.phones = [device for device in row.devices.all() if not device.ended_at]
        (former if row.ended_at else active).append(row)
    context = {"compound": place, "active": active, "former": former, "can_keep": place.pk in access.steward}
    return render(request, "residents/volunteers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def volunteer_add(request, pk):
    place = get_kept(Compound.objects, request.user, pk=pk)
    form = VolunteerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            person = add_volunteer(compound=place, name=form.cleaned_data["name"])
        except VolunteerError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Added. Now invite their phone."))
            return redirect(person)
    context = {"compound": place, "form": form}
    return render(request, "residents/volunteer_add.html", context, status=422 if form.errors else 200)


@require_safe
def volunteer(request, pk):
    person = get_visible(VOLUNTEERS, request.user, pk=pk)
    context = {
        "volunteer": person,
        "compound": person.compound,
        "usual_buildings": list(person.usual_buildings.all()),
        "devices": list(person.devices.all()),
        "invites": list(person.invites.select_related("created_by", "device")[:8]),
        "now": timezone.now(),
        "can_keep": person.compound_id in request.user.access.steward,
    }
    return render(request, "residents/volunteer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def volunteer_edit(request, pk):
    person = get_kept(VOLUNTEERS, request.user, pk=pk)
    form = ProfileForm(request.POST if request.method == "POST" else None, volunteer=person)
    if request.method == "POST" and form.is_valid():
        try:
            change_volunteer(volunteer=person, **form.cleaned_data)
        except VolunteerError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(person)
    context = {"volunteer": person, "compound": person.compound, "form": form}
    return render(request, "residents/volunteer_edit.html", context, status=422 if form.errors else 200)


@require_POST
def training_gate(request, pk):
    """On with `required`, off without."""
    place = get_kept(Compound.objects, request.user, pk=pk)
    is_required = bool(request.POST.get("required"))
    set_training_gate(compound=place, is_required=is_required)
    told = (
        _("Only trained volunteers are given doors now.") if is_required else _("Every volunteer may be given doors.")
    )
    messages.success(request, told)
    return redirect("residents:volunteers", place.pk)


@require_POST
def volunteer_invite(request, pk):
    """The code exists in this one answer only; a second look needs a second invite."""
    person = get_kept(VOLUNTEERS, request.user, pk=pk)
    try:
        fresh = make_invite(volunteer=person, by=request.user)
    except VolunteerError as error:
        messages.error(request, str(error))
        return redirect(person)
    link = settings.PUBLIC_URL + reverse("invite", args=[fresh.code])
    # Attributes only, no style: the content security policy would drop it.
    qr = segno.make(link, error="m", micro=False).svg_inline(omitsize=True, border=3, light="#fff", svgclass="qr")
    context = {"volunteer": person, "compound": person.compound, "invite": fresh.invite, "link": link}
    return render(request, "residents/invite.html", context | {"qr": mark_safe(qr)})


@require_POST
def volunteer_end(request, pk):
    person = get_kept(VOLUNTEERS, request.user, pk=pk)
    try:
        end_volunteer(volunteer=person)
    except VolunteerError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s has left. Their phones are signed out.") % {"name": person})
    return redirect("residents:volunteers", person.compound_id)


@require_POST
def device_end(request, pk):
    # A phone has no scope of its own: it is its volunteer's.
    device = get_object_or_404(Device.objects.select_related("volunteer"), pk=pk)
    get_kept(Volunteer.objects, request.user, pk=device.volunteer_id)
    try:
        end_device(device=device)
    except VolunteerError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The phone is signed out."))
    return redirect(device.volunteer)
