"""The way of an import: waiting, preview, applied as previewed or not at all; whoever dies on the way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from residents.encryption import decrypt, encrypt
from residents.models import (
    Building,
    Compound,
    Door,
    Household,
    Resident,
    RoleGrant,
    RosterImport,
    RosterLine,
)
from residents.roster import jobs
from residents.roster.jobs import discard_roster, is_stuck, queue_roster, submit_roster, work_waiting
from residents.roster.words import RosterStateError
from residents.tasks import work_waiting_imports
from tests.rosters import make
from tests.rosters.make import csv_bytes
from tests.world import grant, make_building, make_user, move_in

HEADER = ["楼号", "单元", "室号", "姓名", "电话", "人数", "居住情况", "备注", "年龄"]
SHAPES = {
    "tower": ("a.xlsx", (1, 52, 52, 48)),
    "estate": ("a.csv", (18, 514, 514, 1481)),
    "large": ("a.xlsx", (20, 3000, 3000, 8287)),
}


@pytest.fixture
def empty(db):
    """A compound without a building, and its steward."""
    compound = Compound.objects.create(name="新苑")
    return compound, grant(make_user("han", "韩干事"), RoleGrant.Role.STEWARD, compound).user


def upload(compound, by, rows, file_name="a.csv"):
    content = rows if isinstance(rows, bytes) else csv_bytes([HEADER, *rows])
    roster = submit_roster(compound=compound, file_name=file_name, content=content, by=by)
    work_waiting()
    roster.refresh_from_db()
    return roster


def apply(roster, by):
    queue_roster(roster_import=roster, by=by)
    work_waiting()
    roster.refresh_from_db()
    return roster


def row(building="1", entrance="", room="502", name="", phone="", count="", kind="", remark="", age=""):
    return [building, entrance, room, name, phone, count, kind, remark, age]


def verdicts(roster):
    return list(roster.lines.values_list("verdict", flat=True))


def notes(roster, place=0):
    return [note for note in roster.lines.all()[place].notes if note["code"] != "facts"]


def everything():
    """All that an import may touch, as plain rows."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Building, Door, Household, Resident, Household.history.model, Resident.history.model)
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_roster_is_imported_in_two_clicks_and_the_second_time_changes_nothing(empty, shape):
    compound, han = empty
    file_name, counts = SHAPES[shape]
    content = getattr(make, shape)()
    first = apply(upload(compound, han, content, file_name), han)
    assert first.state == RosterImport.State.APPLIED
    found = (Building.objects.count(), Door.objects.count(), Household.objects.count(), Resident.objects.count())
    assert found == counts
    before = everything()
    again = upload(compound, han, content, file_name)
    assert again.findings["counts"] == {"new": 0, "changed": 0, "same": counts[1], "ask": 0, "refused": 0}
    assert apply(again, han).state == RosterImport.State.APPLIED
    assert everything() == before


def test_tower_stands_as_it_is_told(empty):
    compound, han = empty
    roster = apply(upload(compound, han, make.tower(), "a.xlsx"), han)
    building = compound.buildings.get()
    assert (building.name, building.code, building.position) == ("1号楼", "1", 1)
    assert (building.floor_count, building.doors_per_floor, building.entrance_count) == (26, 2, 1)
    current = Household.objects.current()
    assert current.exclude(occupancy="vacant").count() == 48
    assert sum(current.values_list("told_count", flat=True)) == 118
    assert set(Resident.objects.values_list("is_contact", flat=True)) == {True}
    assert roster.findings["applied"] == {
        "households": 52,
        "people": 48,
        "households_changed": 0,
        "people_changed": 0,
        "doors": 52,
    }
    trail = Resident.history.all()
    assert {(h.history_type, h.history_user, h.history_change_reason) for h in trail} == {
        ("+", han, f"roster import {roster.pk}")
    }
    assert trail.count() == 48


def test_buildings_with_entrances_are_as_wide_as_their_widest_stairwell(empty):
    compound, han = empty
    rows = [row(entrance=str(e), room=f"{f}0{p}", name="甲") for e in (1, 2) for f in (1, 2) for p in (1, 2, 3)]
    apply(upload(compound, han, rows), han)
    building = compound.buildings.get()
    assert (building.floor_count, building.doors_per_floor, building.entrance_count) == (2, 3, 2)


def test_changes_are_shown_in_words_and_masked(world):
    phone = world.lin.phone
    roster = upload(
        world.jiamu,
        world.chen,
        [
            row(name="林小雨", phone="139 1234 5678", count="5", kind="租客", remark="透析", age="65"),
            row(name="林新"),
        ],
    )
    assert verdicts(roster) == ["changed"]
    assert notes(roster) == [
        {"code": "set", "field": "occupancy", "old": "owner", "new": "tenant"},
        {"code": "set", "field": "told_count", "old": None, "new": 5},
        {
            "code": "set_person",
            "name": "林*",
            "field": "phone",
            "old": f"{phone[:3]}****{phone[-4:]}",
            "new": "139****5678",
        },
        {"code": "set_person", "name": "林*", "field": "age_band", "old": "", "new": "60-79"},
        {"code": "set_need", "name": "林*", "field": "has_medical_trips"},
        {"code": "add_person", "name": "林*"},
        {"code": "not_in_file", "name": "林*"},
        {"code": "not_in_file", "name": "林*"},
    ]
    apply(roster, world.chen)
    world.lin.refresh_from_db()
    world.lin_home.refresh_from_db()
    assert (world.lin.phone, world.lin.age_band, world.lin.has_medical_trips) == ("13912345678", "60-79", True)
    assert (world.lin_home.occupancy, world.lin_home.told_count) == ("tenant", 5)
    names = set(world.lin_home.residents.values_list("name", "is_contact"))
    assert names == {("林小雨", True), ("林国强", False), ("林朵", False), ("林新", False)}
    assert world.lin.history.first().history_change_reason == f"roster import {roster.pk}"
    found = Resident.objects.get(phone_index=world.lin.phone_index)
    assert found == world.lin


def test_empty_cells_change_nothing(world):
    before = everything()
    roster = upload(world.jiamu, world.chen, [row(name=n) for n in ("林小雨", "林国强", "林朵")] + [row(room="301")])
    assert verdicts(roster) == ["same", "same"]
    apply(roster, world.chen)
    assert everything() == before


def test_namesakes_are_matched_one_to_one(world):
    twins = move_in(world.building1.doors.get(room="401"), "双儿", "双儿")
    young, old = twins.residents.order_by("pk")
    old.age_band = "60-79"
    old.save()
    roster = upload(
        world.jiamu, world.chen, [row(room="401", name="双儿", age="70"), row(room="401", name="双儿", age="9")]
    )
    apply(roster, world.chen)
    young.refresh_from_db()
    old.refresh_from_db()
    assert (young.age_band, old.age_band, twins.residents.count()) == ("0-13", "60-79", 2)


def test_known_door_without_a_household_gets_one(world):
    roster = upload(world.jiamu, world.chen, [row(room="0402", name="新来")])
    assert (verdicts(roster), notes(roster)) == (["new"], [{"code": "new_household"}])
    apply(roster, world.chen)
    door = world.building1.doors.get(room="402")
    assert list(door.households.values_list("residents__name", flat=True)) == ["新来"]


def test_people_who_moved_out_are_history_not_a_match(world):
    world.lin_home.residents.update(moved_out_on="2022-03-01")
    world.lin_home.moved_out_on = "2022-03-01"
    world.lin_home.save()
    roster = apply(upload(world.jiamu, world.chen, [row(name="林小雨")]), world.chen)
    assert verdicts(roster) == ["new"]
    assert Household.objects.filter(door=world.lin_home.door).count() == 2


def test_several_households_behind_a_door_are_asked_about(world):
    move_in(world.lin_home.door, "合租")
    roster = upload(world.jiamu, world.chen, [row(name="林小雨", count="9")])
    assert (verdicts(roster), notes(roster)) == (["ask"], [{"code": "several_households"}])


def test_door_said_to_be_vacant_where_people_are_known_is_asked_about(world):
    roster = upload(world.jiamu, world.chen, [row(kind="空关")])
    assert (verdicts(roster), notes(roster)) == (["ask"], [{"code": "vacant_but_lived_in"}])


def test_vacant_door_becomes_lived_in_when_somebody_is_named(world):
    roster = apply(upload(world.jiamu, world.chen, [row(room="101", name="新来", count="1")]), world.chen)
    home = Household.objects.get(door__building=world.building1, door__room="101")
    assert (verdicts(roster), home.occupancy, home.told_count) == (["changed"], "owner", 1)


def test_missing_entrance_is_found_when_only_one_can_be_meant(world):
    building = make_building(world.jiamu, "7", floors=1)
    building.doors.update(entrance="1")
    Door.objects.create(building=building, entrance="2", floor=1, position=1, room="101", key="101")
    roster = upload(
        world.jiamu,
        world.chen,
        [row("7", room="102", name="甲"), row("7", room="101", name="乙"), row("7", room="909", name="丙")],
    )
    assert [(line.verdict, line.notes[-1]["code"]) for line in roster.lines.all()] == [
        ("new", "entrance_found"),
        ("ask", "entrance_missing"),
        ("ask", "entrance_missing"),
    ]
    apply(roster, world.chen)
    assert Household.objects.get(residents__name="甲").door.entrance == "1"
    assert building.doors.count() == 3


def test_entrance_of_a_building_that_has_only_one_is_left_out(world):
    roster = upload(world.jiamu, world.chen, [row(entrance="1单元", name="林小雨")])
    assert (verdicts(roster), notes(roster)[0]) == (["same"], {"code": "entrance_dropped"})
    several = upload(world.jiamu, world.chen, [row(entrance="1", name="林小雨"), row(entrance="2", name="别人")])
    assert verdicts(several) == ["ask", "ask"]


def test_two_lines_about_one_door_are_not_both_applied(world):
    roster = upload(world.jiamu, world.chen, [row(name="林小雨"), row(entrance="1单元", name="别人")])
    assert verdicts(roster) == ["same", "ask"]
    assert notes(roster, 1) == [{"code": "door_twice"}]


def test_roster_of_another_compound_is_refused(world):
    roster = upload(world.jiamu, world.chen, [row("88", name="甲")])
    assert (roster.state, roster.findings["refusal"]["code"]) == (RosterImport.State.REFUSED, "wrong_compound")
    assert "佳木大厦" in roster.message


def test_new_building_beside_known_ones_is_made_and_named(world):
    roster = upload(world.jiamu, world.chen, [row(name="林小雨"), row("15", room="B1", name="地下")])
    assert roster.findings["notices"][-1] == {"code": "new_buildings", "names": ["15号楼"]}
    apply(roster, world.chen)
    building = world.jiamu.buildings.get(code="15")
    assert (building.position, building.floor_count, building.doors.get().floor) == (15, 1, -1)


def test_refused_and_asked_rows_are_left_out_and_the_others_applied(world):
    roster = upload(
        world.jiamu,
        world.chen,
        [row(room="401", name="甲", phone="138"), row(room="402", name="乙"), row(room="?", name="丙")],
    )
    assert verdicts(roster) == ["refused", "new", "ask"]
    assert [(line.first_row, line.notes) for line in roster.lines.exclude(verdict="new")] == [
        (2, [{"code": "phone", "column": "E"}]),
        (4, [{"code": "room_unclear", "column": "C"}]),
    ]
    apply(roster, world.chen)
    assert Resident.objects.filter(name__in=["甲", "乙", "丙"]).values_list("name", flat=True).get() == "乙"


def test_nothing_is_applied_when_the_portal_changed_since_the_preview(world):
    roster = upload(world.jiamu, world.chen, [row(name="林小雨", count="5"), row(room="402", name="新来")])
    world.lin_home.told_count = 5
    world.lin_home.save()
    before = everything()
    apply(roster, world.chen)
    assert everything() == before
    assert (roster.state, roster.findings["stale"], roster.findings["moved"]) == (RosterImport.State.READY, True, 1)
    assert verdicts(roster) == ["same", "new"]
    assert roster.findings["counts"] == {"new": 1, "changed": 0, "same": 1, "ask": 0, "refused": 0}
    assert apply(roster, world.chen).state == RosterImport.State.APPLIED
    assert Resident.objects.filter(name="新来").count() == 1


def test_failure_half_way_leaves_nothing_behind(world, monkeypatch, caplog):
    roster = upload(world.jiamu, world.chen, [row("15", room=f"{n}01", name="机密") for n in range(1, 20)] + [row()])
    before = everything()

    def fail(*args, **kwargs):
        raise RuntimeError("机密 13800138000")

    with monkeypatch.context() as patch:
        patch.setattr("residents.roster.applying._make_person", fail)
        apply(roster, world.chen)
    assert everything() == before
    assert (roster.state, roster.findings["apply_failed"]) == (RosterImport.State.READY, True)
    assert "RuntimeError" in caplog.text
    assert "机密" not in caplog.text
    assert apply(roster, world.chen).state == RosterImport.State.APPLIED


def test_killed_reader_is_replaced_when_its_lease_ends(world):
    roster = submit_roster(
        compound=world.jiamu, file_name="a.csv", content=csv_bytes([HEADER, row(name="林小雨")]), by=world.chen
    )
    taken = jobs.claim()
    assert (taken.pk, taken.state) == (roster.pk, RosterImport.State.READING)
    RosterLine.objects.create(roster_import=roster, position=0, first_row=1, last_row=1, verdict="new")
    assert work_waiting() == 0  # somebody has it
    RosterImport.objects.filter(pk=roster.pk).update(leased_until=timezone.now())
    work_waiting_imports()
    roster.refresh_from_db()
    assert (roster.state, verdicts(roster)) == (RosterImport.State.READY, ["same"])
    with pytest.raises(jobs.LeaseLost):
        jobs.read_import(taken)  # the first one wakes up again
    assert verdicts(roster) == ["same"]


def test_killed_applier_is_replaced_and_the_first_finds_nothing_left(world):
    roster = upload(world.jiamu, world.chen, [row(room="402", name="新来")])
    queue_roster(roster_import=roster, by=world.chen)
    taken = jobs.claim()
    RosterImport.objects.filter(pk=roster.pk).update(leased_until=timezone.now())
    assert work_waiting() == 1
    with pytest.raises(jobs.LeaseLost):
        jobs.apply_import(taken)
    assert Resident.objects.filter(name="新来").count() == 1


def test_file_that_stops_three_workers_is_set_aside(world):
    roster = submit_roster(compound=world.jiamu, file_name="a.csv", content=b"x", by=world.chen)
    for _try in range(3):
        assert jobs.claim().pk == roster.pk
        RosterImport.objects.filter(pk=roster.pk).update(leased_until=timezone.now())
    assert jobs.claim() is None
    roster.refresh_from_db()
    assert (roster.state, roster.findings["refusal"]["code"]) == (RosterImport.State.REFUSED, "kept_stopping")


def test_discarded_while_being_read_stays_discarded(world):
    roster = submit_roster(
        compound=world.jiamu, file_name="a.csv", content=csv_bytes([HEADER, row(name="林小雨")]), by=world.chen
    )
    taken = jobs.claim()
    discard_roster(roster_import=roster)
    with pytest.raises(jobs.LeaseLost):
        jobs.read_import(taken)
    roster.refresh_from_db()
    assert (roster.state, bytes(roster.content), roster.lines.count()) == (RosterImport.State.DISCARDED, b"", 0)


def test_nothing_personal_is_kept_longer_than_needed(world):
    roster = submit_roster(
        compound=world.jiamu,
        file_name="a.csv",
        content=csv_bytes([[*HEADER, "身份证号"], [*row(name="机密人", phone="13912345678"), "110101199003071234"]]),
        by=world.chen,
    )
    roster.refresh_from_db()
    assert "机密人".encode() not in bytes(roster.content)
    work_waiting()
    roster.refresh_from_db()
    assert "机密人".encode() not in bytes(roster.content)  # kept, for its columns may be told to mean something else
    assert roster.findings["left_out"] == ["身份证号"]
    kept = repr((roster.findings, [(line.room, line.notes) for line in roster.lines.all()]))
    assert [secret for secret in ("机密人", "13912345678", "110101") if secret in kept] == []
    assert "110101199003071234" not in roster.lines.get().payload
    apply(roster, world.chen)
    assert set(roster.lines.values_list("payload", "original")) == {("", "")}
    assert b"110101" not in decrypt(bytes(roster.content))  # what was changed, so that it can be taken back


def test_file_of_a_preview_left_lying_is_forgotten_after_a_week(world):
    roster = upload(world.jiamu, world.chen, [row(name="甲")])
    RosterImport.objects.update(created_at=timezone.now() - timedelta(days=8))
    upload(world.jiamu, world.chen, [row(name="乙")])
    roster.refresh_from_db()
    assert bytes(roster.content) == b""


def test_second_click_on_apply_is_refused(world):
    roster = upload(world.jiamu, world.chen, [row(room="402", name="新来")])
    apply(roster, world.chen)
    with pytest.raises(RosterStateError):
        queue_roster(roster_import=roster, by=world.chen)
    with pytest.raises(RosterStateError):
        discard_roster(roster_import=roster)
    assert Resident.objects.filter(name="新来").count() == 1


def test_import_that_nobody_takes_is_stuck_after_fifteen_seconds(world):
    roster = submit_roster(compound=world.jiamu, file_name="a.csv", content=b"x", by=world.chen)
    assert is_stuck(roster) is False
    roster.leased_until -= timedelta(seconds=16)
    assert is_stuck(roster) is True
    roster.state = RosterImport.State.READY
    assert is_stuck(roster) is False


def test_unreadable_content_is_refused_not_raised(world):
    roster = submit_roster(compound=world.jiamu, file_name="a.csv", content=b"x", by=world.chen)
    RosterImport.objects.filter(pk=roster.pk).update(content=encrypt(b"\xff\x00")[:-9])
    work_waiting()
    roster.refresh_from_db()
    assert (roster.state, roster.findings["refusal"]["code"]) == (RosterImport.State.REFUSED, "failed")


def test_applying_takes_as_many_statements_for_few_as_for_many(empty):
    compound, han = empty
    for first, count in ((1, 1), (10, 3), (20, 40)):
        rows = [row(room=f"{n}01", name="甲", phone="13912345678") for n in range(first, first + count)]
        roster = upload(compound, han, rows)
        queue_roster(roster_import=roster, by=han)
        taken = jobs.claim()
        with CaptureQueriesContext(connection) as statements:
            jobs.apply_import(taken)
        looked = connection.vendor == "postgresql"  # ANALYZE
        assert first == 1 or len(statements) == 23 + looked  # the first one also makes the building
