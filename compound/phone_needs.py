"""Needs on a volunteer's phone: take one that fits, learn then where it is, and say what became of it. And tell of a
need heard at a door one holds.

Known by the phone's key alone; with signal, for a need that two have taken helps nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from care.errors import CareError
from care.forms import AskForm, first_error
from care.models import Kind, Need
from care.needs import ask, finish, release, start
from care.offering import NotOffered, claim_offered, held_by, read_offers
from care.telling import Teller
from compound.phone_parts import answers_phones
from compound.phone_proxy import claimed_homes
from compound.phone_requests import PhoneRefusal, read_object
from compound.shell import page_with_signal
from residents.models import Device
from shifts.places import refuse_stopped

KEYS = range(1, 2**31)
MOST_FIELDS = 10


@dataclass(frozen=True)
class Said:
    deed: str
    key: int  # the need; for a new one the household
    posted: dict[str, str]


@dataclass(frozen=True)
class Refused:
    deed: str
    key: int
    message: str
    posted: Mapping[str, str] = field(default_factory=dict)


@login_not_required
@require_safe
def my_needs(request):
    return page_with_signal("my/needs.html")


@require_safe
@answers_phones
def my_need_list(request, device: Device) -> dict:
    """Three statements, the phone's own among them, however many needs there are."""
    return {"html": _fragment(device)}


@require_POST
@answers_phones
def my_need_tell(request, device: Device) -> dict:
    """{"deed": take|start|done|back|ask, "key", "fields"}: done, or refused with what was typed."""
    said = _read(request)
    refuse_stopped(device.volunteer)
    try:
        done = DEEDS[said.deed](device, said)
    except NotOffered as error:
        raise PhoneRefusal("unknown_need", 404, _("This is not offered to you.")) from error
    except CareError as error:
        html = _fragment(device, Refused(said.deed, said.key, str(error), said.posted))
        raise PhoneRefusal("refused", 409, str(error), html=html) from error
    return {"html": _fragment(device, done=done)}


def _read(request) -> Said:
    sent = read_object(request)
    deed, key, posted = sent.get("deed"), sent.get("key"), sent.get("fields", {})
    if deed not in DEEDS or type(key) is not int or not isinstance(posted, dict) or len(posted) > MOST_FIELDS:
        raise PhoneRefusal("bad_request", 400)
    if not all(isinstance(value, str) and "\0" not in value for value in posted.values()):
        raise PhoneRefusal("bad_request", 400)
    return Said(deed, key if key in KEYS else 0, posted)


def _take(device: Device, said: Said) -> str:
    claim_offered(key=said.key, volunteer=device.volunteer)
    return _("It is yours. Where it is stands below.")


def _held(device: Device, said: Said) -> Need:
    need = held_by(device.volunteer, timezone.now()).filter(pk=said.key).first()
    if need is None:
        raise NotOffered
    return need


def _start(device: Device, said: Said) -> str:
    start(need=_held(device, said), by=device.volunteer.user)
    return _("Thank you. It is yours for some hours more.")


def _done(device: Device, said: Said) -> str:
    finish(need=_held(device, said), by=device.volunteer.user, note=said.posted.get("note", ""))
    return _("Thank you. The household says whether all is well.")


def _back(device: Device, said: Said) -> str:
    release(need=_held(device, said), by=device.volunteer.user, reason=said.posted.get("reason", ""))
    return _("Others can take it now.")


def _ask(device: Device, said: Said) -> str:
    home = claimed_homes(device.volunteer).filter(pk=said.key).first()
    if home is None:
        raise CareError(_("Choose a door you hold in an open round."))
    form = AskForm(said.posted)
    if not form.is_valid():
        raise CareError(first_error(form))
    teller = Teller(by=device.volunteer.user, heard_by=device.volunteer)
    need = ask(household=home, teller=teller, **form.cleaned_data)
    return _("The desk has it. Call 120 first!") if need.is_urgent else _("The desk has it.")


DEEDS: dict[str, Callable[[Device, Said], str]] = {
    "take": _take,
    "start": _start,
    "done": _done,
    "back": _back,
    "ask": _ask,
}


def _fragment(device: Device, refused: Refused | None = None, done: str = "") -> str:
    offers = read_offers(device.volunteer)
    context: dict[str, Any] = {
        "mine": offers.mine,
        "free": offers.free,
        "homes": list(claimed_homes(device.volunteer)),
        "kinds": Kind.choices,
        "refused": refused,
        # What was refused about something that is not on the page any more stands on top.
        "lost": refused.message if refused and not _is_shown(refused, offers.mine) else "",
        "done": done,
    }
    return render_to_string("my/_needs_list.html", context)


def _is_shown(refused: Refused, mine: list[Need]) -> bool:
    return refused.deed == "ask" or any(need.pk == refused.key for need in mine)
