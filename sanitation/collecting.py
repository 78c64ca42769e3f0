"""A collection: from door to door, top floor down, each route a round of its own.

Sealed buildings are walked apart from the others. Doors that need a route of their own are never in either: they are
a confidential round, opened together with the one they were parted from and given out by hand. Who they are is said
by the caller, for this room knows of no illness.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from residents.models import Building, Compound, Household, User
from rounds.models import Outcome, Round, Visit
from rounds.services import close_round, create_round, open_round
from rounds.snapshot import Snapshot
from sanitation.models import WasteRound
from sanitation.services import SanitationError

FLOORS_A_PART = 3
Route = WasteRound.Route


@transaction.atomic
def plan_collection(
    *,
    compound: Compound,
    starts_at: datetime,
    ends_at: datetime,
    bags_out_at: datetime,
    buildings: Iterable[Building],
    by: User,
    title: str = "",
    instructions: str = "",
    floors_a_part: int | None = FLOORS_A_PART,
) -> list[WasteRound]:
    """A draft for the houses and one for the sealed buildings, as far as there are any."""
    if bags_out_at > ends_at:
        raise SanitationError(_("The bags must be out before the round ends."))
    routes: dict[str, list[Building]] = {}
    for building in buildings:
        is_sealed = building.zone == Building.Zone.SEALED
        routes.setdefault(Route.SEALED if is_sealed else Route.HOUSES, []).append(building)
    if not routes:
        raise SanitationError(_("Choose at least one building."))
    made = []
    for route in (Route.HOUSES, Route.SEALED):
        if route in routes:
            round = create_round(
                compound=compound,
                kind=Round.Kind.WASTE,
                title=title or (str(route.label) if len(routes) > 1 else ""),
                starts_at=starts_at,
                ends_at=ends_at,
                buildings=routes[route],
            )
            _offer(round, floors_a_part)
            made.append(_describe(round, route, bags_out_at, instructions, by))
    return made


def _offer(round: Round, floors: int | None) -> None:
    """Who takes which floors is then seen by all who collect."""
    Round.objects.filter(pk=round.pk).update(floors_per_segment=floors)
    round.floors_per_segment = floors


def _describe(round: Round, route: str, bags_out_at: datetime, instructions: str, by: User, **more) -> WasteRound:
    return WasteRound.objects.create(
        round=round, route=route, bags_out_at=bags_out_at, instructions=instructions, made_by=by, **more
    )


@transaction.atomic
def adopt_round(*, round: Round, by: User) -> WasteRound:
    """A rubbish round that was planned on the plain form is a collection too: opened, it parts like every other."""
    Round.objects.select_for_update().get(pk=round.pk)  # two who open it at once
    found = WasteRound.objects.select_related("round__compound").filter(round=round).first()
    return found or _describe(round, Route.HOUSES, round.starts_at, "", by)


@transaction.atomic
def open_collection(*, waste: WasteRound, by: User, apart: Collection[int]) -> list[Snapshot]:
    """`apart`: keys of the households that need a route of their own. Raises RoundError where nobody is left.

    Parted at this moment, however it was planned: a house may have been sealed since. The round keeps what it was
    planned for, as far as there is any; each other part is a round of its own, opened together with it.
    """
    wanted = _households(waste)
    if waste.is_apart:
        return open_round(round=waste.round, by=by, households=wanted)
    parts = _parts(waste, wanted, set(apart))
    if not parts:
        raise SanitationError(_("No door is left for this round."))
    kept = waste.route if waste.route in parts else next(route for route in Route.values if route in parts)
    if kept != waste.route:
        _turn_into(waste, kept)
    snapshots = open_round(round=waste.round, by=by, households=parts.pop(kept))
    for route, homes in parts.items():
        _part(waste, route, homes, by)
    return snapshots


def _parts(waste: WasteRound, wanted: set[int], apart: set[int]) -> dict[str, set[int]]:
    """Of each route its households. Who was planned with the sealed stays with them: they are walked last."""
    parts: dict[str, set[int]] = {Route.APART: wanted & apart}
    zones = Household.objects.filter(pk__in=wanted - apart).values_list("pk", "door__building__zone")
    for pk, zone in zones:
        is_sealed = zone == Building.Zone.SEALED or waste.route == Route.SEALED
        parts.setdefault(Route.SEALED if is_sealed else Route.HOUSES, set()).add(pk)
    return {route: homes for route, homes in parts.items() if homes}


def _turn_into(waste: WasteRound, route: str) -> None:
    """A draft whose every door belongs to another route."""
    if route == Route.APART:
        _hide(waste.round)
    waste.route = route
    waste.save(update_fields=["route"])


def _hide(round: Round) -> None:
    Round.objects.filter(pk=round.pk).update(is_confidential=True, floors_per_segment=None)
    round.is_confidential, round.floors_per_segment = True, None


def _households(waste: WasteRound) -> set[int]:
    """All who live there; of a next pass those whose bags are still at the door."""
    if waste.follows_id is None:
        homes = Household.objects.lived_in().filter(door__building__in=waste.round.buildings.all())
        return set(homes.values_list("pk", flat=True))
    missed = Visit.objects.filter(round__waste_round=waste.follows_id).missing()
    return set(missed.values_list("household", flat=True))


def _part(waste: WasteRound, route: str, homes: Collection[int], by: User) -> WasteRound:
    round = create_round(
        compound=waste.round.compound,
        kind=Round.Kind.WASTE,
        title=str(Route(route).label),
        starts_at=waste.round.starts_at,
        ends_at=waste.round.ends_at,
        buildings=Building.objects.filter(doors__households__in=homes).distinct(),
    )
    if route == Route.APART:
        _hide(round)
        text = _("Protective clothing, spray, tie, second bag, spray again. Yellow bags go to their own place.")
        parted = _describe(round, route, waste.bags_out_at, text, by, parted_from=waste)
    else:
        _offer(round, waste.round.floors_per_segment)
        parted = _describe(round, route, waste.bags_out_at, waste.instructions, by)
    open_round(round=round, by=by, households=homes)
    return parted


@transaction.atomic
def plan_next_pass(*, waste: WasteRound, starts_at: datetime, ends_at: datetime, by: User) -> WasteRound:
    """The doors missed, once more. What is still open ends with it, so that no door is on two lists."""
    round = Round.objects.select_for_update(of=("self",)).select_related("compound").get(pk=waste.round_id)
    if round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise SanitationError(_("Only a round that was walked has doors that were missed."))
    if WasteRound.objects.filter(follows=waste).exists():
        raise SanitationError(_("The next pass of this round is planned already."))
    missed = Visit.objects.filter(round=round).missing()
    buildings = list(Building.objects.filter(pk__in=missed.values("building")))
    if not buildings:
        raise SanitationError(_("No door was missed."))
    if round.is_open:
        close_round(round=round, by=by, reason=_("The missed doors go to the next pass."))
    title = str(Route.APART.label) if waste.is_apart else _("Next pass")
    next_round = create_round(
        compound=round.compound,
        kind=Round.Kind.WASTE,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        buildings=buildings,
    )
    if waste.is_apart:
        _hide(next_round)
    else:
        _offer(next_round, round.floors_per_segment)
    return _describe(next_round, waste.route, starts_at, waste.instructions, by, follows=waste)


# --- What the marks say -----------------------------------------------------------------------------

# "Nothing out" is answered; a door missed stays on the gap list and goes to the next pass.
WORDS = {Outcome.DONE: "taken", Outcome.ELSEWHERE: "nothing_out", Outcome.EXEMPT: "nothing_out"}
MOST_BAGS = 99


def bags_told(details: dict[str, str], name: str = "bags") -> int:
    """How many bags a mark tells of; 0 where it tells none, or something that is no such number."""
    text = details.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 2):
        return 0
    return int(text)


def counted(waste: WasteRound | None) -> list[str]:
    """What a volunteer may count at the doors of this route."""
    if waste is None:
        return []
    return ["bags", "yellow"] if waste.is_apart else ["bags"]


def counts_told(details: dict[str, str]) -> dict[str, int]:
    told = {name: bags_told(details, name) for name in ("bags", "yellow")}
    return {name: count for name, count in told.items() if count}


def count_bags(details: Iterable[dict[str, str]]) -> tuple[int, int]:
    """Bags and yellow bags."""
    rows: Sequence[dict[str, str]] = list(details)
    return sum(map(bags_told, rows)), sum(bags_told(row, "yellow") for row in rows)
