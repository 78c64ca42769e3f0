"""Six bags short: decided at the desk, counted in the lobby, given by two phones, one without signal, balanced."""

import secrets
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from residents.devices import token_hash
from residents.models import Invite
from rounds.models import Visit
from rounds.services import assign
from supplies.models import Distribution, Entitlement
from supplies.reconciling import read_books
from tests.browser.test_desk_main_road import follow, log_in
from tests.browser.test_phone_way_of_a_mark import wait_for_shell
from tests.supplies.store import Store, books_agree
from tests.world import grant, make_building, make_user, move_in

pytestmark = pytest.mark.browser
BAGS = 10  # for sixteen households


@pytest.fixture
def tower(world):
    """Eight floors of two doors; the upper half is Wei's, the lower Wu's; Gu leads the building."""
    building = make_building(world.jiamu, "8", floors=8, doors=2)
    for number, door in enumerate(building.doors.all()):
        move_in(door, f"住{number}", age_band="80+" if number < 4 else "18-59")
    grant(make_user("gu", "顾楼长"), "lead", world.jiamu, building)
    return building


def bind(world, context, volunteer):
    code = secrets.token_urlsafe(24)
    Invite.objects.create(
        volunteer=volunteer,
        code_hash=token_hash(code),
        created_by=world.chen,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    page = context.new_page()
    page.goto(f"/i/{code}/")
    page.click("#use")
    page.wait_for_url("**/my/")
    page.wait_for_selector(".door")
    return page


def give_all(page):
    """Taps "given" at every door that still waits; gives back how many."""
    given = 0
    while page.locator(".door").count():
        card = page.locator(".door").first
        visit = card.get_attribute("data-visit")
        card.locator("[data-deed=done]").click()
        page.wait_for_selector(f".told[data-visit='{visit}']")
        given += 1
    return given


def test_six_bags_short_from_the_lorry_to_closed_books(world, tower, desk, phone, quiet, eventually):
    store = Store(world)
    batch = store.arrive(BAGS)
    distribution = store.prepare(batch, buildings=[tower])
    pk = distribution.round_id
    assign(round=distribution.round, volunteer=world.wei, building=tower, by=world.chen, floor_from=5, floor_to=8)
    assign(round=distribution.round, volunteer=world.wu, building=tower, by=world.chen, floor_from=1, floor_to=4)

    steward = desk().new_page()
    log_in(steward, "chen")
    steward.goto(reverse("supplies:distribution", args=[pk]))
    follow(steward, "supplies:shortage", pk)
    steward.locator("input[name=rule][value=elders]").check()
    steward.locator("main form .btn-primary").click()
    follow(steward, "round_open", pk)
    with quiet():
        waiting = Entitlement.objects.waiting()
        assert (waiting.count(), waiting.filter(visit__household__residents__age_band="80+").count()) == (6, 0)
        upper, lower = (
            Entitlement.objects.filter(allotted=1, visit__floor__gte=low, visit__floor__lte=high).count()
            for low, high in ((5, 8), (1, 4))
        )

    lead = phone().new_page()
    log_in(lead, "gu")
    lead.goto(reverse("supplies:lobby", args=[pk, tower.pk]))
    load = lead.locator(f'form[action="{reverse("supplies:load", args=[pk, tower.pk])}"]')
    expect(load.locator("[name=quantity]")).to_have_value(str(BAGS))
    load.locator("button").click()
    lead.wait_for_selector(".alert-success")

    with_signal, without = phone(), phone()
    wei, wu = bind(world, with_signal, world.wei), bind(world, without, world.wu)
    expect(wei.locator(".door").first).to_contain_text("蔬菜包 ×1")
    wait_for_shell(wu)
    without.set_offline(True)
    assert (give_all(wei), give_all(wu)) == (upper, lower)
    eventually(lambda: Visit.objects.filter(round=pk, outcome="done").count(), upper)
    without.set_offline(False)
    eventually(lambda: Visit.objects.filter(round=pk, outcome="done").count(), BAGS)

    lead.goto(reverse("supplies:lobby", args=[pk, tower.pk]))
    follow(lead, "supplies:handover", Entitlement.objects.filter(allotted=1).order_by("pk").first().visit_id)
    lead.locator("input[name=handover][value=refused]").check()
    lead.locator("main form .btn-primary").click()
    back = lead.locator(f'form[action="{reverse("supplies:back", args=[pk, tower.pk])}"]')
    expect(back.locator("[name=quantity]")).to_have_value("1")

    steward.goto(reverse("supplies:distribution", args=[pk]))
    follow(steward, "supplies:close", pk)
    steward.wait_for_selector(".alert-danger")
    back.locator("button").click()
    lead.wait_for_selector(".alert-success")
    follow(steward, "supplies:close", pk)
    steward.wait_for_selector(".alert-success")
    with quiet():
        page = read_books(Distribution.objects.select_related("round").get(round=pk))[0]
        numbers = (page.loaded, page.given, page.returned, page.written_off, page.left)
        assert numbers == (BAGS, BAGS - 1, 1, 0, 0)
        assert (store.there(batch), books_agree()) == (1, True)
