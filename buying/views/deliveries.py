"""From door to door: planned, opened, told at a door, fetched at the gate."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from buying.arriving_forms import DeliveryForm, DoorForm
from buying.delivering import (
    bags_of,
    change_delivery,
    contents,
    hand_over_at_gate,
    open_delivery,
    plan_delivery,
    record_parcels,
    waiting_round,
)
from buying.models import Delivery, GroupOrder, Parcel
from buying.services import BuyingError, rules_of
from buying.views.lists import ORDERS, form_page
from residents.access import get_kept, get_visible
from residents.models import Building, Household
from rounds.board import LETTERS
from rounds.marks import mark_at_desk
from rounds.models import Round, Visit
from rounds.services import RoundError

State = GroupOrder.State


@form_page
def delivery(request, pk):
    """Every round of this list, what lies here on none, and the form for the next one."""
    order = get_kept(ORDERS, request.user, pk=pk)
    form = DeliveryForm(request.POST or None, initial=DeliveryForm.offered())
    if request.method == "POST" and form.is_valid():
        try:
            made = plan_delivery(order=order, by=request.user, **form.cleaned_data)
            messages.success(request, _("Planned. Say who walks what, then open the round."))
            return redirect(made.round)
        except BuyingError as error:
            form.add_error(None, str(error))
    bags = bags_of(order, Building.objects.filter(compound=order.compound_id))
    here = [bag for some in bags.values() for bag in some if not bag.is_on_a_round]
    context = {
        "order": order,
        "form": form,
        "here": here,
        "deliveries": order.deliveries.select_related("round"),
        "draft": waiting_round(order),
        "can_plan": order.state in {State.SORTING, State.DELIVERING} and bool(here),
        "rules": rules_of(order.compound),
    }
    return render(request, "buying/delivery.html", context, status=422 if form.errors else 200)


DELIVERIES = Delivery.objects.select_related("round__compound", "order__compound", "order__lead")


@form_page
def delivery_edit(request, pk):
    """By the round's own key, as its board knows it."""
    row = get_kept(DELIVERIES, request.user, round=pk)
    initial = {"starts_at": row.round.starts_at, "ends_at": row.round.ends_at, "instructions": row.instructions}
    form = DeliveryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_delivery(delivery=row, **form.cleaned_data)
            return redirect("buying:delivery", row.order_id)
        except (BuyingError, RoundError) as error:
            form.add_error(None, str(error))
    context = {"order": row.order, "form": form, "title": str(row.round)}
    return render(request, "buying/form.html", context, status=422 if form.errors else 200)


@require_POST
def delivery_open(request, pk):
    row = get_kept(DELIVERIES, request.user, round=pk)
    try:
        doors = len(open_delivery(delivery=row, by=request.user))
        text = ngettext("The round is open: %(n)s household.", "The round is open: %(n)s households.", doors)
        messages.success(request, text % {"n": doors})
    except (BuyingError, RoundError) as error:
        messages.error(request, str(error))
    return redirect("buying:delivery", row.order_id)


@require_POST
def gate(request, pk, household_pk):
    """Fetched at the gate."""
    order = get_kept(ORDERS, request.user, pk=pk)
    homes = Household.objects.filter(door__building__compound=order.compound_id).select_related("door")
    home = get_object_or_404(homes, pk=household_pk)
    try:
        hand_over_at_gate(order=order, household=home, by=request.user)
        messages.success(request, _("Noted for %(room)s.") % {"room": home.door.full_room})
    except BuyingError as error:
        messages.error(request, str(error))
    return redirect("buying:delivery", order.pk)


@form_page
def door(request, pk):
    """What happened at one door: by the steward or the lead of its building, as any mark at a desk."""
    visits = Visit.objects.filter(round__kind=Round.Kind.BUYING, round__delivery__isnull=False)
    visit = get_visible(visits.select_related("round__delivery__order", "building"), request.user, pk=pk)
    if not request.user.access.keeps(visit.building):
        raise PermissionDenied
    parcels = Parcel.objects.filter(visit=visit).select_related("lot__item", "lot")
    form = DoorForm(request.POST or None, parcels=parcels, initial={"handover": Parcel.Handover.GIVEN})
    if request.method == "POST" and form.is_valid():
        try:
            mark_at_desk(
                visit=visit,
                by=request.user,
                outcome=form.outcome,
                note=form.cleaned_data["note"],
                details=form.details(),
                follow=lambda news: record_parcels(news) or {},
            )
            messages.success(request, _("Noted for %(room)s.") % {"room": visit.full_room})
            return redirect(f"{visit.round.get_absolute_url()}?building={visit.building_id}")
        except RoundError as error:
            form.add_error(None, str(error))
    context = {
        "visit": visit,
        "round": visit.round,
        "order": visit.round.delivery.order,
        "parcels": parcels,
        "contents": contents(parcels),
        "form": form,
        "letter": LETTERS[visit.outcome],
    }
    return render(request, "buying/door.html", context, status=422 if form.errors else 200)
