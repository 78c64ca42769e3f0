"""Freezing a day's report, and saying by when it is due."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.models import DailyReport, ReportPlan, digest_of
from reports.reading import read_now
from residents.models import Compound, User


class ReportError(ValueError):
    """A sentence for the person who tried."""


def lock_plan(compound: Compound) -> ReportPlan:
    """The compound's row that versions and deadlines wait at; made when there is none."""
    ReportPlan.objects.get_or_create(compound=compound)
    return ReportPlan.objects.select_for_update().get(compound=compound)


@transaction.atomic
def freeze_report(
    *, compound: Compound, by: User | None, reason: str = "", now: datetime | None = None, only_first: bool = False
) -> DailyReport | None:
    """The figures of this minute as the day's next version. `only_first`: None when somebody was faster."""
    lock_plan(compound)
    reading, _previous = read_now(compound, now)
    day = reading.span.day
    last = compound.daily_reports.filter(day=day).order_by("-version").first()
    if last is not None and only_first:
        return None
    reason = reason.strip()
    if last is not None and not reason:
        raise ReportError(_("This day has been reported already. Say why there is another version."))
    return DailyReport.objects.create(
        compound=compound,
        day=day,
        version=last.version + 1 if last else 1,
        since=reading.span.since,
        at=reading.span.until,
        by=by,
        reason=reason if last else "",
        unsynced_phones=reading.unsynced_phones,
        unsynced_marks=reading.unsynced_marks,
        body=reading.body,
        digest=digest_of(reading.body),
    )


@transaction.atomic
def set_deadline(
    *, compound: Compound, due_at: time, minutes_before: int, freezes_itself: bool, by: User
) -> ReportPlan:
    plan = lock_plan(compound)
    plan.due_at, plan.minutes_before, plan.freezes_itself = due_at, minutes_before, freezes_itself
    plan.by, plan.at = by, timezone.now()
    plan.save()
    return plan
