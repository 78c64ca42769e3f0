"""People of a round at the desk, and who is exempt from the tests to come."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.access import get_kept, get_visible
from residents.models import Resident
from rounds.models import Round, Visit
from rounds.services import RoundError
from testing_rounds.models import Exemption, ExpectedPerson
from testing_rounds.people import PeopleError, decide_proof, end_exemption, exempt, name_person, read_people
from testing_rounds.people_forms import ExemptionForm, NameForm, ProofForm

RESIDENTS = Resident.objects.select_related("household__door__building__compound")


# --- Of a round -----------------------------------------------------------------------------------


@require_safe
def people(request, pk, *, queues=None):
    """Over the doors the reader sees. Named in full to nobody: the household's page does that. `queues`: from the top
    floor, where who cannot come down is waited for (building and entrance -> address)."""
    rounds = Round.objects.filter(kind__in=Round.Kind.tests()).exclude(state="draft").select_related("compound")
    round = get_visible(rounds, request.user, pk=pk)
    access = request.user.access
    found = read_people(Visit.objects.visible_to(request.user).filter(round=round))
    links = queues(round, request.user) if queues and found.home else {}
    context = {
        "round": round,
        "found": found,
        "home": [(person, links.get((person.visit.building_id, person.visit.entrance), "")) for person in found.home],
        "pending": [proof for proof in found.proofs if proof.is_pending],
        "decided": [proof for proof in found.proofs if not proof.is_pending],
        "can_mark": round.compound_id in access.steward or bool(access.lead_buildings),
        "sees_reasons": round.compound_id in access.steward,
    }
    return render(request, "testing_rounds/people.html", context)


def _get_person(request, pk) -> ExpectedPerson:
    """404 for a door that is not theirs, 403 for an officer, who looks but does not mark."""
    people = ExpectedPerson.objects.select_related("visit__round")
    person = people.filter(visit__in=Visit.objects.markable_by(request.user), pk=pk).first()
    if person is None:
        get_object_or_404(people, visit__in=Visit.objects.visible_to(request.user), pk=pk)
        raise PermissionDenied
    return person


@require_POST
def proof_decide(request, pk, decision):
    person = _get_person(request, pk)
    form = ProofForm(request.POST)
    try:
        if not form.is_valid():
            raise PeopleError(_("The remark is too long."))
        decide_proof(person=person, decision=decision, by=request.user, **form.cleaned_data)
        messages.success(request, _("Noted."))
    except (PeopleError, RoundError) as error:
        messages.error(request, str(error))
    return redirect("testing_rounds:people", person.visit.round_id)


@require_POST
def person_name(request, pk):
    person = _get_person(request, pk)
    form = NameForm(request.POST)
    try:
        if not form.is_valid():
            raise PeopleError(_("What are they called?"))
        name_person(person=person, **form.cleaned_data)
        messages.success(request, _("Saved."))
    except PeopleError as error:
        messages.error(request, str(error))
    return redirect("testing_rounds:people", person.visit.round_id)


# --- Exempt ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def exemptions(request, pk):
    """Of one person: what was and what is, and a new one."""
    resident = get_kept(RESIDENTS, request.user, pk=pk)
    form = ExemptionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            exempt(resident=resident, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved. It holds for rounds that open from now on."))
            return redirect(request.path)
        except PeopleError as error:
            form.add_error(None, str(error))
    context = {
        "resident": resident,
        "household": resident.household,
        "building": resident.household.door.building,
        "rows": Exemption.objects.filter(resident=resident).select_related("by", "ended_by"),
        # A reason may be an illness: stewards read it, a lead what they were told and entered themselves.
        "sees_reasons": resident.household.door.building.compound_id in request.user.access.steward,
        "form": form,
    }
    return render(request, "testing_rounds/exemptions.html", context, status=422 if form.errors else 200)


@require_POST
def exemption_end(request, pk):
    mine = Resident.objects.kept_by(request.user)
    row = Exemption.objects.filter(pk=pk, resident__in=mine).first()
    if row is None:
        get_object_or_404(Exemption, pk=pk, resident__in=Resident.objects.visible_to(request.user))
        raise PermissionDenied
    try:
        end_exemption(exemption=row, by=request.user)
        messages.success(request, _("Ended."))
    except PeopleError as error:
        messages.error(request, str(error))
    return redirect("testing_rounds:exemptions", row.resident_id)
