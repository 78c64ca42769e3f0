"""What a household's own page costs the database: three statements, however many rooms speak on it and whatever they
say: the link, what all rooms ask first, and what two of them ask then."""

import pytest
from django.urls import reverse
from django.utils.module_loading import import_string

from compound.household import PARTS, Visitor
from residents.links import find_link
from tests.buying.buys import Buy
from tests.buying.came import Came
from tests.care.carers import Carers
from tests.compound.test_today import add_visits, make_round
from tests.marks import statements
from tests.medicine.ward import Ward
from tests.notices.telling import Telling
from tests.sharing.neighbours import Neighbours
from tests.supplies.store import Store
from tests.testing_rounds.antigen_round import AntigenRound

THE_PAGE = 3
STEPS = {"antigen": 2, "buying": 2}  # all others ask once


@pytest.fixture
def telling(world):
    return Telling(world, world.building1, world.building2)


@pytest.fixture
def secret(world, telling):
    return telling.secrets[world.lin_home]


@pytest.fixture
def full_house(world, telling):
    """Something of every room, and a way to more of it."""
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
    store, carers, ward = Store(world), Carers(world), Ward(world)
    store.open(store.prepare(store.arrive(20)))
    ward.picked()
    people = iter(world.lin_home.residents.exclude(pk=world.lin.pk))

    def more(number):
        add_visits(make_round(world.jiamu, world.building1, kind="pcr", number=90 + number), world.lin_home)
        telling.publish(title=f"停水{number}")
        carers.need()
        ward.advise(ward.question())
        Buy(world, title=f"菜{number}").wants(world.lin_home, 2)
        near.offer(near.lin)
        ward.bag(next(people))

    more(1)
    return more


def costs_of(secret) -> dict[str, int]:
    """Of each room asked alone."""
    visitor = Visitor(find_link(secret), secret)
    costs = {}
    for path in PARTS:
        with statements() as seen:
            import_string(path)(visitor)
        costs[path.rpartition(".")[2].removesuffix("_part")] = len(seen)
    return costs


def cost_of_page(client, secret) -> tuple[int, list[str]]:
    with statements() as seen:
        answer = client.get(reverse("home", args=[secret]))
    assert answer.status_code == 200
    page = answer.content.decode()
    shown = [name for name in ROOMS if f'id="{name}"' in page]
    return len(seen), shown


ROOMS = ["antigen", "tests", "supplies", "medicine", "buying", "notices", "care", "doctor", "drives", "share"]


def test_a_room_with_nothing_to_say_asks_once(world, secret):
    costs = costs_of(secret)
    assert costs == dict.fromkeys(costs, 1)


def test_a_room_by_itself_takes_no_more_steps_than_it_needs(full_house, secret):
    costs = costs_of(secret)
    assert costs == dict.fromkeys(costs, 1) | STEPS


def test_the_whole_page_with_every_room_full_is_three_statements(full_house, client, secret):
    few = cost_of_page(client, secret)
    full_house(2)
    assert (few, cost_of_page(client, secret)) == ((THE_PAGE, ROOMS), (THE_PAGE, ROOMS))
