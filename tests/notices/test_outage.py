"""P14: with Redis or Celery gone, pages work and messages wait in the database."""

import ast
from pathlib import Path

import kombu
import pytest
from celery.app.base import Celery
from celery.app.task import Task
from django.conf import settings
from django.urls import reverse

from notices.models import Message
from notices.sending import send_due
from notices.services import plan_message
from rounds.services import assign, create_round, open_round
from tests.marks import envelope, post, tap
from tests.world import bind_phone

APPS = ["compound", "notices", "reports", "residents", "rounds", "supplies", "testing_rounds"]
QUEUEING = {"delay", "apply_async", "send_task", "delay_on_commit", "apply_async_on_commit"}


def test_nothing_in_the_portal_queues_a_task():
    """Only the clock starts tasks, so no request can wait for a broker."""
    calls = [
        f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}"
        for app in APPS
        for path in (settings.BASE_DIR / app).rglob("*.py")
        for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in QUEUEING
    ]
    assert calls == []


@pytest.fixture
def no_broker(monkeypatch):
    def refuse(*args, **kwargs):
        raise kombu.exceptions.OperationalError("no broker")

    monkeypatch.setattr(Task, "apply_async", refuse)
    monkeypatch.setattr(Celery, "send_task", refuse)
    monkeypatch.setattr(kombu.Connection, "ensure_connection", refuse)


def test_pages_work_and_messages_wait_while_the_broker_is_gone(client, world, no_broker):
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="s", body="b", users=[world.chen])
    Message.objects.update(state="dead")
    client.force_login(world.chen)
    pages = [
        client.get(reverse("notices:inbox")),
        client.get(reverse("notices:outbox")),
        client.post(reverse("notices:retry", args=[Message.objects.get().pk])),
    ]
    assert [page.status_code for page in pages] == [200, 200, 302]
    assert Message.objects.get().state == "planned"
    assert send_due() == 1  # the command needs no broker either


def test_marks_are_stored_while_the_broker_is_gone(client, world, no_broker):
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    assign(round=round, volunteer=world.wei, building=world.building1, by=world.chen)
    visits = round.visits.filter(building=world.building1)
    marks = [tap(visit, seq) for seq, visit in enumerate(visits, start=1)]
    bind_phone(world.wei, "a-phone-of-this-test-0000")
    answer = post(client, "a-phone-of-this-test-0000", envelope(*marks))
    assert answer.status_code == 200
    assert {receipt["result"] for receipt in answer.json()["receipts"]} == {"stored"}
