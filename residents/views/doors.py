from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from residents.access import get_kept
from residents.forms import JoinForm
from residents.joining import JoinError, join_doors, separate_door, steps_of
from residents.models import Door, Household

DOORS = Door.objects.select_related("building__compound", "joined_to__building")


def _home_of(door: Door):
    """Where to go back to: the oldest household behind the door, or its building."""
    return Household.objects.current().filter(door=door).order_by("pk").first() or door.building


@require_http_methods(["GET", "HEAD", "POST"])
def door_join(request, pk):
    door = get_kept(DOORS, request.user, pk=pk)
    form = JoinForm(request.POST if request.method == "POST" else None, door=door)
    if request.method == "POST" and form.is_valid():
        try:
            join_doors(main=door, by=request.user, **form.cleaned_data)
        except JoinError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Joined: one household, one visit, found by either room."))
            return redirect(_home_of(door))
    steps = list(steps_of(door.pk))
    context = {"door": door, "building": door.building, "back": _home_of(door), "form": form, "steps": steps}
    return render(request, "residents/door_join.html", context, status=422 if form.errors else 200)


@require_POST
def door_separate(request, pk):
    door = get_kept(DOORS, request.user, pk=pk)
    try:
        separate_door(joined=door, by=request.user, reason=request.POST.get("reason", ""))
    except JoinError as error:
        messages.error(request, str(error))
        return redirect(_home_of(door.joined_to or door))
    messages.success(request, _("%(room)s stands for itself again.") % {"room": door.full_room})
    return redirect(_home_of(door.joined_to))
