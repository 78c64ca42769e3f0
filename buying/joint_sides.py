"""The sides of a joint buy under one lock: who is there, who leaves, who is told. Names of compounds alone travel."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from buying.models import GroupOrder, JointBuy, JointSide
from buying.telling import tell_side
from residents.models import User


def side_of(order: GroupOrder) -> JointSide | None:
    """Its place in a joint buy, if it has one now."""
    rows = JointSide.objects.there().filter(order=order).select_related("joint", "order__compound")
    return rows.first()


def lock_joint(order: GroupOrder) -> JointBuy | None:
    """The joint buy an order takes part in, held until the transaction ends. Before any order's own lock."""
    side = JointSide.objects.there().filter(order=order).only("joint").first()
    if side is None:
        return None
    return JointBuy.objects.select_for_update(of=("self",), no_key=True).get(pk=side.joint_id)


def sides_of(joint: JointBuy) -> list[JointSide]:
    rows = JointSide.objects.there().filter(joint=joint).exclude(order__state=GroupOrder.State.CANCELLED)
    return list(rows.select_related("order__compound", "order__lead").order_by("-is_host", "pk"))


def tell_others(side: JointSide, *, what: str, subject: str, body: str) -> None:
    for other in sides_of(side.joint):
        if other.pk != side.pk:
            tell_side(other.order, what=what, subject=subject, body=body)


def withdraw(*, joint: JointBuy, side: JointSide, why: str, by: User) -> None:
    """Out of it, with the reason; those who stay are told, and the oldest of them becomes the host.

    Who leaves takes the shared minimum along where they had none of their own: a supplier asks it of them, too.
    """
    was_host = side.is_host
    others = [one for one in sides_of(joint) if one.pk != side.pk]
    side.left_at, side.left_by, side.left_why, side.is_host = timezone.now(), by, why[:200], False
    side.save(update_fields=["left_at", "left_by", "left_why", "is_host"])
    _keep_minimum(side.order, joint)
    JointSide.objects.filter(pk__in=[one.pk for one in others]).update(confirmed_at=None, confirmed_by=None)
    if was_host and others:
        JointSide.objects.filter(pk=others[0].pk).update(is_host=True)
    with translation.override(settings.LANGUAGE_CODE):
        words = {"compound": side.order.compound, "reason": why}
        for number, other in enumerate(others):
            lines = [_("%(compound)s has left the joint buy: %(reason)s.") % words]
            if was_host and not number:
                lines.append(_("Your compound now places the order and receives the lorry."))
            lines.append(_("Look at what is lacking to the minimum, and say again that your list is final."))
            subject = _("Joint buy: %(compound)s has left") % words
            tell_side(other.order, what="left", subject=subject, body="\n".join(lines))


def _keep_minimum(order: GroupOrder, joint: JointBuy) -> None:
    GroupOrder.objects.filter(pk=order.pk, minimum_kind=GroupOrder.Minimum.NONE).update(
        minimum_kind=joint.minimum_kind, minimum_money=joint.minimum_money, minimum_pieces=joint.minimum_pieces
    )
