"""A volunteer who turns positive: one press takes from them everything they had taken, in one transaction.

Parts of rounds are free for others, shifts show their holes, needs, calls and collections go back; the doors they stood
at in the last days are shown to the stewards alone, and each look is on record. On the top floor, for it touches every
room.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from care.calling import free_calls_of
from care.needs import free_needs_of
from residents.access import get_kept
from residents.models import AccessRecord, User, Volunteer
from rounds.folding import standing
from rounds.models import Assignment, Mark, Visit
from rounds.services import release_assignment
from sharing.pledging import free_drives_of
from shifts.health import record_positive
from shifts.models import Place, PositiveCall
from shifts.places import lock_rules
from shifts.telling import ShiftError

CALLS = PositiveCall.objects.select_related("volunteer__compound", "by")
DAYS = (2, 3, 4)


class DaysForm(forms.Form):
    days = forms.TypedChoiceField(
        label=gettext_lazy("Doors of the last"),
        coerce=int,
        choices=[(n, ngettext_lazy("%(n)s day", "%(n)s days", n) % {"n": n}) for n in DAYS],
        initial=4,
    )


@dataclass
class RecentDoor:
    """A household they stood before, and what they last said of it."""

    visit: Visit
    outcome: str
    word: str
    first_at: datetime
    last_at: datetime
    times: int


def recent_doors(volunteer: Volunteer, until: datetime, days: int) -> list[RecentDoor]:
    """From the marks that stand: those made on their phone, and those typed from their sheet. One statement."""
    theirs = Q(marked_by=volunteer.user_id, walked_by=None) | Q(walked_by=volunteer)
    rows = Mark.objects.filter(theirs, happened_at__gt=until - timedelta(days=days), happened_at__lte=until)
    by_visit: dict[int, list[Mark]] = defaultdict(list)
    for mark in rows.select_related("visit__building"):
        by_visit[mark.visit_id].append(mark)
    by_home: dict[int, list[Mark]] = defaultdict(list)
    for own in by_visit.values():
        for mark in standing(own):
            by_home[mark.visit.household_id].append(mark)
    doors = []
    for marks in by_home.values():
        marks.sort(key=lambda mark: mark.happened_at)
        last = marks[-1]
        word = str(last.get_outcome_display())
        doors.append(RecentDoor(last.visit, last.outcome, word, marks[0].happened_at, last.happened_at, len(marks)))
    return sorted(doors, key=lambda door: (-door.last_at.timestamp(), door.visit.pk))


def open_parts(volunteer: Volunteer) -> list[Assignment]:
    """Given or claimed, in rounds that go on or are still to begin."""
    parts = Assignment.objects.filter(volunteer=volunteer, released_at=None, round__state__in=["draft", "open"])
    return list(parts.select_related("round", "building").order_by("round", "pk"))


@transaction.atomic
def turn_positive(*, volunteer: Volunteer, by: User, days: int, now: datetime | None = None) -> PositiveCall:
    """All of it or nothing. What others read of it says "cannot go on", never why."""
    now = now or timezone.now()
    lock_rules(volunteer.compound_id)  # first: nobody puts them into a shift meanwhile
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("cannot go on")
    released = sum(release_assignment(assignment=part, by=by, reason=reason) for part in open_parts(volunteer))
    claims = free_needs_of(volunteer=volunteer, by=by, reason=reason, now=now)
    claims += free_calls_of(caller=volunteer.user) + free_drives_of(volunteer=volunteer)
    return record_positive(
        volunteer=volunteer,
        by=by,
        days=days,
        part_count=released,
        claim_count=claims,
        door_count=len(recent_doors(volunteer, now, days)),
        now=now,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def volunteer_positive(request, pk):
    person = get_kept(Volunteer.objects.select_related("compound", "user"), request.user, pk=pk)
    form = DaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            call = turn_positive(volunteer=person, by=request.user, **form.cleaned_data)
            messages.success(request, _("Done. The doors below are for you alone; what was free is offered to others."))
            return redirect(call)
        except ShiftError as error:
            form.add_error(None, str(error))
    ahead = Place.objects.standing().filter(
        volunteer=person, shift__cancelled_at=None, shift__ends_at__gt=timezone.now()
    )
    context: dict[str, Any] = {"volunteer": person, "compound": person.compound, "form": form}
    context |= {"parts": open_parts(person), "shifts": [place.shift for place in ahead.select_related("shift")]}
    context["calls"] = CALLS.filter(volunteer=person)
    return render(request, "shifts/positive_ask.html", context, status=422 if form.errors else 200)


@require_safe
def volunteer_positive_record(request, pk):
    call = get_kept(CALLS, request.user, pk=pk)
    doors = recent_doors(call.volunteer, call.at, call.days)
    compound = call.volunteer.compound
    AccessRecord.objects.create(
        user=request.user,
        compound=compound,
        deed=AccessRecord.Deed.LOOK,
        subject=f"recent doors of volunteer {call.volunteer_id}",
        row_count=len(doors),
    )
    context = {"call": call, "volunteer": call.volunteer, "compound": compound, "doors": doors}
    return render(request, "shifts/positive.html", context)
