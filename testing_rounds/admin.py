from django.contrib import admin

from residents.scoped_admin import FactAdmin, ScopedAdmin
from testing_rounds.models import (
    AnswerQuestion,
    Chase,
    Exemption,
    ExpectedPerson,
    Hold,
    LabLine,
    LabList,
    PersonResult,
    ProofDecision,
    Recheck,
    Swab,
    SwabQuestion,
    TestRound,
    Tube,
    TubeResult,
    TubeStep,
    UnplacedResult,
)


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


@admin.register(AnswerQuestion)
class AnswerQuestionAdmin(FactAdmin):
    """Looked at on the building's page of results."""

    compound_path = "mark__visit__round__compound"
    list_display = ["mark", "number", "reason", "at", "looked_by"]
    list_filter = ["reason"]
    search_fields = ["mark__visit__room"]
    list_select_related = ["mark__visit", "looked_by"]


@admin.register(Recheck)
class RecheckAdmin(FactAdmin):
    compound_path = "person__visit__round__compound"
    list_display = ["person", "asked_as", "since", "released_at", "released_by"]
    search_fields = ["person__visit__room"]
    list_select_related = ["person__visit", "asked_as__visit__round", "released_by"]


@admin.register(ExpectedPerson)
class ExpectedPersonAdmin(FactAdmin):
    """Frozen when the round opened."""

    compound_path = "visit__round__compound"

    list_display = ["masked_name", "visit", "number", "age_band"]
    list_filter = ["age_band"]
    search_fields = ["visit__room", "name"]
    list_select_related = ["visit__round"]


@admin.register(PersonResult)
class PersonResultAdmin(FactAdmin):
    compound_path = "person__visit__round__compound"
    list_display = ["person", "value", "source", "told_at", "entered_by"]
    list_filter = ["value", "source"]
    list_select_related = ["person__visit", "entered_by"]


@admin.register(TubeResult)
class TubeResultAdmin(FactAdmin):
    compound_path = "tube__compound"
    list_display = ["tube", "value", "source", "told_at", "entered_by"]
    list_filter = ["value", "source"]
    search_fields = ["tube__code"]
    list_select_related = ["tube", "entered_by"]


@admin.register(Hold)
class HoldAdmin(FactAdmin):
    """Ended on its own page, with a reason."""

    compound_path = "tube__compound"
    list_display = ["person", "tube", "since", "release", "released_by"]
    list_filter = ["release"]
    search_fields = ["tube__code"]
    list_select_related = ["person__visit", "tube", "released_by"]


@admin.register(LabList)
class LabListAdmin(FactAdmin):
    compound_path = "test_round__round__compound"
    list_display = ["name", "test_round", "source", "state", "uploaded_by", "uploaded_at"]
    list_filter = ["state", "source"]
    list_select_related = ["test_round__round", "uploaded_by"]


@admin.register(LabLine)
class LabLineAdmin(FactAdmin):
    compound_path = "lab_list__test_round__round__compound"
    list_display = ["lab_list", "row", "verdict", "reason", "value"]
    list_filter = ["verdict"]
    list_select_related = ["lab_list"]
    exclude = ["original"]


@admin.register(UnplacedResult)
class UnplacedResultAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["test_round", "value", "source", "told_at", "decision", "decided_by"]
    list_filter = ["decision", "value"]
    list_select_related = ["test_round__round", "decided_by"]
    exclude = ["told"]


@admin.register(Exemption)
class ExemptionAdmin(FactAdmin):
    """Given and ended on the person's page."""

    compound_path = "resident__household__door__building__compound"
    list_display = ["resident", "reason", "until", "by", "ended_at"]
    list_filter = ["reason"]
    search_fields = ["resident__household__door__room"]
    list_select_related = ["resident", "by"]


@admin.register(ProofDecision)
class ProofDecisionAdmin(FactAdmin):
    compound_path = "person__visit__round__compound"
    list_display = ["person", "decision", "by", "at"]
    list_filter = ["decision"]
    list_select_related = ["person__visit", "by"]


@admin.register(Tube)
class TubeAdmin(FactAdmin):
    """Moved on its own page; who is in it follows from the marks."""

    compound_path = "compound"
    list_display = ["code", "test_round", "filled_count", "size", "state", "result"]
    list_filter = ["state", "result"]
    search_fields = ["code"]
    list_select_related = ["test_round__round"]


@admin.register(TubeStep)
class TubeStepAdmin(FactAdmin):
    compound_path = "tube__compound"
    list_display = ["tube", "step", "by", "at"]
    list_filter = ["step"]
    search_fields = ["tube__code"]
    list_select_related = ["tube", "by"]


@admin.register(Swab)
class SwabAdmin(FactAdmin):
    compound_path = "tube__compound"
    list_display = ["tube", "place", "person", "at", "voided_at"]
    search_fields = ["tube__code"]
    list_select_related = ["tube", "person__visit"]


@admin.register(SwabQuestion)
class SwabQuestionAdmin(FactAdmin):
    """Decided on its own page."""

    compound_path = "person__visit__round__compound"
    list_display = ["person", "code", "reason", "decision", "decided_by"]
    list_filter = ["reason", "decision"]
    list_select_related = ["person__visit", "decided_by"]
