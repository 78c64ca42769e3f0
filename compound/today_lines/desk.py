"""The daily report's hour, messages that did not go out, and a purge that waits for a second person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import IntegerField, QuerySet
from django.db.models.functions import Cast, ExtractHour, ExtractMinute
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from compound.today_lines import Ask, Found, Urgency, in_place
from notices.models import Message
from reports.deadlines import today
from reports.models import DailyReport, ReportPlan
from reports.reading import SHANGHAI
from residents.models import Purge

STUCK = timedelta(minutes=15)
MINUTE = Cast(ExtractHour("due_at") * 60 + ExtractMinute("due_at"), IntegerField())


def reports(user, now, *, is_late: bool) -> QuerySet:
    """Of compounds that have set an hour, and not frozen today's report."""
    frozen = DailyReport.objects.filter(day=today(now)).values("compound")
    plans = ReportPlan.objects.filter(by__isnull=False, compound__in=user.access.whole_compounds)
    clock = now.astimezone(SHANGHAI).time()
    plans = plans.exclude(compound__in=frozen)
    return plans.filter(due_at__lte=clock) if is_late else plans.filter(due_at__gt=clock)


def due(found: Found, now: datetime) -> datetime:
    """`thing` is the minute of the day: an hour without a day cannot be told together with moments."""
    hours, minutes = divmod(found.thing, 60)
    return now.astimezone(SHANGHAI).replace(hour=hours, minute=minutes, second=0, microsecond=0)


def unsent(user, now, *, is_given_up: bool) -> QuerySet:
    rows = Message.objects.kept_by(user)
    if is_given_up:
        return rows.filter(state=Message.State.DEAD)
    waits = [Message.State.PLANNED, Message.State.FAILED, Message.State.LEASED]
    return rows.filter(state__in=waits, due_at__lt=now - STUCK)


def purges(user, _now) -> QuerySet:
    """Who asked is not the second person."""
    return Purge.objects.kept_by(user).live().filter(approved_at=None).exclude(asked_by=user)


REPORT: dict[str, Any] = {"thing": MINUTE, "when": due, "link": in_place("reports:daily", "reports:home")}

ASKS = (
    Ask(
        "report_late",
        Urgency.LATE,
        ngettext_lazy("daily report not frozen in time", "daily reports not frozen in time", "n"),
        _("Freeze it"),
        rows=lambda user, now: reports(user, now, is_late=True),
        **REPORT,
    ),
    Ask(
        "report_due",
        Urgency.TODAY,
        ngettext_lazy("daily report still to be frozen", "daily reports still to be frozen", "n"),
        _("Look at the figures"),
        rows=lambda user, now: reports(user, now, is_late=False),
        **REPORT,
    ),
    Ask(
        "messages_dead",
        Urgency.TODAY,
        ngettext_lazy("message could not be sent", "messages could not be sent", "n"),
        _("Send again"),
        rows=lambda user, now: unsent(user, now, is_given_up=True),
        link=lambda _found: reverse("notices:outbox"),
    ),
    Ask(
        "messages_stuck",
        Urgency.LATE,
        ngettext_lazy("message waits to be sent", "messages wait to be sent", "n"),
        _("Outbox"),
        rows=lambda user, now: unsent(user, now, is_given_up=False),
        at="due_at",
        link=lambda _found: reverse("notices:outbox"),
    ),
    Ask(
        "purge_waits",
        Urgency.TODAY,
        ngettext_lazy("purge waits for a second person", "purges wait for a second person", "n"),
        _("Decide"),
        rows=purges,
        link=in_place("residents:purge", "residents:compounds"),
    ),
)
