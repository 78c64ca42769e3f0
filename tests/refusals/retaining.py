"""The refusals about how long things are kept and the end of them: tests/refusals/table.py says how a row reads."""

from django.utils import timezone

from residents.models import Compound, Purge
from residents.purge import approve_purge, ask_purge, withdraw_purge
from residents.retaining import read_days, set_period
from residents.retention import KeepClass


def asked(world, **more):
    return Purge.objects.create(compound=world.jiamu, reason="解封", asked_by=world.chen, preview={"x": 1}, **more)


def asked_twice(world):
    asked(world)
    ask_purge(compound=world.jiamu, reason="解封", by=world.chen)


def withdrawn(world):
    return asked(world, withdrawn_by=world.chen, withdrawn_at=timezone.now())


def kept_too_short(world):
    klass = KeepClass("x", "X", "t", low=7, days=14, high=30)
    set_period(compound=world.jiamu, klass=klass, days=1, by=world.chen)


def days_that_are_none(_world):
    read_days("2.5", KeepClass("x", "X", "t", low=7, days=14, high=30))


DECIDED = ("This was decided already.", "这项已经决定过了。")
ROWS = {
    "kept too short": (kept_too_short, "X: from 7 to 30 days.", "X：7 至 30 天。"),
    "days that are none": (
        days_that_are_none,
        "X: Give a whole number from 7 to 30.",
        "X: 请填 7 到 30 之间的整数。",
    ),
    "purge without a reason": (
        lambda world: ask_purge(compound=world.jiamu, reason=" ", by=world.chen),
        "Say why, in a few words: it stands on the certificate.",
        "请简单写明原因，会写在证明上。",
    ),
    "purge asked twice": (asked_twice, "A purge has been asked for already.", "已有人申请清除。"),
    "purge of nothing": (
        lambda world: ask_purge(compound=Compound.objects.create(name="空"), reason="解封", by=world.chen),
        "There is nothing left to delete.",
        "没有可删除的内容了。",
    ),
    "purge approved by who asked": (
        lambda world: approve_purge(purge=asked(world), by=world.chen),
        "Who asked for it cannot approve it. Ask a second steward or the street officer.",
        "申请人不能自己批准，请另一位干事或街道专员批准。",
    ),
    "purge approved after it was withdrawn": (
        lambda world: approve_purge(purge=withdrawn(world), by=world.qian),
        *DECIDED,
    ),
    "purge withdrawn twice": (lambda world: withdraw_purge(purge=withdrawn(world), by=world.chen), *DECIDED),
}
