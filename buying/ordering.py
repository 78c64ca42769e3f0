"""A household orders: through its own link, by phone through somebody who types for it, or with the lead.

Told is what shall stand, not what is to be added: sent twice it changes nothing. What stands is kept under the list's
lock and the database's own limits; each word of it is appended with how it came and through whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from buying.models import GroupOrder, Item, JointSide, LineChange, OrderLine
from buying.models.orders import MOST
from buying.services import BuyingError, lock_order
from residents.models import Household, HouseholdLink, User

How = LineChange.How


@transaction.atomic
def set_lines(
    *,
    order: GroupOrder,
    household: Household,
    wanted: Mapping[int, int],
    how: str,
    saw: Mapping[int, int] | None = None,
    by: User | None = None,
    link: HouseholdLink | None = None,
    caller: str = "",
    is_bound_to_hour: bool = False,
) -> list[LineChange]:
    """Item -> how much shall stand, in pieces or grams; what is not named stays. All of it or nothing.

    `saw` is what stood when the form was drawn: if it does not any more, somebody else of the family has ordered.
    `is_bound_to_hour`: a volunteer who types is no lead; the closed list is closed for them.
    """
    row = lock_order(order)
    _check_open(row, is_late_allowed=how != How.LINK and not is_bound_to_hour)
    _check_household(row, household)
    items = {item.pk: item for item in row.items.all()}
    lines = {line.item_id: line for line in OrderLine.objects.filter(item__in=items, household=household)}
    fresh: list[OrderLine] = []
    changed: list[OrderLine] = []
    changes: list[LineChange] = []
    for pk, quantity in wanted.items():
        item = items.get(pk)
        if item is None:
            raise BuyingError(_("This thing is not on the list any more. Look at the list again."))
        line = lines.get(pk) or OrderLine(item=item, household=household)
        line.item = item
        _check_seen(item, line, saw)
        if quantity == line.quantity:
            continue
        _check_quantity(item, line, quantity)
        item.ordered += quantity - line.quantity
        changes.append(
            LineChange(line=line, was=line.quantity, quantity=quantity, how=how, by=by, link=link, caller=caller)
        )
        line.quantity, line.at_most = quantity, item.household_limit
        (changed if line.pk else fresh).append(line)
    if not changes:
        return []
    OrderLine.objects.bulk_create(fresh)
    OrderLine.objects.bulk_update(changed, ["quantity", "at_most"])
    Item.objects.bulk_update([change.line.item for change in changes], ["ordered"])
    if row.state == GroupOrder.State.CLOSED:
        JointSide.objects.there().filter(order=row).update(confirmed_at=None, confirmed_by=None)
    return LineChange.objects.bulk_create(changes)


def _check_open(order: GroupOrder, *, is_late_allowed: bool) -> None:
    """Until the hour has come; the lead may put a tally right until it goes to the supplier."""
    if order.is_collecting(timezone.now()):
        return
    if is_late_allowed and order.state in {GroupOrder.State.OPEN, GroupOrder.State.CLOSED}:
        return
    raise BuyingError(_("This list is closed; nothing was changed. Call the group lead if something is wrong."))


def _check_household(order: GroupOrder, household: Household) -> None:
    if household.door.building.compound_id != order.compound_id or household.moved_out_on is not None:
        raise BuyingError(_("This household does not live in the compound that orders."))


def _check_seen(item: Item, line: OrderLine, saw: Mapping[int, int] | None) -> None:
    if saw is None or saw.get(item.pk, 0) == line.quantity:
        return
    raise BuyingError(
        _("Your household has ordered %(there)s of %(item)s in the meantime. Check it, then send it again.")
        % {"there": item.say(line.quantity), "item": item}
    )


def _check_quantity(item: Item, line: OrderLine, quantity: Any) -> None:
    if type(quantity) is not int or not 0 <= quantity <= MOST:
        raise BuyingError(_("%(item)s: give a whole number, 0 for none.") % {"item": item})
    most = item.household_limit
    if most is not None and quantity > most:
        raise BuyingError(_("%(item)s: at most %(most)s a household.") % {"item": item, "most": item.say(most)})
    left = item.left
    if left is not None and quantity - line.quantity > left:
        there = item.say(left + line.quantity)
        if not left + line.quantity:
            raise BuyingError(_("%(item)s: all are taken.") % {"item": item})
        raise BuyingError(_("%(item)s: only %(there)s are there for you.") % {"item": item, "there": there})
    if item.ordered + quantity - line.quantity > MOST:
        raise BuyingError(_("%(item)s: give a whole number, 0 for none.") % {"item": item})
