"""An import is taken back whole, but for what somebody has done since; and a roster goes out and comes in again."""

import io

import openpyxl
import pytest
from django.urls import reverse

from residents.models import AccessRecord, Building, Door, Household, Resident
from residents.roster.jobs import queue_undo, work_waiting
from residents.roster.words import RosterStateError
from rounds.services import create_round, open_round
from tests.residents.test_roster_deciding import HEADER, apply, upload
from tests.residents.test_roster_jobs import empty as empty_compound  # noqa: F401 (a fixture)
from tests.rosters import make
from tests.world import move_in

ROWS = [
    ["1", "", "502", "林小雨", "13900139000", "5", "租客"],
    ["1", "", "502", "林新", "", "5", ""],
    ["1", "", "402", "甲", "", "2", ""],
    ["1", "", "602", "乙", "", "", ""],
    ["7", "", "101", "丙", "", "", ""],
]


@pytest.fixture
def chen(client, world):
    client.force_login(world.chen)
    return client


def standing():
    return [
        list(model.objects.order_by("pk").values(*fields))
        for model, fields in (
            (Building, ["code", "floor_count", "doors_per_floor", "entrance_count"]),
            (Door, ["key", "building_id"]),
            (Household, ["door_id", "occupancy", "told_count"]),
            (Resident, ["household_id", "name", "phone", "phone_index", "phone_end_index", "age_band", "is_contact"]),
        )
    ]


def take_back(world, roster):
    queue_undo(roster_import=roster, by=world.chen)
    work_waiting()
    roster.refresh_from_db()
    return roster


def returned(roster):
    return dict(roster.lines.exclude(returned="").values_list("room", "returned"))


def test_everything_is_as_before_when_nobody_touched_it(chen, world):
    before = standing()
    roster = apply(world, upload(world, ROWS))
    assert standing() != before
    assert reverse("residents:roster_undo", args=[roster.pk]) in chen.get(roster.get_absolute_url()).content.decode()
    chen.post(reverse("residents:roster_undo", args=[roster.pk]))
    work_waiting()
    roster.refresh_from_db()
    assert (roster.state, roster.findings["undone"], bytes(roster.content)) == ("undone", {"back": 4}, b"")
    assert standing() == before
    assert chen.get(roster.get_absolute_url()).status_code == 200
    trail = Resident.history.filter(name="甲").order_by("history_id")
    assert [(row.history_type, row.history_user) for row in trail] == [("+", world.chen), ("-", world.chen)]


def test_again_takes_back_nothing(world):
    roster = take_back(world, apply(world, upload(world, ROWS)))
    before = standing()
    with pytest.raises(RosterStateError):
        queue_undo(roster_import=roster, by=world.chen)
    assert (work_waiting(), standing()) == (0, before)


def test_what_was_changed_since_stays_with_the_reason(chen, world):
    roster = apply(world, upload(world, ROWS))
    person = Resident.objects.get(name="甲")
    person.age_band = "80+"
    person.save()
    move_in_later = Household.objects.get(door__room="101", door__building__code="7")
    Resident.objects.create(household=move_in_later, name="后来")
    take_back(world, roster)
    assert returned(roster) == {
        "1号楼 502": "back",
        "1号楼 402": "changed_since",
        "1号楼 602": "back",
        "7号楼 101": "changed_since",
    }
    assert roster.findings["undone"] == {"back": 2, "changed_since": 2}
    assert Resident.objects.filter(name__in=["甲", "丙", "后来", "乙"]).count() == 3
    assert "1号楼 402" in chen.get(roster.get_absolute_url()).content.decode()


def test_a_household_that_was_visited_stays(world):
    roster = apply(world, upload(world, ROWS))
    open_round(round=create_round(**world.round_form(buildings=[world.building1])), by=world.chen)
    take_back(world, roster)
    assert returned(roster) == {
        "1号楼 502": "back",
        "1号楼 402": "in_use",
        "1号楼 602": "in_use",
        "7号楼 101": "back",
    }
    assert Resident.objects.filter(name="林新").count() == 0
    assert Household.objects.get(pk=world.lin_home.pk).occupancy == "owner"


def test_a_second_import_that_changed_the_same_keeps_the_first_from_going(world):
    first = apply(world, upload(world, ROWS))
    second = apply(world, upload(world, [["1", "", "402", "甲", "", "3", ""]]))
    take_back(world, first)
    assert returned(first)["1号楼 402"] == "changed_since"
    take_back(world, second)
    assert Household.objects.get(door__room="402", door__building=world.building1).told_count == 2


def exported(client, compound):
    response = client.get(reverse("residents:roster_export", args=[compound.pk]))
    assert response.status_code == 200
    return response.content


def test_export_imports_again_unchanged(chen, world):
    apply(world, upload(world, [*ROWS, ["3", "2", "3-301", "=1+1", "021-62345678", "", ""]]))
    move_in(world.lin_home.door, "同门 另户", occupancy="tenant", has_medical_trips=True, whereabouts="hospital")
    content = exported(chen, world.jiamu)
    count = Household.objects.current().filter(door__building__compound=world.jiamu).count()
    roster = upload(world, [], content=content, file_name="a.xlsx")
    assert roster.findings["counts"] == {"new": 0, "changed": 0, "same": count, "ask": 0, "refused": 0}


@pytest.mark.parametrize("shape", ["tower", "estate"])
def test_export_of_a_whole_estate_imports_again_unchanged(client, empty_compound, shape):  # noqa: F811
    compound, han = empty_compound
    world = type("World", (), {"jiamu": compound, "chen": han})
    file_name = "a.xlsx" if shape == "tower" else "a.csv"
    apply(world, upload(world, [], content=getattr(make, shape)(), file_name=file_name))
    client.force_login(han)
    roster = upload(world, [], content=exported(client, compound), file_name="a.xlsx")
    assert {verdict for verdict, number in roster.findings["counts"].items() if number} == {"same"}


def test_export_is_masked_numbered_and_logged(chen, world):
    content = exported(chen, world.jiamu)
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][:4] == ("楼号", "单元", "楼层", "室号")
    assert world.lin.phone not in str(rows)
    assert world.lin.masked_phone in str(rows)
    record = AccessRecord.objects.get(deed="export")
    assert (record.user, record.compound, record.row_count) == (world.chen, world.jiamu, len(rows) - 1)
    assert str(record.pk) in book.worksheets[1]["A1"].value


def test_rows_left_out_come_back_with_their_reason_and_can_be_corrected(chen, world):
    roster = upload(world, [["1", "", "402", "甲", "123", "", ""], ["1", "", "403", "好", "", "", ""]])
    response = chen.get(reverse("residents:roster_left_out", args=[roster.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0][1:] == HEADER
    assert rows[1][1:6] == ["1", None, "402", "甲", "123"]
    assert "E" in rows[1][0]
    assert AccessRecord.objects.get().row_count == 1
    sheet["F2"] = "13900139000"
    out = io.BytesIO()
    sheet.parent.save(out)
    again = upload(world, [], content=out.getvalue(), file_name="a.xlsx")
    assert again.findings["counts"]["new"] == 1


def test_rows_left_out_are_kept_only_until_applied(chen, world):
    roster = upload(world, [["1", "", "402", "甲", "123", "", ""], ["1", "", "403", "好", "", "", ""]])
    apply(world, roster)
    response = chen.get(reverse("residents:roster_left_out", args=[roster.pk]))
    assert (response.status_code, AccessRecord.objects.count()) == (302, 0)
