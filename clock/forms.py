from django import forms
from django.utils.translation import gettext_lazy as _

from clock.models import Basis, Case, RuleProfile, RuleVersion
from clock.reading import rules_of, today_in_shanghai
from clock.sentences import say_name
from residents.models import Building, Compound, Household, Resident
from rounds.forms import MomentField


class DayField(forms.DateField):
    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class ReasonField(forms.CharField):
    def __init__(self, **kwargs):
        kwargs = {"label": _("Why"), "max_length": 200, "min_length": 2} | kwargs
        super().__init__(**kwargs)


class RuleField(forms.ModelChoiceField):
    """The newest version of each rule, named as people speak of it."""

    def label_from_instance(self, obj):
        rules = rules_of(obj)
        return f"{say_name(rules.name)} · {obj.number}" if rules else str(obj)


def newest_rules():
    """A version that a newer one has replaced is still in force where it is running, and offered no more."""
    newest: dict[int, int] = {}
    for pk, profile in RuleVersion.objects.filter(profile__kind=RuleProfile.Kind.BUILDING).values_list("pk", "profile"):
        newest[profile] = pk  # ordered by number
    return RuleVersion.objects.filter(pk__in=newest.values()).select_related("profile")


class StartForm(forms.Form):
    """A building, or a whole compound at once; each gets a clock of its own."""

    buildings = forms.ModelMultipleChoiceField(
        label=_("Buildings"), queryset=Building.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    version = RuleField(label=_("Rule"), queryset=RuleVersion.objects.none())
    on = DayField(
        label=_("Closed since"), help_text=_("By Shanghai's calendar. Whether it is day 1 or day 0 the rule says.")
    )
    reason = forms.CharField(
        label=_("Remark"), max_length=200, required=False, help_text=_("Optional: who ordered it, and how.")
    )

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, **kwargs)
        free = compound.buildings.houses()
        self.fields["buildings"].queryset = free  # type: ignore[attr-defined]
        self.fields["version"].queryset = newest_rules()  # type: ignore[attr-defined]
        self.initial.setdefault("on", today_in_shanghai())


class StartFromCaseForm(forms.Form):
    version = RuleField(label=_("Rule"), queryset=RuleVersion.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = newest_rules()  # type: ignore[attr-defined]


class BasisForm(forms.Form):
    basis = forms.ChoiceField(label=_("The days count from"), choices=Basis.choices, widget=forms.RadioSelect)
    reason = ReasonField()


class RuleForm(forms.Form):
    version = RuleField(label=_("New rule"), queryset=RuleVersion.objects.none())
    on = DayField(label=_("From"), help_text=_("Days before it stay what they were."))
    reason = ReasonField(help_text=_("Which announcement, by whom."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = newest_rules()  # type: ignore[attr-defined]
        self.initial.setdefault("on", today_in_shanghai())


class DecisionForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("After the investigation"),
        choices=[("go_on", _("the days go on as they are")), ("restart", _("the days are counted anew"))],
        widget=forms.RadioSelect,
    )
    reason = ReasonField(help_text=_("Who decided, and what the investigation found. No name of a resident."))


class OverrideForm(forms.Form):
    zone = forms.ChoiceField(label=_("Area"), choices=Building.Zone.choices, widget=forms.RadioSelect)
    on = DayField(label=_("From"))
    until = DayField(label=_("Last day"), required=False, help_text=_("Empty: until it is taken back."))
    reason = ReasonField(help_text=_("Who ordered it, and how."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", today_in_shanghai())

    def clean(self):
        cleaned = super().clean()
        on, until = cleaned.get("on"), cleaned.get("until")
        if on and until and until < on:
            self.add_error("until", _("The last day cannot lie before the first."))
        return cleaned


class StopForm(forms.Form):
    reason = ReasonField()


class TickForm(forms.Form):
    note = forms.CharField(label=_("How do you know"), max_length=200, required=False)

    def __init__(self, *args, check: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].required = check != "street"
        if check == "street":
            self.fields["note"].label = _("Who confirmed it, and how")


class ReleaseForm(forms.Form):
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)


class WhoField(forms.ModelChoiceField):
    """Somebody of the household that was chosen; asked once that is known, and never needed."""

    def __init__(self):
        super().__init__(
            label=_("Who of the household"), queryset=Resident.objects.none(), required=False, empty_label=_("not told")
        )


class OfOneHousehold(forms.Form):
    """Asks for the household first, then for who of it. A compound in one list of names would be neither short nor
    anybody's business."""

    def ask_who(self) -> None:
        """Call it when the households to choose from are known."""
        try:
            home = self.fields["household"].clean(self.data.get("household")) if self.is_bound else None
        except forms.ValidationError:
            home = None
        people = Resident.objects.current().filter(household=home) if home else Resident.objects.none()
        if people.exists():
            self.fields["resident"].queryset = people  # type: ignore[attr-defined]
        else:
            del self.fields["resident"]

    def clean(self):
        cleaned = super().clean()
        if "resident" in self.fields and "resident" not in self.data:
            self.add_error("resident", _("Who of them? Choose, or leave it at “not told”."))
        cleaned.setdefault("resident", None)
        return cleaned


class CaseForm(OfOneHousehold):
    """The least that a clock needs. Room and person are for the steward's own follow-up; they may be left out."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Case.Kind.choices, widget=forms.RadioSelect)
    source = forms.ChoiceField(label=_("Who told us"), choices=Case.Source.choices)
    household = forms.ModelChoiceField(
        label=_("Household"), queryset=Household.objects.none(), required=False, empty_label=_("not told")
    )
    resident = WhoField()
    sampled_at = MomentField(label=_("Sampled at"), required=False)
    reported_at = MomentField(label=_("Reported at"), required=False)
    ordered_at = MomentField(label=_("Order at"), required=False)
    moved_out_at = MomentField(label=_("Moved out at"), required=False)

    def __init__(self, *args, building: Building, **kwargs):
        super().__init__(*args, **kwargs)
        homes = Household.objects.current().filter(door__building=building).select_related("door__building")
        self.fields["household"].queryset = homes.order_by("door__entrance", "-door__floor", "door__position")  # type: ignore[attr-defined]
        self.fields["household"].label_from_instance = lambda home: home.door.full_room  # type: ignore[attr-defined]
        self.ask_who()

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not any(cleaned.get(name) for name in ("sampled_at", "reported_at", "ordered_at")):
            self.add_error("reported_at", _("Say at least one of: sampled, reported, ordered."))
        return cleaned


class CorrectionForm(CaseForm):
    is_withdrawn = forms.BooleanField(
        label=_("It was no case"), required=False, help_text=_("It stays on record and counts no more.")
    )
    reason = ReasonField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["household"].help_text = _("Empty: as it was recorded.")


class RevealForm(forms.Form):
    reason = ReasonField(
        label=_("Why do you need the room?"),
        min_length=3,
        help_text=_("Your name, the time and the reason are kept on record."),
    )


class HomecomingForm(OfOneHousehold):
    household = forms.ModelChoiceField(label=_("Household"), queryset=Household.objects.none())
    resident = WhoField()
    discharged_on = DayField(label=_("Released from hospital on"))
    returned_on = DayField(label=_("Home since"))

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, **kwargs)
        homes = Household.objects.current().filter(door__building__compound=compound)
        self.fields["household"].queryset = homes.select_related("door__building").order_by(  # type: ignore[attr-defined]
            "door__building__position", "door__building__code", "door__entrance", "-door__floor", "door__position"
        )
        self.initial.setdefault("returned_on", today_in_shanghai())
        self.initial.setdefault("discharged_on", today_in_shanghai())
        self.ask_who()

    def clean(self):
        cleaned = super().clean()
        out, home = cleaned.get("discharged_on"), cleaned.get("returned_on")
        if out and home and home < out:
            self.add_error("returned_on", _("Nobody is home before leaving the hospital."))
        return cleaned


class HomecomingTickForm(forms.Form):
    check = forms.CharField(max_length=12)
    note = forms.CharField(max_length=100, required=False)
