"""What a household's own page costs the database: one number for the whole, however many rooms speak on it."""

import pytest
from django.urls import reverse
from django.utils.module_loading import import_string

from compound.household import PARTS, Visitor
from residents.links import find_link, reissue_link
from tests.buying.buys import Buy
from tests.buying.came import Came
from tests.marks import statements
from tests.sharing.neighbours import Neighbours
from tests.testing_rounds.antigen_round import AntigenRound

EMPTY = {"antigen": 1, "buying": 1, "drives": 1, "corner": 1}
FULL = {"antigen": 2, "buying": 2, "drives": 1, "corner": 1}
MOST_OF_A_ROOM = 2
MOST = 14  # of the whole page, the link included, in the house below


@pytest.fixture
def secret(world):
    return reissue_link(household=world.lin_home, by=world.chen).secret


@pytest.fixture
def full_house(world):
    """A test to tell of; a list that collects and one whose parcels are on their way; a cake; a corner in full use."""
    AntigenRound(world)
    Buy(world).wants(world.lin_home, 1)
    came = Came(world)
    came.comes()
    came.shared()
    came.on_the_way()
    near = Neighbours(world)
    near.promise(near.drive(), near.lin)
    near.take(near.offer(near.far), near.lin)
    near.take(near.offer())
    near.wish(near.lin)
    near.wish()


def costs_of(secret) -> dict[str, int]:
    visitor = Visitor(find_link(secret), secret)
    costs = {}
    for path in PARTS:
        with statements() as seen:
            import_string(path)(visitor)
        costs[path.rpartition(".")[2].removesuffix("_part")] = len(seen)
    return costs


def test_a_room_with_nothing_to_say_asks_once(world, secret):
    costs = costs_of(secret)
    assert {room: costs[room] for room in EMPTY} == EMPTY
    assert max(costs.values()) <= MOST_OF_A_ROOM, costs


def test_no_room_asks_more_than_twice(world, full_house, secret):
    costs = costs_of(secret)
    assert {room: costs[room] for room in FULL} == FULL
    assert max(costs.values()) <= MOST_OF_A_ROOM, costs


def test_the_whole_page_is_its_rooms_and_the_link(world, client, secret, full_house):
    costs = costs_of(secret)
    with statements() as seen:
        assert client.get(reverse("home", args=[secret])).status_code == 200
    assert len(seen) == 1 + sum(costs.values()), costs
    assert len(seen) <= MOST, costs
