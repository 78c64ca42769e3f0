from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from residents.roster.words import FILE


class RosterForm(forms.Form):
    roster = forms.FileField(
        label=_("Roster file"),
        help_text=_("XLSX, XLS, ODS, or CSV in UTF-8, UTF-16 or GB18030; at most 10 MB and 20,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.ods,.csv,.txt"}),
    )

    def clean_roster(self):
        upload = self.cleaned_data["roster"]
        if upload.size > settings.ROSTER_MAX_BYTES:
            raise forms.ValidationError(FILE["too_big"], params={"limit": settings.ROSTER_MAX_BYTES >> 20})
        return upload
