"""A tube's way: open -> sealed -> sent -> received, or lost; and the desk's hand in who is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Building, Door, User
from residents.search import SOUND, clean_query, room_query
from residents.sounds import plain
from rounds.marks import mark_at_desk
from rounds.models import Mark, Outcome, Round, Visit
from testing_rounds.models import ExpectedPerson, Result, ResultSource, Swab, SwabQuestion, TestRound, Tube, TubeStep
from testing_rounds.models.tubes import LARGEST_TUBE
from testing_rounds.results import TubeTelling, record_tube_results
from testing_rounds.swabs import read_code, record_swabs, sentence_for

Step, State = TubeStep.Step, Tube.State

COMES_FROM: dict[str, frozenset[str]] = {
    Step.SEALED: frozenset({State.OPEN}),
    Step.REOPENED: frozenset({State.SEALED}),
    Step.SENT: frozenset({State.SEALED}),
    Step.RECEIVED: frozenset({State.SENT}),
    Step.LOST: frozenset({State.OPEN, State.SEALED, State.SENT, State.RECEIVED}),
}
LEADS_TO: dict[str, str] = {
    Step.SEALED: State.SEALED,
    Step.REOPENED: State.OPEN,
    Step.SENT: State.SENT,
    Step.RECEIVED: State.RECEIVED,
    Step.LOST: State.LOST,
}
ASKS_WHY = frozenset({Step.REOPENED, Step.LOST})
AT_ONCE = (Step.SEALED, Step.SENT, Step.RECEIVED)  # what a whole rack goes through together


class TubeError(ValueError):
    """A sentence for the person who tried."""


# --- Its way --------------------------------------------------------------------------------------


@transaction.atomic
def open_tube(*, test_round: TestRound, code: str, by: User) -> Tube:
    """The tube of this code, made if nobody has named it yet. A code of another round is never used again."""
    spelt = read_code(code)
    if not spelt:
        raise TubeError(_("Type or scan the code on the tube."))
    round = test_round.round
    if round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise TubeError(_("The round is not open: nothing can be marked."))
    size = test_round.pool_size or LARGEST_TUBE
    made = Tube(compound_id=round.compound_id, test_round=test_round, code=spelt, size=size, opened_by=by)
    Tube.objects.bulk_create([made], ignore_conflicts=True)  # two desks may scan it at once
    tube = Tube.objects.get(compound=round.compound_id, code=spelt)
    if tube.test_round_id != test_round.pk:
        raise TubeError(sentence_for(SwabQuestion.Reason.OTHER_ROUND, spelt))
    return tube


@transaction.atomic
def step_tubes(
    *, tubes: Iterable[Tube], step: str, by: User, note: str = "", told_count: int | None = None
) -> list[Tube]:
    """All of them, or none: the first that cannot is named. A lost tube recalls its people at once."""
    if step not in COMES_FROM:
        raise TubeError(_("There is no such step."))
    if step in ASKS_WHY and not note.strip():
        raise TubeError(_("Say why, in a few words."))
    rows = Tube.objects.filter(pk__in=[tube.pk for tube in tubes]).order_by("pk").select_for_update(no_key=True)
    locked = list(rows)
    if not locked:
        raise TubeError(_("Choose at least one tube."))
    for tube in locked:
        _refuse_step(tube, step)
    now = timezone.now()
    for tube in locked:
        tube.state = LEADS_TO[step]
        tube.told_count = told_count if told_count is not None else tube.told_count
    Tube.objects.bulk_update(locked, ["state", "told_count"])
    TubeStep.objects.bulk_create(TubeStep(tube=tube, step=step, by=by, at=now, note=note.strip()) for tube in locked)
    if step == Step.LOST:
        _tell_lost([tube for tube in locked if tube.filled_count], by, note)
    return locked


def _refuse_step(tube: Tube, step: str) -> None:
    words = {"code": tube.code, "state": tube.get_state_display()}
    if tube.state not in COMES_FROM[step]:
        raise TubeError(_("Tube %(code)s is %(state)s: this cannot be done now.") % words)
    if tube.filled_count == 0 and step in {Step.SEALED, Step.SENT}:
        raise TubeError(_("Nobody is in tube %(code)s.") % words)
    if tube.result and step in ASKS_WHY:
        raise TubeError(_("Tube %(code)s has a result already. Correct the result instead.") % words)


def _tell_lost(tubes: list[Tube], by: User, note: str) -> None:
    """Without a result its people would wait for ever: it is invalid, and they are asked for a single tube."""
    tellings = [TubeTelling(tube, Result.INVALID, ResultSource.DESK, note=note.strip()) for tube in tubes]
    if tellings:
        record_tube_results(tellings=tellings, by=by)


@transaction.atomic
def tell_label(*, tube: Tube, told_count: int | None) -> None:
    """The number written on the label; another than counted is shown, and nothing is changed because of it."""
    if told_count is not None and not 0 <= told_count <= 99:
        raise TubeError(_("That is not a number of people."))
    Tube.objects.filter(pk=tube.pk).update(told_count=told_count)


# --- Who is in it ---------------------------------------------------------------------------------


@transaction.atomic
def swab_at_desk(*, visit: Visit, numbers: Collection[int], code: str, by: User, note: str = "") -> Mark:
    """Somebody at the desk says that these people of one door are in this tube: marked as sampled, and moved there.

    Raises TubeError where the tube cannot take them; then nothing is written.
    """
    spelt = read_code(code)
    if not spelt:
        raise TubeError(_("Type or scan the code on the tube."))
    if not numbers:
        raise TubeError(_("Choose who is in the tube."))
    here = set(ExpectedPerson.objects.filter(visit=visit, number__in=numbers).values_list("number", flat=True))
    if here != set(numbers):
        raise TubeError(_("Somebody was marked who is not expected behind this door."))
    people: dict[str, str] = {str(number): Outcome.DONE.value for number in sorted(here)}
    mark = mark_at_desk(
        visit=visit,
        by=by,
        outcome=Outcome.PARTLY,
        people=people,
        note=note,
        details={"tube": spelt},
        follow=record_swabs,
    )
    question = SwabQuestion.objects.filter(mark=mark).first()
    if question is not None:
        raise TubeError(refusal_for(question.reason, spelt))
    return mark


def refusal_for(reason: str, code: str) -> str:
    """At the desk nothing is left for later."""
    words = {
        SwabQuestion.Reason.FULL: _("Tube %(code)s is full. Take somebody out first, or choose another tube."),
        SwabQuestion.Reason.OTHER_ROUND: _("Tube %(code)s belongs to another round."),
    }
    return words.get(SwabQuestion.Reason(reason), _("Tube %(code)s cannot take them.")) % {"code": code}


@transaction.atomic
def place_question(*, question: SwabQuestion, code: str, by: User, note: str = "") -> None:
    """The person was in this tube after all: put there, and the question is answered."""
    locked = _lock_question(question)
    person = locked.person
    if person.outcome != Outcome.DONE:
        raise TubeError(_("This person is not marked as sampled any more. Set the question aside."))
    if not Swab.objects.filter(person=person, tube__code=read_code(code), voided_at=None).exists():
        swab_at_desk(visit=person.visit, numbers=[person.number], code=code, by=by, note=note)
    _decide(locked, SwabQuestion.Decision.PLACED, by, note or read_code(code))


@transaction.atomic
def dismiss_question(*, question: SwabQuestion, by: User, note: str) -> None:
    if not note.strip():
        raise TubeError(_("Say why, in a few words."))
    _decide(_lock_question(question), SwabQuestion.Decision.DISMISSED, by, note.strip())


def _lock_question(question: SwabQuestion) -> SwabQuestion:
    locked = (
        SwabQuestion.objects.select_for_update(of=("self",)).select_related("person__visit__round").get(pk=question.pk)
    )
    if locked.decision:
        raise TubeError(_("Somebody has decided about this already."))
    return locked


def _decide(question: SwabQuestion, decision: str, by: User, note: str) -> None:
    question.decision, question.decided_by, question.decided_at = decision, by, timezone.now()
    question.decision_note = note[:200]
    question.save(update_fields=["decision", "decided_by", "decided_at", "decision_note"])


# --- Looking --------------------------------------------------------------------------------------


@dataclass
class TubeCounts:
    """What a round's tubes come to. Sampled people in no tube are derived: ticked as sampled, and in none."""

    by_state: dict[str, int]
    people: int
    sampled: int
    questions: int
    miscounted: int

    @property
    def tubes(self) -> int:
        return sum(self.by_state.values())

    @property
    def in_no_tube(self) -> int:
        return max(0, self.sampled - self.people)

    def states(self) -> list[tuple[str, str, int]]:
        return [(state.value, str(state.label), self.by_state.get(state, 0)) for state in State]


def count_tubes(test_round: TestRound) -> TubeCounts:
    """Three statements, whatever the number of tubes."""
    wrong = Q(told_count__isnull=False) & ~Q(told_count=F("filled_count"))
    groups = list(
        Tube.objects.filter(test_round=test_round)
        .order_by()
        .values("state")
        .annotate(n=Count("pk"), people=Sum("filled_count"), wrong=Count("pk", filter=wrong))
    )
    sampled = Visit.objects.filter(round=test_round.round_id).aggregate(n=Sum("done_count"))["n"] or 0
    open_questions = SwabQuestion.objects.filter(person__visit__round=test_round.round_id, decision="").count()
    return TubeCounts(
        by_state={group["state"]: group["n"] for group in groups},
        people=sum(group["people"] or 0 for group in groups),
        sampled=sampled,
        questions=open_questions,
        miscounted=sum(group["wrong"] for group in groups),
    )


def find_tubes(test_round: TestRound, *, code: str = "", state: str = "") -> QuerySet[Tube]:
    tubes = Tube.objects.filter(test_round=test_round).select_related("opened_by").order_by("-created_at", "-pk")
    if spelt := read_code(code):
        tubes = tubes.filter(code__contains=spelt)
    return tubes.filter(state=state) if state in State.values else tubes


def people_in(tube: Tube) -> list[Swab]:
    """Everybody who stands in the tube, by place, with their door."""
    return list(
        Swab.objects.filter(tube=tube, voided_at=None)
        .select_related("person__visit__building", "mark__marked_by", "mark__walked_by")
        .order_by("place")
    )


def people_in_no_tube(test_round: TestRound, building: Building | None = None) -> list[ExpectedPerson]:
    """Marked as sampled and in none, though the round uses tubes; who is asked about already is not repeated. One
    statement; in a round that uses tubes they are few."""
    placed = Swab.objects.filter(person__visit__round=test_round.round_id, voided_at=None).values("person")
    asked = SwabQuestion.objects.filter(person__visit__round=test_round.round_id).values("person")
    people = (
        ExpectedPerson.objects.filter(visit__round=test_round.round_id, visit__done_count__gt=0)
        .exclude(pk__in=placed)
        .exclude(pk__in=asked)
        .select_related("visit__building")
        .order_by(
            "visit__building__position", "visit__building__code", "visit__entrance", "-visit__floor", "visit__room"
        )
    )
    if building is not None:
        people = people.filter(visit__building=building)
    return [person for person in people.iterator() if person.is_there and person.outcome == Outcome.DONE]


def buildings_of(people: Iterable[ExpectedPerson]) -> list[tuple[Building, int]]:
    """How many of them are in each building, in the order they come."""
    return list(Counter(person.visit.building for person in people).items())


MOST_DOORS = 20


def find_doors(test_round: TestRound, typed: str) -> list[Visit]:
    """The doors of the round by whatever people say: a room with or without entrance and building, or somebody's name,
    a part of it, its sounds. One statement."""
    query = clean_query(typed)
    if not query:
        return []
    words = query.replace("号楼", " ").split()
    entrance, dash, room = words[-1].rpartition("-")
    as_frozen = Q(room__iexact=room)
    if dash:
        as_frozen &= Q(entrance__iexact=entrance) | Q(building__code__iexact=entrance)
    if len(words) > 1:
        as_frozen &= Q(building__code__iexact=words[0])
    doors = Q(household__door__in=Door.objects.filter(room_query(query), building__rounds=test_round.round_id))
    named = Q(name__icontains=query)
    if SOUND.fullmatch(query):
        named |= Q(resident__name_pinyin__contains=f" {plain(query).replace(' ', '')}")
    people = ExpectedPerson.objects.filter(named, visit=OuterRef("pk"))
    visits = Visit.objects.filter(as_frozen | doors | Exists(people), round=test_round.round_id)
    return list(visits.select_related("building").top_down()[:MOST_DOORS])
