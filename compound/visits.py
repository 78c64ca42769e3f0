"""One household's visit at the desk: what every phone said, who is expected, and marking by hand.

On the top floor because the page shows the engine's marks beside the details of the round's kind.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compound.following import follow_marks
from residents.access import get_visible
from residents.models import Resident
from rounds.board import LETTERS, next_step_at
from rounds.folding import versions_in_conflict
from rounds.forms import DeskMarkForm
from rounds.marks import mark_at_desk, settle_conflict
from rounds.models import PERSON_OUTCOMES, Mark, Outcome, Visit
from rounds.receiving import clean_text, read_uuid
from rounds.services import RoundError
from rounds.views import marks_of
from testing_rounds.models import ExpectedPerson

PERSON_CHOICES = [outcome for outcome in Outcome if outcome in PERSON_OUTCOMES]


def _visits():
    return Visit.objects.select_related(
        "round__compound", "building", "household__door", "latest_mark__marked_by", "latest_mark__walked_by"
    )


def _get_markable(request, pk) -> Visit:
    """404 for what is not theirs, 403 for an officer, who looks but does not mark."""
    visit = _visits().markable_by(request.user).filter(pk=pk).first()
    if visit is None:
        get_visible(Visit.objects, request.user, pk=pk)
        raise PermissionDenied
    return visit


def _chosen(request) -> dict[str, str]:
    """Person number -> outcome, where the form names somebody: `people-<number>`."""
    return {
        name.removeprefix("people-"): value
        for name, value in request.POST.items()
        if name.startswith("people-") and value
    }


def _people(visit, can_name, chosen):
    """Everybody expected, with what was told of each; named in full only to those who keep the roster."""
    people = []
    for person in ExpectedPerson.objects.filter(visit=visit):
        person.visit = visit
        if not person.is_there:
            continue
        people.append(
            {
                "number": person.number,
                "name": person.name if can_name and person.name else person.masked_name,
                "band": person.get_age_band_display() if person.age_band else "",
                "needs": [Resident._meta.get_field(need).verbose_name for need in person.needs],
                "outcome": person.outcome,
                "letter": LETTERS[person.outcome],
                "label": Outcome(person.outcome).label,
                "chosen": chosen.get(str(person.number), ""),
            }
        )
    return people


def _context(request, visit, form):
    access, chosen = request.user.access, _chosen(request)
    marks = marks_of(visit)
    can_mark = visit.round.compound_id in access.steward or visit.building_id in access.lead_buildings
    return {
        "visit": visit,
        "round": visit.round,
        "marks": marks,
        "versions": versions_in_conflict(marks) if visit.has_conflict else [],
        "held": visit.held_marks.filter(decision="").select_related("device__volunteer"),
        "people": _people(visit, can_mark, chosen),
        "photos": visit.photos.kept().select_related("mark", "by") if visit.round.kind == "supplies" else [],
        "is_one_by_one": bool(chosen),
        "needs": [Resident._meta.get_field(need).verbose_name for need in visit.needs],
        "letter": LETTERS[visit.outcome],
        "next_step": next_step_at(visit),
        "person_choices": PERSON_CHOICES,
        "form": form,
        "can_mark": can_mark and visit.round.state in {"open", "closed"},
        "can_keep": visit.round.compound_id in access.steward,
    }


@require_safe
def visit(request, pk):
    row = get_visible(_visits(), request.user, pk=pk)
    form = DeskMarkForm(initial={"outcome": Outcome.DONE})
    return render(request, "rounds/visit.html", _context(request, row, form))


@require_POST
def visit_mark(request, pk):
    """One button for the household, or for whoever was chosen one by one."""
    row = _get_markable(request, pk)
    form = DeskMarkForm(request.POST)
    people = _chosen(request)
    if form.is_valid() and not people and not form.cleaned_data["outcome"]:
        form.add_error("outcome", _("Choose what happened at this door."))
    if form.is_valid():
        outcome = form.cleaned_data["outcome"]
        if people:
            outcome = Outcome.DONE if set(people.values()) == {Outcome.DONE} else Outcome.PARTLY
        try:
            note = form.cleaned_data["note"]
            mark_at_desk(visit=row, by=request.user, outcome=outcome, people=people, note=note, follow=follow_marks)
            messages.success(request, _("Marked."))
            return redirect(row)
        except RoundError as error:
            form.add_error(None, str(error))
    return render(request, "rounds/visit.html", _context(request, row, form), status=422)


@require_POST
def mark_undo(request, pk, mark_pk):
    """Take back one mark; it stays on record, struck through."""
    row = _get_markable(request, pk)
    mark = get_object_or_404(Mark, pk=mark_pk, visit=row)
    try:
        mark_at_desk(visit=row, by=request.user, outcome=Outcome.CLEARED, undoes=mark.pk, follow=follow_marks)
        messages.success(request, _("Taken back."))
    except RoundError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def conflict_settle(request, pk):
    """Keep one of the versions, by its mark; without one what is counted now. The others stay on record."""
    row = _get_markable(request, pk)
    if not row.has_conflict:
        messages.info(request, _("There is no conflict here any more."))
        return redirect(row)
    keep = request.POST.get("keep", "")
    note = clean_text(request.POST.get("note", "").replace("\x00", ""))[:200]
    try:
        settle_conflict(
            visit=row,
            by=request.user,
            keep=read_uuid(keep) if keep else row.latest_mark_id,
            saw=read_uuid(request.POST.get("saw", "")),
            note=note,
            follow=follow_marks,
        )
        messages.success(request, _("Settled."))
    except RoundError as error:
        messages.error(request, str(error))
    return redirect(row)
