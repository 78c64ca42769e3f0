"""Who ordered what, and typing for a household that called or came by. Rooms, never names."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from buying.forms import FindHomeForm
from buying.models import GroupOrder, Item, LineChange, OrderLine
from buying.ordering import set_lines
from buying.quantities import ask, read_told
from buying.services import BuyingError
from buying.views.lists import ORDERS, form_page
from buying.views.orders import keeps
from residents.access import get_visible
from residents.models import Building, Household

HOMES = Household.objects.current().select_related("door__building__compound")


@dataclass
class HomeRow:
    household: Household
    quantities: list[str] = field(default_factory=list)  # one a thing of the list, in its order
    money: object = 0


def typed_for(request, order: GroupOrder):
    """Households this user may type for: all of the list's for who keeps it, those of their buildings for a lead."""
    homes = HOMES.filter(door__building__compound=order.compound_id)
    return homes if keeps(request.user, order) else homes.kept_by(request.user)


@require_safe
def lines(request, pk):
    order = get_visible(ORDERS, request.user, pk=pk)
    items = list(order.items.all())
    standing = OrderLine.objects.standing().visible_to(request.user).filter(item__order=order)
    door = "household__door__"
    standing = standing.select_related("household__door__building").order_by(
        f"{door}building__position", f"{door}building__code", f"{door}entrance", f"-{door}floor", f"{door}position"
    )
    rows: dict[int, HomeRow] = {}
    places = {item.pk: place for place, item in enumerate(items)}
    for line in standing:
        row = rows.setdefault(line.household_id, HomeRow(line.household, [""] * len(items)))
        item = items[places[line.item_id]]
        row.quantities[places[line.item_id]] = item.number(line.quantity)
        row.money += item.cost(line.quantity)
    buildings = Building.objects.filter(compound=order.compound_id)
    if not keeps(request.user, order):
        buildings = buildings.filter(pk__in=request.user.access.lead_buildings)
    helps = buildings.exists()
    context = {
        "order": order,
        "items": items,
        "rows": list(rows.values()),
        "find": FindHomeForm(buildings=buildings),
        "can_export": helps,
        "can_type": helps and order.state in {order.State.OPEN, order.State.CLOSED},
    }
    return render(request, "buying/lines.html", context)


@require_safe
def find_home(request, pk):
    """From building and room to the page where one types for that household."""
    order = get_visible(ORDERS, request.user, pk=pk)
    homes = typed_for(request, order)
    form = FindHomeForm(request.GET, buildings=Building.objects.filter(compound=order.compound_id))
    found = []
    if form.is_valid():
        told = form.cleaned_data
        found = list(homes.filter(door__building=told["building"], door__key=told["room"]))
    if len(found) == 1:
        return redirect("buying:home", order.pk, found[0].pk)
    if not found:
        messages.error(request, _("Nobody is known behind this door. Check the room, or add the household first."))
        return redirect("buying:lines", order.pk)
    return render(request, "buying/find_home.html", {"order": order, "homes": found})


@form_page
def home(request, pk, household_pk):
    """Typed for one household: as its lead, or while it is on the phone."""
    order = get_visible(ORDERS, request.user, pk=pk)
    household = typed_for(request, order).filter(pk=household_pk).first()
    if household is None:
        known = get_visible(HOMES, request.user, pk=household_pk)
        if known.door.building.compound_id != order.compound_id:
            raise Http404
        raise PermissionDenied
    items = list(order.items.all())
    error = ""
    if request.method == "POST":
        error = _type_for(request, order, household, items)
        if not error:
            messages.success(request, _("%(door)s is on the list.") % {"door": household.door})
            return redirect("buying:lines", order.pk)
    context = _home_context(request, order, household, items) | {"error": error}
    return render(request, "buying/home.html", context, status=422 if error else 200)


def _type_for(request, order: GroupOrder, household: Household, items: list[Item]) -> str:
    """What was wrong, or nothing."""
    caller = request.POST.get("caller", "").strip()[:40]
    is_phone = request.POST.get("how") == LineChange.How.PHONE
    try:
        told = read_told(request.POST, items)
        set_lines(
            order=order,
            household=household,
            wanted=told.wanted,
            saw=told.saw,
            how=LineChange.How.PHONE if is_phone else LineChange.How.LEAD,
            by=request.user,
            caller=caller if is_phone else "",
        )
    except BuyingError as error:
        return str(error)
    return ""


def _home_context(request, order: GroupOrder, household: Household, items: list[Item]) -> dict:
    changes = LineChange.objects.filter(line__item__in=items, line__household=household)
    return {
        "order": order,
        "household": household,
        "asked": ask(items, household, request.POST),
        "changes": changes.select_related("line__item", "by").order_by("-pk")[:20],
        "is_phone": request.POST.get("how") == LineChange.How.PHONE,
        "caller": request.POST.get("caller", ""),
    }
