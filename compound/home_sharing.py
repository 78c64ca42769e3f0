"""On a household's own page: drives it may give a part to, and the share corner.

What a household sees of another is the room of a match, and where the thing hangs. Whatever it names that is not its
own, or not there any more, gets the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from compound.household import Part, Refused, Visitor, home_act, over, refuse, thanks
from residents.in_rounds import Reads, in_rounds
from residents.links import touch_link
from sharing.forms import AnswerForm, OfferForm, WishForm, first_error
from sharing.models import Category, Offer, Pledge, Reservation, Wish
from sharing.models import Part as DrivePart
from sharing.offering import give, offer_something, release, reserve, resume_offer, stop_offer, withdraw_offer
from sharing.pledging import pledge, take_back
from sharing.reading import read_home_corner, read_home_drives
from sharing.telling import SharingError, Teller
from sharing.wishing import answer_wish, ask_for, stop_wish

STYLE = "css/sharing.css"
REFUSED_KEYS = ("offer", "ask")


def _teller(visitor: Visitor) -> Teller:
    return Teller(link=visitor.link)


def _done(visitor: Visitor, part: str) -> HttpResponse:
    touch_link(visitor.link)
    return thanks(visitor, part)


# --- What is shown --------------------------------------------------------------------------------


@in_rounds
def drives_part(visitor: Visitor) -> Reads[Part | None]:
    """One step."""
    drives = yield from read_home_drives.wants(visitor.household)
    if not drives:
        return None
    for drive in drives:
        for part in drive.all_parts:  # type: ignore[attr-defined]
            part.action = visitor.address("home_pledge", part.pk)
            refused = visitor.refusal_at("drives", part.pk)
            part.error, part.typed = _again(refused)
            for mine in part.mine:
                mine.action = visitor.address("home_pledge_end", mine.pk)
    return Part("drives", "home/_drives.html", {"drives": drives}, style=STYLE)


def _again(refused: Refused | None, name: str = "quantity") -> tuple[str, str]:
    """Why it was refused, and what was typed."""
    return (refused.message, refused.posted.get(name, "")) if refused else ("", "")


@in_rounds
def corner_part(visitor: Visitor) -> Reads[Part | None]:
    """One step."""
    page = yield from read_home_corner.wants(visitor.household)
    if page is None:
        return None
    for offer in [*page.offers, *page.mine]:
        offer.at = _addresses(visitor, "home_share_offer", offer.pk, OFFER_DEEDS)  # type: ignore[attr-defined]
        offer.error, offer.typed = _again(visitor.refusal_at("share", f"offer-{offer.pk}"))  # type: ignore[attr-defined]
        for held in getattr(offer, "live_ones", ()):
            held.at = _addresses(visitor, "home_share_reservation", held.pk, RESERVATION_DEEDS)
    for held in page.reserved:
        held.at = _addresses(visitor, "home_share_reservation", held.pk, RESERVATION_DEEDS)  # type: ignore[attr-defined]
        held.error, _typed = _again(visitor.refusal_at("share", f"held-{held.pk}"))  # type: ignore[attr-defined]
    for wish in [*page.wishes, *page.asked]:
        wish.at = _addresses(visitor, "home_share_wish", wish.pk, WISH_DEEDS)  # type: ignore[attr-defined]
        refused = visitor.refusal_at("share", f"wish-{wish.pk}")
        wish.error, wish.typed = refused.message if refused else "", refused.posted if refused else {}  # type: ignore[attr-defined]
    context = {
        "page": page,
        "categories": Category.choices,
        "today": timezone.localdate(),
        "offer_at": visitor.address("home_share_new", "offer"),
        "ask_at": visitor.address("home_share_new", "ask"),
        "refused": {key: visitor.refusal_at("share", key) for key in REFUSED_KEYS},
        # A sentence about something that is not on the page any more still has its place: at the top.
        "lost": _lost(visitor, page),
    }
    return Part("share", "home/_sharing.html", context, style=STYLE)


def _addresses(visitor: Visitor, name: str, pk: int, deeds: Iterable[str]) -> dict[str, str]:
    return {deed: visitor.address(name, pk, deed) for deed in deeds}


def _lost(visitor: Visitor, page: Any) -> str:
    refused = visitor.refused
    if refused is None or refused.part != "share" or refused.key in REFUSED_KEYS:
        return ""
    shown = {f"offer-{row.pk}" for row in [*page.offers, *page.mine]} | {f"held-{row.pk}" for row in page.reserved}
    shown |= {f"wish-{row.pk}" for row in [*page.wishes, *page.asked]}
    return "" if refused.key in shown else refused.message


# --- What is done ---------------------------------------------------------------------------------


def _try(visitor: Visitor, key: str, posted: Any, deed: Callable[[], Any]) -> HttpResponse:
    try:
        deed()
    except SharingError as error:
        return refuse(visitor, Refused("share", str(error), key, posted))
    return _done(visitor, "share")


@home_act
def home_share_new(request: HttpRequest, visitor: Visitor, what: str) -> HttpResponse:
    """`what`: offer or ask."""
    if what not in REFUSED_KEYS:
        return over(visitor)
    form = OfferForm(request.POST) if what == "offer" else WishForm(request.POST)
    service: Callable[..., Any] = offer_something if what == "offer" else ask_for
    if not form.is_valid():
        return refuse(visitor, Refused("share", first_error(form), what, request.POST))
    told: dict[str, Any] = {"household": visitor.household, "teller": _teller(visitor)} | form.cleaned_data
    return _try(visitor, what, request.POST, lambda: service(**told))


def _reserve(visitor: Visitor, offer: Offer, posted: Any) -> None:
    reserve(offer=offer, household=visitor.household, quantity=posted.get("quantity", ""), teller=_teller(visitor))


OFFER_DEEDS: dict[str, Callable[[Visitor, Offer, Any], None]] = {
    "reserve": _reserve,
    "stop": lambda visitor, offer, _posted: stop_offer(offer=offer, teller=_teller(visitor)),
    "resume": lambda visitor, offer, _posted: resume_offer(offer=offer, teller=_teller(visitor)),
    "withdraw": lambda visitor, offer, posted: withdraw_offer(
        offer=offer, reason=posted.get("reason", ""), teller=_teller(visitor)
    ),
}


@home_act
def home_share_offer(request: HttpRequest, visitor: Visitor, pk: int, deed: str) -> HttpResponse:
    """Reserving is for what others offer, everything else for one's own."""
    here = Offer.objects.filter(compound=visitor.household.door.building.compound_id, pk=pk)
    offer = (here.filter(wish=None) if deed == "reserve" else here.filter(household=visitor.household)).first()
    if offer is None or deed not in OFFER_DEEDS:
        return over(visitor)
    return _try(visitor, f"offer-{pk}", request.POST, lambda: OFFER_DEEDS[deed](visitor, offer, request.POST))


RESERVATION_DEEDS: dict[str, Callable[..., None]] = {"give": give, "release": release}


@home_act
def home_share_reservation(request: HttpRequest, visitor: Visitor, pk: int, deed: str) -> HttpResponse:
    """That it changed hands is told by either side; that it is not needed, by who reserved."""
    rows = Reservation.objects.select_related("offer").filter(pk=pk)
    mine = rows.filter(household=visitor.household)
    theirs = rows.filter(offer__household=visitor.household) if deed == "give" else rows.none()
    held = (mine | theirs).first()
    if held is None or deed not in RESERVATION_DEEDS:
        return over(visitor)
    key = f"held-{pk}" if held.household_id == visitor.household.pk else f"offer-{held.offer_id}"
    service = RESERVATION_DEEDS[deed]
    return _try(visitor, key, request.POST, lambda: service(reservation=held, teller=_teller(visitor)))


WISH_DEEDS = ("answer", "stop")


@home_act
def home_share_wish(request: HttpRequest, visitor: Visitor, pk: int, deed: str) -> HttpResponse:
    here = Wish.objects.filter(compound=visitor.household.door.building.compound_id, pk=pk)
    own = here.filter(household=visitor.household).first()
    if deed == "stop" and own is not None:
        return _try(visitor, f"wish-{pk}", request.POST, lambda: stop_wish(wish=own, teller=_teller(visitor)))
    wish = here.first()
    if deed != "answer" or wish is None:
        return over(visitor)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return refuse(visitor, Refused("share", first_error(form), f"wish-{pk}", request.POST))
    whose: dict[str, Any] = {"wish": wish, "household": visitor.household, "teller": _teller(visitor)}
    return _try(visitor, f"wish-{pk}", request.POST, lambda: answer_wish(**whose, **form.cleaned_data))


@home_act
def home_pledge(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """So much of a part, or another amount than before."""
    drives = read_home_drives(visitor.household)
    part = DrivePart.objects.select_related("drive").filter(pk=pk, drive__in=[drive.pk for drive in drives]).first()
    if part is None:
        return over(visitor)
    try:
        pledge(
            part=part,
            household=visitor.household,
            quantity=request.POST.get("quantity", ""),
            teller=_teller(visitor),
        )
    except SharingError as error:
        return refuse(visitor, Refused("drives", str(error), pk, request.POST))
    return _done(visitor, "drives")


@home_act
def home_pledge_end(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    mine = Pledge.objects.standing().select_related("part__drive").filter(household=visitor.household, pk=pk).first()
    if mine is None:
        return over(visitor)
    try:
        take_back(pledge=mine, teller=_teller(visitor))
    except SharingError as error:
        return refuse(visitor, Refused("drives", str(error), mine.part_id, request.POST))
    return _done(visitor, "drives")
