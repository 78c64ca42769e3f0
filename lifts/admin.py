"""Looking things up. Steps, rides and the disinfection log are facts: nobody adds, changes or deletes them here."""

from django.contrib import admin

from lifts.models import CallDown, CallDownPlan, Disinfection, Forecast, Lift, LiftEvent, Ride, RideStep, Turn
from residents.scoped_admin import FactAdmin


@admin.register(CallDownPlan)
class CallDownPlanAdmin(FactAdmin):
    compound_path = "round__compound"
    list_display = ["round", "starts_at", "skip", "made_by", "made_at"]
    list_select_related = ["round", "made_by"]


@admin.register(CallDown)
class CallDownAdmin(FactAdmin):
    compound_path = "plan__round__compound"
    exclude = ["lobby_hash"]
    list_display = ["building", "entrance", "plan", "wave", "ended_at"]
    list_filter = ["building"]
    list_select_related = ["building", "plan__round"]


@admin.register(Lift)
class LiftAdmin(FactAdmin):
    compound_path = "building__compound"
    list_display = ["number", "building", "entrance", "is_reserved", "out_since"]
    list_filter = ["is_reserved", "building"]
    list_select_related = ["building"]


@admin.register(LiftEvent)
class LiftEventAdmin(FactAdmin):
    compound_path = "lift__building__compound"
    list_display = ["at", "lift", "step", "by", "reason"]
    list_filter = ["step"]
    list_select_related = ["lift", "by"]


@admin.register(Turn)
class TurnAdmin(FactAdmin):
    compound_path = "call_down__plan__round__compound"
    list_display = ["visit", "call_down", "state", "missed_count", "is_first"]
    list_filter = ["state"]
    list_select_related = ["visit__round", "call_down__building"]


@admin.register(Ride)
class RideAdmin(FactAdmin):
    compound_path = "lift__building__compound"
    list_display = ["called_at", "lift", "turn", "state", "safe_at", "end"]
    list_filter = ["state", "end"]
    list_select_related = ["lift", "turn__visit"]


@admin.register(RideStep)
class RideStepAdmin(FactAdmin):
    compound_path = "turn__call_down__plan__round__compound"
    list_display = ["at", "turn", "step", "by", "undoes"]
    list_filter = ["step"]
    list_select_related = ["turn__visit", "by", "undoes"]


@admin.register(Disinfection)
class DisinfectionAdmin(FactAdmin):
    compound_path = "lift__building__compound"
    list_display = ["started_at", "place", "agent", "strength", "safe_at", "by"]
    search_fields = ["place", "agent"]
    list_select_related = ["by"]


@admin.register(Forecast)
class ForecastAdmin(FactAdmin):
    compound_path = "call_down__plan__round__compound"
    list_display = ["made_at", "call_down", "lift_count", "household_count", "starts_at", "ends_at"]
    list_select_related = ["call_down__building"]
