"""Sixteen neighbours at once on a real PostgreSQL: the first gets it, and nobody gets what is not there."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connection

from residents.models import Door, Household
from sharing.models import Offer, Pledge, Reservation
from sharing.offering import let_lapse, release, reserve
from sharing.pledging import pledge
from sharing.telling import SharingError
from tests.sharing.neighbours import Neighbours, numbers_agree
from tests.world import World, make_building

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
THREADS, TIMES = 16, 40


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


def tower(world):
    """A household for each of the 640 presses."""
    building = make_building(world.jiamu, "9", floors=32, doors=20)
    Household.objects.bulk_create(Household(door=door) for door in Door.objects.filter(building=building))
    return list(Household.objects.filter(door__building=building).order_by("pk"))


def tries(deed, homes):
    def go():
        done = 0
        for home in homes:
            try:
                deed(home)
                done += 1
            except SharingError:
                pass
        return done

    return go


def test_300_pieces_and_640_hands_give_away_300():
    near = Neighbours(World())
    homes = tower(near.world)
    offer = near.offer(quantity=300)
    jobs = [tries(lambda home: near.take(offer, home), homes[n::THREADS]) for n in range(THREADS)]
    assert sum(at_once(jobs)) == 300
    offer.refresh_from_db()
    assert (offer.promised, Reservation.objects.filter(state="held").count()) == (300, 300)


def test_two_households_on_sixteen_phones_never_hold_more_than_three_things():
    near = Neighbours(World())
    offers = [near.offer(near.far if n % 2 else near.tenant, what=f"东西{n}") for n in range(20)]
    homes = [near.lin, near.elder]
    most = []

    def one(number):
        home = homes[number % 2]

        def press(offer):
            held = reserve(offer=offer, household=home, quantity=1, teller=near.by_desk)
            most.append(Reservation.objects.live().filter(household=home).count())
            if number < 8:
                release(reservation=held, teller=near.by_desk)

        return tries(press, (offers * 2)[number:] + offers[:number])

    at_once([one(number) for number in range(THREADS)])
    assert max(most) <= 3
    assert [Reservation.objects.filter(household=home, state="held").count() for home in homes] == [3, 3]
    assert numbers_agree()


def test_a_part_of_300_is_pledged_by_16_at_once_and_never_over():
    near = Neighbours(World())
    homes = tower(near.world)
    drive = near.drive(parts=[("饺子", 300, "只")])
    part = near.part(drive, "饺子")
    jobs = [
        tries(
            lambda home: pledge(part=part, household=home, quantity=1, teller=near.by_desk),
            homes[n::THREADS],
        )
        for n in range(THREADS)
    ]
    assert sum(at_once(jobs)) == 300
    part.refresh_from_db()
    assert (part.pledged, Pledge.objects.count()) == (300, 300)


def test_the_beat_and_those_who_reserve_do_not_get_in_each_others_way():
    near = Neighbours(World())
    homes = tower(near.world)[:80]
    offers = [near.offer(quantity=5, what=f"东西{n}") for n in range(4)]
    for offer, home in zip(offers, homes, strict=False):
        near.take(offer, home, quantity=5)
    Reservation.objects.update(until=near.drive().made_at)

    def reserves(number):
        def press(home):
            try:
                near.take(offers[number % 4], home)
            except OperationalError as error:  # a deadlock would be one
                raise AssertionError from error

        return tries(press, homes[4 + number :: THREADS])

    jobs = [reserves(number) for number in range(THREADS - 2)] + [let_lapse, let_lapse]
    at_once(jobs)
    assert numbers_agree()
    assert [row.promised for row in Offer.objects.order_by("pk")] == [5, 5, 5, 5]
