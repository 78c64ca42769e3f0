"""Shifts on a volunteer's phone: take a place, say "can't come" with one tap, a word a day about one's health.

Known by the phone's key alone. Nobody else's name is sent to a phone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compound.phone_parts import answers_phones
from compound.phone_requests import PhoneRefusal, read_object
from compound.shell import page_with_signal
from residents.models import Device, Volunteer
from shifts.health import say_health
from shifts.models import HealthWord, Place, Shift, ShiftRules, ShiftStep
from shifts.places import is_stopped, leave_place, rules_of, take_place
from shifts.telling import ShiftError

SHOWN_AHEAD = timedelta(days=14)
KEYS = range(1, 2**31)
WORDS = frozenset({HealthWord.Kind.WELL, HealthWord.Kind.SYMPTOM})


@login_not_required
@require_safe
def my_shifts(request):
    return page_with_signal("my/shifts.html")


@require_safe
@answers_phones
def my_shift_list(request, device: Device) -> dict:
    """Six statements, the phone's own among them, however many shifts there are."""
    volunteer = device.volunteer
    now = timezone.now()
    rules = rules_of(volunteer.compound)
    mine = {place.shift_id: place for place in _own_places(volunteer, now)}
    rows = Shift.objects.not_over(now).filter(
        Q(starts_at__lt=now + SHOWN_AHEAD) | Q(pk__in=mine), compound=volunteer.compound_id
    )
    said = HealthWord.objects.filter(volunteer=volunteer, on=timezone.localdate(now), kind=HealthWord.Kind.WELL)
    return {
        "shifts": [_shift(row, mine.get(row.pk), rules) for row in rows.select_related("building")],
        "health": {"well": said.exists(), "stopped": is_stopped(volunteer)},
    }


def _own_places(volunteer: Volunteer, now) -> list[Place]:
    """With how many wait before them, and whether they moved up from the waiting list."""
    moved = ShiftStep.objects.filter(place=OuterRef("pk"), kind=ShiftStep.Kind.MOVED_UP)
    before = Q(shift__all_places__state=Place.State.WAITING, shift__all_places__pk__lt=F("pk"))
    rows = Place.objects.standing().filter(volunteer=volunteer, shift__cancelled_at=None, shift__ends_at__gt=now)
    return list(rows.annotate(before=Count("shift__all_places", filter=before), moved_up=Exists(moved)))


def _shift(row: Shift, place: Place | None, rules: ShiftRules) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": row.pk,
        "title": row.title,
        "task": str(row.get_task_display()),
        "gear": rules.gear_for(row.task),
        "where": " · ".join(str(word) for word in (row.building, row.meeting_point) if word),
        "from": row.starts_at.isoformat(),
        "until": row.ends_at.isoformat(),
        "places": row.places,
        "free": row.free,
        "state": place.state if place else "",
    }
    if place and place.state == Place.State.WAITING:
        told["before"] = place.before  # type: ignore[attr-defined]
    if place and place.state == Place.State.HELD:
        told["moved_up"] = place.moved_up  # type: ignore[attr-defined]
    return told


@require_POST
@answers_phones
def my_shift_take(request, device: Device) -> dict:
    """{"shift"}: a place, or a turn on the waiting list. Limits are for stewards to go over, never for a phone."""
    shift = _named_shift(request, device)
    try:
        place = take_place(shift=shift, volunteer=device.volunteer, by=device.volunteer.user)
    except ShiftError as error:
        raise PhoneRefusal("refused", 409, str(error)) from error
    return {"state": place.state}


@require_POST
@answers_phones
def my_shift_leave(request, device: Device) -> dict:
    """{"shift"}: cannot come. Tapped again, the answer is the same."""
    shift = _named_shift(request, device)
    place = Place.objects.standing().filter(shift=shift, volunteer=device.volunteer_id).select_related("shift").first()
    try:
        if place is not None:
            leave_place(place=place, by=device.volunteer.user)
    except ShiftError as error:
        raise PhoneRefusal("refused", 409, str(error)) from error
    return {"state": ""}


@require_POST
@answers_phones
def my_health(request, device: Device) -> dict:
    """{"word"}: well or symptom, never what it is. Only a steward ends what a symptom begins."""
    word = read_object(request).get("word")
    if not isinstance(word, str) or word not in WORDS:
        raise PhoneRefusal("bad_request", 400)
    try:
        say_health(volunteer=device.volunteer, kind=word, by=device.volunteer.user)
    except ShiftError as error:
        raise PhoneRefusal("refused", 409, str(error)) from error
    return {"well": word == HealthWord.Kind.WELL, "stopped": is_stopped(device.volunteer)}


def _named_shift(request, device: Device) -> Shift:
    key = read_object(request).get("shift")
    shift = None
    if type(key) is int and key in KEYS:
        shift = Shift.objects.filter(pk=key, compound=device.volunteer.compound_id).first()
    if shift is None:
        raise PhoneRefusal("unknown_shift", 404)
    return shift
