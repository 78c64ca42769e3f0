"""A real Chromium against a real server. `phone()` gives a fresh phone; each phone has its own storage."""

import os
import shutil
import threading
import time
from contextlib import contextmanager

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from pytest_django.live_server_helper import LiveServer

from tests.browser.stairwell import Stairwell

BINARIES = ("chromium", "chromium-browser", "google-chrome")
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


class OneAtATime:
    """The test's in-memory SQLite is one connection for every thread: requests take turns, and none comes in
    while the database is emptied between two tests."""

    def __init__(self, handler, server):
        self.handler, self.server = handler, server

    def __call__(self, environ, start_response):
        with self.server.lock:
            if self.server.is_open:
                return self.handler(environ, start_response)
        start_response("503 Service Unavailable", [("Content-Length", "0")])
        return [b""]


@pytest.fixture(scope="session")
def live_server():
    server = LiveServer("localhost", start=False)  # localhost, so that service workers are allowed
    server.lock, server.is_open = threading.RLock(), False
    server.thread.static_handler = lambda app: OneAtATime(StaticFilesHandler(app), server)
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def open_server(live_server, transactional_db):
    live_server.is_open = True
    yield
    with live_server.lock:
        live_server.is_open = False


@pytest.fixture(scope="session")
def chromium_path():
    path = next(filter(None, map(shutil.which, BINARIES)), None)
    if path is None:
        reason = "Chromium is not installed (apt-get install chromium)"
        if os.environ.get("NO_SKIPS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def playwright(chromium_path):
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the test's own thread
    with sync_playwright() as running:
        yield running
    if before is None:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture(scope="session")
def chromium(playwright, chromium_path):
    browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGS)
    yield browser
    browser.close()


@pytest.fixture
def new_context(chromium, live_server, open_server):
    """A browser context; closed after the test."""
    contexts = []

    def make(**options):
        context = chromium.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def phone(new_context):
    return lambda **options: new_context(**PHONE | options)


@pytest.fixture
def desk(new_context):
    return lambda **options: new_context(**DESK | options)


@pytest.fixture
def quiet(live_server):
    """For looking into the database while pages are open: nobody else is in there meanwhile."""

    @contextmanager
    def hold():
        with live_server.lock:
            yield

    return hold


@pytest.fixture
def eventually(quiet):
    """Asks until the answer is the expected one; says the last answer when it never is."""

    def check(ask, expected, seconds=15):
        until = time.monotonic() + seconds
        answer = None
        while time.monotonic() < until:
            with quiet():
                answer = ask()
            if answer == expected:
                return
            time.sleep(0.1)
        assert answer == expected

    return check


@pytest.fixture
def stairwell(world):
    """A test round over a tower of 15 floors, two doors each, all assigned to Wei; see tests/browser/stairwell.py."""
    return Stairwell(world)


@pytest.fixture
def bind(stairwell):
    """Opens an invitation on the phone and taps; ends on the list of doors."""

    def go(context, volunteer=None):
        page = context.new_page()
        page.goto(f"/i/{stairwell.invite(volunteer)}/")
        page.click("#use")
        page.wait_for_url("**/my/")
        page.wait_for_selector(".door, .told, #nothing:not([hidden])")
        return page

    return go
