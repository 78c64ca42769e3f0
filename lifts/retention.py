"""Call-downs hold no names; who rode when goes with the visits."""

from django.utils.translation import gettext_lazy as _

from lifts.models import CallDown, CallDownPlan, Disinfection, Forecast, Lift, LiftEvent, Ride, RideStep, Turn
from residents.retention import goes, keeps, stays, until_the_end

until_the_end(
    goes(Turn, "call_down__building__compound", counted=("call_down_id", "state")),
    goes(Ride, "lift__building__compound"),
    goes(RideStep, "turn__call_down__building__compound"),
    goes(Disinfection, "lift__building__compound", counted=("lift_id",)),
)
stays(
    _("Lifts and plans, no people."),
    keeps(CallDownPlan, "round__compound", plain=("agent", "strength")),
    keeps(CallDown, "building__compound", plain=("agent", "strength", "entrance", "lobby_hash")),
    keeps(Forecast, "call_down__building__compound"),
    keeps(Lift, "building__compound", end={"latest_step": None}, plain=("entrance",)),
    keeps(LiftEvent, "lift__building__compound", end={"reason": ""}),
)
