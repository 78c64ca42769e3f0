"""Gifts: entered, shown under another word, their giver looked up on the record, given back."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from money.books import MoneyError
from money.expenses import ask_return
from money.forms import GiftForm, GoodsForm, NamingForm, ReturnForm
from money.gifts import forget_giver, record_gift, record_goods, rename_gift, reveal_giver
from money.models import Gift
from money.views import FUNDS, form_page, show_form
from residents.access import get_kept, get_visible

GIFTS = Gift.objects.select_related("fund__compound", "batch__item", "by")


@form_page
def gift_add(request, pk):
    fund = get_kept(FUNDS, request.user, pk=pk)
    form = GiftForm(request.POST or None, fund=fund, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            entry = record_gift(fund=fund, by=request.user, **form.cleaned_data)
            messages.success(request, _("Entered as no. %(number)s.") % {"number": entry.number})
            return redirect(fund)
        except MoneyError as error:
            form.add_error(None, str(error))
    return show_form(request, form, fund, _("Money was given"))


@form_page
def goods_add(request, pk):
    fund = get_kept(FUNDS, request.user, pk=pk)
    form = GoodsForm(request.POST or None, fund=fund)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(record_goods(fund=fund, by=request.user, **form.cleaned_data))
        except MoneyError as error:
            form.add_error(None, str(error))
    hint = _("The store counts them, by two people; here stands from whom they came.")
    return show_form(request, form, fund, _("Goods were given"), hint)


def _gift_page(request, row: Gift, status: int = 200, **more):
    context = {
        "gift": row,
        "fund": row.fund,
        "entries": row.entries.select_related("source", "target", "reversed").order_by("number"),
        "returns": row.returns.all(),
        "can_keep": row.fund.compound_id in request.user.access.steward,
        "naming": NamingForm(prefix="name", initial={"pseudonym": row.pseudonym}),
        "giving_back": ReturnForm(prefix="back"),
    } | more
    response = render(request, "money/gift.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


@require_safe
def gift(request, pk):
    return _gift_page(request, get_visible(GIFTS, request.user, pk=pk))


@require_POST
def gift_rename(request, pk):
    row = get_kept(GIFTS, request.user, pk=pk)
    form = NamingForm(request.POST, prefix="name")
    if form.is_valid():
        try:
            rename_gift(gift=row, pseudonym=form.cleaned_data["pseudonym"])
            return redirect(row)
        except MoneyError as error:
            form.add_error(None, str(error))
    return _gift_page(request, row, 422, naming=form)


@require_POST
def gift_reveal(request, pk):
    """The name once, on this page and nowhere else."""
    row = get_kept(GIFTS, request.user, pk=pk)
    try:
        return _gift_page(request, row, revealed=reveal_giver(gift=row, by=request.user))
    except MoneyError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def gift_forget(request, pk):
    row = get_kept(GIFTS, request.user, pk=pk)
    forget_giver(gift=row)
    messages.success(request, _("The name is gone; the gift stands."))
    return redirect(row)


@require_POST
def gift_return(request, pk):
    row = get_kept(GIFTS, request.user, pk=pk)
    form = ReturnForm(request.POST, prefix="back")
    if form.is_valid():
        try:
            expense = ask_return(gift=row, by=request.user, **form.cleaned_data)
            messages.success(request, _("Asked. Somebody else approves before it goes back."))
            return redirect(expense)
        except MoneyError as error:
            form.add_error(None, str(error))
    return _gift_page(request, row, 422, giving_back=form)
