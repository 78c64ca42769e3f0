"""What one cell says: rooms, buildings, phones, ages, remarks."""

import pytest

from residents.roster import cells
from residents.roster.cells import CellError


@pytest.mark.parametrize(
    ("text", "building", "entrance", "room", "key", "floor", "place"),
    [
        ("2601", "", "", "2601", "2601", 26, 1),
        ("0302", "", "", "0302", "302", 3, 2),
        ("'0301", "", "", "0301", "301", 3, 1),
        ("12号502室", "12", "", "502", "502", 5, 2),
        ("１号１０１室", "1", "", "101", "101", 1, 1),
        ("1号楼 1单元 301", "1", "1", "301", "301", 3, 1),
        ("3栋2单元301室", "3", "2", "301", "301", 3, 1),
        ("3-2-301", "3", "2", "301", "301", 3, 1),
        ("３－２－３０１", "3", "2", "301", "301", 3, 1),
        ("3—2—301", "3", "2", "301", "301", 3, 1),
        ("3幢-2单元-301", "3", "2", "301", "301", 3, 1),
        ("二号楼三单元502", "2", "3", "502", "502", 5, 2),
        ("A栋1001", "A", "", "1001", "1001", 10, 1),
        ("牡丹苑3号楼502室", "牡丹苑3", "", "502", "502", 5, 2),
        ("3单元101", "", "3", "101", "101", 1, 1),
        ("B1", "", "", "B1", "B1", -1, 1),
        ("301A", "", "", "301A", "301A", 3, 1),
        ("301a", "", "", "301A", "301A", 3, 1),
        ("顶楼东", "", "", "顶楼东", "顶楼东", None, 1),
        ("\u3000301\u00a0", "", "", "301", "301", 3, 1),
        ("501号", "", "", "501", "501", 5, 1),
        ("12", "", "", "12", "12", 1, 12),
    ],
)
def test_room_is_understood(text, building, entrance, room, key, floor, place):
    parts = cells.read_room(text)
    assert (parts.building, parts.entrance, parts.room, parts.key) == (building, entrance, room, key)
    assert cells.floor_and_place(parts.key) == (floor, place)


@pytest.mark.parametrize("text", ["1.5", "3-1-2-4", "=1+1", "?", "1" * 21, "室", "<b>101</b>", "--"])
def test_room_that_is_unclear_is_asked_about(text):
    if text == "室":
        assert cells.read_room(text).room == "室"
        return
    with pytest.raises(CellError) as caught:
        cells.read_room(text)
    assert (caught.value.code, caught.value.ask) == ("room_unclear", True)


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("1", "1", "1号楼"),
        ("1号", "1", "1号楼"),
        ("１号", "1", "1号楼"),
        ("1号楼", "1", "1号楼"),
        ("01号楼", "1", "01号楼"),
        ("1栋", "1", "1栋"),
        ("1幢", "1", "1幢"),
        ("#5", "5", "5号楼"),
        ("十二号楼", "12", "十二号楼"),
        ("A座", "A", "A座"),
        ("牡丹苑", "牡丹苑", "牡丹苑"),
    ],
)
def test_building_is_understood(text, code, name):
    assert cells.building_code(text) == code
    assert cells.building_name(text, code) == name


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("151-9528-0004", "15195280004"),
        ("+86 138-0013-8000", "13800138000"),
        ("021-61234567", "02161234567"),
        ("(021)6123 4567", "02161234567"),
        ("+852 9123 4567", "+85291234567"),
        ("\u200b13800138000\ufeff", "13800138000"),
        ("", ""),
    ],
)
def test_phone_is_understood(text, number):
    assert cells.read_phone(text) == (number, False)


@pytest.mark.parametrize("text", ["无", "同上", "拒绝", "拒绝提供", "/"])
def test_words_instead_of_a_phone_mean_none(text):
    assert cells.read_phone(text) == ("", True)


@pytest.mark.parametrize(
    "text", ["12800000000", "1380013800", "138001380001", "1.38E+10", "١٣٨٠٠١٣٨٠٠٠", "问邻居", "13800138000.5", "+86"]
)
def test_what_is_no_phone_is_refused(text):
    with pytest.raises(CellError) as caught:
        cells.read_phone(text)
    assert (caught.value.code, caught.value.ask) == ("phone", False)


@pytest.mark.parametrize("mark", ["/", "、", " ", "；", ",", "\n"])
def test_two_phones_are_asked_about(mark):
    with pytest.raises(CellError) as caught:
        cells.read_phone(f"13800138000{mark}13900139000")
    assert (caught.value.code, caught.value.ask) == ("two_phones", True)


@pytest.mark.parametrize(
    ("text", "name", "cleaned"),
    [
        ("王明", "王明", False),
        ("　王 明　", "王 明", False),
        ("王\u202e明", "王明", True),
        ("王" + "\u200b" * 84 + "明", "王明", True),
        ("\ufeff王明", "王明", True),
        ("阿卜杜热合曼·买买提", "阿卜杜热合曼·买买提", False),
        ("\uf9dc", "\uf9dc", False),
        ("字" * 50, "字" * 50, False),
    ],
)
def test_name_is_kept_as_typed_without_invisible_characters(text, name, cleaned):
    assert cells.read_name(text) == (name, cleaned)


def test_name_of_51_characters_is_refused():
    with pytest.raises(CellError, match="name_too_long"):
        cells.read_name("字" * 51)


def test_names_are_compared_with_one_kind_of_dot():
    assert len({cells.name_key(f"阿里{dot}买买提") for dot in "·•・‧"}) == 1


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("0-13", "0-13"),
        ("14－17", "14-17"),
        ("18~59岁", "18-59"),
        ("60至79", "60-79"),
        ("80以上", "80+"),
        ("80岁以上", "80+"),
        ("80岁及以上", "80+"),
        ("85+", "80+"),
        ("83", "80+"),
        ("13岁", "0-13"),
        ("65周岁", "60-79"),
        ("60以上", None),
        ("1988-07-01", None),
        ("131", None),
        ("老", None),
    ],
)
def test_age_is_a_band_or_not_understood(text, band):
    assert cells.read_age(text) == band


@pytest.mark.parametrize(
    ("text", "needs", "band"),
    [
        ("孤老，需电话关怀", ["lives_alone"], ""),
        ("80岁以上独居", ["lives_alone"], "80+"),
        ("透析，每周二四六", ["has_medical_trips"], ""),
        ("孕妇", ["has_medical_trips"], ""),
        ("卧床，耳背，没有智能机", ["needs_home_visit", "needs_gentle_knock", "has_no_phone"], ""),
        ("非独居", [], ""),
        ("60岁以上", [], ""),
        ("宠物狗一只", [], ""),
    ],
)
def test_remark_becomes_flags_and_nothing_else(text, needs, band):
    assert cells.read_remark(text) == (tuple(needs), band)


@pytest.mark.parametrize(("text", "count"), [("3", 3), ("3人", 3), ("０", 0), ("十二", 12), ("", None), ("99", 99)])
def test_count_is_a_small_number(text, count):
    assert cells.read_count(text) == count


@pytest.mark.parametrize("text", ["-1", "2.5", "100", "1e9", "NaN", "三四个", "٣"])
def test_count_that_is_none_is_refused(text):
    with pytest.raises(CellError, match="count"):
        cells.read_count(text)


@pytest.mark.parametrize(
    ("text", "occupancy"),
    [
        ("业主自住", "owner"),
        ("自住", "owner"),
        ("租客", "tenant"),
        ("出租", "tenant"),
        ("空关", "vacant"),
        ("空置", "vacant"),
        ("？", None),
    ],
)
def test_occupancy_is_understood(text, occupancy):
    assert cells.read_occupancy(text) == occupancy


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("在外地", "away"),
        ("否", "away"),
        ("外出", "away"),
        ("住院", "hospital"),
        ("是", "home"),
        ("在沪", "home"),
        ("?", None),
    ],
)
def test_whereabouts_are_understood(text, where):
    assert cells.read_whereabouts(text) == where


@pytest.mark.parametrize(
    ("text", "floor"), [("26F", 26), ("26层", 26), ("B1", -1), ("-1", -1), ("一层", 1), ("东", None)]
)
def test_floor_is_understood(text, floor):
    assert cells.read_floor(text) == floor
