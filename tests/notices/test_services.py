import pytest

from notices.models import Message, Webhook
from notices.services import NoticeError, plan_message, retry_message


@pytest.fixture
def text(world):
    return {
        "compound": world.jiamu,
        "reminder": "gap-list:7",
        "period": "2026-11-24",
        "subject": "13 doors still missing",
        "body": "1号楼: 13 doors",
        "link": "/rounds/7/",
    }


def keys():
    return set(Message.objects.values_list("recipient", "channel", "state"))


def test_a_user_is_told_in_the_inbox_and_by_mail_only_with_an_address(world, text):
    world.chen.email = "chen@example.org"
    plan_message(users=[world.chen, world.zhao], **text)
    assert keys() == {
        (f"user:{world.chen.pk}", "inbox", "planned"),
        (f"user:{world.chen.pk}", "email", "planned"),
        (f"user:{world.zhao.pk}", "inbox", "planned"),
    }


def test_each_active_webhook_of_the_compound_is_told_once_whoever_is_told(world, text):
    hook = Webhook.objects.create(compound=world.jiamu, name="group", url="https://hook.example.org/a")
    Webhook.objects.create(compound=world.jiamu, name="old", url="https://hook.example.org/b", is_active=False)
    Webhook.objects.create(compound=world.hexin, name="other", url="https://hook.example.org/c")
    plan_message(users=[], **text)
    assert keys() == {(f"webhook:{hook.pk}", "webhook", "planned")}


def test_planned_twice_is_told_once(world, text):
    assert len(plan_message(users=[world.chen], **text)) == 1
    assert plan_message(users=[world.chen], **text) == []
    assert plan_message(users=[world.chen, world.zhao], **text | {"subject": "changed"})[0].user == world.zhao
    assert Message.objects.count() == 2
    assert Message.objects.get(user=world.chen).subject == "13 doors still missing"


def test_the_same_recipient_twice_in_one_call_is_told_once(world, text):
    assert len(plan_message(users=[world.chen, world.chen], **text)) == 1


def test_another_period_is_another_message(world, text):
    plan_message(users=[world.chen], **text)
    plan_message(users=[world.chen], **text | {"period": "2026-11-25"})
    assert Message.objects.count() == 2


def test_planning_again_uses_up_no_message_numbers(world, text):
    plan_message(users=[world.chen], **text)
    for _minute in range(5):
        plan_message(users=[world.chen], **text)
    plan_message(users=[world.zhao], **text)
    first, second = Message.objects.order_by("pk").values_list("pk", flat=True)
    assert second - first == 1


def test_the_unique_key_stands_when_the_look_beforehand_was_too_early(world, text, monkeypatch):
    """The second planner looks before the first has written, and writes after it."""
    bulk_create = Message.objects.bulk_create

    def late(rows, **options):
        monkeypatch.undo()
        plan_message(users=[world.chen], **text)
        return bulk_create(rows, **options)

    monkeypatch.setattr(Message.objects, "bulk_create", late)
    plan_message(users=[world.chen], **text)
    assert Message.objects.count() == 1


def test_a_line_break_in_a_title_does_not_become_a_mail_header(world, text):
    plan_message(users=[world.chen], **text | {"subject": "a\r\nBcc: everybody@example.org " + "x" * 200})
    subject = Message.objects.get().subject
    assert subject.startswith("a Bcc: everybody@example.org xxx")
    assert len(subject) == 120


@pytest.mark.parametrize("state", ["failed", "dead"])
def test_retry_gives_a_failed_message_a_new_set_of_attempts(world, text, state):
    plan_message(users=[world.chen], **text)
    message = Message.objects.get()
    Message.objects.update(state=state, attempt_count=6, last_error="timeout")
    retry_message(message=message)
    message.refresh_from_db()
    assert (message.state, message.attempt_count) == ("planned", 0)


def test_retry_of_a_planned_message_says_so(world, text):
    plan_message(users=[world.chen], **text)
    with pytest.raises(NoticeError):
        retry_message(message=Message.objects.get())
