"""Notices at the desk: what is typed wrong is said and kept; the pages cost the same however many households."""

import pytest
from django.urls import reverse

from notices.models import Notice, Reached, Wording
from tests.notices.telling import Scope, Telling


@pytest.fixture
def telling(world, client):
    client.force_login(world.chen)
    client.cookies["django_language"] = "en"
    return Telling(world)


def add(client, world, **typed):
    told = {"title": "停水", "text": "明天停水", "source": "物业", "scope": "compound"} | typed
    return client.post(reverse("notices:add", args=[world.jiamu.pk]), told)


def test_single_rooms_are_typed_as_people_type_them(world, telling, client):
    answer = add(client, world, scope="household", buildings=[world.building1.pk], rooms="５０２，301")
    row = Notice.objects.get()
    assert (answer.status_code, set(row.households.all())) == (302, {world.lin_home, world.elder_home})


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": ""}, "This field is required"),
        ({"scope": "building"}, "Choose at least one building."),
        ({"scope": "entrance", "entrance": "9"}, "Choose the one building it is in."),
        ({"scope": "household", "house": True, "rooms": "999 502"}, "Nobody is known to live there: 999."),
        ({"scope": "household", "house": True}, "Type the rooms it goes to."),
        ({"scope": "entrance", "house": True, "entrance": "9"}, "This building has no such entrance."),
        ({"publish_at_0": "2020-01-01", "publish_at_1": "10:00"}, "The time to go out is in the past."),
    ],
)
def test_what_is_typed_wrong_is_said_and_nothing_is_lost(world, telling, client, typed, sentence):
    if typed.pop("house", False):
        typed["buildings"] = [world.building1.pk]
    answer = add(client, world, **typed)
    page = answer.content.decode()
    assert (answer.status_code, sentence in page, "明天停水" in page) == (422, True, True)
    assert not Notice.objects.exists()


def test_a_lead_writes_to_their_own_house_alone(world, telling, client):
    client.force_login(world.zhao)
    assert add(client, world).status_code == 422
    assert add(client, world, scope="building", buildings=[world.building2.pk]).status_code == 422
    assert add(client, world, scope="building", buildings=[world.building1.pk]).status_code == 302


def test_a_compound_has_its_own_wording_and_goes_back(world, telling, client):
    at = reverse("notices:wording", args=[world.jiamu.pk, "lift"])
    assert client.post(at, {"title": "", "text": ""}).status_code == 422
    client.post(at, {"title": "电梯坏了", "text": "____"})
    page = client.get(reverse("notices:add", args=[world.jiamu.pk]) + "?usual=lift").content.decode()
    assert "电梯坏了" in page
    client.post(at, {"forget": "1"})
    assert not Wording.objects.exists()


def test_ticks_are_kept_and_taken_back(world, telling, client):
    row = telling.publish(scope=Scope.BUILDING, buildings=[world.building1])
    key = row.recipients.get(household=world.elder_home).pk
    at = [row.pk, world.building1.pk]
    client.post(reverse("notices:tell", args=at), {"told": [key, "x"], "how": "slip"})
    assert [one.how for one in Reached.objects.standing()] == ["slip"]
    client.post(reverse("notices:untell", args=[Reached.objects.get().pk]))
    assert not Reached.objects.standing().exists()
    slips = client.get(reverse("notices:slips", args=[row.pk])).content.decode()
    assert ("301" in slips, "301阿婆" in slips) == (True, False)


LIST, PAGE, HOUSE = 9, 11, 12


def test_the_pages_cost_the_same_for_one_and_for_many(world, telling, client, django_assert_num_queries):
    for _n in range(2):
        row = telling.right(telling.publish())
        house = reverse("notices:house", args=[row.pk, world.building1.pk])
        for budget, at in ((LIST, reverse("notices:list")), (PAGE, row.get_absolute_url()), (HOUSE, house)):
            with django_assert_num_queries(budget):
                client.get(at)
