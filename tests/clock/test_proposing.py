"""Rounds a clock makes due: drafts, once for a building and a day, whatever became of them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clock.models import RoundProposal
from clock.proposing import propose_rounds
from clock.reading import SHANGHAI, read_clocks, today_in_shanghai
from clock.services import override_zone, stop_clock
from clock.tasks import turn_the_day
from compound.opening import open_any_round
from residents.models import Building
from rounds.models import Round, Visit
from rounds.services import cancel_round
from testing_rounds.models import ExpectedPerson
from testing_rounds.services import create_test_round
from tests.clock.conftest import DAY
from tests.marks import statements


def drafts():
    return [
        (row.compound.name, row.starts_at.astimezone(SHANGHAI).date(), sorted(map(str, row.buildings.all())), row.state)
        for row in Round.objects.filter(kind="pcr").order_by("starts_at", "pk")
    ]


def test_a_day_with_a_test_is_proposed_for_today_and_tomorrow(desk, world):
    desk.start("7+7", ago=2)  # tests on days 1, 4, 7: tomorrow is day 4
    desk.start("7+7", ago=2, building=world.building2)
    desk.start("7+7", ago=3, building=world.other_building, by=world.sun)  # today is day 4
    assert len(propose_rounds()) == 2
    assert drafts() == [
        (world.hexin.name, desk.day(), ["1号楼"], "draft"),
        (world.jiamu.name, desk.day(-1), ["1号楼", "2号楼"], "draft"),
    ]


def test_proposed_again_it_is_not_made_again_even_when_discarded(desk, world):
    desk.start("7+7", ago=2)
    (made,) = propose_rounds()
    assert propose_rounds() == []
    cancel_round(round=made.round, by=world.chen, reason="the street's own team comes")
    assert (propose_rounds(), RoundProposal.objects.count()) == ([], 1)


def test_a_building_closed_later_gets_a_draft_of_its_own(desk, world):
    desk.start("7+7", ago=2)
    propose_rounds()
    desk.start("7+7", ago=2, building=world.building2)
    propose_rounds()
    assert [row[2] for row in drafts()] == [["1号楼"], ["2号楼"]]


def test_what_a_steward_has_planned_is_left_alone(desk, world):
    desk.start("7+7", ago=2)
    noon = datetime.combine(desk.day(-1), datetime.min.time(), tzinfo=SHANGHAI) + timedelta(hours=12)
    words = {"compound": world.jiamu, "buildings": [world.building1], "pool_size": 10}
    create_test_round(starts_at=noon, ends_at=noon + timedelta(hours=2), **words)
    assert propose_rounds() == []


def test_nothing_is_proposed_where_the_clock_stopped_or_the_area_was_lifted(desk, world):
    stop_clock(clock=desk.start("7+7", ago=2), by=desk.by, reason="false positive")
    lifted = desk.start("7+7", ago=2, building=world.building2)
    override_zone(clock=lifted, zone="none", on=desk.day(), by=desk.by, reason="street")
    assert propose_rounds() == []


@pytest.mark.parametrize(
    ("now", "day", "zone"),
    [
        (datetime(2022, 4, 7, 15, 59, 59, tzinfo=UTC), 7, "sealed"),
        (datetime(2022, 4, 7, 16, 0, 0, tzinfo=UTC), 8, "controlled"),
    ],
)
def test_the_day_turns_at_midnight_in_shanghai(desk, world, monkeypatch, now, day, zone):
    monkeypatch.setattr("clock.tasks.close_old_connections", lambda: None)  # it is the test's own
    with time_machine.travel(datetime(2022, 4, 1, 1, tzinfo=UTC), tick=False):
        clock = desk.start("7+7")
    with time_machine.travel(now, tick=False):
        turn_the_day()
        (row,) = read_clocks(type(clock).objects.all())
        world.building1.refresh_from_db()
        assert (today_in_shanghai().day, row.today.number, world.building1.zone) == (day, day, zone)


# --- The round of a release day -------------------------------------------------------------------------------------


@pytest.fixture
def tested(desk, world):
    """Day 6 of a controlled area, whose round was walked today and every door is done."""
    clock = desk.start("three-zones-controlled", ago=5)
    now = datetime.now(SHANGHAI)
    words = {"compound": world.jiamu, "buildings": [world.building1], "pool_size": 10}
    test_round = create_test_round(starts_at=now, ends_at=now + timedelta(hours=3), **words)
    open_any_round(round=test_round.round, by=world.chen)
    Visit.objects.filter(round=test_round.round).update(outcome="done")
    return clock, test_round


def said(clock):
    (row,) = read_clocks(type(clock).objects.filter(pk=clock.pk))
    return next((check.is_done, check.said.code) for check in row.checks if check.key == "round-6")


def test_every_door_done_is_a_full_round(tested):
    assert said(tested[0]) == (True, "round_full")


def test_one_door_missing_is_not(tested):
    visit = Visit.objects.filter(round=tested[1].round).first()
    Visit.objects.filter(pk=visit.pk).update(outcome="nobody_home")
    assert said(tested[0]) == (False, "round_missing")


@pytest.mark.parametrize("result", ["positive", "inconclusive", "disputed"])
def test_a_result_that_is_not_negative_is_not(tested, result):
    person = ExpectedPerson.objects.filter(visit__round=tested[1].round).first()
    ExpectedPerson.objects.filter(pk=person.pk).update(result=result, result_at=datetime.now(UTC))
    assert said(tested[0]) == (False, "round_unclear")


def test_a_round_of_another_day_or_a_cancelled_one_is_not(tested):
    clock, test_round = tested
    Round.objects.filter(pk=test_round.round.pk).update(starts_at=datetime.now(UTC) - DAY)
    assert said(clock) == (False, "round_none")


def test_a_second_round_of_the_day_may_be_the_full_one(tested, desk, world):
    clock, test_round = tested
    Visit.objects.filter(round=test_round.round).update(outcome="waiting")
    now = datetime.now(SHANGHAI)
    words = {"compound": world.jiamu, "buildings": [world.building1], "pool_size": 1}
    second = create_test_round(starts_at=now, ends_at=now + timedelta(hours=3), **words)
    open_any_round(round=second.round, by=world.chen)
    Visit.objects.filter(round=second.round).update(outcome="done")
    assert said(clock) == (True, "round_full")


@pytest.mark.parametrize("buildings", [2, 40])
def test_forty_buildings_cost_what_two_do(desk, world, buildings):
    for number in range(10, 10 + buildings):
        name = {"name": f"{number}号楼", "code": str(number), "position": number}
        desk.start("7+7", ago=2, building=Building.objects.create(compound=world.jiamu, **name))
    with statements() as seen:
        assert len(propose_rounds()) == 1
    # Events and cases; the compound's row, two to see what is covered; the draft, its buildings and the proposals.
    assert len(seen) == 12
