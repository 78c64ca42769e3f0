"""Tonight's sheets: rooms for who keeps the house, counts for an officer, health for stewards alone and on record."""

import pytest
from django.urls import reverse

from reports.tonight import read_night, read_sheets
from residents.models import AccessRecord
from testing_rounds.models import Hold, Tube
from testing_rounds.results import record_tube_result
from tests.testing_rounds.swabbed import fill_tube, people_of


@pytest.fixture
def round(office):
    return office.walk()


def sheets(world, user):
    return {sheet.name: sheet for sheet in read_sheets(read_night(world.jiamu, user))}


def test_a_steward_reads_all_of_it(world, round):
    read = sheets(world, world.chen)
    assert list(read) == ["missing", "reasons", "restricted"]
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
    assert (list(lead), [row[0] for row in lead["missing"].rows]) == (["missing", "reasons"], ["1号楼"])
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
