from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Volunteer
from rounds.forms import MomentField
from rounds.models import Round
from testing_rounds.models import TAKEN_BACK, ExpectedPerson, PersonResult, Result, ResultSource, Tube, TubeResult
from testing_rounds.recall import BY_HAND

TELLABLE = [(value, label) for value, label in Result.choices if value in Result.tellable()]
OF_LEADS = [ResultSource.LEAD, ResultSource.RESIDENT]
OF_TUBES = [ResultSource.LAB_LIST, ResultSource.HEALTH_APP, ResultSource.CDC_CALL, ResultSource.DESK]


def _choices(sources):
    return [(source.value, source.label) for source in sources]


class ResultForm(forms.Form):
    """What was told of one person or one tube. `facts`: what it may correct."""

    value = forms.ChoiceField(label=_("Result"), choices=TELLABLE, widget=forms.RadioSelect)
    source = forms.ChoiceField(label=_("Who says so"), choices=ResultSource.choices)
    happened_at = MomentField(label=_("Read at"), required=False)
    corrects = forms.ModelChoiceField(
        label=_("Corrects"),
        queryset=PersonResult.objects.none(),
        required=False,
        empty_label=_("nothing: it is told besides"),
    )
    note = forms.CharField(label=_("Remark"), max_length=100, required=False)

    def __init__(self, *args, facts, sources=tuple(ResultSource), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["corrects"].queryset = facts  # type: ignore[attr-defined]
        self.fields["source"].choices = _choices(sources)  # type: ignore[attr-defined]
        if not facts.exists():
            self.fields["corrects"].widget = forms.HiddenInput()


def facts_to_correct(of: ExpectedPerson | Tube):
    """What was told and nobody has corrected yet."""
    if isinstance(of, Tube):
        return TubeResult.objects.filter(tube=of, corrected_by=None)
    return PersonResult.objects.filter(person=of, corrected_by=None).exclude(value=TAKEN_BACK)


class StairwellForm(forms.Form):
    building = forms.ModelChoiceField(label=_("Building"), queryset=Building.objects.none(), empty_label=None)
    entrance = forms.CharField(label=_("Entrance"), max_length=10, required=False, help_text=_("Empty: all entrances."))
    floor_from = forms.IntegerField(label=_("From floor"), required=False, min_value=-9, max_value=200)
    floor_to = forms.IntegerField(label=_("To floor"), required=False, min_value=-9, max_value=200)
    rooms = forms.CharField(
        label=_("Except"),
        max_length=400,
        required=False,
        help_text=_("Rooms that are not told of, for example 502 301. Their results are told one by one."),
    )
    source = forms.ChoiceField(label=_("Who says so"), choices=ResultSource.choices)

    def __init__(self, *args, buildings, sources, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]
        self.fields["source"].choices = _choices(sources)  # type: ignore[attr-defined]

    def clean(self):
        cleaned = super().clean()
        low, high = cleaned.get("floor_from"), cleaned.get("floor_to")
        if low is not None and high is not None and low > high:
            self.add_error("floor_to", _("The upper floor comes second."))
        return cleaned


class LabForm(forms.Form):
    text = forms.CharField(
        label=_("Paste the list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_("Out of Excel, a table or a chat. A first line that names the columns helps: 采样管, 姓名, 结果."),
    )
    upload = forms.FileField(
        label=_("or choose a file"),
        required=False,
        help_text=_("XLSX, XLS, ODS or CSV; at most 12,000 lines."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.ods,.csv,.txt"}),
    )
    source = forms.ChoiceField(
        label=_("Who says so"), choices=_choices([ResultSource.LAB_LIST, ResultSource.HEALTH_APP, ResultSource.DESK])
    )

    def clean_upload(self):
        upload = self.cleaned_data["upload"]
        if upload and upload.size > settings.ROSTER_MAX_BYTES:
            limit = settings.ROSTER_MAX_BYTES >> 20
            raise forms.ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": limit})
        return upload


class DecideForm(forms.Form):
    """Give it to one of the suggested people, or to whoever is found; or set it aside."""

    person = forms.ModelChoiceField(
        label=_("It is the result of"), queryset=ExpectedPerson.objects.none(), required=False
    )
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args, round: Round, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = ExpectedPerson.objects.filter(visit__round=round)  # type: ignore[attr-defined]


class ReleaseHoldForm(forms.Form):
    release = forms.ChoiceField(
        label=_("Why it ends"), choices=[(one.value, one.label) for one in BY_HAND], widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("What happened"), max_length=200)


class RecallAssignForm(forms.Form):
    volunteer = forms.ModelChoiceField(label=_("Volunteer"), queryset=Volunteer.objects.none())
    buildings = forms.ModelMultipleChoiceField(
        label=_("Buildings"), queryset=Building.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, round: Round, buildings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["volunteer"].queryset = Volunteer.objects.active().filter(compound=round.compound_id)  # type: ignore[attr-defined]
        self.fields["buildings"].queryset = buildings  # type: ignore[attr-defined]
        self.initial.setdefault("buildings", [building.pk for building in buildings])
