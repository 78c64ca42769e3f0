"""What is typed at the desk. Numbers are read as residents.numbers_typed reads them everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Compound, Volunteer
from residents.numbers_typed import NumberError, read_quantity
from rounds.forms import MomentField
from shifts.models import HealthWord, Place, ShiftRules, Task
from shifts.models.roster import MOST_PLACES
from shifts.services import MOST_DAYS


class WholeField(forms.CharField):
    """A whole number as somebody types it. What was typed stays in the field when it is refused."""

    def __init__(self, *, most: int, least: int = 1, **kwargs: Any):
        self.least, self.most = least, most
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_quantity(text, least=self.least, most=self.most)
        except NumberError as error:
            raise ValidationError(str(error)) from None


class ShiftForm(forms.Form):
    title = forms.CharField(
        label=_("What is done"), max_length=60, help_text=_("For example: parcels, second run; order at the gate.")
    )
    task = forms.ChoiceField(label=_("Class of work"), choices=Task.choices, initial=Task.ORDER)
    building = forms.ModelChoiceField(
        label=_("Building"), queryset=Building.objects.none(), required=False, empty_label=_("the whole compound")
    )
    meeting_point = forms.CharField(label=_("Where to meet"), max_length=60, required=False)
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))
    places = WholeField(label=_("Places"), most=MOST_PLACES, initial="4")

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = compound.buildings.all()  # type: ignore[attr-defined]
        if not self.is_bound and not self.initial:
            hour = timezone.localtime().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            self.initial = {"starts_at": hour, "ends_at": hour + timedelta(hours=4)}


class NewShiftForm(ShiftForm):
    days = WholeField(
        label=_("On how many days"), most=MOST_DAYS, initial="1", help_text=_("The same hours, day after day.")
    )


class RulesForm(forms.ModelForm):
    rest_hours = WholeField(label=_("Hours of rest between shifts"), least=0, most=24)
    day_hours = WholeField(label=_("Hours a day"), most=24, help_text=_("Of one volunteer, from midnight to midnight."))
    week_hours = WholeField(label=_("Hours a week"), most=168, help_text=_("From Monday to Sunday."))

    class Meta:
        model = ShiftRules
        fields = ["rest_hours", "day_hours", "week_hours", "gear_remote", "gear_order", "gear_sealed", "gear_cases"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for task in Task:
            self.fields[f"gear_{task.value}"].widget.attrs["placeholder"] = task.gear


class SignUpForm(forms.Form):
    volunteer = forms.ModelChoiceField(label=_("Volunteer"), queryset=Volunteer.objects.none())
    despite = forms.CharField(
        label=_("Over a limit, because"),
        max_length=200,
        required=False,
        help_text=_("Only where rest or hours stand in the way."),
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any):
        super().__init__(*args, **kwargs)
        active = Volunteer.objects.active().filter(compound=compound)
        self.fields["volunteer"].queryset = active  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


class PresenceForm(forms.Form):
    presence = forms.ChoiceField(choices=Place.Presence.choices, required=False)


class HealthForm(forms.Form):
    KINDS = (HealthWord.Kind.WELL, HealthWord.Kind.SYMPTOM, HealthWord.Kind.CLEARED)
    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in KINDS])


class DaysForm(forms.Form):
    """Which days hours are added up for; the last week unless said otherwise."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and (last < first or last - first > timedelta(days=366)):
            self.add_error("last", _("Choose an end after the beginning, a year later at the most."))
        return cleaned


def asked_days(asked: Any) -> tuple[DaysForm, date, date]:
    """The form, and the days it asks for; the last seven where it asks for none, or for what cannot be."""
    today = timezone.localdate()
    week = {"first": today - timedelta(days=6), "last": today}
    form = DaysForm(asked) if "first" in asked or "last" in asked else DaysForm(initial=week)
    days = form.cleaned_data if form.is_bound and form.is_valid() else week
    return form, days["first"], days["last"]
