from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rounds.receiving import clean_text
from testing_rounds.models import Exemption
from testing_rounds.people import LONGEST_NAME


class ExemptionForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=Exemption.Reason.choices, widget=forms.RadioSelect)
    until = forms.DateField(
        label=_("The last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: until somebody ends it."),
    )
    note = forms.CharField(
        label=_("Note"), max_length=100, required=False, help_text=_("No diagnosis: the reason is enough.")
    )

    def clean_note(self) -> str:
        return clean_text(self.cleaned_data["note"])

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until is not None and until < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        return until


class NameForm(forms.Form):
    name = forms.CharField(max_length=LONGEST_NAME)
    moves_in = forms.BooleanField(required=False)

    def clean_name(self) -> str:
        return clean_text(self.cleaned_data["name"])


class ProofForm(forms.Form):
    note = forms.CharField(max_length=100, required=False)

    def clean_note(self) -> str:
        return clean_text(self.cleaned_data["note"])
