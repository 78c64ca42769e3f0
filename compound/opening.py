"""Opening a round of any kind: the one deed at the desk that must know them all."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from buying.delivering import open_delivery
from buying.services import BuyingError
from compound.waste_routes import doors_apart
from residents.access import get_kept
from residents.models import User
from rounds.models import Round
from rounds.services import RoundError, open_round
from rounds.snapshot import Snapshot
from sanitation.collecting import adopt_round, open_collection
from sanitation.services import SanitationError
from supplies.services import open_distribution
from testing_rounds.services import open_test_round


def open_any_round(*, round: Round, by: User) -> list[Snapshot]:
    if round.kind in Round.Kind.tests():
        return open_test_round(test_round=round.test_round, by=by)
    if round.kind == Round.Kind.SUPPLIES:
        return open_distribution(distribution=round.distribution, by=by)
    if round.kind == Round.Kind.BUYING:
        return open_delivery(delivery=round.delivery, by=by)
    if round.kind == Round.Kind.WASTE:
        with transaction.atomic():  # or nothing: no details stay with a round that does not open
            waste = adopt_round(round=round, by=by)
            return open_collection(waste=waste, by=by, apart=doors_apart(round.compound))
    return open_round(round=round, by=by)


@require_POST
def round_open(request, pk):
    details = ("compound", "test_round", "distribution", "delivery__order")
    round = get_kept(Round.objects.select_related(*details), request.user, pk=pk)
    try:
        doors = len(open_any_round(round=round, by=request.user))
        text = ngettext("The round is open: %(n)s household.", "The round is open: %(n)s households.", doors)
        messages.success(request, text % {"n": doors})
    except (RoundError, BuyingError, SanitationError) as error:
        messages.error(request, str(error) or _("The round could not be opened."))
    return redirect(round)
