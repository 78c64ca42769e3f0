"""Looking things up. Movements, counts and entitlements are facts: nobody adds, changes or deletes them here."""

from django.contrib import admin

from residents.scoped_admin import FactAdmin, ScopedAdmin
from supplies.models import (
    Batch,
    BatchCount,
    Diet,
    Distribution,
    Entitlement,
    HandoverPhoto,
    Item,
    KeptShare,
    Line,
    Stock,
    StockMove,
)


@admin.register(Item)
class ItemAdmin(ScopedAdmin):
    compound_path = "compound"
    readonly_fields = ["compound"]
    list_display = ["name", "unit", "pack", "alarm_days", "is_ppe", "compound"]
    list_select_related = ["compound"]


@admin.register(Batch)
class BatchAdmin(FactAdmin):
    compound_path = "item__compound"
    list_display = ["item", "source", "arrived_on", "expires_on", "is_cold"]
    list_filter = ["source"]
    list_select_related = ["item"]


@admin.register(BatchCount)
class BatchCountAdmin(FactAdmin):
    compound_path = "batch__item__compound"
    list_display = ["batch", "number", "quantity", "by", "at"]
    list_select_related = ["batch__item", "by"]


@admin.register(Stock)
class StockAdmin(FactAdmin):
    compound_path = "batch__item__compound"
    list_display = ["batch", "place", "quantity"]
    list_select_related = ["batch__item", "building", "holder"]


@admin.register(StockMove)
class StockMoveAdmin(FactAdmin):
    compound_path = "batch__item__compound"
    list_display = ["at", "batch", "kind", "quantity", "by", "reason"]
    list_filter = ["kind"]
    list_select_related = ["batch__item", "by"]


@admin.register(Diet)
class DietAdmin(FactAdmin):
    compound_path = "household__door__building__compound"
    list_display = ["household", "variant", "by", "at"]
    list_select_related = ["household__door__building", "by"]


@admin.register(Distribution)
class DistributionAdmin(FactAdmin):
    compound_path = "round__compound"
    exclude = ["totals_hash"]
    list_display = ["round", "rule", "planned_by", "closed_at"]
    list_select_related = ["round", "planned_by"]


@admin.register(Line)
class LineAdmin(FactAdmin):
    compound_path = "distribution__round__compound"
    list_display = ["distribution", "batch", "amount", "per", "variant"]
    list_select_related = ["distribution__round", "batch__item"]


@admin.register(Entitlement)
class EntitlementAdmin(FactAdmin):
    compound_path = "visit__round__compound"
    list_display = ["visit", "line", "quantity", "allotted", "given", "wait_reason"]
    list_select_related = ["visit__round", "line__batch__item"]


@admin.register(KeptShare)
class KeptShareAdmin(FactAdmin):
    compound_path = "line__distribution__round__compound"
    list_display = ["building", "rooms", "line", "allotted", "keep_until", "let_go_at"]
    list_select_related = ["building", "line__batch__item"]


@admin.register(HandoverPhoto)
class HandoverPhotoAdmin(FactAdmin):
    compound_path = "visit__round__compound"
    list_display = ["received_at", "visit", "by", "size", "gone_at"]
    list_select_related = ["visit__round", "by"]
