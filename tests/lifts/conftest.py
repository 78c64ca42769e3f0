"""A tower of twelve floors and two doors each, all lived in, with an open round and its call-down."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from lifts.models import CallDown, Lift, Turn
from lifts.riding import press
from lifts.services import keep_plan
from rounds.services import create_round, open_round
from tests.world import make_building, move_in

MINUTE = timedelta(minutes=1)


class Tower:
    """A house of which a ride takes ten minutes: five there and back, two of disinfecting, three of rest."""

    def __init__(self, world, floors=12, doors=2, lifts=2, code="7", **plan):
        self.world, self.by = world, world.chen
        self.building = make_building(world.jiamu, code, floors, doors)
        self.building.lift_count = lifts
        self.building.save()
        self.homes = {door.room: move_in(door, f"住户{door.room}") for door in self.building.doors.all()}
        self.round = create_round(**world.round_form(buildings=[self.building]))
        self.start = timezone.now().replace(microsecond=0) - 8 * 60 * MINUTE
        self.plan_form = {
            "starts_at": self.start,
            "skip": 1,
            "gap_seconds": 600,
            "lift_count": lifts,
            "trip_seconds": 300,
            "extra_seconds": 300,
            "disinfect_seconds": 120,
            "dwell_seconds": 180,
            "batch_size": 20,
            "order": "top_down",
            "cannot_come_down": "longer",
            "agent": "含氯消毒剂",
            "strength": "500mg/L",
        } | plan

    def open(self):
        open_round(round=self.round, by=self.by)
        self.plan = keep_plan(round=self.round, buildings=[self.building], by=self.by, **self.plan_form)
        self.call_down = CallDown.objects.get(plan=self.plan)
        self.lifts = list(Lift.objects.of(self.call_down).order_by("number"))
        return self

    def turn(self, room) -> Turn:
        return Turn.objects.select_related("visit", "call_down").get(call_down=self.call_down, visit__room=room)

    def saw(self, lift=0) -> int:
        return Lift.objects.values_list("latest_step", flat=True).get(pk=self.lifts[lift].pk) or 0

    def press(self, room=None, lift=0, at=0.0, saw=None):
        return press(
            call_down=self.call_down,
            lift=self.lifts[lift],
            saw=self.saw(lift) if saw is None else saw,
            by=self.by,
            turn=self.turn(room) if room else None,
            at=self.start + at * MINUTE,
        )

    def ride(self, room, lift=0, at=0.0):
        """There and back in five minutes; the lift is safe ten minutes after the call."""
        self.press(room, lift, at)
        for minute in (1, 2, 4, 5):
            self.press(None, lift, at + minute)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def tower(world):
    return Tower(world).open()
