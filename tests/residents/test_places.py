import pytest
from django.urls import reverse

from residents.models import Building, Compound, Door, Household, RoleGrant
from residents.occupancy import lines_of, occupancy_cells, summarise
from residents.services import MOST_DOORS, BuildingError, add_building
from tests.world import CANARY, grant, make_building, make_user, move_in

NEW_BUILDING = {
    "name": "12号楼",
    "code": "012",
    "entrance_count": 2,
    "floor_count": 5,
    "missing_floors": "4, 13",
    "doors_per_floor": 2,
    "lift_count": 1,
}


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


# --- Compounds ----------------------------------------------------------------------------------------------


def test_somebody_with_one_compound_goes_straight_to_it(world, client):
    client.force_login(world.chen)
    answer = client.get(at("compounds"))
    assert (answer.status_code, answer.url) == (302, world.jiamu.get_absolute_url())


def test_an_officer_of_two_compounds_chooses(world, client):
    grant(world.qian, RoleGrant.Role.OFFICER, world.hexin)
    client.force_login(world.qian)
    assert set(client.get(at("compounds")).context["compounds"]) == {world.jiamu, world.hexin}


def test_somebody_without_a_role_has_no_compound(world, client):
    client.force_login(world.wei.user)
    answer = client.get(at("compounds"))
    assert (answer.status_code, answer.context["compounds"]) == (200, [])


def test_a_compound_shows_its_buildings_with_counts(world, client):
    client.force_login(world.chen)
    answer = client.get(at("compound", world.jiamu.pk))
    counted = {
        s.building: (s.doors, s.lived_in, s.vacant, s.unlisted, s.people, s.elders, s.alone)
        for s in answer.context["summaries"]
    }
    assert counted == {world.building1: (10, 3, 1, 6, 7, 1, 1), world.building2: (10, 1, 0, 9, 2, 0, 0)}
    assert answer.context["totals"]["people"] == 9
    assert CANARY not in answer.content.decode()


def test_a_lead_sees_only_their_own_building(world, client):
    client.force_login(world.zhao)
    answer = client.get(at("compound", world.jiamu.pk))
    assert [s.building for s in answer.context["summaries"]] == [world.building1]
    assert (answer.context["can_keep"], answer.context["can_see_volunteers"]) == (False, False)


def test_who_has_moved_out_is_not_counted(world):
    world.lin_home.residents.update(moved_out_on="2022-04-01")
    Household.objects.filter(pk=world.elder_home.pk).update(moved_out_on="2022-04-01")
    (summary,) = summarise([world.building1])
    assert (summary.lived_in, summary.people, summary.unlisted) == (2, 3, 7)


def test_a_door_is_counted_once_and_lit_once_however_many_live_behind_it(world):
    move_in(world.lin_home.door, "租客甲", occupancy="tenant")
    (summary,) = summarise([world.building1])
    assert (summary.doors, summary.lived_in) == (10, 4)
    assert (len(summary.windows["lit"]), len(summary.windows["dark"])) == (3, 7)
    assert summary.silhouette["lit"].count("M") == 3


def test_an_empty_compound_teaches_the_first_step(world, client):
    place = Compound.objects.create(name="新苑")
    grant(world.chen, RoleGrant.Role.STEWARD, place)
    client.force_login(world.chen)
    assert at("roster_upload", place.pk) in client.get(at("compound", place.pk)).content.decode()


@pytest.mark.parametrize("building_count", [2, 20])
def test_the_compound_page_needs_nine_statements(world, client, django_assert_num_queries, building_count):
    for number in range(3, building_count + 1):
        building = make_building(world.jiamu, str(number))
        move_in(building.doors.first(), "甲", "乙")
    client.force_login(world.chen)
    with django_assert_num_queries(9):
        client.get(at("compound", world.jiamu.pk))


# --- A building ---------------------------------------------------------------------------------------------


def test_a_building_shows_every_door_from_the_top(world, client):
    client.force_login(world.zhao)
    answer = client.get(at("building", world.building1.pk))
    assert [line.door.room for line in answer.context["lines"]] == [
        "501", "502", "401", "402", "301", "302", "201", "202", "101", "102",
    ]  # fmt: skip
    assert (answer.context["home_count"], answer.context["people_count"], answer.context["help_count"]) == (4, 7, 1)


def test_cells_say_what_is_behind_a_door(world):
    cells = {c.room: (c.css, c.letter) for c in occupancy_cells(lines_of(world.building1, names=True), may_add=True)}
    assert (cells["502"], cells["101"][0], cells["301"][0], cells["102"]) == (
        ("o-home", "3"),
        "o-vacant",
        "o-need",
        ("o-cleared", "?"),
    )


def test_an_officer_sees_masked_names_only(world, client):
    client.force_login(world.qian)
    page = client.get(at("building", world.building1.pk)).content.decode()
    assert "林*" in page
    assert "林小雨" not in page
    assert "301阿婆" not in page


def test_nobody_adds_a_household_where_they_may_only_look(world, client):
    client.force_login(world.qian)
    page = client.get(at("building", world.building1.pk)).content.decode()
    assert "/households/add/" not in page


@pytest.mark.parametrize("doors", [2, 20])
def test_the_building_page_needs_nine_statements(world, client, django_assert_num_queries, doors):
    building = make_building(world.jiamu, "9", floors=5, doors=doors)
    for door in building.doors.all():
        move_in(door, "甲", "乙")
    client.force_login(world.chen)
    with django_assert_num_queries(9):
        client.get(at("building", building.pk))


# --- Adding and changing one --------------------------------------------------------------------------------


def test_a_steward_draws_a_building_with_all_its_doors(world, client):
    client.force_login(world.chen)
    answer = client.post(at("building_add", world.jiamu.pk), NEW_BUILDING)
    building = Building.objects.get(compound=world.jiamu, code="12")
    assert (answer.status_code, answer.url) == (302, building.get_absolute_url())
    assert (building.name, building.position) == ("12号楼", 12)
    doors = {(d.entrance, d.floor, d.position, d.room, d.key) for d in building.doors.all()}
    assert len(doors) == 2 * 4 * 2
    assert ("2", 5, 2, "502", "502") in doors
    assert {floor for _e, floor, *_rest in doors} == {1, 2, 3, 5}


def test_one_entrance_has_no_name(world):
    building = add_building(compound=world.jiamu, name="7号楼", code="7", floor_count=2, doors_per_floor=1)
    assert {door.full_room for door in building.doors.all()} == {"101", "201"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "1"}, "__all__"),
        ({"code": "０１"}, "__all__"),
        ({"code": "12/3"}, "code"),
        ({"name": "   "}, "name"),
        ({"floor_count": 0}, "floor_count"),
        ({"floor_count": "five"}, "floor_count"),
        ({"doors_per_floor": 41}, "doors_per_floor"),
        ({"missing_floors": "four"}, "missing_floors"),
        ({"floor_count": 2, "missing_floors": "1 2"}, "__all__"),
        ({"entrance_count": 30, "floor_count": 60, "doors_per_floor": 4}, "__all__"),
    ],
)
def test_a_building_that_cannot_be_is_refused_with_a_sentence(world, client, changes, field):
    client.force_login(world.chen)
    before = (Building.objects.count(), Door.objects.count())
    answer = client.post(at("building_add", world.jiamu.pk), NEW_BUILDING | changes)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["lift_count"].value() == "1"
    assert (Building.objects.count(), Door.objects.count()) == before


def test_the_limit_on_doors_is_in_the_service(world):
    with pytest.raises(BuildingError, match=str(MOST_DOORS)):
        add_building(compound=world.jiamu, name="x", code="x", floor_count=120, doors_per_floor=40)


def test_a_building_is_renamed_and_the_change_is_on_record(world, client):
    client.force_login(world.chen)
    answer = client.post(
        at("building_edit", world.building1.pk), {"name": " 1号  楼A座 ", "code": "1A", "position": 3, "lift_count": 2}
    )
    world.building1.refresh_from_db()
    assert (answer.status_code, world.building1.name, world.building1.code) == (302, "1号 楼A座", "1A")
    assert world.building1.history.first().history_user == world.chen


def test_two_buildings_cannot_have_one_code(world, client):
    client.force_login(world.chen)
    data = {"name": "一号", "code": "02", "position": 1, "lift_count": 1}
    answer = client.post(at("building_edit", world.building1.pk), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["code"])
    assert answer.context["form"]["name"].value() == "一号"
    world.building1.refresh_from_db()
    assert world.building1.code == "1"


# --- Who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("chen", (200, 200, 200, 200)),
        ("zhao", (200, 200, 403, 403)),
        ("qian", (200, 200, 403, 403)),
        ("sun", (404, 404, 404, 404)),
    ],
)
def test_places_answer_by_role(world, client, who, statuses):
    client.force_login(getattr(world, who))
    pages = [
        at("compound", world.jiamu.pk),
        at("building", world.building1.pk),
        at("building_add", world.jiamu.pk),
        at("building_edit", world.building1.pk),
    ]
    assert tuple(client.get(page).status_code for page in pages) == statuses


def test_another_building_is_not_there_for_a_lead(world, client):
    client.force_login(world.zhao)
    answers = [client.get(at(name, world.building2.pk)).status_code for name in ("building", "building_edit")]
    assert answers == [404, 404]


def test_a_volunteer_and_a_stranger_find_nothing(world, client):
    for user in (world.wei.user, make_user("stranger", "路人")):
        client.force_login(user)
        assert client.get(at("compound", world.jiamu.pk)).status_code == 404
        assert client.get(at("building", world.building1.pk)).status_code == 404


def test_logged_out_goes_to_the_login(world, client):
    for name, pk in (("compounds", None), ("compound", world.jiamu.pk), ("building_add", world.jiamu.pk)):
        assert client.get(at(name, *([pk] if pk else []))).status_code == 302


def test_pages_that_only_show_cannot_be_posted_to(world, client):
    client.force_login(world.chen)
    for address in (at("compounds"), at("compound", world.jiamu.pk), at("building", world.building1.pk), at("search")):
        assert client.post(address).status_code == 405
