"""What leads and committees are told of group buys, through the outbox. No room, no household, no name of a person."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from buying.models import GroupOrder
from notices.models import Message
from notices.services import plan_message
from residents.models import Compound, RoleGrant, User


def stewards_of(compound: Compound) -> list[User]:
    grants = RoleGrant.objects.in_force().filter(compound=compound, role=RoleGrant.Role.STEWARD, user__is_active=True)
    return [grant.user for grant in grants.select_related("user").order_by("pk")]


def keepers_of(order: GroupOrder) -> list[User]:
    """Its lead; the stewards too, so that an order whose lead has fallen ill is nobody's secret."""
    people = {user.pk: user for user in [order.lead, *stewards_of(order.compound)]}
    return list(people.values())


def tell(
    order: GroupOrder,
    *,
    what: str,
    period: str,
    subject: str,
    body: str,
    users: Iterable[User],
    is_urgent: bool = False,
) -> list[Message]:
    """Within the caller's transaction. `subject` and `body` are already in the portal's own language."""
    return plan_message(
        compound=order.compound,
        reminder=f"buying-{what}:{order.pk}",
        period=period,
        subject=subject,
        body=body,
        link=order.get_absolute_url(),
        users=users,
        webhooks=(),
        is_urgent=is_urgent,
    )


def now_stamp() -> str:
    return timezone.now().isoformat()


def tell_report(order: GroupOrder, items: Iterable[str], papers: Iterable[str]) -> list[Message]:
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("Supplier: %(supplier)s") % {"supplier": order.supplier or _("not named")},
            _("Closes: %(at)s") % {"at": _moment(order.closes_at)},
            *([_("Arrives: %(at)s") % {"at": _moment(order.arrives_at)}] if order.arrives_at else []),
            *items,
            _("Papers seen: %(papers)s") % {"papers": "、".join(papers) or _("none")},
        ]
        return tell(
            order,
            what="report",
            period=now_stamp(),
            subject=_("Group buy reported: %(order)s") % {"order": order},
            body="\n".join(lines),
            users=stewards_of(order.compound),
        )


def tell_closed(order: GroupOrder, standing: str, *, is_reached: bool) -> list[Message]:
    """The clock closed it: the lead has to decide something now."""
    with translation.override(settings.LANGUAGE_CODE):
        if is_reached:
            body = _("Check the tally, then place the order with the supplier.")
        else:
            body = _("The minimum is missed: give it more time, join a neighbouring compound, or call it off.")
        return tell(
            order,
            what="closed",
            period=order.closes_at.isoformat(),
            subject=_("Group buy closed: %(order)s") % {"order": order},
            body=f"{standing}\n{body}",
            users=keepers_of(order),
            is_urgent=True,
        )


def tell_closing_soon(order: GroupOrder, standing: str) -> list[Message]:
    with translation.override(settings.LANGUAGE_CODE):
        words = {"order": order, "time": f"{timezone.localtime(order.closes_at):%H:%M}"}
        return tell(
            order,
            what="soon",
            period=order.closes_at.isoformat(),
            subject=_("%(order)s closes at %(time)s") % words,
            body=f"{standing}\n{_('Tell the building groups, and call who has no phone.')}",
            users=[order.lead],
            is_urgent=True,
        )


def tell_side(order: GroupOrder, *, what: str, subject: str, body: str) -> list[Message]:
    """Something happened on another side of a joint buy. `subject` and `body` name compounds only."""
    return tell(
        order, what=what, period=now_stamp(), subject=subject, body=body, users=keepers_of(order), is_urgent=True
    )


def _moment(moment) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"
