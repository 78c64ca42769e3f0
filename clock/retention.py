"""Cases lose their door; results and remarks wait for the last clock."""

from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clock.models import (
    Case,
    Clock,
    ClockEvent,
    Homecoming,
    HomecomingTick,
    RoundProposal,
    RuleProfile,
    RuleVersion,
)
from residents.retention import (
    IF_ANY,
    KeepClass,
    before_the_end,
    emptied,
    goes,
    hold_back,
    keeps,
    register,
    stays,
)

CASES = KeepClass(
    "cases", _("Door and person of a case"), _("the case, and the last clock's end"), days=14, low=3, high=90
)
HOMECOMINGS = KeepClass("homecomings", _("People back from hospital"), _("their return"), days=100, low=30, high=180)
HOME = "household__door__building__compound"

register(
    CASES,
    emptied(Case, "building__compound", "at", {"household": None, "resident": None}, counted=("building_id", "kind")),
)
register(
    HOMECOMINGS,
    goes(HomecomingTick, f"homecoming__{HOME}", since="homecoming__returned_on"),
    goes(Homecoming, HOME, since="returned_on"),
)
stays(
    _("Days and decisions by building."),
    keeps(Clock, "building__compound"),
    keeps(ClockEvent, "clock__building__compound", end={"reason": IF_ANY}, plain=("choice",)),
    keeps(RoundProposal, "building__compound"),
    keeps(RuleProfile, None),
    keeps(RuleVersion, None),
)


def a_clock_runs(compound, cutoff) -> bool:
    """Or ended so recently that the days after it are not over."""
    clocks = Clock.objects.filter(building__compound=compound)
    return clocks.filter(Q(ended_at=None) | Q(ended_at__gte=cutoff)).exists()


for code in ("results", "remarks", "cases"):
    hold_back(code, a_clock_runs, _("a clock runs, or ended within these days"))


@before_the_end
def running_clocks(compound):
    names = Clock.objects.filter(building__compound=compound, ended_at=None).values_list(F("building__name"), flat=True)
    for name in names:
        yield gettext("The clock of %(building)s runs: end it first.") % {"building": name}
