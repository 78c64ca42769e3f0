import pytest
from django.urls import reverse

from residents.models import Household, Resident
from residents.services import save_resident
from tests.world import CANARY, move_in

NUMBER = "13800138642"


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


def form_of(**changes):
    return {"name": "某新人", "age_band": "", "whereabouts": "home", "phone": ""} | changes


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    save_resident(resident=world.lin, phone=NUMBER)
    return client


def told(answer):
    return [
        (match.person.name if match.is_seen else "", match.same_name, match.same_phone)
        for match in answer.context["form"].lookalikes
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": "林小雨"}, [("林小雨", True, False)]),
        ({"phone": "+86 138-0013-8642"}, [("林小雨", False, True)]),
        ({"name": "林小雨", "phone": NUMBER}, [("林小雨", True, True)]),
    ],
)
def test_a_known_name_or_number_is_asked_about_and_one_more_click_saves(world, steward, changes, expected):
    address = at("resident_add", world.far_home.pk)
    answer = steward.post(address, form_of(**changes))
    page = answer.content.decode()
    assert (answer.status_code, told(answer)) == (422, expected)
    assert "1号楼 502" in page
    assert NUMBER not in page.replace(f'value="{changes.get("phone", "")}"', "")
    assert world.far_home.residents.count() == 2
    again = steward.post(address, form_of(**changes, confirmed=answer.context["form"].warned_about))
    assert (again.status_code, world.far_home.residents.count()) == (302, 3)


def test_another_name_than_the_one_warned_about_is_asked_about_anew(world, steward):
    address = at("resident_add", world.far_home.pk)
    seen = steward.post(address, form_of(name="林小雨")).context["form"].warned_about
    answer = steward.post(address, form_of(name="林国强", confirmed=seen))
    assert (answer.status_code, told(answer)) == (422, [("林国强", True, False)])


def test_a_household_with_a_known_number_is_asked_about(world, steward):
    door = world.building2.doors.get(room="101")
    data = {"occupancy": "owner", "name": "林雨", "phone": NUMBER}
    answer = steward.post(at("household_add", door.pk), data)
    assert (answer.status_code, told(answer)) == (422, [("林小雨", False, True)])
    assert not Household.objects.filter(door=door).exists()
    data["confirmed"] = answer.context["form"].warned_about
    assert steward.post(at("household_add", door.pk), data).status_code == 302


def test_a_lead_is_told_that_there_is_somebody_and_not_who_or_where(world, client):
    save_resident(resident=world.far_home.residents.get(name="吴远"), phone=NUMBER)
    client.force_login(world.zhao)
    answer = client.post(at("resident_add", world.lin_home.pk), form_of(phone=NUMBER))
    page = answer.content.decode()
    assert (answer.status_code, told(answer)) == (422, [("", False, True)])
    assert "吴远" not in page
    assert "402" not in page


def test_within_a_household_a_number_is_shared_and_a_name_is_asked_about(world, steward):
    address = at("resident_add", world.lin_home.pk)
    assert steward.post(address, form_of(name="林小朵", phone=NUMBER)).status_code == 302
    assert told(steward.post(address, form_of(name="林朵"))) == [("林朵", True, False)]


def test_saving_somebody_unchanged_asks_nothing(world, steward):
    move_in(world.building2.doors.get(room="101"), "林小雨")
    assert steward.post(at("resident_edit", world.lin.pk), form_of(name="林小雨")).status_code == 302
    answer = steward.post(at("resident_edit", world.lin.pk), form_of(name="吴远"))
    assert told(answer) == [("吴远", True, False)]
    assert at("resident_merge", world.lin.pk, world.far_home.residents.get(name="吴远").pk) in answer.content.decode()


def test_who_moved_out_or_lives_in_another_compound_is_no_lookalike(world, steward):
    Resident.objects.filter(name="吴远").update(moved_out_on="2022-04-01")
    for name in ("吴远", f"{CANARY}孙二"):
        assert steward.post(at("resident_add", world.lin_home.pk), form_of(name=name)).status_code == 302


@pytest.mark.parametrize("many", [False, True])
def test_a_form_that_asks_needs_nine_statements(world, steward, django_assert_num_queries, many):
    if many:
        for door in world.building2.doors.exclude(room="402"):
            move_in(door, "林小雨")
    with django_assert_num_queries(9):
        answer = steward.post(at("resident_add", world.far_home.pk), form_of(name="林小雨"))
    assert len(told(answer)) == (5 if many else 1)
