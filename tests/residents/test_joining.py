from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from residents.elevation import draw_elevation
from residents.history import changes_of
from residents.joining import JoinError, doors_to_join, join_doors, separate_door
from residents.models import Building, Door, Household, JoinStep
from residents.occupancy import lines_of, occupancy_cells, summarise
from residents.services import HouseholdError, move_in
from rounds.board import read_board
from rounds.models import Visit
from rounds.services import create_round, open_round


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


@pytest.fixture
def doors(world):
    return {door.room: door for door in world.building1.doors.all()}


@pytest.fixture
def joined(world, doors):
    join_doors(main=doors["502"], joined=doors["501"], by=world.chen, reason="一家人")
    doors["501"].refresh_from_db()
    return doors["501"]


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def drawn(world, floor):
    (entrance,) = draw_elevation(occupancy_cells(lines_of(world.building1, names=True), may_add=True))
    (row,) = [row for row in entrance.rows if row.floor == floor]
    return row


def test_two_doors_are_drawn_as_one(world, joined):
    row = drawn(world, 5)
    assert ([cell.room for cell in row.cells], row.spans) == (["502"], {0: 2})
    assert row.html.startswith('<td colspan="2"><a class="o-home"')
    assert "502 + 501" in row.html
    assert drawn(world, 4).html.count("<td>") == 2


def test_doors_of_different_floors_each_show_the_household(world, doors):
    join_doors(main=doors["502"], joined=doors["402"], by=world.chen, reason="一家人")
    row = drawn(world, 4)
    assert [cell.room for cell in row.cells] == ["401", "402"]
    assert world.lin_home.get_absolute_url() in row.html
    assert row.spans == {}


def test_one_household_is_counted_and_no_door_is_forgotten(world, joined):
    (summary,) = summarise([world.building1])
    assert (summary.doors, summary.lived_in, summary.unlisted) == (9, 3, 5)
    assert ("", 5, 1) in summary.windows["lit"]
    separate_door(joined=joined, by=world.chen, reason="砌回去了")
    (summary,) = summarise([world.building1])
    assert (summary.doors, summary.unlisted) == (10, 6)


def test_a_round_opens_one_visit_and_the_board_draws_one_cell(world, joined):
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    assert Visit.objects.filter(round=round, building=world.building1, floor=5).count() == 1
    board = read_board(round, Building.objects.filter(pk=world.building1.pk), None)
    (row,) = [row for row in board.elevation[0].rows if row.floor == 5]
    assert (row.spans, [cell.css for cell in row.cells]) == ({0: 2}, ["o-waiting"])


def test_lists_and_sheets_show_both_rooms_and_keep_the_door_by_its_own(world, doors, joined, steward):
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    visit = Visit.objects.get(round=round, household=world.lin_home)
    assert (visit.room, visit.joined_rooms, visit.full_room, visit.rooms) == ("502", ["501"], "502", "502 + 501")
    separate_door(joined=joined, by=world.chen, reason="砌回去了")
    visit.refresh_from_db()
    assert visit.rooms == "502 + 501"  # as it was when the round opened
    for name in ("print", "gaps"):
        page = steward.get(reverse(f"rounds:{name}", args=[round.pk]) + f"?building={world.building1.pk}")
        assert "502 + 501" in page.content.decode(), name
    assert "502 + 501" in steward.get(visit.get_absolute_url()).content.decode()


def test_a_joined_room_of_another_entrance_says_which(world, doors):
    Door.objects.filter(pk=doors["502"].pk).update(entrance="1")
    Door.objects.filter(pk=doors["501"].pk).update(entrance="2")
    Door.objects.filter(pk=doors["401"].pk).update(entrance="1")
    for room in ("501", "401"):
        join_doors(main=doors["502"], joined=doors[room], by=world.chen, reason="一家人")
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    assert Visit.objects.get(round=round, household=world.lin_home).rooms == "1-502 + 401 + 2-501"


def test_beside_a_door_where_nobody_is_expected_the_joined_one_is_vacant_too(world, doors):
    Household.objects.filter(door=doors["101"]).update(occupancy="away")
    join_doors(main=doors["101"], joined=doors["102"], by=world.chen, reason="一家人")
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    board = read_board(round, Building.objects.filter(pk=world.building1.pk), None)
    (row,) = [row for row in board.elevation[0].rows if row.floor == 1]
    assert (row.spans, [cell.css for cell in row.cells]) == ({0: 2}, ["o-vacant"])


def test_no_chains_no_other_building_and_nobody_hidden(world, doors, joined):
    far = world.building2.doors.get(room="501")
    for main, other in (
        (doors["502"], doors["502"]),
        (doors["502"], far),
        (doors["502"], doors["301"]),  # somebody is listed behind it
        (joined, doors["401"]),  # a chain
        (doors["402"], doors["502"]),  # a chain the other way
        (doors["402"], joined),  # already joined
    ):
        with pytest.raises(JoinError):
            join_doors(main=main, joined=other, by=world.chen, reason="一家人")
    assert list(Door.objects.exclude(joined_to=None)) == [joined]


def test_a_door_listed_as_vacant_is_joined_and_the_vacancy_ends(world, doors):
    vacancy = Household.objects.get(door=doors["101"])
    join_doors(main=doors["202"], joined=doors["101"], by=world.chen, reason="一家人")
    vacancy.refresh_from_db()
    assert (vacancy.is_lived_in, vacancy.moved_out_on) == (False, timezone.localdate())


def test_the_database_refuses_a_door_joined_to_itself(doors):
    with pytest.raises(IntegrityError), transaction.atomic():
        Door.objects.filter(pk=doors["502"].pk).update(joined_to=doors["502"])


def test_nobody_moves_in_behind_a_joined_door(world, steward, joined):
    with pytest.raises(HouseholdError):
        move_in(door=joined, occupancy="owner")
    answer = steward.post(at("household_add", joined.pk), {"occupancy": "owner", "name": "某人"})
    assert (answer.status_code, Household.objects.filter(door=joined).count()) == (422, 0)
    assert "1号楼 502" in answer.content.decode()


def test_a_door_is_joined_and_separated_on_the_pages(world, steward, doors):
    answer = steward.get(at("door_join", doors["502"].pk))
    offered = [row.room for row in doors_to_join(doors["502"])]
    assert offered == ["501", "401", "402", "302", "201", "101", "102"]
    assert [key for key, _label in answer.context["form"].fields["joined"].choices][1] == str(doors["501"].pk)
    answer = steward.post(at("door_join", doors["502"].pk), {"joined": doors["501"].pk, "reason": "一家人"})
    assert (answer.status_code, answer.url) == (302, world.lin_home.get_absolute_url())
    page = steward.get(world.lin_home.get_absolute_url()).content.decode()
    assert "502 + 501" in page
    assert at("door_separate", doors["501"].pk) in page
    assert (
        steward.post(at("door_separate", doors["501"].pk), {"reason": "砌回去了"}).url
        == world.lin_home.get_absolute_url()
    )
    assert Door.objects.exclude(joined_to=None).count() == 0
    assert steward.post(at("door_separate", doors["501"].pk), {"reason": "再来"}, follow=True).status_code == 200


def test_who_joined_and_separated_when_and_why_stays_on_the_household(world, joined, steward, client):
    assert [(step.step, step.by, step.reason) for step in JoinStep.objects.all()] == [("joined", world.chen, "一家人")]
    steward.post(at("door_separate", joined.pk), {"reason": "砌回去了"})
    told = [(change.subject, change.by, change.words) for change in changes_of(world.lin_home, names=True)[:2]]
    assert told == [
        ("502 + 501", str(world.chen), ["分开", "“砌回去了”"]),
        ("502 + 501", str(world.chen), ["打通", "“一家人”"]),
    ]
    assert "砌回去了" in steward.get(world.lin_home.get_absolute_url()).content.decode()
    for room in ("501", "502"):
        page = steward.get(at("door_join", world.building1.doors.get(room=room).pk)).content.decode()
        assert [word in page for word in ("一家人", "砌回去了", str(world.chen))] == [True, True, True]
    client.force_login(world.qian)  # an officer sees who and when; free words may hold a name
    page = client.get(world.lin_home.get_absolute_url()).content.decode()
    assert ("502 + 501" in page, "砌回去了" in page) == (True, False)


@pytest.mark.parametrize(("reason", "said"), [("", "Say why"), ("  ", "Say why"), ("x" * 201, "too long")])
@pytest.mark.parametrize("deed", ["join", "separate"])
def test_without_a_reason_nothing_is_joined_or_separated(world, doors, joined, steward, deed, reason, said):
    before = JoinStep.objects.count()
    join = partial(join_doors, main=doors["502"], joined=doors["401"])
    separate = partial(separate_door, joined=joined)
    with override("en"), pytest.raises(JoinError, match=said):
        (join if deed == "join" else separate)(by=world.chen, reason=reason)
    if deed == "join":
        answer = steward.post(at("door_join", doors["502"].pk), {"joined": doors["401"].pk, "reason": reason})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])
    else:
        answer = steward.post(at("door_separate", joined.pk), {"reason": reason})
        assert (answer.status_code, answer.url) == (302, world.lin_home.get_absolute_url())
    assert (list(Door.objects.exclude(joined_to=None)), JoinStep.objects.count()) == ([joined], before)


@pytest.mark.parametrize("value", ["", "0", "x", "301"])
def test_a_bad_choice_joins_nothing(world, steward, doors, value):
    value = doors[value].pk if value in doors else value
    answer = steward.post(at("door_join", doors["502"].pk), {"joined": value, "reason": "一家人"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["joined"])
    assert Door.objects.exclude(joined_to=None).count() == 0


@pytest.mark.parametrize(("who", "status"), [("chen", 302), ("zhao", 302), ("qian", 403), ("sun", 404)])
def test_who_may(world, client, doors, who, status):
    client.force_login(getattr(world, who))
    assert (
        client.post(at("door_join", doors["502"].pk), {"joined": doors["501"].pk, "reason": "一家人"}).status_code
        == status
    )
    assert client.post(at("door_separate", doors["501"].pk), {"reason": "砌回去了"}).status_code == status


@pytest.mark.parametrize("many", [False, True])
def test_the_form_needs_eight_statements(world, steward, doors, django_assert_num_queries, many):
    if not many:
        Door.objects.filter(building=world.building1, room__in=["401", "402", "302", "201", "102"]).delete()
        Household.objects.filter(door=doors["101"]).update(occupancy="away")
    with django_assert_num_queries(8):
        steward.get(at("door_join", doors["502"].pk))
