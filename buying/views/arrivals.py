"""What came, and sharing it out: counted, shown as it would be shared, applied as shown; sheets and labels for it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from buying.arrivals import partners_of, read_arrival, record_arrival, take_back_arrival, waits_for_partner
from buying.arriving_forms import ArrivalForm, RuleForm, SharingForm
from buying.delivering import sheet_bags, sheet_buildings, sums_of
from buying.models import GroupOrder, Share, Sharing
from buying.services import BuyingError
from buying.sharing_plans import SHARABLE, ItemPlan, plan_sharing, share_out
from buying.views.lists import ORDERS, form_page
from buying.views.orders import keeps
from residents.access import get_kept, get_visible
from residents.models import AccessRecord
from residents.numbers_typed import NumberError, read_quantity
from rounds.forms import ReasonForm

State = GroupOrder.State


@form_page
def arrival(request, pk):
    """What the lorry brought, thing by thing. Two lorries are two counts."""
    order = get_kept(ORDERS, request.user, pk=pk)
    came = read_arrival(order)
    form = ArrivalForm(request.POST or None, came=came, initial={"gate": order.gate})
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("counted", "gate", "note")}
        try:
            record_arrival(order=order, by=request.user, **told)
            messages.success(request, _("Counted. Now share it out."))
            return redirect("buying:arrival", order.pk)
        except BuyingError as error:
            form.add_error(None, str(error))
    context = {
        "order": order,
        "form": form,
        "came": came,
        "arrivals": order.arrivals.select_related("by").prefetch_related("counts__item"),
        "partners": partners_of(order),
        "can_count": order.state in {State.ORDERED, *SHARABLE},
        "can_share": order.state in SHARABLE,
    }
    return render(request, "buying/arrival.html", context, status=422 if form.errors else 200)


@require_POST
def arrival_take_back(request, pk, arrival_pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    row = get_object_or_404(order.arrivals.select_related("order"), pk=arrival_pk)
    form = ReasonForm(request.POST)
    try:
        take_back_arrival(arrival=row, why=form.data.get("reason", ""), by=request.user)
        messages.success(request, _("Taken back: count it again."))
    except BuyingError as error:
        messages.error(request, str(error))
    return redirect("buying:arrival", order.pk)


@form_page
def sharing(request, pk):
    """Chosen rule, then who would get how much and why; the button applies exactly that."""
    order = get_kept(ORDERS, request.user, pk=pk)
    posted = request.POST or None
    form = SharingForm(posted) if posted else RuleForm(request.GET or None)
    rule = form["rule"].value() if form["rule"].value() in Sharing.Rule.values else Sharing.Rule.FIRST
    error, numbers, plan = "", {}, None
    try:
        numbers = _read_numbers(request.POST or request.GET)
        plan = plan_sharing(order, rule, numbers)
        if posted and form.is_valid() and "apply" in posted:
            told = form.cleaned_data
            share_out(order=order, by=request.user, numbers=numbers, **told)
            messages.success(request, _("Shared out. Print the sheet and the labels."))
            return redirect("buying:sheet", order.pk)
    except BuyingError as refusal:
        error = str(refusal)
    plan = plan or plan_sharing(order, Sharing.Rule.FIRST)
    context = {
        "order": order,
        "plan": plan,
        "rule": rule,
        "rules": Sharing.Rule.choices,
        "error": error,
        "pages": [(one, _rows(one, request.POST or request.GET)) for one in plan.items],
        "reason": request.POST.get("reason", ""),
        "partner": waits_for_partner(order),
        "can_share": order.state in SHARABLE,
        "past": Sharing.objects.filter(item__order=order).select_related("item", "by").order_by("-pk"),
    }
    return render(request, "buying/sharing.html", context, status=422 if error or form.errors else 200)


def _read_numbers(typed) -> dict[int, int]:
    """`n-<line>`: how much a household gets by hand, pieces or grams. Raises BuyingError."""
    numbers = {}
    for name, text in typed.items():
        key = name.removeprefix("n-")
        if name.startswith("n-") and key.isascii() and key.isdigit() and len(key) < 10 and text.strip():
            try:
                numbers[int(key)] = read_quantity(text, least=0, most=10_000_000)
            except NumberError as error:
                raise BuyingError(str(error)) from error
    return numbers


def _rows(one: ItemPlan, typed) -> list[dict]:
    """By door; in the box what was typed, or what the plan shows."""
    return [
        {
            "line": line,
            "wish": wish,
            "got": got,
            "why": Share.Why(got.reason).label if got.reason else "",
            "box": typed.get(f"n-{line.pk}", str(got.allotted)),
        }
        for line, wish, got in one.everybody
    ]


# --- Sheets ---------------------------------------------------------------------------------------


def _bags(request, pk, what: str):
    order = get_visible(ORDERS, request.user, pk=pk)
    buildings = sheet_buildings(request.user, order)
    if not buildings:
        raise PermissionDenied
    bags, is_shared = sheet_bags(order, buildings)
    AccessRecord.objects.create(
        user=request.user,
        compound=order.compound,
        deed=AccessRecord.Deed.PRINT,
        subject=f"group buy {order.pk}: {what}",
        row_count=sum(len(some) for some in bags.values()),
    )
    return order, bags, is_shared


@require_safe
def sheet(request, pk):
    """Building by building, top floor first: who gets what. Before it came, who ordered what."""
    order, bags, is_shared = _bags(request, pk, "sheet")
    items = list(order.items.all())
    used = {key for some in bags.values() for bag in some for key in bag.cells}
    items = [item for item in items if item.pk in used]
    pages = []
    for building, some in bags.items():
        sums = sums_of(some)
        rows = [
            (bag, [item.number(bag.cells[item.pk]) if item.pk in bag.cells else "" for item in items]) for bag in some
        ]
        pages.append((building, rows, [item.number(sums.get(item.pk, 0)) for item in items]))
    context = {
        "order": order,
        "items": items,
        "pages": pages,
        "is_shared": is_shared,
        "can_keep": keeps(request.user, order),
    }
    return render(request, "buying/sheet.html", context)


@require_safe
def labels(request, pk):
    """One a household, to be cut out: room and contents, no name and no phone."""
    order, bags, is_shared = _bags(request, pk, "labels")
    return render(request, "buying/labels.html", {"order": order, "bags": bags, "is_shared": is_shared})
