"""Forms of what comes after the order: counts, sharing out, delivery, doors, money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from buying.arrivals import Counted, ItemCame
from buying.delivering import OUTCOME_OF
from buying.models import Item, MoneyEntry, Parcel, Sharing
from buying.quantities import read_one
from buying.settlement import HomeAccount
from residents.models import Household
from residents.number_fields import MoneyField, TypedNumberField
from residents.numbers_typed import NumberError, read_money
from rounds.forms import MomentField
from rounds.services import LONGEST_ROUND

Kind = MoneyEntry.Kind


@dataclass
class CountRow:
    """One thing of the list beside its boxes."""

    came: ItemCame
    fit: forms.BoundField
    unfit: forms.BoundField
    is_spoiled: forms.BoundField
    instead: forms.BoundField
    instead_count: forms.BoundField
    price: forms.BoundField

    @property
    def boxes(self) -> list[forms.BoundField]:
        return [self.fit, self.unfit, self.is_spoiled, self.instead, self.instead_count, self.price]

    @property
    def is_unusual(self) -> bool:
        return any(box.errors or box.value() for box in self.boxes[1:])


class ArrivalForm(forms.Form):
    """One row a thing. A row left empty was not on this lorry; 0 says that nothing of it came."""

    gate = forms.CharField(label=_("Gate"), max_length=40, required=False)
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args, came: list[ItemCame], **kwargs):
        super().__init__(*args, **kwargs)
        self.came = came
        for pk in (one.item.pk for one in came):
            self.fields[f"fit-{pk}"] = TypedNumberField(label=_("fit to hand out"), read=str, required=False)
            self.fields[f"unfit-{pk}"] = TypedNumberField(label=_("wrong or spoiled"), read=str, required=False)
            self.fields[f"spoiled-{pk}"] = forms.BooleanField(label=pgettext_lazy("arrival", "spoiled"), required=False)
            self.fields[f"instead-{pk}"] = forms.CharField(label=_("what came instead"), max_length=60, required=False)
            self.fields[f"instead_count-{pk}"] = TypedNumberField(label=_("how much of that"), read=str, required=False)
            self.fields[f"price-{pk}"] = MoneyField(label=_("its price"), least=Decimal("0.00"), required=False)

    @property
    def rows(self) -> list[CountRow]:
        names = ("fit", "unfit", "spoiled", "instead", "instead_count", "price")
        return [CountRow(one, *(self[f"{name}-{one.item.pk}"] for name in names)) for one in self.came]

    def clean(self):
        cleaned = super().clean()
        cleaned["counted"] = [lot for one in self.came for lot in self._lots(one.item)]
        return cleaned

    def _lots(self, item: Item) -> list[Counted]:
        fit, unfit = self._read(item, "fit"), self._read(item, "unfit")
        instead = self.cleaned_data.get(f"instead-{item.pk}", "")
        count = self._read(item, "instead_count")
        if bool(instead) != (count is not None):
            self.add_error(f"instead-{item.pk}", gettext("Say what came instead, how much of it and at what price."))
        lots = []
        if fit is not None or unfit is not None or (instead and count is not None):
            is_spoiled = self.cleaned_data.get(f"spoiled-{item.pk}", False)
            lots.append(Counted(item, fit or 0, unfit or 0, is_spoiled))
        if instead and count:
            lots.append(Counted(item, count, instead=instead, price=self.cleaned_data.get(f"price-{item.pk}")))
        return lots

    def _read(self, item: Item, name: str) -> int | None:
        typed = self.cleaned_data.get(f"{name}-{item.pk}")
        if not typed:
            return None
        try:
            return read_one(item, typed)
        except NumberError as error:
            self.add_error(f"{name}-{item.pk}", str(error))
            return None


class RuleForm(forms.Form):
    rule = forms.ChoiceField(label=_("Who goes first"), choices=Sharing.Rule)


class SharingForm(RuleForm):
    reason = forms.CharField(
        label=_("Why, by hand"), max_length=200, required=False, help_text=_("Every household can read it.")
    )
    tag = forms.CharField(widget=forms.HiddenInput, max_length=64)


class DeliveryForm(forms.Form):
    starts_at = MomentField(label=_("From"))
    ends_at = MomentField(label=_("Until"))
    instructions = forms.CharField(
        label=_("Instructions"), max_length=300, required=False, help_text=_("Shown on every phone and sheet.")
    )

    @staticmethod
    def offered() -> dict[str, Any]:
        hour = timezone.localtime().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return {"starts_at": hour, "ends_at": hour + timedelta(hours=3)}

    def clean(self):
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at:
            if ends_at <= starts_at:
                self.add_error("ends_at", gettext("The round must end after it starts."))
            elif ends_at - starts_at > LONGEST_ROUND:
                self.add_error("ends_at", gettext("A round lasts two weeks at the most."))
            elif ends_at <= timezone.now():
                self.add_error("ends_at", gettext("This is in the past."))
        return cleaned


class DoorForm(forms.Form):
    """What the phone's one tap cannot say."""

    handover = forms.ChoiceField(label=_("What happened"), choices=Parcel.Handover, widget=forms.RadioSelect)
    parcel = forms.ModelChoiceField(
        label=_("Of what"),
        queryset=Parcel.objects.none(),
        required=False,
        empty_label=None,
        help_text=_("When fewer or damaged."),
    )
    count = TypedNumberField(
        label=_("How many"), read=str, required=False, help_text=_("Fewer: so many were given. Damaged: so many are.")
    )
    until = forms.DateField(
        label=_("Kept until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args, parcels, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parcel"].queryset = parcels  # type: ignore[attr-defined]

    def clean(self):
        cleaned = super().clean()
        parcel, typed = cleaned.get("parcel"), cleaned.get("count")
        if cleaned.get("handover") not in {Parcel.Handover.SHORT, Parcel.Handover.DAMAGED}:
            cleaned["count"] = cleaned["parcel"] = None
            return cleaned
        if parcel is None or not typed:
            self.add_error("count", gettext("Say of what, and how many."))
            return cleaned
        try:
            cleaned["count"] = read_one(parcel.lot.item, typed)
        except NumberError as error:
            self.add_error("count", str(error))
            return cleaned
        if cleaned["count"] > parcel.quantity:
            words = {"there": parcel.lot.item.say(parcel.quantity)}
            self.add_error("count", gettext("It was to get %(there)s, no more.") % words)
        return cleaned

    def details(self) -> dict[str, str]:
        """As short texts, as a phone would send them."""
        told = self.cleaned_data
        details = {"handover": told["handover"]}
        if told["parcel"] is not None:
            name = "grams" if told["parcel"].lot.item.is_weighed else "count"
            details |= {"line": str(told["parcel"].pk), name: str(told["count"])}
        if told["until"] and told["handover"] == Parcel.Handover.KEPT:
            details["until"] = told["until"].isoformat()
        return details

    @property
    def outcome(self) -> str:
        return OUTCOME_OF[Parcel.Handover(self.cleaned_data["handover"])]


class MoneyForm(forms.Form):
    """Paid and paid back by a household, credited to it; paid to the supplier; put in or passed on."""

    kind = forms.ChoiceField(label=pgettext_lazy("payment", "What"), choices=MoneyEntry.Kind)
    household = forms.ModelChoiceField(
        label=_("Household"), queryset=Household.objects.none(), required=False, empty_label="–"
    )
    amount = MoneyField(label=_("Amount in yuan"))
    way = forms.ChoiceField(label=pgettext_lazy("payment", "How"), choices=MoneyEntry.Way, required=False)
    note = forms.CharField(
        label=_("Remark"),
        max_length=200,
        required=False,
        help_text=_("A credit and what is put in or passed on say why."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, homes: list[HomeAccount], **kwargs):
        super().__init__(*args, **kwargs)
        rows = Household.objects.filter(pk__in=[home.household.pk for home in homes])
        self.fields["household"].queryset = rows.select_related("door__building")  # type: ignore[attr-defined]


def read_signed(typed: str) -> Decimal:
    """An amount that may be below zero. Raises NumberError."""
    text = typed.strip()
    is_minus = text[:1] in {"-", "−", "－"}
    amount = read_money(text[1:] if is_minus else text)
    return -amount if is_minus else amount


class ChargeForm(forms.Form):
    name = forms.CharField(label=_("For what"), max_length=60)
    amount = TypedNumberField(
        label=_("Amount in yuan"), read=read_signed, help_text=_("A discount with a minus: -5.00.")
    )
    is_equal = forms.BooleanField(label=_("The same for each household, not by what its goods cost"), required=False)


class BillForm(forms.Form):
    amount = MoneyField(label=_("Amount in yuan"), least=Decimal("0.00"))
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)


class WeightsForm(forms.Form):
    """One box a parcel of what is sold by weight; empty: as it was shared out."""

    def __init__(self, *args, parcels: list[Parcel], **kwargs):
        super().__init__(*args, **kwargs)
        self.parcels = parcels
        for parcel in parcels:
            self.fields[f"w-{parcel.pk}"] = TypedNumberField(
                label=f"{parcel.line.household.door} · {parcel.lot.name}",
                read=str,
                required=False,
                initial="" if parcel.weighed is None else parcel.line.item.number(parcel.weighed),
                help_text=_("shared out: %(there)s") % {"there": parcel.line.item.say(parcel.quantity)},
            )

    def clean(self):
        cleaned = super().clean()
        cleaned["grams"] = {}
        for parcel in self.parcels:
            typed = cleaned.get(f"w-{parcel.pk}")
            try:
                cleaned["grams"][parcel.pk] = read_one(parcel.line.item, typed) if typed else None
            except NumberError as error:
                self.add_error(f"w-{parcel.pk}", str(error))
        return cleaned
