"""What is typed at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Building, Compound, Door, User
from residents.numbers_typed import NumberError, read_quantity
from rounds.forms import MomentField, WindowForm
from sanitation.agents import STRENGTHS, Agent
from sanitation.collecting import FLOORS_A_PART
from sanitation.disinfecting import Plan
from sanitation.models import Disinfection, YellowBags
from sanitation.yellow import MOST

Part = Disinfection.Part


class CountField(forms.CharField):
    """A whole number as somebody types it."""

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


class CollectionForm(WindowForm):
    bags_out_at = MomentField(label=_("Bags at the door by"))
    floors_a_part = CountField(
        label=_("Floors a part"),
        most=60,
        required=False,
        initial=FLOORS_A_PART,
        help_text=_("Volunteers take free parts on their phones, and see which are taken. Empty: you give them out."),
    )
    instructions = forms.CharField(
        label=_("For the volunteers"),
        max_length=200,
        required=False,
        help_text=_("Shown on top of their list of doors."),
    )
    field_order = ["title", "starts_at", "ends_at", "bags_out_at", "buildings", "floors_a_part", "instructions"]

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any):
        super().__init__(*args, compound=compound, **kwargs)
        self.fields["buildings"].queryset = compound.buildings.houses()  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial.setdefault("bags_out_at", self.initial.get("starts_at"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        bags_out, ends_at = cleaned.get("bags_out_at"), cleaned.get("ends_at")
        if bags_out and ends_at and bags_out > ends_at:
            self.add_error("bags_out_at", _("The bags must be out before the round ends."))
        return cleaned


class NextPassForm(forms.Form):
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            hour = timezone.localtime().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            self.initial = {"starts_at": hour, "ends_at": hour + timedelta(hours=2)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The round must end after it starts."))
        elif ends_at and ends_at <= timezone.now():
            self.add_error("ends_at", _("This is in the past."))
        return cleaned


class WhyForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


# --- Yellow bags ------------------------------------------------------------------------------------


class StoreForm(forms.Form):
    count = CountField(label=_("Yellow bags"), most=MOST)
    source = forms.ChoiceField(label=_("Where from"), choices=YellowBags.Source.choices)
    building = forms.ModelChoiceField(
        label=_("Building"), queryset=Building.objects.none(), required=False, empty_label=_("none")
    )

    def __init__(self, *args: Any, compound: Compound, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = compound.buildings.all()  # type: ignore[attr-defined]


class FetchForm(forms.Form):
    count = CountField(label=_("Yellow bags the lorry took"), most=MOST)


# --- The log ----------------------------------------------------------------------------------------


def limits_told() -> str:
    return " · ".join(f"{agent.label} {STRENGTHS[agent].least:,}–{STRENGTHS[agent].most:,}" for agent in Agent)


class DisinfectionForm(forms.Form):
    building = forms.ModelChoiceField(
        label=_("Building"), queryset=Building.objects.none(), required=False, empty_label=_("outside the houses")
    )
    part = forms.ChoiceField(label=pgettext_lazy("place", "Part"), choices=Part.choices)
    place = forms.CharField(
        label=_("Place more exactly"),
        max_length=60,
        required=False,
        help_text=_("For example: lift 2, rails of floors 3 to 8. No names, no room."),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=Disinfection.Reason.choices)
    agent = forms.ChoiceField(label=_("Disinfectant"), choices=Agent.choices)
    ppm = CountField(label=_("Strength (ppm)"), most=1_000_000)
    team = forms.ChoiceField(label=_("Team"), choices=Disinfection.Team.choices)
    team_size = CountField(label=_("How many people"), most=99, initial=2)
    room = forms.CharField(
        label=_("Room"), max_length=20, required=False, help_text=_("Only for a home. Stewards alone see it.")
    )
    asked_belongings = forms.BooleanField(
        label=_("The home was asked about things that must not be sprayed"), required=False
    )
    belongings = forms.CharField(
        label=_("What must not be sprayed"),
        max_length=200,
        required=False,
        help_text=_("Aquarium, instrument, medicine, computer … Stewards alone see it; it is deleted after a month."),
    )
    OF_HOMES = ("room", "asked_belongings", "belongings")

    def __init__(self, *args: Any, compound: Compound, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        buildings = compound.buildings.all()  # type: ignore[attr-defined]
        self.fields["ppm"].help_text = limits_told()
        if compound.pk not in user.access.steward:
            buildings = buildings.filter(pk__in=user.access.lead_buildings)
            parts = [choice for choice in Part.choices if choice[0] != Part.HOME]
            self.fields["part"].choices = parts  # type: ignore[attr-defined]
            self.fields["building"].required = True
            for name in self.OF_HOMES:
                del self.fields[name]
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        agent, ppm = cleaned.get("agent"), cleaned.get("ppm")
        if agent and ppm and not STRENGTHS[agent].least <= ppm <= STRENGTHS[agent].most:
            words = {"least": STRENGTHS[agent].least, "most": STRENGTHS[agent].most}
            self.add_error("ppm", _("This disinfectant is used with %(least)s to %(most)s ppm.") % words)
        if cleaned.get("part") == Part.HOME:
            self._clean_home(cleaned)
        elif cleaned.get("part") and not (cleaned.get("building") or cleaned.get("place") or self.errors):
            self.add_error("place", _("Say where it is."))
        return cleaned

    def _clean_home(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("asked_belongings"):
            self.add_error("asked_belongings", _("Ask first whether something there must not be sprayed."))
        building, room = cleaned.get("building"), cleaned.get("room")
        cleaned["door"] = find_door(building, room) if building and room else None
        if cleaned["door"] is None:
            self.add_error("room", _("There is no such room in this building.") if room else _("Say which home it is."))

    def plan(self) -> Plan:
        told = self.cleaned_data
        return Plan(**{name: told[name] for name in Plan.__dataclass_fields__ if told.get(name) is not None})


def find_door(building: Building, typed: str) -> Door | None:
    room = typed.strip()
    entrance, dash, key = room.rpartition("-")
    match = Q(room=room) | Q(key=room.lstrip("0"))
    if dash:
        match |= Q(entrance=entrance, room=key) | Q(entrance=entrance, key=key.lstrip("0"))
    return Door.objects.filter(match, building=building).select_related("building").order_by("pk").first()


class SafeAtForm(forms.Form):
    """Empty: as soon as the disinfectant has rested."""

    safe_at = MomentField(label=_("Safe again at (only if later)"), required=False)
    longer_reason = forms.CharField(label=_("Why it rests longer"), max_length=200, required=False)


class WrittenForm(SafeAtForm, DisinfectionForm):
    """From paper, afterwards; also in the place of a wrong entry."""

    started_at = MomentField(label=_("Began"))
    ended_at = MomentField(label=_("Ended"))
    correction_reason = forms.CharField(label=_("What was wrong"), max_length=200)
    field_order = [
        *("correction_reason", "building", "part", "place", "reason", "agent", "ppm", "started_at", "ended_at"),
        *("safe_at", "longer_reason", "team", "team_size", "room", "asked_belongings", "belongings"),
    ]

    def __init__(self, *args: Any, is_correction: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not is_correction:
            del self.fields["correction_reason"]

    def told(self) -> dict[str, Any]:
        names = ("started_at", "ended_at", "safe_at", "longer_reason", "correction_reason")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}


class FilterForm(forms.Form):
    building = forms.ModelChoiceField(
        label=_("Building"),
        queryset=Building.objects.none(),
        required=False,
        empty_label=pgettext_lazy("filter", "all"),
    )
    part = forms.ChoiceField(
        label=pgettext_lazy("place", "Part"),
        choices=[("", pgettext_lazy("filter", "all")), *Part.choices],
        required=False,
    )
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", pgettext_lazy("filter", "all")), *Disinfection.Reason.choices], required=False
    )
    since = forms.DateField(
        label=_("From day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("To day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, compound: Compound, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = compound.buildings.visible_to(user)  # type: ignore[attr-defined]
