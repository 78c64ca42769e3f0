"""Expenses: asked with a receipt, decided by somebody else; the receipt itself, looked at on the record."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from money.books import MoneyError
from money.expenses import (
    Line,
    add_receipt,
    approve_expense,
    approvers_of,
    ask_expense,
    decline_expense,
    link_batch,
    may_approve,
    withdraw_expense,
)
from money.forms import BatchForm, ExpenseForm, LineFormSet, ReceiptForm, WhyForm
from money.models import Expense, ExpenseLine, Fund, Receipt
from money.receipts import unseal
from money.views import FUNDS, form_page
from residents.access import get_kept, get_visible
from residents.models import AccessRecord
from supplies.models import Batch, Item

EXPENSES = Expense.objects.select_related("fund__compound", "purse", "spender", "made_by", "decided_by", "gift")
ENDING = {Receipt.Kind.PDF.value: "pdf", Receipt.Kind.JPEG.value: "jpg"}


def _told_lines(lines) -> list[Line]:
    rows = [form.cleaned_data for form in lines if form.cleaned_data.get("what")]
    return [Line(row["what"], row["quantity"], row["amount"], row["item"]) for row in rows]


@form_page
def expense_add(request, pk):
    fund = get_kept(FUNDS, request.user, pk=pk)
    form = ExpenseForm(request.POST or None, request.FILES or None, fund=fund, user=request.user)
    items = Item.objects.filter(compound=fund.compound_id)
    lines = LineFormSet(request.POST or None, prefix="lines", form_kwargs={"items": items})
    if request.method == "POST" and all((form.is_valid(), lines.is_valid())):
        try:
            told = _told_lines(lines)
            return redirect(ask_expense(fund=fund, by=request.user, lines=told, **form.cleaned_data))
        except MoneyError as error:
            form.add_error(None, str(error))
    is_wrong = request.method == "POST"
    context = {"form": form, "lines": lines, "fund": fund, "choose_again": bool(request.FILES)}
    return render(request, "money/expense_form.html", context, status=422 if is_wrong else 200)


def _batches_for(line: ExpenseLine, fund: Fund):
    batches = Batch.objects.filter(item__compound=fund.compound_id).select_related("item")
    return batches.filter(item=line.item_id) if line.item_id else batches


def _expense_page(request, row: Expense, status: int = 200, **more):
    lines = list(row.lines.select_related("item", "batch__item"))
    can_keep = row.fund.compound_id in request.user.access.steward
    is_approved = row.decision == Expense.Decision.APPROVED
    links = {
        line.pk: BatchForm(batches=_batches_for(line, row.fund), prefix=f"l{line.pk}")
        for line in lines
        if can_keep and is_approved and line.batch is None
    }
    context = {
        "expense": row,
        "fund": row.fund,
        "lines": [
            (line, links[line.pk] if can_keep and is_approved and line.batch is None else None) for line in lines
        ],
        "receipts": row.receipts.defer("content").select_related("by"),
        "entry": getattr(row, "entry", None),
        "can_approve": row.is_waiting and may_approve(row, request.user),
        "can_withdraw": row.is_waiting and not may_approve(row, request.user),
        "others": approvers_of(row.fund).exclude(pk__in=[row.spender_id, row.made_by_id]).count(),
        "can_keep": can_keep,
        "receipt_form": ReceiptForm(),
        "why_form": WhyForm(),
    } | more
    return render(request, "money/expense.html", context, status=status)


@require_safe
def expense(request, pk):
    return _expense_page(request, get_visible(EXPENSES, request.user, pk=pk))


def _press(request, row: Expense, deed, done: str):
    try:
        deed(expense=row, by=request.user)
        messages.success(request, done)
    except MoneyError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def approve(request, pk):
    """For whoever reads the books; the deed itself refuses who spent or entered it."""
    row = get_visible(EXPENSES, request.user, pk=pk)
    return _press(request, row, approve_expense, _("Approved: the money has left the fund."))


@require_POST
def withdraw(request, pk):
    row = get_visible(EXPENSES, request.user, pk=pk)
    return _press(request, row, withdraw_expense, _("Withdrawn."))


@require_POST
def decline(request, pk):
    row = get_visible(EXPENSES, request.user, pk=pk)
    form = WhyForm(request.POST)
    if form.is_valid():
        try:
            decline_expense(expense=row, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Declined, with the reason."))
            return redirect(row)
        except MoneyError as error:
            form.add_error(None, str(error))
    return _expense_page(request, row, 422, why_form=form)


@require_POST
def receipt_add(request, pk):
    row = get_kept(EXPENSES, request.user, pk=pk)
    form = ReceiptForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            add_receipt(expense=row, receipt=form.cleaned_data["receipt"], by=request.user)
            messages.success(request, _("Added."))
            return redirect(row)
        except MoneyError as error:
            form.add_error(None, str(error))
    return _expense_page(request, row, 422, receipt_form=form)


@require_safe
def receipt(request, pk):
    """To who reads the books, and on the record. It is never run and never framed: a file to look at."""
    row = get_visible(Receipt.objects.select_related("expense__fund"), request.user, pk=pk)
    AccessRecord.objects.create(
        user=request.user,
        compound_id=row.expense.fund.compound_id,
        deed=AccessRecord.Deed.LOOK,
        subject=f"receipt {row.pk} of expense {row.expense_id}",
    )
    response = HttpResponse(unseal(row), content_type=row.kind)
    shown = "attachment" if row.kind == Receipt.Kind.PDF else "inline"
    response["Content-Disposition"] = f'{shown}; filename="receipt-{row.pk}.{ENDING[row.kind]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
def line_batch(request, pk, line_pk):
    row = get_kept(EXPENSES, request.user, pk=pk)
    line = get_object_or_404(row.lines.select_related("expense"), pk=line_pk)
    form = BatchForm(request.POST, batches=_batches_for(line, row.fund), prefix=f"l{line.pk}")
    if form.is_valid():
        try:
            link_batch(line=line, batch=form.cleaned_data["batch"])
            messages.success(request, _("Tied to what arrived."))
        except MoneyError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, form.errors["batch"][0])
    return redirect(row)
