"""Guards, staff and volunteers without a door: expected, first, and in no house."""

import pytest
from django.urls import reverse

from residents.models import Building, Door, Resident
from residents.posts import PostError, add_person_at_post, people_at_posts
from rounds.models import Visit
from tests.testing_rounds.conftest import open_pcr


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def test_people_of_one_post_are_one_line_and_the_first_of_a_round(world):
    add_person_at_post(compound=world.jiamu, post="岗亭", name="保安甲")
    add_person_at_post(compound=world.jiamu, post=" 岗亭 ", name="保安乙")
    posts = Building.objects.get(kind="post")
    pcr = open_pcr(world, buildings=[world.building1, posts])
    first = Visit.objects.filter(round=pcr.round).top_down()[0]
    assert (first.room, first.expected_count, first.building) == ("岗亭", 2, posts)


def test_posts_are_no_house(world, steward):
    add_person_at_post(compound=world.jiamu, post="岗亭", name="保安甲")
    context = steward.get(reverse("residents:compound", args=[world.jiamu.pk])).context
    assert [summary.building for summary in context["summaries"]] == [world.building1, world.building2]
    assert list(Building.objects.houses().filter(compound=world.jiamu)) == [world.building1, world.building2]


def test_a_person_is_added_through_the_page(world, steward):
    url = reverse("residents:posts", args=[world.jiamu.pk])
    assert "Nobody yet" in steward.get(url).content.decode()
    assert steward.post(url, {"post": "活动室", "name": "志愿者丙", "phone": "12"}).status_code == 422
    assert steward.post(url, {"post": "", "name": ""}).status_code == 422
    assert steward.post(url, {"post": "活动室", "name": "志愿者丙", "phone": "138 0013 8000"}).status_code == 302
    assert (Door.objects.get(building__kind="post").room, Resident.objects.get(name="志愿者丙").phone) == (
        "活动室",
        "13800138000",
    )
    assert "志愿者丙" in steward.get(url).content.decode()


@pytest.mark.parametrize("post", ["", "   ", "x" * 21])
def test_a_post_has_a_short_name(world, post):
    with pytest.raises(PostError):
        add_person_at_post(compound=world.jiamu, post=post, name="保安甲")
    assert not Building.objects.filter(kind="post").exists()


def test_each_compound_has_posts_of_its_own(world):
    add_person_at_post(compound=world.jiamu, post="岗亭", name="保安甲")
    add_person_at_post(compound=world.hexin, post="岗亭", name="保安丁")
    assert [len(people_at_posts(compound)) for compound in (world.jiamu, world.hexin)] == [1, 1]
