"""What is asked by machines and by the operator: alive, ready, and how it is doing."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from compound import health
from compound.tasks import note_heartbeat
from notices.models import Heartbeat, Message
from residents.models import Device
from rounds.models import HeldMark
from tests.marks import SENT_AT, statements
from tests.world import CANARY, make_user


@pytest.fixture(autouse=True)
def connection_stays_open(monkeypatch):
    """The task minds its connection; here it is the test's own."""
    monkeypatch.setattr("compound.tasks.close_old_connections", lambda: None)


@pytest.fixture
def operator(world, client):
    client.force_login(make_user("root", "总管", is_superuser=True, is_staff=True))
    return client


def test_a_process_that_answers_says_so_without_the_database(client):
    """No `db` fixture: a statement would fail the test."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"ok\n", "no-store")


def test_ready_once_the_schedule_was_heard(client, db):
    client.get("/readyz")  # the first reads all migrations, which takes its seconds
    note_heartbeat()
    answer = client.get("/readyz", {"beat": "1"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer.json() == {"database": "ok", "migrations": "ok", "beat": "ok", "beat_age_seconds": 0}


def test_a_silent_schedule_does_not_close_the_door_but_wakes_who_asks_for_it(client, db):
    assert client.get("/readyz").json()["beat"] == "never heard"
    Heartbeat.objects.create(name=health.BEAT, at=timezone.now() - timedelta(minutes=5))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["beat"], answer.json()["beat_age_seconds"]) == (200, "silent", 300)
    assert client.get("/readyz", {"beat": "1"}).status_code == 503


def test_without_a_database_it_is_not_ready_and_says_why(client, db, monkeypatch):
    def hang():
        raise OperationalError("could not connect to 10.0.0.7 as portal")

    monkeypatch.setattr(health, "_be_impatient", hang)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"database": "unreachable", "migrations": "unknown", "beat": "unknown", "beat_age_seconds": None},
    )


def test_with_migrations_to_apply_it_is_not_ready(client, db, monkeypatch):
    monkeypatch.setattr(health, "_is_migrated", False)
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [("one", False)])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "not applied")


@pytest.mark.parametrize("name", ["healthz", "readyz"])
def test_machines_ask_with_get_and_without_a_login(client, db, name):
    assert client.get(reverse(name)).status_code == 200
    assert client.head(reverse(name)).status_code == 200
    assert client.post(reverse(name)).status_code == 405


def test_the_beat_is_one_row(db):
    note_heartbeat()
    note_heartbeat()
    assert Heartbeat.objects.count() == 1
    assert timezone.now() - Heartbeat.objects.get().at < timedelta(seconds=10)


def test_the_status_page_counts(operator, world):
    now = timezone.now()
    Device.objects.filter(pk=world.wei_phone.pk).update(last_seen_at=now, queued_count=4)
    Device.objects.filter(pk=world.wu_phone.pk).update(ended_at=now, queued_count=9)
    HeldMark.objects.create(
        mark_id="x",
        device=world.wei_phone,
        digest="d",
        payload={},
        reason="bad_id",
        compound=world.jiamu,
        sent_at=SENT_AT,
    )
    Message.objects.create(
        compound=world.hexin,
        reminder="r",
        recipient=f"user:{world.sun.pk}",
        period="p",
        channel="inbox",
        user=world.sun,
        subject=CANARY,
        body="b",
        state="dead",
    )
    with statements() as seen:
        told = health.read_status(now)
    assert len(seen) == 4
    assert told["phones"] == {"bound": 2, "heard": 1, "with_unsent": 1, "unsent": 4}
    assert [row["count"] for row in told["outbox"]] == [0, 0, 0, 0, 1]
    assert (told["held"]["count"], told["beat_is_late"]) == (1, True)
    page = operator.get(reverse("status"))
    assert page.status_code == 200
    for private in (CANARY, "魏", "test phone", "佳木"):
        assert private not in page.content.decode()


def test_an_empty_portal_has_a_status_too(client, db):
    client.force_login(make_user("root", "总管", is_superuser=True))
    assert client.get(reverse("status")).status_code == 200


def test_the_menu_leads_the_operator_there_and_nobody_else(operator, world):
    link = f'href="{reverse("status")}"'
    assert link in operator.get(reverse("today")).content.decode()
    operator.force_login(world.chen)
    assert link not in operator.get(reverse("today")).content.decode()
    assert operator.get(reverse("status")).status_code == 404
    assert operator.post(reverse("status")).status_code == 405
