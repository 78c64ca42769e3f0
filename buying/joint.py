"""Buying together with a neighbouring compound: a code read out over the phone, one minimum, two of everything else.

A side sees of another its name, its sums and, as host, how much of each thing it needs. Households, rooms and people
of another compound are reached by no query here.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from buying.joint_sides import lock_joint, side_of, sides_of, tell_others, withdraw
from buying.models import GroupOrder, Handover, HandoverCount, Item, JointBuy, JointInvite, JointSide
from buying.models.orders import MOST
from buying.orders import check_closing
from buying.services import BuyingError, check_reason, lock_order
from buying.telling import tell_side
from residents.devices import token_hash
from residents.models import Compound, User

State = GroupOrder.State
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # read out over the phone: nothing that sounds or looks like another
CODE_LENGTH = 12  # 59 bits
CODE_LASTS = timedelta(hours=48)
JOINABLE = {State.DRAFT, State.OPEN, State.CLOSED}


# --- Inviting and joining -------------------------------------------------------------------------


@transaction.atomic
def invite_partner(*, order: GroupOrder, by: User) -> str:
    """A new code, shown once; one that was not used before ends. Only the host invites."""
    joint = lock_joint(order)
    row = lock_order(order)
    if row.state not in {State.OPEN, State.CLOSED}:
        raise BuyingError(_("Open the list first; a neighbour joins what is there to see."))
    if joint is None:
        joint = JointBuy.objects.create(
            minimum_kind=row.minimum_kind,
            minimum_money=row.minimum_money,
            minimum_pieces=row.minimum_pieces,
            made_by=by,
        )
        JointSide.objects.create(joint=joint, order=row, is_host=True, joined_by=by)
    else:
        side = side_of(row)
        if side is None or not side.is_host:
            raise BuyingError(_("The compound that invited you invites others, too: ask them."))
    now = timezone.now()
    JointInvite.objects.filter(joint=joint, used_at=None, revoked_at=None).update(revoked_at=now)
    code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
    JointInvite.objects.create(joint=joint, code_hash=token_hash(code), made_by=by, expires_at=now + CODE_LASTS)
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def plain_code(typed: str) -> str:
    """As it was made: spaces, dashes and small letters are how people write it down."""
    return "".join(sign for sign in typed.upper()[:60] if sign.isascii() and sign.isalnum())


@dataclass(frozen=True)
class Offer:
    """What who holds the code may know before they join: no household, no count of any."""

    invite: JointInvite
    host: GroupOrder
    items: list[Item]


def find_offer(code: str) -> Offer:
    """Raises BuyingError. Three statements; changes nothing."""
    invite = JointInvite.objects.filter(code_hash=token_hash(plain_code(code))).select_related("joint").first()
    if invite is None or not invite.is_good(timezone.now()):
        raise BuyingError(_("This code is not valid (any more). Ask the compound that invited you for a new one."))
    host = next((side for side in sides_of(invite.joint) if side.is_host), None)
    if host is None or host.order.state not in {State.OPEN, State.CLOSED}:
        raise BuyingError(_("That group buy has been ordered or called off; it cannot be joined any more."))
    return Offer(invite, host.order, list(host.order.items.all()))


@transaction.atomic
def join_buy(*, code: str, compound: Compound, by: User, order: GroupOrder | None = None) -> JointSide:
    """With a list of one's own, or with a new draft of the same things; prices and money stay each side's own."""
    offer = find_offer(code)
    joint = JointBuy.objects.select_for_update(of=("self",), no_key=True).get(pk=offer.invite.joint_id)
    now = timezone.now()
    good = JointInvite.objects.filter(pk=offer.invite.pk, used_at=None, revoked_at=None, expires_at__gt=now)
    if not good.update(used_at=now):
        raise BuyingError(_("This code is not valid (any more). Ask the compound that invited you for a new one."))
    if any(side.order.compound_id == compound.pk for side in sides_of(joint)):
        raise BuyingError(_("Your compound takes part already."))
    own = _own_list(order, compound) if order else _copy_list(offer, compound, by)
    _match(own, offer)
    side = JointSide.objects.create(joint=joint, order=own, invite=offer.invite, joined_by=by)
    JointSide.objects.there().filter(joint=joint).exclude(pk=side.pk).update(confirmed_at=None, confirmed_by=None)
    with translation.override(settings.LANGUAGE_CODE):
        words = {"compound": compound, "order": offer.host}
        tell_others(
            side,
            what="joined",
            subject=_("Joint buy: %(compound)s has joined") % words,
            body=_("%(compound)s now orders together with you. The minimum is shared; lists and money are not.")
            % words,
        )
    return side


def _own_list(order: GroupOrder, compound: Compound) -> GroupOrder:
    row = lock_order(order)
    if row.compound_id != compound.pk or row.state not in JOINABLE or side_of(row) is not None:
        raise BuyingError(_("This list cannot join: it is ordered, over, or in a joint buy already."))
    return row


def _copy_list(offer: Offer, compound: Compound, by: User) -> GroupOrder:
    host = offer.host
    now = timezone.now()
    closes_at = host.closes_at if host.closes_at > now else now + timedelta(hours=12)
    check_closing(closes_at)
    own = GroupOrder.objects.create(
        compound=compound,
        lead=by,
        made_by=by,
        title=host.title,
        category=host.category,
        supplier=host.supplier,
        closes_at=closes_at,
        arrives_at=host.arrives_at if host.arrives_at and host.arrives_at > closes_at else None,
    )
    kept = ("name", "spec", "measure", "unit", "price", "pack_size", "position")
    Item.objects.bulk_create(Item(order=own, **{name: getattr(item, name) for name in kept}) for item in offer.items)
    return own


def _match(own: GroupOrder, offer: Offer) -> None:
    """The same thing on both lists has the same name, measure and carton; anything else stands for itself."""
    theirs = {(item.name, item.measure, item.pack_size): item for item in offer.items}
    rows = []
    for item in own.items.all():
        item.same_as = theirs.get((item.name, item.measure, item.pack_size))
        rows.append(item)
    Item.objects.bulk_update(rows, ["same_as"])


# --- Final, or out --------------------------------------------------------------------------------


@transaction.atomic
def confirm_side(*, side: JointSide, by: User) -> None:
    """This side's list is final: closed, checked, and will be paid for whatever the other side does."""
    lock_joint(side.order)
    row = lock_order(side.order)
    if row.state != State.CLOSED:
        raise BuyingError(_("Close your list first: what is final has to stand still."))
    taken = JointSide.objects.there().filter(pk=side.pk, confirmed_at=None)
    if not taken.update(confirmed_at=timezone.now(), confirmed_by=by):
        raise BuyingError(_("Your side has said so already."))
    fresh = JointSide.objects.select_related("joint", "order__compound").get(pk=side.pk)
    with translation.override(settings.LANGUAGE_CODE):
        words = {"compound": row.compound, "order": row}
        tell_others(
            fresh,
            what="final",
            subject=_("Joint buy: the list of %(compound)s is final") % words,
            body=_("When every side has said so and the minimum is reached, the order can be placed."),
        )


@transaction.atomic
def leave_joint(*, side: JointSide, reason: str, by: User) -> None:
    """Before it is ordered. The own list stays, on its own again; the others are told through the outbox."""
    reason = check_reason(reason)
    joint = lock_joint(side.order)
    row = lock_order(side.order)
    here = side_of(row)
    if joint is None or here is None or here.pk != side.pk:
        raise BuyingError(_("Your compound has left this joint buy already."))
    if row.state not in JOINABLE:
        raise BuyingError(_("It is ordered already: take what comes, and settle it."))
    withdraw(joint=joint, side=here, why=reason, by=by)


# --- The count at the gate ------------------------------------------------------------------------


@transaction.atomic
def record_handover(
    *, side: JointSide, hand: str, counts: Mapping[int, int], by: User, gate: str = "", note: str = ""
) -> Handover:
    """One side's count of what the host hands to this partner. Both the same: it is signed, and closed for good."""
    JointBuy.objects.select_for_update(of=("self",), no_key=True).get(pk=side.joint_id)
    fresh = JointSide.objects.select_related("order", "joint").get(pk=side.pk)
    if fresh.is_host or fresh.left_at is not None:
        raise BuyingError(_("There is nothing to hand over to this side."))
    if fresh.order.state in JOINABLE or fresh.order.is_over:
        raise BuyingError(_("It is not ordered yet, or over already: there is nothing to hand over."))
    if fresh.handed_over_at is not None:
        raise BuyingError(_("Both sides have counted the same and signed; that stands."))
    items = list(fresh.order.items.filter(ordered__gt=0))
    if set(counts) != {item.pk for item in items}:
        raise BuyingError(_("Count every thing on the list, 0 where there is nothing."))
    if any(type(count) is not int or not 0 <= count <= MOST for count in counts.values()):
        raise BuyingError(_("A count is a whole number, 0 where there is nothing."))
    number = fresh.handovers.filter(hand=hand).count() + 1
    row = Handover.objects.create(side=fresh, hand=hand, number=number, gate=gate, note=note, by=by)
    HandoverCount.objects.bulk_create(
        HandoverCount(handover=row, item=item, quantity=counts[item.pk]) for item in items
    )
    other = Handover.Hand.TAKES if hand == Handover.Hand.GIVES else Handover.Hand.GIVES
    if last_counts(fresh).get(other) == dict(counts):
        fresh.handed_over_at = timezone.now()
        fresh.save(update_fields=["handed_over_at"])
    else:
        _tell_other_hand(fresh, hand)
    return row


def last_counts(side: JointSide) -> dict[str, dict[int, int]]:
    """Hand -> item -> the last count of that side. One statement."""
    rows = HandoverCount.objects.filter(handover__side=side).order_by("handover__number")
    latest: dict[str, dict[int, dict[int, int]]] = {}
    for hand, number, item, quantity in rows.values_list("handover__hand", "handover__number", "item", "quantity"):
        latest.setdefault(hand, {}).setdefault(number, {})[item] = quantity
    return {hand: numbers[max(numbers)] for hand, numbers in latest.items()}


def handed_over(order: GroupOrder) -> dict[int, int] | None:
    """Item -> what this partner signed for, if it has; nothing for a host or a list of its own."""
    side = side_of(order)
    if side is None or side.is_host or side.handed_over_at is None:
        return None
    return last_counts(side).get(Handover.Hand.TAKES)


def _tell_other_hand(side: JointSide, hand: str) -> None:
    """The one who gives tells the one who takes, and the other way round."""
    host = next((one for one in sides_of(side.joint) if one.is_host), None)
    told = side.order if hand == Handover.Hand.GIVES else host.order if host else None
    if told is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        teller = host.order.compound if hand == Handover.Hand.GIVES and host else side.order.compound
        tell_side(
            told,
            what=f"handover-{side.pk}",
            subject=_("Joint buy: %(compound)s has counted the handover") % {"compound": teller},
            body=_("Count it yourselves and sign; where the counts differ, both count again."),
        )
