"""Several people at the same button, on a real PostgreSQL: it is pressed once, and the others are told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from rounds.marks import apply_held_mark, mark_at_desk
from rounds.models import Assignment, HeldMark, Mark, Round, Visit
from rounds.services import RoundError, assign, cancel_round, close_round, create_round, open_round
from tests.marks import SENT_AT, tap
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast():
    return World()


def at_once(*jobs):
    """Runs all jobs from the same moment on; gives what each returned, or the RoundError it was told."""
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait()
            return job()
        except RoundError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def refusals(answers):
    return sum(isinstance(answer, RoundError) for answer in answers)


def fetched(round):
    return Round.objects.get(pk=round.pk)


def press(service, round, **form):
    """A button on a page that loads the round for itself."""
    return lambda: service(round=fetched(round), **form)


def test_five_new_rounds_at_once_have_five_numbers(cast):
    form = cast.round_form()
    rounds = at_once(*[lambda: create_round(**form)] * 5)
    assert sorted(round.number for round in rounds) == [1, 2, 3, 4, 5]


def test_a_round_opened_five_times_at_once_opens_once(cast):
    round = create_round(**cast.round_form())
    answers = at_once(*[press(open_round, round, by=cast.chen)] * 5)
    assert refusals(answers) == 4
    assert round.visits.count() == 4
    assert [event.step for event in round.events.all()] == ["opened"]


def test_of_closing_and_cancelling_at_once_one_happens(cast):
    for _ in range(5):
        round = create_round(**cast.round_form())
        open_round(round=round, by=cast.chen)
        answers = at_once(
            press(close_round, round, by=cast.chen), press(cancel_round, round, by=cast.chen, reason="rain")
        )
        assert refusals(answers) == 1
        assert [event.step for event in round.events.all()] == ["opened", fetched(round).state]


def test_the_same_part_given_five_times_at_once_is_one(cast):
    round = create_round(**cast.round_form())
    part = {"volunteer": cast.wei, "building": cast.building1, "by": cast.chen, "floor_from": 1, "floor_to": 3}
    parts = at_once(*[press(assign, round, **part)] * 5)
    assert len({row.pk for row in parts}) == 1
    assert Assignment.objects.count() == 1


def test_nobody_is_assigned_to_a_round_once_it_has_closed(cast):
    """Whichever came first, a part made after the closing is refused."""
    for _ in range(5):
        round = create_round(**cast.round_form())
        open_round(round=round, by=cast.chen)
        part = {"volunteer": cast.wei, "building": cast.building1, "by": cast.chen}
        closed, given = at_once(press(close_round, round, by=cast.chen), press(assign, round, **part))
        assert (closed, fetched(round).state) == (None, "closed")
        assert Assignment.objects.filter(round=round).count() == (not isinstance(given, RoundError))
        with pytest.raises(RoundError):
            assign(round=fetched(round), **part)


def test_a_held_mark_decided_five_times_at_once_counts_once(cast):
    round = create_round(**cast.round_form())
    open_round(round=round, by=cast.chen)
    visit = Visit.objects.get(round=round, household=cast.far_home)
    held = HeldMark.objects.create(
        device=cast.wei_phone,
        digest="d",
        payload=tap(visit, 1),
        reason="not_assigned",
        compound=cast.jiamu,
        visit=visit,
        sent_at=SENT_AT,
    )
    answers = at_once(*[lambda: apply_held_mark(held=HeldMark.objects.get(pk=held.pk), by=cast.chen)] * 5)
    assert refusals(answers) == 4
    assert Mark.objects.count() == 1
    visit.refresh_from_db()
    assert (visit.outcome, visit.done_count) == ("done", 2)


def test_a_door_marked_at_five_desks_at_once_keeps_all_and_folds_to_the_newest(cast):
    round = create_round(**cast.round_form())
    open_round(round=round, by=cast.chen)
    visit = Visit.objects.get(round=round, household=cast.lin_home)
    outcomes = ["done", "refused", "nobody_home", "elsewhere", "exempt"]
    at_once(*[lambda outcome=outcome: mark_at_desk(visit=visit, by=cast.chen, outcome=outcome) for outcome in outcomes])
    assert sorted(Mark.objects.values_list("outcome", flat=True)) == sorted(outcomes)
    visit.refresh_from_db()
    assert visit.latest_mark == Mark.objects.latest("happened_at")
    assert visit.outcome == visit.latest_mark.outcome
