"""A fund's pages: who has which fund, its books, a month of them, gear bought and handed out, counts, who keeps it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from money.books import MoneyError, move_between, reverse_entry
from money.chat_text import chat_text
from money.counting import count_purse, explain_count, is_explained, newest_counts
from money.expenses import approvers_of, may_approve
from money.forms import CountForm, DutyForm, FundForm, MoveForm, WhyForm
from money.funds import open_fund, set_duties
from money.models import Entry, Expense, Fund, PurseCount
from money.reading import funds_of, month_named, read_gear, read_month, sums_of
from residents.access import get_kept, get_visible
from residents.models import Compound

PAGE = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])
FUNDS = Fund.objects.select_related("compound")


def get_books(request, pk) -> Fund:
    """A fund whose lines the user may read. Whoever sees only its totals is told so."""
    fund = get_visible(FUNDS, request.user, pk=pk)
    if not Fund.objects.read_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return fund


def show_form(request, form, fund, title: str, hint: str = "", **more):
    context = {"form": form, "fund": fund, "title": title, "hint": hint} | more
    return render(request, more.get("page", "money/form.html"), context, status=422 if form.errors else 200)


@require_safe
def home(request):
    """The funds of one's compound; a choice where there are several."""
    compounds = list(Compound.objects.visible_to(request.user))
    if len(compounds) == 1:
        return redirect("money:compound", compounds[0].pk)
    return render(request, "money/home.html", {"compounds": compounds})


@require_safe
def compound(request, pk):
    row = get_visible(Compound.objects, request.user, pk=pk)
    mine = Expense.objects.visible_to(request.user).waiting().filter(fund__compound=row)
    mine = mine.exclude(spender=request.user).exclude(made_by=request.user)
    context = {
        "compound": row,
        "funds": funds_of(row),
        "to_approve": mine.select_related("fund", "spender")[:PAGE],
        "can_keep": row.pk in request.user.access.steward,
    }
    return render(request, "money/compound.html", context)


@form_page
def fund_add(request, pk):
    row = get_kept(Compound.objects, request.user, pk=pk)
    form = FundForm(request.POST or None, compound=row, initial={"cash_keeper": request.user.pk})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(open_fund(compound=row, by=request.user, **form.cleaned_data))
        except MoneyError as error:
            form.add_error("name", str(error))
    return show_form(request, form, None, _("New fund"), compound=row)


@require_safe
def fund(request, pk):
    """Totals for everybody with a role; lines for who reads the books."""
    row = get_visible(FUNDS, request.user, pk=pk)
    reads = Fund.objects.read_by(request.user).filter(pk=pk).exists()
    context = {
        "fund": row,
        "compound": row.compound,
        "sums": sums_of(row),
        "reads": reads,
        "can_keep": row.compound_id in request.user.access.steward,
        "closing": row.closings.filter(withdrawn_at=None).first(),
    }
    if reads:
        context |= _books_of(request, row)
    return render(request, "money/fund.html", context)


def _books_of(request, row: Fund) -> dict:
    counts = newest_counts(row)
    purses = list(row.purses.select_related("keeper"))
    waiting = list(row.expenses.waiting().select_related("spender")[:PAGE])
    entries = Entry.objects.filter(fund=row).with_words().order_by("-number")
    return {
        "purses": [(purse, counts.get(purse.pk)) for purse in purses],
        "unexplained": [
            (count, count.purse.keeper_id != request.user.pk) for count in counts.values() if not is_explained(count)
        ],
        "waiting": [(expense, may_approve(expense, request.user)) for expense in waiting],
        "page": Paginator(entries, PAGE).get_page(request.GET.get("page")),
        "goods": row.gifts.filter(batch__isnull=False).select_related("batch__item")[:PAGE],
    }


@require_safe
def settings(request, pk):
    row = get_kept(FUNDS, request.user, pk=pk)
    on_duty = list(row.duties.filter(ended_at=None).values_list("user", flat=True))
    context = {
        "fund": row,
        "purses": row.purses.select_related("keeper"),
        "approvers": approvers_of(row).order_by("display_name", "pk"),
        "form": DutyForm(fund=row, initial={"leads": on_duty}),
    }
    return render(request, "money/settings.html", context)


@require_POST
def duty(request, pk):
    row = get_kept(FUNDS, request.user, pk=pk)
    form = DutyForm(request.POST, fund=row)
    if form.is_valid():
        try:
            set_duties(fund=row, by=request.user, leads=form.cleaned_data["leads"])
            messages.success(request, _("Saved. Stewards may approve, and the building leads named here."))
        except MoneyError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, form.errors["leads"][0])
    return redirect("money:settings", pk)


# --- Entries and counts ---------------------------------------------------------------------------


def _entry_page(request, row: Entry, form: WhyForm):
    context = {
        "entry": row,
        "fund": row.fund,
        "form": form,
        "back": getattr(row, "reversed", None),
        "can_keep": row.fund.compound_id in request.user.access.steward,
    }
    return render(request, "money/entry.html", context, status=422 if form.errors else 200)


ENTRIES = Entry.objects.with_words().select_related("fund__compound", "closing", "count")


@require_safe
def entry(request, pk):
    return _entry_page(request, get_visible(ENTRIES, request.user, pk=pk), WhyForm())


@require_POST
def reverse(request, pk):
    row = get_kept(ENTRIES, request.user, pk=pk)
    form = WhyForm(request.POST)
    if form.is_valid():
        try:
            reverse_entry(entry=row, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Taken back by an entry of its own."))
            return redirect(row.fund)
        except MoneyError as error:
            form.add_error(None, str(error))
    return _entry_page(request, row, form)


@form_page
def move(request, pk):
    row = get_kept(FUNDS, request.user, pk=pk)
    form = MoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            move_between(fund=row, by=request.user, **form.cleaned_data)
            return redirect(row)
        except MoneyError as error:
            form.add_error(None, str(error))
    return show_form(request, form, row, _("Pay in or draw"))


@form_page
def count(request, pk):
    row = get_kept(FUNDS, request.user, pk=pk)
    form = CountForm(request.POST or None, fund=row, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            told = count_purse(fund=row, by=request.user, **form.cleaned_data)
            if told.difference:
                messages.warning(request, _("The count differs from the books: somebody else has to explain it."))
            else:
                messages.success(request, _("The count agrees with the books."))
            return redirect(row)
        except MoneyError as error:
            form.add_error(None, str(error))
    hint = _("Count first, both of you. What the books say is shown afterwards.")
    return show_form(request, form, row, _("Count a purse"), hint)


@require_POST
def explain(request, pk):
    row = get_visible(PurseCount.objects.select_related("fund"), request.user, pk=pk)
    form = WhyForm(request.POST)
    if form.is_valid():
        try:
            explain_count(count=row, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("Put right; the reason stands beside it."))
        except MoneyError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, _("Say why, in a few words."))
    return redirect(row.fund)


# --- To read and pass on --------------------------------------------------------------------------


@require_safe
def statement(request, pk):
    """A month on paper: what was there, what came and went, what is left."""
    row = get_books(request, pk)
    month = read_month(row, month_named(request.GET.get("month", "")))
    return render(request, "money/statement.html", {"fund": row, "month": month})


@require_safe
def gear(request, pk):
    row = get_visible(FUNDS, request.user, pk=pk)
    return render(request, "money/gear.html", {"fund": row, "gear": read_gear(row)})


@require_safe
def chat(request, pk):
    row = get_visible(FUNDS, request.user, pk=pk)
    return render(request, "money/chat.html", {"fund": row, "text": chat_text(row, sums_of(row), read_gear(row))})
