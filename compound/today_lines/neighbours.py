"""Group buys, the share corner and the neighbours' fund: what waits for whoever keeps them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from buying.models import GroupOrder
from buying.models.orders import GroupOrderQuerySet
from compound.today_lines import Ask, Urgency, at_thing, in_place
from money.models import Expense
from sharing.models import Reservation

State = GroupOrder.State
SOON = timedelta(hours=2)
ORDER: dict[str, Any] = {"thing": "pk", "link": at_thing("buying:order", "buying:list")}


def orders(user) -> GroupOrderQuerySet:
    return GroupOrder.objects.kept_by(user)


def closing_today(user, now) -> QuerySet:
    midnight = datetime.combine(timezone.localdate(now) + timedelta(days=1), time(), timezone.get_current_timezone())
    return orders(user).collecting(now).filter(closes_at__lt=midnight)


def lapsing(user, now) -> QuerySet:
    return Reservation.objects.live(now).filter(offer__compound__in=user.access.steward, until__lte=now + SOON)


def to_approve(user, _now) -> QuerySet:
    """Who spent it or entered it does not approve it."""
    return Expense.objects.visible_to(user).waiting().exclude(spender=user).exclude(made_by=user)


ASKS = (
    Ask(
        "buys_past",
        Urgency.LATE,
        ngettext_lazy("group buy past its closing time", "group buys past their closing time", "n"),
        _("Close it"),
        rows=lambda user, now: orders(user).overdue(now),
        at="closes_at",
        **ORDER,
    ),
    Ask(
        "buys_not_come",
        Urgency.LATE,
        ngettext_lazy("group buy that should have come", "group buys that should have come", "n"),
        _("Ask the supplier"),
        rows=lambda user, now: orders(user).filter(state=State.ORDERED, arrives_at__lte=now),
        at="arrives_at",
        **ORDER,
    ),
    Ask(
        "buys_closing",
        Urgency.TODAY,
        ngettext_lazy("group buy closes today", "group buys close today", "n"),
        _("Look"),
        rows=closing_today,
        at="closes_at",
        **ORDER,
    ),
    Ask(
        "buys_to_order",
        Urgency.TODAY,
        ngettext_lazy("group buy closed and not ordered", "group buys closed and not ordered", "n"),
        _("Order it"),
        rows=lambda user, _now: orders(user).filter(state=State.CLOSED),
        **ORDER,
    ),
    Ask(
        "buys_to_share",
        Urgency.TODAY,
        ngettext_lazy("group buy has come and is not shared out", "group buys have come and are not shared out", "n"),
        _("Share out"),
        rows=lambda user, _now: orders(user).filter(state__in=[State.ARRIVED, State.SORTING]),
        **ORDER,
    ),
    Ask(
        "buys_unsettled",
        Urgency.KNOW,
        ngettext_lazy("group buy delivered and not settled", "group buys delivered and not settled", "n"),
        _("Settle"),
        rows=lambda user, _now: orders(user).filter(state=State.DELIVERING),
        **ORDER,
    ),
    Ask(
        "expenses",
        Urgency.TODAY,
        ngettext_lazy("expense waits for your approval", "expenses wait for your approval", "n"),
        _("Approve"),
        rows=to_approve,
        compound="fund__compound",
        thing="pk",
        link=at_thing("money:expense", "money:home"),
    ),
    Ask(
        "reservations",
        Urgency.KNOW,
        ngettext_lazy("reservation lapses within two hours", "reservations lapse within two hours", "n"),
        _("Share corner"),
        rows=lapsing,
        compound="offer__compound",
        link=in_place("sharing:corner", "sharing:home"),
    ),
)
