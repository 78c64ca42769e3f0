"""Sheets for every stairwell, and the page on which they are typed when they come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from residents.access import get_visible
from residents.models import AccessRecord, Building
from rounds.board import LETTERS
from rounds.forms import DESK_OUTCOMES, PaperForm
from rounds.marks import Follow
from rounds.models import Mark, Outcome, Round, Visit
from rounds.paper import MOST_ROWS, PaperRow, record_paper, sheet_code
from rounds.receiving import clean_text, read_uuid
from rounds.services import RoundError
from rounds.views import chosen_building

LONGEST_NOTE = Mark._meta.get_field("note").max_length or 0
ROUNDS = Round.objects.select_related("compound")


class Sheet(NamedTuple):
    building: Building
    entrance: str
    code: str
    link: str
    qr: SafeString


def _link(round: Round, building_id: int, entrance: str) -> str:
    where = {"building": building_id} | ({"entrance": entrance} if entrance else {})
    return reverse("rekey", args=[round.pk]) + "?" + urlencode(where)


def _sheet(round: Round, building: Building, entrance: str) -> Sheet:
    link = settings.PUBLIC_URL + _link(round, building.pk, entrance)
    # Attributes only, no style: the content security policy would drop it.
    qr = segno.make(link, error="m", micro=False).svg_inline(omitsize=True, border=1, light="#fff", svgclass="qr")
    return Sheet(building, entrance, sheet_code(round.pk, building.pk, entrance), link, mark_safe(qr))


@require_safe
def print_sheets(request, pk):
    """A4 per stairwell: every door with its state and a box to tick for each outcome. Who printed is on record."""
    round = get_visible(ROUNDS, request.user, pk=pk)
    buildings = Building.objects.visible_to(request.user).filter(rounds=round)
    chosen = chosen_building(request)
    if chosen:
        buildings = buildings.filter(pk=chosen)
    visits = (
        Visit.objects.filter(round=round, building__in=buildings).select_related("building", "latest_mark").top_down()
    )
    places: dict[tuple, list[Visit]] = {}
    for visit in visits:
        visit.letter = str(LETTERS[visit.outcome])
        places.setdefault((visit.building, visit.entrance), []).append(visit)
    AccessRecord.objects.create(
        user=request.user,
        compound=round.compound,
        deed=AccessRecord.Deed.PRINT,
        subject=f"round {round.pk}",
        row_count=sum(len(rows) for rows in places.values()),
    )
    sheets = [(_sheet(round, *place), rows) for place, rows in places.items()]
    return render(request, "rounds/print.html", {"round": round, "sheets": sheets, "outcomes": DESK_OUTCOMES})


# --- Typing ---------------------------------------------------------------------------------------


@dataclass
class Line:
    """One door on the screen: as it stands, and what was typed."""

    visit: Visit
    outcome: str = ""
    note: str = ""
    saw: UUID | None = None
    error: str = ""
    is_changed: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
def rekey(request, pk, *, follow):
    """A row a door. Saved in one go; what moved on meanwhile is shown beside what was typed, and not written over."""
    round = get_visible(ROUNDS, request.user, pk=pk)
    place, places = _find_place(request, round)
    form = PaperForm(request.POST or None, round=round)
    lines, page = _lines(request, round, place)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and not any(line.error for line in lines):
            try:
                changed = _save(request, round, form, lines, follow)
            except RoundError as error:
                form.add_error(None, str(error))
            else:
                if not changed:
                    return redirect(request.get_full_path())
                status = 409
                lines, page = _lines(request, round, place, changed)
    keep = urlencode({name: request.GET[name] for name in ("building", "entrance") if name in request.GET})
    context = {"round": round, "place": place, "places": places, "form": form, "lines": lines, "page": page}
    context["keep"] = f"{keep}&" if keep else ""
    choices = [(number, outcome.value, outcome.label) for number, outcome in enumerate(DESK_OUTCOMES, start=1)]
    return render(request, "rounds/rekey.html", context | {"choices": choices}, status=status)


def _find_place(request, round: Round) -> tuple[dict | None, list[dict]]:
    """The stairwell asked for, or the first, among those the user may mark. 403 for who may only look."""
    access = request.user.access
    mine = Q() if round.compound_id in access.steward else Q(building__in=access.lead_buildings)
    if round.compound_id not in access.steward and not round.buildings.filter(pk__in=access.lead_buildings).exists():
        raise PermissionDenied
    rows = (
        Visit.objects.filter(mine, round=round)
        .order_by("building__position", "building__code", "building", "entrance")
        .values("building", "building__name", "entrance")
        .distinct()
    )
    places = [
        {
            "building": row["building"],
            "name": row["building__name"],
            "entrance": row["entrance"],
            "code": sheet_code(round.pk, row["building"], row["entrance"]),
            "link": _link(round, row["building"], row["entrance"]),
        }
        for row in rows
    ]
    if "building" not in request.GET:
        return (places[0] if places else None), places
    building, entrance = chosen_building(request), request.GET.get("entrance")
    for place in places:
        if place["building"] == building and entrance in {None, place["entrance"]}:
            return place, places
    raise Http404


def _lines(request, round: Round, place: dict | None, changed: set[int] | None = None):
    """The doors of the stairwell with what was typed. After saving, only what was not written is still filled in."""
    if place is None:
        return [], None
    visits = (
        Visit.objects.filter(round=round, building=place["building"], entrance=place["entrance"])
        .select_related("latest_mark__marked_by", "latest_mark__walked_by")
        .top_down()
    )
    page = Paginator(visits, MOST_ROWS).get_page(request.GET.get("page"))
    lines = []
    for visit in page:
        visit.letter = str(LETTERS[visit.outcome])
        line = Line(visit, saw=visit.latest_mark_id)
        if changed is None or visit.pk in changed:
            _read_line(request.POST, line)
        if changed is not None:
            line.saw, line.is_changed = visit.latest_mark_id, visit.pk in changed
        lines.append(line)
    return lines, page


def _read_line(typed, line: Line) -> None:
    key = line.visit.pk
    line.outcome, line.note = typed.get(f"outcome-{key}", ""), clean_text(typed.get(f"note-{key}", "")).strip()
    if f"saw-{key}" in typed:
        line.saw = read_uuid(typed[f"saw-{key}"])
    if (line.outcome and line.outcome not in DESK_OUTCOMES) or (line.note and not line.outcome):
        line.error = _("Choose what happened at this door.")
    elif len(line.note) > LONGEST_NOTE:
        line.error = _("The remark is too long.")


def _save(request, round: Round, form, lines: list[Line], follow: Follow) -> set[int]:
    """Store what was typed; the visits that were marked meanwhile come back."""
    rows = [PaperRow(line.visit.pk, Outcome(line.outcome), line.note, line.saw) for line in lines if line.outcome]
    if not rows:
        raise RoundError(_("Nothing was chosen yet."))
    result = record_paper(round=round, by=request.user, rows=rows, follow=follow, **form.cleaned_data)
    count = len(result.stored)
    if count or not result.changed:
        text = ngettext("%(n)s door is stored.", "%(n)s doors are stored.", count)
        messages.success(request, text % {"n": count})
    if count < len(rows) - len(result.changed):
        messages.info(request, _("What stood there already was not marked again."))
    return result.changed
