import socket
import time

import pytest
import requests

from notices import webhooks
from notices.models import Message, Webhook
from notices.sending import send_due
from notices.services import plan_message
from notices.webhooks import WebhookError, check_webhook_url, post_webhook
from tests.notices.hostile import hostile_server


@pytest.fixture
def server(settings):
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    settings.LANGUAGE_CODE = "en"
    with hostile_server() as running:
        yield running


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(webhooks, "WAIT_SECONDS", 0.5)
    monkeypatch.setattr(webhooks, "TOTAL_SECONDS", 1)


def post(server, path):
    start = time.monotonic()
    try:
        post_webhook(url=server.url + path, payload={"message": 1})
        reason = "sent"
    except WebhookError as error:
        reason = str(error)
    return reason, time.monotonic() - start


@pytest.mark.parametrize("path", ["/ok", "/created"])
def test_an_answer_of_2xx_is_sent(server, path):
    assert post(server, path)[0] == "sent"
    assert server.seen == [(path, {"message": 1})]


def test_a_redirect_is_not_followed(server):
    assert post(server, "/redirect")[0] == "The other side answered with status 302."
    assert [path for path, _payload in server.seen] == ["/redirect"]


def test_a_server_error_is_a_failure(server):
    assert post(server, "/error")[0] == "The other side answered with status 500."


def test_rubbish_is_a_failure(server):
    assert post(server, "/rubbish")[0] == "The connection failed."


def test_a_hanging_server_is_left_after_the_wait(server, hurried):
    reason, seconds = post(server, "/hang")
    assert reason == "No answer in time."
    assert 0.4 < seconds < 3


def test_a_dripping_server_is_cut_off(server, hurried):
    reason, seconds = post(server, "/drip")
    assert reason == "The connection failed."
    assert 0.9 < seconds < 4


def test_a_body_of_10_gigabytes_is_not_read(server):
    reason, seconds = post(server, "/huge")
    assert reason == "sent"
    assert seconds < 3
    assert server.written < 32 * 1024 * 1024  # what fits into the buffers of the two sockets


def test_a_closed_port_is_a_failure(server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/secret-path"
    with pytest.raises(WebhookError) as failure:
        post_webhook(url=url, payload={})
    assert "secret" not in str(failure.value)


def test_no_proxy_of_the_machine_is_used(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert post(server, "/ok")[0] == "sent"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/hook",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "https://hook.example.org@evil.example/",
        "https://evil.example/@hook.example.org",
        "https://user:pass@hook.example.org/",
        "https://[::ffff:127.0.0.1]/",
        "https://hook.example.org.evil.example/",
        "http://hook.example.org/",
        "https://hook.example.org:8443/",
        "https://hook.example.org:99999/",
        "ftp://hook.example.org/",
        "https://hook.example.org\\@evil.example/",
        "https://hook.example.org/a b",
        "https://hook.example.org/\n",
        "https://",
        "https://[hook.example.org/",
        "javascript:alert(1)",
        "hook.example.org",
        "",
    ],
)
def test_an_address_outside_the_rules_is_refused(settings, url):
    settings.WEBHOOK_HOSTS = ["hook.example.org"]
    with pytest.raises(WebhookError):
        check_webhook_url(url)
    with pytest.raises(WebhookError):
        post_webhook(url=url, payload={})


@pytest.mark.parametrize("url", ["https://hook.example.org/a?key=1", "https://HOOK.example.org:443/a"])
def test_an_allowed_host_over_https_passes(settings, url):
    settings.WEBHOOK_HOSTS = ["hook.example.org"]
    check_webhook_url(url)


def test_with_no_hosts_listed_nothing_is_called(settings):
    assert settings.WEBHOOK_HOSTS == []
    with pytest.raises(WebhookError):
        check_webhook_url("https://hook.example.org/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fd00::1",
        "64:ff9b::7f00:1", "2002:7f00:1::1", "ff02::1",
    ],
)  # fmt: skip
def test_a_listed_name_that_leads_inside_is_refused_before_connecting(settings, monkeypatch, address):
    settings.WEBHOOK_HOSTS = ["hook.example.org"]
    settings.LANGUAGE_CODE = "en"
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (address, 443))])
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("connected"))
    with pytest.raises(WebhookError):
        post_webhook(url="https://hook.example.org/", payload={})


def test_a_name_that_answers_differently_each_time_is_looked_up_once(settings, monkeypatch):
    """Public at the check, private at the connect: there is only one look, and its answer is connected to."""
    settings.WEBHOOK_HOSTS = ["hook.example.org"]
    asked, connected = [], []

    def look_up(host, *args, **kwargs):
        asked.append(host)
        name = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host if host[0].isdigit() else name, 443))]

    def connect(self, address):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(WebhookError):
        post_webhook(url="https://hook.example.org/", payload={})
    assert asked.count("hook.example.org") == 1
    assert connected == ["93.184.216.34"]


def test_the_listed_host_is_checked_again_when_sending(world, settings, monkeypatch):
    monkeypatch.setattr(requests.Session, "post", lambda *a, **k: pytest.fail("called"))
    settings.LANGUAGE_CODE = "en"
    Webhook.objects.create(compound=world.jiamu, name="group", url="https://no-longer.example.org/secret")
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="s", body="b")
    send_due()
    message = Message.objects.get()
    assert message.state == "failed"
    assert message.last_error == "This host is not among those the operator allows (WEBHOOK_HOSTS)."


def test_a_sweep_past_a_hanging_host_still_delivers_the_rest(world, server, hurried):
    for name, path in [("a", "/hang"), ("b", "/error"), ("c", "/ok")]:
        Webhook.objects.create(compound=world.jiamu, name=name, url=server.url + path)
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="s", body="b", users=[world.chen])
    assert send_due() == 2
    states = dict(Message.objects.filter(channel="webhook").values_list("webhook__name", "state"))
    assert states == {"a": "failed", "b": "failed", "c": "sent"}
    assert [path for path, _payload in server.seen] == ["/hang", "/error", "/ok"]


def test_no_socket_or_timer_is_left_behind(server):
    import threading

    def timers():
        return {thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)}

    there, before = timers(), threading.active_count()  # the guard against hanging tests has one of its own
    for _call in range(3):
        post(server, "/ok")
    assert timers() == there
    assert threading.active_count() <= before + 3  # the server's own
