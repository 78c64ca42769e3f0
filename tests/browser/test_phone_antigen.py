"""Antigen results told at the doors without signal: one tap, person by person, undone; the statistics show them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from rounds.models import Mark, Visit
from rounds.services import assign
from testing_rounds.antigen_stats import read_stats
from testing_rounds.models import PersonResult
from tests.browser.test_phone_way_of_a_mark import wait_for_shell
from tests.testing_rounds.antigen_round import AntigenRound

pytestmark = pytest.mark.browser
NOT_A_DIAGNOSIS = re.compile("Not a diagnosis|不是诊断")


def test_results_are_told_at_the_doors_without_signal(phone, desk, bind, stairwell, eventually, client, live_server):
    world, tower = stairwell.world, stairwell.tower
    antigen = AntigenRound(world, buildings=[tower], ends_at=timezone.now() + timedelta(hours=2))
    assign(round=antigen.round, volunteer=world.wei, building=tower, by=world.chen)
    one, two, three = list(Visit.objects.filter(round=antigen.round).top_down()[:3])  # one, two, three people
    context = phone()
    page = bind(context)
    wait_for_shell(page)
    context.set_offline(True)

    def door(visit):
        return page.locator(f"#door-{visit.pk}")

    door(two).locator("[data-deed=done]").click()  # kits first, results a quarter of an hour later
    expect(door(two).locator("[data-part=hint]")).to_contain_text("15")
    expect(page.locator("#only-due")).to_contain_text("1")
    door(two).locator("[data-deed=negative]").click()
    expect(door(two).locator("[data-part=state]")).to_contain_text(re.compile(r"2\D+2"))
    door(one).locator("[data-deed=negative]").click()  # handed out and read in one go; by mistake
    door(one).locator("[data-deed=undo]").click()
    expect(door(one)).to_have_class("door")

    door(three).locator("[data-deed=more]").click()
    for number, letter in (("1", "p"), ("2", "i"), ("3", "n")):
        door(three).locator(f"li[data-person='{number}'] [data-test={letter}]").click()
    expect(door(three).locator("li[data-person='1'] [data-part=told]")).to_contain_text(NOT_A_DIAGNOSIS)
    door(three).locator("[data-deed=people]").click()
    expect(door(three).locator("[data-part=positive]")).to_contain_text(NOT_A_DIAGNOSIS)
    expect(door(three).locator("[data-deed=negative]")).to_be_visible()  # the invalid one, after another kit

    page.reload()  # all of it is kept on the phone
    expect(door(three).locator("[data-part=state]")).to_contain_text(re.compile(r"2\D+3"))
    assert PersonResult.objects.count() == 0
    context.set_offline(False)
    eventually(Mark.objects.filter(visit__round=antigen.round).count, 5)
    page.wait_for_selector("#sync[data-state=sent]")
    page.reload()  # now as the portal tells it
    expect(door(three).locator("[data-part=state]")).to_contain_text(re.compile(r"2\D+3"))
    expect(door(three).locator("[data-part=positive]")).to_be_visible()

    total = read_stats(antigen.round, antigen.round.buildings.all()).total
    assert (total.given, total.negative, total.positive, total.invalid) == (5, 3, 1, 1)
    client.force_login(world.chen)
    board = desk()
    board.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    statistics = board.new_page()
    statistics.goto(reverse("testing_rounds:antigen", args=[antigen.round.pk]))
    expect(statistics.locator(".alarm").first).to_have_text("1")
