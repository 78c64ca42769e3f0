"""The tube in hand: filled at the doors without signal, told when it is full, in the right hands once sent."""

import pytest
from playwright.sync_api import expect

from rounds.models import Mark, Visit
from testing_rounds.models import ExpectedPerson, Swab, SwabQuestion, TestRound, Tube
from tests.browser.test_phone_way_of_a_mark import wait_for_shell

pytestmark = pytest.mark.browser


@pytest.fixture
def tower(stairwell):
    """Behind the upper doors live one, two, three people, and so on; five fit in a tube."""
    TestRound.objects.update(pool_size=5)
    return stairwell


def take(page, code):
    page.click("#tube-next")
    page.fill("#tube-typed", code)
    page.click("#tube-use")
    expect(page.locator("#tube-sheet")).not_to_be_visible()


def tap(page, visit, deed="done"):
    page.locator(f"#door-{visit.pk} [data-deed={deed}]").click()


def test_a_tube_of_five_is_filled_offline_and_the_sixth_goes_into_the_next(phone, bind, tower, eventually):
    context = phone()
    page = bind(context)
    wait_for_shell(page)
    one, two, three = list(Visit.objects.filter(round=tower.round).top_down()[:3])
    context.set_offline(True)
    expect(page.locator("#tube-code")).to_have_class("tube-code is-none")
    take(page, " gz-001 ")
    tap(page, one)
    tap(page, two)
    expect(page.locator("#tube-count")).to_have_text("3/5")

    tap(page, three)  # three people, two places
    expect(page.locator(f"#door-{three.pk} [data-part=failed]")).to_be_visible()
    card = page.locator(f"#door-{three.pk}")
    for number in ("1", "2"):
        card.locator(f"li[data-person='{number}'] .tick-done").click()
    tap(page, three, "people")
    expect(page.locator("#tube-count")).to_have_text("5/5")
    expect(page.locator("#tube")).to_have_class("tube-bar is-full")

    page.locator(f"#door-{three.pk} [data-deed=open]").click()
    card.locator("li[data-person='3'] .tick-done").click()
    tap(page, three, "people")
    expect(page.locator("#tube-why")).to_be_visible()
    page.fill("#tube-typed", "GZ-002")
    page.click("#tube-use")
    tap(page, three, "people")
    expect(page.locator("#tube-count")).to_have_text("1/5")

    context.set_offline(False)
    eventually(Mark.objects.count, 4)
    assert list(Tube.objects.order_by("code").values_list("code", "filled_count")) == [("GZ-001", 5), ("GZ-002", 1)]
    assert (Swab.objects.filter(voided_at=None).count(), SwabQuestion.objects.count()) == (6, 0)
    page.wait_for_selector("#sync[data-state=sent]")
    page.reload()
    expect(page.locator("#tube-code")).to_have_text("GZ-002")
    expect(page.locator("#tube-count")).to_have_text("1/5")


def test_somebody_not_expected_is_added_at_the_door(phone, bind, tower, eventually):
    page = bind(phone())
    visit = Visit.objects.filter(round=tower.round).top_down()[1]  # two are expected
    card = page.locator(f"#door-{visit.pk}")
    tap(page, visit, "more")
    card.locator("[data-deed=add]").click()
    expect(card.locator("li[data-person='3'] .person-name")).to_contain_text("3")
    tap(page, visit, "people")
    tap(page, visit, "open")
    expect(card.locator(".flag")).to_contain_text("3")
    eventually(Mark.objects.count, 1)
    visit.refresh_from_db()
    assert (visit.outcome, visit.done_count, visit.extra_count) == ("partly", 1, 1)
    assert ExpectedPerson.objects.get(visit=visit, number=3).is_added is True


def test_what_the_portal_says_of_a_tube_is_read_at_the_door(phone, bind, tower, eventually):
    page = bind(phone())
    one, two = list(Visit.objects.filter(round=tower.round).top_down()[:2])
    take(page, "GZ-001")
    tap(page, one)
    eventually(Mark.objects.count, 1)
    Tube.objects.update(state="sealed")
    tap(page, two)
    expect(page.locator(f"#door-{two.pk} [data-part=word]")).to_contain_text("GZ-001")
    eventually(SwabQuestion.objects.count, 2)
    two.refresh_from_db()
    assert (two.outcome, two.done_count) == ("done", 2)


# --- The camera ---------------------------------------------------------------------------------------

# A camera that shows an empty picture, and a reader of codes that finds what `window.inPicture` says: headless Chromium
# has neither. What was asked of the lamp is kept in `window.lamp`, and the camera itself in `window.camera`.
CAMERA = """
  window.lamp = [];
  window.inPicture = [];
  window.BarcodeDetector = class {
    async detect() { return window.inPicture.map((rawValue) => ({ rawValue })); }
  };
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: async () => {
    if (window.isRefused) throw new DOMException("no", "NotAllowedError");
    const canvas = document.createElement("canvas");
    canvas.getContext("2d").fillRect(0, 0, 10, 10);
    window.camera = canvas.captureStream(10);
    const [track] = window.camera.getVideoTracks();
    track.getCapabilities = () => ({ torch: true });
    track.applyConstraints = async (wish) => { window.lamp.push(wish.advanced[0].torch); };
    return window.camera;
  } } });
"""
STATE = "window.camera.getVideoTracks()[0].readyState"


def test_the_camera_reads_a_code_and_a_tap_takes_it(phone, bind, tower):
    context = phone()
    context.add_init_script(CAMERA)
    page = bind(context)
    page.click("#tube-next")
    scan, torch, picture = page.locator("#tube-scan"), page.locator("#tube-torch"), page.locator("#tube-camera")
    words = scan.inner_text()
    expect(torch).to_be_hidden()

    scan.click()
    expect(picture).to_be_visible()
    torch.click()
    expect(torch).to_have_attribute("aria-pressed", "true")
    torch.click()
    expect(torch).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.lamp") == [True, False]

    assert scan.inner_text() != words
    scan.click()  # stopped by hand
    expect(picture).to_be_hidden()
    expect(torch).to_be_hidden()
    assert (scan.inner_text(), page.evaluate(STATE)) == (words, "ended")

    scan.click()
    page.evaluate("window.inPicture = [' gz－００７ ']")
    expect(page.locator("#tube-typed")).to_have_value("GZ-007")
    expect(picture).to_be_hidden()
    assert page.evaluate(STATE) == "ended"
    expect(page.locator("#tube-code")).to_have_class("tube-code is-none")  # shown, not yet taken
    page.click("#tube-use")
    expect(page.locator("#tube-code")).to_have_text("GZ-007")

    page.evaluate("window.inPicture = []")
    page.click("#tube-next")
    scan.click()
    expect(picture).to_be_visible()
    page.click("#tube-close")
    expect(page.locator("#tube-sheet")).to_be_hidden()
    assert page.evaluate(STATE) == "ended"


def test_a_refused_camera_and_a_browser_that_reads_no_codes_leave_typing(phone, bind, tower):
    context = phone()
    context.add_init_script(CAMERA + "window.isRefused = true;")
    page = bind(context)
    page.click("#tube-next")
    page.click("#tube-scan")
    expect(page.locator("#tube-failed")).to_have_text("这里不能用相机，请输入编号。")
    expect(page.locator("#tube-camera")).to_be_hidden()
    page.fill("#tube-typed", "GZ-008")
    page.click("#tube-use")
    expect(page.locator("#tube-code")).to_have_text("GZ-008")

    page.evaluate("delete window.BarcodeDetector")
    page.click("#tube-next")
    expect(page.locator("#tube-scan")).to_be_hidden()
    page.fill("#tube-typed", "GZ-009")
    page.click("#tube-use")
    expect(page.locator("#tube-code")).to_have_text("GZ-009")
