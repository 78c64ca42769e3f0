"""What the compound buys together: the overview, the calendar of lorries, the committee's rules."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from buying.forms import OrderForm, RulesForm, next_evening
from buying.models import GroupOrder
from buying.orders import create_order
from buying.progress import read_progress
from buying.services import BuyingError, rules_of
from residents.access import get_kept, get_visible
from residents.models import Compound

form_page = require_http_methods(["GET", "HEAD", "POST"])
ORDERS = GroupOrder.objects.select_related("compound", "lead")
State = GroupOrder.State
OVER_SHOWN = 12
PENDING = [state for state in State if state not in GroupOrder.OVER]


def may_open(user, compound: Compound) -> bool:
    return compound.pk in user.access.steward | user.access.lead_compounds


@require_safe
def overview(request):
    """Every compound of the reader's: what collects, what waits for a decision, what is on its way, what is over."""
    compounds = list(Compound.objects.visible_to(request.user))
    visible = ORDERS.visible_to(request.user)
    orders = [*visible.filter(state__in=PENDING), *visible.filter(state__in=GroupOrder.OVER)[:OVER_SHOWN]]
    progress = read_progress(orders)
    now = timezone.now()
    groups: dict[str, list] = {"open": [], "decide": [], "way": [], "draft": [], "over": []}
    for order in orders:
        groups[_group(order, now)].append(progress[order.pk])
    groups["open"].sort(key=lambda one: one.own.order.closes_at)
    context = {
        "compounds": compounds,
        "groups": groups,
        "orders": orders,
        "openers": [compound for compound in compounds if may_open(request.user, compound)],
        "kept": [compound for compound in compounds if compound.pk in request.user.access.steward],
        "now": now,
    }
    return render(request, "buying/list.html", context)


def _group(order: GroupOrder, now) -> str:
    if order.is_over:
        return "over"
    if order.state == State.DRAFT:
        return "draft"
    if order.is_collecting(now):
        return "open"
    return "decide" if order.state in {State.OPEN, State.CLOSED} else "way"


@require_safe
def calendar(request):
    """When lorries come, day by day: what comes in the quiet hours, and where two come in one hour."""
    since = timezone.now() - timedelta(days=1)
    orders = ORDERS.visible_to(request.user).filter(arrives_at__gte=since).exclude(state=State.CANCELLED)
    rows = list(orders.order_by("arrives_at", "pk"))
    rules = {row.compound_id: rules_of(row.compound) for row in {row.compound_id: row for row in rows}.values()}
    slots = Counter((row.compound_id, timezone.localtime(row.arrives_at).strftime("%m%d%H")) for row in rows)
    for row in rows:
        at = timezone.localtime(row.arrives_at)
        row.rules = rules[row.compound_id]
        row.is_quiet = row.rules.is_quiet(row.arrives_at)
        row.is_crowded = slots[row.compound_id, at.strftime("%m%d%H")] > 1
        row.day = at.date()
    return render(request, "buying/calendar.html", {"rows": rows})


@form_page
def add(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    if not may_open(request.user, compound):
        return get_kept(Compound.objects, request.user, pk=pk)
    offered = {"lead": request.user, "closes_at": next_evening(), "category": "vegetables", "minimum_kind": "none"}
    form = OrderForm(request.POST or None, compound=compound, initial=offered)
    if request.method == "POST" and form.is_valid():
        try:
            order = create_order(compound=compound, by=request.user, **form.cleaned_data)
            messages.success(request, _("The draft is there. Now say what is to be bought."))
            return redirect("buying:item_add", order.pk)
        except BuyingError as error:
            form.add_error(None, str(error))
    return show_form(request, form, compound=compound, title=_("New group buy"))


@form_page
def rules(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = RulesForm(request.POST or None, instance=rules_of(compound))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The rules are kept. Open lists go on as they are."))
        return redirect("buying:list")
    return show_form(request, form, compound=compound, title=_("The committee's rules for group buys"))


def show_form(request, form, *, title: str, compound=None, order=None, hint: str = "", **more):
    context = {"form": form, "title": title, "compound": compound, "order": order, "hint": hint} | more
    return render(request, "buying/form.html", context, status=422 if form.errors else 200)
