import pytest
from django.urls import reverse

from residents.models import Household, Resident
from residents.search import LONGEST, MOST, clean_query, search
from residents.services import add_building, save_resident
from tests.world import CANARY, make_building, make_user, move_in

ADDRESS = reverse("residents:search")


def rooms(user, text):
    return [str(row.door) for row in search(user=user, query=clean_query(text)).rows]


@pytest.fixture
def estate(world):
    """12号楼 with two entrances beside the cast's buildings."""
    return add_building(
        compound=world.jiamu, name="12号楼", code="12", entrance_count=2, floor_count=5, doors_per_floor=2
    )


@pytest.mark.parametrize("text", ["502", "0502", " 502室 ", "５０２"])
def test_a_room_is_found_in_every_building(world, estate, text):
    assert rooms(world.chen, text) == ["1号楼 502", "2号楼 502", "12号楼 1-502", "12号楼 2-502"]


@pytest.mark.parametrize(
    "text", ["12号1-502", "12-1-502", "12号楼 1单元 502", "12号楼1单元502室", "12 1 502", "12栋1-502", "012—1—0502"]
)
def test_a_room_is_found_in_one_entrance(world, estate, text):
    assert rooms(world.chen, text) == ["12号楼 1-502"]


@pytest.mark.parametrize("text", ["2-502", "2号502", "2号楼502室", "2号楼 502"])
def test_one_number_before_the_room_may_be_a_building_or_an_entrance(world, estate, text):
    assert rooms(world.chen, text) == ["2号楼 502", "12号楼 2-502"]


def test_a_name_is_found_by_a_part_of_it(world):
    result = search(user=world.chen, query="小雨")
    assert [(row.household, row.names) for row in result.rows] == [(world.lin_home, ["林小雨", "林国强", "林朵"])]


def test_who_was_searched_for_is_named_first(world):
    for number in range(3):
        Resident.objects.create(household=world.lin_home, name=f"林{number}")
    (row,) = search(user=world.chen, query="林2").rows
    assert row.names == ["林2", "林小雨", "林国强", "…"]


def test_namesakes_are_told_apart(world):
    move_in(world.building1.doors.get(room="401"), "王明", "王明").residents.update(age_band="18-59")
    names = search(user=world.chen, query="王明").rows[0].names
    assert len(set(names)) == 2
    assert search(user=world.qian, query="401").rows[0].names == ["王*", "王*"]


def test_who_moved_out_is_not_found(world):
    world.lin_home.residents.filter(name="林小雨").update(moved_out_on="2022-04-01")
    assert rooms(world.chen, "小雨") == []
    Household.objects.filter(pk=world.elder_home.pk).update(moved_out_on="2022-04-01")
    (row, _other) = search(user=world.chen, query="301").rows
    assert (row.household, row.names) == (None, [])


def test_each_household_behind_a_door_is_a_line(world):
    other = move_in(world.lin_home.door, "租客甲", occupancy="tenant")
    assert [row.household for row in search(user=world.zhao, query="502").rows] == [world.lin_home, other]


def test_a_lead_finds_only_their_own_building(world):
    assert rooms(world.zhao, "502") == ["1号楼 502"]
    assert rooms(world.zhao, "吴远") == []


def test_an_officer_finds_rooms_with_masked_names_and_no_names(world):
    (row, _other) = search(user=world.qian, query="502").rows
    assert row.names == ["林*", "林*", "林*"]
    assert rooms(world.qian, "林小雨") == []


# --- By sound and by number ---------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["lxy", "LXY", "lx", "linxiaoyu", "linxiao", "lin xiaoyu", "xiaoyu", "línxiǎoyǔ"])
def test_a_name_is_found_by_its_sound(world, text):
    assert rooms(world.chen, text) == ["1号楼 502"]


@pytest.mark.parametrize("text", ["inxiaoyu", "yu lin", "xy l", "linxiaoyun"])
def test_a_sound_is_found_from_its_beginning_only(world, text):
    assert rooms(world.chen, text) == []


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("单小满", ["shanxiaoman", "danxiaoman", "sxm", "dxm"]),
        ("曾可", ["zengke", "cengke"]),
        ("仇一", ["qiuyi", "chouyi"]),
        ("解放", ["xiefang", "jiefang"]),
        ("区平", ["ouping", "quping"]),
        ("查理", ["zhali", "chali"]),
        ("翟明", ["zhaiming", "diming"]),
        ("尉迟恭", ["yuchigong", "weichigong", "ycg", "gong"]),
        ("吕布", ["lvbu", "lubu", "lübu"]),
        ("302 阿婆", ["apo", "ap"]),
        ("Anna Müller", ["annamuller", "anna mul", "am", "Müller"]),
        ("阿卜杜拉·买买提", ["abodula", "abdlmmt"]),
    ],
)
def test_every_reading_finds_the_name(world, name, readings):
    home = move_in(world.building1.doors.get(room="401"), name)
    for text in readings:
        assert home in [row.household for row in search(user=world.chen, query=clean_query(text)).rows], text


def test_a_corrected_name_is_found_by_its_new_sound_alone(world):
    world.lin.name = "林朵朵"
    world.lin.save()
    assert rooms(world.chen, "linduoduo") == ["1号楼 502"]
    assert rooms(world.chen, "linxiaoyu") == []


def test_a_number_is_found_by_its_last_four_or_as_a_whole(world):
    save_resident(resident=world.lin, phone="13800138642")
    for text in ("8642", "13800138642", "+86 138-0013-8642"):
        assert rooms(world.chen, text) == ["1号楼 502"], text
    for text in ("864", "38642", "1380013", "0138"):
        assert rooms(world.chen, text) == [], text
    assert "8642" not in world.lin.phone_end_index


def test_an_officer_and_a_lead_beside_find_nobody_by_sound_or_number(world):
    save_resident(resident=world.lin, phone="13800138642")
    person = world.far_home.residents.first()
    save_resident(resident=person, phone="13800138643")
    for text in ("lxy", "8642", "13800138642"):
        assert rooms(world.qian, text) == [], text
    for text in ("wuyuan", "8643"):
        assert rooms(world.zhao, text) == [], text


def test_a_joined_door_is_found_as_the_door_it_is_joined_to(world):
    doors = {door.room: door for door in world.building1.doors.all()}
    doors["501"].joined_to = doors["502"]
    doors["501"].save()
    for text in ("501", "1-501"):
        assert rooms(world.zhao, text) == ["1号楼 502"], text


def test_nothing_of_another_compound_is_found(world):
    assert rooms(world.chen, CANARY) == []
    assert rooms(world.chen, "303") == []
    assert rooms(make_user("stranger", "路人"), "502") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "%",
        "_",
        "\\",
        "'",
        '"',
        "\x00",
        "5\x002",
        "林%",
        "a" * 10_000,
        "-" * 500,
        "١٢",
        "号楼",
        "<b>",
        "1-2-3-4",
    ],
)
def test_odd_words_find_nothing_and_break_nothing(world, client, text):
    client.force_login(world.chen)
    answer = client.get(ADDRESS, {"q": text})
    assert (answer.status_code, answer.context["result"].rows) == (200, [])
    assert len(answer.context["query"]) <= LONGEST
    assert b"<b></b>" not in answer.content


def test_a_page_is_capped_and_says_so(world, client):
    for number in range(3, 33):
        building = make_building(world.jiamu, str(number), floors=1)
        for door in building.doors.all():
            move_in(door, "重名")
    client.force_login(world.chen)
    result = client.get(ADDRESS, {"q": "重名"}).context["result"]
    assert (len(result.rows), result.total, result.is_cut) == (MOST, 60, True)


@pytest.mark.parametrize("many", [False, True])
def test_a_search_needs_five_statements(world, client, django_assert_num_queries, many):
    if many:
        for number in range(3, 33):
            move_in(make_building(world.jiamu, str(number)).doors.get(room="502"), "林甲", "林乙")
    client.force_login(world.chen)
    for text in ("502", "林", "lxy", "8000"):
        with django_assert_num_queries(5):
            client.get(ADDRESS, {"q": text})


def test_logged_out_goes_to_the_login(client, db):
    assert client.get(ADDRESS, {"q": "502"}).status_code == 302
