"""What is typed at the desk. What it means is decided by the services; nothing typed is lost when it is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from medicine.asking import LONGEST
from medicine.bags import PUT_IN, Hand
from medicine.finding import find_people, pick_person
from medicine.models import Entry, Errand, Handover, MedicalDate, Thing
from medicine.models.dates import MOST_DAYS_AHEAD, MOST_DAYS_BETWEEN
from medicine.telling import MedicineError, those_who_carry
from residents.models import Building, Compound, User

SAW = re.compile(r"([0-9]{1,18}):([0-9]{1,5})")


def first_error(form: forms.Form) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)


def day(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)


class ForPerson(forms.Form):
    """For whom: somebody of a house the user keeps."""

    needs_person = True

    building = forms.ModelChoiceField(label=_("Building"), queryset=Building.objects.none(), empty_label=None)
    room = forms.CharField(label=_("Room"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    person = forms.CharField(
        label=_("For whom"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("The name or its beginning. May be left empty where somebody lives alone."),
    )

    def __init__(self, *args: Any, compound: Compound, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        houses = compound.buildings.all()  # type: ignore[attr-defined]
        if compound.pk not in user.access.steward:
            houses = houses.filter(pk__in=user.access.lead_buildings)
        self.fields["building"].queryset = houses  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("building") or not cleaned.get("room"):
            return cleaned
        try:
            people = find_people(cleaned["building"], cleaned["room"])
        except MedicineError as error:
            self.add_error("room", str(error))
            return cleaned
        cleaned["household"] = people[0].household
        if self.needs_person or cleaned.get("person"):
            try:
                cleaned["resident"] = pick_person(people, cleaned.get("person", ""))
                cleaned["household"] = cleaned["resident"].household
            except MedicineError as error:
                self.add_error("person", str(error))
        return cleaned

    def told(self) -> dict[str, Any]:
        """For the service: all but the address."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"building", "room", "person"}}


# --- The doctor desk ------------------------------------------------------------------------------


def words(label: Any, rows: int = 3, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class QuestionForm(ForPerson):
    needs_person = False

    text = words(
        _("Question"),
        help_text=_("Since when, what, and which medicine is taken. The doctors and the building lead read it."),
    )


class AnswerForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What the household should do"),
        choices=[(kind.value, kind.label) for kind in Entry.ADVICE],
        widget=forms.RadioSelect,
    )
    text = words(_("In words anybody understands"), rows=4)


class RevealForm(forms.Form):
    reason = forms.CharField(label=_("Why do you need the name and number?"), min_length=3, max_length=200)


# --- Errands --------------------------------------------------------------------------------------


class ErrandFields(forms.Form):
    hospital = forms.CharField(label=_("Hospital or pharmacy"), max_length=60)
    window = forms.CharField(
        label=_("Window"), max_length=60, required=False, help_text=_("Special drugs have windows of their own.")
    )
    planned_on = day(_("Somebody goes on"))
    needed_by = day(_("Needed by"), required=False, help_text=_("The day the last dose is taken."))
    is_cold = forms.BooleanField(label=_("Keep cold (insulin, for example)"), required=False)
    wanted = forms.CharField(
        label=_("What to get"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only what does not stand on the slip. No diagnosis."),
    )


class ErrandForm(ErrandFields, ForPerson):
    field_order = ["building", "room", "person", "hospital", "window", "planned_on", "needed_by", "is_cold", "wanted"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["planned_on"].initial = timezone.localdate() + timedelta(days=1)


class ToField(forms.ChoiceField):
    """A hand of the compound: `desk`, `household`, `hospital` or `person:7`."""

    def __init__(self, **kwargs: Any):
        super().__init__(label=pgettext_lazy("hand", "To"), **kwargs)
        self.people: dict[str, User] = {}

    def offer(self, people: list[User], first: User) -> None:
        self.people = {f"person:{one.pk}": one for one in sorted(people, key=lambda one: (one != first, str(one)))}
        places = [Handover.Holder.DESK, Handover.Holder.HOUSEHOLD, Handover.Holder.HOSPITAL]
        self.choices = [(key, str(one)) for key, one in self.people.items()] + [
            (place.value, place.label) for place in places
        ]

    def clean(self, value: Any) -> Hand:
        key = super().clean(value)
        person = self.people.get(key)
        return Hand(Handover.Holder.PERSON, person) if person else Hand(key)


class WithHand(forms.Form):
    to = ToField()

    def __init__(self, *args: Any, people: list[User], user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].offer(people, user)  # type: ignore[attr-defined]


class PickUpForm(WithHand):
    kinds = forms.MultipleChoiceField(
        label=_("In the bag"),
        choices=[(kind.value, kind.label) for kind in PUT_IN],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Look before you leave: without the empty box the wrong thing is bought."),
    )
    cash = forms.CharField(
        label=_("Cash, in yuan"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(label=_("If something is not there, why"), max_length=200, required=False)

    field_order = ["kinds", "cash", "to", "reason"]

    def clean(self) -> dict[str, Any]:
        """Who types an amount has cash in the bag, ticked or not."""
        cleaned = super().clean() or {}
        if cleaned.get("cash") and Thing.CASH not in cleaned.get("kinds", []):
            cleaned["kinds"] = [*cleaned.get("kinds", []), Thing.CASH.value]
        return cleaned


class HandForm(WithHand):
    """What changes hands is ticked beside each thing, as `thing:handover seen`."""

    def saw(self) -> dict[int, int]:
        ticked = self.data.getlist("saw") if hasattr(self.data, "getlist") else []
        return {int(match[1]): int(match[2]) for one in ticked if (match := SAW.fullmatch(one))}


class SettleForm(WithHand):
    cost = forms.CharField(
        label=_("Paid, in yuan"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("What was paid in money; 0 where the card paid it all."),
    )
    cash_back = forms.CharField(
        label=_("Cash back"),
        max_length=40,
        initial="0",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    is_missing = forms.BooleanField(label=_("There was no medicine"), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    field_order = ["cost", "cash_back", "to", "is_missing", "note"]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


# --- Dates ----------------------------------------------------------------------------------------


class DateForm(ForPerson):
    kind = forms.ChoiceField(label=_("What for"), choices=MedicalDate.Kind)
    due_on = day(_("Day"))
    due_at = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    every_days = forms.IntegerField(
        label=_("Again after, in days"), required=False, min_value=1, max_value=MOST_DAYS_BETWEEN
    )
    ahead_days = forms.IntegerField(
        label=_("Remind so many days ahead"), min_value=0, max_value=MOST_DAYS_AHEAD, initial=1
    )
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, help_text=_("A car, a companion. No diagnosis.")
    )

    field_order = ["building", "room", "person", "kind", "due_on", "due_at", "every_days", "ahead_days", "note"]


def hands_of(errand: Errand) -> list[User]:
    return those_who_carry(errand.compound)
