"""A distribution at the desk: what is handed out, who waits, its books, the totals everybody may read."""

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.devices import token_hash
from residents.models import Compound
from rounds.services import RoundError
from supplies.entitling import Plan, by_building, by_occupancy, reckon
from supplies.forms import DistributionForm, LineForm, ShortageForm
from supplies.models import Distribution, Line, WaitReason
from supplies.reconciling import read_books, read_totals
from supplies.services import (
    add_line,
    change_distribution,
    close_books,
    create_distribution,
    make_totals_link,
    plan_shortage,
    remove_line,
    revoke_totals_link,
)

DISTRIBUTIONS = Distribution.objects.select_related("round__compound")
LISTS = [
    ("books", _lazy("Books")),
    ("entitlements", _lazy("Who gets what")),
    ("waits", _lazy("Who waits, and why")),
    ("pick-list", _lazy("Pick list")),
    ("labels", _lazy("Labels")),
    ("lobby", _lazy("Count in the lobby")),
    ("handovers", _lazy("Handovers")),
]
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def add(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    form = DistributionForm(request.POST or None, compound=compound)
    if request.method == "POST" and form.is_valid():
        return redirect(create_distribution(compound=compound, **form.cleaned_data))
    context = {"form": form, "compound": compound, "title": _("New distribution")}
    return render(request, "supplies/form.html", context, status=422 if form.errors else 200)


@form_page
def edit(request, pk):
    row = get_kept(DISTRIBUTIONS, request.user, round=pk)
    initial = {
        "title": row.round.title,
        "starts_at": row.round.starts_at,
        "ends_at": row.round.ends_at,
        "buildings": list(row.round.buildings.values_list("pk", flat=True)),
        "instructions": row.instructions,
    }
    form = DistributionForm(request.POST or None, compound=row.round.compound, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_distribution(distribution=row, **form.cleaned_data)
            return redirect(row)
        except RoundError as error:
            form.add_error(None, str(error))
    context = {"form": form, "compound": row.round.compound, "title": str(row), "back": row}
    return render(request, "supplies/form.html", context, status=422 if form.errors else 200)


@require_safe
def distribution(request, pk):
    """Before it opens the plan, afterwards its books."""
    row = get_visible(DISTRIBUTIONS, request.user, round=pk)
    if row.round.opened_at is None:
        return _plan_page(request, row)
    access = request.user.access
    books = read_books(row)
    can_keep = row.round.compound_id in access.steward
    kept = [page.building.pk for page in books if access.keeps(page.building)]
    context = {
        "distribution": row,
        "round": row.round,
        "books": books,
        "left": sum(page.left for page in books),
        "uncovered": sum(page.uncovered for page in books),
        "to_load": sum(page.to_load for page in books),
        "told": sum(page.told for page in books),
        "allotted": sum(page.allotted for page in books),
        "missing": sum(page.due - page.allotted for page in books),
        "kept": kept,
        "lists": LISTS if kept else LISTS[:1],
        "can_keep": can_keep,
    }
    return render(request, "supplies/books.html", context)


def _plan_page(request, row: Distribution, form: LineForm | None = None):
    plan = reckon(row)
    buildings = {building.pk: building for building in row.round.buildings.all()}
    can_keep = row.round.compound_id in request.user.access.steward
    context = {
        "distribution": row,
        "round": row.round,
        "plan": plan,
        "rows": by_building(plan, buildings),
        "occupancy": by_occupancy(plan),
        "waiting": _waiting_rooms(plan, buildings) if can_keep and row.rule else [],
        "away": [(buildings[one.visit.building_id], one.visit.rooms) for one in plan.kept],
        "can_keep": can_keep,
        "form": form or (LineForm(distribution=row) if can_keep else None),
    }
    return render(request, "supplies/plan.html", context, status=422 if form is not None else 200)


def _waiting_rooms(plan: Plan, buildings) -> list[tuple]:
    """Where nothing or less is carried to, top floor first, and why."""
    reasons = {key: line.shares[key].reason for line in plan.lines for key in line.waiting}
    visits = [one.visit for one in plan.everybody if one.visit.household_id in reasons]
    visits.sort(key=lambda visit: (buildings[visit.building_id].position, visit.entrance, -visit.floor, visit.position))
    return [
        (buildings[visit.building_id], visit.rooms, WaitReason(reasons[visit.household_id]).label) for visit in visits
    ]


@require_POST
def line_add(request, pk):
    row = get_kept(DISTRIBUTIONS, request.user, round=pk)
    form = LineForm(request.POST, distribution=row)
    if form.is_valid():
        try:
            add_line(distribution=row, **form.cleaned_data)
            return redirect(row)
        except RoundError as error:
            form.add_error(None, str(error))
    if row.round.opened_at is not None:
        messages.error(request, _("The list is frozen: what each household gets can no longer be changed."))
        return redirect(row)
    return _plan_page(request, row, form)


@require_POST
def line_remove(request, pk, line_pk):
    row = get_kept(DISTRIBUTIONS, request.user, round=pk)
    line = get_object_or_404(Line.objects.select_related("distribution"), pk=line_pk, distribution=row)
    try:
        remove_line(line=line)
    except RoundError as error:
        messages.error(request, str(error))
    return redirect(row)


@form_page
def shortage(request, pk):
    """Who goes first when there is not enough. By hand, room by room."""
    row = get_kept(DISTRIBUTIONS, request.user, round=pk)
    plan = reckon(row)
    initial = {"rule": row.rule or Distribution.Rule.ELDERS, "reason": row.hand_reason}
    form = ShortageForm(request.POST or None, households=plan.entitled, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            plan_shortage(distribution=row, by=request.user, **form.cleaned_data)
            messages.success(request, _("Decided. Look at who waits before you open it."))
            return redirect(row)
        except RoundError as error:
            form.add_error(None, str(error))
    chosen = {int(key) for key in request.POST.getlist("waits") if key.isascii() and key.isdigit()}
    context = {
        "distribution": row,
        "plan": plan,
        "form": form,
        "rule": form["rule"].value(),
        "rooms": _rooms_to_choose(row, plan, chosen if request.method == "POST" else set(row.hand_waits)),
    }
    return render(request, "supplies/shortage.html", context, status=422 if form.errors else 200)


def _rooms_to_choose(row: Distribution, plan: Plan, chosen: set[int]) -> list[tuple]:
    rooms: dict[int, list] = {building.pk: [] for building in row.round.buildings.all()}
    for one in plan.everybody:
        if one.visit.household_id in plan.entitled:
            rooms[one.visit.building_id].append((one.visit, one.visit.household_id in chosen))
    for some in rooms.values():
        some.sort(key=lambda pair: (pair[0].entrance, -pair[0].floor, pair[0].position))
    return [(building, rooms[building.pk]) for building in row.round.buildings.all() if rooms[building.pk]]


@require_POST
def close(request, pk):
    row = get_kept(DISTRIBUTIONS, request.user, round=pk)
    try:
        close_books(distribution=row, by=request.user)
        messages.success(request, _("The books are closed: every one is accounted for."))
    except RoundError as error:
        messages.error(request, str(error))
    return redirect(row)


# --- Totals for everybody -------------------------------------------------------------------------


def _totals_page(request, row: Distribution, name: str, **more):
    rows, total = read_totals(row)
    context = {"distribution": row, "round": row.round, "rows": rows, "total": total, "rule": row.get_rule_display()}
    return render(request, name, context | more)


@require_safe
def totals(request, pk):
    row = get_visible(DISTRIBUTIONS.exclude(round__opened_at=None), request.user, round=pk)
    can_keep = row.round.compound_id in request.user.access.steward
    return _totals_page(request, row, "supplies/totals.html", can_keep=can_keep)


@require_POST
def totals_link(request, pk):
    row = get_kept(DISTRIBUTIONS.exclude(round__opened_at=None), request.user, round=pk)
    link = settings.PUBLIC_URL + reverse("supplies:totals_public", args=[make_totals_link(distribution=row)])
    # Attributes only, no style: the content security policy would drop it.
    qr = segno.make(link, error="m", micro=False).svg_inline(omitsize=True, border=3, light="#fff", svgclass="qr")
    response = render(request, "supplies/totals_link.html", {"distribution": row, "link": link, "qr": mark_safe(qr)})
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
def totals_revoke(request, pk):
    row = get_kept(DISTRIBUTIONS, request.user, round=pk)
    revoke_totals_link(distribution=row)
    messages.success(request, _("The link to the totals no longer opens anything."))
    return redirect(row)


@login_not_required
@require_safe
def totals_public(request, code):
    """The whole secret decides: nobody counts through the distributions of a town."""
    row = DISTRIBUTIONS.exclude(round__opened_at=None).filter(totals_hash=token_hash(code)).first()
    if row is None:
        response = render(request, "supplies/totals_gone.html", status=404)
    else:
        response = _totals_page(request, row, "supplies/totals_public.html")
        response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
