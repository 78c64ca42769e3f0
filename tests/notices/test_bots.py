import base64
import datetime
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone, translation

from notices import bots, webhooks
from notices.bots import check_address, post_text
from notices.models import Webhook
from notices.webhooks import AskedToWait, WebhookError
from tests.notices.hostile import hostile_server

KINDS = ["wecom", "dingtalk", "feishu"]
WHOLE = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec33e42541b09b08551f09fbe864",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/5d28d0f1-aaaa-bbbb-cccc-0123456789ab",
}
NOT_WHOLE = "This is not a bot's whole address. Copy it from the bot's settings in the group."
NO_ADDRESS = "This is not a web address."
NOT_ALLOWED = "This host is not among those the operator allows (WEBHOOK_HOSTS)."
NOT_HTTPS = "The address must begin with https:// and use the usual port."
NOT_A_BOT = "The answer is not that of a bot of this kind."
GONE = "The bot is no longer in its group, or its address is wrong."
INSECURE = "The bot's own security settings refused the message: secret, key words or allowed addresses."


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def server(settings):
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    with hostile_server() as running:
        yield running


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(webhooks, "WAIT_SECONDS", 0.5)
    monkeypatch.setattr(webhooks, "TOTAL_SECONDS", 1)


def refusal(call, **values):
    with pytest.raises(WebhookError) as failure:
        call(**values)
    return str(failure.value)


def post(kind, url, secret=""):
    post_text(hook=Webhook(kind=kind, url=url, secret=secret), text="楼栋 3 户", key="k")


def said(server, **wish):
    return f"{server.url}/said?{urlencode(wish)}"


# --- addresses -----------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_a_bots_whole_address_on_its_own_host_needs_no_permission(settings, kind):
    assert settings.WEBHOOK_HOSTS == []
    check_address(kind=kind, url=WHOLE[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", [*KINDS, "json"])
def test_one_kinds_address_is_not_anothers(kind, other):
    if kind == other:
        return
    sentence = refusal(check_address, kind=other, url=WHOLE[kind])
    host = "".join(bots.BOTS[other].hosts) if other in bots.BOTS else ""
    assert sentence == (f"The address of this kind of bot begins with https://{host}." if host else NOT_ALLOWED)


@pytest.mark.parametrize(
    ("kind", "url", "sentence"),
    [
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", NOT_WHOLE),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", NOT_WHOLE),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/gettoken?key=12345678", NOT_WHOLE),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=1", NOT_WHOLE),
        ("dingtalk", "https://oapi.dingtalk.com/gettoken?access_token=12345678", NOT_WHOLE),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/", NOT_WHOLE),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/../../../x", NOT_WHOLE),
        ("wecom", WHOLE["wecom"].replace("https", "http"), NOT_HTTPS),
        ("wecom", WHOLE["wecom"].replace(".com/", ".com:8443/"), NOT_HTTPS),
        ("wecom", "https://user:word@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=12345678", NO_ADDRESS),
        ("wecom", "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=12345678", NO_ADDRESS),
        ("wecom", WHOLE["wecom"] + " and more", NO_ADDRESS),
        ("wecom", WHOLE["wecom"] + "密", NO_ADDRESS),
        ("wecom", "https://[", NO_ADDRESS),
        ("json", "https://evil.example/", NOT_ALLOWED),
    ],
)
def test_an_address_that_is_not_right_is_refused_in_words(kind, url, sentence):
    assert refusal(check_address, kind=kind, url=url) == sentence
    if kind != "json":
        assert refusal(post, kind=kind, url=url) == sentence  # and again when it is called


def test_an_operators_relay_may_have_another_path(settings):
    settings.WEBHOOK_HOSTS = ["relay.example.org"]
    check_address(kind="wecom", url="https://relay.example.org/group/7")
    assert refusal(check_address, kind="wecom", url="http://relay.example.org/group/7") == NOT_HTTPS


@pytest.mark.parametrize("kind", KINDS)
def test_a_chat_services_name_that_leads_inside_is_not_connected_to(kind, monkeypatch):
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("10.0.0.7", 443))])
    monkeypatch.setattr("socket.socket.connect", lambda *a: pytest.fail("connected"))
    assert refusal(post, kind=kind, url=WHOLE[kind]) == "The host's address is not a public one."


# --- what is sent --------------------------------------------------------------------------------
OK = {
    "wecom": '{"errcode":0,"errmsg":"ok"}',
    "dingtalk": '{"errcode":0,"errmsg":"ok"}',
    "feishu": '{"code":0,"data":{}}',
}
SENT = {
    "wecom": {"msgtype": "text", "text": {"content": "楼栋 3 户"}},
    "dingtalk": {"msgtype": "text", "text": {"content": "楼栋 3 户"}, "msgUuid": "k"},
    "feishu": {"msg_type": "text", "content": {"text": "楼栋 3 户"}},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_goes_out_in_each_services_form(server, kind):
    url = said(server, body=OK[kind])
    post(kind, url)
    assert server.seen == [(url.removeprefix(server.url), SENT[kind])]


def test_feishus_older_answer_counts_too(server):
    post("feishu", said(server, body='{"StatusCode":0,"StatusMessage":"success"}'))


def test_an_answer_in_pieces_is_put_together(server):
    post("wecom", server.url + "/chunked")


def test_dingtalk_is_signed_in_the_address(server, time_machine):
    time_machine.move_to("2026-11-24T20:30:00+08:00", tick=False)
    post("dingtalk", said(server, body=OK["dingtalk"]), secret="SEC000")
    query = parse_qs(urlsplit(server.seen[0][0]).query)
    now = str(int(timezone.now().timestamp()) * 1000)
    expected = base64.b64encode(hmac.new(b"SEC000", f"{now}\nSEC000".encode(), hashlib.sha256).digest()).decode()
    assert (query["timestamp"], query["sign"]) == ([now], [expected])


def test_dingtalks_sign_is_quoted(time_machine):
    """A plus sign left as it is arrives as a blank."""
    time_machine.move_to("2026-11-24T20:30:00+08:00", tick=False)
    addresses = [bots.BOTS["dingtalk"].dress("https://h/?a=1", f"SEC{n}", "t", "k")[0] for n in range(40)]
    signs = [address.partition("&sign=")[2] for address in addresses]
    assert any("%2B" in sign for sign in signs)
    assert [sign for sign in signs if set(sign) & set("+/=")] == []


def test_feishu_is_signed_in_the_body(server, time_machine):
    time_machine.move_to("2026-11-24T20:30:00+08:00", tick=False)
    post("feishu", said(server, body=OK["feishu"]), secret="abc")
    payload = server.seen[0][1]
    now = str(int(timezone.now().timestamp()))
    expected = base64.b64encode(hmac.new(f"{now}\nabc".encode(), b"", hashlib.sha256).digest()).decode()
    assert payload == SENT["feishu"] | {"timestamp": now, "sign": expected}


def test_the_secret_itself_is_never_sent(server):
    for kind in ("dingtalk", "feishu"):
        post(kind, said(server, body=OK[kind]), secret="SECvery-secret")
    assert "very-secret" not in json.dumps(server.seen)


# --- what is answered ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "body", "sentence"),
    [
        ("wecom", '{"errcode":93000,"errmsg":"invalid webhook url"}', GONE),
        ("wecom", '{"errcode":45002}', "The chat service found the message too long."),
        ("wecom", '{"errcode":-1}', "The chat service is overloaded."),
        ("wecom", '{"errcode":12345,"errmsg":"key=secret"}', "The bot refused the message (code 12345)."),
        ("dingtalk", '{"errcode":310000,"errmsg":"sign not match"}', INSECURE),
        ("dingtalk", '{"errcode":300001}', GONE),
        ("dingtalk", '{"errcode":430101}', "The chat service did not accept the text."),
        ("dingtalk", '{"errcode":460101}', "The chat service found the message too long."),
        ("feishu", '{"code":19021,"msg":"sign match fail"}', INSECURE),
        ("feishu", '{"code":19001}', GONE),
        ("feishu", '{"code":9499}', "The bot refused the message (code 9499)."),
        ("feishu", '{"StatusCode":7}', "The bot refused the message (code 7)."),
        ("wecom", "<html>Welcome to our hotel</html>", NOT_A_BOT),
        ("wecom", "", NOT_A_BOT),
        ("wecom", "[]", NOT_A_BOT),
        ("wecom", "null", NOT_A_BOT),
        ("wecom", "{}", NOT_A_BOT),
        ("wecom", '{"errcode":"0"}', NOT_A_BOT),
        ("wecom", '{"errcode":null}', NOT_A_BOT),
        ("wecom", '{"errcode":false}', NOT_A_BOT),
        ("wecom", '{"errcode":0.0}', NOT_A_BOT),
        ("wecom", '{"code":0}', NOT_A_BOT),
        ("feishu", '{"errcode":0}', NOT_A_BOT),
        ("wecom", "[" * 60000, NOT_A_BOT),
        ("wecom", '{"errcode":0', NOT_A_BOT),
    ],
)
def test_an_answer_of_200_may_still_be_a_refusal(settings, monkeypatch, kind, body, sentence):
    monkeypatch.setattr(bots, "call", lambda **_: webhooks.Answer(200, "", body.encode()))
    assert refusal(post, kind=kind, url=WHOLE[kind]) == sentence


@pytest.mark.parametrize("status", [400, 500])
def test_a_refusal_with_a_code_is_told_by_its_code(server, status):
    assert refusal(post, kind="feishu", url=said(server, status=status, body='{"code":19021}')) == INSECURE


@pytest.mark.parametrize("status", [302, 404, 500, 502])
def test_any_other_status_is_a_failure_whatever_the_body_says(server, status):
    url = said(server, status=status, body=OK["wecom"])
    assert refusal(post, kind="wecom", url=url) == f"The other side answered with status {status}."


@pytest.mark.parametrize(
    ("kind", "status", "body", "retry", "seconds"),
    [
        ("wecom", 200, '{"errcode":45009}', "", 60),
        ("dingtalk", 200, '{"errcode":130101}', "", 600),
        ("dingtalk", 200, '{"errcode":410100}', "", 600),
        ("feishu", 400, '{"code":11232}', "", 60),
        ("wecom", 429, "", "7", 7),
        ("wecom", 429, OK["wecom"], "", 60),
        ("wecom", 429, "", "Tue, 24 Nov 2026 12:32:00 GMT", 120),
        ("wecom", 429, "", "Tue, 24 Nov 2020 12:32:00 GMT", 1),
        ("wecom", 429, "", "0", 1),
        ("wecom", 429, "", "999999999", 3600),
        ("wecom", 429, "", "9" * 40, 60),
        ("wecom", 429, "", "-5", 60),
        ("wecom", 429, "", "soon", 60),
    ],
)
def test_who_asks_to_wait_is_waited_for(monkeypatch, time_machine, kind, status, body, retry, seconds):
    time_machine.move_to("2026-11-24T20:30:00+08:00", tick=False)
    monkeypatch.setattr(bots, "call", lambda **_: webhooks.Answer(status, retry, body.encode()))
    with pytest.raises(AskedToWait) as failure:
        post(kind, WHOLE[kind])
    assert (str(failure.value), failure.value.wait.total_seconds()) == ("The other side asked to wait.", seconds)


def test_a_retry_after_is_read_from_a_real_answer(server):
    with pytest.raises(AskedToWait) as failure:
        post("wecom", said(server, status=429, retry="9"))
    assert failure.value.wait.total_seconds() == 9


# --- a server that lies --------------------------------------------------------------------------
def test_a_redirect_is_not_followed(server):
    assert refusal(post, kind="wecom", url=server.url + "/redirect") == "The other side answered with status 302."
    assert [path for path, _payload in server.seen] == ["/redirect"]


@pytest.mark.parametrize("path", ["/large", "/packed"])
def test_of_a_large_answer_64_kilobytes_are_read(server, path):
    assert refusal(post, kind="wecom", url=server.url + path) == NOT_A_BOT


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/hang", "No answer in time."),
        ("/drip", "The connection failed."),
        ("/trickle", "No answer in time."),
        ("/rubbish", "The connection failed."),
    ],
)
def test_a_slow_or_broken_answer_is_cut_off(server, hurried, path, sentence):
    assert refusal(post, kind="wecom", url=server.url + path) == sentence


def test_plain_http_where_tls_was_promised_is_a_failure(server):
    url = server.url.replace("http://", "https://") + "/said"
    assert refusal(post, kind="wecom", url=url) == "The connection failed."
    assert server.seen == []


def test_a_certificate_nobody_vouches_for_is_a_failure(settings, tmp_path):
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    with hostile_server(self_signed(tmp_path)) as running:
        url = running.url.replace("http://", "https://") + "/said"
        assert refusal(post, kind="wecom", url=url) == "The connection failed."
        assert running.seen == []


def self_signed(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
    certificate = builder.not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    path = tmp_path / "both.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path
