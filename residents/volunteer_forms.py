from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.forms import DayField, NameField
from residents.models import Building, Skill, Volunteer


class ProfileForm(forms.Form):
    name = NameField(max_length=50, label=pgettext_lazy("of a person", "Name"))
    skills = forms.MultipleChoiceField(
        choices=Skill, required=False, widget=forms.CheckboxSelectMultiple, label=_("Skills")
    )
    usual_buildings = forms.ModelMultipleChoiceField(
        queryset=Building.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Usual buildings"),
    )
    trained_on = DayField(
        required=False, label=_("Trained on"), help_text=_("The day somebody showed them how to go to a door.")
    )

    def __init__(self, *args, volunteer: Volunteer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["usual_buildings"].queryset = volunteer.compound.buildings.all()  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial = {
                "name": volunteer.name,
                "skills": volunteer.skills,
                "usual_buildings": list(volunteer.usual_buildings.values_list("pk", flat=True)),
                "trained_on": volunteer.trained_on,
            }
