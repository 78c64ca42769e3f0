"""The refusals of notices to households: tests/refusals/table.py says how a row reads."""

from datetime import timedelta
from unittest.mock import patch

from django.utils import timezone

from compound.ladder import knock_at_unread
from notices.composing import change_notice, check_notice, drop_notice, put_right, word_usual
from notices.models import Reached, Usual
from notices.publishing import publish_notice
from notices.reaching import climb, take_back_reached, tell_households
from notices.wordings import Words
from tests.notices.telling import Scope, Telling

HOUR = timedelta(hours=1)


def of(deed):
    return lambda world: deed(world, Telling(world))


def dropped(world, telling):
    row = telling.write()
    drop_notice(notice=row)
    check_notice(notice=row, by=world.chen)


def with_number(world, telling):
    world.lin.set_phone("13800138000")
    world.lin.save()
    telling.check(text="有事打 138 0013 8000")


def righted(world, telling):
    row = telling.publish()
    telling.right(row)
    put_right(notice=row, change="retraction", by=world.chen)


def tell(world, telling, **more):
    row = telling.publish()
    keys = list(row.recipients.filter(building=world.building1).values_list("pk", flat=True))
    told = {"building": world.building1, "keys": keys, "how": "slip", "by": world.chen} | more
    tell_households(notice=row, **told)
    return row


def take_back_twice(world, telling):
    tell(world, telling)
    for _n in range(2):
        take_back_reached(reached=Reached.objects.order_by("pk").first(), by=world.chen)


def knock_twice(world, telling):
    row = telling.publish()
    knock_at_unread(notice=row, by=world.chen)
    knock_at_unread(notice=row, by=world.chen)


def knock_at_nobody(world, telling):
    row = tell(world, telling)
    keys = list(row.recipients.filter(building=world.building2).values_list("pk", flat=True))
    tell_households(notice=row, building=world.building2, keys=keys, how="slip", by=world.chen)
    knock_at_unread(notice=row, by=world.chen)


def climb_when_righted(world, telling):
    row = telling.publish()
    telling.right(row)
    climb(notice=row, kind="intercom", by=world.chen)


def knock_when_expired(world, telling):
    row = telling.publish(now=timezone.now() - 2 * HOUR, expires_at=timezone.now() + HOUR)
    with patch("django.utils.timezone.now", return_value=timezone.now() + HOUR):
        knock_at_unread(notice=row, by=world.chen)


def publish_twice(world, telling):
    publish_notice(notice=telling.publish(), by=world.chen)


NOBODY = ("Nobody would get it: no household is known there.", "没有人会收到：那里没有登记住户。")
SAYS = {
    "to nobody chosen": (lambda w, t: t.write(scope=Scope.BUILDING), "Choose whom it goes to.", "请选择发给谁。"),
    "entrance of two": (
        lambda w, t: t.write(scope=Scope.ENTRANCE, buildings=[w.building1, w.building2], entrance="1"),
        "An entrance is one of one building: choose both.",
        "单元属于一栋楼：请选一栋楼和一个单元。",
    ),
    "positive to few": (
        lambda w, t: t.write(scope=Scope.HOUSEHOLD, households=[w.lin_home], usual=Usual.POSITIVE),
        "A positive is told to whole houses or to nobody: few households would name the room.",
        "阳性通知要么发整栋，要么不发：只发几户等于公布了房号。",
    ),
    "expires at once": (
        lambda w, t: t.write(expires_at=timezone.now()),
        "It would expire before anybody read it.",
        "还没人看到就过期了。",
    ),
    "hour has passed": (
        lambda w, t: t.write(publish_at=timezone.now() - HOUR),
        "The time to go out is in the past. Leave it empty to publish by hand.",
        "发布时间已经过了。留空可手动发布。",
    ),
    "changed when out": (
        lambda w, t: change_notice(notice=t.publish(), draft=t.draft()),
        "It is published: nobody can change it any more. Correct or withdraw it instead.",
        "已发布，不能再改。请发更正或撤回。",
    ),
    "dropped": (dropped, "This notice was dropped.", "这条通知已放弃。"),
    "a gap": (lambda w, t: t.check(text="从____起"), "There is still a gap to fill: ____.", "还有空没填：____。"),
    "half English": (
        lambda w, t: t.check(title_en="Water"),
        "In English there is a title or a text, but not both.",
        "英文只有标题或只有正文，请补齐。",
    ),
    "positive with a room": (
        lambda w, t: t.check(usual=Usual.POSITIVE, text="3号楼出现阳性"),
        "What tells of a positive names no house and no room: 3号楼.",
        "阳性通知不写楼栋和房号：3号楼。",
    ),
    "a resident's number": (
        with_number,
        "The number ****8000 is a resident's: leave it out.",
        "号码 ****8000 是居民的，请删去。",
    ),
    "nobody there": (lambda w, t: t.check(scope=Scope.ENTRANCE, buildings=[w.building1], entrance="9"), *NOBODY),
    "corrected too early": (
        lambda w, t: put_right(notice=t.write(), change="correction", by=w.chen),
        "It is not out yet: change it instead.",
        "还没发布：直接修改即可。",
    ),
    "righted already": (
        righted,
        "“更正：停水” puts it right already: go on from there.",
        "“更正：停水”已经在更正它：请从那条继续。",
    ),
    "not a usual one": (
        lambda w, t: word_usual(compound=w.jiamu, usual="other", words=Words("a", "b"), by=w.chen),
        "There is no such usual notice.",
        "没有这种常用通知。",
    ),
    "published twice": (publish_twice, "It is published already.", "已经发布。"),
    "not checked": (
        lambda w, t: publish_notice(notice=t.write(), by=w.chen),
        "Somebody has to check it first, as it will go out.",
        "请先有人按发布的样子核对一遍。",
    ),
    "told how": (lambda w, t: tell(w, t, how="link"), "Say how they were told.", "请选择怎样告知的。"),
    "told nobody": (lambda w, t: tell(w, t, keys=[]), "Tick the households first.", "请先勾选住户。"),
    "told others": (
        lambda w, t: tell(w, t, building=w.building2),
        "Some of these households did not get this notice. Nothing was changed.",
        "其中有住户不在这条通知的范围内。未作改动。",
    ),
    "taken back twice": (take_back_twice, "This cannot be taken back here.", "这里不能撤销。"),
    "no such step": (
        lambda w, t: climb(notice=t.publish(), kind="drum", by=w.chen),
        "Say which step it was.",
        "请选择是哪一步。",
    ),
    "step too early": (
        lambda w, t: climb(notice=t.write(), kind="chat", by=w.chen),
        "It is not out yet.",
        "还没有发布。",
    ),
    "knocked twice": (
        knock_twice,
        "knock for a notice round 1 · 停水 runs still: close it before you knock again.",
        "第 1 轮敲门告知 · 停水还在进行：结束后才能再敲一轮。",
    ),
    "knocked at nobody": (
        knock_at_nobody,
        "Everybody is reached: there is no door to knock at.",
        "都通知到了，没有要敲的门。",
    ),
    "a step for what was put right": (
        climb_when_righted,
        "“更正：停水” has put it right: reach everybody with that one.",
        "“更正：停水”已更正它：请改用那条通知到户。",
    ),
    "a knock for what has expired": (
        knock_when_expired,
        "It has expired: nobody has to know it any more.",
        "已过期，不用再通知。",
    ),
}
ROWS = {name: (of(deed), english, chinese) for name, (deed, english, chinese) in SAYS.items()}
