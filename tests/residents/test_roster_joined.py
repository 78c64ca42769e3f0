"""Flats knocked through: a row of the joined door is about the household behind the main one, or it is asked."""

import json

import pytest
from django.urls import reverse

from residents.models import Door, Household, Resident
from residents.roster.cells import room_pair
from residents.roster.jobs import queue_roster, submit_roster, work_waiting
from tests.rosters.make import csv_bytes

HEADER = ["楼号", "室号", "姓名", "电话", "人数", "居住情况"]


@pytest.fixture
def doors(world):
    """502, where the Lin family lives, has taken in 501."""
    doors = {door.room: door for door in world.building1.doors.all()}
    Door.objects.filter(pk=doors["501"].pk).update(joined_to=doors["502"])
    return doors


def upload(world, *rows):
    roster = submit_roster(compound=world.jiamu, file_name="a.csv", content=csv_bytes([HEADER, *rows]), by=world.chen)
    work_waiting()
    roster.refresh_from_db()
    assert roster.state == "ready", roster.findings
    return roster


def apply(world, roster, moved=False):
    queue_roster(roster_import=roster, by=world.chen)
    work_waiting()
    roster.refresh_from_db()
    assert roster.state == ("ready" if moved else "applied")


def told(roster):
    return [(line.verdict, {note["code"] for note in line.notes} - {"facts"}) for line in roster.lines.all()]


def code(world):
    return world.building1.code


def names(household):
    return list(household.residents.order_by("pk").values_list("name", flat=True))


def test_row_of_a_joined_door_is_for_the_household_of_the_main_door(world, doors):
    before = names(world.lin_home)
    roster = upload(world, [code(world), "501", "林新来", "", "", ""])
    (line,) = told(roster)
    assert (line[0], {"joined_door", "add_person"} <= line[1]) == ("changed", True)
    apply(world, roster)
    assert names(world.lin_home) == [*before, "林新来"]
    assert Household.objects.filter(door=doors["501"]).count() == 0


def test_rows_of_both_doors_are_one_household(world, doors):
    before = names(world.lin_home)
    rows = [[code(world), "502", name, "", "", ""] for name in before]
    roster = upload(
        world, *rows, [code(world), "501", before[0], "", "", ""], [code(world), "501", "林新来", "", "", ""]
    )
    (line,) = told(roster)
    assert (line[0], "joined_rows" in line[1]) == ("changed", True)
    apply(world, roster)
    assert names(world.lin_home) == [*before, "林新来"]


def test_joined_room_that_is_listed_as_empty_changes_nothing(world, doors):
    roster = upload(world, [code(world), "501", "", "", "0", "空关"])
    assert [verdict for verdict, _codes in told(roster)] == ["same"]


def test_doors_that_tell_different_numbers_of_people_are_asked_about(world, doors):
    roster = upload(world, [code(world), "502", "林小雨", "", "3", ""], [code(world), "501", "林新来", "", "2", ""])
    line = roster.lines.get()
    assert (line.verdict, line.notes[1]["code"]) == ("ask", "counts_differ")
    assert [choice["key"] for choice in json.loads(line.payload)["choices"]] == ["n:2", "n:3", "n:5"]


@pytest.mark.parametrize("room", ["502+501", "501、502室", "501/502", "501-502"])
def test_two_rooms_in_one_cell_are_understood_when_the_portal_knows_them_as_one(world, doors, room):
    roster = upload(world, [code(world), room, "林新来", "", "", ""])
    assert [verdict for verdict, _codes in told(roster)] == ["changed"]
    apply(world, roster)
    assert Resident.objects.get(name="林新来").household == world.lin_home


def test_two_rooms_that_are_not_known_as_one_are_asked_about(world, doors, client):
    client.force_login(world.chen)
    roster = upload(world, [code(world), "502+402", "林新来", "", "", ""])
    line = roster.lines.get()
    assert (line.verdict, line.notes) == ("ask", [{"code": "rooms_joined", "column": "B"}])
    assert [choice["key"] for choice in json.loads(line.payload)["choices"]] == ["r:502", "r:402"]
    client.post(reverse("residents:roster_decide", args=[line.pk]), {"choice": "r:502"})
    apply(world, roster)
    assert Resident.objects.get(name="林新来").household == world.lin_home


def test_doors_joined_after_the_preview_are_asked_about(world, doors, client):
    client.force_login(world.chen)
    Door.objects.filter(pk=doors["501"].pk).update(joined_to=None)
    roster = upload(world, [code(world), "501", "林新来", "", "", ""])
    Door.objects.filter(pk=doors["501"].pk).update(joined_to=doors["502"])
    apply(world, roster, moved=True)
    line = roster.lines.get()
    assert (line.verdict, line.notes[1:]) == ("ask", [{"code": "door_joined"}])
    client.post(reverse("residents:roster_decide", args=[line.pk]), {"choice": f"j:{doors['502'].entrance}/502"})
    apply(world, roster)
    assert Resident.objects.get(name="林新来").household == world.lin_home


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("502+501", ("502", "501")),
        ("２号５０１＋５０２室", ("2号501", "2号502")),
        ("1201-1202", ("1201", "1202")),
        ("501和601", ("501", "601")),
        ("501-601", ()),
        ("3-301", ()),
        ("3-2-301", ()),
        ("501-501", ()),
        ("0301", ()),
        ("12号502室", ()),
    ],
)
def test_two_rooms_are_told_from_an_entrance_and_a_room(text, pair):
    assert room_pair(text) == pair


def test_a_building_with_a_large_number_is_no_room():
    assert room_pair("101-102", "101") == ()


def test_big5_waits_until_somebody_says_that_it_reads_right(world, client):
    client.force_login(world.chen)
    content = "樓號,室號,姓名,戶主\r\n1號樓,502,林曉東,戶主\r\n".encode("big5")
    roster = submit_roster(compound=world.jiamu, file_name="a.csv", content=content, by=world.chen)
    work_waiting()
    page = client.get(reverse("residents:roster_import", args=[roster.pk])).content.decode()
    assert 'name="reads_right"' in page
    where = reverse("residents:roster_apply", args=[roster.pk])
    client.post(where)
    roster.refresh_from_db()
    assert roster.state == "ready"
    client.post(where, {"reads_right": "on"})
    work_waiting()
    assert Resident.objects.filter(name="林曉東").count() == 1
