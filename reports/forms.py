from django import forms
from django.utils.translation import gettext_lazy as _

from reports.fields import groups
from reports.form_reading import MOST_BYTES, WORDS
from reports.models import FormSheet, ReportPlan


class DeadlineForm(forms.ModelForm):
    class Meta:
        model = ReportPlan
        fields = ("due_at", "minutes_before", "freezes_itself")
        widgets = {"due_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}


class FreezeForm(forms.Form):
    reason = forms.CharField(label=_("Why another version"), max_length=200, required=False)


class BringForm(forms.ModelForm):
    upload = forms.FileField(
        label=_("Excel form"),
        help_text=_("The empty form as .xlsx, at most 2 MB, without names and without macros."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    class Meta:
        model = FormSheet
        fields = ("name",)

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(WORDS["too_big"], params={"limit": MOST_BYTES >> 20})
        return upload


class PlaceForm(forms.Form):
    """The field is chosen from a list or dragged; both come here."""

    WAYS = (
        ("cell", _("this cell: the whole compound")),
        ("down", _("downwards from here: a row a building")),
        ("match", _("the rows that are named like buildings")),
        ("across", _("to the right from here: a column a building")),
    )
    sheet = forms.CharField(widget=forms.HiddenInput)
    cell = forms.CharField(
        label=_("Cell"), max_length=8, widget=forms.TextInput(attrs={"size": 5, "autocomplete": "off"})
    )
    field = forms.ChoiceField(label=_("Field"))
    way = forms.ChoiceField(label=_("Where it goes"), choices=WAYS, widget=forms.RadioSelect, initial="cell")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(label, [(field.key, field.label) for field in fields]) for label, fields in groups()]
        self.fields["field"].choices = [("", "–"), *choices]


class CellForm(forms.Form):
    sheet = forms.CharField()
    cell = forms.CharField(max_length=8)


class LineForm(forms.Form):
    sheet = forms.CharField(widget=forms.HiddenInput)
    row = forms.IntegerField(label=_("Line of the headers"), min_value=1, max_value=200)
