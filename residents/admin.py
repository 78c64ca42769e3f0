"""For repairs by an administrator. Phones are never shown or typed here, and what is on record stays as it was."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from residents.lockout import unlock
from residents.models import (
    AccessRecord,
    Building,
    ColumnMapping,
    Compound,
    Device,
    Door,
    Household,
    HouseholdLink,
    Invite,
    JoinStep,
    KeptCount,
    MergeRecord,
    Purge,
    PurgeCertificate,
    PurgeStep,
    Resident,
    RetentionDeed,
    RetentionPeriod,
    RoleGrant,
    RosterImport,
    RosterLine,
    User,
    Volunteer,
)
from residents.scoped_admin import FactAdmin, ScopedAdmin, ScopedHistoryAdmin
from residents.second_factor import remove_second_factor
from residents.services import VolunteerError, end_device, end_volunteer


class GrantInline(admin.TabularInline):
    model = RoleGrant
    extra = 0
    autocomplete_fields = ["compound", "buildings"]


@admin.register(User)
class UserAdmin(ScopedAdmin, DjangoUserAdmin):
    list_display = ["username", "display_name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "grants__role"]
    search_fields = ["username", "display_name", "email"]
    fieldsets = [(None, {"fields": ["display_name"]}), *(DjangoUserAdmin.fieldsets or [])]
    add_fieldsets = [(None, {"fields": ["display_name"]}), *DjangoUserAdmin.add_fieldsets]
    inlines = [GrantInline]
    actions = ["unlock_accounts", "remove_second_factors"]

    @admin.action(description=_("Unlock after wrong passwords"), permissions=["change"])
    def unlock_accounts(self, request, queryset):
        unlock(*queryset)
        self.message_user(request, _("Unlocked. They can try again now."))

    @admin.action(description=_("Remove the second factor (lost phone)"), permissions=["change"])
    def remove_second_factors(self, request, queryset):
        remove_second_factor(*queryset)
        self.message_user(request, _("Removed. At the next login they set up a new one."))


@admin.register(RoleGrant)
class RoleGrantAdmin(ScopedHistoryAdmin):
    list_display = ["user", "role", "compound", "until"]
    list_filter = ["role", "compound"]
    list_select_related = ["user", "compound"]
    search_fields = ["user__username", "user__display_name", "compound__name"]
    autocomplete_fields = ["user", "compound", "buildings"]


@admin.register(Compound)
class CompoundAdmin(ScopedAdmin):
    compound_path = "pk"
    list_display = ["name", "town", "gap_list_at"]
    list_filter = ["town"]
    search_fields = ["name", "town"]


@admin.register(Building)
class BuildingAdmin(ScopedHistoryAdmin):
    compound_path = "compound"
    list_display = ["name", "code", "compound", "floor_count", "doors_per_floor", "lift_count"]
    list_filter = ["compound"]
    list_select_related = ["compound"]
    search_fields = ["name", "code", "compound__name"]
    autocomplete_fields = ["compound"]


@admin.register(Door)
class DoorAdmin(ScopedAdmin):
    compound_path = "building__compound"
    list_display = ["room", "building", "entrance", "floor", "position"]
    list_filter = ["building__compound", "floor"]
    list_select_related = ["building"]
    search_fields = ["room", "key", "building__name", "building__code"]
    autocomplete_fields = ["building"]
    readonly_fields = ["key", "joined_to"]  # joined on the household's page, with who and why


@admin.register(JoinStep)
class JoinStepAdmin(FactAdmin):
    compound_path = "main__building__compound"
    list_display = ["at", "main", "joined", "step", "by", "reason"]
    list_filter = ["step", "main__building__compound"]
    list_select_related = ["main__building", "joined__building", "by"]
    search_fields = ["main__room", "joined__room", "reason"]


@admin.register(Household)
class HouseholdAdmin(ScopedHistoryAdmin):
    compound_path = "door__building__compound"
    list_display = ["door", "occupancy", "told_count", "moved_in_on", "moved_out_on"]
    list_filter = ["occupancy", "door__building__compound", ("moved_out_on", admin.EmptyFieldListFilter)]
    list_select_related = ["door__building"]
    search_fields = ["door__room", "door__key", "door__building__name", "residents__name"]
    autocomplete_fields = ["door"]


@admin.register(Resident)
class ResidentAdmin(ScopedHistoryAdmin):
    compound_path = "household__door__building__compound"
    list_display = ["name", "household", "age_band", "is_contact", "shown_phone", "moved_out_on"]
    list_filter = [
        "age_band",
        "whereabouts",
        *Resident.NEEDS,
        "household__door__building__compound",
        ("moved_out_on", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["household__door__building"]
    search_fields = ["name", "household__door__room", "household__door__building__name"]
    autocomplete_fields = ["household", "stays_at"]
    exclude = ["phone"]
    readonly_fields = ["shown_phone"]

    @admin.display(description=_("phone"))
    def shown_phone(self, resident):
        return resident.masked_phone or "—"


@admin.register(Volunteer)
class VolunteerAdmin(ScopedHistoryAdmin):
    compound_path = "compound"
    list_display = ["name", "compound", "user", "ended_at"]
    list_filter = ["compound", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["compound", "user"]
    search_fields = ["name", "user__username"]
    autocomplete_fields = ["user", "compound"]
    readonly_fields = ["ended_at"]
    actions = ["end_volunteers"]

    def get_readonly_fields(self, request, obj=None):
        """Who the volunteer is stays as it is: users are not a steward's to choose from."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, "user", "compound"]

    @admin.action(description=_("End: phones are signed out, invitations stop working"), permissions=["change"])
    def end_volunteers(self, request, queryset):
        self.do_each(request, queryset, lambda row: end_volunteer(volunteer=row), gettext("Ended"), VolunteerError)


@admin.register(Device)
class DeviceAdmin(FactAdmin):
    compound_path = "volunteer__compound"
    list_display = ["label", "volunteer", "bound_at", "last_seen_at", "queued_count", "ended_at"]
    list_filter = ["volunteer__compound", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["volunteer"]
    search_fields = ["label", "volunteer__name", "id"]
    actions = ["end_devices"]

    def has_end_permission(self, request):
        return self.may(request, "view")

    @admin.action(description=_("Sign these phones out"), permissions=["end"])
    def end_devices(self, request, queryset):
        self.do_each(request, queryset, lambda row: end_device(device=row), gettext("Signed out"), VolunteerError)


@admin.register(Invite)
class InviteAdmin(FactAdmin):
    compound_path = "volunteer__compound"
    list_display = ["volunteer", "created_by", "created_at", "expires_at", "used_at"]
    list_filter = ["volunteer__compound", ("used_at", admin.EmptyFieldListFilter)]
    list_select_related = ["volunteer", "created_by"]
    search_fields = ["volunteer__name"]
    exclude = ["code_hash"]


@admin.register(AccessRecord)
class AccessRecordAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["at", "user", "deed", "subject", "reason", "row_count"]
    list_filter = ["deed", "compound", "at"]
    list_select_related = ["user"]
    search_fields = ["subject", "reason", "user__username", "user__display_name"]
    date_hierarchy = "at"


@admin.register(MergeRecord)
class MergeRecordAdmin(FactAdmin):
    compound_path = "kept__household__door__building__compound"
    list_display = ["at", "kept", "other", "by", "reason", "undoes"]
    list_filter = ["kept__household__door__building__compound", "at"]
    list_select_related = ["kept", "other", "by", "undoes__kept", "undoes__other"]
    search_fields = ["kept__name", "other__name", "reason", "by__username"]
    exclude = ["before", "after"]


@admin.register(HouseholdLink)
class HouseholdLinkAdmin(FactAdmin):
    """Issued and withdrawn on the building's page; the secret is nowhere."""

    compound_path = "household__door__building__compound"
    list_display = ["household", "created_at", "created_by", "revoked_at", "revoke_reason", "last_used_at"]
    list_filter = ["household__door__building__compound", "revoked_at"]
    list_select_related = ["household__door__building", "created_by"]
    search_fields = ["household__door__room"]
    exclude = ["token_hash"]


@admin.register(RosterImport)
class RosterImportAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["file_name", "compound", "uploaded_by", "state", "created_at", "applied_at"]
    list_filter = ["state", "compound"]
    list_select_related = ["compound", "uploaded_by"]
    search_fields = ["file_name"]
    exclude = ["content"]


@admin.register(RosterLine)
class RosterLineAdmin(FactAdmin):
    compound_path = "roster_import__compound"
    list_display = ["roster_import", "sheet", "first_row", "verdict", "room"]
    list_filter = ["verdict"]
    list_select_related = ["roster_import"]
    search_fields = ["room", "sheet", "roster_import__file_name"]
    exclude = ["payload"]


@admin.register(ColumnMapping)
class ColumnMappingAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["compound", "columns", "changed_at"]
    list_filter = ["compound"]
    list_select_related = ["compound"]
    search_fields = ["columns"]


@admin.register(RetentionPeriod)
class RetentionPeriodAdmin(FactAdmin):
    """Set on the privacy page of the compound."""

    search_fields = ["code"]
    compound_path = "compound"
    list_display = ["compound", "code", "days", "by", "at"]
    list_filter = ["code", "compound"]
    list_select_related = ["compound", "by"]


@admin.register(RetentionDeed)
class RetentionDeedAdmin(FactAdmin):
    search_fields = ["code"]
    compound_path = "compound"
    list_display = ["at", "compound", "code", "table", "row_count"]
    list_filter = ["code", "compound"]
    list_select_related = ["compound"]


@admin.register(KeptCount)
class KeptCountAdmin(FactAdmin):
    search_fields = ["table"]
    compound_path = "compound"
    list_display = ["compound", "table", "key", "number", "at"]
    list_filter = ["compound"]
    list_select_related = ["compound"]


@admin.register(Purge)
class PurgeAdmin(FactAdmin):
    """Asked for and approved on the compound's own page, by two people."""

    search_fields = ["reason"]
    compound_path = "compound"
    list_display = ["compound", "reason", "asked_by", "asked_at", "approved_by", "approved_at", "finished_at"]
    list_filter = ["compound"]
    list_select_related = ["compound", "asked_by", "approved_by"]


@admin.register(PurgeStep)
class PurgeStepAdmin(FactAdmin):
    search_fields = ["purge__compound__name"]
    compound_path = "purge__compound"
    list_display = ["purge", "table", "deed", "row_count", "at"]
    list_select_related = ["purge__compound"]


@admin.register(PurgeCertificate)
class PurgeCertificateAdmin(FactAdmin):
    search_fields = ["digest"]
    compound_path = "purge__compound"
    list_display = ["purge", "digest", "at"]
    list_select_related = ["purge__compound"]
