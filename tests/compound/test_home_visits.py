"""From who cannot come down to the queue that waits for them, where the lifts have one."""

import pytest
from django.urls import reverse
from django.utils import timezone

from compound.opening import open_any_round
from lifts.models import CallDown, CallDownPlan
from testing_rounds.services import create_test_round
from tests.marks import statements


@pytest.fixture
def round(world):
    for home in (world.lin_home, world.far_home):
        home.residents.filter(is_contact=True).update(needs_home_visit=True)
    form = world.round_form(pool_size=10)
    form.pop("kind")
    test_round = create_test_round(**form)
    open_any_round(round=test_round.round, by=world.chen)
    return test_round.round


@pytest.fixture
def queue(world, round):
    plan = CallDownPlan.objects.create(round=round, starts_at=timezone.now(), made_by=world.chen)
    return CallDown.objects.create(plan=plan, building=world.building1)


def test_whoever_cannot_come_down_leads_to_the_queue_of_their_entrance(client, world, round, queue):
    client.force_login(world.chen)
    page = client.get(reverse("testing_rounds:people", args=[round.pk]))
    assert [(person.visit.building.code, link) for person, link in page.context["home"]] == [
        ("1", reverse("lifts:call_down", args=[queue.pk]) + "#home-visits"),
        ("2", ""),
    ]
    assert page.content.decode().count("#home-visits") == 1


def test_a_queue_costs_one_statement_more(client, world, round, queue):
    client.force_login(world.chen)
    address = reverse("testing_rounds:people", args=[round.pk])
    client.get(address)
    with statements() as seen:
        client.get(address)
    assert len([text for text in seen if "lifts_calldown" in text]) == 1
