from django import forms
from django.utils.translation import gettext_lazy as _

from residents.forms import NameField


class LinkEndForm(forms.Form):
    reason = NameField(max_length=100, label=_("Why"))
