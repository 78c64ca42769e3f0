"""A mark the phone showed as saved is never lost and never counted twice."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Error, expect

from residents.models import Device
from rounds.models import HeldMark, Mark, Visit
from tests.browser.conftest import ARGS, PHONE

pytestmark = pytest.mark.browser


def tap_doors(page, count):
    """Taps `count` doors as done and waits until each is told saved. Gives back their rooms."""
    rooms = []
    for _time in range(count):
        card = page.locator(".door").first
        rooms.append(card.locator(".door-room").inner_text())
        visit = card.get_attribute("data-visit")
        card.locator("[data-deed=done]").click()
        page.wait_for_selector(f".told[data-visit='{visit}']")
    return rooms


def queue_of(page):
    return page.evaluate(
        """() => new Promise((resolve, reject) => {
          const request = indexedDB.open("shoulou");
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            const all = request.result.transaction("outbox").objectStore("outbox").getAll();
            all.onsuccess = () => { request.result.close(); resolve(all.result); };
          };
        })"""
    )


def wait_for_shell(page):
    page.evaluate(
        """async () => {
          const { active } = await navigator.serviceWorker.ready;
          if (active.state !== "activated") await new Promise((next) => { active.onstatechange = next; });
        }"""
    )


def test_thirty_marks_without_signal_survive_a_killed_page_and_count_once(phone, bind, stairwell, eventually):
    context = phone()
    page = bind(context)
    wait_for_shell(page)
    context.set_offline(True)
    page.reload()
    page.wait_for_selector(".door")
    tap_doors(page, 30)
    assert len(queue_of(page)) == 30
    assert page.locator("#sync").get_attribute("data-state") == "unsent"
    page.close()

    page = context.new_page()
    page.goto("/my/")
    page.wait_for_selector(".told")
    assert page.locator(".told").count() == 30
    context.set_offline(False)
    eventually(Mark.objects.count, 30)
    page.wait_for_selector("#sync[data-state=sent]")
    assert queue_of(page) == []
    assert set(Visit.objects.filter(round=stairwell.round).values_list("outcome", flat=True)) == {"done"}
    assert sorted(Mark.objects.values_list("seq", flat=True)) == list(range(1, 31))
    assert HeldMark.objects.count() == 0


def test_an_undo_is_another_mark_and_takes_the_first_back(phone, bind, stairwell, eventually):
    page = bind(phone())
    tap_doors(page, 1)
    page.locator(".told [data-deed=undo]").first.click()
    expect(page.locator(".told")).to_have_count(0)
    eventually(Mark.objects.count, 2)
    undo = Mark.objects.get(outcome="cleared")
    assert undo.undoes == Mark.objects.get(outcome="done").pk
    assert Visit.objects.filter(round=stairwell.round).exclude(outcome="waiting").count() == 0


def test_a_sent_mark_is_taken_back_after_the_list_was_fetched_again(phone, bind, stairwell, eventually):
    page = bind(phone())
    tap_doors(page, 1)
    eventually(Mark.objects.count, 1)
    page.wait_for_selector("#sync[data-state=sent]")
    page.reload()
    page.locator(".told [data-deed=undo]").first.click()
    eventually(lambda: Mark.objects.filter(outcome="cleared").count(), 1)
    eventually(lambda: Visit.objects.filter(round=stairwell.round).exclude(outcome="waiting").count(), 0)


def test_person_by_person_tells_only_who_was_touched(phone, bind, stairwell, eventually):
    page = bind(phone())
    visit = Visit.objects.get(round=stairwell.round, room="1401")
    card = page.locator(f"#door-{visit.pk}")
    card.locator("[data-deed=more]").click()
    card.locator("li[data-person='1'] .tick-done").click()
    card.locator("li[data-person='2'] .tick-not").click()
    card.locator("li[data-person='2'] [data-person=nobody_home]").click()
    card.locator("[data-part=note]").fill("21:00 后在家")
    card.locator("[data-deed=people]").click()
    page.wait_for_selector(f".told[data-visit='{visit.pk}']")
    eventually(Mark.objects.count, 1)
    mark = Mark.objects.get()
    assert mark.people == {"1": "done", "2": "nobody_home"}
    assert mark.note == "21:00 后在家"
    visit.refresh_from_db()
    assert (visit.outcome, visit.done_count, visit.expected_count) == ("partly", 1, 3)

    page.locator(".door [data-deed=more]").first.click()
    page.locator(".door [data-deed=asleep]").first.click()
    eventually(Mark.objects.count, 2)
    asleep = Mark.objects.exclude(pk=mark.pk).get()
    assert (asleep.outcome, asleep.details) == ("nobody_home", {"absent": "asleep"})


ANSWERS = {
    "a redirect to a login page": {"status": 302, "headers": {"Location": "/login/"}},
    "a page that says 200": {"status": 200, "content_type": "text/html", "body": "<h1>Welcome to the hotspot</h1>"},
    "our JSON for another nonce": {
        "status": 200,
        "content_type": "application/json",
        "body": '{"portal":"shoulou","nonce":"other","receipts":[]}',
    },
    "a stranger's JSON": {"status": 200, "content_type": "application/json", "body": '{"ok":true}'},
    "a broken server": {"status": 500, "content_type": "text/html", "body": "oops"},
    "too busy": {"status": 503, "content_type": "application/json", "body": '{"portal":"shoulou","error":"try_again"}'},
    "half an answer": {"status": 200, "content_type": "application/json", "body": '{"portal":"shou'},
    "401 of a proxy": {"status": 401, "content_type": "text/html", "body": "who are you"},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_whatever_answers_instead_of_the_portal_the_queue_is_kept(phone, bind, stairwell, eventually, answer):
    page = bind(phone())
    seen = []
    page.route("**/sync/", lambda route: (seen.append(1), route.fulfill(**answer)))
    tap_doors(page, 3)
    page.click("#send")
    page.wait_for_selector(".banner.is-warn")
    assert seen
    assert len(queue_of(page)) == 3
    page.unroute("**/sync/")
    page.click("#send")
    eventually(Mark.objects.count, 3)
    page.wait_for_selector("#sync[data-state=sent]")


def test_a_tap_during_a_post_that_fails_is_a_try_of_its_own(phone, bind, stairwell):
    page = bind(phone())
    held = []
    page.route("**/sync/", lambda route: route.continue_() if held else held.append(route))
    tap_doors(page, 1)
    while not held:
        page.wait_for_timeout(50)
    with page.expect_response("**/my/doors.json*"):
        page.click("#send")
    page.wait_for_timeout(300)  # the tap has come to the sender, which is at work
    held[0].fulfill(**ANSWERS["a broken server"])
    page.wait_for_selector("#sync[data-state=sent]", timeout=15_000)
    assert Mark.objects.count() == 1


def test_an_answer_lost_after_the_commit_is_asked_for_again(phone, bind, stairwell):
    page = bind(phone())
    lost = []

    def store_and_hang_up(route):
        lost.extend(receipt["result"] for receipt in route.fetch().json()["receipts"])
        route.abort()

    page.route("**/sync/", store_and_hang_up)
    tap_doors(page, 2)
    page.click("#send")
    while lost.count("stored") < 2:
        page.wait_for_timeout(100)
    assert Mark.objects.count() == 2
    assert len(queue_of(page)) == 2
    page.unroute("**/sync/")
    page.click("#send")
    page.wait_for_selector("#sync[data-state=sent]")
    assert queue_of(page) == []
    assert Mark.objects.count() == 2
    assert HeldMark.objects.count() == 0


def test_two_tabs_send_each_mark_once(phone, bind, stairwell, eventually):
    context = phone()
    first = bind(context)
    second = context.new_page()
    second.goto("/my/")
    second.wait_for_selector(".door")
    posted = []
    context.on("request", lambda request: posted.append(request.post_data_json) if "/sync/" in request.url else None)
    context.set_offline(True)
    tap_doors(first, 5)
    expect(second.locator(".told")).to_have_count(5)
    tap_doors(second, 5)
    posted.clear()
    context.set_offline(False)
    eventually(Mark.objects.count, 10)
    first.wait_for_selector("#sync[data-state=sent]")
    second.wait_for_selector("#sync[data-state=sent]")
    sent = [mark["id"] for words in posted for mark in words["marks"]]
    assert sorted(sent) == sorted(str(pk) for pk in Mark.objects.values_list("pk", flat=True))
    assert sorted(Mark.objects.values_list("seq", flat=True)) == list(range(1, 11))


def test_a_newer_list_never_hides_what_is_unsent(phone, bind, stairwell):
    context = phone()
    page = bind(context)
    page.route("**/sync/", lambda route: route.abort())
    rooms = tap_doors(page, 2)
    page.reload()
    page.wait_for_selector(".told")
    assert page.locator(".told-room").all_inner_texts() == rooms
    page.click("#send")
    page.wait_for_timeout(500)
    assert page.locator(".told-room").all_inner_texts() == rooms


def test_a_mark_on_a_door_taken_away_is_kept_for_a_person_and_told(phone, bind, stairwell, eventually, quiet):
    context = phone()
    page = bind(context)
    context.set_offline(True)
    rooms = tap_doors(page, 1)
    with quiet():
        stairwell.round.assignments.all().delete()
        stairwell.give_to(stairwell.world.wei, floor_from=15, floor_to=15)
        visit = Visit.objects.get(round=stairwell.round, room=rooms[0])
        Visit.objects.filter(pk=visit.pk).update(floor=14)
    context.set_offline(False)
    eventually(HeldMark.objects.count, 1)
    page.wait_for_selector("#sync[data-state=sent]")
    assert HeldMark.objects.get().reason == "not_assigned"


def test_another_volunteer_on_the_same_phone_sends_the_first_ones_marks_in_the_first_ones_name(
    phone, bind, stairwell, eventually, quiet
):
    world = stairwell.world
    context = phone()
    page = bind(context)
    block = lambda route: route.abort()  # noqa: E731
    context.route("**/sync/", block)
    tap_doors(page, 3)
    with quiet():
        stairwell.give_to(world.wu, floor_from=1, floor_to=5)
    second = bind(context, world.wu)
    second.wait_for_selector(".door")
    assert second.locator(".told").count() == 0
    assert second.locator(".banner").count() == 1
    tap_doors(second, 2)
    context.unroute("**/sync/")
    second.click("#send")
    eventually(Mark.objects.count, 5)
    assert Mark.objects.filter(marked_by=world.wei.user).count() == 3
    assert Mark.objects.filter(marked_by=world.wu.user).count() == 2
    assert Mark.objects.values("device").distinct().count() == 2


def test_a_signed_out_phone_says_so_keeps_its_marks_and_hands_them_in(phone, bind, stairwell, eventually, quiet):
    context = phone()
    page = bind(context)
    context.set_offline(True)
    tap_doors(page, 2)
    with quiet():
        Device.objects.filter(label__contains="Chrome").update(ended_at=timezone.now())
    context.set_offline(False)
    page.wait_for_selector(".banner.is-bad")
    eventually(HeldMark.objects.count, 2)
    assert Mark.objects.count() == 0
    expect(page.locator(".banner.is-bad")).to_be_visible()
    expect(page.locator(".door, .told")).to_have_count(0)


def test_a_full_phone_says_not_saved(phone, bind, stairwell):
    page = bind(phone())
    page.evaluate(
        """() => { IDBObjectStore.prototype.add = function () {
             this.transaction.abort(); throw new DOMException("full", "QuotaExceededError"); }; }"""
    )
    page.locator(".door [data-deed=done]").first.click()
    page.wait_for_selector(".door-failed:not([hidden])")
    assert page.locator(".told").count() == 0
    assert queue_of(page) == []


def test_lost_storage_is_told_with_its_numbers(phone, bind, stairwell, eventually):
    page = bind(phone())
    page.route("**/sync/", lambda route: route.abort())
    tap_doors(page, 3)
    page.evaluate(
        """() => new Promise((resolve) => { const request = indexedDB.open("shoulou"); request.onsuccess = () => {
             const tx = request.result.transaction("outbox", "readwrite"); tx.objectStore("outbox").clear();
             tx.oncomplete = () => { request.result.close(); resolve(); }; }; })"""
    )
    page.unroute("**/sync/")
    page.reload()
    page.wait_for_selector(".banner.is-bad")
    assert "1, 2, 3" in page.locator(".banner.is-bad").inner_text()


def test_what_was_shown_as_saved_survives_a_killed_browser(playwright, chromium_path, live_server, stairwell, tmp_path):
    def open_phone():
        return playwright.chromium.launch_persistent_context(
            str(tmp_path), executable_path=chromium_path, args=ARGS, base_url=live_server.url, **PHONE
        )

    context = open_phone()
    page = context.new_page()
    page.goto(f"/i/{stairwell.invite()}/")
    page.click("#use")
    page.wait_for_selector(".door")
    wait_for_shell(page)
    context.set_offline(True)
    rooms = tap_doors(page, 7)
    for process in own_processes(tmp_path):
        os.kill(process, signal.SIGKILL)
    with contextlib.suppress(Error):
        context.close()

    context = open_phone()
    context.set_offline(True)
    page = context.new_page()
    page.goto("/my/")
    page.wait_for_selector(".told")
    assert page.locator(".told-room").all_inner_texts() == rooms
    assert [row["seq"] for row in sorted(queue_of(page), key=lambda row: row["seq"])] == list(range(1, 8))
    context.close()


def own_processes(profile):
    """The processes of the browser that runs on this test's own profile folder."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"--user-data-dir={profile}".encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                yield int(folder.name)


def test_a_mark_kept_for_a_person_is_told_on_its_door_and_does_not_colour_it(phone, bind, stairwell):
    page = bind(phone())

    def keep_for_a_person(route):
        words = route.request.post_data_json
        receipts = [
            {"index": index, "id": mark["id"], "result": "held", "reason": "not_open", "message": "…"}
            for index, mark in enumerate(words["marks"])
        ]
        route.fulfill(json={"portal": "shoulou", "schema": 1, "nonce": words["nonce"], "receipts": receipts})

    page.route("**/sync/", keep_for_a_person)
    door = page.locator(".door").first
    visit = door.get_attribute("data-visit")
    door.locator("[data-deed=done]").click()
    word = page.locator(f".door[data-visit='{visit}'] .door-word")
    expect(word).to_be_visible()
    assert queue_of(page) == []
    page.reload()
    expect(word).to_be_visible()


def test_two_volunteers_on_one_door_are_told_of_each_other(phone, bind, stairwell, eventually, quiet):
    context = phone()
    page = bind(context)
    context.set_offline(True)
    rooms = tap_doors(page, 1)
    now = timezone.now()
    with quiet():
        visit = Visit.objects.get(round=stairwell.round, room=rooms[0])
        by_wu = {"visit": visit, "outcome": "refused", "marked_by": stairwell.world.wu.user}
        mark = Mark.objects.create(**by_wu, marked_at=now, sent_at=now, happened_at=now)
        Visit.objects.filter(pk=visit.pk).update(outcome="refused", latest_mark=mark, latest_at=now)
    context.set_offline(False)
    expect(page.locator(f"#door-{visit.pk} .door-word")).to_be_visible()
    eventually(lambda: Visit.objects.get(pk=visit.pk).has_conflict, True)
    assert Mark.objects.filter(visit=visit).count() == 2


def test_on_a_slow_line_the_batches_become_small(phone, bind, stairwell, eventually):
    context = phone()
    page = bind(context)
    sizes = []

    def too_slow(route):
        sizes.append(len(route.request.post_data_json["marks"]))
        if len(sizes) == 1:
            time.sleep(5.2)
            return route.abort()
        return route.continue_()

    context.set_offline(True)
    tap_doors(page, 30)
    page.route("**/sync/", too_slow)
    context.set_offline(False)
    page.wait_for_timeout(6000)
    page.click("#send")
    page.wait_for_selector("#sync[data-state=sent]")
    assert [size for size in sizes if size] == [30, 20, 10]
    assert Mark.objects.count() == 30
