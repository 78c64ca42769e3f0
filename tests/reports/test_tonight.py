"""Tonight's sheets: rooms for who keeps the house, counts for an officer, health for stewards alone and on record."""

import pytest
from django.urls import reverse

from reports.night import read_night
from reports.tonight import NAMES, read_sheets
from residents.models import AccessRecord
from testing_rounds.models import Hold, Tube
from testing_rounds.results import record_tube_result
from tests.buying.came import Came
from tests.care.carers import Carers
from tests.supplies.store import Store
from tests.testing_rounds.swabbed import fill_tube, people_of


@pytest.fixture
def round(office):
    return office.walk()


def sheets(world, user):
    return {sheet.name: sheet for sheet in read_sheets(read_night(world.jiamu, user))}


def test_a_steward_reads_all_of_it(world, round):
    read = sheets(world, world.chen)
    assert list(read) == ["missing", "reasons", "receipts", "needs", "restricted"]
    assert set(read) == NAMES
    assert read["missing"].rows == [
        ["1号楼", str(round), "2", "502, 202"],
        ["2号楼", str(round), "1", "402"],
    ]
    assert [row[1:5] for row in read["reasons"].rows] == [
        ["502", "林*", "partly done", ""],
        ["202", "高*", "refused", "昨天刚测过"],
    ]
    assert read["restricted"].rows == []


def test_a_lead_reads_their_own_house_and_an_officer_counts(world, round):
    lead, officer = sheets(world, world.zhao), sheets(world, world.qian)
    assert (list(lead), [row[0] for row in lead["missing"].rows]) == (
        ["missing", "reasons", "receipts", "needs"],
        ["1号楼"],
    )
    assert officer["missing"].rows == [["1号楼", str(round), "2", ""], ["2号楼", str(round), "1", ""]]
    assert list(officer) == ["missing"]


@pytest.fixture
def held(world, round):
    """The three of 502 were in a tube that turned positive: held, and recalled to their door."""
    people = people_of(round.test_round, world.lin_home)
    tube = fill_tube(round.test_round, world.chen, "A-1", people)
    record_tube_result(tube=tube, value="positive", source="lab_list", by=world.chen)
    return tube


def test_positives_and_recalls_are_for_stewards_and_each_look_is_on_record(world, round, held, client):
    rows = sheets(world, world.chen)["restricted"].rows
    held_at_home = ["1号楼", "502", "林*", "held at home", str(round), "not reached yet"]
    assert (rows, Hold.objects.count(), Tube.objects.count()) == ([held_at_home] * 3, 3, 1)
    page = reverse("reports:tonight", args=[world.jiamu.pk])
    seen = {}
    for user in (world.chen, world.zhao, world.qian):
        client.force_login(user)
        seen[user] = "held at home" in client.get(page).content.decode()
    assert seen == {world.chen: True, world.zhao: False, world.qian: False}
    look = AccessRecord.objects.get(deed="look")
    assert (look.user, look.row_count, look.subject) == (world.chen, 3, "evening sheet: restricted")


def test_lists_are_taken_by_who_may(world, round, held, client):
    def take(user, what, ending="csv"):
        client.force_login(user)
        return client.get(reverse("reports:tonight_list", args=[world.jiamu.pk, what, ending])).status_code

    answers = [
        (take(world.chen, what), take(world.zhao, what), take(world.qian, what))
        for what in ("missing", "reasons", "restricted")
    ]
    assert answers == [(200, 200, 403), (200, 200, 403), (200, 403, 403)]
    assert (take(world.chen, "all"), take(world.chen, "missing", "pdf"), take(world.sun, "missing")) == (404, 404, 404)
    assert AccessRecord.objects.filter(deed="export").count() == 5


def test_what_lies_ready_is_owed_until_it_is_handed_over(world, office):
    store = Store(world)
    bags = store.open(store.prepare(store.arrive(10), amount=2))
    store.tell(bags, world.lin_home)
    store.tell(bags, world.elder_home, "refused")
    store.tell(bags, world.tenant_home, "nobody_home", handover="kept", until="2099-05-01")
    buy = Came(world)
    buy.comes()
    buy.shared()
    delivery = buy.on_the_way()
    office.tell(delivery.round, "502", "done")
    rows = sheets(world, world.chen)["receipts"].rows
    assert {(row[1], row[3], row[4]) for row in rows if row[5] == str(bags.round)} == {
        ("202", "蔬菜包 2 袋", "kept until 5-1"),
        ("402", "蔬菜包 2 袋", "not reached yet"),
    }
    assert {(row[1], row[3]) for row in rows if row[5] == str(delivery.round)} == {
        ("301", "鸡蛋 1 盘"),
        ("202", "鸡蛋 2 盘"),
        ("402", "鸡蛋 2 盘, 五花肉 1 kg"),
    }
    assert {row[0] for row in sheets(world, world.zhao)["receipts"].rows} == {"1号楼"}
    assert "receipts" not in sheets(world, world.qian)
    left = office.whole("undelivered", room="supplies")
    assert left == (4,)  # as the daily report counts it


def test_needs_are_told_by_their_kind_and_those_for_stewards_to_stewards_alone(world):
    carers = Carers(world)
    carers.need()
    carers.need(world.elder_home, kind="medicine", words="胰岛素用完了", is_urgent=True)
    carers.need(world.tenant_home, kind="mood", words="睡不着", circle="steward")
    carers.need(world.far_home, kind="repair", words="水管漏水")
    rows = sheets(world, world.chen)["needs"].rows
    assert [row[:3] for row in rows] == [
        ["1号楼", "301", "urgent: medicine"],
        ["1号楼", "502", "food"],
        ["1号楼", "202", "somebody to talk to"],
        ["2号楼", "402", "repair"],
    ]
    assert "胰岛素" not in str(rows)
    assert [row[1] for row in sheets(world, world.zhao)["needs"].rows] == ["301", "502"]
    assert "needs" not in sheets(world, world.qian)
