import re
import smtplib
import socket
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from notices import sending
from notices.models import Message, Webhook
from notices.sending import NeverSent, NotSent, claim_messages, send_due, settle, work_email
from notices.services import plan_message


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def plan(world):
    """Plans one e-mail to Chen for each number given."""
    world.chen.email = "chen@example.org"
    world.chen.save()

    def plan_mails(*numbers, **changes):
        for number in numbers:
            plan_message(
                compound=world.jiamu,
                reminder=f"test:{number}",
                period="2026-11-24",
                subject=f"Message {number}",
                body="1号楼: 3 doors",
                link="/rounds/7/",
                users=[world.chen],
                webhooks=[],
                **changes,
            )
        return Message.objects.filter(channel="email")

    return plan_mails


def state_of(message):
    message.refresh_from_db()
    return (message.state, message.attempt_count, message.lease, message.leased_until)


def age_lease(**minutes):
    Message.objects.filter(state="leased").update(leased_until=timezone.now() - timedelta(**minutes))


def test_two_senders_claim_different_rows(plan):
    rows = plan(*range(7))
    first, second, third = claim_messages(4), claim_messages(4), claim_messages(4)
    assert [len(first), len(second), len(third)] == [4, 3, 0]
    assert {m.pk for m in first} | {m.pk for m in second} == {m.pk for m in rows}
    assert first[0].lease != second[0].lease


def test_the_oldest_is_claimed_first_and_the_future_not_at_all(plan):
    now = timezone.now()
    plan(1, due_at=now - timedelta(minutes=1))
    plan(2, due_at=now - timedelta(minutes=2))
    plan(3, due_at=now + timedelta(minutes=1))
    assert [m.subject for m in claim_messages()] == ["Message 2", "Message 1"]


def test_a_claim_picks_under_a_lock_writes_the_lease_and_reads_back(plan, django_assert_num_queries):
    plan(*range(5))
    with django_assert_num_queries(5) as captured:
        claim_messages()
    statements = [query["sql"] for query in captured.captured_queries]
    assert [sql.split()[0] for sql in statements] == ["SAVEPOINT", "SELECT", "UPDATE", "RELEASE", "SELECT"]
    assert ("SKIP LOCKED" in statements[1]) == (connection.vendor == "postgresql")


def test_a_lease_that_ran_out_is_claimed_again(plan):
    plan(1)
    (first,) = claim_messages()
    assert claim_messages() == []
    age_lease(seconds=1)
    (second,) = claim_messages()
    assert second.pk == first.pk
    assert second.lease != first.lease
    assert second.attempt_count == 2


def test_a_late_sender_does_not_settle_what_another_holds(plan):
    plan(1)
    (late,) = claim_messages()
    age_lease(seconds=1)
    (holder,) = claim_messages()
    assert settle(late) is False
    assert settle(late, NotSent("too late")) is False
    assert state_of(late)[:3] == ("leased", 2, holder.lease)
    assert settle(holder) is True
    assert state_of(holder) == ("sent", 2, None, None)


def test_a_late_sender_does_not_revive_what_another_sent(plan):
    plan(1)
    (late,) = claim_messages()
    age_lease(seconds=1)
    (holder,) = claim_messages()
    settle(holder)
    assert settle(late, NotSent("too late")) is False
    assert state_of(late) == ("sent", 2, None, None)


def test_a_message_is_not_begun_when_its_lease_is_nearly_over(plan, monkeypatch):
    plan(1)
    (message,) = claim_messages()
    message.leased_until = timezone.now() + timedelta(seconds=20)
    assert work_email(message) is False
    assert mail.outbox == []
    assert state_of(message)[0] == "leased"


def test_an_email_carries_the_text_the_link_and_its_number(plan, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    (row,) = plan(1)
    assert send_due() == 2  # with the inbox
    (email,) = mail.outbox
    assert email.to == ["chen@example.org"]
    assert email.subject == "Message 1"
    assert email.body.splitlines() == [
        "1号楼: 3 doors",
        "",
        "https://portal.example.org/rounds/7/",
        f"Message no. {row.pk}",
    ]
    assert email.extra_headers["Message-ID"] == f"<notice-{row.pk}@portal.example.org>"
    assert state_of(row) == ("sent", 1, None, None)
    assert row.sent_at is not None


def test_the_inbox_needs_no_lease(plan):
    plan(1)
    send_due()
    row = Message.objects.get(channel="inbox")
    assert state_of(row) == ("sent", 0, None, None)


def test_a_second_sweep_sends_nothing_again(plan):
    plan(1, 2)
    assert (send_due(), send_due(), len(mail.outbox)) == (4, 0, 2)


def test_a_sweep_is_bounded(plan):
    plan(*range(12))
    assert send_due(limit=7) == 12 + 7
    assert send_due(limit=7) == 5


def break_mail(monkeypatch, error):
    def send_messages(self, messages):
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)


def test_failures_are_tried_after_1_2_4_8_16_minutes_then_given_up(plan, monkeypatch, time_machine):
    time_machine.move_to("2026-11-24T20:30:00+08:00", tick=False)
    break_mail(monkeypatch, ConnectionRefusedError("mail.internal:25"))
    (row,) = plan(1)
    waits = []
    for _attempt in range(5):
        assert send_due() in {0, 1}
        row.refresh_from_db()
        assert row.state == "failed"
        waits.append((row.due_at - timezone.now()).total_seconds() / 60)
        time_machine.move_to(row.due_at - timedelta(seconds=1), tick=False)
        assert claim_messages() == []
        time_machine.move_to(row.due_at, tick=False)
    send_due()
    assert waits == [1, 2, 4, 8, 16]
    assert state_of(row) == ("dead", 6, None, None)
    assert row.last_error == "The mail server could not be reached."
    time_machine.shift(timedelta(days=1))
    assert send_due() == 0


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (smtplib.SMTPDataError(550, b"chen@example.org is unknown"), "The mail server answered with code 550."),
        (smtplib.SMTPRecipientsRefused({"chen@example.org": (550, b"no")}), "The mail server refused the address."),
        (TimeoutError(), "The mail server could not be reached."),
        (socket.gaierror("mail.internal"), "The mail server could not be reached."),
        (RuntimeError("chen@example.org"), "An unexpected error (RuntimeError)."),
    ],
)
def test_a_failure_is_told_without_the_address(plan, monkeypatch, caplog, error, sentence):
    break_mail(monkeypatch, error)
    (row,) = plan(1)
    send_due()
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("failed", sentence)
    assert "chen@" not in caplog.text


def test_one_message_that_breaks_does_not_stop_the_next(plan, monkeypatch):
    plan(1, 2, 3)
    whole = sending._send_email

    def picky(message):
        if message.subject == "Message 1":
            raise RuntimeError
        whole(message)

    monkeypatch.setattr(sending, "_send_email", picky)
    send_due()
    assert {m.subject for m in mail.outbox} == {"Message 2", "Message 3"}


def test_a_message_whose_sender_always_dies_is_given_up(plan):
    (row,) = plan(1)
    for _attempt in range(6):
        assert len(claim_messages()) == 1
        age_lease(seconds=1)
    assert send_due() == 1  # the inbox row
    assert state_of(row) == ("dead", 6, None, None)
    assert mail.outbox == []


def test_who_has_left_is_not_written_to(plan, world):
    (row,) = plan(1)
    world.chen.is_active = False
    world.chen.save()
    send_due()
    assert (state_of(row)[0], row.last_error) == ("dead", "The recipient is no longer there.")
    assert mail.outbox == []


def test_never_sent_is_not_tried_again(plan):
    plan(1)
    (message,) = claim_messages()
    settle(message, NeverSent("gone"))
    assert state_of(message)[0] == "dead"


def test_a_program_gets_at_most_18_messages_a_minute(world, monkeypatch, time_machine):
    time_machine.move_to("2026-11-24T20:30:00+08:00", tick=False)
    posted = []
    monkeypatch.setattr(sending, "post_webhook", lambda url, payload: posted.append(payload["message"]))
    hook = Webhook.objects.create(compound=world.jiamu, name="group", url="https://hook.example.org/secret")
    for number in range(30):
        plan_message(compound=world.jiamu, reminder=f"r:{number}", period="p", subject="s", body="b", webhooks=[hook])
    send_due()
    send_due()
    assert len(posted) == 18
    assert Message.objects.filter(state="planned", attempt_count=0).count() == 12
    time_machine.shift(timedelta(seconds=61))
    send_due()
    assert len(posted) == 30
    assert len(set(posted)) == 30


def test_the_webhook_payload_holds_number_text_and_whole_link(world, monkeypatch, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    posted = []
    monkeypatch.setattr(sending, "post_webhook", lambda url, payload: posted.append((url, payload)))
    hook = Webhook.objects.create(compound=world.jiamu, name="group", url="https://hook.example.org/secret")
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="s", body="b", link="/rounds/7/")
    send_due()
    number = Message.objects.get().pk
    expected = {
        "portal": "shoulou",
        "message": number,
        "subject": "s",
        "body": f"b\nMessage no. {number}",
        "link": "https://portal.example.org/rounds/7/",
    }
    assert posted == [(hook.url, expected)]


def test_a_webhook_switched_off_meanwhile_is_not_called(world, monkeypatch):
    monkeypatch.setattr(sending, "post_webhook", lambda **_: pytest.fail("called"))
    Webhook.objects.create(compound=world.jiamu, name="group", url="https://hook.example.org/secret")
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="s", body="b")
    Webhook.objects.update(is_active=False)
    send_due()
    assert Message.objects.get().state == "dead"


def test_the_command_sweeps_without_celery(plan, capsys):
    plan(1)
    call_command("send_messages")
    assert re.fullmatch(r"2 sent\n", capsys.readouterr().out)
    assert len(mail.outbox) == 1


def test_a_lease_is_a_fresh_one_each_time(plan):
    plan(1)
    (message,) = claim_messages()
    assert isinstance(message.lease, uuid.UUID)
    assert timedelta(seconds=110) < message.leased_until - timezone.now() <= timedelta(minutes=2)
