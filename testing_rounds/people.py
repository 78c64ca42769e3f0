"""People of a test round: who was met at the door, who may be left out, who was tested elsewhere, who needs a visit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Compound, Resident, User
from residents.services import save_resident
from rounds.folding import speakers
from rounds.marks import NewMarks, mark_at_desk
from rounds.models import Mark, Outcome, Round, Visit, VisitQuerySet
from testing_rounds.models import Exemption, ExpectedPerson, ProofDecision
from testing_rounds.swabs import record_swabs

HOME_VISIT = "needs_home_visit"
LONGEST_NAME = ExpectedPerson._meta.get_field("name").max_length or 0


class PeopleError(ValueError):
    """A sentence for the person who tried."""


# --- Met at the door ------------------------------------------------------------------------------


def add_people_met(news: NewMarks) -> None:
    """A mark spoke of a number nobody had: from now on there is a person behind it. None when all were expected."""
    met = {
        (mark.visit_id, int(number))
        for mark in news.marks
        if news.visits[mark.visit_id].round.is_test
        for number in mark.people
        if int(number) > news.visits[mark.visit_id].expected_count
    }
    rows = [ExpectedPerson(visit_id=visit, number=number, is_added=True) for visit, number in sorted(met)]
    if rows:
        ExpectedPerson.objects.bulk_create(rows, ignore_conflicts=True)  # two volunteers may have met the same one


@transaction.atomic
def name_person(*, person: ExpectedPerson, name: str, moves_in: bool) -> None:
    """Who was met is called by name; and, where they stay, listed in the household so that the next round knows."""
    locked = ExpectedPerson.objects.select_for_update(of=("self",)).select_related("visit__household").get(pk=person.pk)
    if not locked.is_added or locked.resident_id:
        raise PeopleError(_("This person is listed already."))
    if not name.strip() or len(name) > LONGEST_NAME:
        raise PeopleError(_("What are they called? A name of up to %(n)s characters.") % {"n": LONGEST_NAME})
    locked.name = name.strip()
    if moves_in:
        if locked.visit.household.moved_out_on is not None:
            raise PeopleError(_("This household has moved out."))
        locked.resident = save_resident(resident=Resident(household=locked.visit.household, name=locked.name))
    locked.save(update_fields=["name", "resident"])


# --- Exempt ---------------------------------------------------------------------------------------


@transaction.atomic
def exempt(*, resident: Resident, reason: str, by: User, until: date | None = None, note: str = "") -> Exemption:
    """From the next round that opens on. One at a time: one that has run out makes way."""
    Resident.objects.select_for_update().get(pk=resident.pk)
    today = timezone.localdate()
    if until is not None and until < today:
        raise PeopleError(_("This day is over."))
    standing = Exemption.objects.filter(resident=resident, ended_at=None).first()
    if standing is not None:
        if standing.until is None or standing.until >= today:
            raise PeopleError(_("This person is exempt already. End that first."))
        _end(standing, by)
    return Exemption.objects.create(resident=resident, reason=reason, until=until, note=note, by=by)


@transaction.atomic
def end_exemption(*, exemption: Exemption, by: User) -> None:
    """From the next round that opens on; what an open round froze stays."""
    if not _end(exemption, by):
        raise PeopleError(_("This has ended already."))


def _end(exemption: Exemption, by: User) -> bool:
    standing = Exemption.objects.filter(pk=exemption.pk, ended_at=None)
    return bool(standing.update(ended_at=timezone.now(), ended_by=by))


def exemptions_on(compound: Compound, day: date) -> dict[int, Exemption]:
    """Resident -> what holds on that day. One statement."""
    rows = Exemption.objects.filter(
        Q(until=None) | Q(until__gte=day), ended_at=None, resident__household__door__building__compound=compound
    )
    return {row.resident_id: row for row in rows}


# --- Tested elsewhere -----------------------------------------------------------------------------


@dataclass
class Proof:
    """Somebody said to be tested elsewhere, and what was said of the proof since."""

    person: ExpectedPerson
    told: Mark | None
    decision: ProofDecision | None

    @property
    def is_pending(self) -> bool:
        return self.decision is None


def proofs_of(visits: QuerySet[Visit]) -> list[Proof]:
    """Of whom it stands that they were tested elsewhere. A decision counts for what was told before it, so that a
    new word asks for a new look. Four statements."""
    told = {visit.pk: visit for visit in visits.exclude(outcome=Outcome.WAITING).select_related("building")}
    told = {pk: visit for pk, visit in told.items() if Outcome.ELSEWHERE in (visit.outcome, *visit.people.values())}
    marks: dict[int, list[Mark]] = defaultdict(list)
    for mark in Mark.objects.filter(visit__in=told).select_related("marked_by", "walked_by"):
        marks[mark.visit_id].append(mark)
    people = list(ExpectedPerson.objects.filter(visit__in=told).order_by("visit", "number"))
    newest: dict[int, ProofDecision] = {}
    for decision in ProofDecision.objects.filter(person__in=people).select_related("by").order_by("at", "pk"):
        newest[decision.person_id] = decision
    proofs = []
    for person in people:
        person.visit = told[person.visit_id]
        if not person.is_there or person.outcome != Outcome.ELSEWHERE:
            continue
        spoke = speakers(marks[person.visit_id], [str(person.number)]).get(str(person.number))
        decided = newest.get(person.pk)
        counts = decided is not None and (spoke is None or decided.at >= spoke.received_at)
        proofs.append(Proof(person, spoke, decided if counts else None))
    return proofs


@transaction.atomic
def decide_proof(*, person: ExpectedPerson, decision: str, by: User, note: str = "") -> None:
    """Accepted: it stands. Not accepted: a desk's mark says that this one person is waited for again, so that board,
    phone and sheet show the door as due by the one way everything else gets there."""
    if decision not in ProofDecision.Decision.values:
        raise PeopleError(_("There is no such decision."))
    visit = Visit.objects.select_for_update(of=("self",)).select_related("round").get(pk=person.visit_id)
    person.visit = visit
    if not person.is_there or person.outcome != Outcome.ELSEWHERE:
        raise PeopleError(_("This door has been marked again meanwhile. Look at it as it is now."))
    if decision == ProofDecision.Decision.REFUSED:
        mark_at_desk(visit=visit, by=by, outcome=Outcome.PARTLY, again=[person.number], note=note, follow=record_swabs)
    ProofDecision.objects.create(person=person, decision=decision, note=note[:100], by=by)


# --- Lists ----------------------------------------------------------------------------------------


@dataclass
class RoundPeople:
    """What a round's people page shows, over the doors its reader sees."""

    more: list[ExpectedPerson] = field(default_factory=list)  # met at the door
    home: list[ExpectedPerson] = field(default_factory=list)  # cannot come down, and wait
    exempt: list[ExpectedPerson] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)


def read_people(visits: VisitQuerySet) -> RoundPeople:
    """Seven statements, whatever the number of doors; only doors with something to say are read person by person."""
    found = RoundPeople(proofs=proofs_of(visits))
    special = visits.filter(Q(extra_count__gt=0) | ~Q(needs=[]) | ~Q(known={})).select_related("building").top_down()
    doors = {visit.pk: visit for visit in special}
    people = list(ExpectedPerson.objects.filter(visit__in=doors).order_by("number"))
    for person in in_order_of(doors, people):
        if person.is_added and person.is_there:
            found.more.append(person)
        if HOME_VISIT in person.needs and person.outcome not in Outcome.answered():
            found.home.append(person)
        if person.exempt_reason:
            found.exempt.append(person)
    return found


def in_order_of(doors: dict[int, Visit], people: Iterable[ExpectedPerson]) -> list[ExpectedPerson]:
    """People by the order of their doors, each with its visit."""
    behind: dict[int, list[ExpectedPerson]] = defaultdict(list)
    for person in people:
        person.visit = doors[person.visit_id]
        behind[person.visit_id].append(person)
    return [person for pk in doors for person in behind[pk]]


def day_of(round: Round) -> date:
    """The round's day in Shanghai: it is what an exemption is held against."""
    return timezone.localdate(round.starts_at)
