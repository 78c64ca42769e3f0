"""The board tells the truth at every minute, in a fixed number of statements, and 304 while nothing moves."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import Building, Device, Door, Household, RoleGrant, User
from rounds.board import read_board, with_pulse
from rounds.marks import mark_at_desk, record_marks
from rounds.models import HeldMark, Mark, Round, Visit
from rounds.services import assign, create_round, open_round
from rounds.shared_board import MOST, Drawn
from tests.marks import SENT_AT, statements, tap


def grow(world, buildings: int, floors: int, doors: int):
    """Lived-in doors in new buildings of Jiamu; returns an open round over them."""
    made = []
    for n in range(buildings):
        building = Building.objects.create(
            compound=world.jiamu, name=f"{n + 10}号楼", code=str(n + 10), position=n + 10, floor_count=floors
        )
        rows = Door.objects.bulk_create(
            Door(building=building, floor=f, position=p, room=f"{f}{p:02d}", key=f"{f}{p:02d}")
            for f in range(1, floors + 1)
            for p in range(1, doors + 1)
        )
        Household.objects.bulk_create(Household(door=door, told_count=2) for door in rows)
        made.append(building)
    round = create_round(**world.round_form(buildings=made))
    open_round(round=round, by=world.chen)
    assign(round=round, volunteer=world.wei, building=made[0], by=world.chen)
    return round


@pytest.mark.parametrize(("buildings", "floors", "doors"), [(1, 13, 4), (20, 30, 5)])
def test_the_board_costs_ten_statements_and_its_poll_four(world, client, buildings, floors, doors):
    round = grow(world, buildings, floors, doors)
    assert Visit.objects.filter(round=round).count() == buildings * floors * doors
    client.force_login(world.chen)
    url = reverse("rounds:board", args=[round.pk])
    client.get(url)  # content types and the like are read once a process
    with statements() as seen:
        page = client.get(url)
    assert page.status_code == 200
    assert len(seen) <= 10, "\n".join(seen)
    etag = page.context["etag"]
    live = reverse("rounds:live", args=[round.pk])
    with statements() as seen:
        answer = client.get(live, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert len(seen) <= 4, "\n".join(seen)


def test_a_mark_changes_the_tag_and_the_numbers(world, client, notify, lin_visit):
    client.force_login(world.chen)
    live = reverse("rounds:live", args=[notify.pk])
    before = client.get(live)
    assert client.get(live, headers={"If-None-Match": before["ETag"]}).status_code == 304
    mark_at_desk(visit=lin_visit, by=world.chen, outcome="done")
    after = client.get(live, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert after.context["board"].total.answered == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda world, round: assign(
            round=round, volunteer=world.wei, building=world.building2, by=world.chen, floor_from=4, floor_to=4
        ),
        lambda world, round: Device.objects.filter(volunteer=world.wei).update(queued_count=3),
        lambda world, round: Device.objects.filter(volunteer=world.wei).update(last_seen_at=timezone.now()),
        lambda world, round: HeldMark.objects.create(
            device=world.wei_phone, digest="d", payload={}, reason="bad_id", compound=world.jiamu, sent_at=SENT_AT
        ),
    ],
)
def test_whatever_the_board_shows_is_in_its_tag(world, client, notify, change):
    client.force_login(world.chen)
    live = reverse("rounds:live", args=[notify.pk])
    before = client.get(live)["ETag"]
    change(world, notify)
    assert client.get(live)["ETag"] != before


def test_the_tag_is_the_readers_own(world, client, notify):
    live = reverse("rounds:live", args=[notify.pk])
    tags = set()
    for user in (world.chen, world.zhao):
        client.force_login(user)
        tags.add(client.get(live)["ETag"])
    client.cookies["django_language"] = "en"
    tags.add(client.get(live)["ETag"])
    assert len(tags) == 3


def live_of(client, user, round, **query):
    client.force_login(user)
    return client.get(reverse("rounds:live", args=[round.pk]), query)


def test_what_moved_is_drawn_once_for_all_who_see_the_same(world, client, notify, monkeypatch):
    second = User.objects.create_user("second", password="x")
    RoleGrant.objects.create(user=second, role="steward", compound=world.jiamu)
    drawings = []
    monkeypatch.setattr("rounds.views.read_board", lambda *told: drawings.append(told) or read_board(*told))
    first = live_of(client, world.chen, notify)
    with statements() as seen:
        again = live_of(client, second, notify)
    assert (len(drawings), again.content, first["ETag"] == again["ETag"]) == (1, first.content, False)
    assert not [sql for sql in seen if "residents_door" in sql]
    client.cookies["django_language"] = "en"
    live_of(client, world.chen, notify)
    del client.cookies["django_language"]
    live_of(client, world.chen, notify, building=world.building2.pk)
    mark_at_desk(visit=Visit.objects.filter(round=notify).first(), by=world.chen, outcome="done")
    live_of(client, world.chen, notify)
    assert len(drawings) == 4


def test_nobody_is_shown_what_was_drawn_for_who_sees_more(world, client, notify):
    full = live_of(client, world.chen, notify).content.decode()
    own = live_of(client, world.zhao, notify).content.decode()
    counts = live_of(client, world.qian, notify).content.decode()
    assert ["2号楼" in page for page in (full, own, counts)] == [True, False, True]
    assert [reverse("rounds:held") in page for page in (full, own, counts)] == [True, False, False]
    assert live_of(client, world.sun, notify).status_code == 404


def test_of_many_who_ask_at_once_one_draws_and_what_fails_is_drawn_again():
    board, gate, made = Drawn(), threading.Barrier(4), []

    def ask(_number):
        gate.wait()
        return board.get("key", lambda: made.append(1) or time.sleep(0.02) or "text")

    with ThreadPoolExecutor(4) as pool:
        assert (list(pool.map(ask, range(4))), len(made)) == (["text"] * 4, 1)
    with pytest.raises(ZeroDivisionError):
        board.get("other", lambda: str(1 // 0))
    assert board.get("other", lambda: "now") == "now"
    for number in range(MOST + 1):
        board.get(number, str)
    assert board.get("key", lambda: "anew") == "anew"


def read(world, round, user=None):
    row = with_pulse(Round.objects.select_related("compound")).get(pk=round.pk)
    return read_board(row, Building.objects.visible_to(user or world.chen), None), row


def test_counts_missing_and_people_add_up(world, notify, lin_visit):
    phone = Device.objects.select_related("volunteer__user").get(pk=world.wei_phone.pk)
    elder = Visit.objects.get(round=notify, household=world.elder_home)
    record_marks(
        raw_marks=[tap(lin_visit, 1), tap(elder, 2, "nobody_home", note="电话未接")], device=phone, sent_at=SENT_AT
    )
    board, _row = read(world, notify)
    assert (board.total.expected, board.total.answered, board.total.missing) == (4, 1, 3)
    assert (board.total.people_done, board.total.people_expected) == (3, 3 + 1 + 3 + 2)
    assert [visit.room for visit in board.revisits] == ["301"]
    assert [visit.room for visit in board.unreached] == ["202"]
    assert {walker.name: walker.count for walker in board.walkers} == {"魏志愿": 2, "吴志愿": 0}


def test_an_empty_door_is_drawn_and_not_counted(world, notify):
    board, _row = read(world, notify)
    cells = {cell.room: cell for drawing in board.elevation for row in drawing.rows for cell in row.cells}
    assert len(cells) == 10
    assert cells["101"].css == "o-vacant"
    assert cells["502"].css == "o-waiting"


def test_phones_that_are_not_synced_are_counted_once(world, notify):
    Device.objects.filter(pk=world.wei_phone.pk).update(queued_count=6, last_seen_at=timezone.now())
    Device.objects.filter(pk=world.wu_phone.pk).update(queued_count=11, last_seen_at=timezone.now())
    Device.objects.filter(pk=world.other_phone.pk).update(queued_count=99)
    _board, row = read(world, notify)
    assert (row.unsent_phones, row.unsent_count, row.quiet_phones) == (2, 17, 0)


def test_a_lead_sees_the_own_building_alone(world, notify):
    board, _row = read(world, notify, world.zhao)
    assert [row.building for row in board.rows] == [world.building1]
    assert board.total.expected == 3


def test_doors_nobody_walks_are_named(world, client, notify):
    client.force_login(world.chen)
    page = client.get(reverse("rounds:board", args=[notify.pk]), {"building": world.building2.pk})
    assert page.context["board"].unassigned_count == 1
    plan = client.get(reverse("rounds:assignments", args=[notify.pk]))
    assert plan.context["uncovered"] == [("2号楼", 1)]


@pytest.mark.parametrize(
    "query", ["building=abc", "building=-1", "building=1 OR 1=1", "building=9999999999999", "page=x"]
)
def test_odd_queries_fall_back(world, client, notify, query):
    client.force_login(world.chen)
    for name in ("board", "gaps", "print", "live"):
        assert client.get(reverse(f"rounds:{name}", args=[notify.pk]) + f"?{query}").status_code == 200


@pytest.mark.parametrize("doors", [3, 60])
def test_the_gap_list_costs_the_same_for_few_and_many(world, client, doors):
    round = grow(world, 1, doors, 1)
    client.force_login(world.chen)
    with statements() as seen:
        client.get(reverse("rounds:gaps", args=[round.pk]))
    assert len(seen) <= 8, "\n".join(seen)


@pytest.mark.parametrize("marks", [1, 12])
def test_the_visit_page_costs_the_same_for_few_and_many(world, client, notify, lin_visit, marks):
    for _ in range(marks):
        mark_at_desk(visit=lin_visit, by=world.chen, outcome="done")
    client.force_login(world.chen)
    with statements() as seen:
        client.get(lin_visit.get_absolute_url())
    assert len(seen) <= 9, "\n".join(seen)


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_rounds_costs_the_same_for_few_and_many(world, client, count):
    for _ in range(count):
        create_round(**world.round_form())
    client.force_login(world.chen)
    with statements() as seen:
        client.get(reverse("rounds:list"))
    assert len(seen) <= 7, "\n".join(seen)


def test_opening_three_thousand_doors_takes_seconds_not_minutes(world):
    """A wide net for accidents of scale; benchmarks/opening.py has the figure."""
    began = time.monotonic()
    round = grow(world, 20, 30, 5)
    assert Visit.objects.filter(round=round).count() == 3000
    assert time.monotonic() - began < 30


def test_a_live_part_is_never_taken_from_a_shared_cache(world, client, notify):
    client.force_login(world.chen)
    answer = client.get(reverse("rounds:live", args=[notify.pk]))
    assert "private" in answer["Cache-Control"]
    assert Mark.objects.count() == 0
