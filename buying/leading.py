"""A list gets another lead: the one it had fell ill, moved away or had enough. At any time before its end.

The money of a list is in its lead's hands. What that is by the books is written into the step, so that it is counted
and handed over before both.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from buying.models import GroupOrder, OrderStep
from buying.services import BuyingError, check_reason, lock_order
from buying.settlement import read_settlement
from residents.models import User
from residents.numbers_typed import show_money


@transaction.atomic
def change_lead(*, order: GroupOrder, lead: User, why: str, by: User) -> OrderStep:
    why = check_reason(why)[:120]
    row = lock_order(order)
    if row.is_over:
        raise BuyingError(_("This list is over: nobody has to lead it any more."))
    if lead.pk == row.lead_id:
        raise BuyingError(_("This person leads the list already."))
    held = show_money(read_settlement(row).books.held)
    row.lead = lead
    row.save(update_fields=["lead"])
    told = _("new lead: %(why)s; in hand by the books: %(money)s") % {"why": why, "money": held}
    return OrderStep.objects.create(order=row, was=row.state, became=row.state, by=by, why=told[:200])
