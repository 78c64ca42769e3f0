"""Real connections side by side; SQLite's in-memory test database has only one."""

import re
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from notices import sending
from notices.composing import put_right
from notices.models import Message, Notice, Webhook
from notices.publishing import publish_due, publish_notice
from notices.sending import claim_messages, send_due
from notices.services import NoticeError, plan_message
from tests.notices.telling import Telling
from tests.world import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
]


def side_by_side(work, count):
    """Run `work(number)` in `count` threads that start together; return what they returned."""
    gate, answers = threading.Barrier(count), []

    def run(number):
        try:
            gate.wait()
            answers.append(work(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == count
    return answers


def plan_many(world, count):
    hooks = [Webhook(compound=world.jiamu, name=str(n), url="https://hook.example.org/") for n in range(count)]
    Webhook.objects.bulk_create(hooks)
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="s", body="b")


def test_claimers_at_once_get_disjoint_rows_and_do_not_wait_for_each_other():
    plan_many(World(), 60)
    claimed = side_by_side(lambda number: [row.pk for row in claim_messages()], 8)
    rows = [pk for some in claimed for pk in some]
    assert len(rows) == len(set(rows))
    assert [len(some) for some in claimed] == [5] * 8


def test_senders_at_once_send_each_message_once(monkeypatch):
    posted = []
    monkeypatch.setattr(sending, "post_webhook", lambda url, payload: posted.append(payload["message"]))
    plan_many(World(), 100)

    def sweep(number):
        close_old_connections()
        return send_due(limit=200)

    assert sum(side_by_side(sweep, 6)) == 100
    assert set(Counter(posted).values()) == {1}
    assert set(Message.objects.values_list("state", "attempt_count")) == {("sent", 1)}


def test_planners_at_once_plan_each_message_once():
    world = World()

    def plan(number):
        for day in range(20):
            plan_message(
                compound=world.jiamu,
                reminder="r",
                period=str(day),
                subject="s",
                body="b",
                users=[world.chen, world.zhao],
            )
        return True

    side_by_side(plan, 4)
    assert Message.objects.count() == 40


def plan_for_one_bot(world, count, kind="wecom"):
    bot = Webhook.objects.create(compound=world.jiamu, name="group", kind=kind, url="https://hook.example.org/")
    for number in range(count):
        plan_message(compound=world.jiamu, reminder=f"r:{number}", period="p", subject=f"s{number}", body="b")
    return bot


def test_senders_at_once_call_one_bot_18_times_a_minute(monkeypatch):
    posted = []
    monkeypatch.setattr(sending, "post_webhook", lambda url, payload: posted.append(payload["message"]))
    plan_for_one_bot(World(), 60, kind="json")
    assert sum(side_by_side(lambda number: send_due(), 6)) == 18
    assert (len(posted), len(set(posted))) == (18, 18)
    counts = Counter(Message.objects.values_list("state", "attempt_count"))
    assert counts == {("sent", 1): 18, ("planned", 0): 42}


def test_turns_taken_at_once_are_18():
    bot = plan_for_one_bot(World(), 0)
    taken = side_by_side(lambda number: sum(sending.take_turn(bot) is None for _turn in range(10)), 6)
    assert sum(taken) == 18


def test_senders_at_once_tell_each_message_in_one_digest(monkeypatch):
    texts = []
    monkeypatch.setattr(sending, "post_text", lambda hook, text, key: texts.append(text))
    plan_for_one_bot(World(), 40)
    assert sum(side_by_side(lambda number: send_due(), 6)) == 40
    numbers = [
        int(mark) for text in texts for mark in re.findall(r"#(\d+)$|no\. (\d+)$", text, re.M) for mark in mark if mark
    ]
    assert sorted(numbers) == sorted(Message.objects.values_list("pk", flat=True))
    assert len(texts) <= 18
    assert set(Message.objects.values_list("state", "attempt_count")) == {("sent", 1)}


def test_of_ten_who_publish_one_notice_at_once_one_does_and_everybody_gets_it_once():
    world = World()
    telling = Telling(world)
    rows = [telling.check(), telling.check(title="停电", publish_at=timezone.now() + timedelta(hours=1))]
    later = timezone.now() + timedelta(hours=2)

    def publish(number):
        """By hand, and by the clock for the one whose hour has come."""
        try:
            return publish_due(later) if number % 2 else bool(publish_notice(notice=rows[0], by=world.chen, now=later))
        except NoticeError as error:
            return str(error)

    done = Counter(side_by_side(publish, 10))
    assert done[True] == 2  # the one by hand, the other by the clock
    assert sorted(Notice.objects.published().values_list("title", flat=True)) == ["停水", "停电"]
    for row in Notice.objects.all():
        assert (row.recipients.count(), Message.objects.filter(reminder=f"notice:{row.pk}").count()) == (4, 1)


def test_of_two_who_put_one_notice_right_at_once_both_hold_the_same_draft():
    world = World()
    row = Telling(world).publish()
    made = side_by_side(lambda number: put_right(notice=row, change="correction", by=world.chen).pk, 4)
    assert (len(set(made)), Notice.objects.filter(corrects=row).count()) == (1, 1)
