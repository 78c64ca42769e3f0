"""Many hands at one bag on a real PostgreSQL: a thing goes to one of them; who came second learns who has it."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest
from django.db import connection

from medicine.bags import ask_errand, hand_over, last_handovers
from medicine.models import Errand, Handover
from medicine.telling import MedicineError
from tests.medicine.ward import Ward
from tests.world import World, grant, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
THREADS, TIMES = 4, 50


def at_once(jobs):
    """What each returned, or the sentence it was told."""
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait()
            return [step() for step in job]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def attempt(deed):
    def step():
        try:
            deed()
        except MedicineError as error:
            return str(error)
        return ""

    return step


@pytest.fixture
def ward():
    return Ward(World())


def test_of_four_who_take_a_thing_as_they_saw_it_one_has_it_fifty_times(ward):
    errand = ward.picked(kinds=("slip", "card", "box"))
    runners = [make_user(f"runner{number}", f"跑腿{number}") for number in range(THREADS)]
    for runner in runners:
        grant(runner, "steward", ward.world.jiamu)
    thing, last = next(iter(last_handovers(errand).items()))

    def takes(runner):
        # Each has a screen of its own for each of the fifty hand-overs, whatever became of the one before.
        return [
            attempt(
                lambda n=n: hand_over(errand=errand, saw={thing: last.number + n}, to=ward.to(runner), teller=ward.chen)
            )
            for n in range(TIMES)
        ]

    told = [sentence for one in at_once([takes(runner) for runner in runners]) for sentence in one]
    way = list(Handover.objects.filter(thing=thing).order_by("number"))
    # No number twice, none left out; each press that was not refused is one step of the chain, and nothing else is.
    assert [row.number for row in way] == list(range(1, len(way) + 1))
    assert len(way) - last.number == told.count("")
    hands = [row.person_id for row in way[last.number - 1 :]]
    assert all(before != after for before, after in pairwise(hands))


def test_one_bag_a_person_however_many_ask_at_once(ward):
    def asks():
        facts = {"resident": ward.world.lin, "teller": ward.chen, "hospital": "中心医院", "planned_on": ward.tomorrow}
        return [attempt(lambda: ask_errand(**facts))]

    told = at_once([asks() for _thread in range(THREADS)])
    assert (Errand.objects.count(), told.count([""])) == (1, 1)
