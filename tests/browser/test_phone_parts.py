"""Floors on the phone: taken with one tap, handed on only once everything is sent, decisions read in the panel."""

import pytest
from playwright.sync_api import expect

from rounds.marks import dismiss_held_mark
from rounds.models import Assignment, HeldMark, Visit
from rounds.segments import claim_segment, offer_segments
from tests.browser.test_phone_way_of_a_mark import tap_doors

pytestmark = pytest.mark.browser


@pytest.fixture
def offered(world, stairwell):
    """Nobody holds the tower; it is offered in three segments of five floors."""
    Assignment.objects.all().delete()
    offer_segments(round=stairwell.round, floors=5)
    return stairwell


def test_free_floors_are_taken_with_one_tap_and_their_doors_appear(phone, bind, offered, quiet, world):
    page = bind(phone())
    expect(page.locator("#free .part")).to_have_count(3)
    expect(page.locator("#nothing")).to_be_visible()
    page.locator("#free .part").nth(1).get_by_role("button").click()
    expect(page.locator("#free .part")).to_have_count(2)
    expect(page.locator(".door")).to_have_count(10)
    with quiet():
        part = Assignment.objects.get()
        assert (part.volunteer, part.floor_from, part.floor_to, part.leased_until is None) == (world.wei, 6, 10, False)


def test_who_is_too_late_reads_who_has_the_floors(phone, bind, offered, quiet, world):
    page = bind(phone())
    expect(page.locator("#free .part")).to_have_count(3)
    with quiet():
        tower = offered.tower.pk
        words = {"building_id": tower, "entrance": "", "floor_from": 11, "floor_to": 15}
        claim_segment(round=offered.round, volunteer=world.wu, **words)
    page.locator("#free .part").first.get_by_role("button").click()
    expect(page.locator("#free-failed")).to_contain_text("吴志愿")
    expect(page.locator("#free .part")).to_have_count(2)


def test_floors_are_handed_on_only_once_everything_is_sent(phone, bind, offered, quiet, eventually, world):
    context = phone()
    page = bind(context)
    page.locator("#free .part").first.get_by_role("button").click()
    expect(page.locator(".door")).to_have_count(10)
    context.set_offline(True)
    tap_doors(page, 1)
    page.click("#this-phone")
    page.locator("#own [data-part=reason]").fill("要去值夜班")
    page.locator("#own [data-deed=release]").click()
    expect(page.locator("#own [data-part=failed]")).to_be_visible()
    with quiet():
        assert Assignment.objects.get().released_at is None
    context.set_offline(False)
    page.locator("#own [data-deed=fellows]").click()
    expect(page.locator("#own select option")).to_have_text(["吴志愿"])
    page.locator("#own [data-deed=hand-over]").click()
    eventually(lambda: list(Assignment.objects.active().values_list("volunteer__name", flat=True)), ["吴志愿"])
    with quiet():
        assert Assignment.objects.get(volunteer=world.wei).release_reason == "要去值夜班"
        assert (Visit.objects.filter(outcome="done").count(), HeldMark.objects.count()) == (1, 0)
    expect(page.locator("#own")).to_be_hidden()
    expect(page.locator(".door")).to_have_count(0)


def test_the_volunteer_reads_what_became_of_a_held_mark(phone, bind, stairwell, quiet, eventually, world):
    page = bind(phone())
    with quiet():
        Assignment.objects.all().delete()
    tap_doors(page, 1)
    page.click("#send")
    eventually(HeldMark.objects.count, 1)
    with quiet():
        held = HeldMark.objects.select_related("visit").get()
        dismiss_held_mark(held=held, by=world.chen, note="不是你的楼层")
    page.click("#send")
    expect(page.locator("#decisions .part")).to_have_count(1)
    page.click("#this-phone")
    expect(page.locator("#decisions .part")).to_contain_text(held.visit.room)
    expect(page.locator("#decisions .part")).to_contain_text("不是你的楼层")
