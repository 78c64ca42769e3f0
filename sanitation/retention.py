"""Which home was sprayed goes after a month; that it was sprayed, and with what, stays in the log."""

from django.utils.translation import gettext_lazy as _

from residents.retention import IF_ANY, KeepClass, goes, keeps, register, stays
from sanitation.models import BelongingsAsked, Disinfection, DisinfectionStep, WasteRound, YellowBags

BELONGINGS = KeepClass("belongings", _("Homes disinfected, and what they asked for"), _("the entry"), days=30, high=90)

register(BELONGINGS, goes(BelongingsAsked, "disinfection__compound", since="at"))
stays(
    _("Places, agents and bags: no people."),
    keeps(WasteRound, "round__compound", end={"instructions": ""}),
    keeps(YellowBags, "compound", end={"reason": IF_ANY}),
    keeps(Disinfection, "compound", end={"place": IF_ANY, "correction_reason": IF_ANY}),
    keeps(DisinfectionStep, "disinfection__compound", end={"reason": IF_ANY}),
)
