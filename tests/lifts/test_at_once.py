"""Several phones at one lift on a real PostgreSQL: one press moves it, the others are told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from lifts.models import CallDown, Lift, Ride, RideStep, Turn
from lifts.riding import LiftError, press, tell_no_show, undo_last
from lifts.services import keep_plan
from rounds.services import create_round, open_round
from tests.lifts.conftest import Tower
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
REPEATS = 50


@pytest.fixture
def tower():
    return Tower(World()).open()


def at_once(*jobs):
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait()
            return job()
        except (LiftError, IntegrityError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def done(answers):
    return [answer for answer in answers if isinstance(answer, RideStep)]


def presser(tower, room=None, lift=0):
    told = {"call_down": tower.call_down, "lift": tower.lifts[lift], "saw": tower.saw(lift), "by": tower.by}
    turn = tower.turn(room) if room else None
    return lambda: press(**told, turn=turn, at=tower.start)


def test_one_lift_called_by_fifty_phones_rides_with_one_household(tower):
    rooms = [turn.visit.room for turn in Turn.objects.select_related("visit")]
    answers = at_once(*[presser(tower, rooms[n % len(rooms)]) for n in range(50)])
    assert len(done(answers)) == 1
    assert all(isinstance(answer, (RideStep, LiftError)) for answer in answers)
    assert (Ride.objects.filter(ended_at=None).count(), RideStep.objects.count()) == (1, 1)


def test_fifty_times_five_phones_call_at_once_and_one_household_rides(tower):
    room = tower.call_down.turns.select_related("visit").first().visit.room
    for turn in range(REPEATS):
        assert len(done(at_once(*[presser(tower, room)] * 5))) == 1
        assert Ride.objects.filter(ended_at=None).count() == 1
        undo_last(call_down=tower.call_down, lift=tower.lifts[0], saw=tower.saw(), by=tower.by, at=tower.start)
        assert (Ride.objects.filter(ended_at=None).count(), Ride.objects.count()) == (0, turn + 1)


def test_the_constraint_alone_lets_one_of_fifty_in(tower):
    """As if the lock had been forgotten."""
    turns = list(Turn.objects.all())
    now = timezone.now()

    def squeeze(turn):
        return lambda: Ride.objects.create(lift=tower.lifts[0], turn=turn, called_at=now, state_at=now)

    answers = at_once(*[squeeze(turns[n % len(turns)]) for n in range(50)])
    assert sum(isinstance(answer, Ride) for answer in answers) == 1
    assert Ride.objects.filter(ended_at=None).count() == 1


def test_two_lifts_at_once_never_take_the_same_household(tower):
    for room in ("1201", "1102", "1001"):
        answers = at_once(presser(tower, room, 0), presser(tower, room, 1))
        assert len(done(answers)) == 1
        lift = done(answers)[0].ride.lift_id
        number = [row.pk for row in tower.lifts].index(lift)
        at_once(
            lambda n=number: tell_no_show(call_down=tower.call_down, lift=tower.lifts[n], saw=tower.saw(n), by=tower.by)
        )
    assert Ride.objects.count() == 3


def test_the_next_step_undo_and_no_show_at_once_are_one_of_them(tower):
    tower.press("1201")
    told = {"call_down": tower.call_down, "lift": tower.lifts[0], "saw": tower.saw(), "by": tower.by}
    told["at"] = tower.start
    answers = at_once(
        lambda: press(**told), lambda: undo_last(**told), lambda: tell_no_show(**told), lambda: press(**told)
    )
    assert len(done(answers)) == 1
    assert RideStep.objects.count() == 2


def test_houses_of_two_groups_that_call_at_once_do_not_meet(tower):
    world = tower.world
    other = Tower(world, code="8")
    for n in range(3):
        round = create_round(**world.round_form(buildings=[tower.building, other.building]))
        open_round(round=round, by=world.chen)
        form = tower.plan_form | {"skip": 2}
        keep_plan(round=round, buildings=[tower.building, other.building], by=world.chen, **form)
        first, second = CallDown.objects.filter(plan__round=round).order_by("wave")
        CallDown.objects.filter(pk=first.pk).update(goes_ahead=bool(n % 2))
        jobs = []
        for row in (first, second):
            lift = Lift.objects.of(row).first()
            turn = row.turns.first()
            row.refresh_from_db()
            jobs.append(
                lambda row=row, lift=lift, turn=turn: press(
                    call_down=row, lift=lift, saw=lift.latest_step_id or 0, by=world.chen, turn=turn
                )
            )
        answers = at_once(*jobs)
        assert [type(answer) for answer in answers] == [RideStep, LiftError]
        undo_last(
            call_down=first,
            lift=Lift.objects.of(first).first(),
            saw=Lift.objects.of(first).first().latest_step_id,
            by=world.chen,
        )
