"""Lockdown clocks in the demo: a tower sealed by a case, a house sealed longer by a second one, one monitored, one free
again. Built by the services, so each day says why."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from clock.cases import record_case
from clock.homecoming import receive_home, tick_homecoming
from clock.models import Clock, RuleVersion
from clock.reading import SHANGHAI, today_in_shanghai
from clock.services import (
    load_shipped_rules,
    override_zone,
    read_clock,
    release_building,
    start_clock,
    start_clock_from_case,
    tick_check,
)
from residents.models import Building, Compound, Household, User


def build_clocks(*, tower: Compound, chen: User, estate: Compound, sun: User) -> None:
    load_shipped_rules()
    _sealed_by_a_case(tower.buildings.get(), chen, days_ago=4)
    house = {building.code: building for building in estate.buildings.all()}
    _monitored(house["1"], sun)
    _sealed_to_the_full(house["2"], sun)
    _released(house["3"], sun)
    _somebody_home(house["4"], sun)


def _rule(code: str) -> RuleVersion:
    return RuleVersion.objects.filter(profile__code=code).order_by("-number").select_related("profile")[0]


def _day(days_ago: int) -> date:
    return today_in_shanghai() - timedelta(days=days_ago)


def _moment(days_ago: int, hour: int) -> datetime:
    """Never in the future, whatever the hour the demo is built at."""
    moment = datetime.combine(_day(days_ago), time(hour), tzinfo=SHANGHAI)
    return min(moment, timezone.now() - timedelta(minutes=5))


def _home(building: Building, floor: int) -> Household | None:
    return Household.objects.lived_in().filter(door__building=building, door__floor=floor).order_by("pk").first()


def _case(building: Building, by: User, days_ago: int, floor: int, *, gone: bool = True):
    return record_case(
        building=building,
        kind="positive",
        source="street",
        household=_home(building, floor),
        sampled_at=_moment(days_ago + 1, 9),
        reported_at=_moment(days_ago, 8),
        moved_out_at=_moment(days_ago, 20) if gone else None,
        by=by,
    )


def _sealed_by_a_case(building: Building, by: User, days_ago: int) -> Clock:
    case = _case(building, by, days_ago, floor=14)
    return start_clock_from_case(case=case, version=_rule("7+7"), by=by, reason="街道电话通知")


def _monitored(building: Building, by: User) -> None:
    start_clock(building=building, version=_rule("three-zones-sealed"), on=_day(8), by=by, reason="街道通知")


def _sealed_to_the_full(building: Building, by: User) -> None:
    start_clock(building=building, version=_rule("three-zones-sealed"), on=_day(8), by=by, reason="街道通知")
    _case(building, by, days_ago=3, floor=5, gone=False)


def _released(building: Building, by: User) -> None:
    clock = start_clock(building=building, version=_rule("high-low"), on=_day(6), by=by, reason="街道通知")
    override_zone(clock=clock, zone="sealed", on=_day(1), until=_day(1), by=by, reason="街道要求多封一天，等复核结果")
    for check in read_clock(clock).checks:
        if not check.is_done:
            note = "街道电话确认" if check.key == "street" else "当日名单齐，全部阴性"
            tick_check(clock=clock, check=check.key, by=by, note=note)
    release_building(clock=clock, by=by)


def _somebody_home(building: Building, by: User) -> None:
    household = _home(building, 2)
    if household is not None:
        home = receive_home(household=household, resident=None, discharged_on=_day(2), returned_on=_day(2), by=by)
        tick_homecoming(homecoming=home, check="certificate", by=by)
