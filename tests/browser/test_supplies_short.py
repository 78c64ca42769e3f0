"""Six bags short: counted in by two, decided at the desk, given by two phones, one without signal, balanced."""

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
from supplies.ledger import create_item
from supplies.models import Batch, Distribution, Entitlement, HandoverPhoto
from supplies.photos import read_photo
from supplies.reconciling import read_books
from tests.browser.test_desk_main_road import follow, log_in
from tests.browser.test_phone_way_of_a_mark import wait_for_shell
from tests.supplies.store import Store, books_agree
from tests.supplies.test_photos import with_place
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


def say_something_else(page, handover, photo=None):
    """Of the first door that waits, by the sheet; gives back its visit."""
    card = page.locator(".door").first
    visit = card.get_attribute("data-visit")
    card.locator("[data-deed=more]").click()
    sheet = page.locator("#bag-sheet")
    sheet.locator(f"[data-handover={handover}]").click()
    if photo:
        sheet.locator("#bag-file").set_input_files({"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo})
        expect(sheet.locator("#bag-picture")).to_be_visible()
    sheet.locator("#bag-save").click()
    expect(sheet).to_be_hidden()
    page.wait_for_selector(f".told[data-visit='{visit}']")
    return visit


def count_in(desk, world, quantity):
    """The lorry: Chen counts, then Gu does, who is not shown Chen's number."""
    item = create_item(compound=world.jiamu, name="蔬菜包", unit="袋")
    first = desk().new_page()
    log_in(first, "chen")
    first.goto(reverse("supplies:arrive", args=[world.jiamu.pk]))
    first.select_option("[name=item]", str(item.pk))
    first.fill("[name=quantity]", str(quantity))
    first.locator("main form .btn-primary").click()
    first.wait_for_url("**/supplies/batches/*/")
    second = desk().new_page()
    log_in(second, "gu")
    second.goto(first.url)
    form = second.locator("form[action$='/count/']")
    form.locator("[name=quantity]").fill(str(quantity))
    form.locator("button").click()
    second.wait_for_selector(".alert-success")
    return first, second


def test_six_bags_short_from_the_lorry_to_closed_books(
    world, tower, desk, phone, quiet, eventually, settings, tmp_path
):
    settings.PHOTO_DIR = tmp_path
    steward, lead = count_in(desk, world, BAGS)
    with quiet():
        batch = Batch.objects.get()
        store = Store(world, batch.item)
        distribution = store.prepare(batch, buildings=[tower])
    pk = distribution.round_id
    assign(round=distribution.round, volunteer=world.wei, building=tower, by=world.chen, floor_from=5, floor_to=8)
    assign(round=distribution.round, volunteer=world.wu, building=tower, by=world.chen, floor_from=1, floor_to=4)

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
    left = say_something_else(wu, "left", photo=with_place())
    expect(wu.locator(f".told[data-visit='{left}']")).to_contain_text("放门口")
    burst = say_something_else(wei, "damaged")
    wei.locator(f".told[data-visit='{burst}'] [data-deed=undo]").click()
    wei.wait_for_selector(f".door[data-visit='{burst}']")
    assert (give_all(wei), give_all(wu)) == (upper, lower - 1)
    eventually(lambda: Visit.objects.filter(round=pk, outcome="done").count(), upper)
    without.set_offline(False)
    eventually(lambda: Visit.objects.filter(round=pk, outcome="done").count(), BAGS)
    eventually(lambda: list(HandoverPhoto.objects.values_list("visit", flat=True)), [int(left)])
    with quiet():
        assert b"Exif" not in read_photo(HandoverPhoto.objects.get())

    lead.goto(reverse("supplies:lobby", args=[pk, tower.pk]))
    follow(lead, "supplies:handover", Entitlement.objects.filter(handover="given").first().visit_id)
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
