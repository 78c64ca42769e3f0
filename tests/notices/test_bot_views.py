from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from notices.models import Message, Webhook
from notices.sending import send_due
from notices.webhooks import WebhookError
from tests.world import CANARY

ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=very-secret-9f3a"
DING = "https://oapi.dingtalk.com/robot/send?access_token=othersecret0077"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def chen(client, world):
    client.force_login(world.chen)
    return client


@pytest.fixture
def bot(world):
    return Webhook.objects.create(compound=world.jiamu, name="Stewards", kind="wecom", url=ADDRESS)


def form(**changes):
    return {"name": "Stewards", "kind": "wecom", "new_url": ADDRESS, "new_secret": ""} | changes


def add(client, world, **changes):
    return client.post(reverse("notices:bots", args=[world.jiamu.pk]), form(**changes))


def test_a_bot_is_added_and_its_address_never_shown(chen, world):
    assert add(chen, world).status_code == 302
    bot = Webhook.objects.get()
    assert (bot.compound, bot.kind, bot.url, bot.secret, bot.is_active) == (world.jiamu, "wecom", ADDRESS, "", True)
    for url in (
        reverse("notices:bots", args=[world.jiamu.pk]),
        reverse("notices:bot_edit", args=[bot.pk]),
        reverse("notices:outbox"),
    ):
        page = chen.get(url).content.decode()
        assert "very-secret" not in page
        assert "qyapi" not in page
    assert "****9f3a" in chen.get(reverse("notices:bots", args=[world.jiamu.pk])).content.decode()


def test_address_and_secret_are_not_readable_in_the_database(chen, world):
    add(chen, world, kind="dingtalk", new_url=DING, new_secret="SECabc")
    with connection.cursor() as cursor:
        cursor.execute("SELECT url, secret FROM notices_webhook")
        stored = " ".join(cursor.fetchone())
    assert "othersecret" not in stored
    assert "SECabc" not in stored


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "This field is required."),
        ({"new_url": ""}, "An address is needed."),
        ({"new_url": "nonsense"}, "The address of this kind of bot begins with https://qyapi.weixin.qq.com."),
        ({"new_url": DING}, "The address of this kind of bot begins with https://qyapi.weixin.qq.com."),
        ({"new_url": ADDRESS[:-16]}, "Copy it from the bot&#x27;s settings in the group."),
        ({"kind": "json"}, "This host is not among those the operator allows (WEBHOOK_HOSTS)."),
        ({"kind": "apprise", "new_url": "tgram://a/b"}, "Select a valid choice."),
        ({"kind": "sms"}, "Select a valid choice."),
        ({"new_secret": "SEC1"}, "This kind of bot has no signing secret."),
        ({"new_url": "https://h/" + "x" * 1000}, "Ensure this value has at most 1000 characters"),
        ({"new_url": "https://h/\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_is_not_right_is_refused_in_words_and_nothing_typed_is_lost(chen, world, changes, sentence):
    answer = add(chen, world, **changes)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert changes.get("name") or 'value="Stewards"' in page
    assert Webhook.objects.count() == 0


def test_apprise_is_a_choice_when_the_operator_lists_a_service(chen, world, settings):
    url = reverse("notices:bots", args=[world.jiamu.pk])
    assert "Apprise" not in chen.get(url).content.decode()
    settings.APPRISE_SCHEMAS = ["tgram"]
    assert "Apprise" in chen.get(url).content.decode()
    assert add(chen, world, kind="apprise", new_url="tgram://123456789:abcdefg_hijklmnop/12315544/").status_code == 302
    assert add(chen, world, kind="apprise", new_url="slack://a/b/c").status_code == 422
    assert Webhook.objects.count() == 1


# --- change --------------------------------------------------------------------------------------
def test_an_empty_address_keeps_the_old_and_a_new_one_starts_afresh(chen, world, bot):
    url = reverse("notices:bot_edit", args=[bot.pk])
    Webhook.objects.update(rests_until=timezone.now() + timedelta(minutes=9), called_at=[1.5])
    assert chen.post(url, form(name="Renamed", new_url="")).status_code == 302
    bot.refresh_from_db()
    assert (bot.name, bot.url, bot.called_at, bot.rests_until is None) == ("Renamed", ADDRESS, [1.5], False)
    chen.post(url, form(new_url=ADDRESS + "-new"))
    bot.refresh_from_db()
    assert (bot.url, bot.called_at, bot.rests_until) == (ADDRESS + "-new", [], None)


def test_another_kind_needs_an_address_of_that_kind_and_forgets_the_secret(chen, bot):
    url = reverse("notices:bot_edit", args=[bot.pk])
    refused = chen.post(url, form(kind="dingtalk", new_url="", new_secret="SEC1"))
    assert refused.status_code == 422
    assert "begins with https://oapi.dingtalk.com." in refused.content.decode()
    assert chen.post(url, form(kind="dingtalk", new_url=DING, new_secret="SEC1")).status_code == 302
    bot.refresh_from_db()
    assert (bot.kind, bot.url, bot.secret) == ("dingtalk", DING, "SEC1")
    chen.post(url, form(kind="dingtalk", new_url="", new_secret=""))
    bot.refresh_from_db()
    assert bot.secret == "SEC1"
    chen.post(url, form())
    bot.refresh_from_db()
    assert (bot.kind, bot.secret) == ("wecom", "")


def test_switching_off_twice_is_off(chen, bot):
    for value, after in [("0", False), ("0", False), ("1", True), ("1", True), ("", False)]:
        chen.post(reverse("notices:bot_switch", args=[bot.pk]), {"active": value})
        bot.refresh_from_db()
        assert bot.is_active is after


# --- test ----------------------------------------------------------------------------------------
def test_a_test_is_a_row_in_the_outbox_and_no_call(chen, world, bot, monkeypatch, time_machine):
    time_machine.move_to("2026-11-24T20:30:05+08:00", tick=False)
    monkeypatch.setattr("notices.sending.post_text", lambda **_: pytest.fail("called"))
    url = reverse("notices:bot_test", args=[bot.pk])
    page = chen.post(url, follow=True).content.decode()
    assert "The test will be sent within a minute." in page
    message = Message.objects.get()
    assert (message.webhook, message.state, message.is_urgent, message.subject) == (
        bot,
        "planned",
        True,
        "A test from Shoulou",
    )
    page = chen.post(url, follow=True).content.decode()
    assert "A test is already on its way. Another may be sent in a minute." in page
    assert Message.objects.count() == 1
    time_machine.move_to("2026-11-24T20:31:05+08:00", tick=False)
    chen.post(url)
    assert Message.objects.count() == 2


def test_the_page_says_what_became_of_the_last_message(chen, world, bot, monkeypatch):
    url = reverse("notices:bots", args=[world.jiamu.pk])
    assert "none yet" in chen.get(url).content.decode()

    def refuse(**_):
        raise WebhookError("The chat service is overloaded.")

    monkeypatch.setattr("notices.sending.post_text", refuse)
    chen.post(reverse("notices:bot_test", args=[bot.pk]))
    send_due()
    page = chen.get(url).content.decode()
    assert "A test from Shoulou" in page
    assert "The chat service is overloaded." in page


def test_a_bot_that_is_off_is_not_tested(chen, bot):
    Webhook.objects.update(is_active=False)
    page = chen.post(reverse("notices:bot_test", args=[bot.pk]), follow=True).content.decode()
    assert "Switch the bot on first." in page
    assert Message.objects.count() == 0


# --- who and how much ----------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "page", "deed"), [("zhao", 403, 404), ("qian", 403, 404), ("sun", 404, 404)])
def test_others_are_refused_and_change_nothing(client, world, bot, who, page, deed):
    client.force_login(getattr(world, who))
    assert add(client, world).status_code == page
    answers = [
        client.post(reverse(f"notices:{name}", args=[bot.pk]), form()).status_code
        for name in ("bot_edit", "bot_test", "bot_switch")
    ]
    assert answers == [deed] * 3
    bot.refresh_from_db()
    assert (bot.is_active, Webhook.objects.count(), Message.objects.count()) == (True, 1, 0)


def test_another_compounds_bots_do_not_show(chen, world, bot):
    Webhook.objects.create(compound=world.hexin, name=f"{CANARY}群", kind="wecom", url=ADDRESS)
    assert CANARY not in chen.get(reverse("notices:bots", args=[world.jiamu.pk])).content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_page_budget(chen, world, count, django_assert_max_num_queries):
    for number in range(count):
        hook = Webhook.objects.create(compound=world.jiamu, name=f"b{number}", kind="wecom", url=ADDRESS)
        for old in range(3):
            chen.post(reverse("notices:bot_test", args=[hook.pk]))
            Message.objects.filter(webhook=hook, period__contains="T").update(period=f"old {old}")
    with django_assert_max_num_queries(7):
        chen.get(reverse("notices:bots", args=[world.jiamu.pk]))
