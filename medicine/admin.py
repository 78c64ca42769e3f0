"""Looking things up. All of it is facts, and what was asked, answered or wanted is not shown here at all."""

from django.contrib import admin

from medicine.models import BagThing, Entry, Errand, ErrandStep, Handover, MedicalDate, Question, Settlement
from residents.scoped_admin import FactAdmin


@admin.register(Question)
class QuestionAdmin(FactAdmin):
    compound_path = "compound"
    exclude = ["household", "resident"]
    list_display = ["asked_at", "waiting_since", "closed_at"]


@admin.register(Entry)
class EntryAdmin(FactAdmin):
    """Who wrote, and when; never what, nor whether it was an alarm."""

    compound_path = "question__compound"
    fields = ["at"]
    list_display = ["at"]


@admin.register(Errand)
class ErrandAdmin(FactAdmin):
    compound_path = "compound"
    exclude = ["wanted"]
    list_display = ["planned_on", "hospital", "state", "is_cold"]
    list_filter = ["state"]


@admin.register(ErrandStep)
class ErrandStepAdmin(FactAdmin):
    compound_path = "errand__compound"
    list_display = ["at", "kind", "errand", "by", "reason"]
    list_filter = ["kind"]
    list_select_related = ["errand", "by"]


@admin.register(BagThing)
class BagThingAdmin(FactAdmin):
    compound_path = "errand__compound"
    list_display = ["errand", "kind", "amount"]
    list_select_related = ["errand"]


@admin.register(Handover)
class HandoverAdmin(FactAdmin):
    compound_path = "thing__errand__compound"
    list_display = ["at", "thing", "number", "holder", "person", "by"]
    list_select_related = ["thing", "person", "by"]


@admin.register(Settlement)
class SettlementAdmin(FactAdmin):
    compound_path = "errand__compound"
    list_display = ["at", "errand", "cash", "cost", "cash_back", "by"]
    list_select_related = ["errand", "by"]


@admin.register(MedicalDate)
class MedicalDateAdmin(FactAdmin):
    compound_path = "compound"
    exclude = ["note"]
    list_display = ["due_on", "kind", "ahead_days", "end"]
    list_filter = ["kind", "end"]
