"""Read models of a distribution: each building's books, and the totals everybody may see."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, Q, Sum, When
from django.db.models.functions import Coalesce

from residents.models import Building
from rounds.models import Outcome
from supplies.models import Distribution, Entitlement, KeptShare, Line, StockMove

Kind = StockMove.Kind


@dataclass
class Page:
    """One line in one building: loaded + found = handed out + brought back + written off + left."""

    building: Building
    line: Line
    households: int = 0
    due: int = 0
    allotted: int = 0
    told: int = 0
    uncovered: int = 0
    loaded: int = 0
    found: int = 0
    given: int = 0
    returned: int = 0
    written_off: int = 0

    @property
    def left(self) -> int:
        return self.loaded + self.found - self.given - self.returned - self.written_off

    @property
    def to_load(self) -> int:
        return max(0, self.allotted - self.loaded - self.found + self.returned)

    @property
    def balances(self) -> bool:
        return not self.left and not self.uncovered


def read_books(distribution: Distribution, buildings: list[Building] | None = None) -> list[Page]:
    """In the order people say the buildings. Five statements, four when the buildings are known."""
    places = list(distribution.round.buildings.all()) if buildings is None else buildings
    lines = list(distribution.lines.select_related("batch__item"))
    pages = {(place.pk, line.pk): Page(place, line) for place in places for line in lines}
    _read_entitlements(distribution, pages)
    _read_moves(distribution, pages, {line.batch_id: line.pk for line in lines})
    return list(pages.values())


def _read_entitlements(distribution: Distribution, pages: dict[tuple[int, int], Page]) -> None:
    rows = (
        Entitlement.objects.filter(line__distribution=distribution)
        .order_by()
        .values("visit__building", "line")
        .annotate(
            households=Count("pk"),
            due=Sum("quantity"),
            allotted=Sum("allotted"),
            told=Sum(F("told_given")),
            uncovered=Sum(F("told_given") - F("given") + F("told_spoiled") - F("spoiled")),
        )
    )
    swaps = Entitlement.objects.filter(swapped_for__distribution=distribution, swapped__lt=F("told_swapped")).order_by()
    for row in rows:
        page = pages.get((row["visit__building"], row["line"]))
        if page is not None:
            for name in ("households", "due", "allotted", "told", "uncovered"):
                setattr(page, name, row[name])
    for building, line, open_swaps in swaps.values_list("visit__building", "swapped_for").annotate(
        n=Sum(F("told_swapped") - F("swapped"))
    ):
        page = pages.get((building, line))
        if page is not None:
            page.uncovered += open_swaps


def _read_moves(distribution: Distribution, pages: dict[tuple[int, int], Page], line_of: dict[int, int]) -> None:
    signed = Case(
        When(target__building__isnull=False, then=F("quantity")), default=-F("quantity"), output_field=IntegerField()
    )
    rows = (
        StockMove.objects.filter(distribution=distribution)
        .order_by()
        .annotate(
            place=Coalesce("target__building", "source__building"),
            deed=Coalesce("counters__kind", "kind"),
            by_sign=signed,
        )
        .values_list("place", "batch", "deed")
        .annotate(total=Sum("by_sign"))
    )
    names = {
        Kind.LOADED: ("loaded", 1),
        Kind.ADJUSTED: ("found", 1),
        Kind.RETURNED: ("returned", -1),
        Kind.HANDED_OUT: ("given", -1),
        Kind.EXCHANGED: ("given", -1),  # came back from the door: given is what the doors have
        Kind.WRITTEN_OFF: ("written_off", -1),
    }
    for place, batch, deed, total in rows:
        page = pages.get((place, line_of.get(batch, 0)))
        if page is not None and deed in names:
            name, sign = names[deed]
            setattr(page, name, getattr(page, name) + sign * total)


@dataclass
class Totals:
    """What may be told to everybody: counts of households and units of one building, no rooms and no names."""

    building: Building
    households: int = 0
    reached: int = 0
    waiting: int = 0
    due: int = 0
    allotted: int = 0
    given: int = 0
    kept: int = 0  # households of which nobody is at home: their share waits in the store

    @property
    def percent(self) -> int:
        return 100 * self.allotted // self.due if self.due else 0


def read_totals(distribution: Distribution) -> tuple[list[Totals], Totals]:
    rows = {building.pk: Totals(building) for building in distribution.round.buildings.all()}
    all_of = Totals(Building())
    counted = (
        Entitlement.objects.filter(line__distribution=distribution)
        .order_by()
        .values("visit__building")
        .annotate(
            households=Count("visit", distinct=True),
            reached=Count("visit", distinct=True, filter=Q(visit__outcome=Outcome.DONE)),
            waiting=Count("visit", distinct=True, filter=Q(allotted__lt=F("quantity"))),
            due=Sum("quantity"),
            allotted=Sum("allotted"),
            given=Sum("told_given"),
        )
    )
    for row in counted:
        totals = rows[row["visit__building"]]
        for name in ("households", "reached", "waiting", "due", "allotted", "given"):
            setattr(totals, name, row[name])
            setattr(all_of, name, getattr(all_of, name) + row[name])
    away = KeptShare.objects.filter(line__distribution=distribution, allotted__gte=1).order_by()
    for building, count in away.values_list("building").annotate(n=Count("household", distinct=True)):
        rows[building].kept = count
        all_of.kept += count
    return list(rows.values()), all_of


def titles_by_visit(visits: list[int]) -> dict[int, list[Entitlement]]:
    """What each of these households is to get, in the order of the lines. One statement."""
    found: dict[int, list[Entitlement]] = defaultdict(list)
    rows = Entitlement.objects.filter(visit__in=visits).select_related("line__batch__item").order_by("line")
    for row in rows:
        found[row.visit_id].append(row)
    return found


@dataclass
class Bag:
    """What a volunteer hands over at one door, and what was told of it last."""

    lines: list[tuple[int, str, int]]  # key, what, how many
    said: str

    @property
    def text(self) -> str:
        return " + ".join(f"{what} ×{count}" for _key, what, count in self.lines)


def bags_by_visit(visits: list[int]) -> dict[int, Bag]:
    """Only the doors something is carried to. One statement."""
    bags = {}
    for visit, dues in titles_by_visit(visits).items():
        lines = [(due.line_id, str(due.line), due.allotted) for due in dues if due.allotted]
        if lines:
            bags[visit] = Bag(lines, dues[0].handover)
    return bags


def lines_by_round(rounds: list[int]) -> dict[int, list[Line]]:
    """What else lies in the lobby, for a swap. One statement."""
    found: dict[int, list[Line]] = defaultdict(list)
    for line in Line.objects.filter(distribution__round__in=rounds).select_related("batch__item", "distribution"):
        found[line.distribution.round_id].append(line)
    return found
