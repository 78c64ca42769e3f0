"""A real worker, a real clock and a real Redis against the test database (drills D4 to D8).

Needs REDIS_URL, and DATABASE_URL of a PostgreSQL: the other processes must see the test's rows.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from notices.models import Message, Webhook
from notices.services import plan_message
from tests.notices.hostile import hostile_server
from tests.world import World

REDIS_URL = os.environ.get("REDIS_URL", "")

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def environment():
    """The child processes' settings: the test database instead of the real one."""
    parts = urlsplit(settings.DATABASE_URL)
    database = urlunsplit(parts._replace(path="/" + connection.settings_dict["NAME"]))
    wanted = {
        "DATABASE_URL": database,
        "REDIS_URL": REDIS_URL,
        "DEMO": "1",
        "WEBHOOK_HOSTS": "127.0.0.1",
        "EMAIL_URL": "dummymail://",
    }
    return os.environ | wanted


@contextmanager
def celery(*words, folder):
    """A process group of its own, so that one signal reaches the pool's children too."""
    log = (folder / f"{words[0]}-{time.monotonic_ns()}.log").open("wb")
    command = [sys.executable, "-m", "celery", "-A", "compound", *words]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment() | {"VAR_DIR": str(folder)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process, signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            kill(process, signal.SIGKILL)
            process.wait()
        log.close()


def kill(process, number):
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def worker(folder):
    return celery("worker", "--concurrency", "2", "--loglevel", "WARNING", folder=folder)


def beat(folder):
    return celery("beat", "--loglevel", "WARNING", folder=folder)


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.2)
    return False


def is_sent():
    return Message.objects.get(channel="webhook").state == "sent"


def plan_one(server, path):
    world = World()
    Webhook.objects.create(compound=world.jiamu, name="group", url=server.url + path)
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="s", body="b", users=[world.chen])
    return Message.objects.get(channel="webhook")


def test_worker_and_two_clocks_send_a_planned_message_once(tmp_path):
    """D10 as well: a second clock wakes more often and sends nothing more."""
    other = tmp_path / "other"
    other.mkdir()
    with hostile_server() as server:
        message = plan_one(server, "/ok")
        with worker(tmp_path), beat(tmp_path), beat(other):
            assert wait_for(is_sent)
            time.sleep(11)  # one more round of both clocks
        assert [(path, payload["message"]) for path, payload in server.seen] == [("/ok", message.pk)]
    message.refresh_from_db()
    assert (message.state, message.attempt_count) == ("sent", 1)


def test_a_worker_killed_while_sending_delays_the_message_by_its_lease_and_no_more(tmp_path):
    """D5: kill -9 of the whole group between the claim and the answer."""
    with hostile_server() as server:
        message = plan_one(server, "/hang")
        with beat(tmp_path):
            with worker(tmp_path) as first:
                assert wait_for(lambda: server.seen)
                kill(first, signal.SIGKILL)
                first.wait()
            message.refresh_from_db()
            assert (message.state, message.attempt_count) == ("leased", 1)

            hook = Webhook.objects.get()
            hook.url = server.url + "/ok"
            hook.save()
            with worker(tmp_path):
                time.sleep(12)
                assert [path for path, _payload in server.seen] == ["/hang"]  # the lease is respected
                message.refresh_from_db()
                assert timedelta() < message.leased_until - timezone.now() <= timedelta(minutes=2)
                Message.objects.filter(pk=message.pk).update(leased_until=timezone.now())  # two minutes later
                assert wait_for(is_sent)
                time.sleep(11)
    assert [path for path, _payload in server.seen] == ["/hang", "/ok"]
    message.refresh_from_db()
    assert (message.state, message.attempt_count) == ("sent", 2)


def test_no_worker_and_then_a_worker_sends_what_waited(tmp_path):
    """D6: what was queued in Redis does not matter, the plan stands in the database."""
    with hostile_server() as server:
        plan_one(server, "/ok")
        with beat(tmp_path):
            time.sleep(12)
            assert server.seen == []
            flush = "import redis, os; redis.Redis.from_url(os.environ['REDIS_URL']).flushdb()"
            subprocess.run([sys.executable, "-c", flush], env=environment(), check=True)
            with worker(tmp_path):
                assert wait_for(is_sent)
        assert len(server.seen) == 1
