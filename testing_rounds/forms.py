from django import forms
from django.utils.translation import gettext_lazy as _

from residents.models import Building, Compound
from rounds.forms import WindowForm
from testing_rounds.models import TestRound


class TestWindowForm(WindowForm):
    """What every test round has. Whether the posts go first is asked where there are any."""

    posts_first = forms.BooleanField(
        label=_("Staff first"),
        required=False,
        initial=True,
        help_text=_("Guards, staff and volunteers at their posts stand before the houses in every list; else after."),
    )

    def __init__(self, *args, compound: Compound, **kwargs):
        super().__init__(*args, compound=compound, **kwargs)
        if not compound.buildings.filter(kind=Building.Kind.POST).exists():
            del self.fields["posts_first"]
        self.initial.setdefault("posts_first", True)


class TestRoundForm(TestWindowForm):
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
    field_order = ["title", "starts_at", "ends_at", "pool_size", "instructions", "buildings", "posts_first"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("pool_size", TestRound.PoolSize.TEN)
