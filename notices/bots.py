"""The group bots of the large chat services: where they live, how they are signed, what their answers mean.

All of them answer 200 also when they refuse, so the code inside the answer decides. Apprise has senders for them
too, but takes the 200 for a success.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote_plus, urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notices.apprise_call import check_apprise_url, notify
from notices.models import Webhook
from notices.webhooks import MOST_BODY, Answer, AskedToWait, WebhookError, call, check_status, check_webhook_url

GONE = gettext_lazy("The bot is no longer in its group, or its address is wrong.")
INSECURE = gettext_lazy("The bot's own security settings refused the message: secret, key words or allowed addresses.")
TOO_LONG = gettext_lazy("The chat service found the message too long.")
UNWANTED = gettext_lazy("The chat service did not accept the text.")
OVERLOADED = gettext_lazy("The chat service is overloaded.")

A_MINUTE, TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)


@dataclass(frozen=True)
class Bot:
    hosts: frozenset[str]
    place: re.Pattern  # path and query on its own host; behind an operator's relay they may be others
    most_bytes: int
    code_names: tuple[str, ...]
    dress: Callable[[str, str, str, str], tuple[str, dict]]  # address, secret, text, key -> address, payload
    waits: dict[int, timedelta]
    reasons: dict[int, str | Promise] = field(default_factory=dict)
    has_secret: bool = True


def _sign(secret: str, signed: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()).decode()


def _dress_wecom(url: str, secret: str, text: str, key: str) -> tuple[str, dict]:
    return url, {"msgtype": "text", "text": {"content": text}}


def _dress_dingtalk(url: str, secret: str, text: str, key: str) -> tuple[str, dict]:
    if secret:
        now = str(round(time.time() * 1000))
        sign = quote_plus(_sign(secret, f"{now}\n{secret}"))
        url += f"{'&' if '?' in url else '?'}timestamp={now}&sign={sign}"
    return url, {"msgtype": "text", "text": {"content": text}, "msgUuid": key}  # the same key is shown once


def _dress_feishu(url: str, secret: str, text: str, key: str) -> tuple[str, dict]:
    payload: dict = {"msg_type": "text", "content": {"text": text}}
    if secret:
        now = str(int(time.time()))
        payload |= {"timestamp": now, "sign": _sign(f"{now}\n{secret}", "")}  # their way: the key holds it all
    return url, payload


BOTS: dict[str, Bot] = {
    Webhook.Kind.WECOM: Bot(
        hosts=frozenset({"qyapi.weixin.qq.com"}),
        place=re.compile(r"/cgi-bin/webhook/send\?(.*&)?key=[\w-]{8,}(&.*)?"),
        most_bytes=2048,
        code_names=("errcode",),
        dress=_dress_wecom,
        waits={45009: A_MINUTE, 45033: A_MINUTE},
        reasons={93000: GONE, 93004: GONE, 93008: GONE, 45002: TOO_LONG, 40058: TOO_LONG, -1: OVERLOADED},
        has_secret=False,
    ),
    Webhook.Kind.DINGTALK: Bot(
        hosts=frozenset({"oapi.dingtalk.com"}),
        place=re.compile(r"/robot/send\?(.*&)?access_token=\w{8,}(&.*)?"),
        most_bytes=18_000,  # the whole body may have 20,000
        code_names=("errcode",),
        dress=_dress_dingtalk,
        waits={130101: TEN_MINUTES, 410100: TEN_MINUTES},
        reasons={
            310000: INSECURE,
            300001: GONE,
            300005: GONE,
            400013: GONE,
            400101: GONE,
            400102: GONE,
            400106: GONE,
            430101: UNWANTED,
            430102: UNWANTED,
            430103: UNWANTED,
            430104: UNWANTED,
            460101: TOO_LONG,
            -1: OVERLOADED,
        },
    ),
    Webhook.Kind.FEISHU: Bot(
        hosts=frozenset({"open.feishu.cn"}),
        place=re.compile(r"/open-apis/bot/v2/hook/[\w-]{8,}"),
        most_bytes=18_000,  # the whole body may have 20 KB
        code_names=("code", "StatusCode"),
        dress=_dress_feishu,
        waits={11232: A_MINUTE, 11233: A_MINUTE},
        reasons={19001: GONE, 19021: INSECURE, 19022: INSECURE, 19024: INSECURE},
    ),
}
APPRISE_BYTES = 2000


def most_bytes(kind: str) -> int:
    return BOTS[kind].most_bytes if kind in BOTS else APPRISE_BYTES


def has_secret(kind: str) -> bool:
    return kind in BOTS and BOTS[kind].has_secret


def check_address(*, kind: str, url: str) -> None:
    """Raise WebhookError unless `url` is one a webhook of this kind may have."""
    if kind == Webhook.Kind.APPRISE:
        check_apprise_url(url)
        return
    bot = BOTS.get(kind)
    check_webhook_url(url, bot.hosts if bot else frozenset())
    parts = urlsplit(url)
    place = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if bot and parts.hostname in bot.hosts and not bot.place.fullmatch(place):
        raise WebhookError(_("This is not a bot's whole address. Copy it from the bot's settings in the group."))


def read_answer(bot: Bot, answer: Answer) -> None:
    """Return if the bot took the message, raise WebhookError in words of ours: theirs may repeat the address."""
    code = _code_of(bot, answer.body)
    if code in bot.waits:
        raise AskedToWait(bot.waits[code])
    if answer.status != 429 and code:
        raise WebhookError(
            str(bot.reasons.get(code) or _("The bot refused the message (code %(code)s).") % {"code": code})
        )
    check_status(answer)
    if code is None:
        raise WebhookError(_("The answer is not that of a bot of this kind."))


def _code_of(bot: Bot, body: bytes) -> int | None:
    if len(body) > MOST_BODY:
        return None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    found = [said[name] for name in bot.code_names if name in said]
    return found[0] if found and type(found[0]) is int else None


def post_text(*, hook: Webhook, text: str, key: str) -> None:
    """Hand one text over to a bot or, by Apprise, to another service. Raises WebhookError unless it was taken."""
    if hook.kind == Webhook.Kind.APPRISE:
        notify(url=hook.url, text=text)
        return
    bot = BOTS[hook.kind]
    check_address(kind=hook.kind, url=hook.url)
    url, payload = bot.dress(hook.url, hook.secret, text, key)
    read_answer(bot, call(url=url, payload=payload, own_hosts=bot.hosts))
