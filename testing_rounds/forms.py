from django import forms
from django.utils.translation import gettext_lazy as _

from rounds.forms import WindowForm
from testing_rounds.models import TestRound


class TestRoundForm(WindowForm):
    pool_size = forms.TypedChoiceField(
        label=_("People in a tube"),
        coerce=int,
        choices=TestRound.PoolSize.choices,
        initial=TestRound.PoolSize.TEN,
        widget=forms.RadioSelect,
    )
    instructions = forms.CharField(
        label=_("For the volunteers"),
        max_length=200,
        required=False,
        help_text=_("Shown on top of their list of doors."),
    )
    field_order = ["title", "starts_at", "ends_at", "pool_size", "instructions", "buildings"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("pool_size", TestRound.PoolSize.TEN)
