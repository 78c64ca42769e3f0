"""Files about results that are not of a whole round."""

from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.result_lists import left_over_table
from reports.views import ENDINGS, send_table
from residents.access import get_kept
from testing_rounds.models import LabList


@require_safe
def lab_lines(request, pk, ending):
    """The lines that did nothing, each with its reason, for the laboratory or for whoever typed them."""
    if ending not in ENDINGS:
        raise Http404
    row = get_kept(LabList.objects.select_related("test_round__round__compound"), request.user, pk=pk)
    round = row.test_round.round
    table = *left_over_table(row), _("Lines left over")
    return send_table(request, round.compound, f"list of results {row.pk}: lines left over", str(round), ending, table)
