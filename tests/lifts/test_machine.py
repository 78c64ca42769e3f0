"""Whatever people press, in whatever order: no impossible state, one ride a lift, nobody lost.

A machine presses at random on two lifts of a small house and believes nothing; after each press the whole house is
looked over. At the end the house is called out: everybody has been down, walked, gets a home visit or did not come.
"""

from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from lifts.folding import fold_ride, fold_turn
from lifts.models import Disinfection, Lift, Ride, Turn
from lifts.queue import read_queue
from lifts.riding import (
    LiftError,
    move_turn,
    press,
    put_back_in_service,
    reserve_lift,
    take_out_of_service,
    tell_no_show,
    tell_together,
    undo_last,
)
from rounds.marks import mark_at_desk
from tests.lifts.conftest import MINUTE, Tower
from tests.world import World

LIFTS = st.sampled_from([0, 1])
HOMES = st.integers(0, 5)
ENDS = {"served", "stairs", "home", "no_show"}
STEPS = ["home", "stairs", "again", "first", "not_first", "contact", "not_contact"]


class House(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.tower = Tower(World(), floors=3, doors=2).open()
        self.turns = list(Turn.objects.order_by("position"))
        visit = self.turns[1].visit
        visit.needs = ["needs_home_visit"]
        visit.save()
        self.minute = 0
        self.screens = {0: 0, 1: 0}

    def teardown(self):
        try:
            self.call_everybody_out()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @property
    def at(self):
        return self.tower.start + self.minute * MINUTE

    def lift(self, number):
        return Lift.objects.get(pk=self.tower.lifts[number].pk)

    def do(self, service, lift, **more):
        told = {"call_down": self.tower.call_down, "lift": self.lift(lift), "by": self.tower.by, "at": self.at}
        service(**(told | {"saw": self.tower.saw(lift)} | more))

    @rule(minutes=st.integers(1, 12))
    def time_passes(self, minutes):
        self.minute += minutes

    @rule(lift=LIFTS)
    def the_big_button(self, lift):
        following = read_queue(self.tower.call_down, self.at).lifts[lift].following
        self.screens[lift] = self.tower.saw(lift)
        with suppress(LiftError):
            self.do(press, lift, turn=following)

    @rule(lift=LIFTS, home=HOMES)
    def an_old_screen_moves_nothing(self, lift, home):
        before = self.tower.saw(lift)
        if self.screens[lift] == before:
            return
        for service in (press, tell_no_show, undo_last):
            more = {"turn": self.turns[home]} if service is press else {}
            with pytest.raises(LiftError):
                self.do(service, lift, saw=self.screens[lift], **more)
        assert self.tower.saw(lift) == before

    @rule(lift=LIFTS, home=HOMES)
    def a_household_out_of_its_order(self, lift, home):
        with suppress(LiftError):
            self.do(press, lift, turn=self.turns[home])

    @rule(lift=LIFTS)
    def nobody_came(self, lift):
        with suppress(LiftError):
            self.do(tell_no_show, lift)

    @rule(lift=LIFTS)
    def taken_back(self, lift):
        with suppress(LiftError):
            self.do(undo_last, lift)

    @rule(lift=LIFTS, is_out=st.booleans())
    def fails_or_is_repaired(self, lift, is_out):
        with suppress(LiftError):
            (take_out_of_service if is_out else put_back_in_service)(lift=self.lift(lift), by=self.tower.by, at=self.at)

    @rule(is_reserved=st.booleans())
    def kept_for_contacts(self, is_reserved):
        with suppress(LiftError):
            reserve_lift(lift=self.lift(1), is_reserved=is_reserved, by=self.tower.by, at=self.at)

    @rule(home=HOMES, step=st.sampled_from(STEPS))
    def moved(self, home, step):
        with suppress(LiftError):
            move_turn(turn=self.turns[home], step=step, by=self.tower.by, at=self.at)

    @precondition(lambda self: Ride.objects.exists())
    @rule(home=HOMES, data=st.data())
    def rode_along(self, home, data):
        ride = data.draw(st.sampled_from(list(Ride.objects.order_by("pk"))))
        with suppress(LiftError):
            tell_together(ride=ride, turn=self.turns[home], by=self.tower.by, at=self.at)

    @rule(home=HOMES)
    def marked_at_a_desk(self, home):
        turn = Turn.objects.select_related("visit").get(pk=self.turns[home].pk)
        mark_at_desk(visit=turn.visit, outcome="done", by=self.tower.by)

    @invariant()
    def nothing_is_impossible(self):
        active = list(Ride.objects.filter(ended_at=None))
        assert len({ride.lift_id for ride in active}) == len(active)
        on_the_way = sorted(ride.turn_id for ride in active if ride.state != "disinfecting")
        turns = {turn.pk: turn for turn in Turn.objects.all()}
        assert sorted(pk for pk, turn in turns.items() if turn.state == "riding") == on_the_way
        for lift in Lift.objects.all():
            mine = [ride for ride in active if ride.lift_id == lift.pk and ride.state != "disinfecting"]
            assert not (lift.out_since and mine)

    @invariant()
    def what_is_stored_is_what_the_steps_say(self):
        for turn in Turn.objects.prefetch_related("steps"):
            told = fold_turn(turn.steps.all())
            assert {name: getattr(turn, name) for name in vars(told)} == vars(told)
        for ride in Ride.objects.prefetch_related("steps"):
            told = fold_ride(ride.steps.all())
            if ride.end == "done":  # time's word, on top of the steps
                assert (told.end, told.state, ride.ended_at) == ("", "disinfecting", told.safe_at)
            elif told.end != "void":
                assert (ride.state, ride.end, ride.ended_at) == (told.state, told.end, told.ended_at)
            else:
                assert ride.end == "void"

    @invariant()
    def no_lift_is_used_before_it_is_safe(self):
        for lift in self.tower.lifts:
            times = Disinfection.objects.filter(lift=lift, step__undone_by=None).values_list("started_at", "safe_at")
            for began, safe_at in times:
                assert not Ride.objects.filter(lift=lift, called_at__gt=began, called_at__lt=safe_at).exclude(
                    end="void"
                )

    def call_everybody_out(self):
        """From wherever the machine stopped, the ordinary way leads to an end."""
        for lift in self.tower.lifts:
            with suppress(LiftError):
                put_back_in_service(lift=self.lift(self.tower.lifts.index(lift)), by=self.tower.by, at=self.at)
        for _press in range(200):
            queue = read_queue(self.tower.call_down, self.at)
            busy = [number for number, each in enumerate(queue.lifts) if each.state not in {"free", "disinfecting"}]
            ready = [n for n, each in enumerate(queue.lifts) if each.state == "free" and each.following is not None]
            if busy or ready:
                lift = (busy or ready)[0]
                self.do(press, lift, turn=queue.lifts[lift].following)
            elif queue.to_call:
                self.minute += 5
                if not any(each.state == "disinfecting" for each in queue.lifts):
                    move_turn(turn=queue.to_call[0], step="home", by=self.tower.by, at=self.at)
            else:
                break
            self.minute += 1
        left = Turn.objects.exclude(state__in=ENDS)
        assert [turn for turn in left.select_related("visit") if turn.visit.is_missing] == []


def test_no_path_of_presses_reaches_an_impossible_state(db):
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=8,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
