"""Results in a real browser: a stairwell told negative but for one door; a list that turns a tube and fills a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from rounds.models import Round
from rounds.services import assign
from testing_rounds.models import Hold, PersonResult
from tests.browser.test_desk_main_road import follow, log_in
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample

pytestmark = pytest.mark.browser


@pytest.fixture
def pcr(world):
    world.pcr = open_pcr(world)
    sample(world.pcr, world.chen)
    return world.pcr


def test_a_lead_tells_all_negative_except_502(desk, world, pcr, quiet):
    page = desk().new_page()
    log_in(page, "zhao")
    page.goto(reverse("rounds:board", args=[pcr.round.pk]))
    follow(page, "testing_rounds:results", pcr.round.pk)
    follow(page, "testing_rounds:all_negative", pcr.round.pk)
    page.fill("[name=rooms]", "502")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("#counted b")).to_have_text("4")
    with quiet():
        assert PersonResult.objects.count() == 0
    page.locator("main form button[name=digest]").click()
    page.wait_for_url(f"**{reverse('testing_rounds:results_building', args=[pcr.round.pk, world.building1.pk])}")
    with quiet():
        told = PersonResult.objects.values_list("person__visit__room", "value", "source", "entered_by")
        assert sorted(told) == [("202", "negative", "lead", world.zhao.pk)] * 3 + [
            ("301", "negative", "lead", world.zhao.pk)
        ]


def test_a_steward_brings_a_list_and_the_recall_appears_on_a_phone(desk, phone, bind, world, pcr, stairwell, quiet):
    people = people_of(pcr, world.lin_home) + people_of(pcr, world.far_home)
    with quiet():
        fill_tube(pcr, world.chen, "T-1001", people)
    page = desk().new_page()
    log_in(page, "chen")
    page.goto(reverse("testing_rounds:results", args=[pcr.round.pk]))
    follow(page, "testing_rounds:lab_add", pcr.round.pk)
    told = "采样管,结果\nT-1001,阳性\nT-9,阴性\n".encode()
    page.set_input_files("[name=upload]", {"name": "结果.csv", "mimeType": "text/csv", "buffer": told})
    page.locator("main form button.btn-primary").click()
    expect(page.locator("#line-2 .v-tube")).to_be_visible()
    expect(page.locator("#line-3 .v-refused")).to_be_visible()
    page.locator("button[formaction$='/apply/']").click()
    page.wait_for_url(f"**{reverse('testing_rounds:results', args=[pcr.round.pk])}")
    with quiet():
        recall = Round.objects.get(kind="recall")
        assert Hold.objects.filter(release="").count() == 5
        assign(round=recall, volunteer=world.wu, building=world.building1, by=world.chen)
    walker = bind(phone(), volunteer=world.wu)
    expect(walker.locator(".door")).to_have_count(1)
    expect(walker.locator(".door")).to_contain_text("502")
