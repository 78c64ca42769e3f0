"""Guards and staff at their posts stand before the houses, or after them: the round says which."""

import pytest
from django.urls import reverse
from django.utils import timezone

from compound.my_doors import build_feed
from compound.opening import open_any_round
from residents.models import Building
from residents.posts import add_person_at_post
from rounds.board import read_board
from rounds.models import Round, Visit
from rounds.services import assign
from testing_rounds.antigen_stats import read_stats
from testing_rounds.people import read_people
from testing_rounds.services import create_test_round
from tests.testing_rounds.antigen_round import AntigenRound


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def gate(world):
    guard = add_person_at_post(compound=world.jiamu, post="East gate", name="钱保安")
    guard.needs_home_visit = True
    guard.save()
    world.lin.needs_home_visit = True
    world.lin.save()
    return guard.household.door.building


@pytest.mark.parametrize(("first", "order"), [(True, ["@posts", "1", "2"]), (False, ["1", "2", "@posts"])])
def test_board_phone_people_and_statistics_follow_the_rounds_choice(world, gate, first, order):
    form = world.round_form(pool_size=10, posts_first=first, buildings=[gate, world.building1, world.building2])
    form.pop("kind")
    round = create_test_round(**form).round
    open_any_round(round=round, by=world.chen)
    for building in form["buildings"]:
        assign(round=round, volunteer=world.wei, building=building, by=world.chen)
    round.refresh_from_db()
    walked = list(dict.fromkeys(visit.building.code for visit in Visit.objects.filter(round=round).top_down()))
    board = read_board(round, Building.objects.all(), None)
    doors = [door["building"] for door in build_feed(world.wei_phone)["rounds"][0]["doors"]]
    names = {building.name: building.code for building in Building.objects.filter(rounds=round)}
    home = read_people(Visit.objects.filter(round=round)).home
    assert walked == order
    assert [row.building.code for row in board.rows] == order
    assert [names[name] for name in dict.fromkeys(doors)] == order
    assert [person.visit.building.code for person in home] == [code for code in order if code != "2"]
    antigen = AntigenRound(world, posts_first=first, buildings=form["buildings"])
    antigen.round.refresh_from_db()
    assert [row.building.code for row in read_stats(antigen.round, Building.objects.all()).rows] == order


@pytest.mark.parametrize("page", ["add", "antigen_add"])
def test_the_form_asks_where_there_are_posts(client, world, gate, page):
    client.force_login(world.chen)
    assert b'name="posts_first"' in client.get(reverse(f"testing_rounds:{page}", args=[world.jiamu.pk])).content
    client.force_login(world.sun)
    assert b'name="posts_first"' not in client.get(reverse(f"testing_rounds:{page}", args=[world.hexin.pk])).content


def test_the_choice_may_change_while_the_round_runs(client, world, gate):
    form = world.round_form(pool_size=10, buildings=[gate, world.building1])
    form.pop("kind")
    round = create_test_round(**form).round
    client.force_login(world.chen)
    edit = reverse("testing_rounds:edit", args=[round.pk])
    words = {"pool_size": 10, "buildings": [gate.pk, world.building1.pk]}
    for name in ("starts_at", "ends_at"):
        moment = timezone.localtime(form[name])
        words |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}
    answer = client.post(edit, words)
    assert (answer.status_code, Round.objects.get(pk=round.pk).posts_first) == (302, False)
