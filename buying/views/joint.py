"""Buying together: the code, joining by it, final or out, and the count at the gate that both sides sign."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from buying.arrivals import sign_handover
from buying.forms import HandoverForm, JoinForm
from buying.joint import (
    JOINABLE,
    confirm_side,
    find_offer,
    invite_partner,
    join_buy,
    last_counts,
    leave_joint,
)
from buying.joint_sides import side_of
from buying.models import GroupOrder, Handover, JointSide
from buying.services import BuyingError
from buying.views.lists import ORDERS, form_page, may_open, show_form
from buying.views.orders import keeps
from residents.access import get_kept, get_visible
from residents.models import Compound
from rounds.forms import ReasonForm

SIDES = JointSide.objects.select_related("joint", "order__compound", "order__lead")


@require_POST
def invite(request, pk):
    """The code is shown on this answer alone: it is to be read out, not to be found."""
    order = get_kept(ORDERS, request.user, pk=pk)
    try:
        code = invite_partner(order=order, by=request.user)
    except BuyingError as error:
        messages.error(request, str(error))
        return redirect(order)
    response = render(request, "buying/invite.html", {"order": order, "code": code})
    response["Cache-Control"] = "no-store, private"
    return response


@form_page
def join(request, pk):
    """First the code is looked up and what it offers is shown; then one joins."""
    compound = get_visible(Compound.objects, request.user, pk=pk)
    if not may_open(request.user, compound):
        raise PermissionDenied
    orders = GroupOrder.objects.kept_by(request.user).filter(compound=compound, state__in=JOINABLE)
    form = JoinForm(request.POST or None, orders=orders)
    offer = None
    if request.method == "POST" and form.is_valid():
        try:
            offer = find_offer(form.cleaned_data["code"])
            if "join" in request.POST:
                side = join_buy(compound=compound, by=request.user, **form.cleaned_data)
                messages.success(request, _("You order together now. Your list and your money stay your own."))
                return redirect(side.order)
        except BuyingError as error:
            form.add_error(None, str(error))
    context = {"compound": compound, "form": form, "offer": offer}
    return render(request, "buying/join.html", context, status=422 if form.errors else 200)


def _own_side(request, pk) -> tuple[GroupOrder, JointSide | None]:
    order = get_kept(ORDERS, request.user, pk=pk)
    return order, side_of(order)


@require_POST
def confirm(request, pk):
    order, side = _own_side(request, pk)
    try:
        if side is None:
            raise BuyingError(_("This list is in no joint buy."))
        confirm_side(side=side, by=request.user)
        messages.success(request, _("Your list is final; the other side has been told."))
    except BuyingError as error:
        messages.error(request, str(error))
    return redirect(order)


@form_page
def leave(request, pk):
    order, side = _own_side(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if side is None:
                raise BuyingError(_("This list is in no joint buy."))
            leave_joint(side=side, by=request.user, **form.cleaned_data)
            messages.success(request, _("Your list is on its own again; the other side has been told."))
            return redirect(order)
        except BuyingError as error:
            form.add_error(None, str(error))
    hint = _("Your list and what households ordered stay. The others hear that you have left, and why.")
    return show_form(request, form, order=order, title=_("Leave the joint buy"), hint=hint)


@form_page
def handover(request, pk):
    """The same page for who gives and who takes; each types only their own count and sees the other's afterwards."""
    side, hands, own = _handover_of(request, pk)
    items = list(side.order.items.filter(ordered__gt=0))
    hand = request.POST.get("hand") if request.POST.get("hand") in hands else next(iter(hands))
    form = HandoverForm(request.POST or None, items=items)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("counts", "gate", "note")}
        try:
            sign_handover(side=side, hand=hand, by=request.user, **told)
            return redirect("buying:handover", side.pk)
        except BuyingError as error:
            form.add_error(None, str(error))
    context = {
        "side": side,
        "order": own,
        "form": form,
        "hand": hand,
        "rows": _compared(side, items, hands),
        "is_signed": side.handed_over_at is not None,
        "handovers": side.handovers.order_by("pk"),
    }
    return render(request, "buying/handover.html", context, status=422 if form.errors else 200)


def _handover_of(request, pk) -> tuple[JointSide, dict[str, GroupOrder], GroupOrder]:
    """The partner's place, which hands are the user's, and their own list. Not of either side: as if there was none."""
    side = get_visible(SIDES, request.user, pk=pk)
    host = SIDES.filter(joint=side.joint_id, is_host=True).first()
    if side.is_host or host is None:
        raise Http404
    visible = [order for order in (side.order, host.order) if order.compound_id in request.user.access.compounds]
    hands = {}
    if keeps(request.user, side.order):
        hands[Handover.Hand.TAKES.value] = side.order
    if keeps(request.user, host.order):
        hands[Handover.Hand.GIVES.value] = host.order
    if not visible:
        raise Http404
    if not hands:
        raise PermissionDenied
    return side, hands, next(iter(hands.values()))


def _compared(side: JointSide, items, hands) -> list[dict]:
    """The other's count is shown once one's own is there, so that nobody copies it."""
    counts = last_counts(side)
    rows = []
    for item in items:
        row: dict[str, Any] = {"item": item, "ordered": item.say(item.ordered)}
        for hand in Handover.Hand:
            told = counts.get(hand, {}).get(item.pk)
            may_see = hand in hands or bool(counts.keys() & hands.keys())
            row[hand.value] = item.say(told) if told is not None and may_see else ""
        row["differs"] = bool(row["gives"] and row["takes"] and row["gives"] != row["takes"])
        rows.append(row)
    return rows
