"""A portal that asks for patience gets it; a new shell, or an old one, finds every mark the other one kept."""

import pytest
from playwright.sync_api import expect

from rounds.models import HeldMark, Mark
from tests.browser.stairwell import Stairwell
from tests.browser.test_phone_way_of_a_mark import queue_of, tap_doors, wait_for_shell

pytestmark = pytest.mark.browser

STORE = "**/js/phone/store*.js"
BUSY = {"content_type": "application/json", "body": '{"error":"slow_down"}'}


def fill_outbox(page, count):
    """As many marks as `count` taps would leave, under the phone's own key and numbers, in one transaction."""
    page.evaluate(
        """(count) => new Promise((resolve, reject) => {
          const request = indexedDB.open("shoulou");
          request.onsuccess = () => {
            const db = request.result;
            const tx = db.transaction(["devices", "outbox"], "readwrite");
            const visits = [...document.querySelectorAll("[data-visit]")].map((node) => Number(node.dataset.visit));
            tx.objectStore("devices").getAll().onsuccess = ({ target }) => {
              const [device] = target.result;
              for (let number = 1; number <= count; number += 1) {
                device.last_seq += 1;
                tx.objectStore("outbox").add({
                  id: crypto.randomUUID(), device: device.id, seq: device.last_seq,
                  visit: visits[number % visits.length], outcome: number % 3 ? "done" : "nobody_home",
                  people: {}, note: "", undoes: null, saw: null,
                  marked_at: new Date().toISOString(),
                });
              }
              tx.objectStore("devices").put(device);
            };
            tx.oncomplete = () => { db.close(); resolve(); };
            tx.onabort = () => reject(tx.error);
          };
        })""",
        count,
    )


def version_of(page):
    return page.evaluate("async () => (await indexedDB.databases()).find((one) => one.name === 'shoulou').version")


@pytest.mark.parametrize("status", [429, 503])
def test_the_sender_waits_as_long_as_it_is_asked_to_and_a_tap_does_not(phone, bind, stairwell, eventually, status):
    context = phone()
    page = bind(context)
    page.wait_for_load_state("networkidle")
    posts = []

    def refuse(route):
        posts.append("sync")
        route.fulfill(status=status, headers={"Retry-After": "600"}, **BUSY)

    page.route("**/sync/", refuse)
    tap_doors(page, 1)
    page.wait_for_selector(".banner.is-warn")
    refused = len(posts)
    page.on("request", lambda request: posts.append(request.url) if "doors.json" in request.url else None)
    tap_doors(page, 1)
    for what in ("online", "visibilitychange"):
        page.evaluate("(what) => { dispatchEvent(new Event(what)); document.dispatchEvent(new Event(what)); }", what)
    page.wait_for_timeout(2500)  # three times what a tap waits before it sends
    assert (len(posts), len(queue_of(page))) == (refused, 2)
    page.unroute("**/sync/")
    page.click("#send")
    eventually(Mark.objects.count, 2)
    tap_doors(page, 1)  # the portal took something: the pause is over
    eventually(Mark.objects.count, 3)


def test_what_the_portal_asks_for_is_never_cut_short_by_the_jitter(phone, bind, stairwell):
    context = phone()
    context.add_init_script(
        """const real = setTimeout; window.waits = [];
           window.setTimeout = (work, after) => { window.waits.push(after); return real(work, after); };"""
    )
    page = bind(context)
    page.wait_for_load_state("networkidle")
    page.route("**/sync/", lambda route: route.fulfill(status=503, headers={"Retry-After": "400"}, **BUSY))
    page.evaluate("window.waits = []")
    tap_doors(page, 1)
    page.wait_for_selector(".banner.is-warn")
    page.wait_for_function("window.waits.some((after) => after > 301000)")
    planned = max(page.evaluate("window.waits"))
    assert 399_000 < planned < 523_000  # 400 s, up to a third more, two seconds


def test_a_new_shell_with_a_new_schema_takes_over_two_hundred_marks(phone, bind, stairwell, eventually):
    context = phone()
    page = bind(context)
    page.wait_for_selector("#sync[data-state=sent]")
    context.route("**/sync/", lambda route: route.abort())
    fill_outbox(page, 200)
    assert (version_of(page), len(queue_of(page))) == (1, 200)
    newer = with_a_step_more(page)
    page.goto("about:blank")
    context.route(STORE, lambda route: route.fulfill(content_type="text/javascript", body=newer))
    page.goto("/my/")
    page.wait_for_selector("#sync[data-state=unsent]")
    assert (version_of(page), len(queue_of(page))) == (2, 200)
    context.unroute("**/sync/")
    page.click("#send")
    eventually(Mark.objects.count, 200, seconds=30)
    page.wait_for_selector("#sync[data-state=sent]")
    assert (queue_of(page), HeldMark.objects.count()) == ([], 0)
    assert sorted(Mark.objects.values_list("seq", flat=True)) == list(range(1, 201))


def with_a_step_more(page):
    """The store's own script with one more step of its schema, as a later version would have."""
    url = page.evaluate(
        "performance.getEntriesByType('resource').map((one) => one.name).find((name) => name.includes('/store'))"
    )
    script = page.request.get(url).text()
    assert script.count("\n  },\n];\n") == 1
    return script.replace("\n  },\n];\n", '\n  },\n  (db) => { db.createObjectStore("later"); },\n];\n')


def test_an_old_shell_open_beside_a_new_one_keeps_marking_and_sends_everything(phone, bind, stairwell, eventually):
    """Also what a shell taken back to an earlier version meets."""
    context = phone()
    old = bind(context)
    wait_for_shell(old)
    context.route("**/sync/", lambda route: route.abort())
    tap_doors(old, 2)
    newer = with_a_step_more(old)
    new = context.new_page()
    # A worker keeps the old script; a page of its own may still load another one.
    new.route(STORE, lambda route: route.fulfill(content_type="text/javascript", body=newer))
    new.goto("/my/")
    new.wait_for_selector(".told")
    assert version_of(new) == 2
    tap_doors(old, 2)
    expect(old.locator(".told")).to_have_count(4)
    assert len(queue_of(old)) == 4
    new.close()
    context.unroute("**/sync/")
    old.reload()
    old.click("#send")
    eventually(Mark.objects.count, 4)
    assert sorted(Mark.objects.values_list("seq", flat=True)) == [1, 2, 3, 4]


def test_a_write_that_fails_is_told_in_red_and_never_called_saved(phone, bind, stairwell, eventually):
    page = bind(phone())
    page.wait_for_selector("#sync[data-state=sent]")
    page.evaluate(
        """() => { IDBObjectStore.prototype.realAdd = IDBObjectStore.prototype.add;
             IDBObjectStore.prototype.add = function (...row) {
               const request = this.realAdd(...row);
               this.transaction.abort();  // what a disk does that fills up between the write and its commit
               return request;
             }; }"""
    )
    card = page.locator(".door").first
    visit = card.get_attribute("data-visit")
    card.locator("[data-deed=done]").click()
    failed = page.locator(f"[data-visit='{visit}'] .door-failed")
    expect(failed).to_be_visible()
    assert failed.inner_text().startswith("没有存上，请记在纸上")
    assert failed.evaluate("(node) => getComputedStyle(node).backgroundColor") == "rgb(176, 56, 45)"
    assert (page.locator(".told").count(), queue_of(page)) == (0, [])
    assert page.locator("#sync").get_attribute("data-state") == "sent"
    page.evaluate("() => { IDBObjectStore.prototype.add = IDBObjectStore.prototype.realAdd; }")
    page.locator(f"[data-visit='{visit}'] [data-deed=done]").click()
    page.wait_for_selector(f".told[data-visit='{visit}']")
    eventually(Mark.objects.count, 1)
    assert Mark.objects.get().seq == 1  # what was not stored has used up no number


def test_a_tower_twice_as_high_is_one_queue(phone, bind, world, stairwell, eventually):
    """More than one post holds: two hundred at a time, none twice."""
    Stairwell(world, floors=15, doors=2, code="9")
    context = phone()
    page = bind(context)
    page.wait_for_selector("#sync[data-state=sent]")
    fill_outbox(page, 450)
    sizes = []
    page.on(
        "request",
        lambda request: sizes.append(len(request.post_data_json["marks"])) if "/sync/" in request.url else None,
    )
    page.click("#send")
    eventually(Mark.objects.count, 450, seconds=40)
    page.wait_for_selector("#sync[data-state=sent]")
    assert [size for size in sizes if size] == [200, 200, 50]
