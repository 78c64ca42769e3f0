"""The evening's sheets of a compound: what is left to do tonight, over all its open rounds.

A sheet is one function of SHEETS: it gives a Sheet, or None to those it is not for. A room that comes later adds its
own and the page, the print and the files have it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from reports.night import Night, Sheet
from reports.tonight_open import needs_open, receipts_open
from residents.listing import listed
from residents.models import Building
from rounds.board import next_step_at
from rounds.models import Outcome
from testing_rounds.hold_tables import HOLDS
from testing_rounds.models import ExpectedPerson, Hold, Result


def by_stairwell(night: Night) -> Sheet:
    """Rooms for those who keep the house, a count for an officer. One statement."""
    rounds = {round.pk: round for round in night.rounds}
    rooms: dict[tuple, list[str]] = defaultdict(list)
    counts: Counter[tuple] = Counter()
    names = {building.pk: building for building in night.buildings}
    for visit in night.missing().top_down().only(*_PLACE):
        key = (visit.building_id, visit.entrance, visit.round_id)
        counts[key] += 1
        if night.user.access.keeps(names[visit.building_id]):
            rooms[key].append(visit.rooms)
    rows = [
        [
            _stairwell(names[building], entrance),
            str(rounds[round]),
            str(counts[building, entrance, round]),
            listed(rooms[building, entrance, round]),
        ]
        for building, entrance, round in counts
    ]
    header = [_("Stairwell"), _("Round"), _("Doors missing"), _("Rooms")]
    return Sheet("missing", _("Not done yet"), header, rows, _("Every door has an answer."))


def _stairwell(building: Building, entrance: str) -> str:
    if not entrance:
        return str(building)
    return " ".join([str(building), _("entrance %(name)s") % {"name": entrance}])


_PLACE = ("round_id", "building_id", "entrance", "floor", "position", "room", "joined_rooms")


def refused_or_absent(night: Night) -> Sheet | None:
    """With what was said at the door; for those who keep the house. One statement."""
    kept = night.kept
    if not kept:
        return None
    visits = (
        night.missing()
        .filter(building__in=kept, outcome__in=[Outcome.NOBODY_HOME, Outcome.REFUSED, Outcome.PARTLY])
        .select_related("building", "round", "latest_mark__marked_by", "latest_mark__walked_by")
        .top_down()
    )
    rows = [
        [
            str(visit.building),
            visit.rooms,
            visit.label,
            str(visit.get_outcome_display()),
            visit.latest_mark.note if visit.latest_mark else "",
            f"{timezone.localtime(visit.latest_at):%H:%M} {visit.latest_mark.who}" if visit.latest_mark else "",
            str(visit.round),
            next_step_at(visit),
        ]
        for visit in visits
    ]
    header = [
        *(_("Building"), _("Room"), _("Name (masked)"), _("State"), _("Reason")),
        *(_("Marked at"), _("Round"), _("Next step")),
    ]
    return Sheet("reasons", _("Refused or absent"), header, rows, _("Nobody has refused, and nobody was out."))


def positives_and_recalls(night: Night) -> Sheet | None:
    """Stewards alone. Two statements."""
    if not night.keeps_all:
        return None
    rows = []
    told = (
        ExpectedPerson.objects.filter(
            visit__round__in=[round.pk for round in night.rounds], result__in=[Result.POSITIVE, Result.DISPUTED]
        )
        .select_related("visit__building", "visit__round")
        .order_by("visit__building__position", "visit__building__code", "visit", "number")
    )
    for person in told:
        rows.append([*_who(person), str(person.get_result_display()), str(person.visit.round), ""])
    for hold in HOLDS.open().filter(tube__compound=night.compound).order_by("since", "pk"):
        rows.append([*_who(hold.person), _("held at home"), str(hold.tube.test_round.round), _recall(hold)])
    header = [_("Building"), _("Room"), _("Name (masked)"), _("What"), _("Round"), _("Recall")]
    return Sheet("restricted", _("Positives and recalls"), header, rows, _("Nobody is held."), is_restricted=True)


def _who(person: ExpectedPerson) -> list[str]:
    return [str(person.visit.building), person.visit.full_room, str(person.masked_name)]


def _recall(hold: Hold) -> str:
    recalled = hold.recalled_as
    if recalled is None:
        return _("nobody to visit")
    return str(recalled.get_result_display() or Outcome(recalled.outcome).label)


SHEETS: tuple[Callable[[Night], Sheet | None], ...] = (
    by_stairwell,
    refused_or_absent,
    receipts_open,
    needs_open,
    positives_and_recalls,
)
NAMES = frozenset({"missing", "reasons", "receipts", "needs", "restricted"})


def read_sheets(night: Night) -> list[Sheet]:
    return [sheet for read in SHEETS if (sheet := read(night)) is not None]
