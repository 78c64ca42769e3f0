"""The guide to the home screen: found by tapping, the reader's own phone first, large enough for old eyes."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_phone_shell import violations

pytestmark = pytest.mark.browser

AGENTS = {
    "iphone": "Mozilla/5.0 (iPhone; CPU iPhone OS 15_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/15.4 Mobile/15E148 Safari/604.1",
    "android": "Mozilla/5.0 (Linux; Android 12; V2055A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 "
    "Mobile Safari/537.36",
    "wechat": "Mozilla/5.0 (iPhone; CPU iPhone OS 15_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.20(0x18001430) NetType/WIFI Language/zh_CN",
}
OFFER = """() => { const offer = new Event("beforeinstallprompt", { cancelable: true });
                   offer.prompt = () => { window.asked = (window.asked ?? 0) + 1; return Promise.resolve(); };
                   dispatchEvent(offer); return offer.defaultPrevented; }"""


@pytest.mark.parametrize("way", AGENTS)
def test_ones_own_phone_comes_first_and_the_others_stay(phone, stairwell, way):
    page = phone(user_agent=AGENTS[way]).new_page()
    page.goto("/my/install/")
    expect(page.locator(".way.is-mine")).to_have_id(way)
    tops = {one: page.locator(f"#{one}").bounding_box()["y"] for one in AGENTS}
    assert min(tops, key=tops.get) == way
    assert page.locator(f"#{way} li svg").count() == page.locator(f"#{way} li").count() > 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_guide_can_be_read_and_touched_by_all(phone, stairwell, scheme):
    page = phone(color_scheme=scheme, user_agent=AGENTS["iphone"]).new_page()
    page.goto("/my/install/#abcdefgh12345678")
    expect(page.locator("#link")).to_contain_text("/i/abcdefgh12345678/")
    assert violations(page) == []
    small = page.evaluate(
        """() => [...document.querySelectorAll("main li, main p")].filter((node) => node.offsetParent)
             .filter((node) => node.textContent.trim() && parseFloat(getComputedStyle(node).fontSize) < 16)
             .map((node) => node.textContent)"""
    )
    low = page.evaluate(
        """() => [...document.querySelectorAll("a, button")].filter((node) => node.offsetParent)
             .map((node) => [node.id, node.getBoundingClientRect().height]).filter(([, height]) => height < 48)"""
    )
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert (small, low, wide) == ([], [], False)
    assert page.locator("#iphone li").first.evaluate("(node) => getComputedStyle(node).fontSize") == "20px"


def test_chrome_offers_a_button_that_asks_once(phone, stairwell):
    page = phone(user_agent=AGENTS["android"]).new_page()
    page.goto("/my/install/")
    expect(page.locator("#now")).to_be_hidden()
    assert page.evaluate(OFFER) is True  # Chrome's own small bar stays away
    page.click("#install-now")
    assert page.evaluate("window.asked") == 1
    expect(page.locator("#now")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('appinstalled'))")
    expect(page.locator("#installed")).to_be_visible()


def test_it_is_one_tap_from_the_phone_page_its_menu_and_its_banner(phone, bind, stairwell):
    context = phone()
    page = context.new_page()
    page.goto("/my/")
    page.click("#unbound a")
    page.wait_for_url("**/my/install/")
    page.click("#back")
    page.wait_for_url("**/my/")
    page = bind(context)
    page.click("#this-phone")
    page.click("#panel .not-installed")
    page.wait_for_url("**/my/install/")
    without_worker = phone()
    without_worker.add_init_script("delete Navigator.prototype.serviceWorker")
    page = bind(without_worker)
    page.click(".banner.is-warn [data-part=guide]")
    page.wait_for_url("**/my/install/")


def test_an_invitation_opened_in_a_chat_or_in_safari_is_carried_to_the_icon(phone, stairwell):
    context = phone(user_agent=AGENTS["iphone"], permissions=["clipboard-read", "clipboard-write"])
    context.add_init_script("Object.defineProperty(navigator, 'standalone', { value: false })")
    code = stairwell.invite()
    page = context.new_page()
    page.goto(f"/i/{code}/")
    expect(page.locator("#no-worker")).to_contain_text("苹果手机")
    assert violations(page) == []
    page.click("#no-worker a")
    page.wait_for_url("**/my/install/#*")
    expect(page.locator("#link")).to_have_text(page.url.split("/my/")[0] + f"/i/{code}/")
    page.click("#copy")
    expect(page.locator("#copied")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/i/{code}/")
    page.goto("/my/")
    page.fill("#paste-link", page.evaluate("navigator.clipboard.readText()"))
    page.click("#paste button")
    page.wait_for_selector(".door")


def test_what_stands_behind_the_hash_is_never_more_than_a_code(phone, stairwell):
    page = phone().new_page()
    page.goto("/my/install/#javascript:alert(1)")
    expect(page.locator("#link-box")).to_be_hidden()
    assert page.locator("#back").get_attribute("href") == "/my/"


def test_nothing_is_lost_without_the_script(phone, stairwell):
    page = phone(java_script_enabled=False).new_page()
    page.goto("/my/install/")
    assert [page.locator(f"#{way}").is_visible() for way in AGENTS] == [True, True, True]
