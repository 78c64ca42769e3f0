"""The fund in a few lines, to be copied into the neighbours' group. Sums and things; nobody's name."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from money.models import Fund
from money.reading import Gear, Sums
from residents.numbers_typed import show_money


def chat_text(fund: Fund, sums: Sums, gear: list[Gear]) -> str:
    day = date_format(timezone.localdate(), "Y-m-d")
    lines = [_("%(fund)s, as of %(day)s") % {"fund": fund, "day": day}]
    lines.append(_("Given: %(amount)s (%(n)s gifts)") % {"amount": show_money(sums.gift), "n": sums.gift_count})
    lines.append(_("Spent: %(amount)s") % {"amount": show_money(sums.spent)})
    if sums.returned:
        lines.append(_("Given back: %(amount)s") % {"amount": show_money(sums.returned)})
    if sums.handed_over:
        lines.append(_("Handed over: %(amount)s") % {"amount": show_money(sums.handed_over)})
    if sums.found or sums.missing:
        lines.append(_("Put right at a count: %(amount)s") % {"amount": show_money(sums.found - sums.missing)})
    lines.append(_("Left: %(amount)s") % {"amount": show_money(fund.balance)})
    for one in gear:
        words = {"item": one.item, "unit": one.item.unit, "came": one.bought + one.given, "there": one.in_store}
        words |= {"out": one.out + one.handed_out}
        lines.append(_("%(item)s: %(came)s %(unit)s, handed out %(out)s, in the store %(there)s") % words)
    lines.append(_("Left over in the end: %(rule)s") % {"rule": fund.surplus_rule})
    return "\n".join(lines)
