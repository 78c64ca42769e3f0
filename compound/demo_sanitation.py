"""The demo's rubbish and disinfection in the estate: a collection on three routes half walked, yellow bags of which the
oldest are nearly due, and a log with one place being sprayed and one entry put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from compound.opening import open_any_round
from residents.models import Building, Compound, User
from rounds.marks import mark_at_desk
from rounds.models import Outcome, Round, Visit
from sanitation.collecting import plan_collection
from sanitation.disinfecting import Plan, begin_disinfection, start_spraying, write_down
from sanitation.yellow import hand_to_lorry, store_bags

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WALKED = 24  # doors of the first route; the others are on their way


def show_sanitation(estate: Compound, steward: User, lead: User) -> None:
    houses = list(estate.buildings.houses())
    _collect(estate, houses, steward)
    _store(estate, houses, steward)
    _spray(estate, houses, steward, lead)


def _collect(estate: Compound, houses: list[Building], by: User) -> None:
    """The houses, the sealed, and the doors whose bags are yellow: opened with one press each."""
    now = timezone.now().replace(second=0, microsecond=0)
    window: dict[str, Any] = {"starts_at": now - HOUR, "ends_at": now + 2 * HOUR, "bags_out_at": now - HOUR / 2}
    for waste in plan_collection(compound=estate, buildings=houses, by=by, instructions="先收六楼，带两卷袋", **window):
        open_any_round(round=waste.round, by=by)
    rounds = Round.objects.filter(compound=estate, kind=Round.Kind.WASTE).order_by("pk")
    for round in rounds.select_related("waste_round"):
        many = 1 if round.waste_round.is_apart else WALKED
        for number, visit in enumerate(Visit.objects.filter(round=round).top_down()[:many]):
            _take(visit, number, by, is_yellow=round.waste_round.is_apart)


def _take(visit: Visit, number: int, by: User, *, is_yellow: bool) -> None:
    outcome = {3: Outcome.ELSEWHERE, 7: Outcome.NOBODY_HOME, 15: Outcome.ELSEWHERE}.get(number, Outcome.DONE)
    details = {"bags": str(1 + number % 2)} | ({"yellow": "2"} if is_yellow else {})
    mark_at_desk(visit=visit, by=by, outcome=outcome, details=details if outcome == Outcome.DONE else {})


def _store(estate: Compound, houses: list[Building], by: User) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    store_bags(compound=estate, count=6, source="sampling", building=houses[0], by=by, at=now - 30 * HOUR)
    hand_to_lorry(compound=estate, count=6, by=by, at=now - 26 * HOUR)
    store_bags(compound=estate, count=4, source="station", by=by, at=now - 21 * HOUR)
    store_bags(compound=estate, count=3, source="sampling", building=houses[1], by=by, at=now - 5 * HOUR)


def _spray(estate: Compound, houses: list[Building], steward: User, lead: User) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    routine: dict[str, Any] = {"reason": "routine", "agent": "chlorine", "ppm": 500, "team": "property"}
    for number, house in enumerate(houses[:3]):
        start = now - (20 - number) * HOUR
        plan = Plan(part="stairs", building=house, place="1—6 层扶手、开关", **routine)
        write_down(compound=estate, plan=plan, started_at=start, ended_at=start + 25 * MINUTE, by=steward)
    after: dict[str, Any] = {"reason": "positive", "agent": "chlorine", "ppm": 2000, "team": "street", "team_size": 3}
    wrong = Plan(part="entrance", building=houses[1], **after | {"ppm": 1000})
    begun: dict[str, Any] = {"started_at": now - 4 * HOUR, "ended_at": now - 3 * HOUR}
    first = write_down(compound=estate, plan=wrong, by=steward, **begun)
    right = Plan(part="entrance", building=houses[1], **after)
    write_down(compound=estate, plan=right, by=steward, corrects=first, correction_reason="浓度写错", **begun)
    hall = Plan(part="entrance", building=houses[0], **routine)
    start_spraying(disinfection=begin_disinfection(compound=estate, plan=hall, by=lead), by=lead)
    begin_disinfection(compound=estate, plan=Plan(part="doors", building=houses[1], **after), by=steward)
