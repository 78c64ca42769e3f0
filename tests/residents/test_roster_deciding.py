"""What only a person can know is asked in the preview, decided line by line, and applied as decided."""

import json

import pytest
from django.urls import reverse

from residents.models import Building, ColumnMapping, Door, Household, Resident
from residents.roster.jobs import queue_roster, submit_roster, work_waiting
from tests.rosters.broken import with_sheet
from tests.rosters.make import csv_bytes
from tests.world import move_in

HEADER = ["楼号", "单元", "室号", "姓名", "电话", "人数", "居住情况"]


@pytest.fixture
def chen(client, world):
    client.force_login(world.chen)
    return client


def upload(world, rows, header=HEADER, content=None, file_name="a.csv"):
    content = content or csv_bytes([header, *rows])
    roster = submit_roster(compound=world.jiamu, file_name=file_name, content=content, by=world.chen)
    work_waiting()
    roster.refresh_from_db()
    return roster


def apply(world, roster):
    queue_roster(roster_import=roster, by=world.chen)
    work_waiting()
    roster.refresh_from_db()
    assert roster.state == "applied", roster.findings
    return roster


def choices(line):
    return [choice["key"] for choice in json.loads(line.payload).get("choices", [])]


def decide(client, line, **data):
    response = client.post(reverse("residents:roster_decide", args=[line.pk]), data, follow=True)
    assert response.status_code == 200
    line.refresh_from_db()
    return [message.level_tag for message in response.context["messages"]]


def two_entrances(world):
    building = Building.objects.create(compound=world.jiamu, name="3号楼", code="3", floor_count=3, entrance_count=2)
    for entrance in ("1", "2"):
        Door.objects.create(building=building, entrance=entrance, floor=3, room="301", key="301")
    return building


def test_which_entrance(chen, world):
    building = two_entrances(world)
    roster = upload(world, [["3", "", "301", "甲", "", "", ""]])
    line = roster.lines.get()
    assert (line.verdict, choices(line)) == ("ask", ["e:1", "e:2"])
    assert decide(chen, line, choice="e:2") == []
    chen.cookies["django_language"] = "en"
    page = chen.get(roster.get_absolute_url(), {"verdict": "ask"}).content.decode()
    assert "1 of 1 decided" in page
    apply(world, roster)
    assert Resident.objects.get(name="甲").household.door == building.doors.get(entrance="2")


def test_which_household_behind_the_door(chen, world):
    other = move_in(world.lin_home.door, "高大")
    roster = upload(world, [["1", "", "502", "高大", "", "4", ""], ["1", "", "301", "301阿婆", "", "1", ""]])
    line = roster.lines.get(verdict="ask")
    assert choices(line) == [f"h:{world.lin_home.pk}", f"h:{other.pk}", "h:0"]
    decide(chen, line, choice=f"h:{other.pk}")
    apply(world, roster)
    other.refresh_from_db()
    assert (other.told_count, Household.objects.filter(door=other.door).count()) == (4, 2)


def test_one_more_household_behind_the_door(chen, world):
    move_in(world.lin_home.door, "高大")
    roster = upload(world, [["1", "", "502", "租一", "", "", "租客"]])
    decide(chen, roster.lines.get(), choice="h:0")
    apply(world, roster)
    assert Household.objects.filter(door=world.lin_home.door).count() == 3


def test_first_or_second_phone(chen, world):
    roster = upload(world, [["1", "", "502", "林小雨", "13900139000 / 13700137000", "", ""]])
    line = roster.lines.get()
    assert choices(line) == ["p:0", "p:1"]
    assert "13900139000" not in chen.get(roster.get_absolute_url()).content.decode()
    decide(chen, line, choice="p:1")
    apply(world, roster)
    world.lin.refresh_from_db()
    assert world.lin.phone == "13700137000"


def test_how_many_people_and_whether_they_are_away(chen, world):
    rows = [["1", "", "502", "林小雨", "", "3", ""], ["1", "", "502", "林朵", "", "4", ""]]
    roster = upload(world, [*rows, ["1", "", "202", "", "", "", "空关"]])
    by_code = {json.loads(line.payload)["plan"]["ask"]: line for line in roster.lines.all()}
    assert choices(by_code["counts_differ"]) == ["n:3", "n:4"]
    decide(chen, by_code["counts_differ"], choice="n:4")
    decide(chen, by_code["vacant_but_lived_in"], choice="o:away")
    apply(world, roster)
    assert Household.objects.get(pk=world.lin_home.pk).told_count == 4
    assert Household.objects.get(pk=world.tenant_home.pk).occupancy == "away"


def dated_room() -> bytes:
    cells = "".join(
        f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>' for place, text in (("A1", "楼号"), ("B1", "室号"))
    )
    return with_sheet(
        f'<row r="1">{cells}</row><row r="2"><c r="A2"><v>1</v></c><c r="B2" t="d"><v>2022-03-01T00:00:00</v></c></row>'
    )


def test_room_that_became_a_date_is_offered_as_text_or_typed(chen, world):
    roster = upload(world, [], content=dated_room(), file_name="a.xlsx")
    line = roster.lines.get()
    assert (line.verdict, line.notes[0]["code"], choices(line)) == ("ask", "room_date", ["r:3-1"])
    assert decide(chen, line, room="???") == ["warning"]
    assert line.choice == ""
    decide(chen, line, room="402")
    assert line.choice == "r:402"
    apply(world, roster)
    assert Household.objects.get(door__building=world.building1, door__room="402").occupancy == "owner"


def test_which_building(chen, world):
    roster = upload(world, [["2号", "", "1号402", "甲", "", "", ""], ["", "", "301", "乙", "", "", ""]], HEADER)
    lines = {line.notes[0]["code"]: line for line in roster.lines.filter(verdict="ask")}
    assert choices(lines["buildings_differ"]) == ["b:", "r:1号402"]
    decide(chen, lines["buildings_differ"], choice="r:1号402")
    apply(world, roster)
    assert Resident.objects.get(name="甲").household.door.building == world.building1


def test_undecided_lines_stay_out_and_decisions_can_be_taken_back(chen, world):
    two_entrances(world)
    roster = upload(world, [["3", "", "301", "甲", "", "", ""], ["1", "", "402", "乙", "", "", ""]])
    line = roster.lines.get(verdict="ask")
    decide(chen, line, choice="e:1")
    decide(chen, line, undecide="1")
    assert line.choice == ""
    apply(world, roster)
    assert list(Resident.objects.filter(name__in=["甲", "乙"]).values_list("name", flat=True)) == ["乙"]


def test_what_was_not_offered_is_refused(chen, world):
    two_entrances(world)
    roster = upload(world, [["3", "", "301", "甲", "", "", ""], ["1", "", "402", "乙", "", "", ""]])
    line = roster.lines.get(verdict="ask")
    for data in ({"choice": "e:9"}, {"choice": "h:1"}, {"room": "402"}, {"choice": "\0"}):
        assert decide(chen, line, **data) == ["warning"]
        assert line.choice == ""
    assert decide(chen, roster.lines.get(verdict="new"), choice="e:1") == ["warning"]


def test_a_decision_that_meets_another_line_is_asked_again(chen, world):
    two_entrances(world)
    roster = upload(world, [["3", "1", "301", "甲", "", "", ""], ["3", "", "301", "乙", "", "", ""]])
    decide(chen, roster.lines.get(verdict="ask"), choice="e:1")
    queue_roster(roster_import=roster, by=world.chen)
    work_waiting()
    roster.refresh_from_db()
    assert (roster.state, roster.findings["stale"]) == ("ready", True)
    assert Resident.objects.filter(name__in=["甲", "乙"]).count() == 0
    assert apply(world, roster).findings["applied"]["people"] == 1


def columns_of(roster):
    header = roster.findings["headers"][0]
    return header["fingerprint"], dict(header["columns"])


def tell_columns(client, roster, **changes):
    fingerprint, columns = columns_of(roster)
    data = {"header": fingerprint, "field": [changes.get(label, name) for label, name in columns.items()]}
    response = client.post(reverse("residents:roster_columns", args=[roster.pk]), data, follow=True)
    work_waiting()
    roster.refresh_from_db()
    return [message.level_tag for message in response.context["messages"]]


def test_columns_are_told_once_and_remembered_for_the_next_file(chen, world):
    header = ["楼号", "室号", "姓名", "曾用名", "几口人"]
    roster = upload(world, [["1", "402", "甲", "乙", "3"]], header)
    assert roster.findings["left_out"] == ["曾用名", "几口人"]
    assert tell_columns(chen, roster, 姓名="", 曾用名="name", 几口人="count") == []
    assert (roster.state, roster.findings["left_out"]) == ("ready", ["姓名"])
    again = upload(world, [["1", "401", "丙", "丁", "2"]], header)
    apply(world, again)
    person = Resident.objects.get(household__door__room="401", household__door__building=world.building1)
    assert (person.name, person.household.told_count) == ("丁", 2)
    assert ColumnMapping.objects.get().columns["曾用名"] == "name"
    assert "甲" not in str(ColumnMapping.objects.values())


def test_columns_that_cannot_be_are_refused_and_change_nothing(chen, world):
    roster = upload(world, [["1", "402", "甲", "乙", "3"]], ["楼号", "室号", "姓名", "曾用名", "几口人"])
    for changes in ({"室号": ""}, {"曾用名": "name"}, {"曾用名": "unheard"}):
        assert tell_columns(chen, roster, **changes) == ["warning"]
    assert (roster.state, ColumnMapping.objects.count()) == ("ready", 0)


def test_columns_with_which_the_file_cannot_be_read_are_forgotten(chen, world):
    roster = upload(world, [["1", "402", "甲"]], ["楼号", "室号", "姓名"])
    assert tell_columns(chen, roster, 楼号="") == []
    assert (roster.state, ColumnMapping.objects.count()) == ("ready", 0)
    assert roster.findings["mapping_refused"]["code"] == "no_building"
    assert chen.get(roster.get_absolute_url()).status_code == 200
