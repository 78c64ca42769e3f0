"""Rubbish at the desk: what is collected today, route by route, and the yellow bags that wait for the lorry."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Compound
from rounds.services import RoundError
from sanitation.collecting import plan_collection, plan_next_pass
from sanitation.forms import CollectionForm, FetchForm, NextPassForm, StoreForm, WhyForm
from sanitation.log import under_way
from sanitation.models import WasteRound, YellowBags
from sanitation.reading import read_route, read_routes
from sanitation.services import SanitationError
from sanitation.yellow import WARN_BEFORE, hand_to_lorry, store_bags, take_back_bags, waiting_bags

form_page = require_http_methods(["GET", "HEAD", "POST"])
ROUTES = WasteRound.objects.select_related("round__compound", "follows__round", "parted_from__round")
LINES_SHOWN = 15


def form_answer(request, form, compound, title: str, hint: str = "", back: str = ""):
    context = {"form": form, "compound": compound, "title": title, "hint": hint, "back": back}
    return render(request, "sanitation/form.html", context, status=422 if form.errors else 200)


@require_safe
def home(request):
    """Straight on where one has a single compound."""
    compounds = list(Compound.objects.visible_to(request.user))
    if len(compounds) == 1:
        return redirect("sanitation:compound", compounds[0].pk)
    return render(request, "sanitation/home.html", {"compounds": compounds})


@require_safe
def compound(request, pk):
    place = get_visible(Compound.objects, request.user, pk=pk)
    is_whole = pk in request.user.access.whole_compounds
    now = timezone.now()
    lots = waiting_bags([pk], now)[pk] if is_whole else []
    context = {
        "compound": place,
        "routes": read_routes(place, request.user),
        "under_way": list(under_way(place, request.user)[:10]),
        "sees_bags": is_whole,
        "bags": sum(lot.count for lot in lots),
        "oldest": lots[0] if lots else None,
        "is_late": bool(lots) and lots[0].due_at <= now,
        "is_soon": bool(lots) and lots[0].due_at <= now + WARN_BEFORE,
        "can_keep": pk in request.user.access.steward,
        "can_log": may_log(request.user, place),
    }
    return render(request, "sanitation/compound.html", context)


def may_log(user, place: Compound) -> bool:
    """Stewards, and leads for the shared parts of their buildings."""
    return place.pk in user.access.steward | user.access.lead_compounds


# --- Collections ------------------------------------------------------------------------------------


@form_page
def plan(request, pk):
    place = get_kept(Compound.objects, request.user, pk=pk)
    form = CollectionForm(request.POST or None, compound=place)
    if request.method == "POST" and form.is_valid():
        try:
            made = plan_collection(compound=place, by=request.user, **form.cleaned_data)
            messages.success(request, _("Planned. Open each route when it begins; doors apart get their own."))
            return redirect(made[0] if len(made) == 1 else "sanitation:compound", *([] if len(made) == 1 else [pk]))
        except SanitationError as error:
            form.add_error(None, str(error))
    hint = _("Sealed buildings become a route of their own, and so do doors that need one when it opens.")
    return form_answer(request, form, place, _("Plan a collection"), hint)


@require_safe
def route(request, pk):
    waste = get_visible(ROUTES, request.user, round=pk)
    read = read_route(waste, request.user)
    if waste.is_apart and read.missed:
        _note_look(request.user, waste, len(read.missed))
    next_pass = WasteRound.objects.filter(follows=waste).first()
    apart = WasteRound.objects.visible_to(request.user).filter(parted_from=waste).select_related("round").first()
    context = {
        "waste": waste,
        "round": waste.round,
        "compound": waste.round.compound,
        "read": read,
        "next_pass": next_pass,
        "apart": apart,
        "can_keep": waste.round.compound_id in request.user.access.steward,
    }
    return render(request, "sanitation/route.html", context)


def _note_look(user, waste: WasteRound, doors: int) -> None:
    """That a door has a route of its own tells that somebody behind it is ill or close to it."""
    AccessRecord.objects.create(
        user=user,
        compound=waste.round.compound,
        deed=AccessRecord.Deed.LOOK,
        subject=f"round {waste.round_id}: rubbish route",
        row_count=doors,
    )


@form_page
def next_pass(request, pk):
    waste = get_kept(ROUTES, request.user, round=pk)
    form = NextPassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(plan_next_pass(waste=waste, by=request.user, **form.cleaned_data))
        except (SanitationError, RoundError) as error:
            form.add_error(None, str(error))
    hint = _("The doors that were missed, once more. A round still open is closed with it.")
    return form_answer(request, form, waste.round.compound, _("Next pass"), hint, waste.get_absolute_url())


# --- Yellow bags ------------------------------------------------------------------------------------


def _yellow(request, place, **forms):
    lots = waiting_bags([place.pk], timezone.now())[place.pk]
    lines = YellowBags.objects.filter(compound=place, takes_back=None).select_related("by", "building", "taken_back")
    context = {
        "compound": place,
        "lots": lots,
        "bags": sum(lot.count for lot in lots),
        "lines": lines[:LINES_SHOWN],
        "now": timezone.now(),
        "can_keep": place.pk in request.user.access.steward,
        "store": StoreForm(compound=place),
        "fetch": FetchForm(initial={"count": sum(lot.count for lot in lots) or None}),
        **forms,
    }
    return render(request, "sanitation/yellow.html", context, status=422 if forms else 200)


@require_safe
def yellow(request, pk):
    place = get_visible(Compound.objects, request.user, pk=pk)
    if pk not in request.user.access.whole_compounds:
        raise PermissionDenied
    return _yellow(request, place)


@require_POST
def yellow_store(request, pk):
    place = get_kept(Compound.objects, request.user, pk=pk)
    form = StoreForm(request.POST, compound=place)
    if form.is_valid():
        store_bags(compound=place, by=request.user, **form.cleaned_data)
        messages.success(request, _("Written down. The lorry must come within 24 hours."))
        return redirect("sanitation:yellow", pk)
    return _yellow(request, place, store=form)


@require_POST
def yellow_fetch(request, pk):
    place = get_kept(Compound.objects, request.user, pk=pk)
    form = FetchForm(request.POST)
    if form.is_valid():
        try:
            hand_to_lorry(compound=place, by=request.user, **form.cleaned_data)
            messages.success(request, _("Written down."))
            return redirect("sanitation:yellow", pk)
        except SanitationError as error:
            form.add_error("count", str(error))
    return _yellow(request, place, fetch=form)


@require_POST
def yellow_back(request, pk):
    line = get_kept(YellowBags.objects.select_related("compound"), request.user, pk=pk)
    form = WhyForm(request.POST)
    try:
        if not form.is_valid():
            raise SanitationError(_("Say why, in a few words."))
        take_back_bags(bags=line, by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _("Taken back."))
    except SanitationError as error:
        messages.error(request, str(error))
    return redirect("sanitation:yellow", line.compound_id)
