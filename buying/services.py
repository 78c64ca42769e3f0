"""What the whole room shares: its error, the lock of a list, and the one way an order takes a step."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from buying.models import BuyingRules, GroupOrder, OrderStep
from residents.models import Compound, User


class BuyingError(ValueError):
    """A sentence for the person who pressed the button."""


def rules_of(compound: Compound) -> BuyingRules:
    """The committee's rules, or the usual ones. One statement."""
    return BuyingRules.objects.filter(compound=compound).first() or BuyingRules(compound=compound)


def check_reason(reason: str) -> str:
    if not reason.strip():
        raise BuyingError(_("Say why, in a few words."))
    return reason.strip()[:200]


def lock_order(order: GroupOrder) -> GroupOrder:
    """Its row, held until the transaction ends: whoever writes to a list holds it. A joint buy's row is locked before
    the rows of its orders, and those by age."""
    return lock_orders([order.pk])[order.pk]


def lock_orders(keys: Iterable[int]) -> dict[int, GroupOrder]:
    rows = GroupOrder.objects.select_for_update(of=("self",), no_key=True).select_related("compound", "lead")
    return {row.pk: row for row in rows.filter(pk__in=set(keys)).order_by("pk")}


def take_step(*, order: GroupOrder, to: str, by: User | None, why: str = "") -> OrderStep:
    """Within the caller's transaction, which holds the order's lock. Raises BuyingError when the order is elsewhere."""
    was, became = GroupOrder.State(order.state), GroupOrder.State(to)
    if became not in GroupOrder.STEPS[was]:
        raise BuyingError(
            _("This group buy is “%(now)s” by now; that step is not possible. Look at it again.") % {"now": was.label}
        )
    order.state = became
    order.save(update_fields=["state"])
    return OrderStep.objects.create(order=order, was=was, became=became, by=by, why=why.strip()[:200])
