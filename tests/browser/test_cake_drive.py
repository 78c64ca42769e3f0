"""A birthday cake: four households promise through their links, the steward's runner collects, the child's house gets
it. Nobody meets, and nobody logs in but the desk."""

import pytest

from sharing.models import Drive, Pledge, Portion
from tests.sharing.neighbours import Neighbours
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

GIVES = (("lin", "黄油", "120"), ("far", "黄油", "80"), ("tenant", "可可粉", "50"), ("tenant", "模具", "1"))


def promise(page, secret, part, quantity):
    page.goto(f"/h/{secret}/")
    card = page.locator(".share-card", has=page.locator(f".share-what:has-text('{part}')"))
    card.locator("input[name=quantity]").fill(quantity)
    card.locator("button").click()
    page.wait_for_url("**thanks=1**")


def log_in(page, username):
    page.goto("/login/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(lambda url: not url.endswith("/login/"))


def test_a_cake_drive_to_the_last_ingredient(world, phone, desk, eventually, quiet):
    with quiet():
        near = Neighbours(world)
        drive = near.drive(kitchen=near.tenant)
        secrets = {name: near.secret(getattr(near, name)) for name in ("lin", "far", "tenant")}
    kitchen = phone(java_script_enabled=False).new_page()
    for name, part, quantity in GIVES:
        promise(kitchen, secrets[name], part, quantity)
    eventually(lambda: Drive.objects.with_missing().get().is_full, True)
    assert all(box["height"] >= 48 for box in (one.bounding_box() for one in kitchen.locator(".share summary").all()))

    steward = desk().new_page()
    log_in(steward, "chen")
    steward.goto(f"/sharing/drives/{drive.pk}/")
    steward.locator("form[action$='/collect/'] button").click()
    eventually(lambda: Drive.objects.get().state, "collecting")
    steward.goto(f"/sharing/drives/{drive.pk}/route/")
    assert steward.locator(".stop-room").all_inner_texts() == ["502", "202", "402"]
    for left in range(len(GIVES), 0, -1):
        steward.locator("button.btn-go").first.click()
        eventually(lambda left=left: Pledge.objects.filter(state="pledged").count(), left - 1)
    steward.goto(f"/sharing/drives/{drive.pk}/")
    steward.fill("input[name=made-result_count]", "2")
    steward.locator("form[action$='/made/'] button").click()
    eventually(lambda: Drive.objects.get().state, "made")
    steward.goto(f"/sharing/drives/{drive.pk}/portions/{world.building1.pk}/")
    for room in ("301", "502"):
        steward.locator(".doors label", has_text=room).click()
    steward.locator("main form .btn-primary").click()
    eventually(Portion.objects.count, 2)
    steward.locator("form[action$='/handed-over/'] button").click()
    eventually(lambda: Drive.objects.get().state, "handed_over")
    kitchen.goto(f"/h/{secrets['lin']}/")
    assert "已经送到" in kitchen.inner_text("main") or "It has reached them" in kitchen.inner_text("main")
