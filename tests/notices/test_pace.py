"""How often a bot is called, what is merged, and what waits without losing an attempt."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notices import sending
from notices.models import Message, Webhook
from notices.sending import claim_messages, hand_back, send_due, take_turn
from notices.services import plan_message
from notices.webhooks import AskedToWait, WebhookError

NOW = "2026-11-24T20:30:00+08:00"


@pytest.fixture(autouse=True)
def english(settings, time_machine):
    settings.LANGUAGE_CODE = "en"
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def bot(world):
    return Webhook.objects.create(compound=world.jiamu, name="group", kind="wecom", url="https://x.example.org/0001")


@pytest.fixture
def posted(monkeypatch):
    """The texts as they go out; `posted.answer` may be an error that comes back."""

    class Posted(list):
        answer = None

    texts = Posted()

    def post_text(*, hook, text, key):
        texts.append(text)
        if texts.answer:
            raise texts.answer

    monkeypatch.setattr(sending, "post_text", post_text)
    return texts


def plan(bot, count, start=0, **text):
    for number in range(start, start + count):
        plan_message(
            compound=bot.compound,
            reminder=f"r:{number}",
            period="p",
            webhooks=[bot],
            **{"subject": f"Subject {number}", "body": "1号楼"} | text,
        )


def outcome():
    rows = Message.objects.order_by("pk").values_list("state", "attempt_count", "last_error")
    return sorted(set(rows))


@pytest.mark.parametrize(("count", "texts"), [(1, 1), (3, 3), (4, 1), (12, 1)])
def test_more_than_three_waiting_become_one_text(bot, posted, count, texts):
    plan(bot, count)
    assert send_due() == count
    assert len(posted) == texts
    assert outcome() == [("sent", 1, "")]
    assert Message.objects.filter(sent_at=None).count() == 0


def test_a_digest_names_each_once_newest_last(bot, posted):
    plan(bot, 6)
    send_due()
    (text,) = posted
    assert [line.split(" – ")[0] for line in text.splitlines()[1:-1]] == [f"{n + 1}. Subject {n}" for n in range(6)]


def test_what_one_digest_cannot_hold_goes_out_with_the_next(bot, posted):
    plan(bot, 15, subject="轮" * 120)
    assert send_due() == 15
    assert len(posted) == 3
    assert outcome() == [("sent", 1, "")]
    numbers = [line.rpartition("#")[2] for text in posted for line in text.splitlines() if "#" in line]
    assert sorted(map(int, numbers)) == sorted(Message.objects.values_list("pk", flat=True))


def test_a_refused_digest_fails_as_a_whole(bot, posted):
    plan(bot, 5)
    posted.answer = WebhookError("No.")
    assert send_due() == 0
    assert outcome() == [("failed", 1, "No.")]
    assert {row.due_at for row in Message.objects.all()} == {timezone.now() + timedelta(minutes=1)}


def test_two_bots_are_not_merged_with_each_other(bot, posted, world):
    other = Webhook.objects.create(compound=world.jiamu, name="b", kind="feishu", url="https://x.example.org/0002")
    plan(bot, 3)
    plan(other, 3, start=10)
    assert send_due() == 6
    assert len(posted) == 6


def test_a_bot_is_called_18_times_a_minute_and_the_rest_waits(bot, posted, time_machine):
    for number in range(25):
        plan(bot, 1, start=number)
        send_due()
    assert len(posted) == 18
    assert outcome() == [("planned", 0, ""), ("sent", 1, "")]
    time_machine.shift(timedelta(seconds=61))
    send_due()
    assert len(posted) == 19  # the seven that waited, in one text
    assert outcome() == [("sent", 1, "")]


def test_calls_that_fail_count_as_calls(bot, posted):
    posted.answer = WebhookError("No.")
    for number in range(25):
        plan(bot, 1, start=number)
        send_due()
    assert len(posted) == 18


def test_any_minute_not_only_the_whole_one_is_counted(bot, time_machine):
    taken = []
    for _second in range(200):
        if take_turn(bot) is None:
            taken.append(timezone.now())
        time_machine.shift(timedelta(seconds=1))
    most = max(sum(begin <= moment < begin + timedelta(seconds=60) for moment in taken) for begin in taken)
    assert most == 18
    assert len(taken) > 50


def test_asked_to_wait_no_attempt_is_lost_and_nobody_else_calls(bot, posted, time_machine):
    plan(bot, 2)
    posted.answer = AskedToWait(timedelta(minutes=10))
    assert send_due() == 0
    assert len(posted) == 1  # the second was not even tried
    assert outcome() == [("planned", 0, ""), ("planned", 0, "The other side asked to wait.")]
    plan(bot, 1, start=7)
    time_machine.shift(timedelta(minutes=9))
    assert (send_due(), len(posted)) == (0, 1)
    posted.answer = None
    time_machine.shift(timedelta(minutes=1, seconds=1))
    assert send_due() == 3
    assert outcome() == [("sent", 1, "")]


def test_a_message_older_than_a_day_pays_for_waiting_and_ends(bot, posted, time_machine):
    plan(bot, 1)
    posted.answer = AskedToWait(timedelta(minutes=1))
    time_machine.shift(timedelta(days=1))
    for _try in range(8):
        send_due()
        time_machine.shift(timedelta(minutes=20))
    assert outcome() == [("dead", 6, "The other side asked to wait.")]


def test_a_bot_switched_off_is_not_called_and_the_reason_says_so(bot, posted):
    plan(bot, 5)
    Webhook.objects.update(is_active=False)
    send_due()
    assert posted == []
    assert outcome() == [("dead", 1, "The bot has been switched off.")]


def test_handing_back_what_another_holds_changes_nothing(bot):
    plan(bot, 1)
    late = claim_messages()
    Message.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    (holder,) = claim_messages()
    hand_back(late)
    row = Message.objects.get()
    assert (row.state, row.lease, row.attempt_count) == ("leased", holder.lease, 2)


def test_a_surprise_while_sending_tells_no_address(bot, posted, caplog):
    plan(bot, 1)
    posted.answer = RuntimeError(bot.url)
    send_due()
    assert outcome() == [("failed", 1, "An unexpected error (RuntimeError).")]
    assert "example.org" not in caplog.text
