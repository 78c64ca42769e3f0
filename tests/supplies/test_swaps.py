"""Swapped at the door: one came back, another went out, and the books of both say so."""

import pytest

from supplies.ledger import create_item
from supplies.models import StockMove
from supplies.reconciling import read_books
from supplies.services import add_line, bring_back, close_books, load_building
from tests.supplies.store import books_agree


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def two_lines(store, world):
    """Two bags a household; milk lies in the lobby for whoever asks."""
    milk = create_item(compound=world.jiamu, name="牛奶", unit="箱")
    distribution = store.prepare(store.arrive(20), amount=2, buildings=[world.building1])
    line = add_line(
        distribution=distribution,
        batch=store.arrive(10, milk),
        amount=1,
        variant="baby",
    )
    store.open(distribution)
    bags = distribution.lines.get(variant="")
    load_building(line=bags, building=world.building1, quantity=6, by=world.zhao)
    return distribution, bags, line


def numbers(distribution):
    return {
        str(page.line): (page.loaded, page.given, page.returned, page.left, page.uncovered)
        for page in read_books(distribution)
    }


def swap(store, world, distribution, line, **details):
    return store.tell(distribution, world.lin_home, "done", handover="swapped", **{"for": str(line.pk)} | details)


def test_a_swap_is_booked_as_what_came_back_and_what_went_out(store, world, two_lines):
    distribution, bags, milk = two_lines
    load_building(line=milk, building=world.building1, quantity=2, by=world.zhao)
    swap(store, world, distribution, milk, count="1")
    row = store.owed(distribution, world.lin_home)
    moves = list(row.moves.order_by("pk").values_list("kind", "batch", "quantity"))
    assert moves == [
        ("handed_out", bags.batch_id, 2),
        ("exchanged", bags.batch_id, 1),
        ("handed_out", milk.batch_id, 1),
    ]
    assert numbers(distribution) == {"蔬菜包": (6, 1, 0, 5, 0), "牛奶": (2, 1, 0, 1, 0)}
    assert books_agree()


def test_what_is_not_in_the_lobby_yet_is_booked_when_it_is_loaded(store, world, two_lines):
    distribution, bags, milk = two_lines
    swap(store, world, distribution, milk, count="2")
    assert numbers(distribution) == {"蔬菜包": (6, 2, 0, 4, 0), "牛奶": (0, 0, 0, 0, 2)}
    load_building(line=milk, building=world.building1, quantity=1, by=world.zhao)
    load_building(line=milk, building=world.building1, quantity=1, by=world.zhao)
    assert numbers(distribution) == {"蔬菜包": (6, 0, 0, 6, 0), "牛奶": (2, 2, 0, 0, 0)}
    bring_back(line=bags, building=world.building1, quantity=6, by=world.zhao)
    close_books(distribution=distribution, by=world.chen)
    assert books_agree()


def test_a_swap_taken_back_or_told_otherwise_leaves_nothing_behind(store, world, two_lines):
    distribution, bags, milk = two_lines
    load_building(line=milk, building=world.building1, quantity=2, by=world.zhao)
    mark = swap(store, world, distribution, milk, count="2")
    swap(store, world, distribution, bags, count="2")  # a good one for a bad one
    assert numbers(distribution) == {"蔬菜包": (6, 2, 0, 4, 0), "牛奶": (2, 0, 0, 2, 0)}
    store.tell(distribution, world.lin_home, "refused")
    assert numbers(distribution) == {"蔬菜包": (6, 0, 0, 6, 0), "牛奶": (2, 0, 0, 2, 0)}
    for standing in (mark, *type(mark).objects.exclude(pk=mark.pk).exclude(outcome="cleared")):
        store.tell(distribution, world.lin_home, "cleared", undoes=standing.pk)
    row = store.owed(distribution, world.lin_home)
    assert (row.told_given, row.told_swapped, row.swapped, row.swapped_for) == (0, 0, 0, None)
    assert StockMove.objects.filter(entitlement=row, kind="counter").count() == 6
    assert books_agree()


@pytest.mark.parametrize("named", ["", "0", "-1", "gold", "99999999999999999999"])
def test_a_thing_that_is_not_on_the_list_is_one_of_the_same(store, world, two_lines, named):
    distribution, bags, _milk = two_lines
    store.tell(distribution, world.lin_home, "done", handover="swapped", **{"for": named})
    row = store.owed(distribution, world.lin_home)
    assert (row.given, row.swapped, row.swapped_for) == (2, 2, bags)


def test_two_words_about_two_lines_of_one_door_both_stand(store, world):
    """Fewer of the first, then one of the second damaged: neither word wipes the other out."""
    milk = create_item(compound=world.jiamu, name="牛奶", unit="箱")
    distribution = store.prepare(store.arrive(20), amount=3)
    second = add_line(distribution=distribution, batch=store.arrive(20, milk), amount=2)
    store.open(distribution)
    first = distribution.lines.exclude(pk=second.pk).get()
    store.tell(distribution, world.lin_home, "partly", handover="short", count="1", line=str(first.pk))
    store.tell(distribution, world.lin_home, "partly", handover="damaged", count="1", line=str(second.pk))
    rows = store.visit(distribution, world.lin_home).entitlements.order_by("line")
    assert list(rows.values_list("told_given", "told_spoiled")) == [(1, 0), (1, 1)]
    store.tell(distribution, world.lin_home)
    assert list(rows.values_list("told_given", "told_spoiled")) == [(3, 0), (2, 1)]
