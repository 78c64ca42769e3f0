"""A list on a real PostgreSQL: sixteen who order at once never get more than there is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Sum

from buying.joint import confirm_side, invite_partner, join_buy, leave_joint
from buying.models import BuyingRules, GroupOrder, JointSide, LineChange, OrderLine
from buying.orders import change_item, close_order, open_order, place_order, report_order
from buying.services import BuyingError
from residents.models import Compound
from tests.buying.buys import Buy
from tests.world import World, make_building, move_in

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(jobs):
    """What each gave back; a refusal is an answer."""
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait()
            return job()
        except BuyingError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def refusals(answers) -> int:
    return sum(isinstance(answer, BuyingError) for answer in answers)


def test_sixteen_households_that_ask_forty_times_oversell_nothing():
    world = World()
    buy = Buy(world)
    change_item(item=buy.eggs, total_limit=300)
    building = make_building(world.jiamu, "8", floors=8, doors=2)
    homes = [move_in(door, f"住{number}") for number, door in enumerate(building.doors.all())]

    def ask(home):
        def job():
            got = 0
            for quantity in range(1, 41):
                try:
                    buy.wants(home, quantity)
                    got = quantity
                except BuyingError:
                    pass
            return got

        return job

    got = at_once([ask(home) for home in homes])
    standing = OrderLine.objects.aggregate(n=Sum("quantity"))["n"]
    assert (sum(got), standing, buy.ordered()) == (300, 300, 300)
    told = sum(quantity - was for was, quantity in LineChange.objects.values_list("was", "quantity"))
    assert told == 300


def test_eight_phones_of_one_household_order_once():
    world = World()
    buy = Buy(world)
    answers = at_once([lambda: buy.wants(world.lin_home, 2, saw={buy.eggs.pk: 0})] * 8)
    assert (refusals(answers), buy.ordered(), LineChange.objects.count()) == (7, 2, 1)


def test_what_is_ordered_at_the_moment_of_closing_is_on_the_list_or_refused():
    world = World()
    buy = Buy(world)
    buy.wants(world.far_home, 1)

    def close_and_place():
        close_order(order=buy.order, by=world.zhao)
        place_order(order=buy.order, by=world.zhao)
        return buy.ordered()

    homes = [world.lin_home, world.elder_home, world.tenant_home]
    answers = at_once([close_and_place, *(lambda home=home: buy.wants(home, 1) for home in homes)])
    assert answers[0] == buy.ordered() == 4 - refusals(answers[1:])


def test_of_two_who_open_a_category_at_once_one_does():
    world = World()
    BuyingRules.objects.create(compound=world.jiamu, one_a_category=True)
    buys = [Buy(world, is_open=False) for _number in range(4)]
    for buy in buys:
        report_order(order=buy.order, by=world.zhao)
    answers = at_once([lambda buy=buy: open_order(order=buy.order, by=world.zhao) for buy in buys])
    assert (refusals(answers), GroupOrder.objects.filter(state="open").count()) == (3, 1)


def test_a_code_opens_one_place_however_many_type_it_in():
    world = World()
    buy = Buy(world)
    code = invite_partner(order=buy.order, by=world.zhao)
    others = [Compound.objects.create(name=f"邻{number}", town="南街") for number in range(5)]
    answers = at_once([lambda other=other: join_buy(code=code, compound=other, by=world.sun) for other in others])
    assert (refusals(answers), JointSide.objects.count()) == (4, 2)


def test_a_side_leaves_before_the_order_is_placed_or_not_at_all():
    world = World()
    buy = Buy(world, minimum_kind="pieces", minimum_pieces=3)
    buy.wants(world.lin_home, 2)
    theirs = Buy(world, compound=world.hexin, lead=world.sun)
    theirs.wants(world.other_home, 1)
    code = invite_partner(order=buy.order, by=world.zhao)
    side = join_buy(code=code, compound=world.hexin, by=world.sun, order=theirs.order)
    for each in (buy, theirs):
        close_order(order=each.order, by=each.lead)
        confirm_side(side=JointSide.objects.get(order=each.order), by=each.lead)
    answers = at_once(
        [
            lambda: place_order(order=buy.order, by=world.zhao),
            lambda: leave_joint(side=side, reason="没人要了", by=world.sun),
        ]
    )
    assert refusals(answers) == 1
    together = (buy.fresh().state, theirs.fresh().state, JointSide.objects.there().count())
    assert together in {("ordered", "ordered", 2), ("closed", "closed", 1)}
