"""The end of a fund: what was decided, the second person's word, shares given back, what is left handed over."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from money.books import MoneyError
from money.expenses import approvers_of
from money.forms import ClosingForm, FinishForm, PayForm
from money.models import Closing, Share
from money.views import FUNDS, form_page, show_form
from money.winding_up import (
    confirm_closing,
    finish_closing,
    leave_share,
    pay_share,
    propose_closing,
    what_is_open,
    withdraw_closing,
)
from residents.access import get_kept, get_visible

CLOSINGS = Closing.objects.select_related("fund__compound", "made_by", "confirmed_by")
SHARES = Share.objects.select_related("closing__fund__compound", "gift")


@form_page
def closing_add(request, pk):
    fund = get_kept(FUNDS, request.user, pk=pk)
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(propose_closing(fund=fund, by=request.user, **form.cleaned_data))
        except MoneyError as error:
            form.add_error(None, str(error))
    hint = _("Told beforehand: %(rule)s") % {"rule": fund.surplus_rule}
    page = "money/closing_form.html"
    return show_form(request, form, fund, _("Close the fund"), hint, page=page, still_open=what_is_open(fund))


@require_safe
def closing(request, pk):
    row = get_visible(CLOSINGS, request.user, pk=pk)
    shares = row.shares.select_related("gift", "entry").order_by("gift__number")
    may_agree = row.confirmed_at is None and row.withdrawn_at is None and row.made_by_id != request.user.pk
    context = {
        "closing": row,
        "fund": row.fund,
        "shares": list(shares),
        "due": sum(share.left_at is None and not hasattr(share, "entry") for share in shares),
        "can_agree": may_agree and approvers_of(row.fund).filter(pk=request.user.pk).exists(),
        "can_keep": row.fund.compound_id in request.user.access.steward,
        "pay_form": PayForm(fund=row.fund, user=request.user),
        "finish_form": FinishForm(fund=row.fund, user=request.user),
    }
    return render(request, "money/closing.html", context)


def _press(request, row: Closing, deed, done: str, **told):
    try:
        deed(closing=row, **told)
        messages.success(request, done)
    except MoneyError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def closing_confirm(request, pk):
    row = get_visible(CLOSINGS, request.user, pk=pk)
    return _press(request, row, confirm_closing, _("Agreed."), by=request.user)


@require_POST
def closing_withdraw(request, pk):
    row = get_kept(CLOSINGS, request.user, pk=pk)
    return _press(request, row, withdraw_closing, _("Withdrawn: the fund goes on."))


@require_POST
def closing_finish(request, pk):
    row = get_kept(CLOSINGS, request.user, pk=pk)
    form = FinishForm(request.POST, fund=row.fund, user=request.user)
    witness = form.cleaned_data["witness"] if form.is_valid() else None
    return _press(request, row, finish_closing, _("The fund is closed."), by=request.user, witness=witness)


@require_POST
def share_pay(request, pk):
    row = get_kept(SHARES, request.user, pk=pk)
    form = PayForm(request.POST, fund=row.closing.fund, user=request.user)
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return redirect(row.closing)
    try:
        pay_share(share=row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Given back."))
    except MoneyError as error:
        messages.error(request, str(error))
    return redirect(row.closing)


@require_POST
def share_leave(request, pk):
    row = get_kept(SHARES, request.user, pk=pk)
    try:
        leave_share(share=row, by=request.user)
        messages.success(request, _("Left: it goes where the rest goes."))
    except MoneyError as error:
        messages.error(request, str(error))
    return redirect(row.closing)
