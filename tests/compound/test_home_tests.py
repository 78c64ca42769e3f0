"""What a household is told of PCR rounds on its page: what to do, never what was found."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.links import issue_links
from rounds.models import Visit
from tests.compound.test_today import add_visits, make_round


@pytest.fixture
def secret(world):
    (one,) = [row for row in issue_links(building=world.building1, by=world.chen) if row.household == world.lin_home]
    return one.secret


def text_of(client, secret):
    return client.get(reverse("home", args=[secret]), {"lang": "en"}).content.decode()


def test_who_is_waited_for_is_told_until_they_are_done(world, client, secret):
    row = make_round(world.jiamu, world.building1, kind="pcr")
    add_visits(row, world.lin_home)
    assert "Come down when your door is called" in text_of(client, secret)
    Visit.objects.update(outcome="done")
    text = text_of(client, secret)
    assert ("done, nothing to do." in text, "Come down" in text) == (True, False)


def test_a_recall_asks_to_stay_in_and_says_no_result(world, client, secret):
    add_visits(make_round(world.jiamu, world.building1, kind="recall"), world.lin_home)
    text = text_of(client, secret)
    assert "Please stay at home: somebody comes to your door" in text
    assert [word for word in ("positive", "tube", "recall") if word in text.lower()] == []


def test_a_recall_of_others_asks_nothing(world, client, secret):
    add_visits(make_round(world.jiamu, world.building1, kind="recall"), world.elder_home)
    assert "Please stay at home" not in text_of(client, secret)


def test_a_round_of_yesterday_is_gone(world, client, secret):
    row = make_round(world.jiamu, world.building1, kind="pcr", state="closed")
    add_visits(row, world.lin_home, outcome="done")
    assert "done, nothing to do." in text_of(client, secret)
    row.closed_at = timezone.now() - timedelta(hours=25)
    row.save()
    assert "done, nothing to do." not in text_of(client, secret)
