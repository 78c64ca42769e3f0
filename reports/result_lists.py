"""Results as a list, and what of a laboratory's list was left over: refused, or waiting for somebody to decide.

What was left over goes back as it was written, names in full: the laboratory has to find the line. Its columns are
called as the reading of lists calls them, so that the file can be put right and brought again.
"""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.exports import ROW_CAP
from residents.models import Building, User
from rounds.board import LETTERS
from rounds.models import Outcome, Round
from testing_rounds.labs import reason_of, tell_line
from testing_rounds.models import ExpectedPerson, Hold, LabLine, LabList, Swab

Table = tuple[list[str], list[list[str]]]


def results_table(round: Round, user: User) -> Table:
    """Door by door as people walk. Values and tubes are the steward's; a lead learns who was told of."""
    sees_values = round.compound_id in user.access.steward
    kept = Building.objects.filter(rounds=round)
    kept = kept if sees_values else kept.filter(pk__in=user.access.lead_buildings)
    people = (
        ExpectedPerson.objects.filter(visit__round=round, visit__building__in=kept)
        .select_related("visit__building")
        .order_by(
            *(f"visit__{name}" for name in ("building__position", "building__code", "entrance")),
            F("visit__floor").desc(),
            *(f"visit__{name}" for name in ("position", "room", "pk")),
            "number",
        )
    )
    held = set(Hold.objects.open().filter(person__visit__round=round).values_list("person", flat=True))
    tubes = _tubes(round) if sees_values else {}
    last = [_("Tube"), _("Result"), _("Known since")] if sees_values else [pgettext("of results", "Told")]
    header = [_("Building"), _("Room"), _("Name (masked)"), _("State"), *last, _("Stays at home")]
    rows = []
    for person in people[:ROW_CAP]:
        since = timezone.localtime(person.result_at).strftime("%Y-%m-%d %H:%M") if person.result_at else ""
        told = [tubes.get(person.pk, ""), str(person.get_result_display()), since]
        rows.append(
            [
                person.visit.building.name,
                person.visit.full_room,
                person.masked_name,
                f"{LETTERS[person.outcome]} {Outcome(person.outcome).label}",
                *(told if sees_values else [_("yes") if person.result else ""]),
                _("yes") if person.pk in held else "",
            ]
        )
    return header, rows


def _tubes(round: Round) -> dict[int, str]:
    swabs = Swab.objects.filter(person__visit__round=round, voided_at=None)
    return dict(swabs.values_list("person", "tube__code"))


# --- What was left over of a list -----------------------------------------------------------------


def columns() -> dict[str, str]:
    return {
        "tube": _("Tube"),
        "building": _("Building"),
        "entrance": _("Entrance"),
        "room": _("Room"),
        "name": pgettext("of a person", "Name"),
        "value": _("Result"),
        "time": _("Time"),
        "round": _("Round"),
    }


def left_over(lab_list: LabList) -> QuerySet[LabLine]:
    return lab_list.lines.filter(verdict__in=[LabLine.Verdict.REFUSED, LabLine.Verdict.REVIEW]).order_by("row")


def left_over_table(lab_list: LabList) -> Table:
    words = columns()
    header = [_("Line"), *words.values(), _("As written"), _("What it does"), _("Why")]
    rows = []
    for line in left_over(lab_list)[:ROW_CAP]:
        told = tell_line(line)
        rows.append(
            [
                str(line.row),
                *(told[name] for name in words),
                " | ".join(told["cells"]),
                str(line.get_verdict_display()),
                reason_of(line, told),
            ]
        )
    return header, rows
