"""The disinfection log as a file, and what the lifts wrote into theirs."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from reports.exports import ROW_CAP
from reports.lift_log import lift_disinfections
from reports.views import send_table
from residents.access import get_visible
from residents.models import Compound
from sanitation.forms import FilterForm
from sanitation.log import list_disinfections
from sanitation.models import Disinfection


@require_safe
def disinfections(request, pk, ending):
    """As the user sees and filters it on the page; which home it was is never in it."""
    if ending not in ("xlsx", "csv"):
        raise Http404
    compound = get_visible(Compound.objects, request.user, pk=pk)
    form = FilterForm(request.GET or None, compound=compound, user=request.user)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    header = [
        *(pgettext("disinfection", "Place"), _("Reason"), _("Disinfectant"), _("Strength (ppm)")),
        *(pgettext("disinfection", "Began"), pgettext("disinfection", "Ended"), _("Safe again at"), _("Team")),
        *(_("How many people"), _("Remark")),
    ]
    rows = [_row(entry) for entry in list_disinfections(compound, request.user, asked)[:ROW_CAP]]
    rows += [_lift_row(told) for told in lift_disinfections(request.user, compound, asked, ROW_CAP - len(rows))]
    table = header, rows, _("Disinfection log")
    return send_table(request, compound, f"compound {pk}: disinfection log", str(compound), ending, table)


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _lift_row(told: dict[str, Any]) -> list[str]:
    """The lifts of one call-down, written by the presses of who called them."""
    where = [told["lift__building__name"], told["call_down__entrance"], str(Disinfection.Part.LIFT.label)]
    times = ngettext("after each ride, %(n)s time", "after each ride, %(n)s times", told["times"])
    return [
        *(" · ".join(filter(None, where)), str(Disinfection.Reason.ROUTINE.label), told["agent"], told["strength"]),
        *(_moment(told["first"]), "", _moment(told["last"]), "", "", times % {"n": told["times"]}),
    ]


def _row(entry: Disinfection) -> list[str]:
    moments = (entry.started_at, entry.ended_at, entry.safe_at)
    times = [_moment(at) for at in moments]
    remark = entry.correction_reason
    if entry.is_corrected:
        remark = _("corrected later: %(why)s") % {"why": entry.corrected_by.correction_reason}
    elif entry.state == "called_off":
        remark = _("called off")
    return [
        *(entry.where, str(entry.get_reason_display()), str(entry.get_agent_display()), str(entry.ppm)),
        *times,
        *(str(entry.get_team_display()), str(entry.team_size), remark),
    ]
