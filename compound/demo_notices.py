"""The demo's notices in the estate: one about the water that was wrong and was put right, read by some; one for tonight
that the unread of are being knocked at; one that waits for its hour, and a draft."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone

from compound.ladder import knock_at_unread
from notices.composing import Draft, check_notice, put_right, write_notice
from notices.models import Notice, Reached, Usual
from notices.publishing import publish_notice
from notices.reaching import climb
from notices.wordings import SHIPPED, Words
from residents.links import LinkError, issue_links
from residents.models import Compound, HouseholdLink, User

WATER = Words(
    "明天停水 8:00–17:00",
    "各位邻居：\n接水务公司通知，全小区明天 8:00 到 17:00 停水。请提前存水，关好龙头；恢复供水后先放一会儿再用。",
    "No water tomorrow, 8:00–17:00",
    "Dear neighbours,\nthe water company says it has no water for us tomorrow from 8:00 to 17:00. Store some.",
)
RIGHT = Words(
    "更正：停水时间是后天 8:00–12:00",
    "【更正】停水改为后天 8:00 到 12:00，只停半天，以本通知为准。给大家添麻烦了。",
    "Correction: no water the day after tomorrow, 8:00–12:00",
    "CORRECTION. The water stops the day after tomorrow from 8:00 to 12:00, half a day only. We are sorry.",
)
ANTIGEN = Words(
    "明早 7:30 前做抗原，家里有人没看到的请转告",
    "各位邻居：\n抗原试剂今晚放在门口，每人一份。请全家都做，十五分钟后看结果，明早 7:30 前用家里的二维码上报。"
    "没有手机的告诉楼组长。",
)


def show_notices(estate: Compound, steward: User, lead: User) -> None:
    now = timezone.now()
    for building in estate.buildings.houses().order_by("position"):
        with suppress(LinkError):  # the house whose cards the antigen round has given out already
            issue_links(building=building, by=steward)
    wrong = _publish(
        estate, steward, WATER, now - timedelta(hours=5), source="水务公司来电", usual=Usual.WATER, is_unconfirmed=True
    )
    _read(wrong, every=2, of=3, minutes=2)
    right = put_right(notice=wrong, change=Notice.Change.CORRECTION, by=steward)
    Notice.objects.filter(pk=right.pk).update(**vars(RIGHT), source="水务公司书面通知")
    right.refresh_from_db()
    _publish_checked(right, steward, now - timedelta(hours=4))
    _read(right, every=3, of=4, minutes=2)
    tonight = _publish(estate, steward, ANTIGEN, now - timedelta(hours=3), source="居委会", usual=Usual.ANTIGEN)
    _read(tonight, every=4, of=5, minutes=2)
    since = {"chat": 25, "intercom": 110}
    for kind, minutes in since.items():
        climb(notice=tonight, kind=kind, by=steward, now=now - timedelta(minutes=180 - minutes))
    knock_at_unread(notice=tonight, by=steward)
    quiet = Draft(
        SHIPPED[Usual.QUIET],
        "居委会",
        usual=Usual.QUIET,
        publish_at=now + timedelta(hours=14),
        expires_at=now + timedelta(days=14),
    )
    check_notice(notice=write_notice(compound=estate, draft=quiet, by=steward), by=steward)
    house = estate.buildings.get(code="1")
    lift = Draft(SHIPPED[Usual.LIFT], "物业", usual=Usual.LIFT, scope=Notice.Scope.BUILDING, buildings=[house])
    write_notice(compound=estate, draft=lift, by=lead)


def _publish(estate: Compound, by: User, words: Words, now: datetime, **more) -> Notice:
    row = write_notice(compound=estate, draft=Draft(words, **more), by=by)
    _publish_checked(row, by, now)
    return row


def _publish_checked(row: Notice, by: User, now: datetime) -> None:
    """Written and checked a little before it went out."""
    check_notice(notice=row, by=by)
    times = {"created_at": now - timedelta(minutes=12), "checked_at": now - timedelta(minutes=2)}
    Notice.objects.filter(pk=row.pk).update(**times)
    publish_notice(notice=row, by=by, now=now)


def _read(notice: Notice, *, every: int, of: int, minutes: int) -> None:
    """So many of each few households said by their link that they know."""
    got = notice.recipients.filter(paper="").order_by("pk")
    since = Notice.objects.get(pk=notice.pk).published_at or timezone.now()
    links = dict(HouseholdLink.objects.filter(revoked_at=None).values_list("household", "pk"))
    Reached.objects.bulk_create(
        Reached(
            recipient=row,
            how=Reached.How.LINK,
            link_id=links[row.household_id],
            at=since + timedelta(minutes=(minutes * number) % 170),
        )
        for number, row in enumerate(got)
        if number % of < every
    )
