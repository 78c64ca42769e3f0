"""A household asks by its card, and says itself that it is well; an elder does not answer twice, and a volunteer's
knock is a click away. Set up once for both roads."""

import re

import pytest
from playwright.sync_api import expect

from care.models import CallPlace, Need
from rounds.models import Visit
from tests.browser.test_cake_drive import log_in
from tests.browser.test_phone_way_of_a_mark import wait_for_shell
from tests.care.carers import Carers

pytestmark = pytest.mark.browser


@pytest.fixture
def carers(world, quiet):
    with quiet():
        carers = Carers(world)
        carers.place()
        return carers


def state():
    return Need.objects.get().state


def test_a_need_from_a_link_to_its_confirmation_and_an_elder_from_two_calls_to_a_knock(
    world, carers, phone, desk, eventually, quiet
):
    with quiet():
        secret = carers.secret(world.lin_home)
    home = phone().new_page()
    home.goto(f"/h/{secret}/")
    home.locator(".care details:has(textarea[name=words]) > summary").click()
    box = home.locator(".care form .care-120")
    words = home.locator(".care textarea[name=words]")
    words.fill("两天没菜了")
    assert not box.is_visible()
    words.fill("爷爷胸痛")
    box.wait_for(state="visible")
    words.fill("两天没菜了")
    home.locator(".care select[name=kind]").select_option("food")
    home.locator(".care form[action$='/care/'] button").click()
    home.wait_for_url("**thanks=1**")
    eventually(state, "new")

    steward = desk().new_page()
    log_in(steward, "chen")
    steward.goto(f"/care/in/{world.jiamu.pk}/")
    steward.locator("form[action$='/claim/'] button").click()
    eventually(state, "claimed")
    steward.locator("form[action$='/start/'] button").click()
    eventually(state, "doing")
    steward.locator("details", has=steward.locator("form[action$='/done/']")).locator("summary").click()
    steward.locator("form[action$='/done/'] button").click()
    eventually(state, "done")
    home.goto(f"/h/{secret}/")
    home.locator(".care-card button.is-go").first.click()
    eventually(state, "confirmed")

    steward.goto(f"/care/in/{world.jiamu.pk}/calls/")
    steward.locator("form[action$='/next/'] button").click()
    steward.locator("form[action$='/number/'] button").click()
    assert steward.locator(".care-phone").inner_text() == carers.elder.phone
    steward.locator("button[value=no_answer]").click()
    eventually(lambda: CallPlace.objects.get().missed_count, 1)
    steward.goto(f"/care/in/{world.jiamu.pk}/calls/")
    steward.locator(".care-list a").first.click()
    steward.locator("form[action$='/take/'] button").click()
    steward.locator("button[value=no_answer]").click()
    steward.locator("form[action$='/knock/'] button").click()
    eventually(lambda: Visit.objects.get().household, world.elder_home)
    assert "/rounds/" in steward.url


def test_a_volunteer_takes_a_need_on_the_phone_and_says_that_it_is_done(world, carers, stairwell, phone, bind, quiet):
    with quiet():
        carers.need()
    page = bind(phone())
    wait_for_shell(page)
    page.click("#this-phone")
    page.get_by_role("link", name=re.compile("Helping|帮忙")).click()
    page.locator("form[data-deed=take] button").click()
    expect(page.locator(".need-where")).to_have_text("1号楼 502")
    page.locator("form[data-deed=start] button").click()
    expect(page.locator("form[data-deed=start]")).to_have_count(0)
    page.locator("form[data-deed=done] input").fill("放在门口")
    page.locator("form[data-deed=done] button").click()
    expect(page.locator(".teach h2:visible")).to_be_visible()
    with quiet():
        need = Need.objects.get()
        assert (need.state, need.steps.last().note, need.steps.last().by) == ("done", "放在门口", world.wei.user)
