"""Needs go some weeks after they ended; calls with the rota, their notes sooner. How many of which kind, stays.

Never longer than a month: the household's page promises it."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from care.models import CallPlace, CallStep, CareDesk, KnockRound, Need, NeedStep
from residents.retention import KeepClass, goes, keeps, register, stays

NEEDS = KeepClass("needs", _("Help asked for"), _("the day it ended"), days=30, low=7, high=30)
CALLS = KeepClass("calls", _("Call rota and its log"), _("the last day; notes: the call"), days=30, low=7, high=30)

# Done and never confirmed: nobody waits for it any more.
ENDED = (Need.State.DONE, Need.State.CONFIRMED, Need.State.WITHDRAWN)

register(
    NEEDS,
    goes(NeedStep, "need__compound", since="need__state_at", due=Q(need__state__in=ENDED)),
    goes(Need, "compound", since="state_at", due=Q(state__in=ENDED), counted=("kind", "state")),
)
register(
    CALLS,
    goes(CallStep, "place__compound", since="place__ended_at", counted=("step",), sooner=("at", {"note": ""})),
    goes(CallPlace, "compound", since="ended_at"),
)
stays(_("Settings, no people."), keeps(CareDesk, "compound", plain=("doorbell",)), keeps(KnockRound, "round__compound"))
