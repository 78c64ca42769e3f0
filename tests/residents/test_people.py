from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import AccessRecord, Household, Resident
from residents.services import REVEALS_PER_HOUR, HouseholdError, move_out, move_resident_out, reveal_phone
from tests.world import make_user, move_in

PERSON = {"name": "林大山", "age_band": "60-79", "whereabouts": "home", "needs_home_visit": "on"}


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


# --- A household --------------------------------------------------------------------------------------------


def test_a_household_shows_its_people_with_masked_phones(world, steward):
    answer = steward.get(at("household", world.lin_home.pk))
    page = answer.content.decode()
    assert [person.name for person in answer.context["people"]] == ["林小雨", "林国强", "林朵"]
    assert "林小雨" in page
    assert world.lin.masked_phone in page
    assert world.lin.phone not in page


def test_an_officer_sees_neither_names_nor_numbers_there(world, client):
    world.lin.name = "林大雨"
    world.lin.save()
    client.force_login(world.qian)
    page = client.get(at("household", world.lin_home.pk)).content.decode()
    assert "林*" in page
    for hidden in ("林小雨", "林大雨", "林国强", world.lin.phone):
        assert hidden not in page


def test_others_behind_the_door_are_named_beside(world, steward):
    other = move_in(world.lin_home.door, "租客甲", occupancy="tenant")
    assert steward.get(at("household", world.lin_home.pk)).context["neighbours"] == [other]


@pytest.mark.parametrize("many", [False, True])
def test_the_household_page_needs_thirteen_statements(world, steward, django_assert_num_queries, many):
    if many:
        for number in range(20):
            person = Resident.objects.create(household=world.lin_home, name=f"林{number}")
            person.lives_alone = True
            person.save()
        move_in(world.lin_home.door, "租客甲", occupancy="tenant")
    with django_assert_num_queries(13):
        steward.get(at("household", world.lin_home.pk))


def test_a_household_moves_in_beside_another(world, steward):
    data = {
        "occupancy": "tenant",
        "told_count": "3",
        "name": " 高 超 ",
        "phone": "+86 138-0013-8000",
        "moved_in_on": "2022-04-01",
    }
    answer = steward.post(at("household_add", world.lin_home.door.pk), data)
    home = Household.objects.exclude(pk=world.lin_home.pk).get(door=world.lin_home.door)
    assert answer.url == home.get_absolute_url()
    (person,) = home.residents.all()
    assert (home.told_count, home.moved_in_on, person.name, person.is_contact) == (3, date(2022, 4, 1), "高 超", True)
    assert (person.phone, len(person.phone_index)) == ("13800138000", 64)


def test_a_household_may_come_without_names(world, steward):
    door = world.building1.doors.get(room="401")
    steward.post(at("household_add", door.pk), {"occupancy": "vacant"})
    assert [home.occupancy for home in door.households.all()] == ["vacant"]
    assert Resident.objects.filter(household__door=door).count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"occupancy": "castle"}, "occupancy"),
        ({"told_count": "100"}, "told_count"),
        ({"told_count": "-1"}, "told_count"),
        ({"told_count": "三"}, "told_count"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "138001380001"}, "phone"),
        ({"name": "", "phone": "13800138000"}, "name"),
        ({"name": "林" * 51}, "name"),
        ({"moved_in_on": "2999-01-01"}, "moved_in_on"),
        ({"moved_in_on": "1799-01-01"}, "moved_in_on"),
        ({"moved_in_on": "yesterday"}, "moved_in_on"),
    ],
)
def test_a_bad_household_keeps_what_was_typed(world, steward, changes, field):
    before = Household.objects.count()
    data = {"occupancy": "owner", "told_count": "2", "name": "高超", "phone": ""} | changes
    answer = steward.post(at("household_add", world.lin_home.door.pk), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert answer.context["form"][field].value() == data[field]
    assert Household.objects.count() == before


def test_a_household_is_corrected_and_the_change_is_told(world, steward):
    steward.post(at("household_edit", world.lin_home.pk), {"occupancy": "away", "told_count": "4", "moved_in_on": ""})
    world.lin_home.refresh_from_db()
    assert (world.lin_home.occupancy, world.lin_home.told_count) == ("away", 4)
    change = steward.get(at("household", world.lin_home.pk)).context["changes"][0]
    assert (change.by, len(change.words)) == ("陈干事", 2)


def test_moving_in_after_moving_out_is_refused_with_a_sentence(world, steward):
    move_out(household=world.lin_home, on=date(2022, 4, 1))
    data = {"occupancy": "owner", "moved_in_on": "2022-05-01"}
    answer = steward.post(at("household_edit", world.lin_home.pk), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["moved_in_on"])
    answer = steward.post(at("resident_edit", world.lin.pk), PERSON | {"moved_in_on": "2022-05-01"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["moved_in_on"])


def test_a_household_moves_out_with_everybody_in_it(world, steward):
    answer = steward.post(at("household_move_out", world.lin_home.pk), {"on": "2022-04-10"})
    world.lin_home.refresh_from_db()
    assert (answer.status_code, world.lin_home.moved_out_on) == (302, date(2022, 4, 10))
    assert set(world.lin_home.residents.values_list("moved_out_on", flat=True)) == {date(2022, 4, 10)}
    newest = Resident.history.filter(id=world.lin.pk).order_by("-history_id").first()
    assert newest.moved_out_on == date(2022, 4, 10)
    assert newest.history_user == world.chen


def test_nobody_moves_out_before_moving_in_or_twice(world, steward):
    world.lin.moved_in_on = date(2022, 4, 5)
    world.lin.save()
    answer = steward.post(at("household_move_out", world.lin_home.pk), {"on": "2022-04-04"})
    assert (answer.status_code, answer.context["form"]["on"].value()) == (422, "2022-04-04")
    assert Resident.objects.filter(household=world.lin_home, moved_out_on=None).count() == 3
    steward.post(at("household_move_out", world.lin_home.pk), {"on": "2022-04-10"})
    assert steward.post(at("household_move_out", world.lin_home.pk), {"on": "2022-04-11"}).status_code == 422
    world.lin_home.refresh_from_db()
    assert world.lin_home.moved_out_on == date(2022, 4, 10)


# --- A person -----------------------------------------------------------------------------------------------


def test_a_person_is_added_and_only_one_speaks_for_the_household(world, steward):
    answer = steward.post(
        at("resident_add", world.lin_home.pk), PERSON | {"is_contact": "on", "phone": "021-5888 1234"}
    )
    assert (answer.status_code, answer.url) == (302, world.lin_home.get_absolute_url())
    person = Resident.objects.get(name="林大山")
    assert (person.household, person.phone, person.needs) == (world.lin_home, "02158881234", ["needs_home_visit"])
    assert list(world.lin_home.residents.filter(is_contact=True)) == [person]


def test_an_empty_number_keeps_the_one_on_record(world, steward):
    number = world.lin.phone
    page = steward.get(at("resident_edit", world.lin.pk)).content.decode()
    assert number not in page
    steward.post(at("resident_edit", world.lin.pk), PERSON | {"phone": ""})
    world.lin.refresh_from_db()
    assert (world.lin.name, world.lin.phone) == ("林大山", number)


def test_a_number_is_replaced_or_removed(world, steward):
    steward.post(at("resident_edit", world.lin.pk), PERSON | {"phone": "+49 30 1234567"})
    world.lin.refresh_from_db()
    assert world.lin.phone == "+49301234567"
    steward.post(at("resident_edit", world.lin.pk), PERSON | {"forget_phone": "on"})
    world.lin.refresh_from_db()
    assert (world.lin.phone, world.lin.phone_index) == ("", "")
    answer = steward.post(at("resident_edit", world.lin.pk), PERSON | {"forget_phone": "on", "phone": "13800138000"})
    assert answer.status_code == 302  # nothing on record, so nothing to remove


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"age_band": "old"}, "age_band"),
        ({"whereabouts": "moon"}, "whereabouts"),
        ({"phone": "abc"}, "phone"),
        ({"phone": "13800138000", "forget_phone": "on"}, "forget_phone"),
    ],
)
def test_a_bad_person_changes_nothing(world, steward, changes, field):
    answer = steward.post(at("resident_edit", world.lin.pk), PERSON | changes)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert answer.context["name"] == "林小雨"
    world.lin.refresh_from_db()
    assert world.lin.name == "林小雨"


def test_one_person_moves_out(world, steward):
    steward.post(at("resident_move_out", world.lin.pk), {"on": "2022-04-10"})
    world.lin.refresh_from_db()
    assert world.lin.moved_out_on == date(2022, 4, 10)
    with pytest.raises(HouseholdError):
        move_resident_out(resident=world.lin, on=date(2022, 4, 11))
    answer = steward.get(at("household", world.lin_home.pk))
    assert [person.name for person in answer.context["former"]] == ["林小雨"]


def test_a_move_out_to_come_is_refused(world, steward):
    tomorrow = timezone.localdate() + timedelta(days=1)
    answer = steward.post(at("resident_move_out", world.lin.pk), {"on": tomorrow.isoformat()})
    assert answer.status_code == 422


# --- A phone ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["chen", "zhao", "qian"])
def test_a_number_is_shown_once_for_a_reason_and_the_look_is_on_record(world, client, who):
    user = getattr(world, who)
    client.force_login(user)
    address = at("resident_reveal", world.lin.pk)
    assert world.lin.phone not in client.get(address).content.decode()
    answer = client.post(address, {"reason": " 通知 下楼 "})
    assert world.lin.phone in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"
    (record,) = AccessRecord.objects.all()
    assert (record.user, record.compound, record.deed, record.reason) == (user, world.jiamu, "reveal", "通知 下楼")
    assert "林" not in record.subject
    assert world.lin.phone not in client.get(address).content.decode()


@pytest.mark.parametrize("reason", ["", "  ", "想看", "x" * 201])
def test_without_a_reason_nothing_is_shown_or_recorded(world, steward, reason):
    answer = steward.post(at("resident_reveal", world.lin.pk), {"reason": reason})
    assert answer.status_code == 422
    assert world.lin.phone not in answer.content.decode()
    assert AccessRecord.objects.count() == 0


def test_many_looks_in_an_hour_are_stopped(world, steward):
    for _number in range(REVEALS_PER_HOUR):
        reveal_phone(resident=world.lin, by=world.chen, reason="逐户电话")
    answer = steward.post(at("resident_reveal", world.lin.pk), {"reason": "逐户电话"})
    assert (answer.status_code, AccessRecord.objects.count()) == (422, REVEALS_PER_HOUR)
    assert world.lin.phone not in answer.content.decode()
    AccessRecord.objects.update(at=timezone.now() - timedelta(hours=1, minutes=1))
    assert steward.post(at("resident_reveal", world.lin.pk), {"reason": "逐户电话"}).status_code == 200


def test_how_many_looks_are_left_is_shown(world, steward):
    address = at("resident_reveal", world.lin.pk)
    assert steward.get(address).context["left"] == REVEALS_PER_HOUR
    assert str(REVEALS_PER_HOUR) in steward.get(address).content.decode()
    answer = steward.post(address, {"reason": "通知下楼"})
    assert answer.context["left"] == REVEALS_PER_HOUR - 1
    assert str(REVEALS_PER_HOUR - 1) in answer.content.decode()


def test_a_person_without_a_number_has_none_to_show(world, steward):
    child = world.lin_home.residents.get(name="林朵")
    assert steward.post(at("resident_reveal", child.pk), {"reason": "通知家长"}).status_code == 422
    assert AccessRecord.objects.count() == 0


# --- Who may ------------------------------------------------------------------------------------------------


def addresses(home, person):
    return {
        "household": at("household", home.pk),
        "resident_reveal": at("resident_reveal", person.pk),
        "household_add": at("household_add", home.door.pk),
        "household_edit": at("household_edit", home.pk),
        "household_move_out": at("household_move_out", home.pk),
        "resident_add": at("resident_add", home.pk),
        "resident_edit": at("resident_edit", person.pk),
        "resident_move_out": at("resident_move_out", person.pk),
    }


@pytest.mark.parametrize(
    ("who", "look", "change"),
    [("chen", 200, 200), ("zhao", 200, 200), ("qian", 200, 403), ("sun", 404, 404)],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_people_answer_by_role(world, client, who, look, change, method):
    client.force_login(getattr(world, who))
    answers = {
        name: getattr(client, method)(address).status_code
        for name, address in addresses(world.lin_home, world.lin).items()
    }
    expected = {name: look if name in {"household", "resident_reveal"} else change for name in answers}
    if method == "post":  # an empty form is a bad form, where a form may be sent at all
        expected = {name: 422 if status == 200 else status for name, status in expected.items()}
        expected["household"] = 405
    assert answers == expected


def test_the_other_building_is_not_there_for_a_lead(world, client):
    client.force_login(world.zhao)
    person = world.far_home.residents.first()
    assert {client.get(a).status_code for a in addresses(world.far_home, person).values()} == {404}
    assert {client.post(a).status_code for n, a in addresses(world.far_home, person).items() if n != "household"} == {
        404
    }


def test_volunteers_and_strangers_find_nobody(world, client):
    for user in (world.wei.user, make_user("stranger", "路人")):
        client.force_login(user)
        assert {client.get(a).status_code for a in addresses(world.lin_home, world.lin).values()} == {404}


def test_logged_out_goes_to_the_login(world, client):
    assert {client.get(a).status_code for a in addresses(world.lin_home, world.lin).values()} == {302}
