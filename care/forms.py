"""What is typed at the desk. A household is named by its building and room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from care.models import Cadence, CareDesk, Circle, Kind, Why
from care.models.needs import MOST_WORDS
from residents.models import Building, Compound, Household, Resident, User, Volunteer
from residents.rooms_typed import find_home
from rounds.forms import MomentField


def day(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


def words(label: Any, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


class AskForm(forms.Form):
    """As a household fills it in, and the beginning of what is filled in for one."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    words = words(_("What is needed"), MOST_WORDS)
    due_on = day(_("Needed by"), required=False)
    circle = forms.ChoiceField(
        label=_("Who may read the words"),
        choices=[("", _("as usual for the kind")), *Circle.choices],
        required=False,
        help_text=_("Usual: medicine, medical visits and somebody to talk to are read by lead and stewards only."),
    )

    def clean_due_on(self):
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on < timezone.localdate():
            raise ValidationError(_("This day has passed."))
        return due_on


class NeedForm(AskForm):
    building = forms.ModelChoiceField(label=_("Building"), queryset=Building.objects.none(), empty_label=None)
    room = forms.CharField(label=_("Room"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    heard_by = forms.ModelChoiceField(
        label=_("Heard by"),
        queryset=Volunteer.objects.none(),
        required=False,
        help_text=_("The volunteer who heard it at the door; empty for a phone call."),
    )
    is_urgent = forms.BooleanField(
        label=_("Urgent: rings the stewards at once"), required=False, help_text=_("Danger to life: 120 comes first.")
    )
    field_order = ["building", "room", "kind", "words", "is_urgent", "due_on", "circle", "heard_by"]

    def __init__(self, *args: Any, compound: Compound, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        houses = compound.buildings.houses()  # type: ignore[attr-defined]
        if compound.pk not in user.access.steward:
            houses = houses.filter(pk__in=user.access.lead_buildings)
        self.fields["building"].queryset = houses  # type: ignore[attr-defined]
        active = Volunteer.objects.active().filter(compound=compound)
        self.fields["heard_by"].queryset = active  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("building") and cleaned.get("room"):
            try:
                cleaned["household"] = find_home(cleaned["building"], cleaned["room"], Household.objects.current())
            except ValidationError as error:
                self.add_error("room", error)
        return cleaned


class DeskForm(forms.ModelForm):
    class Meta:
        model = CareDesk
        fields = ["stale_hours", "claim_hours", "call_minutes", "doorbell"]


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class WhyForm(forms.Form):
    note = forms.CharField(label=_("Why"), max_length=200)


class WaitForm(WhyForm):
    until = MomentField(label=_("Waits until"))
    field_order = ["until", "note"]


class GiveForm(forms.Form):
    volunteer = forms.ModelChoiceField(queryset=Volunteer.objects.none())

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any):
        super().__init__(*args, **kwargs)
        active = Volunteer.objects.active().filter(compound=compound)
        self.fields["volunteer"].queryset = active  # type: ignore[attr-defined]


class CircleForm(forms.Form):
    circle = forms.ChoiceField(label=_("Who may read the words"), choices=Circle.choices)


# --- The rota ---------------------------------------------------------------------------------------


class CadenceForm(forms.Form):
    cadence = forms.TypedChoiceField(label=_("How often"), choices=Cadence.choices, coerce=int)
    note = forms.CharField(label=_("Why"), max_length=200)


class RotaForm(forms.Form):
    """Several at once: who the roster proposes, and one rhythm for them."""

    people = forms.ModelMultipleChoiceField(
        label=_("Who"), queryset=Resident.objects.none(), error_messages={"required": _("Choose at least one person.")}
    )
    cadence = forms.TypedChoiceField(label=_("How often"), choices=Cadence.choices, coerce=int)
    why = forms.ChoiceField(label=_("Why"), choices=[("", _("as the roster says")), *Why.choices], required=False)
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, help_text=_("For example: hard of hearing, let it ring long.")
    )

    def __init__(self, *args: Any, compound: Compound, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = Resident.objects.kept_by(user).filter(household__door__building__compound=compound, moved_out_on=None)
        self.fields["people"].queryset = rows.select_related("household__door__building")  # type: ignore[attr-defined]


def usual_why(person: Resident) -> str:
    """What the roster says of a person, as a reason."""
    if person.lives_alone:
        return Why.ALONE
    if person.age_band == Resident.AgeBand.OLD:
        return Why.OLD
    if person.needs_home_visit:
        return Why.AT_HOME
    return Why.NO_PHONE if person.has_no_phone else Why.OTHER


class HeardForm(forms.Form):
    HEARD = (
        ("answered", _("answered, all well")),
        ("proxy", _("somebody else answered for them")),
        ("no_answer", _("no answer")),
        ("again", _("call again later")),
        ("skipped", _("moved to the end")),
    )
    heard = forms.ChoiceField(choices=HEARD, error_messages={"required": _("Choose what was heard.")})
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    in_minutes = forms.TypedChoiceField(
        choices=[(30, "30"), (60, "60"), (120, "120"), (240, "240")], coerce=int, required=False, empty_value="60"
    )

    def told(self) -> dict[str, Any]:
        """For the service. `in_minutes` matters only to who is called again later."""
        told = dict(self.cleaned_data)
        minutes = told.pop("in_minutes")
        if told["heard"] == "again":
            told["until"] = timezone.now() + timedelta(minutes=int(minutes))
        return told


def first_error(form: forms.Form) -> str:
    return next((str(text) for texts in form.errors.values() for text in texts), "")
