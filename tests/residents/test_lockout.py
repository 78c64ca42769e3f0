"""Five wrong passwords, fifteen minutes; and no stranger keeps anybody out."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth import SESSION_KEY
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from residents.lockout import COOKIE, client_address
from tests.world import PASSWORD, make_user

HOME, CARRIER = "192.0.2.7", "198.51.100.1"


def try_login(client, username="chen", password="wrong-as-can-be", address=CARRIER, **extra):
    data = {"username": username, "password": password}
    return client.post(reverse("login"), data, REMOTE_ADDR=address, **extra)


def is_in(client) -> bool:
    return SESSION_KEY in client.session


def fail(times, **changes):
    return [try_login(Client(), **changes).status_code for _ in range(times)]


def test_the_fifth_wrong_password_locks_and_the_right_one_does_not_open(world, client):
    assert fail(5) == [200, 200, 200, 200, 429]
    answer = try_login(client, password=PASSWORD)
    assert (answer.status_code, answer["Retry-After"], is_in(client)) == (429, "900", False)
    page = answer.content.decode()
    assert 'id="main"' in page
    assert f'href="{reverse("login")}"' in page


def test_after_fifteen_minutes_the_right_password_opens(world, client):
    fail(5)
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1), tick=True):
        assert try_login(client, password=PASSWORD).status_code == 302
        assert is_in(client)


def test_trying_while_locked_does_not_make_the_wait_longer(world, client):
    start = timezone.now()
    fail(5)
    with time_machine.travel(start + timedelta(minutes=14), tick=True):
        assert fail(3) == [429, 429, 429]
    with time_machine.travel(start + timedelta(minutes=15, seconds=5), tick=True):
        assert try_login(client, password=PASSWORD).status_code == 302


def test_an_unknown_account_gets_the_same_answers(world):
    assert fail(6, username="nobody-of-that-name") == fail(6, username="chen")
    unknown, known = (try_login(Client(), username=name) for name in ("nobody-else", "zhao"))
    strip = [page.content.decode().replace("nobody-else", "?").replace("zhao", "?") for page in (unknown, known)]
    lines = [[line for line in page.splitlines() if "csrfmiddlewaretoken" not in line] for page in strip]
    assert lines[0] == lines[1]


def test_an_unknown_account_costs_the_same_work(world, monkeypatch):
    """The password is hashed once in either case: nothing in the time tells which accounts exist."""
    hashed = []
    from django.contrib.auth.hashers import MD5PasswordHasher

    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: hashed.append(1) or encode(self, *args))
    fail(1, username="nobody-of-that-name")
    unknown = len(hashed)
    fail(1, username="chen")
    assert (unknown, len(hashed) - unknown) == (1, 1)


def test_one_carriers_address_is_a_whole_compound(world, client):
    fail(5)
    assert try_login(client, username="zhao", password=PASSWORD).status_code == 302


def test_a_stranger_elsewhere_locks_nobody_out(world, client):
    fail(5, address=CARRIER)
    assert try_login(client, password=PASSWORD, address=HOME).status_code == 302


def test_a_stranger_next_door_does_not_lock_out_a_browser_that_was_in_before(world, client):
    assert try_login(client, password=PASSWORD).status_code == 302
    client.post(reverse("logout"))
    fail(9)
    assert try_login(client, password=PASSWORD).status_code == 302
    assert is_in(client)


def test_a_known_browser_is_counted_by_itself_wherever_it_is(world, client):
    try_login(client, password=PASSWORD)
    client.post(reverse("logout"))
    answers = [try_login(client, address=f"192.0.2.{number}").status_code for number in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]
    assert try_login(Client(), password=PASSWORD, address=HOME).status_code == 302


def test_the_cookie_names_nobody_and_is_out_of_reach_of_scripts(world, client):
    cookie = try_login(client, password=PASSWORD).cookies[COOKIE]
    assert "chen" not in cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)


def test_several_people_share_a_browser(world, client):
    for name in ("chen", "zhao", "chen"):
        try_login(client, username=name, password=PASSWORD)
        client.post(reverse("logout"))
    assert client.cookies[COOKIE].value.count("-") == 2
    fail(5)
    fail(5, username="zhao")
    assert try_login(client, username="zhao", password=PASSWORD).status_code == 302


@pytest.mark.parametrize("forged", ["x", "-", "abc-def", "0" * 16 + "-" + "0" * 40, "." * 500, "é-é"])
def test_a_forged_cookie_is_no_known_browser(world, forged):
    for _ in range(5):
        client = Client()
        client.cookies[COOKIE] = forged
        last = try_login(client)
    assert last.status_code == 429


def test_the_cookie_of_one_account_does_not_serve_another(world, client):
    try_login(client, username="zhao", password=PASSWORD)
    client.post(reverse("logout"))
    fail(5)
    assert try_login(client, password=PASSWORD).status_code == 429


def test_a_right_password_forgets_the_wrong_ones(world, client):
    fail(4)
    try_login(client, password=PASSWORD)
    assert fail(4) == [200] * 4


def test_nothing_typed_is_kept(world):
    fail(2, password="a-password-typed")
    attempt = AccessAttempt.objects.get()
    assert "a-password-typed" not in str(vars(attempt))
    assert (attempt.username, attempt.failures_since_start) == ("chen", 2)


@pytest.mark.parametrize("username", ["", "x" * 151, "\0", "a\0b", "\ud800", "|", "chen|0"])
def test_odd_accounts_are_answered_in_words(world, username):
    """Never an error, on PostgreSQL neither."""
    body = f"username={'%ED%A0%80' if username == chr(0xD800) else username}&password=x".encode()
    answer = Client().post(reverse("login"), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200


def test_a_superuser_unlocks_in_the_admin(world, client):
    fail(5)
    known = Client()
    try_login(known, password=PASSWORD, address=HOME)
    known.post(reverse("logout"))
    for _ in range(5):
        try_login(known)
    assert AccessAttempt.objects.count() == 2
    client.force_login(make_user("root", "总管", is_staff=True, is_superuser=True))
    data = {"action": "unlock_accounts", "_selected_action": [world.chen.pk]}
    assert client.post(reverse("admin:residents_user_changelist"), data).status_code == 302
    assert AccessAttempt.objects.count() == 0
    assert try_login(Client(), password=PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("is_behind", "told", "address"),
    [
        (False, "203.0.113.9", "10.0.0.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (True, "", "10.0.0.1"),
    ],
)
def test_an_address_is_believed_only_from_our_own_proxy(settings, is_behind, told, address):
    settings.BEHIND_PROXY = is_behind
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=told, REMOTE_ADDR="10.0.0.1")
    assert client_address(request) == address
