"""How long what was said at doors is kept. Counts by round and building stay when the visits go."""

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from residents.retention import KeepClass, before_the_end, emptied, goes, keeps, register, stays, until_the_end
from rounds.models import Assignment, Complaint, HeldMark, Mark, Round, RoundEvent, Visit

REMARKS = KeepClass("remarks", _("Remarks, names on door lists"), _("the end of the round"), days=30, low=7, high=180)

register(
    REMARKS,
    emptied(Mark, "visit__round__compound", "visit__round__closed_at", {"note": "", "details": {}}),
    emptied(
        Visit,
        "round__compound",
        "round__closed_at",
        {"label": "", "needs": []},
        loosen=("latest_mark",),
        counted=("round_id", "building_id", "outcome"),
    ),
    goes(HeldMark, "compound", since="decided_at"),
    goes(Complaint, "visit__round__compound", since="visit__round__closed_at"),
)
until_the_end(goes(Assignment, "round__compound"))
stays(
    _("That a round took place, and its counts."),
    keeps(Round, "compound", end={"title": ""}),
    keeps(RoundEvent, "round__compound", end={"reason": ""}),
)


@before_the_end
def open_rounds(compound):
    for round in Round.objects.filter(compound=compound, closed_at=None).exclude(
        Q(state=Round.State.CANCELLED) | Q(state=Round.State.DRAFT)
    ):
        yield gettext("“%(round)s” is open: close it first.") % {"round": round}
