"""A household orders: what shall stand is told, every word kept, no limit passed, all of it or nothing."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from buying.models import GroupOrder, Item, LineChange, OrderLine
from buying.ordering import set_lines
from buying.orders import change_item, close_order
from buying.quantities import read_told
from buying.services import BuyingError
from residents.links import issue_links
from residents.models import HouseholdLink
from residents.services import move_out
from tests.buying.buys import HOUR, Buy
from tests.world import World


def told(buy) -> list[tuple]:
    rows = LineChange.objects.filter(line__item__order=buy.order).order_by("pk")
    return list(rows.values_list("was", "quantity", "how", "by__username", "caller"))


def link_of(world, household) -> HouseholdLink:
    issue_links(building=household.door.building, by=world.chen)
    return HouseholdLink.objects.get(household=household)


def test_every_word_is_kept_with_how_it_came_and_through_whom(world, buy):
    link = link_of(world, world.lin_home)
    set_lines(order=buy.order, household=world.lin_home, wanted={buy.eggs.pk: 2}, how="link", link=link)
    buy.wants(world.lin_home, 3, how="phone", by=world.chen, caller="女儿")
    buy.wants(world.lin_home, 0)
    assert told(buy) == [
        (0, 2, "link", None, ""),
        (2, 3, "phone", "chen", "女儿"),
        (3, 0, "lead", "zhao", ""),
    ]
    assert (buy.stands(world.lin_home), buy.ordered()) == (0, 0)
    assert OrderLine.objects.count() == 1


def test_told_twice_it_stands_once(world, buy):
    for _twice in range(2):
        buy.wants(world.lin_home, 2)
    assert (buy.stands(world.lin_home), buy.ordered(), len(told(buy))) == (2, 2, 1)


def test_a_second_phone_of_the_family_is_told_what_the_first_has_ordered(world, buy):
    buy.wants(world.lin_home, 2, saw={buy.eggs.pk: 0})
    with pytest.raises(BuyingError, match="2 盘"):
        buy.wants(world.lin_home, 5, saw={buy.eggs.pk: 0})
    assert buy.stands(world.lin_home) == 2
    buy.wants(world.lin_home, 5, saw={buy.eggs.pk: 2})
    assert buy.stands(world.lin_home) == 5


def test_one_impossible_line_leaves_all_the_others_unwritten(world, buy):
    milk = buy.add("牛奶", household_limit=1)
    with pytest.raises(BuyingError, match="1 份"):
        set_lines(
            order=buy.order,
            household=world.lin_home,
            wanted={buy.eggs.pk: 2, milk.pk: 2},
            how="lead",
            by=world.zhao,
        )
    assert (buy.ordered(), OrderLine.objects.count(), LineChange.objects.count()) == (0, 0, 0)


def test_no_household_and_nobody_together_passes_a_limit(world, buy):
    change_item(item=buy.eggs, household_limit=3, total_limit=5)
    buy.wants(world.lin_home, 3)
    with pytest.raises(BuyingError, match="3 盘"):
        buy.wants(world.far_home, 4)
    with pytest.raises(BuyingError, match="2 盘"):
        buy.wants(world.far_home, 3)
    buy.wants(world.far_home, 2)
    with pytest.raises(BuyingError):
        buy.wants(world.elder_home, 1)
    buy.wants(world.lin_home, 2)
    buy.wants(world.elder_home, 1)
    assert buy.ordered() == 5


@pytest.mark.parametrize("quantity", [-1, 2.5, "2", float("nan"), True, None, 10**9])
def test_what_is_no_quantity_is_refused(world, buy, quantity):
    with pytest.raises(BuyingError):
        buy.wants(world.lin_home, quantity)
    assert (buy.ordered(), OrderLine.objects.count()) == (0, 0)


def test_the_clock_closes_the_link_before_anybody_wrote_it_down(world, buy):
    link = link_of(world, world.lin_home)
    GroupOrder.objects.filter(pk=buy.order.pk).update(closes_at=timezone.now() - HOUR)
    with pytest.raises(BuyingError):
        set_lines(order=buy.order, household=world.lin_home, wanted={buy.eggs.pk: 1}, how="link", link=link)
    assert buy.ordered() == 0


def test_the_lead_puts_a_tally_right_until_it_is_ordered(world, buy):
    close_order(order=buy.order, by=world.zhao)
    buy.wants(world.lin_home, 1)
    buy.at("ordered")
    with pytest.raises(BuyingError):
        buy.wants(world.lin_home, 2)
    assert buy.ordered() == 1


def test_only_who_lives_in_the_compound_orders(world, buy):
    move_out(household=world.tenant_home, on=timezone.localdate())
    world.tenant_home.refresh_from_db()
    for household in (world.other_home, world.tenant_home):
        with pytest.raises(BuyingError):
            buy.wants(household, 1)
    other = Buy(world, title="米")
    with pytest.raises(BuyingError):
        set_lines(order=buy.order, household=world.lin_home, wanted={other.eggs.pk: 1}, how="lead", by=world.zhao)
    assert OrderLine.objects.count() == 0


def test_the_database_itself_refuses_what_a_line_cannot_be(world, buy):
    change_item(item=buy.eggs, household_limit=3)
    buy.wants(world.lin_home, 3)
    line = OrderLine.objects.get()
    for write in (
        lambda: OrderLine.objects.filter(pk=line.pk).update(quantity=4),
        lambda: OrderLine.objects.create(item=buy.eggs, household=world.lin_home, quantity=1),
        lambda: LineChange.objects.create(line=line, was=3, quantity=2, how="link", by=world.zhao),
        lambda: LineChange.objects.create(line=line, was=3, quantity=3, how="lead", by=world.zhao),
        lambda: LineChange.objects.create(line=line, was=3, quantity=2, how="phone"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_an_order_of_many_things_costs_no_more_statements(world, buy, django_assert_num_queries):
    things = [buy.add(f"菜{number}") for number in range(12)]
    with django_assert_num_queries(8):  # two of them the savepoint
        buy.wants(world.lin_home, 1)
    with django_assert_num_queries(8):
        set_lines(
            order=buy.order,
            household=world.lin_home,
            wanted={item.pk: 2 for item in things},
            how="lead",
            by=world.zhao,
        )


def test_quantities_are_read_as_people_type_them(world, buy):
    pork = buy.add("肉", measure="weight", unit="kg")
    posted = {f"q-{buy.eggs.pk}": " ２ ", f"q-{pork.pk}": "1.25 公斤", f"saw-{buy.eggs.pk}": "1", f"saw-{pork.pk}": "x"}
    read = read_told(posted, [buy.eggs, pork])
    assert (read.wanted, read.saw) == ({buy.eggs.pk: 2, pork.pk: 1250}, {buy.eggs.pk: 1, pork.pk: 0})
    assert read_told({f"q-{buy.eggs.pk}": "", f"q-{pork.pk}": "０"}, [buy.eggs, pork]).wanted == {
        buy.eggs.pk: 0,
        pork.pk: 0,
    }
    for typed in ("-1", "2.5", "NaN", "二", "9" * 40, "1e3", "2 盘"):
        with pytest.raises(BuyingError, match="鸡蛋"):
            read_told({f"q-{buy.eggs.pk}": typed}, [buy.eggs, pork])
    for typed in ("-1", "1,5", "NaN", "0.0001", "99999"):
        with pytest.raises(BuyingError, match="肉"):
            read_told({f"q-{pork.pk}": typed}, [buy.eggs, pork])
    with pytest.raises(BuyingError):
        read_told({}, [buy.eggs, pork])


class WhateverIsAsked(TestCase):
    """In any order of asking: sums agree, limits hold, the history leads to what stands."""

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 6)), max_size=12))
    def test_the_books_agree(self, asked):
        world = World()
        buy = Buy(world)
        change_item(item=buy.eggs, household_limit=4, total_limit=9)
        homes = [world.lin_home, world.elder_home, world.tenant_home, world.far_home]
        for place, quantity in asked:
            try:
                buy.wants(homes[place], quantity)
            except BuyingError:
                assert quantity < 0 or quantity > 4 or buy.ordered() + quantity > 9
        lines = OrderLine.objects.all()
        assert sum(line.quantity for line in lines) == buy.ordered() <= 9
        for line in lines:
            changes = list(line.changes.values_list("was", "quantity"))
            assert [was for was, _became in changes] == [0, *(became for _was, became in changes[:-1])]
            assert changes[-1][1] == line.quantity <= 4
        assert Item.objects.get().ordered >= 0
