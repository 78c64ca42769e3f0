"""Who asks too often is told to wait, in the form that fits who asks; nothing is lost and nobody else is slowed."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.urls import get_resolver, reverse

from compound import limits
from compound.tasks import forget_tallies
from notices.models import Tally
from residents.services import make_invite
from rounds.models import Mark
from rounds.services import assign, create_round, open_round
from tests.marks import envelope, post, statements, tap
from tests.test_permissions import url_names

WEI, WU = "token-of-wei-0000000000", "token-of-wu-00000000000"
NOON = "2022-04-10T12:00:00+08:00"


def bind(client, code, **extra):
    body = json.dumps({"code": code, "device": "x", "token": "y", "label": ""})
    return client.post(reverse("my_bind"), body, content_type="application/json", **extra)


def test_every_limit_is_of_a_route_there_is():
    names = set(url_names(get_resolver().url_patterns))
    assert set(limits.LIMITS) - names <= {"second_factor"}


def test_a_phone_that_never_stops_is_told_in_json_and_others_are_not_slowed(world, client):
    with time_machine.travel(NOON, tick=False):
        answers = [post(client, WEI, envelope()).status_code for _ in range(121)]
        last = post(client, WEI, envelope())
        other = post(client, WU, envelope())
    assert answers == [200] * 120 + [429]
    assert (last.status_code, last.json(), last["Retry-After"]) == (429, {"error": "slow_down"}, "60")
    assert other.status_code == 200


def test_what_a_slowed_phone_sends_is_not_taken_in_and_is_taken_in_later(world, client):
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    assign(round=round, volunteer=world.wei, building=world.building1, by=world.chen)
    body = envelope(tap(round.visits.filter(building=world.building1).first(), 1))
    with time_machine.travel(NOON, tick=False):
        for _ in range(120):
            post(client, WEI, envelope())
        assert post(client, WEI, body).status_code == 429
        assert Mark.objects.count() == 0
    with time_machine.travel("2022-04-10T12:01:00+08:00", tick=False):
        assert post(client, WEI, body).json()["receipts"][0]["result"] == "stored"


def test_knowing_a_phones_id_is_not_enough_to_slow_it(world, client):
    token = f"{world.wei_phone.pk}.secret"
    with time_machine.travel(NOON, tick=False):
        for _ in range(121):
            last = post(client, f"{world.wei_phone.pk}.guess", envelope())
        assert (last.status_code, post(client, token, envelope()).status_code) == (429, 401)


def test_the_limit_of_phones_costs_no_statement(world, client):
    with statements() as seen:
        post(client, "unknown", envelope())
    assert len(seen) == 1


def test_searching_without_end_is_slowed_by_user(world, client):
    client.force_login(world.chen)
    url = reverse("residents:search")
    with time_machine.travel(NOON, tick=False):
        answers = [client.get(url, {"q": "502"}).status_code for _ in range(61)]
        page = client.get(url, {"q": "502"})
        client.force_login(world.zhao)
        other = client.get(url, {"q": "502"})
    assert answers == [200] * 60 + [429]
    assert 'id="main"' in page.content.decode()
    assert other.status_code == 200


def test_an_invitation_is_not_opened_without_end(world, client):
    code = make_invite(volunteer=world.wei, by=world.chen).code
    with time_machine.travel(NOON, tick=False):
        answers = [client.get(reverse("invite", args=["guessed-code"])).status_code for _ in range(21)]
        page = client.get(reverse("invite", args=["guessed-code"]))
        assert Tally.objects.filter(key__contains=code).count() == 0
    assert answers == [404] * 20 + [429]
    assert 'class="phone"' in page.content.decode()
    assert client.get(reverse("invite", args=[code])).status_code == 200


def test_codes_are_not_guessed_from_one_address(world, client):
    with time_machine.travel(NOON, tick=False):
        answers = {bind(client, f"guess-{number}").status_code for number in range(60)}
        assert bind(client, "guess-60").json() == {"error": "slow_down"}
        assert bind(client, "guess-60", REMOTE_ADDR="192.0.2.9").status_code != 429
    assert 429 not in answers


def test_one_code_is_not_bound_without_end(world, client):
    with time_machine.travel(NOON, tick=False):
        answers = [bind(client, "one-code", REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(11)]
    assert answers[-1] == 429
    assert 429 not in answers[:-1]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"code": {}}', b"\xff" * 10, b"x" * 5000])
def test_odd_bodies_are_left_to_the_view(client, db, body):
    answer = client.post(reverse("my_bind"), body, content_type="application/json")
    assert answer.status_code in {400, 404, 413, 415}


def test_logging_in_is_slowed_by_address_but_looking_at_the_form_is_not(client, db):
    with time_machine.travel(NOON, tick=False):
        answers = [client.post(reverse("login"), {"username": f"n{n}", "password": "x"}).status_code for n in range(61)]
        assert client.get(reverse("login")).status_code == 200
    assert answers == [200] * 60 + [429]


def test_a_count_is_one_statement_and_begins_again_each_minute(db):
    with time_machine.travel(NOON, tick=False), statements() as seen:
        assert [limits.count("x", "y", is_exact=True) for _ in range(3)] == [1, 2, 3]
    assert len(seen) == 3
    with time_machine.travel("2022-04-10T12:01:00+08:00", tick=False):
        assert limits.count("x", "y", is_exact=True) == 1
    assert Tally.objects.count() == 1


def test_old_counts_are_forgotten(db, monkeypatch):
    monkeypatch.setattr("compound.tasks.close_old_connections", lambda: None)  # PostgreSQL's would be the test's own
    with time_machine.travel("2022-04-08T12:00:00+08:00", tick=False):
        limits.count("x", "old", is_exact=True)
    with time_machine.travel(NOON, tick=False):
        limits.count("x", "new", is_exact=True)
        forget_tallies()
    assert Tally.objects.count() == 1


def test_a_database_that_cannot_count_stops_nobody(monkeypatch):
    def broken():
        raise OperationalError("database is locked")

    monkeypatch.setattr(connection, "cursor", broken)
    assert limits.count("x", "y", is_exact=True) == 0


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    for number in range(50):
        limits.count("x", str(number), is_exact=False)
    assert len(limits._counts) == 10


def test_threads_count_together():
    with time_machine.travel(NOON, tick=False), ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _n: limits.count("x", "y", is_exact=False), range(200)))
    assert sorted(told) == list(range(1, 201))


def test_limits_are_switched_off_for_measuring(world, settings):
    settings.RATE_LIMITS = False
    client = Client()
    assert {post(client, WEI, envelope()).status_code for _ in range(130)} == {200}
