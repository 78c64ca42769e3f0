"""Looking things up. Marks, held marks and events are facts: nobody adds, changes or deletes them here."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from residents.scoped_admin import FactAdmin, ScopedAdmin
from rounds.models import Assignment, Complaint, HeldMark, Mark, Round, RoundEvent, Visit
from rounds.services import RoundError, release_assignment


@admin.register(Round)
class RoundAdmin(ScopedAdmin):
    compound_path = "compound"
    list_display = ["__str__", "compound", "state", "starts_at", "ends_at"]
    list_filter = ["state", "kind", "compound"]
    search_fields = ["title", "number", "compound__name"]
    autocomplete_fields = ["compound", "buildings"]
    readonly_fields = ["kind", "number", "state", "opened_at", "closed_at"]
    date_hierarchy = "starts_at"

    def has_add_permission(self, request):
        return False  # a round is made at the desk, where its number and its details are

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == Round.State.DRAFT)


@admin.register(RoundEvent)
class RoundEventAdmin(FactAdmin):
    compound_path = "round__compound"
    list_display = ["at", "round", "step", "by", "reason"]
    list_filter = ["step"]
    search_fields = ["round__title", "reason", "by__username"]
    list_select_related = ["round", "by"]


@admin.register(Visit)
class VisitAdmin(FactAdmin):
    compound_path = "round__compound"
    list_display = ["room", "building", "round", "outcome", "done_count", "expected_count", "has_conflict"]
    list_filter = ["outcome", "has_conflict", "round__kind", "round__state"]
    search_fields = ["room", "building__name", "round__title"]
    list_select_related = ["building", "round"]


@admin.register(Mark)
class MarkAdmin(FactAdmin):
    compound_path = "visit__round__compound"
    list_display = ["id", "visit", "outcome", "marked_by", "happened_at", "received_at", "is_late"]
    list_filter = ["outcome", "is_late"]
    search_fields = ["id", "visit__room", "marked_by__display_name"]
    list_select_related = ["visit__round", "marked_by"]


@admin.register(HeldMark)
class HeldMarkAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["received_at", "reason", "device", "visit", "decision", "decided_by"]
    list_filter = ["reason", "decision", "compound"]
    search_fields = ["mark_id", "device__volunteer__name", "visit__room"]
    list_select_related = ["device", "visit__round", "decided_by"]


@admin.register(Assignment)
class AssignmentAdmin(FactAdmin):
    compound_path = "round__compound"
    list_display = ["volunteer", "round", "building", "entrance", "floor_from", "floor_to", "released_at"]
    list_filter = ["round__state", "building"]
    search_fields = ["volunteer__name", "building__name"]
    list_select_related = ["volunteer", "round", "building"]
    actions = ["release"]

    def has_release_permission(self, request):
        return self.may(request, "view")

    @admin.action(description=_("Take back: the doors are free again"), permissions=["release"])
    def release(self, request, queryset):
        def take_back(assignment):
            if not release_assignment(assignment=assignment, by=request.user, reason=gettext("by the administration")):
                raise RoundError(gettext("was given back before"))

        self.do_each(request, queryset, take_back, gettext("Taken back"), RoundError)


@admin.register(Complaint)
class ComplaintAdmin(FactAdmin):
    compound_path = "visit__round__compound"
    list_display = ["at", "visit", "kind", "answered_by", "answered_at"]
    list_filter = ["kind", "visit__round__compound"]
    search_fields = ["visit__room"]
    list_select_related = ["visit__round", "visit__building", "answered_by"]
