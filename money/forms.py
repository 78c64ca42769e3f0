from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from money.books import EARLIEST, MoneyError, serves_here
from money.funds import leads_of
from money.models import Closing, Fund, Purse
from money.receipts import read_receipt
from residents.models import Compound, RoleGrant, User
from residents.number_fields import MoneyField, PiecesField
from supplies.models import Batch, Item

PURSES = Purse.Kind.choices


class DayField(forms.DateField):
    """A day that has come already; today unless told otherwise."""

    def __init__(self, **kwargs):
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, initial=timezone.localdate, **kwargs)

    def validate(self, value):
        super().validate(value)
        if value and not EARLIEST <= value <= timezone.localdate():
            raise ValidationError(_("Give a day that has come already."))


class ReceiptField(forms.FileField):
    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"})

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return read_receipt(upload)
        except MoneyError as error:
            raise ValidationError(str(error)) from error


def _people(label, queryset=None, **kwargs) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(label=label, queryset=User.objects.none() if queryset is None else queryset, **kwargs)


def keepers(compound: Compound):
    """Who may keep money: stewards and building leads."""
    roles = [RoleGrant.Role.STEWARD, RoleGrant.Role.LEAD]
    grants = RoleGrant.objects.in_force().filter(compound=compound, role__in=roles)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True).order_by("display_name", "pk")


class FundForm(forms.ModelForm):
    cash_keeper = _people(_("Who keeps the cash box"))
    account_keeper = _people(_("Whose account takes transfers"))

    class Meta:
        model = Fund
        fields = ["name", "purpose", "surplus_rule"]
        help_texts = {
            "purpose": _("Stands on the public page: why neighbours collect."),
            "surplus_rule": _("Say it before anybody gives, for example: a vote of the donors decides."),
        }

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("cash_keeper", "account_keeper"):
            self.fields[name].queryset = keepers(compound)  # type: ignore[attr-defined]


class NamingForm(forms.Form):
    pseudonym = forms.CharField(
        label=_("Shown as"),
        max_length=30,
        required=False,
        help_text=_("For everybody to read: no real name, no room. Empty: a number."),
    )


class GiverForm(NamingForm):
    giver = forms.CharField(
        label=_("Real name, only if the giver wishes"),
        max_length=50,
        required=False,
        help_text=_("Kept encrypted. Stewards alone can look at it, and each look is on record."),
    )


class WitnessForm(forms.Form):
    """Who else was there; somebody with a role in the compound, and not oneself."""

    def __init__(self, *args, fund: Fund, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        others = serves_here(fund).exclude(pk=user.pk).order_by("display_name", "pk")
        for name in ("witness", "handed_to"):
            if name in self.fields:
                self.fields[name].queryset = others  # type: ignore[attr-defined]


class GiftForm(WitnessForm, GiverForm):
    amount = MoneyField(label=_("Amount"))
    purse = forms.ChoiceField(label=_("Where it went"), choices=PURSES, widget=forms.RadioSelect, initial="account")
    witness = _people(_("Who looked on (for cash)"), required=False)
    received_on = DayField(label=_("Received on"))
    wish = forms.CharField(label=_("For what, if the giver said so"), max_length=100, required=False)
    note = forms.CharField(
        label=_("How it came"),
        max_length=100,
        required=False,
        help_text=_("For a transfer outside the portal: where it can be found again. Not public."),
    )
    field_order = ["amount", "purse", "witness", "received_on", "pseudonym", "giver", "wish", "note"]


class GoodsForm(GiverForm):
    batch = forms.ModelChoiceField(label=_("Batch in the store"), queryset=Batch.objects.none())
    note = forms.CharField(label=_("How it came"), max_length=100, required=False)
    field_order = ["batch", "pseudonym", "giver", "note"]

    def __init__(self, *args, fund: Fund, **kwargs):
        super().__init__(*args, **kwargs)
        batches = Batch.objects.filter(item__compound=fund.compound_id, source=Batch.Source.DONATION, gift=None)
        self.fields["batch"].queryset = batches.select_related("item")  # type: ignore[attr-defined]


class ExpenseForm(forms.Form):
    title = forms.CharField(
        label=_("What for"), max_length=80, help_text=_("Stands on the public page: the thing, no names.")
    )
    amount = MoneyField(label=_("Total on the receipt"))
    purse = forms.ChoiceField(label=_("Paid from"), choices=PURSES, widget=forms.RadioSelect, initial="cash")
    spent_on = DayField(label=_("Spent on"))
    spender = _people(_("Who spent it"))
    receipt = ReceiptField(label=_("Receipt"), required=False, help_text=_("A photo or a PDF, up to 5 MB."))
    no_receipt_why = forms.CharField(label=_("Why there is no receipt"), max_length=200, required=False)

    def __init__(self, *args, fund: Fund, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        people = serves_here(fund).order_by("display_name", "pk")
        self.fields["spender"].queryset = people  # type: ignore[attr-defined]
        self.initial.setdefault("spender", user.pk)

    def clean(self):
        cleaned = super().clean()
        if "receipt" in cleaned and not cleaned["receipt"] and not cleaned.get("no_receipt_why", "").strip():
            self.add_error("receipt", _("Add the receipt, or say why there is none."))
        return cleaned


class LineForm(forms.Form):
    what = forms.CharField(label=_("What was bought"), max_length=60)
    quantity = PiecesField(label=_("How many"), initial="1")
    amount = MoneyField(label=_("Amount"))
    item = forms.ModelChoiceField(label=_("Item of the store"), queryset=Item.objects.none(), required=False)

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items  # type: ignore[attr-defined]


LineFormSet = formset_factory(LineForm, extra=4, max_num=12, validate_max=True)


class ReturnForm(forms.Form):
    amount = MoneyField(label=_("Amount to give back"))
    purse = forms.ChoiceField(label=_("Paid from"), choices=PURSES, widget=forms.RadioSelect, initial="account")


class MoveForm(forms.Form):
    WAYS = [("cash", _("from the cash box into the account")), ("account", _("from the account into the cash box"))]

    source = forms.ChoiceField(label=_("Which way"), choices=WAYS, widget=forms.RadioSelect, initial="cash")
    amount = MoneyField(label=_("Amount"))
    on = DayField(label=_("Day"))
    reason = forms.CharField(label=_("Remark"), max_length=200, required=False)


class CountForm(WitnessForm):
    purse = forms.ChoiceField(label=_("Which purse"), choices=PURSES, widget=forms.RadioSelect, initial="cash")
    counted = MoneyField(label=_("Counted"), least=Decimal(0), help_text=_("0 when it is empty."))
    witness = _people(_("Who counted with you"))
    handed_to = _people(
        _("Handed over to"), required=False, help_text=_("Only when the purse changes hands: one of the two of you.")
    )
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args, fund: Fund, user: User, **kwargs):
        super().__init__(*args, fund=fund, user=user, **kwargs)
        self.fields["handed_to"].queryset = keepers(fund.compound)  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200)


class ReceiptForm(forms.Form):
    receipt = ReceiptField(label=_("Receipt"), help_text=_("A photo or a PDF, up to 5 MB."))


class DutyForm(forms.Form):
    leads = forms.ModelMultipleChoiceField(
        label=_("Building leads who may approve"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, fund: Fund, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["leads"].queryset = leads_of(fund.compound)  # type: ignore[attr-defined]


class BatchForm(forms.Form):
    batch = forms.ModelChoiceField(label=_("Batch in the store"), queryset=Batch.objects.none())

    def __init__(self, *args, batches, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["batch"].queryset = batches  # type: ignore[attr-defined]


class ClosingForm(forms.Form):
    method = forms.ChoiceField(
        label=pgettext_lazy("money", "How"), choices=Closing.Method.choices, widget=forms.RadioSelect
    )
    decision = forms.CharField(label=_("What was decided"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    decided_on = DayField(label=_("Decided on"))
    votes_for = PiecesField(label=_("Votes for it"), least=0, required=False)
    votes_against = PiecesField(label=_("Votes against"), least=0, required=False)
    to_whom = forms.CharField(
        label=pgettext_lazy("money", "Who gets it"),
        max_length=100,
        help_text=_("When it is given back: who gets what nobody takes back."),
    )


class PayForm(WitnessForm):
    purse = forms.ChoiceField(label=_("Paid from"), choices=PURSES)
    witness = _people(_("Who looked on (for cash)"), required=False)


class FinishForm(WitnessForm):
    witness = _people(_("Who looked on (for cash)"), required=False)
