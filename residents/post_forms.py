from django import forms
from django.utils.translation import gettext_lazy as _

from residents.models import Resident
from residents.phones import PhoneError, normalise_phone
from residents.posts import LONGEST_POST


class PostForm(forms.Form):
    post = forms.CharField(
        label=_("Post"), max_length=LONGEST_POST, help_text=_("Where they are found, for example: guard room.")
    )
    name = forms.CharField(label=_("Name"), max_length=Resident._meta.get_field("name").max_length)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)

    def clean_phone(self) -> str:
        if not self.cleaned_data["phone"]:
            return ""
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except PhoneError as error:
            raise forms.ValidationError(str(error)) from error
