"""What a household ordered and paid goes at the end; the books of a list stay as sums."""

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from buying.models import (
    Arrival,
    ArrivalCount,
    Bill,
    BuyingRules,
    Charge,
    Delivery,
    GroupOrder,
    Handover,
    HandoverCount,
    Item,
    JointBuy,
    JointInvite,
    JointSide,
    Leftover,
    LineChange,
    MoneyEntry,
    OrderLine,
    OrderStep,
    PaperSeen,
    Parcel,
    Settlement,
    Share,
    Sharing,
)
from residents.retention import IF_ANY, KeepClass, before_the_end, goes, keeps, register, stays, until_the_end

ORDERS = KeepClass("orders", _("Who told what for a group buy"), _("the settlement"), days=30, low=7, high=180)


def _joint(compound):
    return Q(pk__in=JointSide.objects.filter(order__compound=compound).values("joint"))


register(ORDERS, goes(LineChange, "line__item__order__compound", since="line__item__order__settlement__at"))
until_the_end(
    goes(Parcel, "line__item__order__compound", counted=("lot__item_id", "handover")),
    goes(Share, "line__item__order__compound"),
    goes(OrderLine, "item__order__compound", counted=("item_id",)),
    goes(MoneyEntry, "order__compound", counted=("order_id", "kind", "amount")),
)
stays(
    _("Prices and sums of group buys."),
    keeps(BuyingRules, "compound"),
    keeps(
        GroupOrder, "compound", end={"note": "", "payment_note": ""}, plain=("title", "supplier", "currency", "gate")
    ),
    keeps(OrderStep, "order__compound", end={"why": IF_ANY}),
    keeps(PaperSeen, "order__compound"),
    keeps(Item, "order__compound", plain=("name", "spec", "unit")),
    keeps(
        Arrival,
        "order__compound",
        end={"note": "", "taken_back_why": IF_ANY},
        plain=("gate",),
    ),
    keeps(ArrivalCount, "arrival__order__compound", plain=("instead",)),
    keeps(Sharing, "item__order__compound", end={"reason": IF_ANY}, plain=("seed",)),
    keeps(Delivery, "order__compound", end={"instructions": ""}),
    keeps(Leftover, "item__order__compound", end={"note": IF_ANY}),
    keeps(JointBuy, _joint),
    keeps(JointInvite, lambda compound: Q(joint__in=JointBuy.objects.filter(_joint(compound))), plain=("code_hash",)),
    keeps(JointSide, "order__compound", end={"left_why": IF_ANY}),
    keeps(Handover, "side__order__compound", end={"note": ""}, plain=("gate",)),
    keeps(HandoverCount, "handover__side__order__compound"),
    keeps(Charge, "order__compound", plain=("name",)),
    keeps(Bill, "order__compound", end={"note": ""}),
    keeps(Settlement, "order__compound"),
)


@before_the_end
def unsettled_buys(compound):
    """Who is owed what would be gone, and the books would never close."""
    over = {GroupOrder.State.DRAFT, GroupOrder.State.CANCELLED, GroupOrder.State.SETTLED}
    for title in GroupOrder.objects.filter(compound=compound).exclude(state__in=over).values_list("title", flat=True):
        yield gettext("The group buy “%(title)s” is not settled: settle it first.") % {"title": title}
