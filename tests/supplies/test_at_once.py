"""The store on a real PostgreSQL: sixteen hands at once, and not one bag more than there was."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from supplies.ledger import SupplyError, stock_in, write_off
from supplies.models import StockMove
from supplies.services import load_building
from tests.supplies.store import Store, books_agree
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


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


def test_sixteen_threads_that_hand_out_forty_each_of_three_hundred_oversell_nothing():
    world = World()
    store = Store(world)
    batch = store.arrive(300)
    stock = stock_in(batch)

    def hand_out():
        done = 0
        for _ in range(40):
            try:
                write_off(stock=stock, quantity=1, reason="given", by=world.chen)
                done += 1
            except SupplyError:
                pass
        return done

    assert sum(at_once([hand_out] * 16)) == 300
    assert store.there(batch) == 0
    assert StockMove.objects.filter(kind="written_off").count() == 300
    assert books_agree()


def test_lobbies_and_doors_at_once_neither_wait_for_each_other_nor_lose_a_bag():
    world = World()
    store = Store(world)
    batch = store.arrive(4)
    distribution = store.open(store.prepare(batch))
    line = distribution.lines.get()
    homes = [world.lin_home, world.elder_home, world.tenant_home]

    def load():
        try:
            return load_building(line=line, building=world.building1, quantity=1, by=world.chen)
        except (SupplyError, IntegrityError) as error:
            return error

    def tell(home):
        return lambda: store.tell(distribution, home)

    answers = at_once([load] * 6 + [tell(home) for home in homes])
    assert sum(isinstance(answer, StockMove) for answer in answers) == 4
    told = [store.owed(distribution, home).told_given for home in homes]
    assert told == [1, 1, 1]
    assert books_agree()
