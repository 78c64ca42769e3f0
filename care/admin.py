"""Looking things up. All of it is facts; the words and notes are not shown."""

from django.contrib import admin

from care.models import CallPlace, CallStep, CareDesk, KnockRound, Need, NeedStep
from residents.scoped_admin import FactAdmin


@admin.register(CareDesk)
class CareDeskAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["compound", "stale_hours", "claim_hours", "call_minutes"]
    list_select_related = ["compound"]


@admin.register(Need)
class NeedAdmin(FactAdmin):
    compound_path = "compound"
    exclude = ["words", "household"]
    list_display = ["made_at", "kind", "state", "state_at", "is_urgent", "source"]
    list_filter = ["state"]


@admin.register(NeedStep)
class NeedStepAdmin(FactAdmin):
    compound_path = "need__compound"
    exclude = ["note", "link"]
    list_display = ["at", "step", "need", "by", "volunteer"]
    list_filter = ["step"]
    list_select_related = ["need", "by", "volunteer"]


@admin.register(CallPlace)
class CallPlaceAdmin(FactAdmin):
    compound_path = "compound"
    exclude = ["resident"]
    list_display = ["begun_at", "cadence", "why", "due_on", "missed_count", "ended_at"]
    list_filter = ["cadence"]


@admin.register(CallStep)
class CallStepAdmin(FactAdmin):
    compound_path = "place__compound"
    exclude = ["note"]
    list_display = ["at", "step", "place", "by"]
    list_filter = ["step"]
    list_select_related = ["place", "by"]


@admin.register(KnockRound)
class KnockRoundAdmin(FactAdmin):
    compound_path = "round__compound"
    list_display = ["made_at", "round", "made_by"]
    list_select_related = ["round", "made_by"]
