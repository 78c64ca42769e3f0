"""What only test rounds need at the desk. Board, closing and marks are the round's."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from residents.access import get_kept
from residents.models import Compound
from rounds.models import Round
from rounds.services import RoundError
from testing_rounds.forms import TestRoundForm
from testing_rounds.models import TestRound
from testing_rounds.services import change_test_round, create_test_round

WITH_TUBES = (Round.Kind.PCR, Round.Kind.RECALL)  # an antigen round has a form of its own


@require_http_methods(["GET", "HEAD", "POST"])
def add(request, compound_pk):
    compound = get_kept(Compound.objects, request.user, pk=compound_pk)
    form = TestRoundForm(request.POST or None, compound=compound)
    if request.method == "POST" and form.is_valid():
        return redirect(create_test_round(compound=compound, **form.cleaned_data).round)
    context = {"form": form, "compound": compound, "is_test": True}
    return render(request, "rounds/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    """`pk` is the round's: people speak of rounds."""
    round = get_kept(
        Round.objects.filter(kind__in=WITH_TUBES).select_related("compound", "test_round"), request.user, pk=pk
    )
    test_round: TestRound = round.test_round
    initial = {
        "title": round.title,
        "starts_at": round.starts_at,
        "ends_at": round.ends_at,
        "buildings": list(round.buildings.values_list("pk", flat=True)),
        "posts_first": round.posts_first,
        "pool_size": test_round.pool_size,
        "instructions": test_round.instructions,
    }
    form = TestRoundForm(request.POST or None, compound=round.compound, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_test_round(test_round=test_round, **form.cleaned_data)
            return redirect(round)
        except RoundError as error:
            form.add_error(None, str(error))
    context = {"form": form, "round": round, "compound": round.compound, "is_test": True}
    return render(request, "rounds/form.html", context, status=422 if form.errors else 200)
