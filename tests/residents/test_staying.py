"""Listed here, sleeping there: counted once, on every page and in every round."""

import pytest
from django.urls import reverse

from residents.models import Household, Resident
from residents.namesakes import told_apart
from residents.occupancy import lines_of, summarise
from residents.staying import guests_of
from rounds.services import create_round
from rounds.snapshot import expected_people, take_snapshot
from tests.world import move_in


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


def form_of(**changes):
    return {"name": "林小雨", "age_band": "", "whereabouts": "home", "phone": "", "is_contact": "on"} | changes


def expected(world, **changes):
    """Who is expected where, by room of building 1 and 2."""
    round = create_round(**world.round_form(**changes))
    return {
        f"{snapshot.visit.building_id}:{snapshot.visit.room}": [person and person.name for person in snapshot.people]
        for snapshot in take_snapshot(round)
    }


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


@pytest.fixture
def away(world):
    """林小雨 sleeps at 2号楼 402."""
    world.lin.stays_at = world.far_home.door
    world.lin.save()
    return world.lin


def rooms(world):
    return f"{world.building1.pk}:502", f"{world.building2.pk}:402"


def test_who_sleeps_elsewhere_is_expected_there_and_only_there(world, away):
    people = expected(world)
    home, there = rooms(world)
    assert (people[home], people[there]) == (["林国强", "林朵"], ["吴远", "吴近", "林小雨"])
    assert sum(row.count("林小雨") for row in people.values()) == 1


def test_a_round_of_one_building_expects_only_who_sleeps_there(world, away):
    home, there = rooms(world)
    assert expected(world, buildings=[world.building1])[home] == ["林国强", "林朵"]
    assert expected(world, buildings=[world.building2])[there] == ["吴远", "吴近", "林小雨"]


@pytest.mark.parametrize("why", ["moved out", "away", "vacant"])
def test_where_no_household_lives_there_any_more_nobody_is_lost(world, away, why):
    changes = {"moved_out_on": "2022-04-01"} if why == "moved out" else {"occupancy": why}
    Household.objects.filter(pk=world.far_home.pk).update(**changes)
    home, there = rooms(world)
    people = expected(world)
    assert people[home] == ["林小雨", "林国强", "林朵"]
    assert there not in people


def test_a_guest_in_hospital_is_not_expected_anywhere(world, away):
    Resident.objects.filter(pk=away.pk).update(whereabouts="hospital")
    assert "林小雨" not in str(expected(world))


def test_a_household_all_of_whom_sleep_elsewhere_has_no_visit(world):
    Resident.objects.filter(household=world.lin_home).update(stays_at=world.far_home.door)
    home, there = rooms(world)
    people = expected(world)
    assert home not in people
    assert len(people[there]) == 5


def test_told_counts_are_of_all_who_are_listed(world, away):
    Household.objects.filter(pk=world.lin_home.pk).update(told_count=4)
    Household.objects.filter(pk=world.far_home.pk).update(told_count=3)
    home, there = rooms(world)
    people = expected(world)
    assert (people[home], people[there]) == (["林国强", "林朵", None], ["吴远", "吴近", "林小雨"])


def test_without_guests_nothing_is_different(world):
    assert expected_people(world.lin_home, list(world.lin_home.residents.all())) == list(world.lin_home.residents.all())


def test_a_guest_behind_a_joined_door_is_counted_with_its_household(world):
    doors = {door.room: door for door in world.building2.doors.all()}
    doors["401"].joined_to = doors["402"]
    doors["401"].save()
    Resident.objects.filter(pk=world.lin.pk).update(stays_at=doors["401"])
    assert expected(world)[rooms(world)[1]] == ["吴远", "吴近", "林小雨"]


def test_the_pages_count_each_once_too(world, away):
    summaries = summarise([world.building1, world.building2])
    assert [summary.people for summary in summaries] == [2 + 1 + 3, 3]
    names = {line.door.room: home.names for line in lines_of(world.building2, names=True) for home in line.homes}
    assert names["402"] == ["吴远", "吴近", "林小雨"]
    assert guests_of([world.building2]).gone == {away.pk}


def test_both_households_show_it(world, steward, away):
    page = steward.get(at("household", world.lin_home.pk)).content.decode()
    assert "2号楼 402" in page
    page = steward.get(at("household", world.far_home.pk)).content.decode()
    assert "林小雨" in page
    assert "1号楼 502" in page


@pytest.mark.parametrize("text", ["2-402", "2号楼 402", "2号楼402室"])
def test_a_door_is_written_as_people_say_it(world, steward, text):
    assert steward.post(at("resident_edit", world.lin.pk), form_of(stays_at_room=text)).status_code == 302
    world.lin.refresh_from_db()
    assert world.lin.stays_at == world.far_home.door
    assert 'value="2号楼 402"' in steward.get(at("resident_edit", world.lin.pk)).content.decode()
    assert steward.post(at("resident_edit", world.lin.pk), form_of(stays_at_room="")).status_code == 302
    world.lin.refresh_from_db()
    assert world.lin.stays_at is None


@pytest.mark.parametrize("text", ["9-402", "402x", "502", "1-502", "2-101", "1-303", "x" * 41, "%"])
def test_a_door_that_is_not_one_is_refused_with_what_was_typed(world, steward, text):
    answer = steward.post(at("resident_edit", world.lin.pk), form_of(stays_at_room=text))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["stays_at_room"])
    assert answer.context["form"]["stays_at_room"].value() == text
    world.lin.refresh_from_db()
    assert world.lin.stays_at is None


def test_a_lead_names_only_doors_they_see_and_keeps_what_others_wrote(world, client, away):
    client.force_login(world.zhao)
    assert client.post(at("resident_edit", world.lin.pk), form_of(stays_at_room="2号楼 402")).status_code == 302
    assert client.post(at("resident_edit", world.lin.pk), form_of(stays_at_room="2-401")).status_code == 422
    away.refresh_from_db()
    assert away.stays_at == world.far_home.door


# --- Namesakes, shared numbers, a newborn -------------------------------------------------------------------


def test_two_of_one_name_are_told_apart(world):
    home = move_in(world.building1.doors.get(room="401"), "王明", "王明", "王芳")
    first, second, _third = home.residents.order_by("pk")
    assert told_apart(list(home.residents.order_by("pk")), names=False) == ["王*", "王*", "王*"]
    Resident.objects.filter(pk=second.pk).update(age_band="0-13")
    Resident.objects.filter(pk=first.pk).update(age_band="60-79")
    assert [name.split("（")[0] for name in told_apart(list(home.residents.order_by("pk")), names=True)] == [
        "王明",
        "王明",
        "王芳",
    ]
    (line,) = [line for line in lines_of(world.building1, names=True) if line.door.room == "401"]
    assert len(set(line.homes[0].names)) == 3


@pytest.mark.parametrize("band", ["", "18-59"])
def test_namesakes_without_a_difference_are_numbered(world, band):
    home = move_in(world.building1.doors.get(room="401"), "王明", "王明")
    home.residents.update(age_band=band, is_contact=False)
    shown = told_apart(list(home.residents.order_by("pk")), names=True)
    assert len(set(shown)) == 2
    assert shown[1].endswith("#2）")


def test_a_shared_number_says_by_how_many(world, steward):
    for name in ("林国强", "林朵"):
        person = world.lin_home.residents.get(name=name)
        person.set_phone(world.lin.phone)
        person.save()
    people = steward.get(at("household", world.lin_home.pk)).context["people"]
    assert [person.sharers for person in people] == [3, 3, 3]
    assert "3" in people[0].remarks[-1]
    Resident.objects.filter(name="林朵").update(moved_out_on="2022-04-01")
    people = steward.get(at("household", world.lin_home.pk)).context["people"]
    assert [person.sharers for person in people] == [2, 2]


def test_a_newborn_gets_a_name_later_and_keeps_the_history(world, steward):
    steward.post(at("resident_add", world.lin_home.pk), form_of(name="宝宝", age_band="0-13", is_contact=""))
    baby = Resident.objects.get(name="宝宝")
    steward.post(at("resident_edit", baby.pk), form_of(name="林小满", age_band="0-13", is_contact=""))
    assert "宝宝" in steward.get(at("household", world.lin_home.pk)).content.decode()
    answer = steward.get(at("search"), {"q": "linxiaoman"})
    assert [row.household for row in answer.context["result"].rows] == [world.lin_home]
