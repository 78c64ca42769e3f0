"""Help asked for, people to ring up, medicine to fetch, shifts with holes and households a notice has not reached."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from care.models import CallPlace, Need
from care.models.needs import NeedQuerySet
from compound.today_lines import Ask, Urgency, at_thing, in_place
from medicine.models import Errand, MedicalDate, Question
from notices.models import Notice
from shifts.models import Shift

NEEDS: dict[str, Any] = {"thing": "pk", "link": in_place("care:needs", "care:home")}
CALLS: dict[str, Any] = {"link": in_place("care:calls", "care:home")}
BAGS: dict[str, Any] = {"link": in_place("medicine:errands", "medicine:home")}


def needs(user) -> NeedQuerySet:
    return Need.objects.visible_to(user).open().exclude(state=Need.State.DONE)


def free(user, now) -> QuerySet:
    """What stands still or is urgent has its own line."""
    return needs(user).to_claim(now).filter(Q(rings_at=None) | Q(rings_at__gt=now), is_urgent=False)


def holes(user, now, days: int) -> QuerySet:
    """Of a day, the shifts that still lack somebody."""
    day = timezone.localdate(now) + timedelta(days=days)
    zone = timezone.get_current_timezone()
    begins, ends = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))
    rows = Shift.objects.kept_by(user).not_over(now).filter(taken__lt=F("places"))
    return (
        rows.filter(starts_at__lt=ends, ends_at__gt=begins)
        if not days
        else rows.filter(starts_at__gte=begins, starts_at__lt=ends)
    )


def errands(user, now, *, days: int) -> QuerySet:
    """On their way to a hospital; past their day is today's too."""
    day = timezone.localdate(now) + timedelta(days=days)
    rows = Errand.objects.visible_to(user).filter(state__in=[Errand.State.ASKED, Errand.State.PICKED_UP])
    return rows.filter(planned_on=day) if days else rows.filter(planned_on__lte=day)


def dates(user, now) -> QuerySet:
    """A trip to dialysis is arranged the day before; one gone by waits for somebody to say what became of it."""
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    return MedicalDate.objects.visible_to(user).open().filter(due_on__lte=tomorrow)


ASKS = (
    Ask(
        "needs_urgent",
        Urgency.LATE,
        ngettext_lazy("urgent need is open", "urgent needs are open", "n"),
        _("See to it"),
        rows=lambda user, _now: needs(user).filter(is_urgent=True),
        **NEEDS,
    ),
    Ask(
        "needs_stale",
        Urgency.LATE,
        ngettext_lazy("need stands still", "needs stand still", "n"),
        _("See to it"),
        rows=lambda user, now: needs(user).stale(now).filter(is_urgent=False),
        at="rings_at",
        **NEEDS,
    ),
    Ask(
        "needs_free",
        Urgency.TODAY,
        ngettext_lazy("need nobody has taken", "needs nobody has taken", "n"),
        _("Find somebody"),
        rows=free,
        **NEEDS,
    ),
    Ask(
        "to_knock",
        Urgency.LATE,
        ngettext_lazy("person to knock for: two calls in vain", "people to knock for: two calls in vain", "n"),
        _("Send somebody"),
        rows=lambda user, _now: CallPlace.objects.visible_to(user).to_knock(),
        **CALLS,
    ),
    Ask(
        "calls_due",
        Urgency.TODAY,
        ngettext_lazy("call due", "calls due", "n"),
        _("Call"),
        rows=lambda user, now: CallPlace.objects.visible_to(user).due(timezone.localdate(now)),
        **CALLS,
    ),
    Ask(
        "questions",
        Urgency.TODAY,
        ngettext_lazy("question waits for a doctor", "questions wait for a doctor", "n"),
        _("Answer"),
        rows=lambda user, _now: Question.objects.kept_by(user).waiting(),
        at="waiting_since",
        thing="pk",
        link=at_thing("medicine:question", "medicine:home"),
    ),
    Ask(
        "errands_today",
        Urgency.TODAY,
        ngettext_lazy("medicine errand for today", "medicine errands for today", "n"),
        _("Bags"),
        rows=lambda user, now: errands(user, now, days=0),
        **BAGS,
    ),
    Ask(
        "medical_dates",
        Urgency.TODAY,
        ngettext_lazy("medical date until tomorrow", "medical dates until tomorrow", "n"),
        _("Prepare it"),
        rows=dates,
        link=in_place("medicine:dates", "medicine:home"),
    ),
    Ask(
        "errands_tomorrow",
        Urgency.KNOW,
        ngettext_lazy("medicine errand for tomorrow", "medicine errands for tomorrow", "n"),
        _("Runner's list"),
        rows=lambda user, now: errands(user, now, days=1),
        **BAGS,
    ),
    Ask(
        "shifts_short",
        Urgency.LATE,
        ngettext_lazy("shift of today with an empty place", "shifts of today with empty places", "n"),
        _("Fill it"),
        rows=lambda user, now: holes(user, now, 0),
        at="starts_at",
        thing="pk",
        link=at_thing("shifts:shift", "shifts:home"),
    ),
    Ask(
        "shifts_tomorrow",
        Urgency.TODAY,
        ngettext_lazy("shift of tomorrow with an empty place", "shifts of tomorrow with empty places", "n"),
        _("Fill it"),
        rows=lambda user, now: holes(user, now, 1),
        thing="pk",
        link=at_thing("shifts:shift", "shifts:home"),
    ),
    Ask(
        "notices_draft",
        Urgency.KNOW,
        ngettext_lazy("notice not published yet", "notices not published yet", "n"),
        _("Publish"),
        rows=lambda user, _now: Notice.objects.kept_by(user).filter(published_at=None, dropped_at=None),
        thing="pk",
        link=at_thing("notices:notice", "notices:list"),
    ),
)
