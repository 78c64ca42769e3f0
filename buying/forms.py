"""Forms of lists and things. Numbers are read as people type them; what they mean is decided by the services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buying.models import BuyingRules, GroupOrder, Item, PaperSeen
from buying.quantities import read_one
from residents.models import Building, Compound, RoleGrant, User
from residents.number_fields import MoneyField, PiecesField, TypedNumberField
from residents.numbers_typed import NumberError, read_money, read_quantity, read_weight
from rounds.forms import MomentField


class QuietForm(forms.Form):
    arrives_at = MomentField(label=_("Expected to arrive"), required=False)
    quiet_ok = forms.BooleanField(
        label=_("If it comes in the quiet hours, it stays at the gate until they are over."), required=False
    )


class OrderForm(QuietForm):
    title = forms.CharField(label=_("Title"), max_length=60, help_text=_("As people will say it: eggs, 30 a tray."))
    category = forms.ChoiceField(label=_("Category"), choices=GroupOrder.Category)
    lead = forms.ModelChoiceField(
        label=_("Group lead"),
        queryset=User.objects.none(),
        help_text=_("Keeps the list; another can take over."),
    )
    supplier = forms.CharField(label=_("Supplier"), max_length=80, required=False)
    closes_at = MomentField(label=_("Closes at"))
    gate = forms.CharField(label=_("Gate"), max_length=40, required=False)
    minimum_kind = forms.ChoiceField(label=_("Minimum"), choices=GroupOrder.Minimum)
    minimum = TypedNumberField(
        label=_("How much at least"),
        read=str,
        required=False,
        help_text=_("Yuan or pieces, as chosen above. Below it the supplier does not come."),
    )
    note = forms.CharField(label=_("What households should know"), max_length=300, required=False)
    payment_note = forms.CharField(
        label=_("How to pay"),
        max_length=200,
        required=False,
        help_text=_("The portal takes no money: say where and when."),
    )
    is_at_cost = forms.BooleanField(
        label=_("At cost: the lead earns nothing, and the price list can be asked for."), required=False
    )

    field_order = ["title", "category", "lead", "supplier", "minimum_kind", "minimum", "closes_at", "arrives_at"]

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields([*self.field_order, "quiet_ok", "gate", "note", "payment_note", "is_at_cost"])
        self.fields["lead"].queryset = leads_of(compound)  # type: ignore[attr-defined]

    @staticmethod
    def values_of(order: GroupOrder) -> dict[str, Any]:
        plain = ("title", "category", "supplier", "closes_at", "arrives_at", "gate", "minimum_kind", "note")
        minimum = order.minimum_money if order.minimum_money is not None else order.minimum_pieces
        return {name: getattr(order, name) for name in (*plain, "payment_note", "is_at_cost", "lead")} | {
            "minimum": minimum
        }

    def clean(self):
        cleaned = super().clean()
        kind, typed = cleaned.get("minimum_kind"), cleaned.pop("minimum", None)
        cleaned["minimum_money"] = cleaned["minimum_pieces"] = None
        try:
            if kind == GroupOrder.Minimum.MONEY:
                cleaned["minimum_money"] = read_money(typed or "")
            elif kind == GroupOrder.Minimum.PIECES:
                cleaned["minimum_pieces"] = read_quantity(typed or "")
        except NumberError as error:
            self.add_error("minimum", str(error))
        return cleaned


def leads_of(compound: Compound):
    """Who may keep a list there: everybody with a desk and a duty in the compound."""
    grants = RoleGrant.objects.in_force().filter(
        compound=compound, role__in=[RoleGrant.Role.STEWARD, RoleGrant.Role.LEAD]
    )
    return User.objects.filter(Q(is_active=True), pk__in=grants.values("user")).order_by("display_name", "pk")


class LeadForm(forms.Form):
    lead = forms.ModelChoiceField(label=_("New lead"), queryset=User.objects.none(), empty_label=None)
    why = forms.CharField(label=_("Why"), max_length=120)

    def __init__(self, *args, order: GroupOrder, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = leads_of(order.compound).exclude(pk=order.lead_id)  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    spec = forms.CharField(
        label=_("What is in it"), max_length=120, required=False, help_text=_("Weight, kinds, size of the set.")
    )
    measure = forms.ChoiceField(label=_("Sold"), choices=Item.Measure, widget=forms.RadioSelect)
    unit = forms.CharField(label=_("Unit"), max_length=12, help_text=_("Bag, box, tray; kg when sold by weight."))
    price = MoneyField(label=_("Price of one, in yuan"))
    pack_size = PiecesField(
        label=_("Units in a carton"),
        most=10_000,
        initial=1,
        help_text=_("The supplier sells whole cartons only; 1 when it comes loose."),
    )
    household_limit = TypedNumberField(
        label=_("At most for one household"), read=str, required=False, help_text=_("Empty: no limit.")
    )
    total_limit = TypedNumberField(
        label=_("There are in all"), read=str, required=False, help_text=_("Empty: no limit.")
    )

    @staticmethod
    def values_of(item: Item) -> dict[str, Any]:
        plain = ("name", "spec", "measure", "unit", "price", "pack_size")
        limits = {name: getattr(item, name) for name in ("household_limit", "total_limit")}
        return {name: getattr(item, name) for name in plain} | {
            name: item.number(value) for name, value in limits.items() if value is not None
        }

    def clean(self):
        cleaned = super().clean()
        is_weighed = cleaned.get("measure") == Item.Measure.WEIGHT
        for name in ("household_limit", "total_limit"):
            typed = cleaned.get(name)
            try:
                if typed:
                    cleaned[name] = int(read_weight(typed) * 1000) if is_weighed else read_quantity(typed)
            except NumberError as error:
                self.add_error(name, str(error))
        return cleaned


class ExtendForm(QuietForm):
    closes_at = MomentField(label=_("Closes at"))
    field_order = ["closes_at", "arrives_at", "quiet_ok"]


class PapersForm(forms.Form):
    seen = forms.MultipleChoiceField(
        label=_("Papers you have looked at"),
        choices=PaperSeen.Paper,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Look at them; no copy is kept here."),
    )
    tested_at = MomentField(label=_("The driver was sampled at"), required=False)

    def clean(self):
        cleaned = super().clean()
        if PaperSeen.Paper.DRIVER not in cleaned.get("seen", []):
            cleaned["tested_at"] = None
        return cleaned


class RulesForm(forms.ModelForm):
    class Meta:
        model = BuyingRules
        fields = ["report_first", "one_a_category", "quiet_from", "quiet_until"]
        widgets = {name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in fields[2:]}


class JoinForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("Twelve signs, as read out by the other compound."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    order = forms.ModelChoiceField(
        label=_("Your list"),
        queryset=GroupOrder.objects.none(),
        required=False,
        empty_label=_("A new list with the same things"),
        help_text=_("What households have ordered stays with its list."),
    )

    def __init__(self, *args, orders, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["order"].queryset = orders  # type: ignore[attr-defined]


class FindHomeForm(forms.Form):
    building = forms.ModelChoiceField(label=_("Building"), queryset=Building.objects.none(), empty_label=None)
    room = forms.CharField(label=_("Room"), max_length=20)

    def __init__(self, *args, buildings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]

    def clean_room(self):
        return self.cleaned_data["room"].strip().lstrip("0") or "0"


class HandoverForm(forms.Form):
    """One count a thing of the partner's list, in its own unit."""

    def __init__(self, *args, items: list[Item], **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"c-{item.pk}"] = TypedNumberField(
                label=f"{item} ({item.unit})",
                read=str,
                help_text=_("ordered: %(there)s") % {"there": item.say(item.ordered)},
            )
        self.fields["gate"] = forms.CharField(label=_("Gate"), max_length=40, required=False)
        self.fields["note"] = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def clean(self):
        cleaned = super().clean()
        cleaned["counts"] = {}
        for item in self.items:
            try:
                cleaned["counts"][item.pk] = read_one(item, cleaned.get(f"c-{item.pk}") or "x")
            except NumberError as error:
                if f"c-{item.pk}" in cleaned:
                    self.add_error(f"c-{item.pk}", ValidationError(str(error)))
        return cleaned


def next_evening() -> Any:
    """Closing tonight at eight, or tomorrow when that is near or over: what the form offers."""
    now = timezone.localtime()
    evening = now.replace(hour=20, minute=0, second=0, microsecond=0)
    return evening if evening - now > timedelta(hours=2) else evening + timedelta(days=1)
