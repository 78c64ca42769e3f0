from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from notices.models import ChannelChoice, Message
from notices.sending import send_due
from notices.services import plan_message

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def chen(client, world):
    world.chen.email = "chen@example.org"
    world.chen.save()
    client.force_login(world.chen)
    return client


def choose(world, **choice):
    return ChannelChoice.objects.create(user=world.chen, **choice)


NIGHT = {"quiet_from": time(22), "quiet_until": time(7)}


@pytest.mark.parametrize(
    ("begin", "end", "now", "until"),
    [
        ("22:00", "07:00", "24T21:59", None),
        ("22:00", "07:00", "24T22:00", "25T07:00"),
        ("22:00", "07:00", "24T23:59", "25T07:00"),
        ("22:00", "07:00", "25T00:00", "25T07:00"),
        ("22:00", "07:00", "25T06:59", "25T07:00"),
        ("22:00", "07:00", "25T07:00", None),
        ("12:00", "14:00", "24T11:59", None),
        ("12:00", "14:00", "24T13:00", "24T14:00"),
        ("12:00", "14:00", "24T14:00", None),
        ("22:00", "00:00", "24T23:00", "25T00:00"),
        ("22:00", "00:00", "25T00:00", None),
        ("00:00", "07:00", "24T23:59", None),
        ("00:00", "07:00", "25T00:00", "25T07:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_in_shanghai(begin, end, now, until):
    choice = ChannelChoice(quiet_from=time.fromisoformat(begin), quiet_until=time.fromisoformat(end))
    moment = datetime.fromisoformat(f"2026-11-{now}:00+08:00")
    expected = until and datetime.fromisoformat(f"2026-11-{until}:00").replace(tzinfo=SHANGHAI)
    assert choice.quiet_end(moment) == expected
    assert choice.quiet_end(moment.astimezone(UTC)) == expected


def test_without_quiet_hours_it_is_never_quiet():
    assert ChannelChoice().quiet_end(datetime(2026, 11, 24, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "half", [{"quiet_from": time(22)}, {"quiet_until": time(7)}, {"quiet_from": time(7), "quiet_until": time(7)}]
)
def test_the_database_holds_no_half_quiet_hours(world, half):
    with pytest.raises(IntegrityError), transaction.atomic():
        choose(world, **half)


# --- planning and sending ------------------------------------------------------------------------
def plan(world, **more):
    return plan_message(
        compound=world.jiamu, reminder="r", period="p", subject="s", body="b", users=[world.chen], webhooks=[], **more
    )


def test_who_wants_no_email_gets_the_inbox_alone(chen, world):
    choose(world, by_email=False)
    assert [row.channel for row in plan(world)] == ["inbox"]


def test_in_quiet_hours_email_waits_for_the_morning_and_the_inbox_does_not(chen, world, time_machine):
    time_machine.move_to("2026-11-24T23:00:00+08:00", tick=False)
    choose(world, **NIGHT)
    plan(world)
    assert send_due() == 1
    assert Message.objects.get(channel="inbox").state == "sent"
    email = Message.objects.get(channel="email")
    assert (email.state, email.due_at.isoformat()) == ("planned", "2026-11-24T23:00:00+00:00")
    time_machine.move_to("2026-11-25T07:00:00+08:00", tick=False)
    assert (send_due(), len(mail.outbox)) == (1, 1)


def test_what_is_urgent_goes_out_at_once(chen, world, time_machine):
    time_machine.move_to("2026-11-24T23:00:00+08:00", tick=False)
    choose(world, **NIGHT)
    plan(world, is_urgent=True)
    assert (send_due(), len(mail.outbox)) == (2, 1)


def test_quiet_hours_chosen_later_hold_for_what_waits_already(chen, world, time_machine):
    time_machine.move_to("2026-11-24T21:59:00+08:00", tick=False)
    plan(world)
    choose(world, **NIGHT)
    time_machine.move_to("2026-11-24T22:05:00+08:00", tick=False)
    send_due()
    email = Message.objects.get(channel="email")
    assert (mail.outbox, email.state, email.attempt_count) == ([], "planned", 0)
    assert email.due_at == datetime(2026, 11, 25, 7, tzinfo=SHANGHAI)


def test_email_switched_off_meanwhile_is_not_sent(chen, world):
    plan(world)
    choose(world, by_email=False)
    send_due()
    email = Message.objects.get(channel="email")
    assert (mail.outbox, email.state, email.last_error) == ([], "dead", "The recipient has switched e-mail off.")


def test_choices_cost_one_statement_and_none_without_email(world, django_assert_num_queries):
    with django_assert_num_queries(2):
        plan(world)
    world.chen.email = "chen@example.org"
    with django_assert_num_queries(3):
        plan(world)


# --- the page ------------------------------------------------------------------------------------
URL = "notices:channels"


def test_the_page_shows_what_holds_and_saves_what_is_chosen(chen, world):
    page = chen.get(reverse(URL)).content.decode()
    assert "chen@example.org" in page
    assert "checked" in page  # e-mail, unless said otherwise
    assert ChannelChoice.objects.count() == 0
    answer = chen.post(reverse(URL), {"quiet_from": "22:00", "quiet_until": "07:00"})
    assert (answer.status_code, answer["Location"]) == (302, reverse(URL))
    choice = ChannelChoice.objects.get()
    assert (choice.user, choice.by_email, choice.quiet_from, choice.quiet_until) == (
        world.chen,
        False,
        time(22),
        time(7),
    )
    chen.post(reverse(URL), {"by_email": "on"})
    choice.refresh_from_db()
    assert (choice.by_email, choice.quiet_from, choice.quiet_until) == (True, None, None)
    assert 'value="22:00"' not in chen.get(reverse(URL)).content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"quiet_from": "22:00"}, "Quiet hours need both ends, or neither."),
        ({"quiet_until": "07:00"}, "Quiet hours need both ends, or neither."),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "Quiet hours cannot last the whole day."),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "Enter a valid time."),
    ],
)
def test_quiet_hours_that_make_no_sense_are_refused_in_words(chen, typed, sentence):
    answer = chen.post(reverse(URL), typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f'value="{next(iter(typed.values()))}"' in answer.content.decode()  # what was typed stays
    assert ChannelChoice.objects.count() == 0


def test_without_an_address_the_page_says_where_to_enter_one(client, world):
    client.force_login(world.zhao)
    page = client.get(reverse(URL)).content.decode()
    assert ("none yet" in page, reverse("account") in page) == (True, True)


def test_nobody_chooses_for_another(chen, world):
    chen.post(reverse(URL), {"by_email": "on", "user": world.zhao.pk})
    assert [choice.user for choice in ChannelChoice.objects.all()] == [world.chen]


def test_page_budget(chen, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        chen.get(reverse(URL))


def test_a_clock_far_in_the_night_is_no_reason_to_wait_two_days():
    choice = ChannelChoice(**NIGHT)
    moment = datetime(2026, 11, 25, 3, tzinfo=SHANGHAI)
    assert choice.quiet_end(moment) - moment == timedelta(hours=4)
