"""The share corner at the desk: what is offered and asked for, what is on its way, and typing for who has no phone."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Compound
from sharing.chat import corner_text
from sharing.forms import (
    CornerForm,
    ProxyAnswerForm,
    ProxyOfferForm,
    ProxyReserveForm,
    ProxyWishForm,
    WhyForm,
)
from sharing.models import Corner, CornerStep, Offer, Reservation, Wish
from sharing.offering import (
    give,
    offer_something,
    open_corner,
    pause_corner,
    release,
    reserve,
    resume_offer,
    stop_offer,
    ungive,
    withdraw_offer,
)
from sharing.reading import read_answered, read_corner, read_wishes
from sharing.telling import SharingError, Teller
from sharing.wishing import answer_wish, ask_for, stop_wish

form_page = require_http_methods(["GET", "HEAD", "POST"])
OFFERS = Offer.objects.select_related("compound", "household__door__building")
RESERVATIONS = Reservation.objects.select_related("offer")


def choose_compound(request, to: str, title: str):
    """Straight on where one has a single compound."""
    compounds = list(Compound.objects.visible_to(request.user))
    if len(compounds) == 1:
        return redirect(to, compounds[0].pk)
    return render(request, "sharing/home.html", {"compounds": compounds, "to": to, "title": title})


def may_type(user, compound: Compound) -> bool:
    """For a household without a phone: stewards, and leads for their buildings."""
    return compound.pk in user.access.steward | user.access.lead_compounds


def get_typed_in(request, pk) -> Compound:
    compound = get_visible(Compound.objects, request.user, pk=pk)
    if not may_type(request.user, compound):
        raise PermissionDenied
    return compound


def form_answer(request, form, compound, title: str, back: str, hint: str = ""):
    context = {"form": form, "compound": compound, "title": title, "hint": hint, "back": back}
    return render(request, "sharing/form.html", context, status=422 if form.errors else 200)


@require_safe
def home(request):
    return choose_compound(request, "sharing:corner", _("Share corner"))


# --- The corner -----------------------------------------------------------------------------------


@require_safe
def corner(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    page = read_corner(compound, request.user)
    context = {
        "compound": compound,
        "corner": Corner.objects.filter(compound=compound).first(),
        "page": page,
        "tab": "corner",
        "chat": corner_text(page.offers, []),
        "can_keep": pk in request.user.access.steward,
        "can_type": may_type(request.user, compound),
        "today": timezone.localdate(),
    }
    return render(request, "sharing/corner.html", context)


@form_page
def rules(request, pk):
    """Opening it, and what was agreed on."""
    compound = get_kept(Compound.objects, request.user, pk=pk)
    row = Corner.objects.filter(compound=compound).first()
    form = CornerForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        open_corner(compound=compound, **form.cleaned_data)
        messages.success(request, _("Saved.") if row else _("The share corner is open."))
        return redirect("sharing:corner", pk)
    title = _("Rules of the share corner") if row else _("Open the share corner")
    hint = _("Few rules, the same for everybody. They stand on each household's page.")
    return form_answer(request, form, compound, title, "corner", hint)


@require_POST
def pause(request, pk):
    """Enough, thanks, for the whole corner; or on again."""
    row = get_kept(Corner.objects, request.user, compound=pk)
    pause_corner(corner=row, is_paused="on" not in request.POST)
    messages.success(request, _("The corner goes on.") if "on" in request.POST else _("The corner pauses."))
    return redirect("sharing:corner", pk)


@require_safe
def wall(request, pk):
    """For the notice board: no door stands on it."""
    compound = get_visible(Compound.objects, request.user, pk=pk)
    page = read_corner(compound, request.user)
    AccessRecord.objects.create(
        user=request.user,
        compound=compound,
        deed=AccessRecord.Deed.PRINT,
        subject=f"compound {pk}: share corner, wall",
        row_count=len(page.offers),
    )
    context = {"compound": compound, "page": page, "wishes": read_wishes(compound, request.user)}
    return render(request, "sharing/wall.html", context)


@form_page
def offer_add(request, pk):
    compound = get_typed_in(request, pk)
    form = ProxyOfferForm(request.POST or None, compound=compound, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            offer_something(**form.told())
            messages.success(request, _("It is on the list."))
            return redirect("sharing:corner", pk)
        except SharingError as error:
            form.add_error(None, str(error))
    hint = _("For a household without a phone. Neighbours see the thing, and the room only when they have reserved it.")
    return form_answer(request, form, compound, _("Offer something"), "corner", hint)


# --- One offer ------------------------------------------------------------------------------------


def _offer_page(request, row: Offer, status: int = 200, **forms):
    user, now = request.user, timezone.now()
    keeps = user.access.keeps(row.household.door.building)
    reservations = Reservation.objects.visible_to(user).filter(offer=row)
    context = {
        "offer": row,
        "left": Offer.objects.with_left(now).values_list("left", flat=True).get(pk=row.pk),
        "compound": row.compound,
        "keeps": keeps,
        "can_type": may_type(user, row.compound),
        "reservations": list(reservations.select_related("household__door__building").order_by("-made_at", "-pk")),
        "steps": CornerStep.objects.filter(offer=row).select_related("by", "heard_by") if keeps else [],
        "now": now,
        "is_past": row.is_past(timezone.localdate(now)),
        "reserve_form": ProxyReserveForm(compound=row.compound, user=user, prefix="r"),
        "why_form": WhyForm(prefix="w"),
    } | forms
    return render(request, "sharing/offer.html", context, status=status)


@require_safe
def offer(request, pk):
    return _offer_page(request, get_visible(OFFERS, request.user, pk=pk))


@require_POST
def offer_reserve(request, pk):
    """For a household without a phone."""
    row = get_visible(OFFERS, request.user, pk=pk)
    if not may_type(request.user, row.compound):
        raise PermissionDenied
    form = ProxyReserveForm(request.POST, compound=row.compound, user=request.user, prefix="r")
    if form.is_valid():
        try:
            reserve(offer=row, **form.told())
            messages.success(request, _("Reserved."))
            return redirect(row)
        except SharingError as error:
            form.add_error(None, str(error))
    return _offer_page(request, row, 422, reserve_form=form)


@require_POST
def offer_stop(request, pk):
    return _turn(request, pk, stop_offer)


@require_POST
def offer_resume(request, pk):
    return _turn(request, pk, resume_offer)


def _turn(request, pk, service):
    row = get_kept(OFFERS, request.user, pk=pk)
    try:
        service(offer=row, teller=Teller(by=request.user))
    except SharingError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def offer_withdraw(request, pk):
    row = get_kept(OFFERS, request.user, pk=pk)
    form = WhyForm(request.POST, prefix="w")
    if form.is_valid():
        try:
            withdraw_offer(offer=row, teller=Teller(by=request.user), **form.cleaned_data)
            messages.success(request, _("Taken back; whoever had reserved reads why."))
            return redirect(row)
        except SharingError as error:
            form.add_error(None, str(error))
    return _offer_page(request, row, 422, why_form=form)


# --- One reservation ------------------------------------------------------------------------------


def _on_reservation(request, pk, service, done: str, **more):
    row = get_kept(RESERVATIONS, request.user, pk=pk)
    try:
        service(reservation=row, teller=Teller(by=request.user), **more)
        messages.success(request, done)
    except SharingError as error:
        messages.error(request, str(error))
    return redirect("sharing:corner" if "list" in request.POST else "sharing:offer", _where(request, row))


def _where(request, row: Reservation) -> int:
    return row.offer.compound_id if "list" in request.POST else row.offer_id


@require_POST
def reservation_give(request, pk):
    return _on_reservation(request, pk, give, _("Given."))


@require_POST
def reservation_release(request, pk):
    return _on_reservation(request, pk, release, _("Free for others again."))


@require_POST
def reservation_undo(request, pk):
    return _on_reservation(
        request, pk, ungive, _("Put right; the reason stands beside it."), reason=request.POST.get("reason", "")
    )


# --- Wishes ---------------------------------------------------------------------------------------


@require_safe
def wishes(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    rows = read_wishes(compound, request.user)
    context = {
        "compound": compound,
        "corner": Corner.objects.filter(compound=compound).first(),
        "wishes": rows,
        "answered": read_answered(compound, request.user),
        "tab": "wishes",
        "chat": corner_text([], rows),
        "can_type": may_type(request.user, compound),
        "can_keep": pk in request.user.access.steward,
    }
    return render(request, "sharing/wishes.html", context)


@form_page
def wish_add(request, pk):
    compound = get_typed_in(request, pk)
    form = ProxyWishForm(request.POST or None, compound=compound, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for(**form.told())
            messages.success(request, _("It is on the list, without the room."))
            return redirect("sharing:wishes", pk)
        except SharingError as error:
            form.add_error(None, str(error))
    hint = _("For a household without a phone. Nobody reads who asks, until a neighbour has it.")
    return form_answer(request, form, compound, _("Ask for something"), "wishes", hint)


@form_page
def wish_answer(request, pk):
    """A household without a phone has it."""
    wish = get_visible(Wish.objects.select_related("compound"), request.user, pk=pk)
    if not may_type(request.user, wish.compound):
        raise PermissionDenied
    start = {"quantity": wish.missing}
    form = ProxyAnswerForm(request.POST or None, compound=wish.compound, user=request.user, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            row = answer_wish(wish=wish, **form.told())
            messages.success(request, _("Matched: the two households see each other's room now."))
            return redirect(row.offer)
        except SharingError as error:
            form.add_error(None, str(error))
    title = _("Somebody has it: %(what)s") % {"what": wish.what}
    return form_answer(request, form, wish.compound, title, "wishes", _("Who has it, and where it is put."))


@require_POST
def wish_stop(request, pk):
    wish = get_kept(Wish.objects, request.user, pk=pk)
    stop_wish(wish=wish, teller=Teller(by=request.user))
    messages.success(request, _("Taken from the list."))
    return redirect("sharing:wishes", wish.compound_id)
