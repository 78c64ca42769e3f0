from django.contrib import admin

from testing_rounds.models import ExpectedPerson, TestRound


@admin.register(TestRound)
class TestRoundAdmin(admin.ModelAdmin):
    list_display = ["round", "pool_size", "instructions"]
    list_filter = ["pool_size", "round__state"]
    search_fields = ["round__title", "round__number"]
    autocomplete_fields = ["round"]
    list_select_related = ["round"]


@admin.register(ExpectedPerson)
class ExpectedPersonAdmin(admin.ModelAdmin):
    """Frozen when the round opened."""

    list_display = ["masked_name", "visit", "number", "age_band"]
    list_filter = ["age_band"]
    search_fields = ["visit__room", "name"]
    list_select_related = ["visit__round"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
