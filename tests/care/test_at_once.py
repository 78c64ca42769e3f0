"""Fifty times on a real PostgreSQL: of ten who press, one gets the need; ten callers never ring one person."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from care.calling import begin_calls, take_next
from care.errors import CareError
from care.models import CallPlace, Need, NeedStep
from care.needs import claim
from care.offering import NotOffered, claim_offered
from residents.models import Door, Household, Resident
from tests.care.carers import Carers
from tests.world import World, grant, make_building, make_user, make_volunteer

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
THREADS, TIMES = 10, 50


def at_once(jobs):
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait()
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.fixture
def crew():
    carers = Carers(World())
    users = [make_user(f"caller{number}", f"话务{number}") for number in range(THREADS)]
    for user in users:
        grant(user, "steward", carers.world.jiamu)
    return carers, users


def test_one_of_ten_gets_each_of_fifty_needs(crew):
    carers, users = crew
    homes = [carers.world.lin_home, carers.world.elder_home, carers.world.tenant_home, carers.world.far_home]
    building = make_building(carers.world.jiamu, "9", floors=5, doors=2)
    homes += [Household.objects.create(door=door) for door in building.doors.all()]
    needs = [carers.need(homes[number % len(homes)]) for number in range(TIMES)]

    def presses(user):
        def go():
            won = 0
            for need in needs:
                try:
                    claim(need=need, by=user)
                    won += 1
                except CareError:
                    pass
            return won

        return go

    assert sum(at_once([presses(user) for user in users])) == TIMES
    assert Need.objects.filter(state="claimed").count() == TIMES
    assert NeedStep.objects.filter(step="claimed").count() == TIMES


def test_ten_callers_take_fifty_people_and_never_one_twice(crew):
    carers, users = crew
    building = make_building(carers.world.jiamu, "9", floors=25, doors=2)
    for door in Door.objects.filter(building=building):
        person = Resident.objects.create(household=Household.objects.create(door=door), name="某某")
        begin_calls(resident=person, cadence=1, why="alone", by=carers.chen)

    def calls(user):
        def go():
            taken = []
            while (place := take_next(compound=carers.world.jiamu, by=user)) is not None:
                taken.append(place.pk)
                # As an answered call leaves it: not due again today, and its caller free.
                CallPlace.objects.filter(pk=place.pk).update(holder=None, leased_until=None, due_on="2099-01-01")
            return taken

        return go

    taken = [pk for one in at_once([calls(user) for user in users]) for pk in one]
    assert (len(taken), len(set(taken))) == (TIMES, TIMES)


def test_one_volunteer_of_four_gets_each_of_fifty_needs_on_their_phones(crew):
    carers, _users = crew
    squad = [make_volunteer(carers.world.jiamu, f"v{number}", f"志愿{number}") for number in range(4)]
    building = make_building(carers.world.jiamu, "9", floors=25, doors=2)
    needs = [carers.need(Household.objects.create(door=door)) for door in Door.objects.filter(building=building)]

    def taps(volunteer):
        def go():
            won = 0
            for need in needs:
                try:
                    claim_offered(key=need.pk, volunteer=volunteer)
                    won += 1
                except (CareError, NotOffered):
                    pass
            return won

        return go

    assert sum(at_once([taps(volunteer) for volunteer in squad])) == TIMES
    assert NeedStep.objects.filter(step="claimed").count() == TIMES
    assert Need.objects.filter(helper__in=squad, state="claimed").count() == TIMES
