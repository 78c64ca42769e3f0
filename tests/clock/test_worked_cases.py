"""The table of worked cases, and that each says why in both languages."""

import pytest
from django.utils.translation import override

from clock.reckoning import reckon
from clock.sentences import say_all
from tests.clock.worked_cases import CASES, Finding, on, started
from tests.test_catalogs import compiled  # noqa: F401 - a fixture


def reckoned(case):
    return reckon(events=case.events, findings=case.findings, rounds=case.rounds, today=on(case.today))


def test_the_table_is_long_enough_and_every_name_is_new():
    assert (len(CASES) >= 25, len({case.name for case in CASES})) == (True, len(CASES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_day_zone_end_and_tests(case):
    clock = reckoned(case)
    today = clock.today
    assert (today.on, today.number, today.zone, today.state, today.tests) == (
        on(case.today),
        case.n,
        case.zone,
        case.state,
        case.tests,
    )
    assert (clock.last_day, len(clock.asks)) == (on(case.last) if case.last else None, case.asks)
    assert [check.key for check in clock.checks if not check.is_done] == case.open_checks


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_reason_in_both_languages(case, compiled):  # noqa: F811
    reasons = reckoned(case).today.reasons
    with override("en"):
        english = say_all(reasons)
    with override("zh-hans"):
        chinese = say_all(reasons)
    assert (english, chinese) == (case.english, case.chinese)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_lead_is_told_the_day_and_nothing_of_anybody(case, compiled):  # noqa: F811
    with override("zh-hans"):
        said = say_all(reckoned(case).today.reasons, is_discreet=True)
    assert [word for word in ("阳性", "密接", "转运", "采样", "陈干事") if word in said] == []


def test_before_the_first_day_there_is_no_day():
    clock = reckon(events=[started("4-2", "7+7")], findings=[], today=on("4-1"))
    assert (clock.today, clock.zone_until, clock.days[0].on, clock.last_day) == (None, None, on("4-2"), on("4-15"))


def test_the_next_change_is_the_midnight_before_the_first_other_day():
    clock = reckon(events=[started("4-1", "7+7")], findings=[], today=on("4-5"))
    assert (clock.zone_until, clock.next_change.on, clock.next_change.zone) == (on("4-7"), on("4-8"), "controlled")
    assert clock.tests("pcr", on("4-5")) == [on("4-7"), on("4-10"), on("4-14")]


def test_a_positive_after_the_release_asks_for_a_new_clock():
    case = next(case for case in CASES if case.name.startswith("43. positive again after"))
    assert (reckoned(case).starts_anew, reckoned(case).release_on) == (True, on("4-15"))


def test_a_positive_next_door_moves_nothing_here():
    alone = reckon(events=[started("4-11", "three-zones-sealed")], findings=[], today=on("4-18"))
    beside = Finding(key="a", kind="positive", building=3, reported=on("4-16"))
    assert reckon(events=[started("4-11", "three-zones-sealed")], findings=[beside], today=on("4-18")) == alone
