"""Parts of a round on the phone: take a free one, give one back, hand one over. Known by the phone's key alone."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from compound.my_doors import describe_part
from compound.phone_requests import PhoneRefusal, find_phone, language_of, read_object
from residents.models import Device, Volunteer
from rounds.models import Assignment, Round
from rounds.receiving import clean_text
from rounds.segments import NotOffered, SegmentTaken, claim_segment, hand_over
from rounds.services import RoundError, release_assignment
from shifts.places import refuse_stopped
from shifts.telling import ShiftError

LONGEST_REASON = 200
FLOORS = range(-100, 1000)
KEYS = range(1, 2**31)


def answers_phones(view):
    """Run with the phone's key and language; every refusal, also a busy database, is JSON of ours."""

    @csrf_exempt  # no cookie is read: the key is in a header
    @login_not_required
    @wraps(view)
    def answer(request):
        with translation.override(language_of(request)):
            try:
                words = view(request, find_phone(request))
                response = JsonResponse({"portal": "shoulou", **words})
            except PhoneRefusal as refusal:
                response = refusal.as_response()
            except SegmentTaken as taken:
                response = PhoneRefusal("taken", 409, str(taken), holder=taken.holder).as_response()
            except NotOffered as late:
                response = PhoneRefusal("not_offered", 409, str(late)).as_response()
            except (RoundError, ShiftError) as error:
                response = PhoneRefusal("refused", 409, str(error)).as_response()
            except DatabaseError:
                response = PhoneRefusal("try_again", 503).as_response()
        response["Cache-Control"] = "no-store, private"
        return response

    return answer


@require_POST
@answers_phones
def my_claim(request, device: Device) -> dict:
    """Take a free segment: {"round", "building", "entrance", "floors": [from, to]}."""
    sent = read_object(request)
    floors, entrance = sent.get("floors"), sent.get("entrance", "")
    if not isinstance(floors, list) or len(floors) != 2 or not all(_is_in(FLOORS, floor) for floor in floors):
        raise PhoneRefusal("bad_request", 400)
    if not isinstance(entrance, str) or len(entrance) > 10 or not _is_in(KEYS, sent.get("building")):
        raise PhoneRefusal("bad_request", 400)
    refuse_stopped(device.volunteer)
    part = claim_segment(
        round=_own_round(device, sent),
        volunteer=device.volunteer,
        building_id=sent["building"],
        entrance=entrance,
        floor_from=floors[0],
        floor_to=floors[1],
    )
    return {"part": describe_part(part)}


@require_POST
@answers_phones
def my_release(request, device: Device) -> dict:
    """Give a part back: {"part", "reason"}. Asked again, the answer is the same."""
    sent = read_object(request)
    part = _own_part(device, sent, also_released=True)
    release_assignment(assignment=part, by=device.volunteer.user, reason=_reason(sent), must_say_why=True)
    return {}


@require_POST
@answers_phones
def my_hand_over(request, device: Device) -> dict:
    """Give a part to a fellow volunteer: {"part", "volunteer", "reason"}."""
    sent = read_object(request)
    part = _own_part(device, sent)
    to = None
    if _is_in(KEYS, sent.get("volunteer")):
        to = Volunteer.objects.active().filter(pk=sent["volunteer"], compound=device.volunteer.compound_id).first()
    if to is None:
        raise PhoneRefusal("unknown_volunteer", 404)
    hand_over(assignment=part, to=to, by=device.volunteer.user, reason=_reason(sent))
    return {}


@require_safe
@answers_phones
def my_fellows(request, device: Device) -> dict:
    """Who a part can be handed to. Two statements."""
    volunteer = device.volunteer
    others = Volunteer.objects.active().filter(compound=volunteer.compound_id).exclude(pk=volunteer.pk)
    if volunteer.compound.requires_training:
        others = others.filter(trained_on__isnull=False)
    return {"fellows": [{"id": other.pk, "name": other.name} for other in others.order_by("name", "pk")]}


def _is_in(numbers: range, value: Any) -> bool:
    return type(value) is int and value in numbers


def _own_round(device: Device, sent: dict[str, Any]) -> Round:
    round = None
    if _is_in(KEYS, sent.get("round")):
        round = Round.objects.filter(pk=sent["round"], compound=device.volunteer.compound_id).first()
    if round is None:
        raise PhoneRefusal("unknown_round", 404)
    return round


def _own_part(device: Device, sent: dict[str, Any], *, also_released: bool = False) -> Assignment:
    parts = Assignment.objects.filter(volunteer=device.volunteer_id).select_related("building", "round")
    if not also_released:
        parts = parts.filter(released_at=None)
    part = parts.filter(pk=sent["part"]).first() if _is_in(KEYS, sent.get("part")) else None
    if part is None:
        raise PhoneRefusal("unknown_part", 404)
    return part


def _reason(sent: dict[str, Any]) -> str:
    reason = sent.get("reason", "")
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON:
        raise PhoneRefusal("bad_request", 400)
    return clean_text(reason)
