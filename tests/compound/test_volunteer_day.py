"""One volunteer's day: the doors they reached, how fast, what was held, which parts they had."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from compound.volunteer_day import read_day
from residents.models import Device, Household
from rounds.marks import mark_at_desk, record_marks
from rounds.models import Assignment, HeldMark, Round, Visit
from rounds.paper import PaperRow, record_paper
from rounds.services import assign, create_round, open_round, release_assignment
from tests.marks import statements, tap
from tests.world import make_building

NOON = datetime(2022, 4, 10, 4, 0, tzinfo=UTC)  # in Shanghai
DAY = NOON.date()


@pytest.fixture(autouse=True)
def english(settings, time_machine):
    settings.LANGUAGE_CODE = "en"
    time_machine.move_to(NOON + timedelta(hours=6), tick=False)


@pytest.fixture
def visits(world):
    """Twelve doors of an open round that Wei and Wu walk, top down."""
    tower = make_building(world.jiamu, "9", floors=6)
    Household.objects.bulk_create(Household(door=door, told_count=2) for door in tower.doors.all())
    round = create_round(**world.round_form(buildings=[tower]))
    open_round(round=round, by=world.chen)
    Round.objects.update(opened_at=NOON - timedelta(hours=1))
    for volunteer in (world.wei, world.wu):
        assign(round=round, volunteer=volunteer, building=tower, by=world.chen)
    return list(Visit.objects.filter(round=round).select_related("round").top_down())


def send(phone, *marks, at=NOON):
    phone = Device.objects.select_related("volunteer__user").get(pk=phone.pk)
    record_marks(device=phone, raw_marks=list(marks), sent_at=at, received_at=at)


def walk(world, visits, minutes=6):
    """One door every six minutes from noon."""
    for number, visit in enumerate(visits):
        at = NOON + timedelta(minutes=minutes * number)
        send(world.wei_phone, tap(visit, number + 1, marked_at=at.isoformat()), at=at)


def test_a_day_counts_doors_and_tells_the_pace(world, visits):
    walk(world, visits[:11])
    (work,) = read_day(world.wei, DAY).works
    assert (work.walker.count, work.walker.doors_an_hour) == (11, 10)
    assert (work.walker.first_at, work.walker.last_at) == (NOON, NOON + timedelta(hours=1))
    assert [mark.visit_id for mark in work.marks] == [visit.pk for visit in visits[:11]]
    assert work.tally.counts == {"done": 11}
    assert read_day(world.wu, DAY).works == []


def test_a_door_counts_once_with_the_last_word_and_not_when_taken_back(world, visits):
    first, second = tap(visits[0], 1, "refused"), tap(visits[1], 2)
    send(world.wei_phone, first, second, tap(visits[0], 3), tap(visits[1], 4, "cleared", undoes=second["id"]))
    (work,) = read_day(world.wei, DAY + timedelta(days=0)).works or [None]
    assert [(mark.visit_id, mark.outcome) for mark in work.marks] == [(visits[0].pk, "done")]


def test_paper_counts_for_who_walked_and_not_for_who_typed(world, visits):
    rows = [PaperRow(visits[0].pk, "done"), PaperRow(visits[1].pk, "exempt")]
    record_paper(round=visits[0].round, by=world.chen, walked_by=world.wei, walked_at=NOON, rows=rows)
    mark_at_desk(visit=visits[2], by=world.chen, outcome="done")
    (work,) = read_day(world.wei, DAY).works
    assert (len(work.marks), work.from_paper) == (2, 2)


def test_a_day_ends_at_midnight_in_shanghai(world, visits):
    late = datetime(2022, 4, 10, 15, 59, tzinfo=UTC)
    for seq, at in enumerate((late, late + timedelta(minutes=1)), start=1):
        send(world.wei_phone, tap(visits[seq], seq, marked_at=at.isoformat()), at=at)
    assert [read_day(world.wei, DAY + timedelta(days=n)).door_count for n in (-1, 0, 1, 2)] == [0, 1, 1, 0]


def test_parts_and_held_marks_are_told(world, visits):
    part = Assignment.objects.get(volunteer=world.wei)
    far = Visit.objects.get(pk=visits[-1].pk)
    release_assignment(assignment=part, by=world.chen, reason="twisted ankle")
    send(world.wei_phone, tap(far, 1))
    assert HeldMark.objects.count() == 1
    day = read_day(world.wei, DAY)
    assert ([row.release_reason for row in day.parts], day.held_count, day.works) == (["twisted ankle"], 1, [])
    tomorrow = read_day(world.wei, DAY + timedelta(days=1))
    assert (tomorrow.parts, tomorrow.held_count) == ([], 0)


# --- The page -----------------------------------------------------------------------------------------


def at(volunteer, on=""):
    return reverse("volunteer_day", args=[volunteer.pk]) + (f"?on={on}" if on else "")


def test_the_page_shows_the_day_and_leads_to_the_next(world, client, visits):
    walk(world, visits[:11])
    client.force_login(world.qian)
    page = client.get(at(world.wei)).content.decode()
    for words in ("10 an hour", "12:00–13:00", "11 doors", "9号楼 602", "?on=2022-04-09"):
        assert words in page
    assert "?on=2022-04-11" not in page
    before = client.get(at(world.wei, "2022-04-09")).content.decode()
    assert ("No door on this day" in before, "?on=2022-04-10" in before) == (True, True)


@pytest.mark.parametrize("on", ["x", "2022-02-30", "2022-04-11", "1999-01-01", "9" * 50, "%00"])
def test_a_day_that_is_none_is_today(world, client, on):
    client.force_login(world.chen)
    answer = client.get(at(world.wei, on))
    assert (answer.status_code, answer.context["day"].on) == (200, DAY)


def test_who_may_see_it(world, client):
    for user, status in ((world.chen, 200), (world.qian, 200), (world.zhao, 404), (world.sun, 404)):
        client.force_login(user)
        assert client.get(at(world.wei)).status_code == status
    assert client.post(at(world.wei)).status_code == 405
    client.logout()
    assert client.get(at(world.wei)).status_code == 302


@pytest.mark.parametrize("count", [1, 12])
def test_it_costs_the_same_small_and_large(world, client, visits, count):
    walk(world, visits[:count])
    client.force_login(world.chen)
    client.get(at(world.wei))
    with statements() as seen:
        client.get(at(world.wei))
    assert len(seen) <= 8, "\n".join(seen)
