from django import forms
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from residents.models import Compound, Volunteer
from rounds.forms import WindowForm
from supplies.models import OF_ONE_LINE, Batch, Distribution, Handover, Item, Line, Variant
from supplies.models.ledger import MOST


class QuantityField(forms.IntegerField):
    """Whole units. A fraction, a word or NaN is refused in a sentence that says what is wanted."""

    def __init__(self, *, least=1, **kwargs):
        told = lazy(
            lambda: gettext("Give a whole number from %(least)s to %(most)s.") % {"least": least, "most": MOST}, str
        )()
        messages = {"invalid": told, "min_value": told, "max_value": told}
        super().__init__(min_value=least, max_value=MOST, error_messages=messages, **kwargs)


def _day(label, **kwargs):
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class ItemForm(forms.ModelForm):
    class Meta:
        model = Item
        fields = ["name", "unit", "pack", "alarm_days", "is_ppe"]


class ArrivalForm(forms.Form):
    item = forms.ModelChoiceField(label=_("Item"), queryset=Item.objects.none())
    source = forms.ChoiceField(label=_("From whom"), choices=Batch.Source.choices)
    quantity = QuantityField(
        label=_("Units counted"), help_text=_("Your own count. Somebody else counts again before it is in the store.")
    )
    slip_count = QuantityField(label=_("Units, by the slip"), required=False, least=0)
    arrived_on = _day(_("Arrived on"))
    expires_on = _day(_("Use by"), required=False)
    is_cold = forms.BooleanField(label=_("Keep cold"), required=False)
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = compound.items.all()  # type: ignore[attr-defined]
        self.initial.setdefault("arrived_on", timezone.localdate())

    def clean(self):
        cleaned = super().clean()
        arrived_on, expires_on = cleaned.get("arrived_on"), cleaned.get("expires_on")
        if arrived_on and arrived_on > timezone.localdate():
            self.add_error("arrived_on", _("This day has not come yet."))
        if arrived_on and expires_on and expires_on < arrived_on:
            self.add_error("expires_on", _("It cannot expire before it arrives."))
        return cleaned


class CountForm(forms.Form):
    quantity = QuantityField(label=_("Units counted"))


class ExplainedForm(CountForm):
    reason = forms.CharField(label=_("Why"), max_length=200)


class RecountForm(forms.Form):
    counted = QuantityField(label=_("Units really there"), least=0)
    reason = forms.CharField(label=_("Why"), max_length=200)


class IssueForm(forms.Form):
    batch = forms.ModelChoiceField(label=_("What"), queryset=Batch.objects.none())
    volunteer = forms.ModelChoiceField(label=_("Volunteer"), queryset=Volunteer.objects.none())
    quantity = QuantityField(label=_("How many"), initial=1)

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, **kwargs)
        gear = Batch.objects.filter(item__compound=compound, item__is_ppe=True).select_related("item")
        self.fields["batch"].queryset = gear  # type: ignore[attr-defined]
        self.fields["volunteer"].queryset = Volunteer.objects.active().filter(compound=compound)  # type: ignore[attr-defined]


class GearReturnForm(forms.Form):
    returned = QuantityField(label=_("Came back"), least=0, required=False)
    used = QuantityField(label=_("Used up"), least=0, required=False)

    def clean(self):
        cleaned = super().clean()
        return cleaned | {name: cleaned.get(name) or 0 for name in ("returned", "used")}


class DistributionForm(WindowForm):
    instructions = forms.CharField(
        label=_("For the volunteers"),
        max_length=200,
        required=False,
        help_text=_("Shown on the pick list and in the lobby."),
    )
    field_order = ["title", "starts_at", "ends_at", "instructions", "buildings"]


class LineForm(forms.Form):
    batch = forms.ModelChoiceField(label=_("What"), queryset=Batch.objects.none())
    amount = forms.IntegerField(label=_("How many"), min_value=1, max_value=100, initial=1)
    per = forms.ChoiceField(label=_("For"), choices=Line.Per.choices)
    need = forms.ChoiceField(label=_("Help flag"), choices=[("", "—"), *Line.NEEDS], required=False)
    variant = forms.ChoiceField(
        label=_("Only for the variant"),
        choices=[("", pgettext_lazy("supplies", "everybody")), *Variant.choices],
        required=False,
    )
    instead_of = forms.ModelChoiceField(label=_("Instead of"), queryset=Line.objects.none(), required=False)

    def __init__(self, *args, distribution: Distribution, **kwargs):
        super().__init__(*args, **kwargs)
        batches = Batch.objects.filter(item__compound=distribution.round.compound_id, item__is_ppe=False)
        there = batches.filter(stocks__building=None, stocks__holder=None, stocks__quantity__gt=0)
        self.fields["batch"].queryset = there.select_related("item").distinct()  # type: ignore[attr-defined]
        plain = distribution.lines.filter(variant="").select_related("batch__item")
        self.fields["instead_of"].queryset = plain  # type: ignore[attr-defined]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("per") != Line.Per.NEED:
            cleaned["need"] = ""
        elif not cleaned.get("need"):
            self.add_error("need", _("Name the help flag."))
        if cleaned.get("instead_of") and not cleaned.get("variant"):
            self.add_error("variant", _("Only a variant stands for another line."))
        return cleaned


class ShortageForm(forms.Form):
    rule = forms.ChoiceField(label=_("Who goes first"), choices=Distribution.Rule.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why these wait"), max_length=200, required=False, help_text=_("Only for a choice by hand.")
    )
    waits = forms.TypedMultipleChoiceField(coerce=int, required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args, households, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["waits"].choices = [(key, key) for key in households]  # type: ignore[attr-defined]


class LobbyForm(forms.Form):
    """One button of the lobby: of which line, how many, and where it is asked why."""

    quantity = QuantityField(label=_("How many"))
    line = forms.ModelChoiceField(queryset=Line.objects.none())
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args, distribution: Distribution, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = distribution.lines.select_related("distribution", "batch__item")  # type: ignore[attr-defined]

    def first_error(self) -> str:
        return next((str(text) for texts in self.errors.values() for text in texts), "")


class KeepForm(forms.Form):
    until = _day(_("Kept until"))


class HandoverForm(forms.Form):
    handover = forms.ChoiceField(label=_("What happened"), choices=Handover.choices, widget=forms.RadioSelect)
    line = forms.ModelChoiceField(label=_("Of what"), queryset=Line.objects.none(), required=False, empty_label=None)
    count = QuantityField(
        label=_("How many"),
        required=False,
        least=0,
        help_text=_("Given, if fewer; thrown away, if damaged; given back, if swapped."),
    )
    swapped_for = forms.ModelChoiceField(
        label=_("Given instead"),
        queryset=Line.objects.none(),
        required=False,
        empty_label=_("one of the same"),
        help_text=_("Only for a swap: it goes out of the lobby, and what came back goes in."),
    )
    until = _day(_("Kept until"), required=False)
    photo = forms.FileField(
        label=_("Photo, if you like"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("Of the bag, not of people. Place and time are taken out of it; it is deleted after some days."),
    )
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args, lines, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = lines  # type: ignore[attr-defined]
        self.fields["swapped_for"].queryset = others  # type: ignore[attr-defined]

    def clean(self):
        cleaned = super().clean()
        handover, until = cleaned.get("handover"), cleaned.get("until")
        if (
            handover in {Handover.SHORT, Handover.DAMAGED}
            and cleaned.get("count") is None
            and "count" not in self.errors
        ):
            self.add_error("count", _("Say how many."))
        if handover == Handover.KEPT and "until" not in self.errors:
            if until is None:
                self.add_error("until", _("Say until which day."))
            elif until < timezone.localdate():
                self.add_error("until", _("This is in the past."))
        return cleaned

    def details(self) -> dict[str, str]:
        """As marks carry them: short texts."""
        told = self.cleaned_data
        details = {"handover": str(told["handover"])}
        if told["handover"] in {Handover.SHORT, Handover.DAMAGED}:
            details["count"] = str(told["count"])
        if told["handover"] == Handover.SWAPPED:
            details |= {"count": str(told["count"])} if told["count"] else {}
            details |= {"for": str(told["swapped_for"].pk)} if told["swapped_for"] else {}
        if told["handover"] in OF_ONE_LINE and told["line"]:
            details["line"] = str(told["line"].pk)
        if told["handover"] == Handover.KEPT:
            details["until"] = told["until"].isoformat()
        return details
