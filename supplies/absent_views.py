"""What lies in the store for households that are away: a steward hands it over, keeps it or lets it go."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.access import get_kept
from residents.models import Compound
from rounds.forms import ReasonForm
from supplies.absent import hand_over_kept, keep_share_until, let_share_go, open_shares
from supplies.forms import KeepForm
from supplies.ledger import SupplyError
from supplies.models import KeptShare

SHARES = KeptShare.objects.select_related("line__distribution__round", "line__batch__item", "building")


@require_safe
def kept(request, pk):
    compound = get_kept(Compound.objects, request.user, pk=pk)
    context = {"compound": compound, "shares": open_shares(compound), "today": timezone.localdate()}
    return render(request, "supplies/kept.html", context)


def _deed(request, pk: int, form, deed, done: str):
    share = get_kept(SHARES, request.user, pk=pk)
    if form is None or form.is_valid():
        try:
            deed(share=share, by=request.user, **(form.cleaned_data if form else {}))
            messages.success(request, done)
        except SupplyError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, next(str(text) for texts in form.errors.values() for text in texts))
    return redirect("supplies:kept", share.line.distribution.round.compound_id)


@require_POST
def kept_hand_over(request, pk):
    return _deed(request, pk, None, hand_over_kept, _("Handed over, out of the store."))


@require_POST
def kept_until(request, pk):
    return _deed(request, pk, KeepForm(request.POST), keep_share_until, _("Noted."))


@require_POST
def kept_let_go(request, pk):
    return _deed(request, pk, ReasonForm(request.POST), let_share_go, _("Let go: it is free in the store again."))
