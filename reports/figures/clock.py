"""Lockdown: which area each building is in and on which day; positives to be taken away, taken away, back home."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from clock.models import Case, Clock, Homecoming
from clock.reading import ReadClock, read_clocks, today_in_shanghai
from reports.figures import BUILDINGS, DAYS, PEOPLE, Asked, Counts, Figure, Room, Value
from residents.models import Building

ZONE = Building.Zone


def read(asked: Asked) -> Counts:
    """Four statements."""
    counts: dict[str, dict[int | None, Value]] = defaultdict(dict)
    running = Clock.objects.running().filter(building__in=asked.building_keys)
    clocks = read_clocks(running, today=today_in_shanghai(asked.until), with_rounds=False)
    for row in clocks:
        _add_clock(counts, row)
    for zone in (ZONE.SEALED, ZONE.CONTROLLED, ZONE.PRECAUTION):
        counts[zone.value][None] = sum(row.zone == zone for row in clocks)
    sealed = [row for row in clocks if row.zone == ZONE.SEALED and row.today is not None]
    counts["sealed_days"][None] = "；".join(f"{row.building} {counts['days'][row.building.pk]}" for row in sealed)
    _count_cases(counts, asked)
    return counts


def _add_clock(counts: dict[str, dict[int | None, Value]], row: ReadClock) -> None:
    key, day, last = row.building.pk, row.today, row.reckoning.last_day
    counts["zone"][key] = row.zone
    counts[row.zone][key] = 1
    if day is None or day.number < 1 or day.state in {"released", "stopped"}:
        return
    counts["day"][key] = day.number
    total = day.number + (last - day.on).days if last else None
    counts["days"][key] = f"{day.number}/{total}" if total else str(day.number)


def _count_cases(counts: dict[str, dict[int | None, Value]], asked: Asked) -> None:
    positive = Q(kind=Case.Kind.POSITIVE)
    told = Q(told_at__gt=asked.since, told_at__lte=asked.until)
    moved = Q(moved_out_at__gt=asked.since, moved_out_at__lte=asked.until)
    rows = (
        Case.objects.standing()
        .filter(building__in=asked.building_keys)
        .annotate(told_at=Coalesce("reported_at", "ordered_at", "sampled_at"))
        .order_by()
        .values("building")
        .annotate(
            new=Count("pk", filter=positive & told),
            to_be_moved=Count("pk", filter=positive & Q(moved_out_at=None)),
            moved=Count("pk", filter=positive & moved),
            contacts=Count("pk", filter=Q(kind=Case.Kind.CONTACT, moved_out_at=None)),
        )
    )
    for row in rows:
        for word in ("new", "to_be_moved", "moved", "contacts"):
            counts[word][row["building"]] = row[word]
    back = Homecoming.objects.filter(
        at__gt=asked.since, at__lte=asked.until, household__door__building__in=asked.building_keys
    )
    place = "household__door__building"
    counts["returned"].update(dict(back.order_by().values_list(place).annotate(n=Count("pk"))))


ROOM = Room(
    "clock",
    _("Lockdown"),
    read,
    (
        Figure(
            "sealed", _("buildings in a sealed area"), BUILDINGS, "封控楼 封控楼栋 封控楼数 封控区", in_bulletin=True
        ),
        Figure(
            "controlled",
            _("buildings in a controlled area"),
            BUILDINGS,
            "管控楼 管控楼栋 管控楼数 管控区",
            in_bulletin=True,
        ),
        Figure(
            "precaution",
            _("buildings in a precaution area"),
            BUILDINGS,
            "防范楼 防范楼栋 防范楼数 防范区",
            in_bulletin=True,
        ),
        Figure("zone", _("area"), "", "三区 区域 管控级别", has_total=False, kind="choice", choices=dict(ZONE.choices)),
        Figure("day", _("day of the lockdown"), DAYS, "封控天数 第几天", has_total=False),
        Figure("days", _("day n of N"), "", "封控进度", has_total=False, kind="text"),
        Figure(
            "sealed_days", _("sealed buildings and their day"), "", "封控楼及天数 封控情况", False, False, kind="text"
        ),
        Figure("new", _("new positives told"), PEOPLE, "新增阳性 新增", is_health=True, in_bulletin=True),
        Figure("to_be_moved", _("positives waiting for transfer"), PEOPLE, "待转运 待转运人数", is_health=True),
        Figure("moved", _("transferred"), PEOPLE, "已转运 转运 转运人数", is_health=True),
        Figure("returned", _("come home"), PEOPLE, "返回 出院返家 返家 归家人数", is_health=True),
        Figure("contacts", _("close contacts at home"), PEOPLE, "密接 密接人数 密切接触者", is_health=True),
    ),
)
