from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from rounds.forms import MomentField
from testing_rounds.forms import TestWindowForm
from testing_rounds.models import Chase


class AntigenRoundForm(TestWindowForm):
    feedback_until = MomentField(label=_("Results until"))
    instructions = forms.CharField(
        label=_("For the volunteers"),
        max_length=200,
        required=False,
        help_text=_("Shown on top of their list of doors."),
    )
    field_order = ["title", "starts_at", "ends_at", "feedback_until", "instructions", "buildings", "posts_first"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["starts_at"].label = _("Kits handed out from")
        self.fields["ends_at"].label = _("Kits handed out until")
        if "ends_at" in self.initial:
            self.initial.setdefault("feedback_until", self.initial["ends_at"] + timedelta(hours=2))

    def clean(self):
        cleaned = super().clean()
        starts_at, until = cleaned.get("starts_at"), cleaned.get("feedback_until")
        if starts_at and until and until <= starts_at:
            self.add_error("feedback_until", _("Nobody can tell a result before the kits are handed out."))
        elif starts_at and until and until - starts_at > timedelta(days=14):
            self.add_error("feedback_until", _("A round lasts two weeks at the most."))
        return cleaned


class ChaseForm(forms.Form):
    step = forms.ChoiceField(choices=Chase.Step.choices)
    was_reached = forms.TypedChoiceField(
        choices=[("1", _("reached")), ("0", _("not reached"))], coerce=lambda text: text == "1"
    )
    note = forms.CharField(max_length=100, required=False)
