"""The way of one lift, press by press: forward, back, not twice, and never before it is safe."""

import pytest
from django.db import IntegrityError, transaction

from lifts.models import Disinfection, Lift, LiftEvent, Ride, RideStep, Turn
from lifts.queue import read_queue
from lifts.riding import (
    LiftError,
    OldScreen,
    hand_to_home_visits,
    move_turn,
    put_back_in_service,
    reserve_lift,
    take_out_of_service,
    tell_no_show,
    tell_together,
    undo_last,
)
from rounds.marks import mark_at_desk
from rounds.services import close_round
from tests.lifts.conftest import MINUTE


def told(tower, service, lift=0, at=0.0, saw=None):
    saw = tower.saw(lift) if saw is None else saw
    return service(
        call_down=tower.call_down, lift=tower.lifts[lift], saw=saw, by=tower.by, at=tower.start + at * MINUTE
    )


def rooms(turns):
    return [turn.visit.room for turn in turns]


def queue(tower, at=0.0):
    return read_queue(tower.call_down, tower.start + at * MINUTE)


def test_a_ride_goes_its_whole_way_and_the_lift_stays_locked_until_it_is_safe(tower):
    states = []
    tower.press("1201", at=0)
    for minute in (1, 2, 4, 5):
        states.append(queue(tower, minute).lifts[0].state)
        tower.press(at=minute)
    states.append(queue(tower, 5).lifts[0].state)
    assert states == ["called", "riding", "down", "returning", "disinfecting"]
    ride = Ride.objects.get()
    assert (ride.safe_at - tower.start, ride.ended_at) == (10 * MINUTE, None)
    assert tower.turn("1201").state == "served"
    with pytest.raises(LiftError, match="safe again at"):
        tower.press("1202", at=9.9)
    assert queue(tower, 10).lifts[0].state == "free"
    tower.press("1202", at=10)
    ride.refresh_from_db()
    assert (ride.end, ride.ended_at) == ("done", ride.safe_at)


def test_the_log_writes_itself_and_what_was_taken_back_stays_in_it(tower):
    tower.ride("1201")
    line = Disinfection.objects.get()
    assert (line.place, line.agent, line.strength) == (f"7号楼 {tower.lifts[0].name}", "含氯消毒剂", "500mg/L")
    times = [(at - tower.start) / MINUTE for at in (line.started_at, line.ended_at, line.safe_at)]
    assert times == [5, 7, 10]
    told(tower, undo_last, at=5.5)
    assert queue(tower, 6).lifts[0].state == "returning"
    tower.press(at=6)
    assert [hasattr(line.step, "undone_by") for line in Disinfection.objects.order_by("pk")] == [True, False]


def test_a_press_that_saw_an_older_state_moves_nothing(tower):
    saw = tower.saw()
    tower.press("1201", saw=saw)
    for _again in range(3):
        with pytest.raises(OldScreen):
            tower.press("1201", saw=saw)
        with pytest.raises(OldScreen):
            tower.press("1202", saw=saw)
    assert list(RideStep.objects.values_list("step", flat=True)) == ["called"]
    with pytest.raises(OldScreen):
        told(tower, tell_no_show, saw=saw)
    with pytest.raises(OldScreen):
        told(tower, undo_last, saw=saw)
    assert Ride.objects.get().state == "called"


def test_two_lifts_never_call_one_household(tower):
    tower.press("1201", lift=0)
    with pytest.raises(OldScreen, match="1201"):
        tower.press("1201", lift=1)
    tower.press("1202", lift=1)
    assert {each.ride.turn.visit.room for each in queue(tower).lifts} == {"1201", "1202"}


def test_the_database_itself_refuses_a_second_ride(tower):
    tower.press("1201")
    step = {"called_at": tower.start, "state_at": tower.start}
    with pytest.raises(IntegrityError), transaction.atomic():
        Ride.objects.create(lift=tower.lifts[0], turn=tower.turn("1202"), **step)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ride.objects.create(lift=tower.lifts[1], turn=tower.turn("1201"), **step)
    tower.press(at=1), tower.press(at=2), tower.press(at=4), tower.press(at=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ride.objects.update(end="done", ended_at=tower.start + 9 * MINUTE)


def test_undo_walks_back_step_by_step_to_an_empty_lift(tower):
    tower.ride("1201")
    states = []
    for _press in range(5):
        told(tower, undo_last, at=6)
        states.append(queue(tower, 6).lifts[0].state)
    assert states == ["returning", "down", "riding", "called", "free"]
    assert (Ride.objects.get().end, tower.turn("1201").state) == ("void", "waiting")
    assert rooms(queue(tower, 6).to_call)[0] == "1201"
    with pytest.raises(LiftError, match="nothing to take back"):
        told(tower, undo_last, at=6)
    assert RideStep.objects.count() == 10  # nothing was deleted


def test_undo_is_for_mis_taps_of_the_last_minutes(tower):
    tower.press("1201")
    with pytest.raises(LiftError, match="nothing to take back"):
        told(tower, undo_last, at=11)
    assert queue(tower, 11).lifts[0].state == "called"


def test_who_does_not_come_goes_to_the_end_and_after_the_second_time_out(tower):
    first = rooms(queue(tower).to_call)
    tower.press("1201")
    told(tower, tell_no_show, at=1)
    assert rooms(queue(tower, 1).to_call) == [*first[1:], "1201"]
    tower.press("1202", at=1)
    told(tower, tell_no_show, at=2)
    assert rooms(queue(tower, 2).to_call) == [*first[2:], "1201", "1202"]
    tower.press("1201", at=2)
    told(tower, tell_no_show, at=3)
    assert (tower.turn("1201").state, tower.turn("1201").missed_count) == ("no_show", 2)
    assert rooms(queue(tower, 3).to_call) == [*first[2:], "1202"]
    move_turn(turn=tower.turn("1201"), step="again", by=tower.by)
    assert rooms(queue(tower, 3).to_call) == [*first[2:], "1202", "1201"]


def test_a_no_show_taken_back_stands_at_the_lift_again(tower):
    tower.press("1201")
    told(tower, tell_no_show, at=1)
    told(tower, undo_last, at=1)
    now = queue(tower, 1)
    assert (now.lifts[0].state, now.lifts[0].ride.turn.visit.room, tower.turn("1201").missed_count) == (
        "called",
        "1201",
        0,
    )


def test_a_no_show_sent_elsewhere_since_is_not_brought_back_by_an_undo(tower):
    tower.press("1201")
    told(tower, tell_no_show, at=1)
    move_turn(turn=tower.turn("1201"), step="home", by=tower.by)
    with pytest.raises(LiftError, match="1201"):
        told(tower, undo_last, at=2)
    assert (tower.turn("1201").state, queue(tower, 2).lifts[0].state) == ("home", "free")


def test_who_is_marked_in_the_round_drops_out_by_that_alone(tower):
    mark_at_desk(visit=tower.turn("1201").visit, outcome="done", by=tower.by)
    assert rooms(queue(tower).to_call)[0] == "1202"
    with pytest.raises(OldScreen, match="1201"):
        tower.press("1201")
    tower.ride("1202")
    assert tower.turn("1202").visit.outcome == "waiting"  # a ride is no mark


def test_the_order_is_a_choice_and_some_go_first(tower):
    move_turn(turn=tower.turn("301"), step="first", by=tower.by)
    assert rooms(queue(tower).to_call)[:2] == ["301", "1201"]
    tower.call_down.order = "bottom_up"
    assert rooms(queue(tower).to_call)[:3] == ["301", "102", "101"]
    with pytest.raises(LiftError, match="already"):
        move_turn(turn=tower.turn("301"), step="first", by=tower.by)
    move_turn(turn=tower.turn("301"), step="not_first", by=tower.by)
    assert rooms(queue(tower).to_call)[:2] == ["102", "101"]


@pytest.mark.parametrize(("presses", "state", "place"), [(1, "waiting", 0), (2, "waiting", 0), (3, "served", None)])
def test_a_lift_that_fails_lets_go_of_its_household(tower, presses, state, place):
    tower.press("1201")
    for _press in range(presses - 1):
        tower.press()
    take_out_of_service(lift=tower.lifts[0], by=tower.by, reason="异响", at=tower.start)
    now = queue(tower)
    assert (tower.turn("1201").state, Ride.objects.get().end, now.lifts[0].state) == (state, "broken", "out")
    assert ("1201" in rooms(now.to_call)) == (place == 0)
    with pytest.raises(LiftError, match="out of service"):
        tower.press("1202")
    put_back_in_service(lift=tower.lifts[0], by=tower.by)
    assert list(LiftEvent.objects.order_by("pk").values_list("step", "reason")) == [("out", "异响"), ("back", "")]
    tower.press("1202")


def test_without_a_lift_the_fit_take_the_stairs_and_the_others_get_a_home_visit(tower):
    visit = tower.turn("1101").visit
    visit.needs = ["needs_home_visit"]
    visit.save()
    for lift in tower.lifts:
        take_out_of_service(lift=lift, by=tower.by)
    now = queue(tower)
    assert (now.by_stairs, rooms(now.at_home), "1101" in rooms(now.to_call)) == (True, ["1101"], False)
    move_turn(turn=tower.turn("1201"), step="stairs", by=tower.by)
    with pytest.raises(LiftError):
        move_turn(turn=tower.turn("1201"), step="stairs", by=tower.by)
    assert hand_to_home_visits(call_down=tower.call_down, by=tower.by) == 1
    assert [tower.turn(room).state for room in ("1201", "1101")] == ["stairs", "home"]
    put_back_in_service(lift=tower.lifts[1], by=tower.by)
    with pytest.raises(LiftError, match="in service"):
        hand_to_home_visits(call_down=tower.call_down, by=tower.by)


def test_a_lift_kept_for_close_contacts_takes_them_and_nobody_else(tower):
    reserve_lift(lift=tower.lifts[1], is_reserved=True, by=tower.by)
    move_turn(turn=tower.turn("1202"), step="contact", by=tower.by)
    now = queue(tower)
    assert [each.following.visit.room for each in now.lifts] == ["1201", "1202"]
    with pytest.raises(LiftError, match="close contacts"):
        tower.press("1201", lift=1)
    with pytest.raises(LiftError, match="close contacts"):
        tower.press("1202", lift=0)
    tower.ride("1202", lift=1)
    assert queue(tower, 20).lifts[1].following is None


def test_two_households_in_one_lift_are_on_record_and_both_have_been_down(tower):
    tower.press("1201"), tower.press()
    ride = Ride.objects.get()
    with pytest.raises(LiftError, match="another household"):
        tell_together(ride=ride, turn=tower.turn("1201"), by=tower.by)
    step = tell_together(ride=ride, turn=tower.turn("1102"), by=tower.by, at=tower.start)
    assert (step.turn.visit.room, step.ride.turn.visit.room) == ("1102", "1201")
    assert tower.turn("1102").state == "served"
    assert queue(tower).lifts[0].state == "riding"
    told(tower, undo_last)
    assert (tower.turn("1102").state, queue(tower).lifts[0].state) == ("waiting", "riding")


def test_nobody_is_called_once_the_round_is_closed_but_who_is_away_comes_home(tower):
    tower.press("1201")
    close_round(round=tower.round, by=tower.by)
    for minute in (1, 2, 4, 5):
        tower.press(at=minute)
    with pytest.raises(LiftError, match="over"):
        tower.press("1202", at=20)
    assert Turn.objects.filter(state="served").count() == 1


def test_a_lift_used_by_another_round_is_not_moved_from_here(world, tower):
    from lifts.models import CallDown
    from lifts.services import keep_plan
    from rounds.services import create_round, open_round

    tower.press("1201")
    second = create_round(**world.round_form(buildings=[tower.building]))
    open_round(round=second, by=world.chen)
    keep_plan(round=second, buildings=[tower.building], by=world.chen, **tower.plan_form)
    first, tower.call_down = tower.call_down, CallDown.objects.get(plan__round=second)
    assert queue(tower).lifts[0].state == "elsewhere"
    with pytest.raises(LiftError, match="Another round"):
        tower.press("1202")
    with pytest.raises(LiftError, match="Another round"):
        told(tower, undo_last)
    assert Lift.objects.count() == 2
    tower.call_down = first
    assert queue(tower).lifts[0].state == "called"
