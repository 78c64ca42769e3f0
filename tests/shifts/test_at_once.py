"""Many phones at one button on a real PostgreSQL: a shift is never over, and nobody is in two places at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from shifts.health import say_health
from shifts.models import Place
from shifts.telling import ShiftError
from tests.shifts.crew import NOON, Crew, numbers_agree, taken
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crew():
    return Crew(World())


def at_once(*jobs):
    """What each returned, or the sentence it was told."""
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait()
            return job()
        except ShiftError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_of_fifty_who_take_three_places_at_once_three_have_one_and_the_others_wait(crew):
    shift, squad = crew.shift(places=3), crew.more(50)
    places = at_once(*[lambda person=person: crew.take(shift, person) for person in squad])
    assert sorted(place.state for place in places) == ["held"] * 3 + ["waiting"] * 47
    assert (taken(shift), numbers_agree()) == (3, True)
    # All who have one cannot come, at the same moment: the next three move up, in their order.
    held = [place for place in places if place.state == "held"]
    waiting = Place.objects.filter(shift=shift, state="waiting").order_by("pk")
    after = list(waiting.values_list("pk", flat=True)[:3])
    at_once(*[lambda place=place: crew.leave(place) for place in held])
    assert list(Place.objects.filter(shift=shift, state="held").order_by("pk").values_list("pk", flat=True)) == after
    assert (taken(shift), numbers_agree()) == (3, True)


def test_one_volunteer_at_five_shifts_of_one_hour_gets_one(crew):
    for _time in range(3):
        shifts = [crew.shift() for _number in range(5)]
        answers = at_once(*[lambda shift=shift: crew.take(shift) for shift in shifts])
        assert sum(isinstance(answer, ShiftError) for answer in answers) == 4
        crew.leave(next(answer for answer in answers if isinstance(answer, Place)))


def test_one_tap_five_times_at_once_is_one_place(crew):
    shift = crew.shift(places=5)
    places = at_once(*[lambda: crew.take(shift)] * 5)
    assert (len({place.pk for place in places}), taken(shift)) == (1, 1)


def test_taking_and_telling_a_symptom_at_once_leaves_no_place_behind(crew):
    for person in crew.more(8):
        shift = crew.shift()
        at_once(
            lambda shift=shift, person=person: crew.take(shift, person),
            lambda person=person: say_health(volunteer=person, kind="symptom", by=crew.chen, now=NOON),
        )
        assert (taken(shift), numbers_agree()) == (0, True)
