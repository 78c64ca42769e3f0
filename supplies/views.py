"""The store: what lies there, arrivals counted by two, recounts, counter-entries, gear for a shift."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.models import Building, Compound, Household
from rounds.forms import ReasonForm
from supplies.absent import open_shares
from supplies.forms import (
    ArrivalForm,
    CountForm,
    ExplainedForm,
    GearReturnForm,
    IssueForm,
    ItemForm,
    RecountForm,
)
from supplies.ledger import (
    SupplyError,
    adjust_stock,
    count_again,
    create_item,
    issue_gear,
    record_arrival,
    return_gear,
    settle_count,
    stock_in,
    undo_move,
    write_off,
)
from supplies.models import Batch, Distribution, Stock, StockMove, Variant
from supplies.services import set_diets
from supplies.storing import gear_out, read_shelves, with_numbers

SHOWN = 12
STORE_LISTS = [("stock", gettext_lazy("Stock")), ("batches", gettext_lazy("Batches")), ("kept", gettext_lazy("Kept"))]
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def home(request):
    """The store of one's compound; a choice where there are several."""
    compounds = list(Compound.objects.visible_to(request.user))
    if len(compounds) == 1:
        return redirect("supplies:store", compounds[0].pk)
    return render(request, "supplies/home.html", {"compounds": compounds})


@require_safe
def store(request, pk):
    compound = get_visible(Compound.objects, request.user, pk=pk)
    today = timezone.localdate()
    shelves = read_shelves(compound, today)
    for batch in (batch for shelf in shelves for batch in shelf.batches):
        batch.is_old = batch.in_store > 0 and batch.lies_too_long(today)
        batch.is_expired = batch.has_expired(today)
        batch.is_ending = batch.expires_soon(today)
    distributions = Distribution.objects.visible_to(request.user).filter(round__compound=compound)
    context = {
        "compound": compound,
        "shelves": shelves,
        "to_count": [batch for shelf in shelves for batch in shelf.batches if not batch.is_counted],
        "distributions": distributions.select_related("round")[:SHOWN],
        "gear": gear_out(compound) if compound.pk in request.user.access.steward else [],
        "can_keep": compound.pk in request.user.access.steward,
        "kept": open_shares(compound) if compound.pk in request.user.access.steward else [],
        "today": today,
        "lists": STORE_LISTS if compound.pk in request.user.access.steward else STORE_LISTS[:2],
        "led": Building.objects.filter(compound=compound, pk__in=request.user.access.lead_buildings),
    }
    return render(request, "supplies/store.html", context)


def _form(request, form, compound, title: str, hint: str = "", **more):
    context = {"form": form, "compound": compound, "title": title, "hint": hint} | more
    return render(request, "supplies/form.html", context, status=422 if form.errors else 200)


@form_page
def item_add(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = ItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            create_item(compound=compound, **form.cleaned_data)
            return redirect("supplies:store", pk)
        except SupplyError as error:
            form.add_error("name", str(error))
    return _form(request, form, compound, _("New item"))


@form_page
def arrive(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = ArrivalForm(request.POST or None, compound=compound)
    if request.method == "POST" and form.is_valid():
        batch = record_arrival(by=request.user, **form.cleaned_data)
        messages.success(request, _("Noted. Somebody else has to count too."))
        return redirect(batch)
    return _form(request, form, compound, _("Something arrived"), _("Count before you read the slip."))


# --- A batch --------------------------------------------------------------------------------------


def _batch_page(request, batch, status=200, **forms):
    access = request.user.access
    counts = list(batch.counts.select_related("by"))
    moves = batch.moves.select_related("by", "source__building", "source__holder", "target__building", "target__holder")
    compound = batch.item.compound
    context = {
        "batch": batch,
        "compound": compound,
        # Whoever is to count again does not read the first number.
        "counts": counts if len(counts) == 2 or counts[0].by_id == request.user.pk else [],
        "first": counts[0],
        "differs": len(counts) == 2 and counts[0].quantity != counts[1].quantity,
        "can_count": len(counts) == 1
        and counts[0].by_id != request.user.pk
        and compound.pk in access.steward | access.lead_compounds,
        "can_keep": compound.pk in access.steward,
        "must_settle": len(counts) == 2 and not batch.is_counted,
        "moves": list(moves.annotate_countered()),
        "stocks": batch.stocks.filter(quantity__gt=0).select_related("building", "holder"),
        "count_form": CountForm(),
        "settle_form": ExplainedForm(prefix="settle"),
        "recount_form": RecountForm(prefix="recount", initial={"counted": batch.in_store}),
        "off_form": ExplainedForm(prefix="off"),
        "today": timezone.localdate(),
    } | forms
    return render(request, "supplies/batch.html", context, status=status)


@require_safe
def batch(request, pk):
    return _batch_page(request, get_visible(with_numbers(), request.user, pk=pk))


def _deed(request, row: Batch, form, name: str, deed, done: str):
    """One form of the batch's page: done and back, or shown again with what was typed."""
    if form.is_valid():
        try:
            deed(**form.cleaned_data)
            messages.success(request, done)
            return redirect(row)
        except SupplyError as error:
            form.add_error(None, str(error))
    return _batch_page(request, row, 422, **{name: form})


@require_POST
def batch_count(request, pk):
    row = get_visible(with_numbers(), request.user, pk=pk)
    if not Batch.objects.counted_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    form = CountForm(request.POST)
    return _deed(
        request,
        row,
        form,
        "count_form",
        lambda **told: count_again(batch=row, by=request.user, **told),
        _("Counted. Where the two numbers agree it is in the store now."),
    )


@require_POST
def batch_settle(request, pk):
    row = get_kept(with_numbers(), request.user, pk=pk)
    form = ExplainedForm(request.POST, prefix="settle")
    return _deed(
        request,
        row,
        form,
        "settle_form",
        lambda **told: settle_count(batch=row, by=request.user, **told),
        _("It is in the store now."),
    )


@require_POST
def batch_adjust(request, pk):
    row = get_kept(with_numbers(), request.user, pk=pk)
    form = RecountForm(request.POST, prefix="recount")
    return _deed(
        request,
        row,
        form,
        "recount_form",
        lambda **told: adjust_stock(stock=stock_in(row), by=request.user, **told),
        _("Put right; the reason stands beside it."),
    )


@require_POST
def batch_write_off(request, pk):
    row = get_kept(with_numbers(), request.user, pk=pk)
    form = ExplainedForm(request.POST, prefix="off")
    return _deed(
        request,
        row,
        form,
        "off_form",
        lambda **told: write_off(stock=stock_in(row), by=request.user, **told),
        _("Written off."),
    )


@require_POST
def move_undo(request, pk):
    move = get_kept(StockMove.objects.select_related("batch"), request.user, pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why, in a few words."))
        return redirect(move.batch)
    try:
        undo_move(move=move, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Taken back by a counter-entry."))
    except SupplyError as error:
        messages.error(request, str(error))
    return redirect(move.batch)


# --- Gear and variants ----------------------------------------------------------------------------


@form_page
def gear(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = IssueForm(request.POST or None, compound=compound)
    if request.method == "POST" and form.is_valid():
        try:
            issue_gear(by=request.user, **form.cleaned_data)
            messages.success(request, _("Issued."))
            return redirect("supplies:gear", pk)
        except SupplyError as error:
            form.add_error(None, str(error))
    context = {"form": form, "compound": compound, "gear": gear_out(compound)}
    return render(request, "supplies/gear.html", context, status=422 if form.errors else 200)


@require_POST
def gear_return(request, pk):
    stock = get_kept(Stock.objects.select_related("batch__item"), request.user, pk=pk)
    form = GearReturnForm(request.POST)
    if form.is_valid():
        try:
            return_gear(stock=stock, by=request.user, **form.cleaned_data)
            messages.success(request, _("Noted."))
        except SupplyError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, next(iter(form.errors.values()))[0])
    return redirect("supplies:gear", stock.batch.item.compound_id)


@form_page
def variants(request, pk):
    building = get_visible(Building.objects, request.user, pk=pk)
    if not request.user.access.keeps(building):
        raise PermissionDenied
    homes = Household.objects.lived_in().filter(door__building=building).select_related("door", "diet").with_people()
    homes = homes.order_by("door__entrance", "-door__floor", "door__position", "pk")
    error = ""
    if request.method == "POST":
        told = {home.pk: request.POST[f"h{home.pk}"] for home in homes if f"h{home.pk}" in request.POST}
        try:
            if not told:
                raise SupplyError(_("Nothing was chosen."))
            set_diets(building=building, variants=told, by=request.user)
            messages.success(request, _("Saved."))
            return redirect("supplies:variants", pk)
        except SupplyError as refusal:
            error = str(refusal)
    context = {"building": building, "homes": homes, "variants": Variant.choices, "error": error}
    return render(request, "supplies/variants.html", context, status=422 if error else 200)
