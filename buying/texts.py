"""Texts to copy: the order for the supplier, and the announcement for the building's chat groups. No household in them.

Who reads them reads Chinese, so they are written in the portal's own language, whatever the desk's language is.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from buying.models import GroupOrder, Item
from buying.progress import Progress
from residents.numbers_typed import show_money


@dataclass
class Need:
    """One thing over all sides the supplier delivers to."""

    item: Item
    quantity: int = 0

    @property
    def cartons(self) -> int:
        """Whole ones, rounded up: the supplier sells no half."""
        size = self.item.pack_size * self.item.scale
        return -(-self.quantity // size)

    @property
    def spare(self) -> int:
        return self.cartons * self.item.pack_size * self.item.scale - self.quantity


def needs_of(progress: Progress) -> list[Need]:
    """What the supplier is asked for. The host asks for every side: the same thing is one line."""
    standings = [progress.own]
    if progress.side is not None and progress.side.is_host:
        standings += [progress.standings[side.order_id] for side in progress.others]
    needs: dict[int, Need] = {}
    for standing in standings:
        for item in standing.items:
            key = item.same_as_id if item.same_as_id in needs else item.pk
            need = needs.setdefault(key, Need(item))
            need.quantity += item.ordered
    return [need for need in needs.values() if need.quantity]


def supplier_text(progress: Progress) -> str:
    order = progress.own.order
    with translation.override(settings.LANGUAGE_CODE):
        places = [str(order.compound)]
        if progress.side is not None and progress.side.is_host:
            places += [str(side) for side in progress.others]
        lines = [_("Order: %(order)s") % {"order": order}, " + ".join(places)]
        for number, need in enumerate(needs_of(progress), start=1):
            lines.append(f"{number}. {_need(need)}")
        if order.arrives_at:
            lines.append(_("Delivery: %(at)s") % {"at": _moment(order.arrives_at)})
        if order.gate:
            lines.append(_("Gate: %(gate)s") % {"gate": order.gate})
        lines.append(_("Please bring the pass, the supply certificate and the driver's PCR test (48 hours)."))
        return "\n".join(lines)


def _need(need: Need) -> str:
    item = need.item
    spec = f" ({item.spec})" if item.spec else ""
    text = f"{item}{spec} × {item.say(need.quantity)}"
    if item.pack_size == 1:
        return text
    cartons = _("%(cartons)s cartons of %(size)s") % {"cartons": need.cartons, "size": item.pack_size}
    return f"{text} = {cartons}"


def chat_text(progress: Progress) -> str:
    """For the chat groups: what, how much, until when, how far it is. How to order without a chat is in it, too."""
    order = progress.own.order
    with translation.override(settings.LANGUAGE_CODE):
        lines = [_("Group buy: %(order)s") % {"order": order}]
        for item in progress.own.items:
            lines.append(f"· {_offer(item)}")
        if order.state == GroupOrder.State.OPEN:
            lines.append(_("Closes: %(at)s") % {"at": _moment(order.closes_at)})
            if progress.has_minimum:
                lines.append(f"{progress.of_minimum()}, {progress.words()}")
        if order.arrives_at:
            lines.append(_("Arrives: %(at)s") % {"at": _moment(order.arrives_at)})
        lines += [text for text in (order.note, order.payment_note) if text]
        lines.append(_("To order, scan the card at your own door. No phone? Your building lead types it for you."))
        return "\n".join(lines)


def _offer(item: Item) -> str:
    text = f"{item} {show_money(item.price)}/{item.unit}"
    if item.spec:
        text += f" ({item.spec})"
    if item.household_limit is not None:
        text += " " + _("at most %(most)s a household") % {"most": item.say(item.household_limit)}
    if item.left == 0:
        text += " " + _("all taken")
    return text


def _moment(moment) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"
