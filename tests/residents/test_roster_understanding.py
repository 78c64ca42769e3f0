"""Rows -> households: a row a household or a row a person, merged cells, missing buildings and entrances."""

import re
from pathlib import Path

import pytest

from residents.roster.reading import read_roster
from residents.roster.understanding import understand
from tests.rosters import make
from tests.rosters.make import csv_bytes, workbook_bytes

REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
SHAPES = {
    "tower": ("roster_tower.xlsx", {"doors": 52, "lived_in": 48, "vacant": 4, "told": 118, "people": 48}),
    "estate": ("roster_estate_gb18030.csv", {"doors": 514, "lived_in": 514, "vacant": 0, "told": 0, "people": 1481}),
    "large": ("roster_large.xlsx", {"doors": 3000, "lived_in": 3000, "vacant": 0, "told": 8287, "people": 8287}),
}


def look_at(rows, **context):
    return understand(read_roster(csv_bytes(rows), "a.csv"), **context)


def codes(home):
    return [note["code"] for note in home.notes]


def sums(understood):
    vacant = sum(home.occupancy == "vacant" for home in understood.homes)
    return {
        "doors": len(understood.homes),
        "lived_in": len(understood.homes) - vacant,
        "vacant": vacant,
        "told": sum(home.told_count or 0 for home in understood.homes),
        "people": sum(len(home.people) for home in understood.homes),
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_made_roster_has_the_counts_of_the_real_one(shape):
    file_name, expected = SHAPES[shape]
    understood = understand(read_roster(getattr(make, shape)(), file_name))
    assert (sums(understood), understood.left) == (expected, [])


@pytest.mark.rosters
@pytest.mark.parametrize("shape", SHAPES)
def test_real_roster_has_its_counts(shape):
    file_name, expected = SHAPES[shape]
    understood = understand(read_roster((REAL / file_name).read_bytes(), file_name))
    assert (sums(understood), understood.left) == (expected, [])


def test_tower_is_read_through_its_title_merged_cells_and_totals():
    understood = understand(read_roster(make.tower(), "a.xlsx"))
    assert {home.building_name for home in understood.homes} == {"1号楼"}
    assert sorted({home.floor for home in understood.homes}) == list(range(1, 27))
    assert {home.place for home in understood.homes} == {1, 2}
    assert all(re.fullmatch("1[3-9][0-9]{9}", p.phone) for home in understood.homes for p in home.people)
    assert {"code": "totals_skipped", "count": 1} in understood.findings
    assert {"code": "filled_down", "count": 77} in understood.findings
    needs = {home.room: list(home.people[0].needs) for home in understood.homes if home.people and home.people[0].needs}
    assert needs == {
        "2102": ["lives_alone"],
        "2002": ["lives_alone"],
        "0801": ["has_medical_trips"],
        "0401": ["has_medical_trips"],
    }


def test_rows_of_one_door_come_together():
    understood = look_at(
        [
            ["室号", "姓名", "与户主关系", "手机"],
            ["1号101室", "王父", "父亲", ""],
            ["1号101室", "王明", "户主", "13800138000"],
            ["1号102室", "李四", "租客", ""],
            ["1号0101", "王女", "子女", ""],
        ]
    )
    first, second = understood.homes
    assert [(person.name, person.is_contact) for person in first.people] == [
        ("王父", False),
        ("王明", True),
        ("王女", False),
    ]
    assert (first.occupancy, first.first_row, first.last_row, codes(first)) == ("owner", 2, 5, ["rows_apart"])
    assert (second.occupancy, second.people[0].is_contact) == ("tenant", True)


def test_two_of_one_name_are_both_kept_and_noted():
    [home] = look_at([["室号", "姓名"], ["1号101室", "王明"], ["1号101室", "王明"]]).homes
    assert [person.name for person in home.people] == ["王明", "王明"]
    assert home.notes == [{"code": "same_name", "name": "王*"}]


def test_fewer_told_than_named_is_noted_and_different_numbers_are_asked_about():
    low, differ = look_at(
        [
            ["室号", "姓名", "人数"],
            ["1号101室", "王明", "1"],
            ["1号101室", "王女", ""],
            ["1号102室", "李四", "2"],
            ["1号102室", "李五", "3"],
        ]
    ).homes
    assert low.notes == [{"code": "count_low", "told": 1, "named": 2}]
    assert (low.ask, differ.ask) == ("", "counts_differ")


def test_blank_building_goes_on_from_above_and_so_does_its_entrance():
    understood = look_at(
        [
            ["楼号", "单元", "室号", "姓名"],
            ["1号", "1单元", "101", "甲"],
            ["", "", "102", "乙"],
            ["", "2单元", "101", "丙"],
            ["", "", "102", "丁"],
            ["2号", "", "101", "戊"],
        ]
    )
    assert [(home.building, home.entrance, home.key) for home in understood.homes] == [
        ("1", "1", "101"),
        ("1", "1", "102"),
        ("1", "2", "101"),
        ("1", "2", "102"),
        ("2", "", "101"),
    ]


def test_merged_room_of_several_people_is_one_household():
    rows = [["楼号", "室号", "姓名"], ["1号", "101", "甲"], [None, None, "乙"], [None, None, "丙"], [None, "102", "丁"]]
    content = workbook_bytes(("A", rows), merges={"A": ["A2:A5", "B2:B4"]})
    homes = understand(read_roster(content, "a.xlsx")).homes
    assert [(home.key, [person.name for person in home.people]) for home in homes] == [
        ("101", ["甲", "乙", "丙"]),
        ("102", ["丁"]),
    ]


def test_sheet_named_like_a_building_is_the_building_of_its_rooms():
    rows = [["房号", "姓名"], ["101", "甲"]]
    understood = understand(read_roster(workbook_bytes(("1号楼", rows), ("2栋", rows), ("说明", [["x"]])), "a.xlsx"))
    assert [(home.building, home.building_name) for home in understood.homes] == [("1", "1号楼"), ("2", "2栋")]
    assert {"code": "sheet_without_header", "sheet": "说明"} in understood.findings


def test_only_building_of_the_compound_stands_in_when_none_is_named():
    understood = look_at([["房号", "姓名"], ["101", "甲"]], only_building=("7", "七号楼"))
    assert [(home.building, home.building_name) for home in understood.homes] == [("7", "七号楼")]
    assert understood.findings[-1] == {"code": "building_only_one", "building": "七号楼"}


def test_dash_is_the_building_or_the_entrance_as_the_whole_list_says():
    as_entrance = look_at([["楼号", "室号", "姓名"], ["3", "3-301", "甲"], ["3", "1-301", "乙"]]).homes
    as_building = look_at([["楼号", "室号", "姓名"], ["3", "3-301", "甲"], ["3", "3-302", "乙"]]).homes
    alone = look_at([["室号", "姓名"], ["3-301", "甲"]]).homes
    assert [(home.building, home.entrance) for home in as_entrance] == [("3", "3"), ("3", "1")]
    assert [(home.building, home.entrance) for home in as_building] == [("3", ""), ("3", "")]
    assert [(home.building, home.entrance, home.key) for home in alone] == [("3", "", "301")]


def test_rows_that_cannot_be_understood_are_left_with_their_column():
    understood = look_at(
        [
            ["楼号", "室号", "姓名", "电话", "人数"],
            ["1号", "101", "甲", "", "1"],
            ["1号", "2号301", "乙", "", ""],
            ["1号", "", "丙", "13800138000", ""],
            ["1号", "103", "字" * 51, "", ""],
            ["1号", "104", "丁", "", "-1"],
            ["1号", "999999", "戊", "", ""],
            ["1号", "105", "己", "13800138000 13900139000", ""],
            ["制表人"],
        ]
    )
    assert [(row.row, row.code, row.column, row.ask) for row in understood.left] == [
        (3, "buildings_differ", "A", True),
        (4, "no_room", "B", False),
        (5, "name_too_long", "C", False),
        (6, "count", "E", False),
        (7, "floor", "B", True),
    ]
    assert [person.phones for person in understood.homes[-1].people] == [["13800138000", "13900139000"]]
    assert [home.key for home in understood.homes] == ["101", "105"]
    assert {"code": "totals_skipped", "count": 1} in understood.findings


def test_vacant_doors_are_households_too():
    homes = look_at(
        [
            ["楼号", "室号", "姓名", "人数", "状态"],
            ["1", "101", "", "0", "空关"],
            ["1", "102", "空置", "", ""],
            ["1", "103", "", "0", ""],
            ["1", "104", "", "", ""],
        ]
    ).homes
    assert [(home.occupancy, codes(home)) for home in homes] == [
        ("vacant", []),
        ("vacant", ["name_says_vacant"]),
        ("vacant", []),
        ("", ["nobody_named"]),
    ]


def test_words_of_a_remark_are_nowhere_but_its_flags():
    understood = look_at([["楼号", "室号", "姓名", "备注"], ["1", "101", "甲", "尿毒症透析，精神疾病史"]])
    assert understood.homes[0].people[0].needs == ("has_medical_trips",)
    assert "精神" not in repr(understood)


def test_birth_dates_are_not_kept_as_an_age():
    [home] = look_at([["楼号", "室号", "姓名", "年龄"], ["1", "101", "甲", "1988-07-01"]]).homes
    assert (home.people[0].age_band, codes(home)) == ("", ["age_unclear"])
