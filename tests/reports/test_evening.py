"""The evening's sheet says what the visits say, to whom it may."""

import pytest
from django.urls import reverse

from compound.opening import open_any_round
from reports.evening import read_evening_sheet, totals_table
from residents.models import Building, Door, Household
from rounds.marks import mark_at_desk
from rounds.models import Outcome, Round, Visit
from rounds.services import cancel_round, close_round, create_round, open_round, reopen_round
from testing_rounds.services import create_test_round
from tests.marks import statements
from tests.world import CANARY

FULL_NAMES = ("林小雨", "林国强", "林朵", "301阿婆", "高超", "吴远", "吴近")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def pcr(world):
    """Four doors, nine people: 502 done by two of three, 301 done, 202 refused, 402 of building 2 not reached."""
    form = world.round_form(pool_size=10, title="Evening")
    form.pop("kind")
    round = create_test_round(**form).round
    open_any_round(round=round, by=world.chen)
    tell(world, round, "502", "partly", people={"1": "done", "2": "done", "3": "nobody_home"})
    tell(world, round, "301", "done")
    tell(world, round, "202", "refused", note="<b>later</b>")
    return round


def tell(world, round, room, outcome, **more):
    return mark_at_desk(visit=Visit.objects.get(round=round, room=room), by=world.chen, outcome=outcome, **more)


def sheet_page(client, round):
    return client.get(reverse("reports:evening", args=[round.pk]))


def test_totals_equal_the_visits(world, pcr):
    sheet = read_evening_sheet(pcr, world.chen)
    for row in sheet.rows:
        visits = Visit.objects.filter(round=pcr, building=row.building)
        for outcome in Outcome:
            assert row.tally.counts[outcome] == visits.filter(outcome=outcome).count()
        assert row.tally.people_done == sum(visits.values_list("done_count", flat=True))
        assert row.tally.people_expected == sum(visits.values_list("expected_count", flat=True))
    total = sheet.total
    assert (total.expected, total.answered, total.missing, total.percent) == (4, 1, 3, 25)
    assert (total.people_done, total.people_expected, sheet.late_count) == (3, 9, 0)
    assert [visit.room for visit in sheet.missing] == ["502", "202", "402"]
    assert len(sheet.missing) == total.missing


def test_the_table_of_totals_adds_up(world, pcr):
    sheet = read_evening_sheet(pcr, world.chen)
    header, rows = totals_table(sheet.rows, sheet.total)
    assert header[2:9] == [str(outcome.label) for outcome in Outcome if outcome != Outcome.CLEARED]
    assert len(header) == 11
    assert rows == [
        ["1号楼", "3", "0", "1", "1", "0", "1", "0", "0", "3", "7"],
        ["2号楼", "1", "1", "0", "0", "0", "0", "0", "0", "0", "2"],
        ["all", "4", "1", "1", "1", "0", "1", "0", "0", "3", "9"],
    ]
    *buildings, last = rows
    assert [sum(map(int, column)) for column in zip(*(row[1:] for row in buildings), strict=True)] == [
        int(number) for number in last[1:]
    ]


def test_each_missing_door_says_what_comes_next(world, client, pcr):
    client.force_login(world.chen)
    page = sheet_page(client, pcr)
    assert [(visit.room, visit.next_step) for visit in page.context["sheet"].missing] == [
        ("502", "come back for the rest"),
        ("202", "building lead explains at the door"),
        ("402", "on the way; knock"),
    ]
    text = page.content.decode()
    assert "&lt;b&gt;later&lt;/b&gt;" in text
    assert "<b>later" not in text


def test_marks_after_closing_are_counted_and_told_apart(world, pcr):
    close_round(round=pcr, by=world.chen, reason="rest tomorrow")
    tell(world, pcr, "402", "done")
    sheet = read_evening_sheet(pcr, world.chen)
    assert (sheet.late_count, sheet.total.answered) == (1, 2)
    reopen_round(round=pcr, by=world.chen, reason="502 is back")
    assert [(event.step, event.reason) for event in read_evening_sheet(pcr, world.chen).events] == [
        ("opened", ""),
        ("closed", "rest tomorrow"),
        ("reopened", "502 is back"),
    ]


def test_a_lead_reads_the_own_building_alone(world, client, pcr):
    client.force_login(world.zhao)
    sheet = sheet_page(client, pcr).context["sheet"]
    assert [row.building for row in sheet.rows] == [world.building1]
    assert (sheet.total.expected, sheet.total.people_expected) == (3, 7)
    assert [visit.room for visit in sheet.missing] == ["502", "202"]


def test_an_officer_reads_masked_names_and_finds_no_list_of_doors_to_take(world, client, pcr):
    client.force_login(world.qian)
    page = sheet_page(client, pcr)
    text = page.content.decode()
    assert [name for name in (*FULL_NAMES, world.lin.phone, CANARY) if name in text] == []
    assert "林*" in text
    assert page.context["can_take_doors"] is False
    assert reverse("reports:export", args=[pcr.pk, "totals", "xlsx"]) in text
    for what in ("gaps", "doors"):
        assert reverse("reports:export", args=[pcr.pk, what, "xlsx"]) not in text


def test_a_draft_has_no_sheet_and_strangers_find_none(world, client, pcr):
    client.force_login(world.chen)
    assert sheet_page(client, create_round(**world.round_form())).status_code == 404
    assert client.post(reverse("reports:evening", args=[pcr.pk])).status_code == 405
    for user in (world.sun, world.wei.user):
        client.force_login(user)
        assert sheet_page(client, pcr).status_code == 404


def test_a_round_cancelled_before_it_opened_has_an_empty_sheet(world, client):
    round = create_round(**world.round_form())
    cancel_round(round=round, by=world.chen, reason="rain")
    client.force_login(world.chen)
    sheet = sheet_page(client, round).context["sheet"]
    assert (sheet.total.expected, sheet.total.percent, sheet.missing) == (0, 0, [])


def grow(world, floors):
    building = Building.objects.create(compound=world.jiamu, name="9号楼", code="9", position=9, floor_count=floors)
    doors = Door.objects.bulk_create(
        Door(building=building, floor=floor, position=place, room=f"{floor}{place:02d}", key=f"{floor}{place:02d}")
        for floor in range(1, floors + 1)
        for place in range(1, 5)
    )
    Household.objects.bulk_create(Household(door=door, told_count=2) for door in doors)
    round = create_round(**world.round_form(buildings=[building, world.building1, world.building2]))
    open_round(round=round, by=world.chen)
    return Round.objects.get(pk=round.pk)


@pytest.mark.parametrize("floors", [1, 30])
def test_the_sheet_costs_the_same_for_few_and_many(world, client, floors):
    round = grow(world, floors)
    client.force_login(world.chen)
    with statements() as seen:
        page = sheet_page(client, round)
    assert len(page.context["sheet"].missing) == floors * 4 + 4
    assert len(seen) <= 10, "\n".join(seen)
