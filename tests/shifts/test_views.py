"""The desk's pages and the phone's: what they do, what they hide, what they cost."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from care.calling import take_call
from care.models import CallPlace, Need
from care.needs import claim
from compound.turned_positive import recent_doors, turn_positive
from notices.models import Message
from residents.models import AccessRecord
from rounds.models import Assignment, Mark, Round, Visit
from rounds.segments import free_segments, offer_segments
from rounds.services import assign, create_round, open_round
from shifts.health import say_health
from shifts.models import HealthWord, Place, PositiveCall, Shift, ShiftRules
from shifts.telling import ShiftError
from supplies.ledger import create_item
from tests.care.carers import Carers
from tests.marks import statements
from tests.sharing.neighbours import Neighbours
from tests.shifts.crew import Crew
from tests.supplies.store import Store

pytestmark = pytest.mark.usefixtures("english")
WEI = "token-of-wei-0000000000"


@pytest.fixture
def live(world):
    """A crew whose noon is now: pages know no other clock."""
    crew = Crew(world)
    crew.now = timezone.now()
    return crew


def soon(crew, start=2, length=3, **changes):
    begin = crew.now + timedelta(hours=start)
    return crew.shift(**{"starts_at": begin, "ends_at": begin + timedelta(hours=length)} | changes)


@pytest.fixture
def chen(world, client):
    client.force_login(world.chen)
    return client


def at(name, *keys):
    return reverse(name, args=keys)


def text(answer):
    return answer.content.decode()


def cost(deed):
    with statements() as seen:
        deed()
    return len(seen)


def test_a_steward_plans_three_days_and_bad_input_loses_nothing(world, chen):
    begin = timezone.localtime() + timedelta(days=1)
    told = {"title": "搬运", "task": "order", "places": "４", "days": "3"}
    told |= {"starts_at_0": begin.strftime("%Y-%m-%d"), "starts_at_1": "09:00"}
    told |= {"ends_at_0": begin.strftime("%Y-%m-%d"), "ends_at_1": "12:00"}
    for change in ({"places": "-1"}, {"places": "2.5"}, {"days": "99"}, {"ends_at_1": "08:00"}, {"title": ""}):
        refused = chen.post(at("shifts:add", world.jiamu.pk), told | change)
        assert (refused.status_code, Shift.objects.count()) == (422, 0)
    assert chen.post(at("shifts:add", world.jiamu.pk), told).status_code == 302
    assert list(Shift.objects.values_list("places", flat=True)) == [4, 4, 4]
    assert "搬运" in text(chen.get(at("shifts:roster", world.jiamu.pk)))


def test_the_desk_signs_up_over_a_limit_with_a_reason_and_takes_out(world, live, chen):
    live.take(soon(live))
    late = soon(live, 6)
    refused = chen.post(at("shifts:sign_up", late.pk), {"in-volunteer": world.wei.pk})
    assert (refused.status_code, "at least 6 h are agreed" in text(refused)) == (422, True)
    told = {"in-volunteer": world.wei.pk, "in-despite": "只有他会开车"}
    assert chen.post(at("shifts:sign_up", late.pk), told).status_code == 302
    place = late.all_places.get()
    assert "只有他会开车" in text(chen.get(at("shifts:shift", late.pk)))
    chen.post(at("shifts:leave", place.pk))
    assert late.all_places.get().state == "left"


def test_a_lead_sees_a_shift_of_the_house_and_no_history_of_anybody(world, live, client):
    shift = soon(live, building=world.building1)
    live.leave(live.take(shift), reason="发热门诊")
    client.force_login(world.zhao)
    page = text(client.get(at("shifts:shift", shift.pk)))
    assert ("门岗秩序" in page, "发热门诊" in page, "Put somebody in" in page) == (True, False, False)


def test_the_health_log_is_a_stewards_and_each_look_is_on_record(world, live, chen):
    shift = soon(live)
    live.take(shift)
    chen.post(at("shifts:health_tell", world.wei.pk), {"kind": "symptom"})
    assert shift.all_places.get().state == "freed"
    page = text(chen.get(at("shifts:health", world.jiamu.pk)))
    assert "no shifts since" in page
    assert AccessRecord.objects.get().subject == "health log of volunteers"
    chen.post(at("shifts:health_tell", world.wei.pk), {"kind": "positive"})  # not here
    chen.post(at("shifts:health_tell", world.wei.pk), {"kind": "cleared"})
    assert list(HealthWord.objects.order_by("pk").values_list("kind", flat=True)) == ["symptom", "cleared"]
    assert live.take(shift).state == "held"


def test_hours_leave_as_a_file_that_is_on_record(world, live, chen):
    shift = soon(live, length=2)
    live.take(shift)
    Shift.objects.update(starts_at=live.now - timedelta(hours=4), ends_at=live.now - timedelta(hours=2))
    place = shift.all_places.get()
    chen.post(at("shifts:presence", place.pk), {"presence": "came"})
    assert "魏志愿" in text(chen.get(at("shifts:hours", world.jiamu.pk)))
    sheet = b"".join(chen.get(at("reports:shift_hours", world.jiamu.pk, "csv")).streaming_content).decode()
    assert "魏志愿,2,1,0,0" in sheet.replace('"', "")
    assert AccessRecord.objects.filter(deed="export").count() == 1
    assert chen.get(at("shifts:hours", world.jiamu.pk), {"first": "x", "last": "2022-01-01"}).status_code == 422


def test_pages_cost_the_same_however_many_shifts_there_are(world, live, chen):
    pages = [at("shifts:roster", world.jiamu.pk), at("shifts:hours", world.jiamu.pk)]
    pages += [at("shifts:health", world.jiamu.pk), at("shifts:shift", soon(live).pk)]
    few = [cost(lambda page=page: chen.get(page)) for page in pages]
    for number, person in enumerate([world.wei, world.wu, *live.more(6)]):
        live.take(soon(live, 2 + 10 * number, places=3), person)
    assert [cost(lambda page=page: chen.get(page)) for page in pages] == few
    assert max(few) <= 10


# --- The phone ------------------------------------------------------------------------------------


def ask(client, name, words, token=WEI):
    headers = {"content_type": "application/json", "HTTP_AUTHORIZATION": f"Bearer {token}"}
    return client.post(reverse(name) + "?lang=en", json.dumps(words), **headers)


def listed(client, token=WEI):
    return client.get(reverse("my_shift_list") + "?lang=en", HTTP_AUTHORIZATION=f"Bearer {token}").json()


def test_one_tap_takes_and_one_tap_gives_back(world, live, client):
    shift = soon(live)
    assert ask(client, "my_shift_take", {"shift": shift.pk}).json()["state"] == "held"
    assert ask(client, "my_shift_take", {"shift": shift.pk}, "token-of-wu-00000000000").json()["state"] == "waiting"
    assert listed(client, "token-of-wu-00000000000")["shifts"][0]["before"] == 0
    for _time in range(2):
        assert ask(client, "my_shift_leave", {"shift": shift.pk}).status_code == 200
    row = listed(client, "token-of-wu-00000000000")["shifts"][0]
    assert (row["state"], row["moved_up"], row["gear"]) == ("held", True, "N95 mask, gloves")
    assert "魏" not in json.dumps(listed(client, "token-of-wu-00000000000"), ensure_ascii=False)


def test_a_phone_is_refused_in_a_sentence_and_reaches_no_other_compound(world, live, client):
    sealed = soon(live, task="cases")
    refused = ask(client, "my_shift_take", {"shift": sealed.pk})
    assert (refused.status_code, "trained" in refused.json()["message"]) == (409, True)
    strange = ask(client, "my_shift_take", {"shift": sealed.pk}, "token-of-hu-00000000000")
    missing = ask(client, "my_shift_take", {"shift": 10**8}, "token-of-hu-00000000000")
    assert (strange.status_code, strange.content) == (404, missing.content)
    for words in ({}, {"shift": "1"}, {"shift": True}, {"shift": -1}):
        assert ask(client, "my_shift_leave", words).status_code == 404
    assert ask(client, "my_health", {"word": "positive"}).status_code == 400
    assert client.get(reverse("my_shift_take")).status_code == 405


def test_a_symptom_on_the_phone_frees_the_shifts_and_only_a_steward_ends_it(world, live, client):
    live.take(soon(live))
    assert ask(client, "my_health", {"word": "symptom"}).json()["stopped"] is True
    assert Place.objects.get().state == "freed"
    assert ask(client, "my_health", {"word": "well"}).json()["stopped"] is True
    say_health(volunteer=world.wei, kind="cleared", by=world.chen)
    assert listed(client)["health"] == {"well": True, "stopped": False}


def test_the_list_costs_six_statements_however_long_it_is(world, live, client):
    soon(live)
    assert cost(lambda: listed(client)) == 6
    for number in range(6):
        live.take(soon(live, 24 * number + 2), world.wei)
    assert cost(lambda: listed(client)) == 6


# --- Turned positive --------------------------------------------------------------------------------


@pytest.fixture
def walked(world, live):
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    assign(round=round, volunteer=world.wei, building=world.building1, by=world.chen)
    marks = ((world.lin_home, 1, "done"), (world.elder_home, 3, "nobody_home"), (world.far_home, 5, "done"))
    for home, days, outcome in marks:
        when = live.now - timedelta(days=days)
        visit = Visit.objects.get(round=round, household=home)
        Mark.objects.create(
            visit=visit, outcome=outcome, marked_by=world.wei.user, marked_at=when, sent_at=when, happened_at=when
        )
    return live


def test_one_press_frees_everything_and_lists_the_doors_for_stewards(world, walked, chen):
    shift = soon(walked)
    walked.take(shift)
    answer = chen.post(at("volunteer_positive", world.wei.pk), {"days": "4"})
    call = PositiveCall.objects.get()
    assert answer["Location"] == at("volunteer_positive_record", call.pk)
    counts = (call.part_count, call.shift_count, call.claim_count, call.door_count)
    assert (counts, call.by) == ((1, 1, 0, 2), world.chen)
    assert Assignment.objects.filter(released_at=None).count() == 0
    assert Assignment.objects.get().release_reason == "cannot go on"
    assert shift.all_places.get().state == "freed"
    page = text(chen.get(answer["Location"]))
    assert ("1号楼 502" in page, "1号楼 301" in page, "2号楼 402" in page) == (True, True, False)
    assert AccessRecord.objects.get().row_count == 2
    with pytest.raises(ShiftError, match="told already"):
        turn_positive(volunteer=world.wei, by=world.chen, days=4)
    assert chen.post(at("volunteer_positive", world.wei.pk), {"days": "9"}).status_code == 422


def test_calls_needs_and_collections_go_back_and_no_floor_is_taken_by_who_rests(world, walked, client):
    carers = Carers(world)
    take_call(place=carers.place(), by=world.wei.user)
    claim(need=carers.need(), by=world.chen, helper=world.wei)
    drive = Neighbours(world).drive(runner=world.wei)
    call = turn_positive(volunteer=world.wei, by=world.chen, days=4)
    drive.refresh_from_db()
    held = CallPlace.objects.get().holder, Need.objects.get().state, drive.runner
    assert (call.claim_count, held) == (3, (None, "new", None))
    offer_segments(round=Round.objects.get(), floors=5)
    _round, part = next(iter(free_segments(world.wei)))
    floors = {"round": Round.objects.get().pk, "building": part.building.pk, "entrance": ""}
    floors["floors"] = [part.floor_from, part.floor_to]
    refused = ask(client, "my_claim", floors)
    assert (refused.status_code, "rests" in refused.json()["message"]) == (409, True)
    say_health(volunteer=world.wei, kind="cleared", by=world.chen)
    assert ask(client, "my_claim", floors).status_code == 200


def test_doors_are_those_of_the_days_asked_for(world, walked):
    found = [[door.visit.household for door in recent_doors(world.wei, walked.now, days)] for days in (2, 4)]
    assert found == [[world.lin_home], [world.lin_home, world.elder_home]]
    assert recent_doors(world.wu, walked.now, 4) == []


# --- Gear, rules, changes -----------------------------------------------------------------------------


def test_gear_is_issued_to_the_crew_and_to_nobody_else(world, live, chen):
    shift = soon(live)
    live.take(shift)
    assert "No protective gear is in the store" in text(chen.get(at("shift_gear", shift.pk)))
    suits = Store(world).arrive(3, item=create_item(compound=world.jiamu, name="防护服", unit="套", is_ppe=True))
    told = {"volunteer": world.wei.pk, "batch": suits.pk, "quantity": "２"}
    refused = [
        chen.post(at("shift_gear", shift.pk), told | change).status_code
        for change in ({"quantity": "9"}, {"quantity": "1.5"}, {"quantity": "-1"}, {"volunteer": world.wu.pk})
    ]
    assert refused == [422] * 4
    assert chen.post(at("shift_gear", shift.pk), told).status_code == 302
    (line,) = chen.get(at("shift_gear", shift.pk)).context["crew"]
    assert (line.holds, [(worn.given, worn.out) for worn in line.items.values()]) == (2, [(2, 2)])


def test_a_shift_is_changed_and_called_off_and_the_rules_are_a_compounds_own(world, live, chen):
    shift = soon(live)
    local = timezone.localtime(shift.starts_at), timezone.localtime(shift.ends_at)
    told = {"title": "门岗", "task": "order", "places": "2", "meeting_point": "北门"}
    for name, moment in zip(("starts_at", "ends_at"), local, strict=True):
        told |= {f"{name}_0": moment.strftime("%Y-%m-%d"), f"{name}_1": moment.strftime("%H:%M")}
    pages = [chen.post(at("shifts:edit", shift.pk), told | more).status_code for more in ({"places": "0"}, {})]
    assert pages == [422, 302]
    assert Shift.objects.get().meeting_point == "北门"
    live.take(shift)
    pages = [chen.post(at("shifts:cancel", shift.pk), {"off-reason": why}).status_code for why in ("", "雨")]
    assert pages == [422, 302]
    assert Message.objects.filter(user=world.wei.user, channel="inbox").count() == 1
    rules = {"rest_hours": "8", "day_hours": "6", "week_hours": "30", "gear_order": "N95"}
    changes = ({"day_hours": "25"}, {})
    pages = [chen.post(at("shifts:rules", world.jiamu.pk), rules | more).status_code for more in changes]
    assert (pages, ShiftRules.objects.get().rest_hours) == ([422, 302], 8)
