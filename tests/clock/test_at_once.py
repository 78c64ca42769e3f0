"""Several at the same clock in the same moment. Needs a database that really locks."""

import threading

import pytest
from django.db import connection

from clock.cases import correct_case
from clock.models import Case, Clock, ClockEvent, RoundProposal
from clock.proposing import propose_rounds
from clock.services import ClockError, start_clock, tick_check
from rounds.models import Round
from tests.clock.conftest import Desk
from tests.world import World

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
AT_ONCE = 5


def together(deed):
    gate, answers = threading.Barrier(AT_ONCE), []

    def run():
        try:
            gate.wait()
            answers.append(deed() or "done")
        except ClockError:
            answers.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_five_who_start_a_clock_start_one():
    desk = Desk(World())
    words = {"building": desk.world.building1, "version": desk.rule("7+7"), "on": desk.day(), "by": desk.by}
    answers = together(lambda: start_clock(**words) and "started")
    assert (sorted(answers), Clock.objects.count()) == (["refused"] * 4 + ["started"], 1)


def test_five_who_tick_tick_once():
    desk = Desk(World())
    clock = desk.start()
    answers = together(lambda: tick_check(clock=clock, check="street", by=desk.by) and "ticked")
    assert sorted(answers) == ["refused"] * 4 + ["ticked"]
    assert ClockEvent.objects.filter(kind="ticked").count() == 1


def test_five_who_correct_a_case_correct_it_once():
    desk = Desk(World())
    case = desk.case()
    answers = together(lambda: correct_case(case=case, by=desk.by, reason="told again") and "corrected")
    assert (sorted(answers), Case.objects.count()) == (["corrected"] + ["refused"] * 4, 2)


def test_five_schedulers_propose_one_draft():
    desk = Desk(World())
    desk.start("7+7", ago=2)
    together(propose_rounds)
    assert (Round.objects.count(), RoundProposal.objects.count()) == (1, 1)
