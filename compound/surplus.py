"""What is over of a group buy, at the desk: to a household that wants more, into the store, to the next list.

On the top floor because the store is another room: it is counted there by a second person like everything that comes.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from buying.leftovers import left_over, put_aside, sell_leftover
from buying.models import GroupOrder, Item, Leftover
from buying.quantities import read_one
from buying.services import BuyingError
from residents.access import get_kept
from residents.models import Building, Household, User
from residents.numbers_typed import NumberError
from residents.rooms_typed import find_home
from supplies.ledger import SupplyError, check_quantity, create_item, record_arrival
from supplies.models import Batch
from supplies.models import Item as StoreItem

ORDERS = GroupOrder.objects.select_related("compound")
HOME = "home"


class LeftoverForm(forms.Form):
    item = forms.ModelChoiceField(label=gettext_lazy("What"), queryset=Item.objects.none(), empty_label=None)
    quantity = forms.CharField(label=gettext_lazy("How much"), max_length=40)
    goes = forms.ChoiceField(label=gettext_lazy("Where it goes"), widget=forms.RadioSelect)
    building = forms.ModelChoiceField(
        label=gettext_lazy("Building"), queryset=Building.objects.none(), required=False, empty_label="–"
    )
    room = forms.CharField(label=gettext_lazy("Room"), max_length=20, required=False)
    note = forms.CharField(label=gettext_lazy("Remark"), max_length=200, required=False)

    def __init__(self, *args: Any, order: GroupOrder, over: dict[int, int], can_store: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["item"].queryset = order.items.filter(pk__in=over)
        fields["building"].queryset = order.compound.buildings.houses()
        goes = [choice for choice in Leftover.Goes.choices if can_store or choice[0] != Leftover.Goes.STORE]
        fields["goes"].choices = [(HOME, gettext_lazy("to a household that wants more, at the list's price")), *goes]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if "item" in told and "quantity" in told:
            try:
                told["quantity"] = read_one(told["item"], told["quantity"])
            except NumberError as error:
                self.add_error("quantity", str(error))
        if told.get("goes") == HOME:
            try:
                if not told.get("building") or not told.get("room"):
                    raise ValidationError(_("Name the building and the room."))
                told["household"] = find_home(told["building"], told["room"], Household.objects.lived_in())
            except ValidationError as error:
                self.add_error("room", error)
        return told


@require_http_methods(["GET", "HEAD", "POST"])
def buying_leftover(request, pk):
    """For who keeps the list; into the store only for the store's stewards."""
    order = get_kept(ORDERS, request.user, pk=pk)
    can_store = order.compound_id in request.user.access.steward
    over = left_over(order)
    form = LeftoverForm(request.POST or None, order=order, over=over, can_store=can_store)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _do(order, request.user, **form.cleaned_data))
            return redirect("buying_leftover", order.pk)
        except (BuyingError, SupplyError) as error:
            form.add_error(None, str(error))
    items = {item.pk: item for item in order.items.all()}
    context = {
        "order": order,
        "form": form,
        "over": [(items[pk], items[pk].say(count)) for pk, count in over.items()],
        "gone": Leftover.objects.filter(item__order=order).select_related("item", "by"),
    }
    return render(request, "buying/leftover.html", context, status=422 if form.errors else 200)


def _do(order: GroupOrder, by: User, *, item: Item, quantity: int, goes: str, note: str, **home: Any) -> str:
    if goes == HOME:
        sell_leftover(order=order, item=item, quantity=quantity, household=home["household"], by=by, caller=note)
        return _("On its line, at the list's price. Share out what waits.")
    if goes == Leftover.Goes.STORE:
        into_store(order=order, item=item, quantity=quantity, by=by, note=note)
        return _("On its way into the store: a second person counts it there.")
    put_aside(order=order, item=item, quantity=quantity, goes=goes, note=note, by=by)
    return _("Written down.")


@transaction.atomic
def into_store(*, order: GroupOrder, item: Item, quantity: int, by: User, note: str = "") -> Batch:
    """Off the list's pile and counted into the store, or neither."""
    if order.compound_id not in by.access.steward:
        raise PermissionDenied
    put_aside(order=order, item=item, quantity=quantity, goes=Leftover.Goes.STORE, note=note, by=by)
    check_quantity(quantity)
    unit = "g" if item.is_weighed else item.unit
    known = StoreItem.objects.filter(compound=order.compound, name=item.name, unit=unit).first()
    thing = known or create_item(compound=order.compound, name=item.name, unit=unit)
    words = _("left over from “%(list)s”") % {"list": order}
    return record_arrival(
        item=thing,
        quantity=quantity,
        by=by,
        arrived_on=timezone.localdate(),
        source=Batch.Source.GROUP_BUY,
        note=words[:200],
    )
