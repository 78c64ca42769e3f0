"""What is over once everybody has what they ordered. First a household may have more, at the list's price; what nobody
wants goes to the store, to the next list or is given away. Nobody pays for it who did not ask: whoever does is said in
the money of the list.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from buying.arrivals import lots_of
from buying.models import ArrivalCount, GroupOrder, Item, Leftover, LineChange, OrderLine, Settlement, Sharing
from buying.services import BuyingError, lock_order
from buying.sharing_plans import SHARABLE, plan_sharing
from residents.models import Household, User


def left_over(order: GroupOrder) -> dict[int, int]:
    """Item -> what nobody waits for, on no side of a joint buy."""
    if order.state not in SHARABLE:
        return {}
    plan = plan_sharing(order, Sharing.Rule.FIRST)
    return {one.item.pk: one.over for one in plan.items if one.over}


@transaction.atomic
def sell_leftover(
    *, order: GroupOrder, item: Item, household: Household, quantity: int, by: User, caller: str = ""
) -> LineChange:
    """More than it had ordered, because it is there. Paid for like the rest, shared out with what still waits."""
    row = lock_order(order)
    thing = _check(row, item, quantity)
    if household.door.building.compound_id != row.compound_id or household.moved_out_on is not None:
        raise BuyingError(_("This household does not live in the compound that orders."))
    line = OrderLine.objects.filter(item=thing, household=household).first()
    line = line or OrderLine(item=thing, household=household)
    was = line.quantity
    line.quantity, line.at_most = was + quantity, None  # the limit was for when it was scarce
    line.save()
    thing.ordered += quantity
    if thing.total_limit is not None:
        thing.total_limit = max(thing.total_limit, thing.ordered)
    thing.save(update_fields=["ordered", "total_limit"])
    how = LineChange.How.PHONE if caller else LineChange.How.LEAD
    return LineChange.objects.create(
        line=line, was=was, quantity=line.quantity, how=how, by=by, caller=caller.strip()[:40]
    )


@transaction.atomic
def put_aside(*, order: GroupOrder, item: Item, quantity: int, goes: str, by: User, note: str = "") -> Leftover:
    """Off the pile for good: of it nothing is shared out any more."""
    row = lock_order(order)
    thing = _check(row, item, quantity)
    note = " ".join(note.split())[:200]
    if goes not in Leftover.Goes.values:
        raise BuyingError(_("Choose where it goes."))
    if goes == Leftover.Goes.SHARED and not note:
        raise BuyingError(_("Say to whom it was given, without a name."))
    lots = [lot for lot in reversed(lots_of([row])) if lot.item_id == thing.pk]  # first what came instead
    need = quantity
    for lot in lots:
        part = min(need, lot.left)
        lot.shared += part
        need -= part
    ArrivalCount.objects.bulk_update(lots, ["shared"])
    return Leftover.objects.create(item=thing, quantity=quantity, goes=goes, note=note, by=by)


def _check(row: GroupOrder, item: Item, quantity: int) -> Item:
    if row.state not in SHARABLE or Settlement.objects.filter(order=row).exists():
        raise BuyingError(_("Nothing is over on this list: it lies here only between arrival and settlement."))
    thing = row.items.filter(pk=item.pk).first()
    if thing is None:
        raise BuyingError(_("This thing is not on the list any more. Look at the list again."))
    there = left_over(row).get(thing.pk, 0)
    if type(quantity) is not int or quantity < 1:
        raise BuyingError(_("Say how much of it, more than nothing."))
    if quantity > there:
        words = {"item": thing, "there": thing.say(there)}
        raise BuyingError(_("%(item)s: only %(there)s are over; the rest somebody waits for.") % words)
    return thing
