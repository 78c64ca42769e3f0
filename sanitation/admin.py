"""Looking things up; all of it is facts. Which home was asked about its belongings is not shown."""

from django.contrib import admin

from residents.scoped_admin import FactAdmin
from sanitation.models import BelongingsAsked, Disinfection, DisinfectionStep, WasteRound, YellowBags


@admin.register(WasteRound)
class WasteRoundAdmin(FactAdmin):
    compound_path = "round__compound"
    list_display = ["round", "route", "bags_out_at", "made_by"]
    list_filter = ["route"]
    list_select_related = ["round", "made_by"]


@admin.register(YellowBags)
class YellowBagsAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["at", "kind", "count", "source", "by"]
    list_filter = ["kind"]
    list_select_related = ["by"]


@admin.register(Disinfection)
class DisinfectionAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["at", "building", "part", "reason", "agent", "ppm"]
    list_filter = ["part", "reason"]
    list_select_related = ["building"]


@admin.register(DisinfectionStep)
class DisinfectionStepAdmin(FactAdmin):
    compound_path = "disinfection__compound"
    list_display = ["at", "kind", "safe_at", "by"]
    list_select_related = ["by"]


@admin.register(BelongingsAsked)
class BelongingsAskedAdmin(FactAdmin):
    compound_path = "disinfection__compound"
    exclude = ["door", "note"]
    list_display = ["at"]
