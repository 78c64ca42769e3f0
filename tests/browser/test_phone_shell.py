"""The page itself: it opens without signal, is updated only when asked, is quick, readable and usable by all."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rounds.models import Mark
from rounds.services import open_round
from tests.browser.stairwell import Stairwell
from tests.browser.test_phone_way_of_a_mark import queue_of, tap_doors, wait_for_shell

pytestmark = pytest.mark.browser


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(phone, bind, stairwell, scheme):
    context = phone(color_scheme=scheme)
    page = context.new_page()
    page.goto("/my/")
    page.wait_for_selector("#unbound:not([hidden])")
    assert violations(page) == []
    page.goto(f"/i/{stairwell.invite()}/")
    assert violations(page) == []
    page.goto("/i/no-such-invitation/")
    assert violations(page) == []
    page = bind(context)
    tap_doors(page, 2)
    page.locator(".door [data-deed=nobody_home]").first.click()
    page.locator(".door [data-deed=more]").nth(1).click()
    page.locator(".tick-not").first.click()
    page.wait_for_selector(".person-why:not([hidden])")
    assert violations(page) == []
    page.click("#this-phone")
    page.click("#sign-out")
    assert violations(page) == []


def test_every_target_is_at_least_48_pixels_high(phone, bind):
    page = bind(phone())
    tap_doors(page, 1)
    page.locator(".door [data-deed=more]").nth(1).click()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, a")].filter((node) => node.offsetParent)
             .map((node) => [node.className || node.id, node.getBoundingClientRect().height])
             .filter(([, height]) => height < 48)"""
    )
    assert small == []


def test_the_page_never_breaks_its_own_policy_and_logs_no_error(phone, bind):
    context = phone()
    errors = []
    context.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = bind(context)
    tap_doors(page, 1)
    page.click("#this-phone")
    page.wait_for_selector("#panel[open]")
    page.click("#panel-close")
    page.wait_for_selector("#sync[data-state=sent]")
    assert errors == []


def test_the_keyboard_alone_marks_and_takes_back(phone, bind):
    page = bind(phone())
    page.locator(".door [data-deed=done]").first.focus()
    page.keyboard.press("Enter")
    told = page.locator(".told").first
    expect(told.locator("[data-deed=open]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(told.locator("[data-deed=undo]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_have_count(0)


def test_the_kept_shell_holds_no_list_and_no_page_of_a_person(phone, bind):
    page = bind(phone())
    wait_for_shell(page)
    page.goto("/login/")
    kept = page.evaluate(
        """async () => (await Promise.all((await caches.keys()).map(async (name) =>
             (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)))).flat()"""
    )
    assert "/my/" in kept
    assert sorted(path for path in kept if not path.startswith("/static/")) == ["/manifest.webmanifest", "/my/"]


def test_a_new_version_waits_for_an_empty_queue_and_a_tap(phone, bind, monkeypatch, eventually):
    from compound import phone as phone_views
    from compound import shell

    context = phone()
    page = bind(context)
    wait_for_shell(page)
    context.set_offline(True)
    tap_doors(page, 2)
    for module in (shell, phone_views):
        monkeypatch.setattr(module, "shell_version", lambda: "ffffffffffff")
    context.route("**/sync/", lambda route: route.abort())
    context.set_offline(False)
    page.reload()
    banner = page.locator(".banner.is-calm")
    expect(banner).to_have_count(1)
    assert page.locator("#shell").get_attribute("data-version") != "ffffffffffff"
    assert banner.locator("button:visible").count() == 0
    context.unroute("**/sync/")
    page.click("#send")
    eventually(Mark.objects.count, 2)
    banner.locator("button").click()
    page.wait_for_selector("#shell[data-version=ffffffffffff]", state="attached")
    expect(page.locator(".told")).to_have_count(2)
    assert page.evaluate("caches.keys()") == ["shell-ffffffffffff"]


def test_a_browser_without_a_worker_says_so_and_still_marks(phone, bind, eventually):
    context = phone()
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = bind(context)
    expect(page.locator(".banner.is-warn")).to_have_count(1)
    tap_doors(page, 1)
    eventually(Mark.objects.count, 1)


def test_signing_out_asks_twice_while_marks_wait_and_sends_them_all_the_same(phone, bind, eventually):
    context = phone()
    page = bind(context)
    context.set_offline(True)
    tap_doors(page, 2)
    page.click("#this-phone")
    page.click("#sign-out")
    page.click("#sign-out")
    assert page.locator("#panel[open]").count() == 1
    page.click("#sign-out")
    page.wait_for_selector("#unbound:not([hidden])")
    assert page.locator(".door, .told").count() == 0
    assert len(queue_of(page)) == 2
    context.set_offline(False)
    eventually(Mark.objects.count, 2)


def test_an_unbound_page_takes_a_pasted_link(phone, stairwell):
    page = phone().new_page()
    page.goto("/my/")
    page.fill("#paste-link", "hello there")
    page.click("#paste button")
    page.wait_for_selector("#paste-failed:not([hidden])")
    page.fill("#paste-link", f"请打开 https://portal.example.org/i/{stairwell.invite()}/ 谢谢")
    page.click("#paste button")
    page.wait_for_selector(".door")


def test_a_lost_answer_to_binding_is_asked_for_again_with_the_same_key(phone, stairwell):
    page = phone().new_page()
    keys = []

    def store_and_hang_up(route):
        keys.append(route.request.post_data_json["token"])
        route.fetch()
        route.abort()

    page.route("**/my/bind/", store_and_hang_up, times=1)
    page.goto(f"/i/{stairwell.invite()}/")
    page.click("#use")
    page.wait_for_selector("#failed:not([hidden])")
    with page.expect_request("**/my/bind/") as again:
        page.click("#use")
    page.wait_for_url("**/my/")
    page.wait_for_selector(".door")
    assert [again.value.post_data_json["token"]] == keys


def test_two_open_rounds_are_chosen_between(phone, bind, stairwell):
    from rounds.services import assign, create_round

    world = stairwell.world
    other = create_round(**world.round_form(buildings=[stairwell.tower]))
    assign(round=other, volunteer=world.wei, building=stairwell.tower, by=world.chen, floor_from=1, floor_to=2)
    open_round(round=other, by=world.chen)
    page = bind(phone())
    assert page.locator("#rounds button").count() == 2
    counts = []
    for number in (0, 1):
        page.locator("#rounds button").nth(number).click()
        counts.append(page.locator(".door").count())
    assert sorted(counts) == [4, 30]


def test_only_missing_hides_what_is_answered_and_keeps_what_is_answered_meanwhile(phone, bind):
    page = bind(phone())
    tap_doors(page, 2)
    page.locator(".door [data-deed=nobody_home]").first.click()
    expect(page.locator(".told")).to_have_count(3)
    page.click("#only-missing")
    expect(page.locator(".told")).to_have_count(1)
    tap_doors(page, 1)
    expect(page.locator(".told")).to_have_count(2)
    page.click("#only-missing")
    expect(page.locator(".told")).to_have_count(4)


def test_the_other_language_comes_with_the_next_page_and_stays_without_signal(phone, bind):
    context = phone()
    page = bind(context)
    wait_for_shell(page)
    page.click("#this-phone")
    page.click("#language")
    page.wait_for_selector("html[lang=en]", state="attached")
    context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[lang=en] .door")


def test_two_hundred_doors_are_drawn_in_less_than_100_milliseconds(phone, bind, world, stairwell):
    Stairwell(world, floors=50, doors=4, code="9")
    page = bind(phone())
    for button in page.locator("#rounds button").all():
        button.click()
        if page.locator(".door").count() == 200:
            break
    tap_doors(page, 1)
    assert page.locator(".door").count() == 199
    times = page.evaluate("() => performance.getEntriesByName('draw').map((entry) => entry.duration)")
    assert max(times) < 100, times
