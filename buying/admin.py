"""Looking things up. Changes, counts and money are facts: nobody adds, changes or deletes them here."""

from django.contrib import admin

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
from residents.scoped_admin import FactAdmin, ScopedAdmin


@admin.register(BuyingRules)
class BuyingRulesAdmin(ScopedAdmin):
    compound_path = "compound"
    readonly_fields = ["compound"]
    list_display = ["compound", "report_first", "one_a_category", "quiet_from", "quiet_until"]
    list_select_related = ["compound"]


@admin.register(GroupOrder)
class GroupOrderAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["title", "compound", "category", "state", "closes_at", "lead"]
    list_filter = ["state", "category"]
    list_select_related = ["compound", "lead"]


@admin.register(OrderStep)
class OrderStepAdmin(FactAdmin):
    compound_path = "order__compound"
    list_display = ["at", "order", "was", "became", "by", "why"]
    list_select_related = ["order", "by"]


@admin.register(PaperSeen)
class PaperSeenAdmin(FactAdmin):
    compound_path = "order__compound"
    list_display = ["order", "paper", "seen_by", "seen_at", "withdrawn_at"]
    list_select_related = ["order", "seen_by"]


@admin.register(Item)
class ItemAdmin(FactAdmin):
    compound_path = "order__compound"
    list_display = ["name", "order", "price", "unit", "pack_size", "ordered"]
    list_select_related = ["order"]


@admin.register(OrderLine)
class OrderLineAdmin(FactAdmin):
    compound_path = "item__order__compound"
    list_display = ["item", "household", "quantity"]
    list_select_related = ["item__order", "household__door__building"]


@admin.register(LineChange)
class LineChangeAdmin(FactAdmin):
    compound_path = "line__item__order__compound"
    exclude = ["link"]
    list_display = ["at", "line", "was", "quantity", "how", "by"]
    list_filter = ["how"]
    list_select_related = ["line__item", "line__household__door__building", "by"]


@admin.register(JointBuy)
class JointBuyAdmin(FactAdmin):
    """Of two compounds, so of no steward: a superuser's."""

    list_display = ["pk", "minimum_kind", "minimum_money", "minimum_pieces", "made_at"]


@admin.register(JointInvite)
class JointInviteAdmin(FactAdmin):
    list_display = ["joint", "made_at", "expires_at", "used_at", "revoked_at"]


@admin.register(JointSide)
class JointSideAdmin(FactAdmin):
    compound_path = "order__compound"
    exclude = ["joint", "invite"]
    list_display = ["order", "is_host", "joined_at", "left_at", "handed_over_at"]
    list_select_related = ["order__compound"]


@admin.register(Handover)
class HandoverAdmin(FactAdmin):
    list_display = ["side", "hand", "number", "by", "at"]
    list_select_related = ["side__order__compound", "by"]


@admin.register(HandoverCount)
class HandoverCountAdmin(FactAdmin):
    list_display = ["handover", "item", "quantity"]
    list_select_related = ["handover__side__order__compound", "item"]


@admin.register(Arrival)
class ArrivalAdmin(FactAdmin):
    compound_path = "order__compound"
    list_display = ["order", "number", "by", "at"]
    list_select_related = ["order", "by"]


@admin.register(ArrivalCount)
class ArrivalCountAdmin(FactAdmin):
    compound_path = "item__order__compound"
    list_display = ["arrival", "item", "outcome", "quantity"]
    list_select_related = ["arrival__order", "item"]


@admin.register(Sharing)
class SharingAdmin(FactAdmin):
    compound_path = "item__order__compound"
    list_display = ["item", "number", "rule", "available", "by", "at"]
    list_select_related = ["item", "by"]


@admin.register(Share)
class ShareAdmin(FactAdmin):
    compound_path = "line__item__order__compound"
    list_display = ["line", "ordered", "quantity", "why"]
    list_select_related = ["line__item", "line__household__door__building"]


@admin.register(MoneyEntry)
class MoneyEntryAdmin(FactAdmin):
    compound_path = "order__compound"
    list_display = ["at", "order", "household", "kind", "amount", "way", "by"]
    list_filter = ["kind", "way"]
    list_select_related = ["order", "household__door__building", "by"]


@admin.register(Delivery)
class DeliveryAdmin(FactAdmin):
    compound_path = "order__compound"
    list_display = ["order", "round", "made_by", "made_at"]
    list_select_related = ["order", "round", "made_by"]


@admin.register(Parcel)
class ParcelAdmin(FactAdmin):
    compound_path = "line__item__order__compound"
    list_display = ["line", "lot", "quantity", "weighed", "told_given", "handover"]
    list_select_related = ["line__item", "line__household__door__building", "lot__item"]


@admin.register(Charge)
class ChargeAdmin(FactAdmin):
    compound_path = "order__compound"
    list_display = ["at", "order", "name", "amount", "is_equal", "by", "withdrawn_at"]
    list_select_related = ["order", "by"]


@admin.register(Bill)
class BillAdmin(FactAdmin):
    compound_path = "order__compound"
    list_display = ["at", "order", "amount", "by"]
    list_select_related = ["order", "by"]


@admin.register(Settlement)
class SettlementAdmin(FactAdmin):
    compound_path = "order__compound"
    list_display = ["at", "order", "due", "bill", "by"]
    list_select_related = ["order", "by"]


@admin.register(Leftover)
class LeftoverAdmin(FactAdmin):
    compound_path = "item__order__compound"
    list_display = ["at", "item", "quantity", "goes", "by"]
    list_select_related = ["item__order", "by"]
