"""The evening's sheet of a round: totals and gaps, derived at this minute from the visits and never typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Building, User
from rounds.board import LETTERS, BuildingRow, Tally, next_step_at, read_totals
from rounds.models import Outcome, Round, RoundEvent, Visit


@dataclass
class EveningSheet:
    round: Round
    at: datetime
    total: Tally
    rows: list[BuildingRow]
    missing: list[Visit]
    late_count: int
    fuller: list[Visit]  # more people were met there than expected
    events: list[RoundEvent]


def read_evening_sheet(round: Round, user: User) -> EveningSheet:
    """Over the buildings that `user` may see."""
    rows, total = totals_of(round, user)
    telling = list(visits_of(round, user).filter(~Q(outcome__in=Outcome.answered()) | Q(extra_count__gt=0)))
    missing = [visit for visit in telling if visit.is_missing]
    for visit in missing:
        visit.next_step = next_step_at(visit)
    return EveningSheet(
        round=round,
        at=timezone.now(),
        total=total,
        rows=rows,
        missing=missing,
        late_count=visits_of(round, user).filter(latest_mark__is_late=True).count(),
        fuller=[visit for visit in telling if visit.extra_count],
        events=list(round.events.select_related("by")),
    )


def totals_of(round: Round, user: User) -> tuple[list[BuildingRow], Tally]:
    return read_totals(round, list(Building.objects.visible_to(user).filter(rounds=round)))


def visits_of(round: Round, user: User):
    return (
        Visit.objects.filter(round=round, building__in=Building.objects.visible_to(user))
        .select_related("building", "latest_mark__marked_by", "latest_mark__walked_by")
        .top_down()
    )


def door_header() -> list[str]:
    return [
        _("Building"),
        _("Room"),
        _("Name (masked)"),
        _("People expected"),
        _("People done"),
        _("State"),
        _("Marked at"),
        _("Marked by"),
        _("Remark"),
        _("Next step"),
    ]


def door_row(visit: Visit) -> list[str]:
    mark = visit.latest_mark
    return [
        visit.building.name,
        visit.full_room,
        visit.label,
        str(visit.expected_count),
        str(visit.done_count),
        f"{LETTERS[visit.outcome]} {visit.get_outcome_display()}",
        timezone.localtime(visit.latest_at).strftime("%Y-%m-%d %H:%M") if visit.latest_at else "",
        str(mark.who) if mark else "",
        mark.note if mark else "",
        next_step_at(visit),
    ]


def totals_table(rows: list[BuildingRow], total: Tally) -> tuple[list[str], list[list[str]]]:
    """A line a building and one for all of them; counts only."""
    outcomes = [outcome for outcome in Outcome if outcome != Outcome.CLEARED]
    header = [
        _("Building"),
        _("Doors expected"),
        *(str(outcome.label) for outcome in outcomes),
        _("People done"),
        _("People expected"),
    ]

    def line(name: str, tally: Tally) -> list[str]:
        counts = [str(tally.counts[outcome]) for outcome in outcomes]
        return [name, str(tally.expected), *counts, str(tally.people_done), str(tally.people_expected)]

    return header, [*(line(row.building.name, row.tally) for row in rows), line(_("all"), total)]
