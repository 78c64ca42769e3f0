from django import forms
from django.utils.translation import gettext_lazy as _

from rounds.receiving import clean_text
from testing_rounds.swabs import LONGEST_CODE

LONGEST_NOTE = 100


class CodeForm(forms.Form):
    """A hand scanner types the code and presses Enter: one field, nothing else."""

    code = forms.CharField(
        label=_("Code on the tube"),
        max_length=LONGEST_CODE,
        error_messages={"required": _("Type or scan the code on the tube.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class StepForm(forms.Form):
    note = forms.CharField(label=_("Why"), max_length=LONGEST_NOTE, required=False)
    told_count = forms.IntegerField(
        label=_("People, as written on the label"), min_value=0, max_value=99, required=False
    )

    def clean_note(self) -> str:
        return clean_text(self.cleaned_data["note"])


class DecideForm(forms.Form):
    code = forms.CharField(max_length=LONGEST_CODE, required=False)
    note = forms.CharField(max_length=200, required=False)

    def clean_note(self) -> str:
        return clean_text(self.cleaned_data["note"])
