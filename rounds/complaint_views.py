"""What households say of what was brought in one round, door by door, and the answers they read."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.access import get_kept, get_visible
from rounds.complaints import answer_complaint
from rounds.models import Complaint, Round
from rounds.services import RoundError


def _page(request, round: Round, *, failed: int = 0, error: str = "", typed: str = ""):
    rows = Complaint.objects.visible_to(request.user).filter(visit__round=round)
    kept = set(Complaint.objects.kept_by(request.user).filter(visit__round=round).values_list("pk", flat=True))
    rows = list(rows.select_related("visit__building", "answered_by").order_by("answered_at", "at", "pk"))
    for row in rows:
        row.can_answer = row.pk in kept and row.answered_at is None
        row.error, row.typed = (error, typed) if row.pk == failed else ("", "")
    rows.sort(key=lambda row: row.answered_at is not None)
    context = {"round": round, "complaints": rows, "can_keep": round.compound_id in request.user.access.steward}
    return render(request, "rounds/complaints.html", context, status=422 if error else 200)


@require_safe
def complaints(request, pk):
    """Those of the buildings one may see."""
    return _page(request, get_visible(Round.objects.select_related("compound"), request.user, pk=pk))


@require_POST
def complaint_answer(request, pk):
    row = get_kept(Complaint.objects.select_related("visit__round__compound"), request.user, pk=pk)
    typed = request.POST.get("answer", "")
    try:
        answer_complaint(complaint=row, answer=typed, by=request.user)
        messages.success(request, _("Answered: it stands on the household's page."))
    except RoundError as error:
        return _page(request, row.visit.round, failed=row.pk, error=str(error), typed=typed[:200])
    return redirect(reverse("rounds:complaints", args=[row.visit.round_id]))
