"""By when a report is due, how long that is, and who is told before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.models import Message
from notices.services import draft_message, plan_messages
from reports.models import DailyReport, ReportPlan
from reports.reading import SHANGHAI
from reports.services import freeze_report
from residents.models import RoleGrant, User


@dataclass(frozen=True)
class Deadline:
    """Today's, of one compound."""

    due: datetime
    now: datetime
    is_reported: bool

    @property
    def is_late(self) -> bool:
        return not self.is_reported and self.now >= self.due

    @property
    def minutes(self) -> int:
        """Until it is due, rounded up; since it was due, once it is over."""
        seconds = (self.due - self.now).total_seconds()
        return -int(-seconds // 60) if seconds > 0 else int(-seconds // 60)

    @property
    def is_near(self) -> bool:
        return self.minutes <= 60

    @property
    def words(self) -> str:
        hours, minutes = divmod(self.minutes, 60)
        if hours:
            return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
        return _("%(minutes)s min") % {"minutes": minutes}


def deadline_of(plan: ReportPlan | None, is_reported: bool, now: datetime) -> Deadline | None:
    if plan is None or plan.by_id is None:  # nobody has set one yet
        return None
    return Deadline(datetime.combine(today(now), plan.due_at, tzinfo=SHANGHAI), now, is_reported)


def today(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def watch_deadlines(now: datetime | None = None) -> list[Message]:
    """Remind, freeze where that was asked for, and tell who is late. Run again it does nothing more.

    A reminder that was due while nobody ran is not told late: then the report itself is late, and that is told.
    """
    now = now or timezone.now()
    reported = DailyReport.objects.filter(day=today(now)).values("compound")
    plans = ReportPlan.objects.filter(by__isnull=False).exclude(compound__in=reported).select_related("compound")
    waiting = [(plan, limit) for plan in plans if (limit := deadline_of(plan, False, now))]
    rows: list[Message] = []
    with translation.override(settings.LANGUAGE_CODE):
        soon = [(plan, limit) for plan, limit in waiting if _is_soon(plan, limit)]
        late = [(plan, limit) for plan, limit in waiting if limit.is_late]
        whom = _recipients([plan for plan, _limit in soon + late])
        for plan, limit in soon:
            rows += _message(plan, limit, whom, _("The report is due at %(time)s"), "report-due")
        for plan, limit in late:
            if plan.freezes_itself:
                rows += _freeze(plan, limit, whom)
            else:
                rows += _message(
                    plan, limit, whom, _("The report was due at %(time)s and is not frozen"), "report-late"
                )
    return plan_messages(rows)


def _is_soon(plan: ReportPlan, limit: Deadline) -> bool:
    return limit.due - timedelta(minutes=plan.minutes_before) <= limit.now < limit.due


@transaction.atomic
def _freeze(plan: ReportPlan, limit: Deadline, whom: dict) -> list[Message]:
    report = freeze_report(compound=plan.compound, by=None, now=limit.now, only_first=True)
    if report is None:
        return []
    subject = _("The report of %(time)s was frozen by itself")
    return _message(plan, limit, whom, subject, "report-frozen", report.get_absolute_url())


def _recipients(plans: Iterable[ReportPlan]) -> dict[int, list[User]]:
    """The stewards alone: a group of neighbours has nothing to do with it."""
    compounds = [plan.compound_id for plan in plans]
    whom: dict[int, list[User]] = defaultdict(list)
    if not compounds:
        return whom
    grants = RoleGrant.objects.in_force().filter(
        compound__in=compounds, role=RoleGrant.Role.STEWARD, user__is_active=True
    )
    for grant in grants.select_related("user").order_by("pk"):
        whom[grant.compound_id].append(grant.user)
    return whom


def _message(
    plan: ReportPlan, limit: Deadline, whom: dict, subject: str, reminder: str, link: str = ""
) -> list[Message]:
    if link:
        body = _("%(compound)s: what had not arrived by then stands beside the figures.")
    else:
        body = _("%(compound)s: look at the figures, then freeze them.")
    return draft_message(
        compound=plan.compound,
        reminder=f"{reminder}:{plan.compound_id}",
        period=today(limit.now).isoformat(),
        subject=subject % {"time": f"{plan.due_at:%H:%M}"},
        body=body % {"compound": plan.compound},
        link=link or reverse("reports:daily", args=[plan.compound_id]),
        users=whom[plan.compound_id],
        is_urgent=True,  # after quiet hours it would be too late
    )
