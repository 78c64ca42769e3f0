"""Several people telling at the same moment, on a real PostgreSQL: one recall, one word each, nothing lost."""

import pytest

from rounds.models import Round
from testing_rounds.labs import LabError, apply_list, preview_list
from testing_rounds.models import ExpectedPerson, Hold, LabList, Tube, TubeResult
from testing_rounds.results import record_tube_result, tell_result
from testing_rounds.settling import settle_person
from tests.rounds.test_at_once import at_once
from tests.testing_rounds.swabbed import people_of, ten_doors
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ten():
    world = World()
    world.test_round, world.tube, world.homes = ten_doors(world)
    return world


def test_a_tube_told_positive_five_times_at_once_is_recalled_once(ten):
    sources = ("lab_list", "health_app", "cdc_call", "desk", "lab_list")
    at_once(
        *[
            lambda source=source: record_tube_result(
                tube=Tube.objects.get(pk=ten.tube.pk), value="positive", source=source, by=ten.chen
            )
            for source in sources
        ]
    )
    assert (TubeResult.objects.count(), Hold.objects.count(), Round.objects.filter(kind="recall").count()) == (5, 10, 1)


def test_a_person_and_their_tube_told_at_once_come_to_what_both_say(ten):
    person = people_of(ten.test_round)[0]
    at_once(
        lambda: record_tube_result(tube=ten.tube, value="negative", source="lab_list", by=ten.chen),
        lambda: tell_result(person=person, value="positive", source="cdc_call", by=ten.chen),
    )
    told = ExpectedPerson.objects.get(pk=person.pk)
    facts = settle_person(person.results.all(), ten.tube.results.all(), is_alone=False)
    assert (told.result, facts.value) == ("disputed", "disputed")


def test_a_list_applied_twice_at_once_is_applied_once(ten):
    lab_list = preview_list(test_round=ten.test_round, by=ten.chen, text="T-10 阴性")

    def apply():
        try:
            apply_list(lab_list=LabList.objects.get(pk=lab_list.pk), by=ten.chen)
        except LabError as error:
            return error.code
        return "applied"

    assert sorted(at_once(apply, apply, apply)) == ["applied", "not_ready", "not_ready"]
    assert TubeResult.objects.count() == 1
