"""Rubbish from door to door: who is on which route, who sees it, and what goes to the next pass."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clock.cases import record_case
from compound.opening import open_any_round
from notices.models import Message
from residents.models import AccessRecord, Building, Compound, Household
from rounds.marks import mark_at_desk
from rounds.models import Mark, Round, Visit
from rounds.services import RoundError, assign, create_round
from sanitation.alarms import ring_yellow_bags
from sanitation.collecting import bags_told, plan_collection, plan_next_pass
from sanitation.disinfecting import Plan, begin_disinfection, finish_spraying, start_spraying
from sanitation.models import WasteRound
from sanitation.services import SanitationError
from sanitation.yellow import WARN_BEFORE, Lot, hand_to_lorry, left_of, store_bags, waiting_bags, with_old_bags
from tests.marks import envelope, post, statements, tap

HOUR = timedelta(hours=1)


@pytest.fixture
def ill(world):
    """A close contact behind 301."""
    told = {"kind": "contact", "source": "street", "ordered_at": timezone.now() - HOUR}
    return record_case(building=world.building1, household=world.elder_home, by=world.chen, **told)


@pytest.fixture
def opened(world, ill):
    now = timezone.now()
    window = {"starts_at": now, "ends_at": now + 2 * HOUR, "bags_out_at": now}
    buildings = [world.building1, world.building2]
    waste = plan_collection(compound=world.jiamu, buildings=buildings, by=world.chen, **window)[0]
    open_any_round(round=waste.round, by=world.chen)
    return waste


def rooms(round):
    return list(Visit.objects.filter(round=round).top_down().values_list("room", flat=True))


def test_a_door_apart_is_on_its_own_route_top_floor_first(opened):
    assert rooms(opened.round) == ["502", "202", "402"]
    assert rooms(opened.apart.round) == ["301"]
    assert (opened.apart.round.is_confidential, opened.apart.round.floors_per_segment) == (True, None)


def routes():
    """Of each route its doors, in the order of their rounds."""
    rows = WasteRound.objects.select_related("round").order_by("round__pk")
    return [(row.route, row.round.state, row.round.is_confidential, rooms(row.round)) for row in rows]


def test_a_round_planned_on_the_plain_form_is_parted_too_sealed_houses_last(world, ill):
    Building.objects.filter(pk=world.building2.pk).update(zone="sealed")
    round = create_round(**world.round_form(kind="waste"))
    open_any_round(round=round, by=world.chen)
    assert routes() == [
        ("houses", "open", False, ["502", "202"]),
        ("apart", "open", True, ["301"]),
        ("sealed", "open", False, ["402"]),
    ]
    with pytest.raises(RoundError):  # pressed twice
        open_any_round(round=round, by=world.chen)
    assert len(routes()) == 3


def test_a_house_sealed_after_the_planning_is_walked_with_the_sealed(world):
    Building.objects.filter(pk=world.building2.pk).update(zone="sealed")
    now = timezone.now()
    window = {"starts_at": now, "ends_at": now + 2 * HOUR, "bags_out_at": now}
    both = plan_collection(compound=world.jiamu, buildings=world.jiamu.buildings.all(), by=world.chen, **window)
    Building.objects.filter(pk=world.building1.pk).update(zone="sealed")
    Building.objects.filter(pk=world.building2.pk).update(zone="none")
    for waste in both:
        open_any_round(round=Round.objects.get(pk=waste.round_id), by=world.chen)
    assert [(route, doors) for route, _state, _hidden, doors in routes()] == [
        ("sealed", ["502", "301", "202"]),
        ("sealed", ["402"]),
    ]


def test_where_every_door_is_apart_the_round_itself_is_hidden(world, ill, client):
    round = create_round(**world.round_form(kind="waste", buildings=[world.building1]))
    Round.objects.filter(pk=round.pk).update(floors_per_segment=3)
    Household.objects.filter(door__building=world.building1).exclude(pk=world.elder_home.pk).update(occupancy="vacant")
    client.force_login(world.chen)
    client.post(reverse("round_open", args=[round.pk]))
    assert routes() == [("apart", "open", True, ["301"])]
    client.force_login(world.zhao)
    assert client.get(reverse("sanitation:route", args=[round.pk])).status_code == 404


def test_a_round_that_cannot_open_keeps_no_route(world):
    round = create_round(**world.round_form(kind="waste", buildings=[]))
    with pytest.raises(SanitationError, match="没有门户"):
        open_any_round(round=round, by=world.chen)
    assert WasteRound.objects.count() == 0


def test_bags_counted_at_a_door_are_told_to_the_phone_the_desk_and_the_lorry(opened, world, client):
    assign(round=opened.round, volunteer=world.wei, building=world.building1, by=world.chen)
    assign(round=opened.apart.round, volunteer=world.wei, building=world.building1, by=world.chen)
    houses, apart = (Visit.objects.filter(round=row.round).top_down()[0] for row in (opened, opened.apart))
    sent = [tap(houses, 1, details={"bags": "3"}), tap(apart, 2, details={"bags": "1", "yellow": "2"})]
    post(client, "token-of-wei-0000000000", envelope(*sent))
    with statements() as seen:
        feed = client.get("/my/doors.json", HTTP_AUTHORIZATION="Bearer token-of-wei-0000000000").json()
    assert len(seen) <= 8
    told = {one["id"]: (one["counts"], one["doors"][0]["counted"]) for one in feed["rounds"]}
    assert told == {
        opened.round_id: (["bags"], {"bags": 3}),
        opened.apart.round_id: (["bags", "yellow"], {"bags": 1, "yellow": 2}),
    }
    client.force_login(world.chen)
    reads = [client.get(row.get_absolute_url()).context["read"].total for row in (opened, opened.apart)]
    assert [(total.bags, total.yellow) for total in reads] == [(3, 0), (1, 2)]
    assert [lot.count for lot in waiting_bags([world.jiamu.pk], timezone.now())[world.jiamu.pk]] == [2]


def test_who_leads_the_house_sees_the_route_and_not_the_separate_one(opened, world, client):
    client.force_login(world.zhao)
    assert client.get(reverse("sanitation:route", args=[opened.round_id])).status_code == 200
    assert client.get(reverse("sanitation:route", args=[opened.apart.round_id])).status_code == 404
    assert list(Round.objects.visible_to(world.qian)) == [opened.round]
    client.force_login(world.chen)
    assert client.get(reverse("sanitation:route", args=[opened.apart.round_id])).status_code == 200
    looks = AccessRecord.objects.filter(subject__endswith=": rubbish route").values_list("user", "subject", "row_count")
    assert list(looks) == [(world.chen.pk, f"round {opened.apart.round_id}: rubbish route", 1)]


def test_what_was_missed_goes_to_the_next_pass(opened, world):
    Visit.objects.filter(round=opened.round, room="502").update(outcome="done")
    now = timezone.now()
    again = plan_next_pass(waste=opened, starts_at=now, ends_at=now + HOUR, by=world.chen)
    open_any_round(round=again.round, by=world.chen)
    assert rooms(again.round) == ["202", "402"]
    opened.round.refresh_from_db()
    assert opened.round.state == "closed"
    with pytest.raises(SanitationError):
        plan_next_pass(waste=WasteRound.objects.get(pk=opened.pk), starts_at=now, ends_at=now + HOUR, by=world.chen)


def test_the_lorry_takes_the_oldest_of_what_was_there():
    now = timezone.now()
    left = left_of([Lot(now - 3 * HOUR, 4), Lot(now - HOUR, 2)], [(now - 2 * HOUR, 9)])
    assert [(lot.at, lot.count) for lot in left] == [(now - HOUR, 2)]


def test_what_is_no_number_of_bags_counts_as_none():
    told = ["3", "x", "-1", "", "999", "²"]
    assert [bags_told({"bags": text}) for text in told] == [3, 0, 0, 0, 0, 0]


def test_the_database_counts_old_bags_as_the_page_does(opened, world):
    """Those at the doors of the separate route among them, and what is no number none."""
    now = timezone.now()
    visit = Visit.objects.get(round=opened.apart.round)
    mark_at_desk(visit=visit, by=world.chen, outcome="done", details={"yellow": "2"})
    for hours, count in ((22, 3), (2, 4)):
        store_bags(compound=world.jiamu, count=count, source="sampling", by=world.chen, at=now - hours * HOUR)
    for hour, fetched, old in ((0, 0, True), (0, 3, False), (23, 0, True), (23, 5, True), (23, 1, False)):
        if fetched:
            hand_to_lorry(compound=world.jiamu, count=fetched, by=world.chen)
        later = now + hour * HOUR
        lots = waiting_bags([world.jiamu.pk], later)[world.jiamu.pk]
        on_page = bool(lots) and lots[0].due_at - WARN_BEFORE <= later
        assert (hour, fetched, on_page, with_old_bags(Compound.objects.all(), later).exists()) == (
            *(hour, fetched),
            *(old, old),
        )
    Mark.objects.update(details={"yellow": "x"})
    assert with_old_bags(Compound.objects.all(), now + 30 * HOUR).exists() is False


def test_bags_ring_once_before_and_once_after_a_day(world):
    at = timezone.now()
    store_bags(compound=world.jiamu, count=3, source="sampling", by=world.chen, at=at)
    for hours in (1, 21, 22, 25, 26):
        ring_yellow_bags(at + hours * HOUR)
    assert Message.objects.filter(user=world.chen, channel="inbox").count() == 2
    with pytest.raises(SanitationError):
        hand_to_lorry(compound=world.jiamu, count=4, by=world.chen)


def test_a_place_is_safe_after_its_rest_and_never_before(world):
    plan = Plan(part="lift", reason="routine", agent="chlorine", ppm=2000, team="property", building=world.building1)
    row = begin_disinfection(compound=world.jiamu, plan=plan, by=world.zhao)
    start_spraying(disinfection=row, by=world.zhao)
    with pytest.raises(SanitationError):
        finish_spraying(disinfection=row, by=world.zhao, safe_at=timezone.now() + 10 * timedelta(minutes=1))
    done = finish_spraying(disinfection=row, by=world.zhao)
    assert done.safe_at - done.at == HOUR
    with pytest.raises(SanitationError):
        start_spraying(disinfection=row, by=world.zhao)


def test_a_home_is_asked_first_and_seen_by_stewards_alone(world, client):
    door = world.lin_home.door
    told = {"part": "home", "reason": "positive", "agent": "chlorine", "ppm": 500, "team": "street", "door": door}
    with pytest.raises(SanitationError):
        begin_disinfection(compound=world.jiamu, plan=Plan(**told), by=world.chen)
    row = begin_disinfection(compound=world.jiamu, plan=Plan(**told, asked_belongings=True), by=world.chen)
    client.force_login(world.zhao)
    assert client.get(row.get_absolute_url()).status_code == 404
