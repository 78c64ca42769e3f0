"""Too few for the minimum on either side: two leads buy together, from the first egg to the count both have signed.

Neither ever sees a room of the other: each page either of them opens is read for it.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from buying.models import GroupOrder, JointSide
from residents.links import issue_links
from tests.browser.test_desk_main_road import follow, log_in
from tests.world import grant, make_user

pytestmark = pytest.mark.browser


def opened(page, compound, title, minimum):
    """A list with eggs, opened by clicking what the pages offer. Gives back its key."""
    page.goto(reverse("buying:list"))
    page.locator(f'a[href="{reverse("buying:add", args=[compound.pk])}"]').first.click()
    page.fill("#id_title", title)
    page.select_option("#id_minimum_kind", "pieces")
    page.fill("#id_minimum", minimum)
    page.locator("main form .btn-primary").click()
    page.wait_for_url("**/items/add/")
    key = int(page.url.split("/buying/")[1].split("/")[0])
    for name, value in (("name", "鸡蛋"), ("unit", "盘"), ("price", "45元"), ("pack_size", "１")):
        page.fill(f"#id_{name}", value)
    page.locator("main form .btn-primary").click()
    for deed in ("report", "open"):
        follow(page, f"buying:{deed}", key)
        page.wait_for_selector(".alert-success")
    return key


def order(phone, secret, quantity):
    page = phone().new_page()
    page.goto(reverse("home", args=[secret]))
    page.locator("#buying input[name^=q-]").fill(quantity)
    page.locator("#buying .test-send").click()
    expect(page.locator(".buy-stands")).to_contain_text(f"鸡蛋 × {quantity} 盘")


def typed(page, order_pk, building, room, quantity):
    page.goto(reverse("buying:lines", args=[order_pk]))
    page.select_option("#id_building", str(building.pk))
    page.fill("#id_room", room)
    page.locator(".find-home button").click()
    page.locator("input[name^=q-]").fill(quantity)
    page.locator("main form .btn-primary").click()
    page.wait_for_selector(".alert-success")


def count(page, side, quantity):
    page.goto(reverse("buying:handover", args=[side]))
    page.locator("input[name^=c-]").fill(quantity)
    page.locator("main form .btn-primary").click()
    page.wait_for_load_state()


def test_two_leads_buy_together_to_the_signed_handover(world, desk, phone, quiet):
    ma = make_user("ma", "马楼长")
    grant(ma, "lead", world.hexin, world.other_building)
    with quiet():
        links = {one.household.pk: one.secret for one in issue_links(building=world.building1, by=world.chen)}
    zhao, other = desk().new_page(), desk().new_page()
    log_in(zhao, "zhao")
    log_in(other, "ma")
    seen: dict[str, list[str]] = {"zhao": [], "ma": []}
    zhao.on("load", lambda page: seen["zhao"].append(page.content()))
    other.on("load", lambda page: seen["ma"].append(page.content()))

    host = opened(zhao, world.jiamu, "鸡蛋", "6")
    guest = opened(other, world.hexin, "隔壁鸡蛋", "6")
    order(phone, links[world.lin_home.pk], "3")
    typed(other, guest, world.other_building, "303", "4")

    zhao.goto(reverse("buying:order", args=[host]))
    zhao.locator(".menu-more summary").click()
    follow(zhao, "buying:invite", host)
    code = zhao.locator(".invite-code").inner_text()
    other.goto(reverse("buying:list"))
    other.locator(f'a[href="{reverse("buying:join", args=[world.hexin.pk])}"]').first.click()
    other.fill("#id_code", code.lower())
    other.select_option("#id_order", str(guest))
    other.locator("main form .btn-primary").click()
    other.locator("main form button[name=join]").click()
    expect(other.locator(".togo").first).to_contain_text("✓")

    for page, key in ((zhao, host), (other, guest)):
        page.goto(reverse("buying:order", args=[key]))
        for deed in ("close", "confirm"):
            follow(page, f"buying:{deed}", key)
            page.wait_for_selector(".alert-success")
    zhao.goto(reverse("buying:order", args=[host]))
    follow(zhao, "buying:place", host)
    zhao.wait_for_selector(".alert-success")
    with quiet():
        states = set(GroupOrder.objects.values_list("state", flat=True))
        side = JointSide.objects.get(is_host=False)
    assert states == {"ordered"}

    zhao.goto(reverse("buying:order", args=[host]))
    follow(zhao, "buying:arrival", host)
    zhao.locator("input[name^=fit-]").fill("7")
    zhao.locator("main form .btn-primary").click()
    zhao.wait_for_selector(".came")
    count(zhao, side.pk, "4")
    count(other, side.pk, "3")
    expect(other.locator(".o-nobody_home")).to_be_visible()
    count(other, side.pk, "4")
    expect(other.locator(".alert-success")).to_be_visible()
    zhao.reload()
    expect(zhao.locator(".alert-success")).to_be_visible()
    assert len(seen["zhao"]) > 8
    assert [sum(word in html for html in seen["zhao"]) for word in ("303", "马楼长", "隔壁鸡蛋")] == [0, 0, 0]
    assert [sum(word in html for html in seen["ma"]) for word in ("502", "赵楼长", "林小雨")] == [0, 0, 0]
