import json

import pytest
from django.utils import translation

from notices import apprise_call
from notices.apprise_call import check_apprise_url, notify
from notices.models import Message, Webhook
from notices.sending import send_due
from notices.services import plan_message
from notices.webhooks import WebhookError
from tests.notices.hostile import hostile_server

NOT_ALLOWED = "This service is not among those the operator allows (APPRISE_SCHEMAS)."
NOT_AN_ADDRESS = "This is not an Apprise address. It looks like service://…"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    settings.APPRISE_SCHEMAS = ["json", "tgram", "ntfys"]
    with translation.override("en"):
        yield


@pytest.fixture
def server(settings):
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    with hostile_server() as running:
        yield running


def refusal(call, *args, **values):
    with pytest.raises(WebhookError) as failure:
        call(*args, **values)
    return str(failure.value)


def place(server, path):
    return server.url.replace("http://", "json://") + path


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("slack://a/b/c", NOT_ALLOWED),
        ("file:///etc/passwd", NOT_ALLOWED),
        ("https://hook.example.org/", NOT_ALLOWED),
        ("jsons://127.0.0.1/", NOT_ALLOWED),  # each schema is listed by itself
        ("", NOT_AN_ADDRESS),
        ("tgram", NOT_AN_ADDRESS),
        ("tgram://", NOT_AN_ADDRESS),
        ("TGRAM://a/b", NOT_AN_ADDRESS),
        ("tgram://a/b file:///etc/passwd", NOT_AN_ADDRESS),
        ("tgram://a/b\nfile://x", NOT_AN_ADDRESS),
        ("json://h/?attach=file:///etc/passwd", "The address may not contain the option “attach”."),
        ("json://h/?a=1&Template=/etc/passwd", "The address may not contain the option “template”."),
        ("json://h/?%6beyfile=/etc/passwd", "The address may not contain the option “keyfile”."),
        ("json://h/?verify=no", "The address may not contain the option “verify”."),
        ("json://h/?rto=600", "The address may not contain the option “rto”."),
    ],
)
def test_an_address_outside_the_rules_is_refused_in_words(monkeypatch, url, sentence):
    monkeypatch.setattr(apprise_call.subprocess, "run", lambda *a, **k: pytest.fail("called"))
    assert refusal(check_apprise_url, url) == sentence
    assert refusal(notify, url=url, text="t") == sentence


@pytest.mark.parametrize("schema", sorted(apprise_call.NEVER))
def test_some_services_stay_off_also_when_listed(settings, schema):
    settings.APPRISE_SCHEMAS = [schema]
    assert refusal(check_apprise_url, f"{schema}://somewhere/") == NOT_ALLOWED


def test_with_nothing_listed_it_is_off(settings):
    settings.APPRISE_SCHEMAS = []
    assert refusal(check_apprise_url, "tgram://a/b") == NOT_ALLOWED


def test_the_text_arrives(server):
    notify(url=place(server, "/created"), text="楼栋 3 户")
    ((_path, payload),) = server.seen
    assert payload["message"] == "楼栋 3 户"
    assert payload["attachments"] == []


@pytest.mark.parametrize("path", ["/error", "/rubbish"])
def test_what_the_service_does_not_take_is_a_failure(server, path):
    assert refusal(notify, url=place(server, path), text="t") == "The service did not take the message."


def test_a_hanging_service_is_ended_after_the_wait(server, monkeypatch):
    monkeypatch.setattr(apprise_call, "SECONDS", 2)
    assert refusal(notify, url=place(server, "/drip"), text="t") == "No answer in time."


def test_an_address_the_service_does_not_understand_says_so():
    assert refusal(notify, url="tgram://x", text="t") == "The address is not one this service understands."


def test_a_place_inside_is_not_connected_to_unless_written_out(server, settings):
    settings.WEBHOOK_HOSTS = []
    assert refusal(notify, url=place(server, "/created"), text="t") == "The service did not take the message."
    assert server.seen == []


def test_the_child_gets_none_of_our_secrets(server, monkeypatch):
    seen = {}

    class Done:
        returncode = 0

    monkeypatch.setenv("SECRET_KEY", "very-secret")
    monkeypatch.setattr(apprise_call.subprocess, "run", lambda words, **rest: seen.update(rest, words=words) or Done)
    notify(url=place(server, "/created"), text="t")
    assert "very-secret" not in json.dumps(seen["env"])
    assert "127.0.0.1" not in " ".join(seen["words"])  # the address is on nobody's list of processes


def test_a_message_reaches_it_through_the_outbox(world, server):
    Webhook.objects.create(compound=world.jiamu, name="phone", kind="apprise", url=place(server, "/created"))
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="Subject", body="1号楼: 3 doors")
    assert send_due() == 1
    number = Message.objects.get().pk
    assert server.seen[0][1]["message"] == f"Subject\n1号楼: 3 doors\nMessage no. {number}"
