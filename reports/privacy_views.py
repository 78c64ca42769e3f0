"""The record of who looked, as a file: itself on record."""

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from reports.exports import ROW_CAP
from reports.views import send_table
from residents.access import get_kept
from residents.looks import Look, read_looks, records_of
from residents.models import Compound
from residents.privacy_forms import LogForm


@require_safe
def privacy_log(request, pk, ending):
    """What the page shows, with the same filter; one that cannot be read takes nothing along."""
    if ending not in {"xlsx", "csv"}:
        raise Http404
    place = get_kept(Compound.objects, request.user, pk=pk)
    form = LogForm(request.GET, compound=place)
    if not form.is_valid():
        raise Http404
    looks = read_looks(list(records_of(place, **form.cleaned_data)[:ROW_CAP]))
    header = [_("When"), pgettext("privacy", "Who"), pgettext("privacy", "How"), pgettext("privacy", "What")]
    header += [_("Household"), pgettext("list", "Lines"), _("Why")]
    table = (header, [_row(look) for look in looks], _("Who looked"))
    return send_table(request, place, f"compound {pk}: privacy log", str(place), ending, table)


def _row(look: Look) -> list[str]:
    record = look.record
    at = timezone.localtime(record.at).strftime("%Y-%m-%d %H:%M")
    return [at, str(record.user), look.kind, look.words, look.place, str(record.row_count), record.reason]
