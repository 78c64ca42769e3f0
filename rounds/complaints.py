"""A household says that something was wrong with what was brought, and reads the answer at the same place."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Household, HouseholdLink, User
from rounds.models import Complaint, Round, Visit
from rounds.receiving import clean_text
from rounds.services import RoundError

BRINGING = (Round.Kind.SUPPLIES, Round.Kind.BUYING)
OPEN_FOR = timedelta(days=7)  # after the round was closed
MOST_WORDS = 100


def brought_to(household: Household) -> QuerySet[Visit]:
    """The visits a household may say something of: something is or was brought with them, not long ago."""
    recent = Q(round__state=Round.State.OPEN) | Q(round__closed_at__gt=timezone.now() - OPEN_FOR)
    rows = Visit.objects.filter(recent, household=household, round__kind__in=BRINGING)
    return rows.exclude(round__state__in=[Round.State.CANCELLED, Round.State.DRAFT])


@transaction.atomic
def complain(*, visit: Visit, link: HouseholdLink, kind: str, words: str = "") -> Complaint:
    """One waits at a time: said again before there is an answer, it is put right, not added."""
    words = clean_text(words).strip()
    if kind not in Complaint.Kind.values:
        raise RoundError(_("Choose what is wrong."))
    if len(words) > MOST_WORDS:
        raise RoundError(_("That is too long: %(most)s characters at the most.") % {"most": MOST_WORDS})
    row = Visit.objects.select_for_update(of=("self",), no_key=True).get(pk=visit.pk)
    waiting = Complaint.objects.waiting().filter(visit=row).first() or Complaint(visit=row)
    waiting.kind, waiting.words, waiting.link, waiting.at = kind, words, link, timezone.now()
    waiting.save()
    return waiting


@transaction.atomic
def answer_complaint(*, complaint: Complaint, answer: str, by: User) -> Complaint:
    """What was done about it. Bags, parcels and money are put right in their own books."""
    answer = clean_text(answer).strip()[:200]
    if not answer:
        raise RoundError(_("Write what is done about it: the household reads it."))
    row = Complaint.objects.select_for_update().get(pk=complaint.pk)
    if row.answered_at is not None:
        raise RoundError(_("Somebody has answered this already: “%(answer)s”") % {"answer": row.answer})
    row.answer, row.answered_by, row.answered_at = answer, by, timezone.now()
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    return row
