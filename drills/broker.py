"""Drill: Redis gets kill -9 while phones post and messages are planned; requests must not notice, nothing may be lost.

Ten phones post a hundred marks each, one by one, to a real server on a PostgreSQL of its own; a real worker and a
real schedule run beside it. Redis dies after a third of the marks and forgets all it had. Every answer must be 200, and
after a new Redis has started every message planned before and meanwhile must be sent, once.

python drills/broker.py
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from drills.servers import Cluster, Redis, Server  # noqa: E402

PHONES, MARKS, MESSAGES = 10, 100, 20
GIVE_UP_AFTER = 180  # seconds


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "pg").mkdir()
        cluster, redis = Cluster(folder / "pg"), Redis()
        os.environ.update(
            DJANGO_SETTINGS_MODULE="compound.settings",
            DEMO="1",
            VAR_DIR=name,
            RATE_LIMITS="0",
            DATABASE_URL=cluster.url,
            REDIS_URL=redis.url,
            EMAIL_URL="dummymail://",
        )
        try:
            drill(redis)
        finally:
            redis.kill()
            cluster.stop()


def celery(*words: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "celery", "-A", "compound", *words, "--loglevel", "CRITICAL"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def drill(redis: Redis) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from drills.marks import prepare

    call_command("migrate", verbosity=0)
    tokens, visits = prepare(PHONES)
    connection.close()
    server = Server()
    helpers = [celery("worker", "--concurrency", "1"), celery("beat")]
    give_up = time.monotonic() + GIVE_UP_AFTER
    try:
        server.wait_until_it_answers()
        phones = disturb(redis, server, tokens, visits, give_up)
        seconds = wait_until_sent(give_up)
    finally:
        server.stop()
        for process in helpers:
            process.terminate()
        for process in helpers:
            process.wait(30)
    report(phones, seconds)


def disturb(redis: Redis, server: Server, tokens: list[str], visits: list[int], give_up: float) -> list:
    from drills.marks import Phone
    from tests.marks import tap

    url = f"http://127.0.0.1:{server.port}/sync/"
    phones = []
    for place, token in enumerate(tokens):
        marks = [tap(visits[(place * MARKS + n) % len(visits)], n + 1) for n in range(MARKS)]
        phones.append(Phone(url, token, marks, give_up))
    plan("before")
    for phone in phones:
        phone.start()
    while unsent(phones) > PHONES * MARKS * 2 // 3 and time.monotonic() < give_up:
        time.sleep(0.05)
    redis.kill()
    plan("meanwhile")
    for phone in phones:
        phone.join()
    redis.start()
    return phones


def unsent(phones: list) -> int:
    return sum(len(phone.queue) for phone in phones)


def plan(period: str) -> None:
    from notices.services import plan_message
    from residents.models import Compound, User

    chen = User.objects.get(username="chen")
    compound = Compound.objects.get(grants__user=chen)
    User.objects.filter(pk=chen.pk).update(email="chen@example.org")
    chen.refresh_from_db()
    for number in range(MESSAGES):
        plan_message(
            compound=compound, reminder=f"drill-{number}", period=period, subject="drill", body="drill", users=[chen]
        )


def wait_until_sent(give_up: float) -> float:
    from notices.models import Message

    began = time.monotonic()
    while Message.objects.exclude(state="sent").exists() and time.monotonic() < give_up:
        time.sleep(0.5)
    return time.monotonic() - began


def report(phones: list, seconds: float) -> None:
    from notices.models import Message
    from rounds.models import Mark

    marks = list(Mark.objects.values_list("id", "device", "seq"))
    lost = PHONES * MARKS - len({pk for pk, _device, _seq in marks})
    twice = len(marks) - len({(device, seq) for _pk, device, seq in marks})
    failed, posts = sum(phone.failed for phone in phones), sum(phone.posts for phone in phones)
    sent, planned = Message.objects.filter(state="sent").count(), Message.objects.count()
    tries = sum(Message.objects.exclude(channel="inbox").values_list("attempt_count", flat=True))
    mailed = Message.objects.exclude(channel="inbox").count()
    print(
        f"{PHONES} phones x {MARKS} marks one by one, Redis killed among them: {posts} posts, {failed} not answered 200"
    )
    print(f"lost {lost}, twice {twice}, unsent {unsent(phones)}")
    print(
        f"messages {planned}, sent {sent} within {seconds:.0f} s of the new Redis, tries {tries} for {mailed} e-mails"
    )
    if lost or twice or failed or unsent(phones) or sent < planned or tries != mailed or mailed < 2 * MESSAGES:
        sys.exit(1)


if __name__ == "__main__":
    main()
