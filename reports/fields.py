"""What can be put into a form: every figure, and what the report and its buildings are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from reports.figures import figures_of, rooms
from reports.models import DailyReport
from reports.reading import SHANGHAI
from reports.showing import shown

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Field:
    key: str
    label: StrPromise
    kind: str = "text"  # count | text | choice | day | time
    words: str = ""
    has_total: bool = True
    per_building: bool = False

    @property
    def usual_way(self) -> str:
        return "cell" if self.has_total else "down"


OF_REPORT = (
    Field("report.day", _("day of the report"), "day", "日期 报告日期 填报日期 上报日期"),
    Field("report.at", _("frozen at"), "time", "时间 填报时间 上报时间 截止时间"),
    Field("report.version", _("version"), "count", "版本"),
    Field("report.unsynced", _("phones not synced"), "count", ""),
    Field("compound.name", _("compound"), "text", "小区 小区名称 居委 居委会 社区 单位 填报单位"),
    Field("compound.town", _("sub-district"), "text", "街道 街镇 镇"),
)
OF_BUILDING = (
    Field("building.number", _("running number"), "count", "序号 编号", False, True),
    Field("building.name", _("building"), "text", "楼号 楼栋 楼栋号 楼幢 幢号 栋号 楼 楼组", False, True),
)


@cache
def groups() -> tuple[tuple[StrPromise, tuple[Field, ...]], ...]:
    """For a list to choose from, under the name of each room."""
    of_rooms = tuple(
        (
            room.label,
            tuple(
                Field(each.key, each.label, each.kind, each.words, each.has_total, each.per_building)
                for each in figures_of(room)
            ),
        )
        for room in rooms()
    )
    return ((_("The report"), OF_REPORT), (_("The buildings"), OF_BUILDING), *of_rooms)


@cache
def fields() -> dict[str, Field]:
    return {field.key: field for _label, some in groups() for field in some}


def buildings_of(body: Mapping[str, Any]) -> list[tuple[int, str, str, bool]]:
    """(place in the body, name, code, is a house); posts of staff only when somebody lives there."""
    people = body["figures"].get("residents.people", {}).get("in", [])
    return [
        (place, name, code, kind == "house")
        for place, (_pk, name, code, kind) in enumerate(body["buildings"])
        if kind == "house" or (place < len(people) and people[place])
    ]


def value_of_field(field: Field, report: DailyReport, place: int | None = None, number: int = 0) -> dict[str, Any]:
    """`place`: of the building in the body, or None for the whole compound. Typed, for a cell."""
    room, _dot, name = field.key.partition(".")
    if room == "building":
        value: Any = number if name == "number" else report.body["buildings"][place or 0][1]
    elif room in {"report", "compound"}:
        value = _of_report(report)[field.key]
    else:
        told = report.body["figures"].get(field.key, {})
        value = told.get("all", "") if place is None else (told.get("in") or [""] * (place + 1))[place]
    kind = field.kind
    if kind == "choice":
        from_figure = _figure(field.key)
        kind, value = "text", shown(from_figure, value, exact=True)
    if kind == "count" and not isinstance(value, int):
        kind = "text"
    return {"kind": kind, "value": value}


def _figure(key: str):
    return next(each for room in rooms() for each in figures_of(room) if each.key == key)


def _of_report(report: DailyReport) -> dict[str, Any]:
    return {
        "report.day": report.day.isoformat(),
        "report.at": report.at.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0, second=0).isoformat(),
        "report.version": report.version,
        "report.unsynced": report.unsynced_phones,
        "compound.name": report.compound.name,
        "compound.town": report.compound.town,
    }
