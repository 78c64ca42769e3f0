"""To look at what was recorded, and to write the next version of a rule. Nothing here is ever typed over."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from clock.models import Case, Clock, ClockEvent, Homecoming, HomecomingTick, RoundProposal, RuleProfile, RuleVersion
from clock.profiles import RuleError, read_rules
from residents.scoped_admin import FactAdmin, ScopedAdmin


@admin.register(Case)
class CaseAdmin(FactAdmin):
    compound_path = "building__compound"
    list_display = ["building", "kind", "source", "at", "is_withdrawn"]
    list_filter = ["building__compound", "kind"]
    list_select_related = ["building"]
    exclude = ["household", "resident"]  # shown on the case's own page alone, where the look is on record


@admin.register(Clock)
class ClockAdmin(FactAdmin):
    compound_path = "building__compound"
    list_display = ["building", "at", "ended_at"]
    list_filter = ["building__compound"]
    list_select_related = ["building"]


@admin.register(ClockEvent)
class ClockEventAdmin(FactAdmin):
    compound_path = "clock__building__compound"
    list_display = ["clock", "kind", "on", "by", "reason"]
    list_filter = ["kind", "clock__building__compound"]
    list_select_related = ["clock__building", "by"]


@admin.register(Homecoming)
class HomecomingAdmin(FactAdmin):
    compound_path = "household__door__building__compound"
    list_display = ["returned_on", "discharged_on"]
    exclude = ["household", "resident"]


@admin.register(HomecomingTick)
class HomecomingTickAdmin(FactAdmin):
    compound_path = "homecoming__household__door__building__compound"
    list_display = ["check_name", "at", "by"]
    list_select_related = ["by"]
    exclude = ["homecoming"]


@admin.register(RoundProposal)
class RoundProposalAdmin(FactAdmin):
    compound_path = "building__compound"
    list_display = ["building", "on", "round"]
    list_select_related = ["building", "round"]


@admin.register(RuleProfile)
class RuleProfileAdmin(ScopedAdmin):
    """For superusers: a rule holds in every compound."""

    deeds = frozenset({"view", "add"})
    list_display = ["code", "kind"]
    search_fields = ["code"]


class RuleVersionForm(forms.ModelForm):
    class Meta:
        model = RuleVersion
        fields = ["profile", "body", "note"]
        widgets = {"body": forms.Textarea(attrs={"rows": 40, "cols": 100, "spellcheck": "false"})}

    def clean(self):
        cleaned = super().clean()
        profile, body = cleaned.get("profile"), cleaned.get("body")
        if profile is None or body is None:
            return cleaned
        RuleProfile.objects.select_for_update().get(pk=profile.pk)  # two who add at once get two numbers
        newest = RuleVersion.objects.filter(profile=profile).aggregate(number=Max("number"))["number"] or 0
        self.instance.number = newest + 1
        try:
            read_rules(body, code=profile.code, number=newest + 1)
        except RuleError as error:
            raise ValidationError({"body": error.faults}) from error
        if body.get("kind") != profile.kind:
            raise ValidationError({"body": _("The body is of another kind than the rule.")})
        return cleaned


@admin.register(RuleVersion)
class RuleVersionAdmin(ScopedAdmin):
    """A wording is added, never changed: clocks that ran under it must still be explained."""

    deeds = frozenset({"view", "add"})
    list_display = ["profile", "number", "note", "at"]
    list_filter = ["profile"]
    list_select_related = ["profile"]
    form = RuleVersionForm

    def save_model(self, request, obj, form, change):
        obj.by = request.user
        super().save_model(request, obj, form, change)
