"""What a volunteer reads off a test at the door: taken from the marks, told as facts of people.

`details["antigen"]` has a letter for each person, by number from 1 on: n negative, p positive, i invalid, a dot where
nothing is said. The facts are brought in line with the marks that stand, so an undo that arrives first, late or twice,
and marks in any order, leave the same words standing. What cannot be leaves a question; its mark counts all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile, zip_longest
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import User
from rounds.folding import standing
from rounds.marks import NewMarks
from rounds.models import Mark, Outcome, Round, Visit
from testing_rounds.models import TAKEN_BACK, AnswerQuestion, ExpectedPerson, PersonResult, Result, ResultSource
from testing_rounds.results import Telling, lock_those, tell_results

LETTERS = {"n": Result.NEGATIVE, "p": Result.POSITIVE, "i": Result.INVALID}
SILENT = "."
WHOLE = 0  # the number of a question that is about nobody in particular
NOT_TESTED = frozenset({Outcome.NOBODY_HOME, Outcome.REFUSED, Outcome.ELSEWHERE, Outcome.EXEMPT})
LONG_AGO = datetime.min.replace(tzinfo=UTC)
Reason = AnswerQuestion.Reason


class AnswerError(ValueError):
    """A sentence for the person who tried."""


def sentence_for(reason: str, number: int) -> str:
    """What the volunteer reads. The mark is stored; only the answer is in question."""
    words = {
        Reason.UNREADABLE: _("What the test shows could not be read. The building lead looks at this."),
        Reason.NOBODY: _("There is no person %(number)s behind this door. The building lead looks at this."),
        Reason.NOT_THERE: _(
            "Person %(number)s was marked as not tested, and a result was told. The building lead looks at this."
        ),
    }
    return words[Reason(reason)] % {"number": number}


@dataclass
class Heard:
    """What the standing marks of some doors say: of whom what, in order, and what cannot be."""

    at: datetime
    words: dict[int, list[tuple[Mark, str]]] = field(default_factory=lambda: defaultdict(list))  # by person
    questions: list[AnswerQuestion] = field(default_factory=list)

    def ask(self, mark: Mark, number: int, reason: str) -> None:
        told = mark.details.get("antigen", "")
        self.questions.append(AnswerQuestion(mark=mark, number=number, told=told, reason=reason, at=self.at))


def record_answers(news: NewMarks) -> dict[UUID, str]:
    """Tell what the marks just stored say of antigen tests; what cannot be is asked, and told by mark.

    No statement when no mark at these doors ever named a result; else about ten, whatever the number of marks.
    """
    told = {mark.id: _("This is not an antigen round.") for mark in news.marks if _is_astray(mark, news.visits)}
    visits = _in_question(news)
    if not visits:
        return told
    people = lock_those(ExpectedPerson.objects.filter(visit__in=visits))
    behind: dict[int, dict[int, ExpectedPerson]] = defaultdict(dict)
    for person in people.values():
        behind[person.visit_id][person.number] = person
    heard = Heard(news.at)
    for pk in visits:
        for mark in standing(news.marks_of[pk]):
            _hear(heard, mark, behind[pk])
    tellings = _compare(heard.words, people, news.marks)
    if tellings:
        tell_results(tellings=tellings, by=User(pk=news.marks[0].marked_by_id), locked=people)
    AnswerQuestion.objects.bulk_create(heard.questions, ignore_conflicts=True)  # asked once, however often it is read
    new = {mark.id for mark in news.marks}
    return told | {one.mark_id: sentence_for(one.reason, one.number) for one in heard.questions if one.mark_id in new}


def _is_astray(mark: Mark, visits) -> bool:
    return bool(mark.details.get("antigen")) and visits[mark.visit_id].round.kind != Round.Kind.ANTIGEN


def _in_question(news: NewMarks) -> dict[int, Visit]:
    """The touched doors of antigen rounds at which these marks, or earlier ones, tell results."""
    touched = {mark.visit_id: news.visits[mark.visit_id] for mark in news.marks}
    return {
        pk: visit
        for pk, visit in touched.items()
        if visit.round.kind == Round.Kind.ANTIGEN and any(mark.details.get("antigen") for mark in news.marks_of[pk])
    }


def _hear(heard: Heard, mark: Mark, people: dict[int, ExpectedPerson]) -> None:
    letters = mark.details.get("antigen", "")
    if not set(letters) <= {*LETTERS, SILENT}:
        heard.ask(mark, WHOLE, Reason.UNREADABLE)
        return
    for number, letter in enumerate(letters, start=1):
        if letter == SILENT:
            continue
        person = people.get(number)
        if person is None or not person.is_there:
            heard.ask(mark, number, Reason.NOBODY)
        elif (mark.people.get(str(number)) if mark.people else mark.outcome) in NOT_TESTED:
            heard.ask(mark, number, Reason.NOT_THERE)
        else:
            heard.words[person.pk].append((mark, str(LETTERS[letter])))


def _compare(
    words: dict[int, list[tuple[Mark, str]]], people: dict[int, ExpectedPerson], new: list[Mark]
) -> list[Telling]:
    """What has to be told so that the facts of these people say what the marks say.

    Kits that were invalid stay told, each; of the readings the last counts. What a lead or the desk has corrected is
    decided: only a later tap speaks again.
    """
    newest = {mark.visit_id: mark for mark in new}
    facts: dict[int, list[PersonResult]] = defaultdict(list)
    for fact in PersonResult.objects.filter(person__in=people).order_by("told_at", "pk"):
        facts[fact.person_id].append(fact)
    tellings: list[Telling] = []
    for pk, person in people.items():
        own = [fact for fact in facts[pk] if fact.mark_id]
        corrections = {fact.corrects_id: fact for fact in facts[pk] if fact.corrects_id}
        decisions = [corrections[fact.pk] for fact in own if fact.pk in corrections]
        decided_at = max((fact.told_at for fact in decisions if not fact.mark_id), default=LONG_AGO)
        stand = [
            fact
            for fact in own
            if fact.value != TAKEN_BACK and fact.pk not in corrections and fact.told_at > decided_at
        ]
        heard = {fact.mark_id for fact in stand} | {mark.id for mark in new}
        spoken = [(mark, value) for mark, value in words[pk] if mark.received_at > decided_at or mark.id in heard]
        wanted = _counting(spoken)
        same = len(list(takewhile(lambda pair: pair[0].value == pair[1][1], zip(stand, wanted, strict=False))))
        for old, word in zip_longest(stand[same:], wanted[same:], fillvalue=None):
            tellings.append(_telling(person, old, word or (newest[person.visit_id], TAKEN_BACK)))
    return tellings


def _counting(words: Sequence[tuple[Mark, str]]) -> list[tuple[Mark, str]]:
    last = len(words) - 1
    return [word for place, word in enumerate(words) if place == last or word[1] == Result.INVALID]


def _telling(person: ExpectedPerson, old: PersonResult | None, word: tuple[Mark, str]) -> Telling:
    """A word in the place of another, one more, or one taken back."""
    mark, value = word
    return Telling(
        person=person,
        value=value,
        source=ResultSource.VOLUNTEER,
        happened_at=_read_at(mark, person.visit.round) if value != TAKEN_BACK else None,
        corrects=old,
        mark=mark,
    )


def _read_at(mark: Mark, round: Round) -> datetime | None:
    """Not where a phone's clock says that it was before the round."""
    began = min(round.opened_at, round.starts_at) if round.opened_at else round.starts_at
    return mark.happened_at if mark.happened_at >= began else None


# --- Looking --------------------------------------------------------------------------------------


def with_reading(people: QuerySet[ExpectedPerson], by: int) -> QuerySet[ExpectedPerson]:
    """`reading`: what taps of this user say of them now."""
    own = PersonResult.objects.filter(person=OuterRef("pk"), mark__marked_by=by, corrected_by=None)
    newest = own.exclude(value=TAKEN_BACK).order_by("-told_at", "-pk").values("value")[:1]
    return people.annotate(reading=Subquery(newest))


def answer_of(person: Any) -> str:
    """For the phone of who stands at the door: their own letter, else only that something was told."""
    if person.result in {"", Result.INVALID}:
        return "i" if person.result else ""
    return next((letter for letter, value in LETTERS.items() if person.reading == person.result == value), "told")


@transaction.atomic
def look_at_question(*, question: AnswerQuestion, by: User) -> None:
    """Whoever looked asks the household and tells on the same page; here it only leaves the list."""
    row = AnswerQuestion.objects.select_for_update().get(pk=question.pk)
    if row.looked_at is not None:
        raise AnswerError(_("Somebody has looked at this already."))
    row.looked_at, row.looked_by = timezone.now(), by
    row.save(update_fields=["looked_at", "looked_by"])


def open_questions(visits: Iterable[Visit]) -> list[AnswerQuestion]:
    return list(
        AnswerQuestion.objects.open()
        .filter(mark__visit__in=visits)
        .select_related("mark__visit", "mark__marked_by", "mark__walked_by")
        .order_by("at", "pk")
    )
