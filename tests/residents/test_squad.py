"""A volunteer's profile and the training gate, at the desk."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from residents.models import Compound, Volunteer
from residents.services import VolunteerError, end_volunteer
from residents.squad import change_volunteer
from tests.marks import statements
from tests.world import CANARY


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


def typed(world, **changes):
    return {
        "name": "魏医生",
        "skills": ["driver", "doctor"],
        "usual_buildings": [str(world.building1.pk)],
        "trained_on": timezone.localdate().isoformat(),
    } | changes


def profile(volunteer):
    row = Volunteer.objects.select_related("user").get(pk=volunteer.pk)
    return row.name, row.user.display_name, row.skills, list(row.usual_buildings.all()), row.trained_on


def test_a_profile_is_changed_and_shown(world, steward):
    answer = steward.post(at("volunteer_edit", world.wei.pk), typed(world))
    assert answer["Location"] == world.wei.get_absolute_url()
    today = timezone.localdate()
    assert profile(world.wei) == ("魏医生", "魏医生", ["doctor", "driver"], [world.building1], today)
    page = steward.get(world.wei.get_absolute_url()).content.decode()
    assert "doctor, driver" in page
    assert "1号楼" in page
    assert 'class="flag">doctor' in steward.get(at("volunteers", world.jiamu.pk)).content.decode()
    form = steward.get(at("volunteer_edit", world.wei.pk)).context["form"]
    assert (form.initial["skills"], form.initial["usual_buildings"]) == (["doctor", "driver"], [world.building1.pk])


def test_everything_but_the_name_may_be_taken_away_again(world, steward):
    steward.post(at("volunteer_edit", world.wei.pk), typed(world))
    steward.post(at("volunteer_edit", world.wei.pk), {"name": "魏志愿"})
    assert profile(world.wei) == ("魏志愿", "魏志愿", [], [], None)
    assert Volunteer.objects.get(pk=world.wei.pk).history.count() >= 2


TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "吴志愿"}, "name"),
        ({"skills": ["wizard"]}, "skills"),
        ({"usual_buildings": ["other"]}, "usual_buildings"),
        ({"usual_buildings": ["x"]}, "usual_buildings"),
        ({"trained_on": TOMORROW}, "trained_on"),
        ({"trained_on": "once"}, "trained_on"),
    ],
)
def test_bad_input_is_refused_and_kept_in_the_form(world, steward, change, field):
    before = profile(world.wei)
    form = typed(world, **change)
    if form["usual_buildings"] == ["other"]:
        form["usual_buildings"] = [str(world.other_building.pk)]
    answer = steward.post(at("volunteer_edit", world.wei.pk), form)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert answer.context["form"]["name"].value() == form["name"]
    assert answer.context["form"]["trained_on"].value() == form["trained_on"]
    assert CANARY not in answer.content.decode()
    assert profile(world.wei) == before


def test_the_name_of_somebody_who_left_is_free(world):
    end_volunteer(volunteer=world.wu)
    assert change_volunteer(volunteer=world.wei, name="吴志愿").name == "吴志愿"


def test_the_service_takes_no_building_of_another_compound_and_no_twin(world):
    change_volunteer(
        volunteer=world.wei, name="魏志愿", skills=["nurse", "magic"], usual_buildings=[world.other_building]
    )
    assert profile(world.wei)[2:4] == (["nurse"], [])
    with pytest.raises(VolunteerError):
        change_volunteer(volunteer=world.wei, name="吴志愿")


def test_the_gate_is_opened_and_closed(world, steward):
    assert "Ask for training" in steward.get(at("volunteers", world.jiamu.pk)).content.decode()
    answer = steward.post(at("training_gate", world.jiamu.pk), {"required": "1"})
    assert [str(word) for word in get_messages(answer.wsgi_request)] == ["Only trained volunteers are given doors now."]
    assert list(Compound.objects.filter(requires_training=True)) == [world.jiamu]
    assert "not trained" in steward.get(at("volunteers", world.jiamu.pk)).content.decode()
    assert "is given no doors" in steward.get(world.wei.get_absolute_url()).content.decode()
    steward.post(at("training_gate", world.jiamu.pk))
    assert not Compound.objects.filter(requires_training=True).exists()


def test_only_the_own_steward_changes_profiles_and_the_gate(world, client):
    for user, status in ((world.qian, 403), (world.sun, 404), (world.wei.user, 404)):
        client.force_login(user)
        assert client.get(at("volunteer_edit", world.wei.pk)).status_code == status
        assert client.post(at("volunteer_edit", world.wei.pk), typed(world)).status_code == status
        assert client.post(at("training_gate", world.jiamu.pk), {"required": "1"}).status_code == status
    client.force_login(world.chen)
    assert client.get(at("training_gate", world.jiamu.pk)).status_code == 405
    assert profile(world.wei)[0] == "魏志愿"
    assert not Compound.objects.filter(requires_training=True).exists()


def test_the_form_costs_few_statements(world, steward):
    steward.get(at("volunteer_edit", world.wei.pk))
    with statements() as seen:
        steward.get(at("volunteer_edit", world.wei.pk))
    assert len(seen) <= 7, "\n".join(seen)
