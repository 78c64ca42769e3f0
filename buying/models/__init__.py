"""A group buy from the first list to the last cent.

Reading order: `orders.py` (what is ordered, until when, by whom), `lines.py` (what each household wants),
`joint.py` (two compounds under one minimum), `arriving.py` (what came, who gets how much), `paying.py` (money).
"""

from buying.models.arriving import Arrival, ArrivalCount, Delivery, Parcel, Share, Sharing
from buying.models.joint import Handover, HandoverCount, JointBuy, JointInvite, JointSide
from buying.models.leftovers import Leftover
from buying.models.lines import LineChange, OrderLine
from buying.models.orders import BuyingRules, GroupOrder, Item, OrderStep, PaperSeen
from buying.models.paying import Bill, Charge, MoneyEntry, Settlement

__all__ = [
    "Arrival",
    "ArrivalCount",
    "Bill",
    "BuyingRules",
    "Charge",
    "Delivery",
    "GroupOrder",
    "Handover",
    "HandoverCount",
    "Item",
    "JointBuy",
    "JointInvite",
    "JointSide",
    "Leftover",
    "LineChange",
    "MoneyEntry",
    "OrderLine",
    "OrderStep",
    "PaperSeen",
    "Parcel",
    "Settlement",
    "Share",
    "Sharing",
]
