"""The books of one list: who paid, who gets back, the supplier, what is open; closed when all of it is zero."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from buying.arriving_forms import BillForm, ChargeForm, MoneyForm, WeightsForm
from buying.models import GroupOrder, MoneyEntry, Parcel
from buying.services import BuyingError
from buying.settlement import (
    OrderBooks,
    add_charge,
    note_money,
    read_settlement,
    reverse_money,
    settle_order,
    tell_bill,
    weigh_parcels,
    withdraw_charge,
)
from buying.views.lists import ORDERS, form_page
from residents.access import get_kept


def _page(request, order: GroupOrder, told: OrderBooks, **forms: Any):
    offered = {"key": uuid.uuid4(), "kind": MoneyEntry.Kind.PAID, "way": MoneyEntry.Way.WECHAT}
    taken_back = Exists(MoneyEntry.objects.filter(reverses=OuterRef("pk")))
    entries = order.money.select_related("household__door__building", "by").annotate(is_reversed=taken_back)
    context = {
        "order": order,
        "told": told,
        "books": told.books,
        "net_paid": told.books.paid - told.books.refunded,
        "entries": entries.order_by("-pk"),
        "charges": order.charges.filter(withdrawn_at=None),
        "bill": order.bills.last(),
        "settlement": getattr(order, "settlement", None),
        "has_weighed": Parcel.objects.filter(line__item__order=order, line__item__measure="weight").exists(),
        "money_form": forms.get("money") or MoneyForm(homes=told.homes, initial=offered),
        "charge_form": forms.get("charge") or ChargeForm(),
        "bill_form": forms.get("bill") or BillForm(prefix="bill"),
        "failed": next(iter(forms), ""),
    }
    return render(request, "buying/money.html", context, status=422 if forms else 200)


def _get(request, pk) -> tuple[GroupOrder, OrderBooks]:
    order = get_kept(ORDERS.select_related("settlement"), request.user, pk=pk)
    return order, read_settlement(order)


@require_safe
def money(request, pk):
    return _page(request, *_get(request, pk))


@require_POST
def note(request, pk):
    order, told = _get(request, pk)
    form = MoneyForm(request.POST, homes=told.homes)
    if form.is_valid():
        try:
            note_money(order=order, by=request.user, **form.cleaned_data)
            messages.success(request, _("Written down."))
            return redirect("buying:money", order.pk)
        except BuyingError as error:
            form.add_error(None, str(error))
    return _page(request, order, told, money=form)


@require_POST
def reverse_entry(request, pk, entry_pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    entry = get_object_or_404(order.money.select_related("order", "household"), pk=entry_pk)
    try:
        reverse_money(entry=entry, why=request.POST.get("reason", ""), by=request.user)
        messages.success(request, _("Taken back; both entries stay to be read."))
    except BuyingError as error:
        messages.error(request, str(error))
    return redirect("buying:money", order.pk)


@require_POST
def charge_add(request, pk):
    order, told = _get(request, pk)
    form = ChargeForm(request.POST)
    if form.is_valid():
        try:
            add_charge(order=order, by=request.user, **form.cleaned_data)
            return redirect("buying:money", order.pk)
        except BuyingError as error:
            form.add_error(None, str(error))
    return _page(request, order, told, charge=form)


@require_POST
def charge_withdraw(request, pk, charge_pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    charge = get_object_or_404(order.charges.select_related("order"), pk=charge_pk)
    try:
        withdraw_charge(charge=charge, by=request.user)
    except BuyingError as error:
        messages.error(request, str(error))
    return redirect("buying:money", order.pk)


@require_POST
def bill(request, pk):
    order, told = _get(request, pk)
    form = BillForm(request.POST, prefix="bill")
    if form.is_valid():
        try:
            tell_bill(order=order, by=request.user, **form.cleaned_data)
            return redirect("buying:money", order.pk)
        except BuyingError as error:
            form.add_error(None, str(error))
    return _page(request, order, told, bill=form)


@form_page
def weights(request, pk):
    """What the scales said of each bag. Empty boxes pay what was shared out."""
    order = get_kept(ORDERS, request.user, pk=pk)
    rows = Parcel.objects.filter(line__item__order=order, line__item__measure="weight")
    parcels = list(
        rows.select_related("line__item", "lot__item", "line__household__door__building").order_by(
            "line__household__door__building__position", "-line__household__door__floor", "pk"
        )
    )
    form = WeightsForm(request.POST or None, parcels=parcels)
    if request.method == "POST" and form.is_valid():
        try:
            weigh_parcels(order=order, grams=form.cleaned_data["grams"], by=request.user)
            messages.success(request, _("Weights kept; the sums follow them."))
            return redirect("buying:money", order.pk)
        except BuyingError as error:
            form.add_error(None, str(error))
    context = {"order": order, "form": form, "title": _("As weighed")}
    return render(request, "buying/form.html", context, status=422 if form.errors else 200)


@require_POST
def settle(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    try:
        settle_order(order=order, by=request.user)
        messages.success(request, _("Settled: everything is at zero. Thank you."))
    except BuyingError as error:
        messages.error(request, str(error))
    return redirect("buying:money", order.pk)
