"""A volunteer's own shifts on the phone, from the doors to a place and back; and bags counted at a door."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from compound.opening import open_any_round
from rounds.models import Mark
from rounds.services import assign
from sanitation.collecting import plan_collection
from sanitation.models import WasteRound
from sanitation.reading import read_route
from shifts.models import HealthWord, Place
from shifts.services import make_shifts
from tests.browser.test_phone_way_of_a_mark import wait_for_shell

pytestmark = pytest.mark.browser


def test_a_place_is_taken_given_back_and_without_signal_the_phone_says_so(phone, bind, stairwell, eventually):
    world, now = stairwell.world, timezone.now()
    facts = {"task": "order", "title": "门岗秩序", "places": 1, "building": None, "meeting_point": "东门"}
    times = {"starts_at": now + timedelta(hours=2), "ends_at": now + timedelta(hours=5)}
    (shift,) = make_shifts(compound=world.jiamu, by=world.chen, **facts | times)
    context = phone()
    page = bind(context)
    wait_for_shell(page)
    page.click("#this-phone")
    page.get_by_role("link", name=re.compile("My shifts|我的班次")).click()
    free, own = page.locator("#free-list .part"), page.locator("#own-list .part")
    expect(free).to_contain_text("门岗秩序")
    context.set_offline(True)
    free.locator(".act").click()
    expect(free.locator("[data-part=failed]")).to_contain_text(re.compile("No signal|没有信号"))
    context.set_offline(False)
    free.locator(".act").click()
    expect(own).to_contain_text("东门")
    eventually(lambda: shift.all_places.get().state, "held")
    own.locator(".act").click()  # one tap: cannot come
    expect(free).to_contain_text("门岗秩序")
    eventually(lambda: Place.objects.get().state, "left")
    page.click("[data-word=well]")
    expect(page.locator("#felt")).not_to_be_empty()
    page.click("[data-word=symptom]")
    page.click("#sure-yes")
    expect(page.locator("#feel-acts")).to_be_hidden()
    expect(page.locator("#free")).to_be_hidden()
    eventually(lambda: list(HealthWord.objects.order_by("pk").values_list("kind", flat=True)), ["well", "symptom"])


def test_bags_are_counted_at_the_doors_without_signal_and_the_desk_reads_them(phone, bind, stairwell, eventually):
    world, now = stairwell.world, timezone.now()
    window = {"starts_at": now, "ends_at": now + timedelta(hours=2), "bags_out_at": now}
    waste = plan_collection(compound=world.jiamu, buildings=[stairwell.tower], by=world.chen, **window)[0]
    WasteRound.objects.filter(pk=waste.pk).update(route="apart")
    open_any_round(round=WasteRound.objects.get(pk=waste.pk).round, by=world.chen)
    assign(round=waste.round, volunteer=world.wei, building=stairwell.tower, by=world.chen)
    context = phone()
    page = bind(context)
    wait_for_shell(page)
    page.click(f"#rounds [data-round='{waste.round_id}']")
    context.set_offline(True)
    door = page.locator(".door").first
    visit = door.get_attribute("data-visit")
    for kind, taps in (("bags", 1), ("yellow", 3)):
        for _tap in range(taps):
            door.locator(f"[data-count='{kind}:more']").click()
    door.locator("[data-count='yellow:fewer']").click()
    door.locator("[data-deed=done]").click()
    told = page.locator(f"#door-{visit}")
    expect(told.locator("[data-part=state]")).to_contain_text(re.compile(r"1\D+2"))
    context.set_offline(False)
    eventually(
        lambda: list(Mark.objects.values_list("details", flat=True)),
        [{"bags": "1", "yellow": "2"}],
    )
    page.wait_for_selector("#sync[data-state=sent]")
    page.reload()  # now as the portal tells it
    page.click(f"#rounds [data-round='{waste.round_id}']")
    expect(told.locator("[data-part=state]")).to_contain_text(re.compile(r"1\D+2"))
    total = read_route(WasteRound.objects.get(pk=waste.pk), world.chen).total
    assert (total.taken, total.bags, total.yellow) == (1, 1, 2)
