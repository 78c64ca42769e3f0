"""Who is in which tube: read from the marks, written as swabs.

A mark says "sampled" and names the tube in hand. Whoever it speaks of gets a place in that tube under its lock; where
that cannot be, the mark counts all the same and a question is left for a person. A swab goes with its mark: taken back
or said otherwise, it is voided and kept.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from residents.models import User
from rounds.folding import standing
from rounds.marks import NewMarks
from rounds.models import Mark, Outcome, Round, Visit
from testing_rounds.models import ExpectedPerson, Swab, SwabQuestion, TestRound, Tube
from testing_rounds.models.tubes import LARGEST_TUBE
from testing_rounds.results import lock_people, refold_people, refold_tubes

IN_TUBES = frozenset({Round.Kind.PCR, Round.Kind.RECALL})
LONGEST_CODE = Tube._meta.get_field("code").max_length or 0
Reason = SwabQuestion.Reason


def read_code(text: object) -> str:
    """A tube's code as it is compared: one spelling, whether it was scanned, typed small or with full-width letters."""
    narrow = unicodedata.normalize("NFKC", text if isinstance(text, str) else "")
    return "".join(letter for letter in narrow if letter.isprintable() and not letter.isspace()).upper()[:LONGEST_CODE]


def code_of(mark: Mark) -> str:
    return read_code(mark.details.get("tube"))


@dataclass
class Change:
    """What has to be written about the tubes of one batch of marks."""

    compound_id: int
    at: datetime
    voids: list[Swab] = field(default_factory=list)
    places: list[tuple[ExpectedPerson, Mark]] = field(default_factory=list)
    questions: list[SwabQuestion] = field(default_factory=list)
    messages: dict[UUID, str] = field(default_factory=dict)

    def ask(self, person: ExpectedPerson, mark: Mark, reason: str) -> None:
        code = code_of(mark)
        self.questions.append(SwabQuestion(person=person, mark=mark, code=code, reason=reason, at=self.at))
        self.messages[mark.id] = sentence_for(reason, code)

    def void(self, swab: Swab, reason: str) -> None:
        swab.voided_at, swab.void_reason = self.at, reason
        self.voids.append(swab)


def sentence_for(reason: str, code: str) -> str:
    """What the volunteer reads. The mark is stored; only the tube is in question."""
    words = {
        Reason.FULL: _("Tube %(code)s was full: not everybody fits in it. Take the next tube; the desk looks at this."),
        Reason.OTHER_ROUND: _("Tube %(code)s belongs to another round. Look at the label; the desk looks at this."),
        Reason.TWO_TUBES: _("Somebody here is in another tube than %(code)s already. The desk looks at this."),
        Reason.NOT_OPEN: _("Tube %(code)s was closed already. Take another tube; the desk looks at this."),
        Reason.UNLABELLED: _("No tube was named for somebody here. The desk looks at this."),
    }
    return words[Reason(reason)] % {"code": code}


def record_swabs(news: NewMarks) -> dict[UUID, str]:
    """Bring the tubes in line with the marks just stored; what cannot be is asked, and told by mark.

    No statement when no mark at these doors ever named a tube; else about ten, whatever the number of marks.
    """
    visits = _in_question(news)
    if not visits:
        return {}
    people = list(ExpectedPerson.objects.filter(visit__in=visits).order_by("visit", "number"))
    for person in people:
        person.visit = visits[person.visit_id]
    swabs = {
        swab.person_id: swab
        for swab in Swab.objects.filter(person__in=people, voided_at=None).select_related("tube", "mark")
    }
    asked = set(SwabQuestion.objects.filter(person__in=people).values_list("person", "mark"))
    change = Change(news.compound_id, news.at)
    new_ids = {mark.id for mark in news.marks}
    for visit in visits.values():
        here = [person for person in people if person.visit_id == visit.pk and person.is_there]
        gone = [person for person in people if person.visit_id == visit.pk and not person.is_there]
        told = _tubes_told(standing(news.marks_of[visit.pk]), here)
        for person in here:
            _compare(change, person, told[person.number], swabs.get(person.pk), asked, new_ids)
        for person in gone:
            if person.pk in swabs:
                change.void(swabs[person.pk], _("taken back"))
    _write(change, visits, by=User(pk=news.marks[0].marked_by_id))
    return change.messages


def _in_question(news: NewMarks) -> dict[int, Visit]:
    """The touched doors of rounds in which these marks, or earlier ones at the same doors, name tubes."""
    touched = {mark.visit_id: news.visits[mark.visit_id] for mark in news.marks}
    sampled = {pk: visit for pk, visit in touched.items() if visit.round.kind in IN_TUBES}
    with_tubes = {
        visit.round_id for pk, visit in sampled.items() if any(mark.details.get("tube") for mark in news.marks_of[pk])
    }
    return {pk: visit for pk, visit in sampled.items() if visit.round_id in with_tubes}


@dataclass
class Told:
    """What the standing marks say of one person's sample."""

    by: Mark | None = None  # who said last that it was taken
    tube: Mark | None = None  # who said last into which tube
    marks: set[UUID] = field(default_factory=set)  # all that say it was taken, since it was last said otherwise


def _tubes_told(marks: Iterable[Mark], people: Iterable[ExpectedPerson]) -> dict[int, Told]:
    told = {person.number: Told() for person in people}
    for mark in marks:
        for number, one in told.items():
            says = mark.people.get(str(number)) if mark.people else mark.outcome
            if says == Outcome.DONE:
                one.by, one.tube = mark, mark if code_of(mark) else one.tube
                one.marks.add(mark.id)
            elif says is not None:
                one.by, one.tube, one.marks = None, None, set()
    return told


def _compare(
    change: Change,
    person: ExpectedPerson,
    told: Told,
    swab: Swab | None,
    asked: Collection[tuple[int, UUID]],
    new_ids: Collection[UUID],
) -> None:
    """One person: what is said against the place they have."""
    is_sampled = person.outcome == Outcome.DONE
    if swab and not (is_sampled and swab.mark_id in told.marks):
        change.void(swab, _("taken back") if swab.mark_id not in told.marks else _("marked otherwise"))
        swab = None
    if not is_sampled or told.by is None:
        return
    if told.tube is None:
        if swab is None and told.by.id in new_ids:
            change.ask(person, told.by, Reason.UNLABELLED)
        return
    if swab is None:
        if (person.pk, told.tube.id) not in asked:
            change.places.append((person, told.tube))
    elif swab.tube.code != code_of(told.tube) and told.tube.id in new_ids:
        if told.tube.device_id is None:  # at the desk somebody has decided
            change.void(swab, _("put into tube %(code)s") % {"code": code_of(told.tube)})
            change.places.append((person, told.tube))
        else:
            change.ask(person, told.tube, Reason.TWO_TUBES)


# --- Writing --------------------------------------------------------------------------------------


def _write(change: Change, visits: dict[int, Visit], *, by: User) -> None:
    if not (change.voids or change.places or change.questions):
        return
    tubes = _lock_tubes(change, visits) if change.voids or change.places else {}
    if change.voids:
        Swab.objects.bulk_update(change.voids, ["voided_at", "void_reason"])
    if tubes:
        _fill(change, tubes)
    SwabQuestion.objects.bulk_create(change.questions, ignore_conflicts=True)
    told = [tube for tube in tubes.values() if tube.result]
    if told:  # who leaves such a tube, or comes late into it, has another result than before
        refold_people(lock_people(swab.person_id for swab in change.voids).values())
        refold_tubes(tubes=told, by=by)


def _lock_tubes(change: Change, visits: dict[int, Visit]) -> dict[str, Tube]:
    """The tubes named and those that lose somebody, locked; a code never seen before becomes a tube of the round."""
    wanted = {code_of(mark): (person, mark) for person, mark in reversed(change.places)}
    left = {swab.tube_id for swab in change.voids}
    rows = Tube.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    mine = rows.filter(Q(code__in=wanted) | Q(pk__in=left), compound=change.compound_id)
    tubes = {tube.code: tube for tube in mine.select_related("test_round")}
    missing = sorted(set(wanted) - set(tubes))
    if not missing:
        return tubes
    test_rounds = {
        row.round_id: row for row in TestRound.objects.filter(round__in={v.round_id for v in visits.values()})
    }
    new = []
    for code in missing:
        person, mark = wanted[code]
        test_round = test_rounds[person.visit.round_id]
        new.append(
            Tube(
                compound_id=change.compound_id,
                test_round=test_round,
                code=code,
                size=_places(test_round, person.visit),
                created_at=change.at,
                opened_by_id=mark.marked_by_id,
            )
        )
    # Another phone may be naming the same new tube at this moment: one row is made, and both wait for it.
    Tube.objects.bulk_create(new, ignore_conflicts=True)
    made = rows.filter(code__in=missing, compound=change.compound_id).select_related("test_round")
    return tubes | {tube.code: tube for tube in made}


def _places(test_round: TestRound, visit: Visit) -> int:
    """A household's tube has a place for each of them."""
    if test_round.pool_size == TestRound.PoolSize.HOUSEHOLD:
        return max(1, min(LARGEST_TUBE, visit.expected_count + visit.extra_count))
    return test_round.pool_size


def _fill(change: Change, tubes: dict[str, Tube]) -> None:
    """Give out the free places in the order of the marks, and write each tube's count from the swabs that stand."""
    taken: dict[int, dict[int, int]] = defaultdict(dict)
    inside = Swab.objects.filter(tube__in=tubes.values(), voided_at=None).values_list("tube", "place", "person__visit")
    for tube_id, place, visit_id in inside:
        taken[tube_id][place] = visit_id
    new = []
    for person, mark in sorted(change.places, key=lambda pair: (pair[1].happened_at, str(pair[1].id), pair[0].number)):
        tube = tubes[code_of(mark)]
        reason = _why_not(tube, person, mark, taken[tube.pk])
        if reason:
            change.ask(person, mark, reason)
            continue
        place = next(place for place in range(1, tube.size + 1) if place not in taken[tube.pk])
        taken[tube.pk][place] = person.visit_id
        new.append(Swab(person=person, tube=tube, mark=mark, place=place, at=mark.happened_at))
    for tube in tubes.values():
        tube.filled_count = len(taken[tube.pk])
    Tube.objects.bulk_update(tubes.values(), ["filled_count", "size"])
    Swab.objects.bulk_create(new)


def _why_not(tube: Tube, person: ExpectedPerson, mark: Mark, taken: dict[int, int]) -> str:
    """Why this person cannot be in this tube; empty when they can."""
    if tube.test_round.round_id != person.visit.round_id:
        return Reason.OTHER_ROUND
    if tube.state != Tube.State.OPEN and mark.device_id is not None:
        return Reason.NOT_OPEN  # at the desk, somebody may have been in it all the same
    if len(taken) < tube.size:
        return ""
    is_home = tube.test_round.pool_size == TestRound.PoolSize.HOUSEHOLD and set(taken.values()) == {person.visit_id}
    if is_home and tube.size < LARGEST_TUBE:
        tube.size += 1  # one more was met behind the same door
        return ""
    return Reason.FULL
