"""What a household is told of PCR rounds on its page: what to do, never what was found."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.links import issue_links
from rounds.marks import mark_at_desk
from rounds.models import Visit
from testing_rounds.models import ExpectedPerson
from testing_rounds.results import tell_result
from tests.compound.test_today import add_visits, make_round
from tests.testing_rounds.antigen_round import AntigenRound
from tests.testing_rounds.swabbed import open_pcr, people_of, sample


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


def test_two_lines_keep_a_household_in_until_the_single_tube_is_negative(world, client, secret):
    AntigenRound(world).tell(world.lin_home, by=world.zhao, p1="positive")
    asked = ExpectedPerson.objects.select_related("visit__round").get(visit__round__kind="recall")
    assert "Please stay at home" in text_of(client, secret)
    mark_at_desk(visit=asked.visit, by=world.chen, outcome="done")
    assert "Please stay at home" in text_of(client, secret)  # taken, and nothing told yet
    tell_result(person=asked, value="negative", source="lab_list", by=world.chen)
    assert "Please stay at home" not in text_of(client, secret)
    assert list(
        ExpectedPerson.objects.exclude(result="").order_by("pk").values_list("visit__round__kind", "result")
    ) == [
        ("antigen", "positive"),  # both stay on record
        ("recall", "negative"),
    ]


def test_a_negative_pcr_of_the_same_evening_does_not_talk_two_lines_away(world, client, secret):
    pcr = open_pcr(world)
    sample(pcr, world.chen, world.lin_home)
    person = people_of(pcr, world.lin_home)[0]
    tell_result(person=person, value="negative", source="lab_list", by=world.chen)
    AntigenRound(world).tell(world.lin_home, by=world.zhao, p1="positive")
    assert Visit.objects.get(round__kind="recall").household == world.lin_home
    assert "Please stay at home" in text_of(client, secret)
    person.refresh_from_db()
    assert person.result == "negative"


def test_a_round_of_yesterday_is_gone(world, client, secret):
    row = make_round(world.jiamu, world.building1, kind="pcr", state="closed")
    add_visits(row, world.lin_home, outcome="done")
    assert "done, nothing to do." in text_of(client, secret)
    row.closed_at = timezone.now() - timedelta(hours=25)
    row.save()
    assert "done, nothing to do." not in text_of(client, secret)
