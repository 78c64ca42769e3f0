"""A household tells its results on a phone of its own: by the card at the door, with and without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from residents.links import issue_links
from testing_rounds.antigen_stats import Step
from testing_rounds.models import PersonResult
from tests.testing_rounds.antigen_round import AntigenRound

pytestmark = pytest.mark.browser


@pytest.fixture
def antigen(world):
    antigen = AntigenRound(world)
    antigen.hand_out(world.lin_home)
    return antigen


@pytest.fixture
def secret(world):
    fresh = issue_links(building=world.building1, by=world.chen)
    return next(one.secret for one in fresh if one.household == world.lin_home)


def choose(page, number, value):
    page.locator(f"label:has(input[name=person-{number}][value={value}])").click()


def test_a_family_reports_from_one_phone_without_logging_in(world, antigen, secret, phone, eventually):
    page = phone().new_page()
    page.goto(f"/h/{secret}/")
    choose(page, 1, "negative")
    choose(page, 2, "positive")
    choose(page, 3, "invalid")
    page.locator(".test-send").click()
    page.wait_for_url("**/?thanks=1")
    eventually(lambda: antigen.steps(world.lin_home), [Step.NEGATIVE, Step.POSITIVE, Step.RETEST])
    assert page.locator(".test-positive").is_visible()
    assert page.context.cookies() == []


def test_a_mistake_is_put_right(world, antigen, secret, phone, eventually):
    page = phone().new_page()
    page.goto(f"/h/{secret}/")
    choose(page, 1, "positive")
    page.locator(".test-send").click()
    page.wait_for_url("**/?thanks=1")
    page.locator("details summary").first.click()
    choose(page, 1, "negative")
    page.locator(".test-send").click()
    eventually(lambda: antigen.steps(world.lin_home)[0], Step.NEGATIVE)
    eventually(lambda: PersonResult.objects.filter(corrects__isnull=False).count(), 1)


def test_it_works_without_scripts(world, antigen, secret, phone, eventually):
    page = phone(java_script_enabled=False).new_page()
    page.goto(f"/h/{secret}/")
    assert page.locator(".timer-rule").is_visible()
    assert not page.locator(".timer-go").is_visible()
    choose(page, 2, "negative")
    page.locator(".test-send").click()
    eventually(lambda: antigen.steps(world.lin_home), [Step.GIVEN, Step.NEGATIVE, Step.GIVEN])


def test_the_quarter_of_an_hour_survives_a_reload_and_ends(antigen, secret, phone):
    page = phone().new_page()
    page.clock.install()
    page.goto(f"/h/{secret}/")
    timer = page.locator(".timer")
    page.locator(".timer-go").click()
    page.clock.run_for(5 * 60_000)
    assert re.search(r"1?[09]:[05]\d", timer.inner_text())
    page.reload()
    page.clock.run_for(2_000)
    assert timer.get_attribute("data-state") == "running"
    page.clock.run_for(10 * 60_000)
    assert timer.get_attribute("data-state") == "read"
    page.clock.run_for(6 * 60_000)
    assert timer.get_attribute("data-state") == "late"
    page.locator(".timer-stop").click()
    assert timer.get_attribute("data-state") == "running"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out_and_nothing_sticks_out(antigen, secret, phone, scheme):
    page = phone(color_scheme=scheme).new_page()
    page.goto(f"/h/{secret}/")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert all(
        box["height"] >= 48 for box in (each.bounding_box() for each in page.locator(".reading, .test-send").all())
    )
