"""The day in the making: every figure read from its facts at this minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override

from reports.figures import Asked, Counts, Figure, Value, figures, rooms
from reports.models import DailyReport
from residents.models import Building, Compound
from rounds.models import Round

SHANGHAI = ZoneInfo("Asia/Shanghai")
REACH = timedelta(hours=36)  # a round that began longer ago and was never closed belongs to no report any more
SCHEMA = 1
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Span:
    """The day reported on. It begins where the report of the day before ended, so that nothing falls between."""

    day: date
    since: datetime
    until: datetime


def span_of(previous: DailyReport | None, now: datetime) -> Span:
    """`previous`: the last version of an earlier day."""
    day = now.astimezone(SHANGHAI).date()
    midnight = datetime.combine(day, datetime.min.time(), tzinfo=SHANGHAI)
    is_yesterdays = previous is not None and previous.day == day - timedelta(days=1)
    return Span(day, previous.at if previous is not None and is_yesterdays else midnight, now)


def previous_report(compound: Compound, day: date) -> DailyReport | None:
    return compound.daily_reports.filter(day__lt=day).order_by("-day", "-version").first()


@dataclass(frozen=True)
class Reading:
    span: Span
    body: dict[str, Any]
    unsynced_phones: int
    unsynced_marks: int


def read_now(compound: Compound, now: datetime | None = None) -> tuple[Reading, DailyReport | None]:
    """The report as it would be frozen now, and the one of the day before to compare it with."""
    now = now or timezone.now()
    previous = previous_report(compound, now.astimezone(SHANGHAI).date())
    return read_figures(compound, span_of(previous, now)), previous


def read_figures(compound: Compound, span: Span) -> Reading:
    buildings = tuple(Building.objects.filter(compound=compound))
    asked = Asked(compound, buildings, span.since, span.until, tuple(rounds_under_way(compound, span)))
    told = {room.key: room.read(asked) for room in rooms()}
    body = {
        "schema": SCHEMA,
        "buildings": [[building.pk, building.name, building.code, building.kind] for building in buildings],
        "rounds": [[round.pk, round.kind, round.number] for round in asked.rounds],
        "names": _names(),
        "figures": {key: _value(figure, told, asked) for key, figure in figures().items()},
    }
    phones = told["phones"]
    return Reading(span, body, int(phones["unsynced"][None]), int(phones["unsynced_marks"][None]))


def rounds_under_way(compound: Compound, span: Span):
    """Begun in the span, or begun shortly before and closed in it, or still open."""
    shortly = Q(starts_at__gte=span.since - REACH) & (Q(state=Round.State.OPEN) | Q(closed_at__gt=span.since))
    return (
        Round.objects.filter(compound=compound, state__in=[Round.State.OPEN, Round.State.CLOSED])
        .filter(Q(starts_at__gte=span.since) | shortly, opened_at__lte=span.until)
        .select_related("test_round")
        .order_by("starts_at", "pk")
    )


def _value(figure: Figure, told: dict[str, Counts], asked: Asked) -> dict[str, Any]:
    """`{"all": …, "in": [a value a building, in their order]}`; what does not apply is left out."""
    counts = told[figure.key.partition(".")[0]].get(figure.name, {})
    value: dict[str, Any] = {}
    if figure.per_building:
        empty: Value = 0 if figure.kind == "count" and figure.has_total else ""
        value["in"] = [counts.get(building.pk, empty) for building in asked.buildings]
    if figure.has_total:
        whole = counts.get(None)
        if whole is None:
            whole = sum(int(count) for count in counts.values()) if figure.kind == "count" else ""
        value["all"] = whole
    return value


def _names() -> dict[str, list[str]]:
    """Frozen with the figures: what a figure was called when it was reported, in both languages."""
    names: dict[str, list[str]] = {key: [] for key in figures()}
    for language in LANGUAGES:
        with override(language):
            for key, figure in figures().items():
                names[key].append(str(figure.label))
    return names
