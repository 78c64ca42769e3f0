from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Compound, Volunteer
from rounds.models import Assignment, Outcome, Round
from rounds.services import LONGEST_ROUND


class MomentField(forms.SplitDateTimeField):
    """A day and a time, each with the browser's own picker and a name of its own for who hears the page."""

    def __init__(self, *, label, **kwargs):
        day = {"type": "date", "aria-label": format_lazy("{} · {}", label, _("day"))}
        time = {"type": "time", "aria-label": format_lazy("{} · {}", label, _("time of day"))}
        widget = forms.SplitDateTimeWidget(date_attrs=day, time_attrs=time, date_format="%Y-%m-%d", time_format="%H:%M")
        super().__init__(widget=widget, label=label, **kwargs)


class WindowForm(forms.Form):
    """What every round has: a title, a window and the buildings it goes through."""

    title = forms.CharField(
        label=_("Title"), max_length=80, required=False, help_text=_("Optional: what people call it.")
    )
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))
    buildings = forms.ModelMultipleChoiceField(
        label=_("Buildings"), queryset=Building.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["buildings"].queryset = compound.buildings.all()  # type: ignore[attr-defined]
        if not self.is_bound and not self.initial:
            hour = timezone.localtime().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            self.initial = {
                "starts_at": hour,
                "ends_at": hour + timedelta(hours=4),
                "buildings": list(compound.buildings.values_list("pk", flat=True)),
            }

    def clean(self):
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        was = self.initial.get("ends_at") if self.is_bound else None
        if was and ends_at == was.replace(second=0, microsecond=0):
            cleaned["ends_at"] = was  # untouched: a round that is overdue may still get another title
        elif starts_at and ends_at:
            if ends_at <= starts_at:
                self.add_error("ends_at", _("The round must end after it starts."))
            elif ends_at - starts_at > LONGEST_ROUND:
                self.add_error("ends_at", _("A round lasts two weeks at the most."))
            elif ends_at <= timezone.now():
                self.add_error("ends_at", _("This is in the past."))
        return cleaned


class PlainRoundForm(WindowForm):
    """Rounds that need no more than a visit and a mark."""

    PLAIN = [Round.Kind.NOTIFY, Round.Kind.LEAFLET, Round.Kind.WELFARE, Round.Kind.WASTE]

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.value, kind.label) for kind in PLAIN], widget=forms.RadioSelect
    )
    field_order = ["kind", "title", "starts_at", "ends_at", "buildings"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("kind", Round.Kind.NOTIFY)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


class ClosingForm(forms.Form):
    reason = forms.CharField(
        label=_("Remark"), max_length=200, required=False, help_text=_("Optional: what the next shift should know.")
    )


class AssignmentForm(forms.Form):
    volunteer = forms.ModelChoiceField(label=_("Volunteer"), queryset=Volunteer.objects.none())
    building = forms.ModelChoiceField(label=_("Building"), queryset=Building.objects.none())
    entrance = forms.ChoiceField(label=_("Entrance"), required=False)
    floor_from = forms.IntegerField(label=_("From floor"), required=False, min_value=-5, max_value=200)
    floor_to = forms.IntegerField(
        label=_("To floor"), required=False, min_value=-5, max_value=200, help_text=_("Empty: all floors.")
    )

    def __init__(self, *args, round: Round, entrances: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.round = round
        self.fields["volunteer"].queryset = Volunteer.objects.active().filter(compound=round.compound_id)  # type: ignore[attr-defined]
        self.fields["building"].queryset = round.buildings.all()  # type: ignore[attr-defined]
        self.fields["entrance"].choices = [("", _("all entrances")), *((name, name) for name in entrances)]  # type: ignore[attr-defined]
        if not entrances:
            self.fields["entrance"].widget = forms.HiddenInput()

    def clean(self):
        cleaned = super().clean()
        low, high = cleaned.get("floor_from"), cleaned.get("floor_to")
        if low is not None and high is not None and low > high:
            self.add_error("floor_to", _("The upper floor comes second."))
        building, entrance = cleaned.get("building"), cleaned.get("entrance")
        if building and entrance and not building.doors.filter(entrance=entrance).exists():
            self.add_error("entrance", _("This building has no such entrance."))
        return cleaned


class SegmentsForm(forms.Form):
    floors = forms.IntegerField(
        label=_("Floors a segment"),
        required=False,
        min_value=1,
        max_value=60,
        help_text=_("Volunteers take free segments on their phones. Empty: only stewards give out parts."),
    )


class ReleaseForm(forms.Form):
    reason = forms.CharField(max_length=200, required=False)


class HandOverForm(forms.Form):
    volunteer = forms.ModelChoiceField(label=_("Give it to"), queryset=Volunteer.objects.none())
    reason = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args, part: Assignment, **kwargs):
        super().__init__(*args, **kwargs)
        others = Volunteer.objects.active().filter(compound=part.round.compound_id).exclude(pk=part.volunteer_id)
        self.fields["volunteer"].queryset = others  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """What becomes of a held mark."""

    note = forms.CharField(label=_("Remark"), max_length=200, required=False)


DESK_OUTCOMES = [
    Outcome.DONE,
    Outcome.PARTLY,
    Outcome.NOBODY_HOME,
    Outcome.REFUSED,
    Outcome.ELSEWHERE,
    Outcome.EXEMPT,
]


class DeskMarkForm(forms.Form):
    """The household as a whole, or, where people are listed, one by one."""

    outcome = forms.ChoiceField(
        label=_("Whole household"), required=False, choices=[(item.value, item.label) for item in DESK_OUTCOMES]
    )
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)


class PaperForm(forms.Form):
    """Whose sheet it is, and when they walked."""

    walked_by = forms.ModelChoiceField(label=_("Who walked"), queryset=Volunteer.objects.none())
    walked_at = MomentField(label=_("When they walked"))

    def __init__(self, *args, round: Round, **kwargs):
        super().__init__(*args, **kwargs)
        self.round = round
        self.fields["walked_by"].queryset = Volunteer.objects.filter(compound=round.compound_id)  # type: ignore[attr-defined]
        self.initial.setdefault("walked_at", timezone.localtime())

    def clean_walked_at(self):
        moment = self.cleaned_data["walked_at"]
        opened_at = self.round.opened_at
        if moment > timezone.now():
            raise forms.ValidationError(_("This time is still to come."))
        if opened_at and moment < opened_at.replace(second=0, microsecond=0):
            raise forms.ValidationError(_("The round was not open then."))
        return moment
