"""Sheets and lists that leave the desk: on paper, or as a file."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.evening import door_header, door_row, read_evening_sheet, totals_of, totals_table, visits_of
from reports.exports import ROW_CAP, csv_lines, file_name, log_export, watermark, xlsx_bytes
from reports.result_lists import results_table
from reports.tube_list import tube_table
from residents.access import get_visible
from rounds.models import Round
from testing_rounds.swabs import IN_TUBES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTS = ("totals", "gaps", "doors", "tubes", "results")
ENDINGS = frozenset({"xlsx", "csv"})
KINDS = {"tubes": IN_TUBES, "results": Round.Kind.tests()}  # of the lists that not every round has


def _may_take_doors(user, round: Round) -> bool:
    """An officer over the compound takes counts only; doors belong to those who keep them."""
    access = user.access
    return round.compound_id in access.steward or round.buildings.filter(pk__in=access.lead_buildings).exists()


def _may_take(user, round: Round, what: str) -> bool:
    """Counts: whoever sees them. Doors: who keeps them. Tubes hold people of many doors: stewards alone."""
    if what == "tubes":
        return round.compound_id in user.access.steward
    return what == "totals" or _may_take_doors(user, round)


@require_safe
def evening(request, pk):
    round = get_visible(Round.objects.exclude(state="draft").select_related("compound"), request.user, pk=pk)
    sheet = read_evening_sheet(round, request.user)
    can_take_doors = _may_take_doors(request.user, round)
    return render(request, "reports/evening.html", {"round": round, "sheet": sheet, "can_take_doors": can_take_doors})


@require_safe
def export(request, pk, what, ending):
    """`what`: totals, gaps, doors, tubes or results; `ending`: xlsx or csv."""
    if what not in LISTS or ending not in ENDINGS:
        raise Http404
    round = get_visible(Round.objects.exclude(state="draft").select_related("compound"), request.user, pk=pk)
    if round.kind not in KINDS.get(what, Round.Kind.values):
        raise Http404
    if not _may_take(request.user, round, what):
        raise PermissionDenied
    table = _table(round, request.user, what)
    return send_table(request, round.compound, f"round {round.pk}: {what}", str(round), ending, table)


def send_table(request, compound, subject: str, of: str, ending: str, table: tuple[list[str], list[list[str]], str]):
    """A list as a file, numbered and on record. `of`: what the file is named after."""
    header, rows, title = table
    record = log_export(user=request.user, compound=compound, subject=subject, row_count=len(rows))
    mark, name = watermark(record), file_name(record, f"{of}-{title}", ending)
    if ending == "csv":
        lines = csv_lines(mark, header, rows)
        response: HttpResponseBase = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(xlsx_bytes(title, mark, header, rows), content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _table(round: Round, user, what: str) -> tuple[list[str], list[list[str]], str]:
    if what == "totals":
        return *totals_table(*totals_of(round, user)), _("Totals")
    if what == "tubes":
        return *tube_table(round), _("Tubes")
    if what == "results":
        return *results_table(round, user), _("Results")
    visits, title = visits_of(round, user).markable_by(user), _("All doors")
    if what == "gaps":
        visits, title = visits.missing(), _("Gap list")
    return door_header(), [door_row(visit) for visit in visits[:ROW_CAP]], title
