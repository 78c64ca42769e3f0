"""A list of results on its way: read and previewed, then applied whole as previewed, or not at all.

What a line would do is kept beside it. Applying looks at everything again under the locks of the tubes and people:
if a single line would do something else by now, the lines are written anew and nothing is applied.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import User
from rounds.models import Round
from testing_rounds.lab_reading import ListError, Told, read_pasted, read_uploaded
from testing_rounds.lab_verdicts import Verdict, judge, likely, look_around
from testing_rounds.lab_words import LINE, LIST, sentence
from testing_rounds.models import (
    ExpectedPerson,
    LabLine,
    LabList,
    PersonResult,
    ResultSource,
    TestRound,
    Tube,
    TubeResult,
    UnplacedResult,
)
from testing_rounds.results import Telling, TubeTelling, lock_tubes, record_tube_results, tell_results

BATCH = 1000
COLUMNS = ("tube", "building", "entrance", "room", "name", "value", "time", "round")


class LabError(ValueError):
    """A sentence for the person who brought the list."""

    def __init__(self, code: str, **values):
        self.code = code
        super().__init__(sentence(LIST, code, values))


def preview_list(
    *,
    test_round: TestRound,
    by: User,
    text: str = "",
    content: bytes = b"",
    file_name: str = "",
    source: str = ResultSource.LAB_LIST,
) -> LabList:
    """Read, judge and keep; nothing of it counts yet. Raises LabError or RosterError for a list that is none."""
    if test_round.round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise LabError("not_open")
    if bool(text.strip()) == bool(content):
        raise LabError("both_given" if content else "nothing_given")
    try:
        rows = read_uploaded(content, file_name) if content else read_pasted(text)
    except ListError as error:
        raise LabError(error.code, **error.values) from error
    verdicts = judge(rows, look_around(test_round, rows, source))
    return _keep(test_round, verdicts, by, file_name, source)


@transaction.atomic
def _keep(test_round: TestRound, verdicts: list[Verdict], by: User, name: str, source: str) -> LabList:
    lab_list = LabList.objects.create(
        test_round=test_round, name=name[-200:], source=source, uploaded_by=by, findings=_count(verdicts)
    )
    LabLine.objects.bulk_create((_line(lab_list, verdict) for verdict in verdicts), batch_size=BATCH)
    return lab_list


def _count(verdicts: Iterable[Verdict]) -> dict:
    counts = Counter(str(verdict.kind) for verdict in verdicts)
    return {"counts": {kind: counts[kind] for kind in LabLine.Verdict.values}}


def _line(lab_list: LabList, verdict: Verdict) -> LabLine:
    told = verdict.told
    original = {"cells": told.cells, "near": verdict.near} | {name: getattr(told, name) for name in COLUMNS}
    return LabLine(
        lab_list=lab_list,
        row=told.row,
        verdict=verdict.kind,
        reason=verdict.reason,
        original=json.dumps(original, ensure_ascii=False),
        tube_id=verdict.tube,
        person_id=verdict.person,
        value=verdict.value,
        happened_at=verdict.happened_at,
    )


def tell_line(line: LabLine) -> dict[str, str]:
    """What the line said, by column; `cells` as it came."""
    return json.loads(line.original)


def reason_of(line: LabLine, told: dict[str, str] | None = None) -> str:
    """The sentence, in the reader's language, naming the field."""
    return sentence(LINE, line.reason, told or tell_line(line))


def apply_list(*, lab_list: LabList, by: User) -> None:
    """Raises LabError when it was applied before, or when a line would do something else than was previewed."""
    if not _apply(lab_list, by):
        raise LabError("stale")


@transaction.atomic
def _apply(lab_list: LabList, by: User) -> bool:
    current = LabList.objects.select_for_update(of=("self",)).select_related("test_round__round").get(pk=lab_list.pk)
    if current.state != LabList.State.READY:
        raise LabError("not_ready")
    if current.test_round.round.state not in {Round.State.OPEN, Round.State.CLOSED}:
        raise LabError("not_open")
    lines = list(current.lines.all())
    kinds = LabLine.Verdict
    doing = [line for line in lines if line.verdict in {kinds.TUBE, kinds.PERSON, kinds.REVIEW}]
    if not doing:
        raise LabError("nothing_to_apply")
    tubes = lock_tubes(line.tube_id for line in doing if line.tube_id)
    people = _lock_people(line.person_id for line in doing if line.person_id)
    told = {line.pk: _told(line) for line in lines}
    verdicts = judge(told.values(), look_around(current.test_round, told.values(), current.source))
    moved = [(line, verdict) for line, verdict in zip(lines, verdicts, strict=True) if _has_moved(line, verdict)]
    if moved:
        _preview_again(current, moved, verdicts)
        return False
    _tell_tubes(current, [line for line in doing if line.verdict == kinds.TUBE], tubes, by)
    _tell_people(current, [line for line in doing if line.verdict == kinds.PERSON], people, by)
    _set_apart(current, [line for line in doing if line.verdict == kinds.REVIEW], by)
    current.state, current.applied_by, current.applied_at = LabList.State.APPLIED, by, timezone.now()
    current.save(update_fields=["state", "applied_by", "applied_at"])
    return True


def _lock_people(keys: Iterable[int]) -> dict[int, ExpectedPerson]:
    """Bare: what is told of them reads them in full."""
    rows = ExpectedPerson.objects.filter(pk__in=set(keys)).order_by("pk").only("visit")
    return {person.pk: person for person in rows.select_for_update(no_key=True)}


def _told(line: LabLine) -> Told:
    original = json.loads(line.original)
    return Told(line.row, original["cells"], **{name: original[name] for name in COLUMNS})


def _has_moved(line: LabLine, verdict: Verdict) -> bool:
    """Another day alone may be told of the time; what it would do must be the same."""
    return (line.verdict, line.reason, line.tube_id, line.person_id, line.value) != (
        verdict.kind,
        verdict.reason,
        verdict.tube,
        verdict.person,
        verdict.value,
    )


def _preview_again(lab_list: LabList, moved: list[tuple[LabLine, Verdict]], verdicts: list[Verdict]) -> None:
    for line, verdict in moved:
        fresh = _line(lab_list, verdict)
        line.verdict, line.reason, line.original = fresh.verdict, fresh.reason, fresh.original
        line.tube_id, line.person_id, line.value = fresh.tube_id, fresh.person_id, fresh.value
    fields = ["verdict", "reason", "original", "tube", "person", "value"]
    LabLine.objects.bulk_update([line for line, _verdict in moved], fields, batch_size=100)
    lab_list.findings = _count(verdicts) | {"moved": len(moved)}
    lab_list.save(update_fields=["findings"])


def _tell_tubes(lab_list: LabList, lines: list[LabLine], tubes: dict[int, Tube], by: User) -> None:
    if not lines:
        return
    facts = TubeResult.objects.filter(tube__in=tubes, source=lab_list.source, corrected_by=None)
    before = {fact.tube_id: fact for fact in facts.order_by("told_at", "pk")}
    tellings = [
        TubeTelling(
            tube=tubes[line.tube_id],
            value=line.value,
            source=lab_list.source,
            happened_at=line.happened_at,
            corrects=before.get(line.tube_id),
        )
        for line in lines
        if line.tube_id is not None
    ]
    record_tube_results(tellings=tellings, by=by, lab_list=lab_list)


def _tell_people(lab_list: LabList, lines: list[LabLine], people: dict[int, ExpectedPerson], by: User) -> None:
    if not lines:
        return
    facts = PersonResult.objects.filter(
        person__visit__round=lab_list.test_round.round_id, source=lab_list.source, corrected_by=None
    )
    before = {fact.person_id: fact for fact in facts.order_by("told_at", "pk")}
    tellings = [
        Telling(
            person=people[line.person_id],
            value=line.value,
            source=lab_list.source,
            happened_at=line.happened_at,
            corrects=before.get(line.person_id),
        )
        for line in lines
        if line.person_id is not None
    ]
    tell_results(tellings=tellings, by=by, lab_list=lab_list)


def _set_apart(lab_list: LabList, lines: list[LabLine], by: User) -> None:
    UnplacedResult.objects.bulk_create(
        (
            UnplacedResult(
                compound_id=lab_list.test_round.round.compound_id,
                test_round=lab_list.test_round,
                lab_list=lab_list,
                told=line.original,
                value=line.value,
                source=lab_list.source,
                entered_by=by,
            )
            for line in lines
        ),
        batch_size=BATCH,
    )


@transaction.atomic
def discard_list(*, lab_list: LabList) -> None:
    """Forget what was previewed; that there was a list stays on record."""
    if not LabList.objects.filter(pk=lab_list.pk, state=LabList.State.READY).update(state=LabList.State.DISCARDED):
        raise LabError("not_ready")
    lab_list.lines.all().delete()


# --- The review list ------------------------------------------------------------------------------


class ReviewError(ValueError):
    """A sentence for the person who decides."""


def tell_unplaced(row: UnplacedResult) -> dict[str, str]:
    return json.loads(row.told)


def suggest_people(row: UnplacedResult) -> list[ExpectedPerson]:
    """Who it may be: those behind the door and in the tube it names, and those of a like name."""
    told = json.loads(row.told)
    line = Told(0, told["cells"], **{name: told[name] for name in COLUMNS})
    keys = likely(line, look_around(row.test_round, [line], row.source))
    rows = ExpectedPerson.objects.select_related("visit__building", "visit__round").in_bulk(keys)
    return [rows[key] for key in keys]


@transaction.atomic
def place_result(*, row: UnplacedResult, person: ExpectedPerson, by: User, note: str = "") -> PersonResult:
    """It was this person's after all: a fact like any other, told when the list came."""
    _decide(row, UnplacedResult.Decision.PLACED, by, note)
    if person.visit.round_id != row.test_round.round_id:
        raise ReviewError(_("This person is of another round."))
    fact = tell_results(tellings=[Telling(person, row.value, row.source)], by=by, lab_list=row.lab_list)[0]
    UnplacedResult.objects.filter(pk=row.pk).update(person_result=fact)
    return fact


@transaction.atomic
def dismiss_result(*, row: UnplacedResult, by: User, note: str) -> None:
    if not note.strip():
        raise ReviewError(_("Say why, in a few words."))
    _decide(row, UnplacedResult.Decision.DISMISSED, by, note)


def _decide(row: UnplacedResult, decision: str, by: User, note: str) -> None:
    decided = UnplacedResult.objects.filter(pk=row.pk, decision="").update(
        decision=decision, decided_by=by, decided_at=timezone.now(), decision_note=note.strip()
    )
    if not decided:
        raise ReviewError(_("Somebody has decided about this result already."))
