"""The demo's tubes: three from the top floors, one of them positive, and the recall that follows.

Of the ten who are held one has been sampled alone, was negative and is free again; the others wait on the phone of
the volunteer whom the demo's invitation brings in.
"""

from __future__ import annotations

from django.utils import timezone

from residents.models import User, Volunteer
from rounds.marks import mark_at_desk
from rounds.models import Outcome, Round, Visit
from testing_rounds.models import ExpectedPerson, ResultSource, Tube
from testing_rounds.recall import assign_recall
from testing_rounds.results import record_tube_result, tell_result
from testing_rounds.tubes import open_tube, step_tubes, swab_at_desk

CODES = ("JM0410-001", "JM0410-002", "JM0410-003")
PLACES = 10


def show_a_positive_tube(*, round: Round, by: User, walker: Volunteer) -> Round:
    """Returns the recall."""
    tubes = _fill_tubes(round, by)
    for step in ("sealed", "sent", "received"):
        step_tubes(tubes=tubes, step=step, by=by)
    record_tube_result(tube=tubes[0], value="negative", source=ResultSource.LAB_LIST, by=by)
    record_tube_result(tube=tubes[1], value="positive", source=ResultSource.LAB_LIST, by=by, note="电话通知")
    recall = tubes[1].recall.round
    assign_recall(round=recall, volunteer=walker, buildings=recall.buildings.all(), by=by)
    _free_one(recall, by)
    return recall


def _fill_tubes(round: Round, by: User) -> list[Tube]:
    """Door by door from the top, ten people to a tube; a family is not parted."""
    done = Visit.objects.filter(round=round, outcome=Outcome.DONE, has_conflict=False).top_down()
    visits = iter(done.select_related("round__test_round"))
    tubes = []
    for code in CODES:
        tube, places = open_tube(test_round=round.test_round, code=code, by=by), PLACES
        for visit in visits:
            if visit.expected_count > places:
                break
            numbers = list(range(1, visit.expected_count + 1))
            swab_at_desk(visit=visit, numbers=numbers, code=code, by=by)
            places -= visit.expected_count
            if not places:
                break
        tubes.append(tube)
    return tubes


def _free_one(recall: Round, by: User) -> None:
    visit = Visit.objects.filter(round=recall, expected_count=1).top_down().first()
    if visit is None:
        return
    mark_at_desk(visit=visit, by=by, outcome=Outcome.DONE, note="单管已采")
    person = ExpectedPerson.objects.get(visit=visit)
    tell_result(
        person=person, value="negative", source=ResultSource.LAB_LIST, by=by, happened_at=timezone.now(), note="单管"
    )
