"""What each of a shift's crew was given of protective gear, and what came back: the store's books beside the roster."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from residents.access import get_kept
from residents.models import Volunteer
from shifts.models import Place, Shift
from shifts.places import rules_of
from supplies.forms import IssueForm
from supplies.ledger import SupplyError, issue_gear
from supplies.models import Item, Stock, StockMove

BEFORE, AFTER = timedelta(hours=3), timedelta(hours=6)  # suiting up, and what is brought back late
Kind = StockMove.Kind
NAMES: dict[str, str] = {Kind.ISSUED: "given", Kind.RETURNED: "back"}


@dataclass
class Worn:
    """One item in one person's hands."""

    item: Item
    given: int = 0
    back: int = 0
    used: int = 0

    @property
    def out(self) -> int:
        return self.given - self.back - self.used


@dataclass
class Crew:
    volunteer: Volunteer
    items: dict[int, Worn] = field(default_factory=dict)
    holds: int = 0  # of everything, now, also from earlier shifts


def read_gear(shift: Shift) -> list[Crew]:
    """Who has a place, each with what moved to and from them around the shift. Three statements."""
    places = Place.objects.held().filter(shift=shift).select_related("volunteer").order_by("pk")
    crew: dict[int, Crew] = {place.volunteer.user_id: Crew(place.volunteer) for place in places}
    moves = StockMove.objects.filter(
        Q(source__holder__in=crew) | Q(target__holder__in=crew),
        at__gte=shift.starts_at - BEFORE,
        at__lte=shift.ends_at + AFTER,
        countered=None,
    ).exclude(kind=Kind.COUNTER)
    for move in moves.select_related("batch__item", "source", "target"):
        stock = move.target if move.kind == Kind.ISSUED else move.source
        holder = stock.holder_id if stock else None
        if holder in crew:
            worn = crew[holder].items.setdefault(move.batch.item_id, Worn(move.batch.item))
            name = NAMES.get(move.kind, "used")
            setattr(worn, name, getattr(worn, name) + move.quantity)
    held: dict[int, int] = defaultdict(int)
    for holder, quantity in Stock.objects.filter(holder__in=crew).values_list("holder", "quantity"):
        held[holder] += quantity
    for holder, line in crew.items():
        line.holds = held[holder]
    return list(crew.values())


class CrewForm(IssueForm):
    """The store's own form, for those in the shift."""

    def __init__(self, *args, shift: Shift, **kwargs):
        super().__init__(*args, compound=shift.compound, **kwargs)
        inside = Place.objects.held().filter(shift=shift).values("volunteer")
        self.fields["volunteer"].queryset = Volunteer.objects.active().filter(pk__in=inside)  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def shift_gear(request, pk):
    shift = get_kept(Shift.objects.select_related("compound", "building"), request.user, pk=pk)
    form = CrewForm(request.POST or None, shift=shift)
    if request.method == "POST" and form.is_valid():
        try:
            issue_gear(by=request.user, **form.cleaned_data)
            messages.success(request, _("Issued."))
            return redirect("shift_gear", pk)
        except SupplyError as error:
            form.add_error(None, str(error))
    crew = read_gear(shift)
    worn = rules_of(shift.compound).gear_for(shift.task)
    has_gear = form.fields["batch"].queryset.exists()  # type: ignore[attr-defined]
    context = {"shift": shift, "compound": shift.compound, "crew": crew, "worn": worn, "form": form}
    context |= {"has_gear": has_gear}
    return render(request, "shifts/gear.html", context, status=422 if form.errors else 200)
