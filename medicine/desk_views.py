"""The doctor desk: doctors answer, the lead of the house reads, everybody else learns how many wait and since when."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from medicine.asking import answer, ask, close, correct, tell_told
from medicine.forms import AnswerForm, QuestionForm, RevealForm
from medicine.models import Entry, Question
from medicine.reading import count_questions, read_entries, read_questions
from medicine.revealing import reveal_contact
from medicine.telling import MedicineError, Teller, doctors_of
from medicine.views import form_answer, form_page, get_run, may_keep
from residents.access import get_kept, get_visible
from residents.models import AccessRecord, Compound
from residents.services import RevealError

QUESTIONS = Question.objects.select_related("compound", "resident__household", "household__door__building__compound")


def _get_desk(request, pk) -> Compound:
    access = request.user.access
    return get_object_or_404(Compound, pk__in=(access.compounds | access.doctor) & {pk})


@require_safe
def desk(request, pk):
    compound = _get_desk(request, pk)
    access = request.user.access
    can_read = pk in access.doctor | access.lead_compounds
    context = {
        "compound": compound,
        "counts": count_questions(compound),
        "questions": read_questions(compound, request.user, timezone.now()) if can_read else [],
        "doctors": doctors_of(compound),
        "can_read": can_read,
        "can_type": may_keep(request.user, compound),
    }
    return render(request, "medicine/desk.html", context)


@form_page
def question_add(request, pk):
    """For somebody without a phone. A steward who typed it does not read on: the doctors and the lead do."""
    compound = get_run(request, pk)
    form = QuestionForm(request.POST if request.method == "POST" else None, compound=compound, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            ask(teller=Teller(by=request.user), **form.told())
            messages.success(request, _("The doctors have it. You are told when they answer."))
            return redirect("medicine:desk", pk)
        except MedicineError as error:
            form.add_error(None, str(error))
    hint = _("Not for emergencies: then call 120 at once. Write down no more than the doctor needs.")
    return form_answer(request, form, compound, _("Ask a doctor for somebody"), "desk", hint)


def _page(request, row: Question, status: int = 200, **more):
    is_doctor = row.compound_id in request.user.access.doctor
    entries = read_entries(row)
    for entry in entries:
        entry.is_struck = hasattr(entry, "corrected_by")
        if is_doctor and entry.is_advice and not entry.is_struck:
            entry.form = AnswerForm(prefix=f"c{entry.pk}", initial={"kind": entry.kind})
    standing = [entry for entry in entries if entry.is_advice and not entry.is_struck]
    refused = more.pop("refused", None)
    for entry in entries:
        if refused and entry.pk == refused[0]:
            entry.form, entry.is_open = refused[1], True
    context = {
        "question": row,
        "compound": row.compound,
        "entries": entries,
        "alarm": next((entry for entry in reversed(standing) if entry.is_alarm), None),
        "has_advice": bool(standing),
        "is_doctor": is_doctor,
        "answer_form": AnswerForm(prefix="a"),
        "reveal_form": RevealForm(prefix="r"),
    } | more
    return render(request, "medicine/question.html", context, status=status)


@require_safe
def question(request, pk):
    """Each look at what somebody asked a doctor is on record."""
    row = get_visible(QUESTIONS, request.user, pk=pk)
    AccessRecord.objects.create(
        user=request.user, compound=row.compound, deed=AccessRecord.Deed.LOOK, subject=f"doctor question {row.pk}"
    )
    return _page(request, row)


@require_POST
def question_answer(request, pk):
    row = get_kept(QUESTIONS, request.user, pk=pk)
    form = AnswerForm(request.POST, prefix="a")
    if form.is_valid():
        try:
            answer(question=row, by=request.user, **form.cleaned_data)
            messages.success(request, _("The household reads it on its own page."))
            return redirect(row)
        except MedicineError as error:
            form.add_error(None, str(error))
    return _page(request, row, 422, answer_form=form)


@require_POST
def answer_correct(request, pk):
    """Entries are reached through their question, by its rule."""
    entry = get_object_or_404(Entry.objects.filter(question__in=Question.objects.visible_to(request.user)), pk=pk)
    row = get_kept(QUESTIONS, request.user, pk=entry.question_id)
    form = AnswerForm(request.POST, prefix=f"c{entry.pk}")
    if form.is_valid():
        try:
            correct(entry=entry, by=request.user, **form.cleaned_data)
            messages.success(request, _("Corrected. What was wrong stays, struck; household and lead are told."))
            return redirect(row)
        except MedicineError as error:
            form.add_error(None, str(error))
    return _page(request, row, 422, refused=(entry.pk, form))


def _press(request, pk, service, **told):
    """The desk's and the lead's buttons."""
    row = get_visible(QUESTIONS, request.user, pk=pk)
    try:
        service(question=row, **told)
    except MedicineError as error:
        messages.error(request, str(error))
    return redirect(row)


@require_POST
def question_told(request, pk):
    return _press(request, pk, tell_told, by=request.user)


@require_POST
def question_close(request, pk):
    return _press(request, pk, close, teller=Teller(by=request.user))


@require_POST
def question_reveal(request, pk):
    row = get_visible(QUESTIONS, request.user, pk=pk)
    form = RevealForm(request.POST, prefix="r")
    person = row.resident or row.household.residents.current().select_related("household__door__building").first()
    if person is None:
        raise PermissionDenied
    if form.is_valid():
        try:
            contact = reveal_contact(resident=person, by=request.user, reason=form.cleaned_data["reason"])
            return _page(request, row, contact=contact)
        except RevealError as error:
            form.add_error(None, str(error))
    return _page(request, row, 422, reveal_form=form)
