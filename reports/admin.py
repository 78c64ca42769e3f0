"""Looking things up. What was reported and how it was arranged is never changed here."""

from django.contrib import admin

from reports.models import DailyReport, FormMapping, FormSheet, ReportPlan
from residents.scoped_admin import FactAdmin


@admin.register(DailyReport)
class DailyReportAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["compound", "day", "version", "at", "by", "unsynced_phones"]
    list_select_related = ["compound", "by"]
    date_hierarchy = "day"


@admin.register(ReportPlan)
class ReportPlanAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["compound", "due_at", "minutes_before", "freezes_itself", "by"]
    list_select_related = ["compound", "by"]


@admin.register(FormSheet)
class FormSheetAdmin(FactAdmin):
    compound_path = "compound"
    exclude = ["content", "grid"]
    list_display = ["name", "compound", "uploaded_by", "uploaded_at", "ended_at"]
    list_select_related = ["compound", "uploaded_by"]


@admin.register(FormMapping)
class FormMappingAdmin(FactAdmin):
    compound_path = "sheet__compound"
    list_display = ["sheet", "version", "by", "at"]
    list_select_related = ["sheet", "by"]
