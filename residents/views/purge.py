"""The end of the epidemic on pages: looked at, asked for, approved by another, watched, certified."""

import hashlib

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.keeping import certificate_text, grouped, grouped_deeds, progress_of
from residents.models import Compound, Purge, PurgeCertificate
from residents.privacy_forms import PurgeApproveForm, PurgeAskForm
from residents.purge import approve_purge, ask_purge, what_goes, what_stays, withdraw_purge
from residents.retaining import PrivacyError
from residents.retention import blockers_by_room
from residents.views.privacy import get_whole

PURGES = Purge.objects.select_related("compound", "asked_by", "approved_by", "withdrawn_by")
CERTIFICATES = PurgeCertificate.objects.select_related("purge__compound")
# Where somebody closes what is in the way.
DOORS = {"rounds": "rounds:list", "clock": "clock:list"}


@require_safe
def purge(request, pk):
    return _page(request, get_whole(request.user, pk))


def _page(request, place: Compound, status: int = 200, **forms):
    row = PURGES.live().filter(compound=place).first()
    can_keep = place.pk in request.user.access.steward
    counts = row.preview if row else what_goes(place)
    in_the_way = [(sentence, DOORS.get(room, "")) for room, sentence in blockers_by_room(place)]
    may_approve = row and not row.approved_at and not in_the_way and row.asked_by_id != request.user.pk
    context = {
        "compound": place,
        "purge": row,
        "progress": progress_of(row) if row and row.approved_at else None,
        "groups": grouped(counts, is_going=True),
        "total": sum(counts.values()),
        "stays": grouped(what_stays(place), is_going=False),
        "in_the_way": in_the_way,
        "earlier": PURGES.filter(compound=place).exclude(finished_at=None, withdrawn_at=None)[:10],
        "can_keep": can_keep,
        "ask_form": PurgeAskForm() if can_keep and row is None and not in_the_way and counts else None,
        "approve_form": PurgeApproveForm(compound=place) if may_approve else None,
    }
    return render(request, "residents/purge.html", context | forms, status=status)


@require_POST
def purge_ask(request, pk):
    get_whole(request.user, pk)
    place = get_kept(Compound.objects, request.user, pk=pk)
    form = PurgeAskForm(request.POST)
    if form.is_valid():
        try:
            ask_purge(compound=place, by=request.user, **form.cleaned_data)
        except PrivacyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Asked for. Nothing goes before a second person has approved it."))
            return redirect("residents:purge", pk)
    return _page(request, place, 422, ask_form=form)


@require_POST
def purge_approve(request, pk):
    row = get_visible(PURGES, request.user, pk=pk)
    form = PurgeApproveForm(request.POST, compound=row.compound)
    if form.is_valid():
        try:
            approve_purge(purge=row, by=request.user)
        except PrivacyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Approved. The portal deletes now; you may leave this page."))
            return redirect(row)
    return _page(request, row.compound, 422, approve_form=form)


@require_POST
def purge_withdraw(request, pk):
    row = get_visible(PURGES, request.user, pk=pk)
    try:
        withdraw_purge(purge=row, by=request.user)
    except PrivacyError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Withdrawn. Nothing was deleted."))
    return redirect(row)


@require_safe
def purge_status(request, pk):
    """Small enough to be asked for every second or two."""
    row = get_visible(Purge.objects, request.user, pk=pk)
    now = progress_of(row)
    return JsonResponse(
        {
            "done": now.done,
            "total": now.total,
            "percent": now.percent,
            "finished": now.is_finished or row.approved_at is None,
            "stuck": now.is_stuck,
        }
    )


def _get_certificate(user, pk) -> PurgeCertificate:
    row = get_visible(Purge.objects, user, pk=pk)
    return get_object_or_404(CERTIFICATES, purge=row)


@require_safe
def purge_certificate(request, pk):
    row = _get_certificate(request.user, pk)
    context = {
        "certificate": row,
        "purge": row.purge,
        "compound": row.purge.compound,
        "body": row.body,
        "groups": grouped_deeds(row.body.get("rows", [])),
        "total": sum(one["rows"] for one in row.body.get("rows", [])),
        "stays": grouped(row.body.get("stayed", {}), is_going=False),
        "is_unchanged": hashlib.sha256(certificate_text(row.body)).hexdigest() == row.digest,
    }
    return render(request, "residents/purge_certificate.html", context)


@require_safe
def purge_certificate_file(request, pk):
    """The very bytes the fingerprint is of."""
    row = _get_certificate(request.user, pk)
    response = HttpResponse(certificate_text(row.body), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="certificate-{row.purge_id}.json"'
    return response
