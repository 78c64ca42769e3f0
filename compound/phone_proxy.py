"""For a neighbour without a phone: the volunteer at the door types what the household orders, asks for or reserves.

Only for doors the volunteer holds in an open round; every word carries who typed it. Needs signal: each of these
waits for the portal's yes, as a list that is full cannot be promised by a phone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from buying.models import GroupOrder, Item, LineChange, OrderLine
from buying.ordering import set_lines
from buying.quantities import make_asked, read_told
from buying.services import BuyingError
from compound.phone_parts import answers_phones
from compound.phone_requests import PhoneRefusal, read_object
from compound.shell import page_with_signal
from residents.models import Device, Household, Volunteer
from residents.together import read_together
from rounds.models import Assignment, Round, Visit
from sharing.forms import WishForm, first_error
from sharing.models import Category, Corner, CornerStep, Offer, Reservation, Wish
from sharing.offering import reserve
from sharing.reading import SHOWN, SOONEST
from sharing.telling import SharingError, Teller
from sharing.wishing import ask_for

KEYS = range(1, 2**31)
MOST_FIELDS = 200


@dataclass(frozen=True)
class Said:
    """What the phone sent: for which door, which deed, and the fields as they were typed."""

    home: Household
    deed: str
    pk: int
    posted: dict[str, str]

    @property
    def key(self) -> str:
        return f"{self.deed}-{self.pk}" if self.pk else self.deed


@dataclass(frozen=True)
class Refused:
    key: str
    message: str
    posted: Mapping[str, str] = field(default_factory=dict)


@login_not_required
@require_safe
def my_proxy(request):
    return page_with_signal("my/proxy.html")


def claimed_homes(volunteer: Volunteer) -> QuerySet[Household]:
    """Who lives behind the doors this volunteer holds in an open round, and nobody else."""
    held = Assignment.objects.over_visit().filter(volunteer=volunteer)
    visits = Visit.objects.filter(Exists(held), round__state=Round.State.OPEN, round__compound=volunteer.compound_id)
    homes = Household.objects.current().filter(Exists(visits.filter(household=OuterRef("pk"))))
    return homes.select_related("door__building__compound").order_by(
        "door__building__position", "door__building__code", "door__entrance", "-door__floor", "door__position", "pk"
    )


@require_safe
@answers_phones
def my_proxy_doors(request, device: Device) -> dict:
    """The doors one may type for. Two statements, the phone's own among them."""
    houses: dict[str, list[dict[str, Any]]] = defaultdict(list)
    behind: dict[int, int] = defaultdict(int)
    for home in claimed_homes(device.volunteer):
        behind[home.door_id] += 1
        number = f" /{behind[home.door_id]}" if behind[home.door_id] > 1 else ""
        houses[str(home.door.building)].append({"id": home.pk, "room": f"{home.door.full_room}{number}"})
    return {"houses": [{"name": name, "doors": doors} for name, doors in houses.items()]}


@require_safe
@answers_phones
def my_proxy_home(request, device: Device) -> dict:
    """?door=<household>: what can be ordered, asked for and reserved for it. Three statements, always."""
    key = request.GET.get("door", "")
    home = _own_home(device, int(key) if key.isascii() and key.isdigit() and len(key) < 10 else 0)
    return {"html": _fragment(device, home)}


@require_POST
@answers_phones
def my_proxy_tell(request, device: Device) -> dict:
    """{"door", "deed": order|ask|reserve, "key": list or offer, "fields"}: done, or refused with what was typed."""
    said = _read(request, device)
    try:
        done = DEEDS[said.deed](device, said)
    except (BuyingError, SharingError) as error:
        refused = Refused(said.key, str(error), said.posted)
        html = _fragment(device, said.home, refused)
        raise PhoneRefusal("refused", 422, str(error), html=html) from error
    return {"html": _fragment(device, said.home, done=done)}


def _own_home(device: Device, key: Any) -> Household:
    home = claimed_homes(device.volunteer).filter(pk=key).first() if type(key) is int and key in KEYS else None
    if home is None:
        raise PhoneRefusal("unknown_door", 404, _("This door is not yours at the moment."))
    return home


def _read(request, device: Device) -> Said:
    sent = read_object(request)
    deed, key, posted = sent.get("deed"), sent.get("key", 0), sent.get("fields")
    if deed not in DEEDS or type(key) is not int or not isinstance(posted, dict) or len(posted) > MOST_FIELDS:
        raise PhoneRefusal("bad_request", 400)
    if not all(isinstance(value, str) and "\0" not in value for value in posted.values()):
        raise PhoneRefusal("bad_request", 400)
    home = _own_home(device, sent.get("door"))
    return Said(home, deed, key if key in KEYS else 0, posted)


# --- What is told ---------------------------------------------------------------------------------


def _teller(device: Device) -> Teller:
    return Teller(by=device.volunteer.user, heard_by=device.volunteer)


def _order(device: Device, said: Said) -> str:
    """What shall stand, not what is to be added: sent twice it changes nothing."""
    order = _collecting(device).filter(pk=said.pk).first()
    if order is None:
        raise BuyingError(_("This list is closed; nothing was changed. Call the group lead if something is wrong."))
    told = read_told(said.posted, order.items.all())
    set_lines(
        order=order,
        household=said.home,
        wanted=told.wanted,
        saw=told.saw,
        how=LineChange.How.PHONE,
        by=device.volunteer.user,
        caller=" ".join(said.posted.get("caller", "").split())[:40],
        is_bound_to_hour=True,
    )
    return _("It is on the list of “%(list)s”.") % {"list": order}


def _ask(device: Device, said: Said) -> str:
    form = WishForm(said.posted)
    if not form.is_valid():
        raise SharingError(first_error(form))
    ask_for(household=said.home, teller=_teller(device), **form.cleaned_data)
    return _("It is on the list, without the room.")


def _reserve(device: Device, said: Said) -> str:
    offer = Offer.objects.filter(compound=device.volunteer.compound_id, wish=None, pk=said.pk).first()
    if offer is None:
        raise SharingError(_("This is not offered here."))
    reserve(offer=offer, household=said.home, quantity=said.posted.get("quantity", ""), teller=_teller(device))
    return _("Reserved.")


DEEDS: dict[str, Callable[[Device, Said], str]] = {"order": _order, "ask": _ask, "reserve": _reserve}


# --- What is shown --------------------------------------------------------------------------------


def _collecting(device: Device) -> QuerySet[GroupOrder]:
    return GroupOrder.objects.collecting(timezone.now()).filter(compound=device.volunteer.compound_id)


class _Again:
    """A refusal finds its form; where that is gone from the page, the sentence still stands, on top."""

    def __init__(self, refused: Refused | None):
        self.refused = refused
        self.lost = refused.message if refused else ""

    def at(self, key: str) -> tuple[str, Mapping[str, str]]:
        if self.refused is None or self.refused.key != key:
            return "", {}
        self.lost = ""
        return self.refused.message, self.refused.posted


def _fragment(device: Device, home: Household, refused: Refused | None = None, done: str = "") -> str:
    """One statement. Rooms only of what this volunteer reserved for the household: somebody has to fetch it."""
    now = timezone.now()
    compound, orders = device.volunteer.compound_id, _collecting(device)
    offers = Offer.objects.filter(compound=compound).exclude(household=home).on_show(now).filter(left__gt=0)
    rows = read_together(
        orders.order_by("closes_at", "pk"),
        Item.objects.filter(order__in=orders.order_by()).order_by("order", "position", "pk"),
        OrderLine.objects.filter(item__order__in=orders.order_by(), household=home).values_list("item", "quantity"),
        Corner.objects.filter(compound=compound, paused_at=None),
        offers.order_by(*SOONEST)[:SHOWN],
        *_typed(device, home),
    )
    lists, items, stands, corners, free, asked, held = rows
    taken = {row.offer_id for row in held}
    again = _Again(refused)
    for order in lists:
        own = [item for item in items if item.order_id == order.pk]
        order.error, typed = again.at(f"order-{order.pk}")
        order.asked, order.caller = make_asked(own, dict(stands), typed), typed.get("caller", "")
    free = [offer for offer in free if offer.pk not in taken]
    for offer in free:
        offer.error, typed = again.at(f"reserve-{offer.pk}")
        offer.typed = typed.get("quantity", "")
    ask_error, ask = again.at("ask" if corners else "")
    context = {
        "lists": lists,
        "corner": corners[0] if corners else None,
        "offers": free,
        "asked": asked,
        "held": held,
        "categories": Category.choices,
        "ask": ask,
        "ask_error": ask_error,
        "lost": again.lost,
        "done": done,
    }
    return render_to_string("my/_proxy_home.html", context)


def _typed(device: Device, home: Household) -> tuple[QuerySet[Wish], QuerySet[Reservation]]:
    """What this volunteer typed for the household and still stands."""
    user, now = device.volunteer.user_id, timezone.now()
    by_me = CornerStep.objects.filter(reservation=OuterRef("pk"), kind=CornerStep.Kind.RESERVED, by=user)
    held = Reservation.objects.live(now).filter(Exists(by_me), household=home)
    wishes = Wish.objects.filter(household=home, typed_by=user).on_show(now)
    return wishes.order_by("until", "pk"), held.select_related("offer__household__door__building").order_by("pk")
