"""What was told to households, and how many know. Of the newest notice to the whole compound: who is reached."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from notices.models import Notice, Reached, Recipient
from reports.figures import HOUSEHOLDS, TIMES, Asked, Counts, Figure, Room


def read(asked: Asked) -> Counts:
    """Two statements; a third where something was ever told to everybody."""
    counts: dict[str, dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    out = Notice.objects.filter(compound=asked.compound, published_at__lte=asked.until).order_by()
    righted = Exists(Notice.objects.filter(corrects=OuterRef("pk"), published_at__lte=asked.until))
    is_new = Q(published_at__gt=asked.since)
    sums = out.annotate(is_righted=righted).aggregate(
        published=Count("pk", filter=is_new),
        corrected=Count("pk", filter=is_new & Q(corrects__isnull=False)),
        in_force=Count("pk", filter=(Q(expires_at=None) | Q(expires_at__gt=asked.until)) & ~Q(is_righted=True)),
    )
    for name, count in sums.items():
        counts[name][None] = count
    newest = out.filter(scope=Notice.Scope.COMPOUND).order_by("-published_at", "-pk").values_list("pk", flat=True)[:1]
    for key in newest:
        told = Reached.objects.standing().filter(recipient=OuterRef("pk"), at__lte=asked.until)
        rows = Recipient.objects.filter(notice=key).annotate(is_told=Exists(told)).order_by()
        for building, is_told, count in rows.values_list("building", "is_told").annotate(n=Count("pk")):
            counts["reached" if is_told else "unreached"][building] += count
    return counts


ROOM = Room(
    "notices",
    _("Notices"),
    read,
    (
        Figure("published", _("notices published today"), TIMES, "发布通知 通知发布 今日通知", per_building=False),
        Figure("corrected", _("corrections and retractions"), TIMES, "通知更正 更正通知", per_building=False),
        Figure("in_force", _("notices in force"), TIMES, "有效通知", per_building=False),
        Figure("reached", _("reached of the newest notice"), HOUSEHOLDS, "通知到户 已通知户数 通知已达"),
        Figure("unreached", _("not reached of the newest notice"), HOUSEHOLDS, "未通知户数 通知未达 未通知到"),
    ),
)
