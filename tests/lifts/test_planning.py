"""How long a house takes, in which batches, and which houses do not meet."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lifts.models import CallDown, Forecast, Lift, Turn
from lifts.planning import Batch, cut_batches, start_times, wave_of, wave_starts, whole_time
from lifts.queue import read_places, read_queue
from lifts.riding import LiftError, undo_last, waits_for
from lifts.services import keep_plan, let_go_ahead, work_out
from residents.models import Building, Door, Household
from rounds.services import create_round, open_round
from tests.lifts.conftest import MINUTE, Tower
from tests.marks import statements


def test_two_lifts_halve_the_time_and_a_slow_household_holds_up_its_own_lift_alone():
    assert [whole_time([600] * 24, lifts) for lifts in (0, 1, 2, 3)] == [0, 14400, 7200, 4800]
    assert whole_time([600, 900, 600, 600], 2) == 1500
    assert start_times([600, 900, 600], [0, 120]) == [0, 120, 600]


@given(st.lists(st.integers(1, 900), max_size=60), st.integers(1, 4))
def test_no_lift_carries_two_and_none_waits_while_somebody_could_be_called(seconds, lifts):
    starts = start_times(seconds, [0] * lifts)
    assert starts == sorted(starts)
    rides = [(start, start + length) for start, length in zip(starts, seconds, strict=True)]
    for moment in starts:
        assert sum(begin <= moment < end for begin, end in rides) <= lifts
    assert whole_time(seconds, lifts) >= sum(seconds) / lifts


def test_batches_are_of_about_twenty_and_leave_floors_whole():
    tower = [floor for floor in range(26, 0, -1) for _door in range(4)]
    assert cut_batches(tower, 20)[:2] == [Batch(1, 0, 20, 26, 22), Batch(2, 20, 20, 21, 17)]
    assert [batch.count for batch in cut_batches(tower, 18)] == [20] * 5 + [4]
    assert [batch.count for batch in cut_batches([1] * 50, 20)] == [20, 20, 10]
    assert cut_batches([], 20) == []


@given(st.lists(st.integers(-2, 40), max_size=80), st.integers(1, 30))
def test_batches_hold_everybody_once_and_in_order(floors, size):
    batches = cut_batches(floors, size)
    assert sum(batch.count for batch in batches) == len(floors)
    first = 0
    for batch in batches:
        part = floors[first : first + batch.count]
        assert (batch.first, batch.top, batch.bottom) == (first, max(part), min(part))
        assert batch.count <= size * 1.25
        first += batch.count


def test_every_second_building_goes_down_and_the_others_wait_for_the_slowest():
    assert [wave_of(index, 2) for index in range(5)] == [0, 1, 0, 1, 0]
    assert wave_starts([[3600, 5400], [1800]], 600) == [0, 6000]
    assert wave_starts([[3600], [], [60]], 600) == [0, 4200, 4200]


def test_the_plan_is_kept_with_what_it_forecast_and_compared_with_what_happened(tower):
    forecast = Forecast.objects.get()
    told = (forecast.lift_count, forecast.household_count, forecast.ride_seconds)
    assert (told, forecast.ends_at - forecast.starts_at) == ((2, 24, 600), 120 * MINUTE)
    for n, room in enumerate(("1201", "1102", "1001")):
        tower.press(room, 0, n * 20)
        for minute in (1, 2, 9, 10):  # it takes fifteen minutes in truth
            tower.press(None, 0, n * 20 + minute)
    now = tower.start + 60 * MINUTE
    queue = read_queue(tower.call_down, now)
    assert (queue.pace.count, queue.pace.seconds) == (3, 900)
    assert queue.ends_at == now + 11 * 15 * MINUTE  # 21 households, two lifts
    place = read_places(CallDown.objects.all())[0]
    assert (place.left, place.served, place.riding, place.pace.seconds) == (21, 3, 0, 900)
    assert place.behind > 60


def test_what_was_taken_back_does_not_count_for_the_pace(tower):
    tower.ride("1201")
    assert read_queue(tower.call_down).pace.count == 1
    undo_last(call_down=tower.call_down, lift=tower.lifts[0], saw=tower.saw(), by=tower.by, at=tower.start + 6 * MINUTE)
    assert read_queue(tower.call_down).pace.count == 0


def test_start_by_is_reckoned_back_from_when_it_must_be_over(tower):
    told = {name: tower.plan_form[name] for name in ("starts_at", "skip", "gap_seconds", "lift_count")}
    finish_by = tower.start + 90 * MINUTE
    settings = CallDown(trip_seconds=300, disinfect_seconds=120, dwell_seconds=180)
    table = work_out(round=tower.round, buildings=[tower.building], settings=settings, finish_by=finish_by, **told)
    row = table.rows[0]
    assert (row.with_one, row.with_two, row.lift_count) == (14400, 7200, 2)
    assert (table.seconds, table.start_by, table.is_late) == (7200, finish_by - 120 * MINUTE, True)


def test_kept_again_a_plan_changes_times_and_loses_nobodys_place(tower):
    tower.ride("1201")
    again = tower.plan_form | {"trip_seconds": 600, "order": "bottom_up"}
    keep_plan(round=tower.round, buildings=[tower.building], by=tower.by, **again)
    assert (CallDown.objects.count(), Turn.objects.count(), Lift.objects.count(), Forecast.objects.count()) == (
        1,
        24,
        2,
        2,
    )
    row = CallDown.objects.get()
    assert (row.trip_seconds, row.order, tower.turn("1201").state) == (600, "bottom_up", "served")


def test_who_cannot_come_down_gets_a_longer_ride_or_a_home_visit(world):
    world.elder_home.residents.update(needs_home_visit=True)
    outcomes = {}
    for choice in ("longer", "home"):
        round = create_round(**world.round_form(buildings=[world.building1]))
        open_round(round=round, by=world.chen)
        keep_plan(
            round=round,
            buildings=[world.building1],
            by=world.chen,
            starts_at=timezone.now(),
            skip=1,
            gap_seconds=0,
            lift_count=1,
            cannot_come_down=choice,
        )
        turn = Turn.objects.get(call_down__plan__round=round, visit__room="301")
        forecast = Forecast.objects.get(call_down__plan__round=round)
        seconds = (forecast.ends_at - forecast.starts_at).total_seconds()
        outcomes[choice] = (turn.state, forecast.household_count, forecast.home_count, seconds)
    assert outcomes == {"longer": ("waiting", 3, 0, 3 * 720 + 300), "home": ("home", 2, 1, 2 * 720)}


def test_a_draft_can_be_reckoned_but_not_kept(world):
    tower = Tower(world)
    told = {name: tower.plan_form[name] for name in ("starts_at", "skip", "gap_seconds", "lift_count")}
    table = work_out(round=tower.round, buildings=[tower.building], settings=CallDown(), **told)
    assert table.households == 24
    with pytest.raises(LiftError, match="Open the round first"):
        keep_plan(round=tower.round, buildings=[tower.building], by=tower.by, **tower.plan_form)


@pytest.fixture
def street(world):
    """Three houses in a row, one of every two at a time."""
    houses = [Tower(world, floors=2, code=str(n), lifts=1) for n in (11, 12, 13)]
    round = create_round(**world.round_form(buildings=[house.building for house in houses]))
    open_round(round=round, by=world.chen)
    form = houses[0].plan_form | {"skip": 2}
    keep_plan(round=round, buildings=[house.building for house in houses], by=world.chen, **form)
    for house in houses:
        house.round = round
        house.call_down = CallDown.objects.get(building=house.building)
        house.lifts = list(Lift.objects.of(house.call_down))
    return houses


def test_neighbours_do_not_meet(street):
    first, between, last = street
    rooms = ("201", "202", "101", "102")
    assert [house.call_down.wave for house in street] == [0, 1, 0]
    with pytest.raises(LiftError, match="11号楼 goes down first"):
        between.press("201")
    for house in (first, last):
        for n, room in enumerate(rooms):
            house.ride(room, at=n * 10)
    assert waits_for(between.call_down) is None
    between.press("201", at=40)
    forecasts = {row.call_down.building.code: row for row in Forecast.objects.select_related("call_down__building")}
    assert forecasts["11"].starts_at == forecasts["13"].starts_at == first.start
    assert forecasts["12"].starts_at == forecasts["11"].ends_at + 10 * MINUTE


def test_a_steward_may_let_a_house_go_before_its_group_and_then_the_others_wait(street):
    first, between, _last = street
    let_go_ahead(call_down=between.call_down, goes_ahead=True)
    between.call_down.refresh_from_db()
    between.press("201")
    with pytest.raises(LiftError, match="12号楼 goes down first"):
        first.press("201")


@pytest.fixture
def estate(world):
    """3,000 households behind the doors of twenty towers, half of them with two lifts."""
    buildings = []
    for n in range(20):
        building = Building.objects.create(
            compound=world.jiamu, name=f"{n + 10}号楼", code=str(n + 10), position=n + 10, lift_count=1 + n % 2
        )
        doors = Door.objects.bulk_create(
            Door(building=building, floor=f, position=p, room=f"{f}{p:02d}", key=f"{f}{p:02d}")
            for f in range(1, 31)
            for p in range(1, 6)
        )
        Household.objects.bulk_create(Household(door=door, told_count=2) for door in doors)
        buildings.append(building)
    round = create_round(**world.round_form(buildings=buildings))
    open_round(round=round, by=world.chen)
    return round, buildings


def test_three_thousand_households_are_planned_within_a_second(estate, world):
    round, buildings = estate
    told = {"starts_at": timezone.now(), "skip": 2, "gap_seconds": 600, "lift_count": 1}
    began = time.perf_counter()
    with statements() as seen:
        table = work_out(
            round=round,
            buildings=buildings,
            settings=CallDown(),
            finish_by=timezone.now() + timedelta(hours=40),
            **told,
        )
    took = time.perf_counter() - began
    assert (table.households, len(table.rows), len(seen)) == (3000, 20, 2)
    assert took < 1
    with statements() as seen:
        keep_plan(round=round, buildings=buildings, by=world.chen, **told)
    assert Turn.objects.count() == 3000
    assert len(seen) < 60
