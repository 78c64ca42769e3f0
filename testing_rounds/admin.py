from django.contrib import admin

from residents.scoped_admin import FactAdmin, ScopedAdmin
from testing_rounds.models import Chase, ExpectedPerson, TestRound


@admin.register(TestRound)
class TestRoundAdmin(ScopedAdmin):
    compound_path = "round__compound"
    list_display = ["round", "pool_size", "instructions"]
    list_filter = ["pool_size", "round__state"]
    search_fields = ["round__title", "round__number"]
    autocomplete_fields = ["round"]
    list_select_related = ["round"]


@admin.register(Chase)
class ChaseAdmin(FactAdmin):
    compound_path = "visit__round__compound"
    list_display = ["visit", "step", "was_reached", "by", "at"]
    list_filter = ["step", "was_reached"]
    search_fields = ["visit__room"]
    list_select_related = ["visit__round", "by"]


@admin.register(ExpectedPerson)
class ExpectedPersonAdmin(FactAdmin):
    """Frozen when the round opened."""

    compound_path = "visit__round__compound"

    list_display = ["masked_name", "visit", "number", "age_band"]
    list_filter = ["age_band"]
    search_fields = ["visit__room", "name"]
    list_select_related = ["visit__round"]
