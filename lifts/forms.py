"""Forms of the call-down. Times are told in minutes and kept in seconds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lifts.models import CallDown, RideSettings, Turn
from lifts.riding import FLAGS, Step
from residents.models import Building
from rounds.forms import MomentField
from rounds.models import Round

MOVES = [Step.HOME, Step.STAIRS, Step.AGAIN, *FLAGS]


class MinutesField(forms.DecimalField):
    def __init__(self, *, label, most=120, least=Decimal(0), help_text=""):
        super().__init__(label=label, min_value=least, max_value=most, decimal_places=1, help_text=help_text)
        self.widget.attrs |= {"inputmode": "decimal", "step": "0.5"}

    def prepare_value(self, value):
        """Seconds when they come from a row, what was typed when shown again."""
        return f"{value / 60:g}" if isinstance(value, int) else value

    def clean(self, value) -> int:
        return int(super().clean(value) * 60)


class RideSettingsForm(forms.Form):
    trip_seconds = MinutesField(
        label=_("There and back (min)"), least=Decimal(1), help_text=_("From the call until they are back upstairs.")
    )
    extra_seconds = MinutesField(
        label=_("More for who needs time (min)"), help_text=_("Wheelchairs, lone elders, who must be knocked gently.")
    )
    disinfect_seconds = MinutesField(label=_("Disinfecting (min)"))
    dwell_seconds = MinutesField(label=_("Resting after it (min)"), help_text=_("The lift stays locked until then."))
    agent = forms.CharField(label=_("Disinfectant"), max_length=40)
    strength = forms.CharField(label=_("Strength"), max_length=40)
    batch_size = forms.IntegerField(
        label=_("Households a batch"), min_value=1, max_value=200, help_text=_("Told together to get ready.")
    )
    order = forms.ChoiceField(label=pgettext_lazy("lifts", "Order"), choices=RideSettings.Order)
    cannot_come_down = forms.ChoiceField(label=_("Who cannot come down by themselves gets"), choices=RideSettings.Help)

    @staticmethod
    def values_of(row: RideSettings) -> dict[str, Any]:
        return {name.name: getattr(row, name.name) for name in RideSettings._meta.get_fields()}


class PlanForm(RideSettingsForm):
    buildings = forms.ModelMultipleChoiceField(
        label=_("Buildings"), queryset=Building.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    starts_at = MomentField(label=_("First call at"))
    finish_by = MomentField(label=_("To be finished by"), required=False)
    lift_count = forms.IntegerField(
        label=_("Lifts at an entrance"),
        min_value=0,
        max_value=8,
        help_text=_("Where the building does not tell. 0: by the stairs."),
    )
    skip = forms.IntegerField(
        label=_("One of every so many buildings together"),
        min_value=1,
        max_value=50,
        help_text=_("1: all at once. 2: 1, 3, 5 and then 2, 4, 6, so that neighbours do not meet."),
    )
    gap_seconds = MinutesField(label=_("Pause between two groups (min)"))

    field_order = ["buildings", "starts_at", "finish_by", "lift_count", "skip", "gap_seconds"]

    def __init__(self, *args, round: Round, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["buildings"].queryset = round.buildings.houses()  # type: ignore[attr-defined]

    @classmethod
    def start_of(cls, round: Round) -> dict[str, Any]:
        """What the form offers: the plan that is kept, or the usual."""
        plan = getattr(round, "call_down_plan", None)
        offered = cls.values_of(plan or CallDown()) | {
            "buildings": list(round.buildings.houses().values_list("pk", flat=True)),
            "starts_at": plan.starts_at if plan else max(round.starts_at, timezone.now()),
            "finish_by": round.ends_at,
            "lift_count": 1,
            "skip": plan.skip if plan else 1,
            "gap_seconds": plan.gap_seconds if plan else 600,
        }
        return offered


class PressForm(forms.Form):
    """A press on the caller's screen: what it saw, and whom it would call."""

    saw = forms.IntegerField(min_value=0)
    turn = forms.IntegerField(min_value=1, required=False)


class MoveForm(forms.Form):
    step = forms.ChoiceField(choices=[(step.value, step.label) for step in MOVES])
    to = forms.CharField(required=False, max_length=10)


class LiftReasonForm(forms.Form):
    reason = forms.CharField(max_length=200, required=False)


class TogetherForm(forms.Form):
    turn = forms.ModelChoiceField(label=_("Who rode along"), queryset=Turn.objects.none())

    def __init__(self, *args, turns, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["turn"].queryset = turns  # type: ignore[attr-defined]
