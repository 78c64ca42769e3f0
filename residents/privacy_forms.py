"""Forms of the privacy pages: which part of the record of looks, why a purge, and its last word."""

import unicodedata
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.forms import NameField
from residents.looks import KINDS, lookers
from residents.models import Compound, User

MOST_REASON = 200


class LogForm(forms.Form):
    """All of it may be left empty."""

    user = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        label=pgettext_lazy("privacy", "Who"),
        empty_label=pgettext_lazy("privacy", "everybody"),
    )
    deed = forms.ChoiceField(required=False, label=pgettext_lazy("privacy", "How"))
    since = forms.DateField(
        required=False, label=_("From day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        required=False, label=_("To day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = lookers(compound)  # type: ignore[attr-defined]
        self.fields["deed"].choices = [("", _("any way")), *KINDS.items()]  # type: ignore[attr-defined]

    def clean(self):
        told = super().clean()
        since, until = told.get("since"), told.get("until")
        if since and until and until < since:
            raise ValidationError(_("The last day lies before the first."))
        if any(day and not date(2000, 1, 1) <= day <= date(2999, 1, 1) for day in (since, until)):
            raise ValidationError(_("This day is too far away."))
        return told


class PurgeAskForm(forms.Form):
    reason = NameField(
        max_length=MOST_REASON,
        label=_("Why"),
        help_text=_("It stands on the certificate: “lifted on 1 June, notice of the sub-district”. No names."),
    )


class PurgeApproveForm(forms.Form):
    name = NameField(max_length=100, label=_("Name of the compound"))

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, **kwargs)
        self.compound = compound
        self.fields["name"].widget.attrs |= {"autocomplete": "off"}

    def clean_name(self):
        typed = self.cleaned_data["name"]
        if _bare(typed) != _bare(self.compound.name):
            raise ValidationError(
                _("Type the name of the compound as it stands above: %(name)s."), params={"name": self.compound.name}
            )
        return typed


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
