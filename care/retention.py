"""Needs go some weeks after they were closed; calls with the rota. How many of which kind, stays."""

from django.utils.translation import gettext_lazy as _

from care.models import CallPlace, CallStep, CareDesk, KnockRound, Need, NeedStep
from residents.retention import KeepClass, goes, keeps, register, stays

NEEDS = KeepClass("needs", _("Help asked for"), _("the day it was closed"), days=30, low=7, high=180)
CALLS = KeepClass("calls", _("Call rota and its log"), _("the last day on the rota"), days=30, low=7, high=180)

register(
    NEEDS,
    goes(NeedStep, "need__compound", since="need__closed_at"),
    goes(Need, "compound", since="closed_at", counted=("kind", "state")),
)
register(
    CALLS,
    goes(CallStep, "place__compound", since="place__ended_at", counted=("step",)),
    goes(CallPlace, "compound", since="ended_at"),
)
stays(_("Settings, no people."), keeps(CareDesk, "compound", plain=("doorbell",)), keeps(KnockRound, "round__compound"))
