"""The desk's pages of rubbish and disinfection: each button, what bad input is told, and what the pages cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compound.opening import open_any_round
from residents.models import AccessRecord
from rounds.models import Visit
from sanitation.collecting import plan_collection
from sanitation.disinfecting import Plan, write_down
from sanitation.models import BelongingsAsked, Disinfection, WasteRound, YellowBags
from sanitation.yellow import store_bags
from tests.lifts.conftest import Tower
from tests.marks import statements

HOUR = timedelta(hours=1)
SPRAYED = {"part": "lift", "place": "2号梯", "reason": "routine", "agent": "chlorine", "ppm": "５００"}
SPRAYED |= {"team": "property", "team_size": "2"}


@pytest.fixture
def chen(world, client):
    client.force_login(world.chen)
    return client


def at(name, *keys):
    return reverse(f"sanitation:{name}", args=keys)


def moment(name, at):
    local = timezone.localtime(at)
    return {f"{name}_0": local.strftime("%Y-%m-%d"), f"{name}_1": local.strftime("%H:%M")}


def answers(client, address, told, *changes):
    """The status of the page for each change made to what was told."""
    return [client.post(address, told | change).status_code for change in changes]


def test_a_collection_is_planned_opened_walked_and_what_was_missed_is_planned_again(world, chen):
    now = timezone.now()
    told = {"buildings": [world.building1.pk, world.building2.pk], "floors_a_part": "3", "instructions": "带两卷袋"}
    told |= moment("starts_at", now) | moment("ends_at", now + 2 * HOUR) | moment("bags_out_at", now)
    late = moment("bags_out_at", now + 3 * HOUR)
    refused = answers(chen, at("plan", world.jiamu.pk), told, {"floors_a_part": "2.5"}, {"buildings": []}, late)
    assert (refused, WasteRound.objects.count()) == ([422, 422, 422], 0)
    assert answers(chen, at("plan", world.jiamu.pk), told, {}) == [302]
    waste = WasteRound.objects.get()
    chen.post(reverse("round_open", args=[waste.round_id]))
    Visit.objects.filter(round=waste.round, room="502").update(outcome="done")
    window = moment("starts_at", now) | moment("ends_at", now + HOUR)
    early = moment("ends_at", now - HOUR)
    assert answers(chen, at("next_pass", waste.round_id), window, early, {}, {}) == [422, 302, 422]
    assert [row.round.state for row in WasteRound.objects.order_by("pk")] == ["closed", "draft"]


def test_yellow_bags_are_written_down_fetched_and_taken_back(world, chen):
    store, fetched = at("yellow_store", world.jiamu.pk), at("yellow_fetch", world.jiamu.pk)
    told = {"count": "４", "source": "sampling", "building": world.building1.pk}
    odd = [{"count": text} for text in ("", "0", "-1", "2.5", "1000", "NaN", "一些")]
    assert answers(chen, store, told, *odd, {"source": "x"}, {}) == [422] * 8 + [302]
    assert answers(chen, fetched, {"count": "5"}, {}, {"count": "3"}) == [422, 302]
    line = YellowBags.objects.get(kind="fetched")
    for reason in ("", "数错"):
        chen.post(at("yellow_back", line.pk), {"reason": reason})
    assert list(YellowBags.objects.exclude(takes_back=None).values_list("kind", "count", "reason")) == [
        ("fetched", 3, "数错")
    ]
    assert chen.get(at("yellow", world.jiamu.pk)).context["bags"] == 4


def test_a_place_is_warned_sprayed_done_and_says_when_it_is_safe(world, chen):
    add = at("disinfection_add", world.jiamu.pk)
    told = SPRAYED | {"building": world.building1.pk}
    wrong = ({"ppm": "9"}, {"ppm": "90000"}, {"ppm": "1.5"}, {"building": "", "place": ""}, {"part": "home"})
    assert answers(chen, add, told, *wrong) == [422] * 5
    assert Disinfection.objects.count() == 0
    chen.post(add, told)
    row = Disinfection.objects.get()
    assert row.ppm == 500
    early = moment("safe_at", timezone.now() + timedelta(minutes=10))
    assert [chen.post(at(step, row.pk), {}).status_code for step in ("spray", "spray")] == [302, 302]
    assert answers(chen, at("finish", row.pk), {}, early, {}) == [422, 302]
    row = Disinfection.objects.get()
    assert (row.state, row.safe_at - row.ended_at) == ("done", timedelta(minutes=30))
    page = chen.get(row.get_absolute_url()).content.decode()
    assert f"{timezone.localtime(row.safe_at):%H:%M}" in page


def test_a_spraying_is_called_off_with_a_reason_and_an_entry_is_put_right(world, chen):
    chen.post(at("disinfection_add", world.jiamu.pk), SPRAYED | {"building": world.building1.pk})
    row = Disinfection.objects.get()
    assert answers(chen, at("call_off", row.pk), {}, {}, {"reason": "下雨"}) == [422, 302]
    begun = moment("started_at", timezone.now() - 2 * HOUR)
    ended = moment("ended_at", timezone.now() - HOUR)
    told = SPRAYED | {"building": world.building1.pk} | begun | ended
    wrong = moment("ended_at", timezone.now() - 3 * HOUR)
    assert answers(chen, at("write_down", world.jiamu.pk), told, wrong, {}) == [422, 302]
    first = Disinfection.objects.first()
    assert chen.get(at("correct", first.pk)).context["form"].initial["ppm"] == 500
    assert answers(chen, at("correct", first.pk), told | {"ppm": "1000"}, {}, {"correction_reason": "写错"}) == [
        422,
        302,
    ]
    assert [(row.ppm, row.is_corrected) for row in Disinfection.objects.order_by("pk")] == [
        (500, False),
        (500, True),
        (1000, False),
    ]


def test_a_home_is_found_by_its_room_and_only_stewards_read_what_it_asked_for(world, chen):
    told = SPRAYED | {"part": "home", "building": world.building1.pk, "asked_belongings": "on", "belongings": "鱼缸"}
    rooms = ({"room": "999"}, {"room": ""}, {"room": "502"})
    assert answers(chen, at("disinfection_add", world.jiamu.pk), told, *rooms) == [422, 422, 302]
    assert BelongingsAsked.objects.get().door == world.lin_home.door
    assert "鱼缸" in chen.get(Disinfection.objects.get().get_absolute_url()).content.decode()


def grow(world, many):
    """`many` of everything the pages read."""
    now = timezone.now()
    window = {"starts_at": now, "ends_at": now + HOUR, "bags_out_at": now}
    plan = Plan(part="stairs", reason="routine", agent="chlorine", ppm=500, team="property", building=world.building1)
    for _number in range(many):
        waste = plan_collection(compound=world.jiamu, buildings=world.jiamu.buildings.all(), by=world.chen, **window)[0]
        open_any_round(round=waste.round, by=world.chen)
        store_bags(compound=world.jiamu, count=2, source="sampling", by=world.chen)
        written = {"started_at": now - 2 * HOUR, "ended_at": now - HOUR}
        write_down(compound=world.jiamu, plan=plan, by=world.chen, **written)
    return waste


def test_pages_cost_the_same_with_ten_times_as_much(world, chen):
    costs = []
    for many in (1, 9):
        waste = grow(world, many)
        pages = {
            "compound": at("compound", world.jiamu.pk),
            "route": at("route", waste.round_id),
            "yellow": at("yellow", world.jiamu.pk),
            "log": reverse("disinfection_log", args=[world.jiamu.pk]),
        }
        cost = {}
        for name, address in pages.items():
            with statements() as seen:
                assert chen.get(address).status_code == 200
            cost[name] = len(seen)
        costs.append(cost)
    assert costs == [{"compound": 10, "route": 11, "yellow": 9, "log": 10}] * 2


def test_the_log_shows_what_the_lifts_wrote_and_leaves_as_a_file_that_is_on_record(world, chen):
    grow(world, 1)
    house = Tower(world, floors=2).open()
    house.ride("201")
    page = chen.get(reverse("disinfection_log", args=[world.jiamu.pk]))
    assert [(line["lift__building__name"], line["times"]) for line in page.context["lifts"]] == [
        (str(house.building), 1)
    ]
    address = reverse("reports:disinfections", args=[world.jiamu.pk, "csv"])
    files = {"": 2, "?part=lift": 1, "?part=stairs": 1, "?reason=positive": 0}
    told = {query: b"".join(chen.get(address + query).streaming_content).decode() for query in files}
    where = (f"{house.building} · 电梯", "1号楼 · 楼梯和扶手")
    assert {query: sum(table.count(place) for place in where) for query, table in told.items()} == files
    assert AccessRecord.objects.filter(deed="export").count() == 4
