"""Looking things up. All of it is facts: nobody adds, changes or deletes them here."""

from django.contrib import admin

from residents.scoped_admin import FactAdmin
from shifts.models import HealthWord, Place, PositiveCall, Shift, ShiftRules, ShiftStep


@admin.register(ShiftRules)
class ShiftRulesAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["compound", "rest_hours", "day_hours", "week_hours"]
    list_select_related = ["compound"]


@admin.register(Shift)
class ShiftAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["starts_at", "ends_at", "title", "task", "taken", "places", "cancelled_at"]
    list_filter = ["task"]


@admin.register(Place)
class PlaceAdmin(FactAdmin):
    compound_path = "shift__compound"
    list_display = ["asked_at", "shift", "volunteer", "state", "presence"]
    list_filter = ["state"]
    list_select_related = ["shift", "volunteer"]


@admin.register(ShiftStep)
class ShiftStepAdmin(FactAdmin):
    compound_path = "shift__compound"
    list_display = ["at", "kind", "shift", "by"]
    list_filter = ["kind"]
    list_select_related = ["shift", "by"]


@admin.register(HealthWord)
class HealthWordAdmin(FactAdmin):
    compound_path = "volunteer__compound"
    list_display = ["on", "volunteer", "kind", "by"]
    list_select_related = ["volunteer", "by"]


@admin.register(PositiveCall)
class PositiveCallAdmin(FactAdmin):
    compound_path = "volunteer__compound"
    list_display = ["at", "volunteer", "by", "shift_count", "part_count", "door_count"]
    list_select_related = ["volunteer", "by"]
