"""Needs open, by kind, and calls due and made. Health kinds are small numbers: under five only stewards read them."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from care.models import CallPlace, CallStep, Kind, Need
from care.models.rota import MOST_MISSED
from reports.figures import PEOPLE, TIMES, Asked, Counts, Figure, Room

HOME = "household__door__building"
PERSON = "resident__household__door__building"
MET = (CallStep.Step.MET, CallStep.Step.NOT_MET)


def read(asked: Asked) -> Counts:
    """Three statements."""
    until = Q(made_at__lte=asked.until) & (Q(closed_at=None) | Q(closed_at__gt=asked.until))
    is_open = until & ~Q(state=Need.State.DONE)
    new = Q(made_at__gt=asked.since, made_at__lte=asked.until)
    ended = Q(closed_at__gt=asked.since, closed_at__lte=asked.until)
    counted = {f"open_{kind.value}": Count("pk", filter=is_open & Q(kind=kind)) for kind in Kind}
    counted |= {
        "open": Count("pk", filter=is_open),
        "urgent": Count("pk", filter=is_open & Q(is_urgent=True)),
        "new": Count("pk", filter=new),
        "ended": Count("pk", filter=ended),
    }
    needs = _by_building(Need.objects.filter(compound=asked.compound), HOME, counted)
    due = {"calls_due": Count("pk", filter=Q(due_on__lte=asked.until.date(), missed_count__lt=MOST_MISSED))}
    due["on_rota"] = Count("pk")
    places = _by_building(CallPlace.objects.filter(compound=asked.compound).reachable(), PERSON, due)
    steps = CallStep.objects.filter(place__compound=asked.compound, at__gt=asked.since, at__lte=asked.until)
    made = {
        "calls_made": Count("pk", filter=Q(step__in=CallStep.Step.calls())),
        "unanswered": Count("pk", filter=Q(step=CallStep.Step.NO_ANSWER)),
        "knocked": Count("pk", filter=Q(step__in=MET)),
    }
    return needs | places | _by_building(steps, f"place__{PERSON}", made)


def _by_building(rows, place: str, counted: dict[str, Count]) -> dict[str, dict[int | None, int]]:
    found: dict[str, dict[int | None, int]] = {name: {} for name in counted}
    for building, *numbers in rows.order_by().values(place).annotate(**counted).values_list(place, *counted):
        for name, number in zip(counted, numbers, strict=True):
            found[name][building] = number
    return found


ROOM = Room(
    "care",
    _("Care"),
    read,
    (
        Figure("open", _("needs open"), TIMES, "未办需求 未完成需求 求助未办", in_bulletin=True),
        Figure("urgent", _("urgent needs open"), TIMES, "紧急需求 急需", is_health=True),
        Figure("open_medicine", _("needs open: medicine"), TIMES, "用药需求", is_health=True),
        Figure("open_medical", _("needs open: medical visit"), TIMES, "就医需求 就诊需求", is_health=True),
        Figure("open_food", _("needs open: food"), TIMES, "食品需求 物资需求 生活需求"),
        Figure("open_baby", _("needs open: baby"), TIMES, "母婴需求 婴儿需求"),
        Figure("open_repair", _("needs open: repair"), TIMES, "维修需求 报修"),
        Figure("open_mood", _("needs open: somebody to talk to"), TIMES, "心理需求", is_health=True),
        Figure("open_other", _("needs open: other"), TIMES, "其他需求"),
        Figure("new", _("needs of the day"), TIMES, "当日需求 新增需求"),
        Figure("ended", _("needs ended"), TIMES, "办结需求 已办需求"),
        Figure("on_rota", _("people on the call rota"), PEOPLE, "关爱对象 服务老人"),
        Figure("calls_due", _("calls due"), TIMES, "待联系 应电话"),
        Figure("calls_made", _("calls made"), TIMES, "电话关怀 电话慰问 已联系", in_bulletin=True),
        Figure("unanswered", _("calls unanswered"), TIMES, "未接 无人接听"),
        Figure("knocked", _("knocks after calls in vain"), TIMES, "上门看望 上门走访"),
    ),
)
