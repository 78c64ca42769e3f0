"""What the caller's screen and the desk do when pressed. Who may press is in tests/permission_table/lifts.py."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lifts.models import CallDown, Forecast, Lift, LiftEvent, Ride, RideStep, Turn
from lifts.riding import take_out_of_service, tell_together, undo_last
from lifts.services import keep_plan
from residents.posts import add_person_at_post
from rounds.services import create_round, open_round
from tests.lifts.conftest import MINUTE, Tower
from tests.marks import statements


@pytest.fixture
def chen(tower, client):
    client.force_login(tower.world.chen)
    return client


def url(name, tower, lift=None):
    keys = [tower.call_down.pk] + ([tower.lifts[lift].pk] if lift is not None else [])
    return reverse(f"lifts:{name}", args=keys)


def steps():
    return list(RideStep.objects.values_list("step", flat=True))


def test_the_big_button_calls_the_household_it_names_and_walks_it_home(tower, chen):
    for _press in range(5):
        page = chen.get(url("caller", tower))
        here = page.context["here"]
        press = {"saw": here.saw} | ({"turn": here.following.pk} if here.following else {})
        answer = chen.post(url("press", tower, 0), press)
        assert answer["Location"] == f"{url('caller', tower)}?lift={tower.lifts[0].pk}"
    assert steps() == ["called", "riding", "down", "returning", "disinfecting"]
    assert tower.turn("1201").state == "served"


def test_the_posts_of_guards_and_staff_are_not_called_down(world, tower, chen):
    add_person_at_post(compound=world.jiamu, post="岗亭", name="门卫甲")
    everywhere = list(world.jiamu.buildings.all())
    round = create_round(**world.round_form(buildings=everywhere))
    open_round(round=round, by=world.chen)
    plan = chen.get(reverse("lifts:plan", args=[round.pk]))
    offered = list(plan.context["form"].fields["buildings"].queryset)
    assert (len(everywhere), offered) == (4, [world.building1, world.building2, tower.building])


def test_a_double_tap_and_a_replayed_post_advance_once(tower, chen):
    press = {"saw": 0, "turn": tower.turn("1201").pk}
    pages = [chen.post(url("press", tower, 0), press, follow=True) for _tap in range(3)]
    assert steps() == ["called"]
    assert [len(page.context["messages"]) for page in pages] == [0, 1, 1]
    assert {message.level_tag for message in pages[1].context["messages"]} == {"info"}  # nobody did wrong


@pytest.mark.parametrize("press", [{}, {"saw": "x"}, {"saw": "-1"}, {"saw": "9" * 30}, {"saw": "0", "turn": "９"}])
def test_a_press_that_cannot_be_read_changes_nothing_and_says_so(tower, chen, press):
    page = chen.post(url("press", tower, 0), press, follow=True)
    assert (page.status_code, steps(), len(page.context["messages"])) == (200, [], 1)


def test_a_household_of_another_queue_is_not_called(world, tower, chen):
    other = Tower(world, code="8").open()
    chen.post(url("press", tower, 0), {"saw": 0, "turn": other.turn("1201").pk})
    assert (
        chen.post(reverse("lifts:press", args=[tower.call_down.pk, other.lifts[0].pk]), {"saw": 0}).status_code == 404
    )
    assert steps() == []


def test_nobody_came_and_taking_back(tower, chen):
    tower.press("1201")
    chen.post(url("no_show", tower, 0), {"saw": tower.saw()})
    chen.post(url("undo", tower, 0), {"saw": tower.saw()})
    assert steps() == ["called", "no_show", "undone"]
    assert Ride.objects.get().state == "called"


def test_a_lift_that_fails_and_the_stairs(tower, chen):
    chen.post(url("lift_out", tower, 0), {"reason": "异响"})
    take_out_of_service(lift=tower.lifts[1], by=tower.by)
    page = chen.get(url("caller", tower))
    assert page.context["queue"].by_stairs
    following = page.context["queue"].to_call[0]
    move = reverse("lifts:turn_move", args=[following.pk])
    assert move in page.content.decode()
    chen.post(move, {"step": "stairs", "to": "caller"})
    chen.post(move, {"step": "stairs", "to": "caller"})
    assert (steps(), tower.turn("1201").state) == (["stairs"], "stairs")
    chen.post(url("lift_back", tower, 0))
    assert list(LiftEvent.objects.order_by("pk").values_list("step", "reason")) == [
        ("out", "异响"),
        ("out", ""),
        ("back", ""),
    ]


def test_home_visits_are_handed_over_with_their_needs(tower, chen):
    visit = tower.turn("1101").visit
    visit.needs = ["needs_home_visit"]
    visit.save()
    for lift in tower.lifts:
        take_out_of_service(lift=lift, by=tower.by)
    page = chen.get(tower.call_down.get_absolute_url())
    assert [turn.visit.needs for turn in page.context["queue"].at_home] == [["needs_home_visit"]]
    chen.post(url("home_visits", tower))
    assert tower.turn("1101").state == "home"
    assert tower.turn("1101").visit.is_missing  # so it stays on the phones of whoever walks there


def test_a_contact_is_recorded_on_the_newest_ride(tower, chen):
    page = chen.post(url("together", tower, 0), {"turn": tower.turn("1102").pk})
    assert page.status_code == 422
    tower.press("1201")
    assert chen.post(url("together", tower, 0), {"turn": tower.turn("1201").pk}).status_code == 422
    assert chen.post(url("together", tower, 0), {"turn": tower.turn("1102").pk}).status_code == 302
    assert chen.get(tower.call_down.get_absolute_url()).context["together"].get().turn == tower.turn("1102")


def test_a_plan_is_worked_out_without_a_trace_and_kept_with_the_other_button(world, client):
    tower = Tower(world)
    client.force_login(world.chen)
    open_round(round=tower.round, by=world.chen)
    page = client.get(reverse("lifts:plan", args=[tower.round.pk]))
    form = page.context["form"]
    now = timezone.localtime()
    told = {name: form[name].value() for name in form.fields if name not in {"buildings", "starts_at", "finish_by"}} | {
        "buildings": [tower.building.pk],
        "starts_at_0": now.date().isoformat(),
        "starts_at_1": "08:00",
        "finish_by_0": now.date().isoformat(),
        "finish_by_1": "10:00",
        "trip_seconds": "5",
        "disinfect_seconds": "2",
        "dwell_seconds": "3",
    }
    page = client.post(reverse("lifts:plan", args=[tower.round.pk]), told | {"work_out": ""})
    assert (page.status_code, page.context["table"].seconds, CallDown.objects.count()) == (200, 7200, 0)
    assert timezone.localtime(page.context["table"].start_by).strftime("%H:%M") == "08:00"
    answer = client.post(reverse("lifts:plan", args=[tower.round.pk]), told | {"keep": ""})
    assert answer["Location"] == reverse("lifts:round", args=[tower.round.pk])
    row = CallDown.objects.get()
    assert (row.trip_seconds, row.lock_seconds, Forecast.objects.get().household_count) == (300, 300, 24)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("trip_seconds", "0"),
        ("trip_seconds", "abc"),
        ("batch_size", "0"),
        ("skip", "99"),
        ("agent", ""),
        ("order", "x"),
    ],
)
def test_a_plan_that_cannot_be_is_shown_again_with_what_was_typed(tower, chen, field, value):
    told = {"trip_seconds": "6.5", "keep": "", field: value}
    page = chen.post(reverse("lifts:plan", args=[tower.round.pk]), told)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert page.context["form"]["trip_seconds"].value() == told["trip_seconds"]


def test_settings_change_one_entrance_from_the_next_press_on(tower, chen):
    page = chen.get(url("settings", tower))
    form = page.context["form"]
    told = {name: form[name].value() for name in form.fields}
    assert told["trip_seconds"] == "5"
    assert chen.post(url("settings", tower), told | {"dwell_seconds": "7.5", "agent": "过氧乙酸"}).status_code == 302
    tower.call_down.refresh_from_db()
    tower.ride("1201")
    ride = Ride.objects.get()
    assert (ride.safe_at - tower.start) / MINUTE == 5 + 2 + 7.5
    assert ride.lift.disinfections.get().agent == "过氧乙酸"


def test_the_log_leaves_as_a_file_that_no_spreadsheet_calculates(tower, chen):
    CallDown.objects.update(agent="=1+1")
    tower.call_down.refresh_from_db()
    tower.ride("1201")
    undo_last(call_down=tower.call_down, lift=tower.lifts[0], saw=tower.saw(), by=tower.by, at=tower.start + 6 * MINUTE)
    answer = chen.get(url("log_csv", tower))
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    began = timezone.localtime(tower.start + 5 * MINUTE).strftime("%Y-%m-%d %H:%M:%S")
    assert (rows[1][1], rows[1][3], rows[1][6], len(rows)) == ("'=1+1", began, "陈干事", 2)
    assert rows[1][7] != ""
    assert chen.get(url("log", tower)).content.decode().count('class="struck"') == 1


def test_ending_and_going_on(tower, chen):
    chen.post(url("end", tower))
    assert chen.get(url("caller", tower)).context["is_over"]
    chen.post(url("press", tower, 0), {"saw": 0, "turn": tower.turn("1201").pk})
    assert steps() == []
    chen.post(url("resume", tower))
    chen.post(url("press", tower, 0), {"saw": 0, "turn": tower.turn("1201").pk})
    assert steps() == ["called"]


def test_the_caller_polls_for_four_statements_and_sees_when_a_lift_is_safe(tower, chen):
    live = url("caller_live", tower)
    first = chen.get(live)
    with statements() as seen:
        again = chen.get(live, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, len(seen)) == (304, 4)
    tower.start = timezone.now() - 6 * MINUTE
    tower.ride("1201")
    locked = chen.get(live)
    assert locked["ETag"] != first["ETag"]
    assert chen.get(live).context["here"].state == "disinfecting"
    Ride.objects.update(safe_at=timezone.now() - timedelta(seconds=1))
    free = chen.get(live)
    assert (free["ETag"] != locked["ETag"], free.context["here"].state) == (True, "free")


@pytest.mark.parametrize("floors", [3, 30])
def test_pages_cost_the_same_for_a_small_and_a_large_house(world, client, floors):
    tower = Tower(world, floors=floors).open()
    tower.ride("301")
    tower.press("302", lift=1)
    tell_together(ride=Ride.objects.first(), turn=tower.turn("201"), by=world.chen)
    client.force_login(world.chen)
    costs = {}
    for name, address in {
        "caller": url("caller", tower),
        "lobby": url("lobby", tower),
        "desk": url("call_down", tower),
        "log": url("log", tower),
        "round": reverse("lifts:round", args=[tower.round.pk]),
    }.items():
        client.get(address)
        with statements() as seen:
            assert client.get(address).status_code == 200
        costs[name] = len(seen)
    assert costs == {"caller": 9, "lobby": 7, "desk": 12, "log": 7, "round": 10}


def test_the_round_page_teaches_before_there_is_a_plan(world, client):
    round = create_round(**world.round_form())
    client.force_login(world.zhao)
    page = client.get(reverse("lifts:round", args=[round.pk])).content.decode()
    assert reverse("lifts:plan", args=[round.pk]) not in page
    client.force_login(world.chen)
    page = client.get(reverse("lifts:round", args=[round.pk])).content.decode()
    assert reverse("lifts:plan", args=[round.pk]) in page


def test_a_lead_sees_and_runs_the_own_building_alone(world, client):
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    keep_plan(
        round=round,
        buildings=[world.building1, world.building2],
        by=world.chen,
        starts_at=timezone.now(),
        skip=1,
        gap_seconds=0,
        lift_count=1,
    )
    client.force_login(world.zhao)
    page = client.get(reverse("lifts:round", args=[round.pk]))
    assert [place.call_down.building for place in page.context["places"]] == [world.building1]
    row = CallDown.objects.get(building=world.building1)
    turn = Turn.objects.filter(call_down=row).order_by("position").first()
    lift = Lift.objects.of(row).get()
    client.post(reverse("lifts:press", args=[row.pk, lift.pk]), {"saw": 0, "turn": turn.pk})
    assert RideStep.objects.get().by == world.zhao


def test_the_board_leads_here(tower, chen):
    page = chen.get(tower.round.get_absolute_url()).content.decode()
    assert reverse("lifts:round", args=[tower.round.pk]) in page


def test_today_leads_here_once_there_is_a_plan(world, client):
    tower = Tower(world)
    open_round(round=tower.round, by=world.chen)
    client.force_login(world.chen)
    address = reverse("lifts:round", args=[tower.round.pk])
    assert address not in client.get("/").content.decode()
    keep_plan(round=tower.round, buildings=[tower.building], by=world.chen, **tower.plan_form)
    assert address in client.get("/").content.decode()


def test_what_is_too_old_to_take_back_is_not_offered(tower, chen):
    tower.press("1201")
    undo = url("undo", tower, 0)
    assert undo not in chen.get(url("caller", tower)).content.decode()  # hours ago
    RideStep.objects.update(at=timezone.now())
    assert undo in chen.get(url("caller", tower)).content.decode()
