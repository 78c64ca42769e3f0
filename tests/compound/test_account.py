"""Everybody changes their own e-mail address, and only to one they can read."""

import re
import smtplib
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from residents.models import User
from tests.world import PASSWORD

NEW = "chen.new@example.org"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    settings.PUBLIC_URL = "https://portal.example.org"


@pytest.fixture
def steward(world, client):
    User.objects.filter(pk=world.chen.pk).update(email="chen@example.org")
    world.chen.refresh_from_db()
    client.force_login(world.chen)
    return client


def ask(client, email=NEW, password=PASSWORD):
    return client.post(reverse("account"), {"email": email, "password": password})


def link_in(message) -> str:
    return re.search(r"https://portal\.example\.org(/me/email/\S+/)", message.body)[1]


def address_of(user):
    return User.objects.get(pk=user.pk).email


def test_an_address_is_changed_by_the_link_that_went_there(world, steward, django_capture_on_commit_callbacks):
    assert ask(steward).status_code == 302
    (message,) = mail.outbox
    assert (message.to, address_of(world.chen)) == ([NEW], "chen@example.org")
    link = link_in(message)
    page = steward.get(link)
    assert (page.status_code, NEW in page.content.decode(), address_of(world.chen)) == (200, True, "chen@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        assert steward.post(link).status_code == 302
    assert address_of(world.chen) == NEW
    assert [told.to for told in mail.outbox[1:]] == [["chen@example.org"]]
    assert LogEntry.objects.filter(user=world.chen, object_id=str(world.chen.pk)).count() == 1
    assert steward.get(link).status_code == 410  # good for one change


def test_a_first_address_needs_no_old_one(world, client, django_capture_on_commit_callbacks):
    client.force_login(world.wei.user)
    world.wei.user.set_password(PASSWORD)
    world.wei.user.save()
    client.force_login(world.wei.user)
    ask(client, "wei@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(link_in(mail.outbox[0]))
    assert (address_of(world.wei.user), len(mail.outbox)) == ("wei@example.org", 1)


@pytest.mark.parametrize(
    ("email", "field", "said"),
    [
        ("", "email", "required"),
        ("chen", "email", "valid e"),
        ("a@b", "email", "valid e"),
        ("a@example.org\nBcc: all@example.org", "email", "valid e"),
        ("a\0@example.org", "email", "Null characters"),
        ("x" * 250 + "@example.org", "email", "at most 254"),
        ("CHEN@example.org", "email", "your address already"),
    ],
)
def test_a_bad_address_is_refused_in_words_and_keeps_what_was_typed(world, steward, email, field, said):
    answer = ask(steward, email)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors[field])
    assert (mail.outbox, address_of(world.chen)) == ([], "chen@example.org")


@pytest.mark.parametrize("password", ["", "wrong", "x" * 300])
def test_without_the_password_no_link_is_sent(world, steward, password):
    answer = ask(steward, password=password)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["password"])
    assert NEW in answer.content.decode()
    assert mail.outbox == []


def test_a_mail_server_that_is_down_is_told_and_changes_nothing(world, steward, monkeypatch):
    def down(*_):
        raise smtplib.SMTPServerDisconnected("down")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", down)
    answer = ask(steward)
    assert answer.status_code == 422
    assert "could not be sent" in answer.content.decode()


def test_a_link_is_for_its_own_user_a_day_and_as_it_was_signed(world, steward, client, time_machine):
    ask(steward)
    link = link_in(mail.outbox[0])
    for other in (link[:-3] + "xx/", "/me/email/x/", "/me/email/" + "é" * 9 + "/"):
        assert steward.post(other).status_code == 410
    client.force_login(world.qian)
    assert [client.get(link).status_code, client.post(link).status_code] == [410, 410]
    client.logout()
    assert client.get(link)["Location"].startswith(reverse("login"))
    client.force_login(world.chen)
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    client.force_login(world.chen)
    assert client.post(link).status_code == 410
    assert address_of(world.chen) == "chen@example.org"


def test_an_older_link_falls_when_another_was_used(world, steward):
    ask(steward, "first@example.org")
    ask(steward, "second@example.org")
    first, second = map(link_in, mail.outbox)
    steward.post(second)
    assert steward.post(first).status_code == 410
    assert address_of(world.chen) == "second@example.org"


def test_five_attempts_in_a_quarter_of_an_hour(world, steward, settings):
    settings.RATE_LIMITS = True
    assert [ask(steward, password="wrong").status_code for _time in range(6)] == [422] * 5 + [429]
    assert steward.get(reverse("account")).status_code == 200


def test_it_is_a_click_from_every_page_and_from_how_one_is_told(world, steward):
    for name in ("today", "notices:channels"):
        assert f'href="{reverse("account")}"' in steward.get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", ["account", "email_confirm"])
def test_other_methods_are_refused(world, steward, name):
    assert steward.put(reverse(name, args=["x"] if name == "email_confirm" else [])).status_code == 405


def test_the_page_needs_few_statements(world, steward, django_assert_num_queries):
    with django_assert_num_queries(4):
        steward.get(reverse("account"))
