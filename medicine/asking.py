"""The doctor desk's deeds. Each locks its question; what was said is only added to, and waits follow from it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from medicine.models import Entry, Question
from medicine.telling import MedicineError, Teller, check_text, doctors_of, leads_of, stewards_of, tell
from medicine.urgent import sounds_urgent
from residents.models import Household, Resident, User

Kind = Entry.Kind
MOST_OPEN = 5  # of one household: who has more to ask, asks within one of them
LONGEST = 1000


@transaction.atomic
def ask(*, household: Household, text: str, teller: Teller, resident: Resident | None = None) -> Question:
    """Refused where no doctor would read it: an unread question is worse than none."""
    rows = Household.objects.select_for_update(of=("self",), no_key=True)
    home = rows.select_related("door__building__compound").get(pk=household.pk)
    compound = home.door.building.compound
    text = check_text(text, LONGEST)
    if home.moved_out_on is not None:
        raise MedicineError(_("This household has moved out."))
    if resident is not None and (resident.household_id != home.pk or resident.moved_out_on is not None):
        raise MedicineError(_("This person does not live there."))
    if not doctors_of(compound):
        raise MedicineError(_("There is no volunteer doctor here at the moment. In an emergency call 120."))
    if Question.objects.open().filter(household=home).count() >= MOST_OPEN:
        raise MedicineError(_("%(most)s of your questions are open already. Add to one of them.") % {"most": MOST_OPEN})
    now = timezone.now()
    question = Question.objects.create(
        compound=compound,
        household=home,
        resident=resident,
        asked_at=now,
        waiting_since=now,
        is_urgent=sounds_urgent(text),
    )
    _ask(question, text, teller, now)
    return question


@transaction.atomic
def ask_again(*, question: Question, text: str, teller: Teller) -> None:
    """More about it, or that it did not help: it waits anew."""
    row = _lock(question)
    text = check_text(text, LONGEST)
    if row.closed_at is not None:
        raise MedicineError(_("This question is closed. Please ask a new one."))
    now = timezone.now()
    row.waiting_since = row.waiting_since or now
    row.is_urgent = row.is_urgent or sounds_urgent(text)
    row.save(update_fields=["waiting_since", "is_urgent"])
    _ask(row, text, teller, now)


@transaction.atomic
def answer(*, question: Question, kind: str, text: str, by: User) -> Entry:
    """`kind`: guidance, go to hospital, or call 120. The last two are told to the house's lead at once."""
    row = _lock(question)
    text = check_text(text, LONGEST)
    if row.closed_at is not None:
        raise MedicineError(_("This question is closed. A wrong answer can still be corrected."))
    return _advise(row, kind, text, by)


@transaction.atomic
def correct(*, entry: Entry, kind: str, text: str, by: User) -> Entry:
    """The wrong answer stays, struck. The asker is told, though the question had been closed."""
    row = _lock(entry.question)
    text = check_text(text, LONGEST)
    wrong = Entry.objects.get(pk=entry.pk)
    if not wrong.is_advice:
        raise MedicineError(_("Only what a doctor said can be corrected."))
    if Entry.objects.filter(corrects=wrong).exists():
        raise MedicineError(_("This answer was corrected already: correct the newer one."))
    row.closed_at = None
    row.save(update_fields=["closed_at"])
    fresh = _advise(row, kind, text, by, corrects=wrong)
    typed_by = {one.by for one in row.entries.filter(kind=Kind.ASKED, by__isnull=False).select_related("by")}
    readers = leads_of(row.household.door.building)
    words = {"building": row.household.door.building}
    tell(
        {*readers, *typed_by} - {None},  # type: ignore[arg-type]
        compound=row.compound,
        reminder=f"doctor-correction:{fresh.pk}",
        subject=lambda: _("%(building)s: an answer of the doctor desk was corrected") % words,
        body=lambda: _("What was said before is wrong. The household must hear of it now: see the doctor desk."),
        link=reverse("medicine:desk", args=[row.compound_id]),
        is_urgent=True,
    )
    return fresh


@transaction.atomic
def tell_told(*, question: Question, by: User) -> None:
    """The household has no page of its own open: somebody called or knocked. Pressed twice is told once."""
    row = _lock(question)
    last = row.entries.order_by("at", "pk").last()
    if last is not None and last.kind == Kind.TOLD:
        return
    if not row.entries.filter(kind__in=Entry.ADVICE).exists():
        raise MedicineError(_("Nothing was answered yet."))
    Entry.objects.create(question=row, kind=Kind.TOLD, by=by)


@transaction.atomic
def close(*, question: Question, teller: Teller) -> None:
    """A household may let a question go at any time; the desk only after an answer."""
    row = _lock(question)
    if row.closed_at is not None:
        return
    if row.waiting_since is not None and teller.link is None:
        raise MedicineError(_("It waits for an answer: answer first, then close."))
    row.closed_at, row.waiting_since = timezone.now(), None
    row.save(update_fields=["closed_at", "waiting_since"])
    Entry.objects.create(question=row, kind=Kind.CLOSED, **teller.facts())


def _lock(question: Question) -> Question:
    rows = Question.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("compound", "household__door__building__compound").get(pk=question.pk)


def _ask(question: Question, text: str, teller: Teller, now: datetime) -> None:
    entry = Entry.objects.create(question=question, kind=Kind.ASKED, text=text, at=now, **teller.facts())
    words = {"building": question.household.door.building}
    tell(
        doctors_of(question.compound),
        compound=question.compound,
        reminder=f"doctor-question:{entry.pk}",
        subject=lambda: _("%(building)s: a question for a doctor") % words,
        body=lambda: _("It sounds urgent: look now.") if question.is_urgent else _("It waits at the doctor desk."),
        link=question.get_absolute_url(),
        is_urgent=question.is_urgent,
    )


def _advise(question: Question, kind: str, text: str, by: User, corrects: Entry | None = None) -> Entry:
    if kind not in Entry.ADVICE:
        raise MedicineError(_("Choose what the household should do."))
    question.waiting_since = None
    question.save(update_fields=["waiting_since"])
    entry = Entry.objects.create(question=question, kind=kind, text=text, by=by, corrects=corrects)
    building = question.household.door.building
    if entry.is_alarm:
        _raise_alarm(entry, question)
    elif corrects is None:
        typed_by = {one.by for one in question.entries.filter(kind=Kind.ASKED, link=None).select_related("by")}
        tell(
            [*leads_of(building), *typed_by - {None}] if typed_by else [],  # type: ignore[list-item]
            compound=question.compound,
            reminder=f"doctor-answer:{entry.pk}",
            subject=lambda: _("%(building)s: the doctor has answered") % {"building": building},
            body=lambda: _("Asked for a household without its own page: somebody has to tell them."),
            link=reverse("medicine:desk", args=[question.compound_id]),
        )
    return entry


def _raise_alarm(entry: Entry, question: Question) -> None:
    """A house without a lead is the stewards' to look after: they learn the house, not the matter."""
    building = question.household.door.building
    is_120 = entry.kind == Kind.CALL_120
    tell(
        leads_of(building) or stewards_of(question.compound),
        compound=question.compound,
        reminder=f"doctor-alarm:{entry.pk}",
        subject=lambda: (
            (_("%(building)s: a doctor says call 120") if is_120 else _("%(building)s: a doctor says go to hospital"))
            % {"building": building}
        ),
        body=lambda: _("Keep the lift and the gate free, and have somebody at the door. No test may hold it up."),
        link=reverse("medicine:desk", args=[question.compound_id]),
        is_urgent=True,
    )
