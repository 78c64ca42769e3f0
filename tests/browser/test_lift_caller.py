"""The caller runs ten households on a phone, with one thumb, while the lobby's screen follows by itself."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from lifts.models import CallDown, Disinfection, Lift, Ride, RideStep, Turn
from lifts.riding import move_turn, press, reserve_lift
from lifts.services import keep_plan, make_lobby_link
from rounds.services import create_round, open_round
from tests.world import PASSWORD, make_building, move_in

pytestmark = pytest.mark.browser
BIG = ".caller-thumb .big button"


@pytest.fixture
def tower(world):
    """Five floors of two doors, one lift, and a rest of no time, so that the test need not wait for it."""
    building = make_building(world.jiamu, "7", floors=5)
    for door in building.doors.all():
        move_in(door, f"住户{door.room}")
    round = create_round(**world.round_form(buildings=[building]))
    open_round(round=round, by=world.chen)
    keep_plan(
        round=round,
        buildings=[building],
        by=world.chen,
        starts_at=timezone.now(),
        skip=1,
        gap_seconds=0,
        lift_count=1,
        disinfect_seconds=0,
        dwell_seconds=0,
    )
    return CallDown.objects.get()


def log_in(page, username):
    page.goto("/login/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/")


def tap(page, selector=BIG):
    """A tap, and the page that follows it."""
    with page.expect_navigation():
        page.locator(selector).tap()


def test_the_caller_runs_ten_households(phone, desk, world, tower, quiet):
    page = phone().new_page()
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    log_in(page, "chen")
    page.goto(reverse("rounds:board", args=[tower.plan.round_id]))
    page.locator(f'main a[href="{reverse("lifts:round", args=[tower.plan.round_id])}"]').tap()
    page.locator(f'main a[href="{reverse("lifts:caller", args=[tower.pk])}"]').tap()
    page.wait_for_selector(BIG)
    box = page.locator(BIG).bounding_box()
    assert box["height"] >= 80
    assert box["width"] >= 340
    assert box["y"] + box["height"] > 844 - 40  # where the thumb is
    with quiet():
        lobby_code = make_lobby_link(call_down=tower)
    lobby = desk().new_page()
    lobby.goto(reverse("lifts:lobby_public", args=[lobby_code]))
    rooms = ["501", "502", "401", "402", "301", "302", "201", "202", "101", "102"]
    for number, room in enumerate(rooms):
        expect(page.locator(".lift-room")).to_have_text(room)
        for _step in range(5):
            tap(page)
        if number == 0:
            expect(lobby.locator(".lobby-next b").first).to_have_text("502", timeout=20_000)
    expect(page.locator(".lift-room")).to_have_text("✓")
    with quiet():
        assert set(Turn.objects.values_list("state", flat=True)) == {"served"}
        assert (Ride.objects.count(), Disinfection.objects.count(), RideStep.objects.count()) == (10, 10, 50)
        assert not tower.plan.round.visits.exclude(outcome="waiting").exists()  # a ride is no mark
    assert errors == []


def test_a_mis_tap_a_double_tap_and_nobody_there(phone, world, tower, quiet):
    page = phone().new_page()
    log_in(page, "chen")
    page.goto(reverse("lifts:caller", args=[tower.pk]))
    tap(page)
    tap(page, f'form[action="{reverse("lifts:undo", args=[tower.pk, Lift.objects.get().pk])}"] button')
    expect(page.locator(".lift-room")).to_have_text("501")
    page.evaluate(f"document.querySelectorAll('{BIG}')[0].click(); document.querySelectorAll('{BIG}')[0].click()")
    page.wait_for_selector(".s-called")
    with quiet():
        assert list(RideStep.objects.values_list("step", flat=True)) == ["called", "undone", "called"]
    tap(page, f'form[action="{reverse("lifts:no_show", args=[tower.pk, Lift.objects.get().pk])}"] button')
    expect(page.locator(".lift-room")).to_have_text("502")
    expect(page.locator(".coming li").last.locator("b")).to_have_text("201")  # six are shown
    with quiet():
        assert Turn.objects.get(visit__room="501").missed_count == 1


def test_the_clock_runs_down_and_the_button_comes_back_by_itself(phone, world, tower, quiet):
    CallDown.objects.update(dwell_seconds=5)
    page = phone().new_page()
    log_in(page, "chen")
    page.goto(reverse("lifts:caller", args=[tower.pk]))
    for _step in range(5):
        tap(page)
    expect(page.locator(BIG)).to_be_disabled()
    expect(page.locator("[data-left]")).to_have_text("0:03", timeout=5000)
    expect(page.locator(BIG)).to_be_enabled(timeout=20_000)
    expect(page.locator(".lift-room")).to_have_text("502")
    with quiet():
        assert Ride.objects.get().safe_at < timezone.now() + timedelta(seconds=1)


WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_stands_in_anybodys_way(desk, world, tower, quiet, scheme, viewport):
    CallDown.objects.update(dwell_seconds=600)
    tower.refresh_from_db()
    first, *_others, last = Turn.objects.order_by("position")
    Lift.objects.create(building=tower.building, number=2, is_reserved=False)
    for lift, turn, presses in zip(Lift.objects.all(), (first, last), (1, 5), strict=True):
        for _press in range(presses):
            lift.refresh_from_db()
            press(call_down=tower, lift=lift, saw=lift.latest_step_id or 0, by=world.chen, turn=turn)
    move_turn(turn=Turn.objects.get(visit__room="401"), step="first", by=world.chen)
    move_turn(turn=Turn.objects.get(visit__room="301"), step="home", by=world.chen)
    reserve_lift(lift=lift, is_reserved=True, by=world.chen)
    page = desk(color_scheme=scheme, viewport=viewport).new_page()
    log_in(page, "chen")
    found, wider = {}, {}
    for name in ("call_down", "caller", "lobby", "log", "settings"):
        page.goto(reverse(f"lifts:{name}", args=[tower.pk]))
        look_over(page, name, found, wider)
    page.goto(reverse("lifts:caller", args=[tower.pk]) + f"?lift={lift.pk}")
    look_over(page, "caller of a lift that rests", found, wider)
    page.goto(reverse("lifts:round", args=[tower.plan.round_id]))
    look_over(page, "round", found, wider)
    page.goto(reverse("lifts:plan", args=[tower.plan.round_id]))
    page.locator("button[name=work_out]").click()
    page.wait_for_selector("#answer")
    look_over(page, "plan", found, wider)
    assert (found, wider) == ({}, {})


def look_over(page, name, found, wider):
    violations = Axe().run(page).response["violations"]
    if violations:
        found[name] = [(rule["id"], [node["target"] for node in rule["nodes"]][:4]) for rule in violations]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wider[name] = page.evaluate("document.documentElement.scrollWidth")
