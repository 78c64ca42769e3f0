from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from residents.access import get_kept, get_visible
from residents.forms import HouseholdAddForm, HouseholdForm, MoveOutForm, ResidentForm, RevealForm
from residents.history import changes_of
from residents.models import Door, Household, Resident
from residents.needs import need_words
from residents.services import (
    HouseholdError,
    RevealError,
    move_in,
    move_out,
    move_resident_out,
    reveal_phone,
    reveals_left,
    save_resident,
)

DOORS = Door.objects.select_related("building__compound")
HOUSEHOLDS = Household.objects.select_related("door__building__compound")
RESIDENTS = Resident.objects.select_related("household__door__building__compound")


def _remarks(person: Resident) -> list[str]:
    """What stands beside a name, as far as it is known."""
    away = person.whereabouts != Resident.Whereabouts.HOME
    shared = person.phone_index and person.sharers > 1
    return [
        *([person.get_age_band_display()] if person.age_band else []),
        *([_("speaks for the household")] if person.is_contact else []),
        *([person.get_whereabouts_display()] if away else []),
        *([_("stays at %(door)s") % {"door": person.stays_at}] if person.stays_at else []),
        *([_("number shared by %(count)s") % {"count": person.sharers}] if shared else []),
        *([_("until %(day)s") % {"day": person.moved_out_on.isoformat()}] if person.moved_out_on else []),
    ]


@require_safe
def household(request, pk):
    home = get_visible(HOUSEHOLDS, request.user, pk=pk)
    can_keep = request.user.access.keeps(home.door.building)
    people = list(home.residents.with_remarks(home.door.building.compound_id).order_by("-is_contact", "pk"))
    for person in people:
        person.need_words, person.remarks = need_words(person.needs), _remarks(person)
    context = {
        "household": home,
        "door": home.door,
        "building": home.door.building,
        "people": [person for person in people if not person.moved_out_on],
        "former": [person for person in people if person.moved_out_on],
        "neighbours": list(home.door.households.exclude(pk=home.pk).order_by("-moved_out_on", "pk")),
        "changes": changes_of(home, names=can_keep),
        "can_keep": can_keep,
        "guests": list(Resident.objects.guests().filter(host_id=home.pk).select_related("household__door__building")),
        "link": home.links.filter(revoked_at=None).first(),
        "joined": list(home.door.joined_doors.order_by("entrance", "key")),
    }
    return render(request, "residents/household.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def household_add(request, pk):
    door = get_kept(DOORS, request.user, pk=pk)
    form = HouseholdAddForm(request.POST if request.method == "POST" else None, user=request.user, door=door)
    if request.method == "POST" and form.is_valid() and not form.asks:
        try:
            return redirect(move_in(door=door, **form.cleaned_data))
        except HouseholdError as error:
            form.add_error(None, str(error))
    context = {"door": door, "building": door.building, "form": form}
    return render(request, "residents/household_add.html", context, status=422 if form.errors or form.asks else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def household_edit(request, pk):
    home = get_kept(HOUSEHOLDS, request.user, pk=pk)
    form = HouseholdForm(request.POST if request.method == "POST" else None, instance=home)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(home)
    context = {"household": home, "building": home.door.building, "form": form}
    return render(request, "residents/household_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def household_move_out(request, pk):
    home = get_kept(HOUSEHOLDS, request.user, pk=pk)
    form = MoveOutForm(request.POST if request.method == "POST" else None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            move_out(household=home, on=form.cleaned_data["on"])
        except HouseholdError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The household has moved out. It stays on record."))
            return redirect(home.door.building)
    context = {"household": home, "building": home.door.building, "form": form}
    return render(request, "residents/move_out.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def resident_add(request, pk):
    home = get_kept(HOUSEHOLDS, request.user, pk=pk)
    data = request.POST if request.method == "POST" else None
    form = ResidentForm(data, instance=Resident(household=home), user=request.user)
    if request.method == "POST" and form.is_valid() and not form.asks:
        save_resident(resident=form.save(commit=False), phone=form.new_phone)
        messages.success(request, _("Saved."))
        return redirect(home)
    context = {"household": home, "building": home.door.building, "form": form}
    return render(request, "residents/resident_add.html", context, status=422 if form.errors or form.asks else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def resident_edit(request, pk):
    person = get_kept(RESIDENTS, request.user, pk=pk)
    name = person.name
    form = ResidentForm(request.POST if request.method == "POST" else None, instance=person, user=request.user)
    if request.method == "POST" and form.is_valid() and not form.asks:
        save_resident(resident=form.save(commit=False), phone=form.new_phone)
        messages.success(request, _("Saved."))
        return redirect(person.household)
    home = person.household
    context = {"resident": person, "name": name, "household": home, "building": home.door.building, "form": form}
    return render(request, "residents/resident_edit.html", context, status=422 if form.errors or form.asks else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def resident_move_out(request, pk):
    person = get_kept(RESIDENTS, request.user, pk=pk)
    form = MoveOutForm(request.POST if request.method == "POST" else None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            move_resident_out(resident=person, on=form.cleaned_data["on"])
        except HouseholdError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Moved out. The record stays."))
            return redirect(person.household)
    home = person.household
    context = {"resident": person, "household": home, "building": home.door.building, "form": form}
    return render(request, "residents/move_out.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def resident_reveal(request, pk):
    """The number is in the answer to the POST and nowhere else; every look is on record with its reason."""
    person = get_visible(RESIDENTS, request.user, pk=pk)
    home = person.household
    form = RevealForm(request.POST if request.method == "POST" else None)
    context = {"resident": person, "household": home, "building": home.door.building, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context["phone"] = reveal_phone(resident=person, by=request.user, reason=form.cleaned_data["reason"])
        except RevealError as error:
            form.add_error(None, str(error))
    context |= {"can_keep": request.user.access.keeps(home.door.building), "left": reveals_left(request.user)}
    return render(request, "residents/reveal.html", context, status=422 if form.errors else 200)
