"""Several compounds side by side for an officer: what each last reported, the late ones first. Counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from reports.deadlines import Deadline, deadline_of, today
from reports.figures import figures
from reports.models import DailyReport
from reports.showing import shown, value_of
from residents.models import Compound, User

COLUMNS = (
    "residents.households",
    "residents.people",
    "testing.pcr_expected",
    "testing.pcr_done",
    "testing.pcr_missed",
    "clock.sealed",
    "clock.to_be_moved",
    "supplies.undelivered",
)


@dataclass(frozen=True)
class Row:
    compound: Compound
    deadline: Deadline | None
    report: DailyReport | None  # the last there is
    is_todays: bool
    values: list[tuple[str, Any]]  # what it is called, and how many

    @property
    def is_late(self) -> bool:
        return self.deadline is not None and self.deadline.is_late


def read_overview(user: User, now: datetime) -> list[Row]:
    """Two statements, however many compounds and reports."""
    compounds = Compound.objects.filter(pk__in=user.access.whole_compounds).select_related("report_plan")
    newest = DailyReport.objects.filter(compound=OuterRef("pk")).order_by("-day", "-version").values("pk")[:1]
    keys = compounds.order_by().annotate(last=Subquery(newest)).values("last")
    last = {report.compound_id: report for report in DailyReport.objects.filter(pk__in=keys)}
    rows = [_row(user, compound, last.get(compound.pk), now) for compound in compounds]
    return sorted(rows, key=_urgency)


def _row(user: User, compound: Compound, report: DailyReport | None, now: datetime) -> Row:
    is_todays = report is not None and report.day == today(now)
    exact = compound.pk in user.access.steward
    values = [(str(figures()[key].label), _said(report, key, exact=exact)) for key in COLUMNS]
    return Row(
        compound=compound,
        deadline=deadline_of(getattr(compound, "report_plan", None), is_todays, now),
        report=report,
        is_todays=is_todays,
        values=values,
    )


def _said(report: DailyReport | None, key: str, *, exact: bool) -> Any:
    return "–" if report is None else shown(figures()[key], value_of(report.body, key), exact=exact)


def _urgency(row: Row) -> tuple:
    """Late ones, the longest late first; then those still due, the next first; then whoever has reported."""
    if row.deadline is None:
        return 2, 0, row.compound.name
    if row.is_todays:
        return 3, 0, row.compound.name
    return (0 if row.is_late else 1), row.deadline.due.timestamp(), row.compound.name
