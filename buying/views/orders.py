"""One list: its page and its moving part, what is on it, its papers, and the buttons that move it on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from buying.forms import ExtendForm, ItemForm, LeadForm, OrderForm, PapersForm
from buying.leading import change_lead
from buying.models import GroupOrder, Item
from buying.orders import (
    add_item,
    cancel_order,
    change_item,
    change_order,
    close_order,
    extend_order,
    open_order,
    place_order,
    remove_item,
    report_order,
    tick_papers,
)
from buying.progress import Progress, progress_of, tag_of
from buying.services import BuyingError, rules_of
from buying.texts import chat_text, needs_of, supplier_text
from buying.views.lists import ORDERS, form_page, show_form
from residents.access import get_kept, get_visible
from rounds.forms import ReasonForm

ITEMS = Item.objects.select_related("order__compound", "order__lead")


def keeps(user, order: GroupOrder) -> bool:
    """As `kept_by` asks the database."""
    access = user.access
    return order.compound_id in access.steward or (
        order.lead_id == user.pk and order.compound_id in access.lead_compounds
    )


def _etag(request, progress: Progress) -> str:
    order = progress.own.order
    return f'"{tag_of(progress, order.is_collecting(timezone.now()), get_language(), request.user.pk)}"'


def _moving(request, progress: Progress) -> dict:
    order = progress.own.order
    is_host = progress.side is not None and progress.side.is_host
    can_keep = keeps(request.user, order)
    return {
        "order": order,
        "progress": progress,
        "needs": needs_of(progress),
        "is_host": is_host,
        "can_keep": can_keep,
        "can_confirm": can_keep and order.state == order.State.CLOSED,
        "is_collecting": order.is_collecting(timezone.now()),
    }


@require_safe
def page(request, pk):
    order = get_visible(ORDERS, request.user, pk=pk)
    progress = progress_of(order)
    now = timezone.now()
    papers = list(order.papers.filter(withdrawn_at=None).select_related("seen_by"))
    for paper in papers:
        paper.is_good_now = paper.is_good(now)
    rules = rules_of(order.compound)
    context = _moving(request, progress) | {
        "etag": _etag(request, progress),
        "papers": papers,
        "steps": order.steps.select_related("by"),
        "rules": rules,
        "is_quiet": order.arrives_at is not None and rules.is_quiet(order.arrives_at),
        "can_type": order.state in {order.State.OPEN, order.State.CLOSED}
        and bool(keeps(request.user, order) or request.user.access.lead_buildings),
    }
    return render(request, "buying/order.html", context)


@require_safe
def live(request, pk):
    """The moving part. Asked every few seconds: 304 while nothing moves."""
    progress = progress_of(get_visible(ORDERS, request.user, pk=pk))
    etag = _etag(request, progress)
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(request, "buying/_progress.html", _moving(request, progress))
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache, private"
    patch_vary_headers(response, ["Cookie"])
    return response


@form_page
def edit(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    form = OrderForm(request.POST or None, compound=order.compound, initial=OrderForm.values_of(order))
    if order.state == order.State.OPEN:
        form.fields["closes_at"].disabled = form.fields["category"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            change_order(order=order, **form.cleaned_data)
            return redirect(order)
        except BuyingError as error:
            form.add_error(None, str(error))
    return show_form(request, form, order=order, title=_("Change the group buy"))


# --- Things ---------------------------------------------------------------------------------------


@form_page
def item_add(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    form = ItemForm(request.POST or None, initial={"measure": Item.Measure.PIECE, "pack_size": 1})
    if request.method == "POST" and form.is_valid():
        try:
            item = add_item(order=order, **form.cleaned_data)
            messages.success(request, _("%(item)s is on the list.") % {"item": item})
            return redirect("buying:item_add", order.pk) if "more" in request.POST else redirect(order)
        except BuyingError as error:
            form.add_error(None, str(error))
    return show_form(request, form, order=order, title=_("A thing for the list"), can_add_more=True)


@form_page
def item_edit(request, pk):
    item = get_kept(ITEMS, request.user, pk=pk)
    form = ItemForm(request.POST or None, initial=ItemForm.values_of(item))
    if request.method == "POST" and form.is_valid():
        try:
            change_item(item=item, **form.cleaned_data)
            return redirect(item.order)
        except BuyingError as error:
            form.add_error(None, str(error))
    return show_form(request, form, order=item.order, title=f"{item}", item=item)


@require_POST
def item_remove(request, pk):
    item = get_kept(ITEMS, request.user, pk=pk)
    return _deed(request, item.order, lambda: remove_item(item=item), _("It is off the list."))


# --- Papers, report, steps ------------------------------------------------------------------------


@form_page
def papers(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    standing = list(order.papers.filter(withdrawn_at=None))
    tested_at = next((paper.tested_at for paper in standing if paper.tested_at), None)
    offered = {"seen": [paper.paper for paper in standing], "tested_at": tested_at}
    form = PapersForm(request.POST or None, initial=offered)
    if request.method == "POST" and form.is_valid():
        try:
            tick_papers(order=order, by=request.user, **form.cleaned_data)
            return redirect(order)
        except BuyingError as error:
            form.add_error(None, str(error))
    return show_form(request, form, order=order, title=_("The supplier's papers"))


def _deed(request, order: GroupOrder, deed, done: str):
    try:
        deed()
        messages.success(request, done)
    except BuyingError as error:
        messages.error(request, str(error))
    return redirect(order)


@require_POST
def report(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    done = _("The committee has been told: what, from whom, until when.")
    return _deed(request, order, lambda: report_order(order=order, by=request.user), done)


@require_POST
def open_list(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    done = _("The list is open. Copy the text for the chat groups.")
    return _deed(request, order, lambda: open_order(order=order, by=request.user), done)


@require_POST
def close_list(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    return _deed(request, order, lambda: close_order(order=order, by=request.user), _("The list is closed."))


@require_POST
def place(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    done = _("The order is placed. Send the supplier the text.")
    return _deed(request, order, lambda: place_order(order=order, by=request.user), done)


@form_page
def extend(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    form = ExtendForm(request.POST or None, initial={"closes_at": order.closes_at, "arrives_at": order.arrives_at})
    if request.method == "POST" and form.is_valid():
        try:
            extend_order(order=order, by=request.user, **form.cleaned_data)
            messages.success(request, _("Households can order until then."))
            return redirect(order)
        except BuyingError as error:
            form.add_error(None, str(error))
    return show_form(request, form, order=order, title=_("More time"))


@form_page
def cancel(request, pk):
    order = get_kept(ORDERS, request.user, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_order(order=order, by=request.user, **form.cleaned_data)
            messages.success(request, _("Called off. What was paid is to be paid back."))
            return redirect(order)
        except BuyingError as error:
            form.add_error(None, str(error))
    hint = _("Nothing comes. Orders and payments stay on record so that everybody gets their money back.")
    return show_form(request, form, order=order, title=_("Call it off"), hint=hint)


@form_page
def lead(request, pk):
    """Handed on by who keeps the list: who is ill need not be asked."""
    order = get_kept(ORDERS, request.user, pk=pk)
    form = LeadForm(request.POST or None, order=order)
    if request.method == "POST" and form.is_valid():
        try:
            change_lead(order=order, by=request.user, **form.cleaned_data)
            messages.success(request, _("The list has a new lead. Count the money of the list before both."))
            return redirect(order)
        except BuyingError as error:
            form.add_error(None, str(error))
    hint = _("What the old lead has in hand by the books is written beside it.")
    return show_form(request, form, order=order, title=_("Another lead"), hint=hint)


@require_safe
def texts(request, pk):
    """To copy: the announcement, and the order for the supplier."""
    order = get_visible(ORDERS, request.user, pk=pk)
    progress = progress_of(order)
    context = {
        "order": order,
        "chat": chat_text(progress),
        "supplier": supplier_text(progress) if keeps(request.user, order) else "",
        "is_partner": progress.side is not None and not progress.side.is_host,
    }
    return render(request, "buying/texts.html", context)
