"""The antigen loop: kit -> told -> or overdue -> called -> knocked; a positive asks for a single tube."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from compound.opening import open_any_round
from notices.models import Message
from residents.links import find_link, issue_links, reissue_link
from residents.models import Building, HouseholdLink
from rounds.marks import mark_at_desk
from rounds.models import Round, Visit
from rounds.services import RoundError, cancel_round, close_round
from testing_rounds.antigen import (
    AntigenError,
    change_antigen_round,
    record_chase,
    rounds_told_by,
    tell_all_negative,
    tell_household,
)
from testing_rounds.antigen_stats import Step, read_overdue, read_stats, step_of
from testing_rounds.models import Chase, ExpectedPerson, PersonResult
from testing_rounds.results import ResultError
from testing_rounds.services import create_test_round
from tests.marks import statements
from tests.testing_rounds.antigen_round import AntigenRound
from tests.world import move_in


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def antigen(world):
    return AntigenRound(world)


@pytest.fixture
def link(world):
    fresh = issue_links(building=world.building1, by=world.chen)
    return find_link(next(one.secret for one in fresh if one.household == world.lin_home))


def buildings(world):
    return Building.objects.filter(compound=world.jiamu)


def tally(world, antigen, building=None):
    stats = read_stats(Round.objects.select_related("test_round").get(pk=antigen.round.pk), buildings(world))
    found = stats.total if building is None else next(row.tally for row in stats.rows if row.building == building)
    names = ("heads", "given", "fed_back", "missing", "negative", "positive", "invalid")
    return {name: getattr(found, name) for name in names}


# --- Where one person stands --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "result", "past", "step"),
    [
        ("waiting", "", False, Step.NO_KIT),
        ("nobody_home", "", True, Step.NO_KIT),
        ("refused", "", True, Step.NO_KIT),
        ("exempt", "", True, Step.EXCUSED),
        ("elsewhere", "", False, Step.EXCUSED),
        ("done", "", False, Step.GIVEN),
        ("done", "", True, Step.OVERDUE),
        ("done", "negative", True, Step.NEGATIVE),
        ("waiting", "negative", False, Step.NEGATIVE),  # the phone that handed out the kit has no signal
        ("done", "positive", True, Step.POSITIVE),
        ("done", "invalid", False, Step.RETEST),
        ("done", "inconclusive", False, Step.RETEST),
        ("done", "disputed", True, Step.DISPUTED),
    ],
)
def test_a_person_is_in_one_step(outcome, result, past, step):
    assert step_of(outcome, result, is_past=past) == step


def test_opening_lists_everybody_without_a_kit(world, antigen):
    assert (antigen.round.kind, antigen.round.number, antigen.test_round.pool_size) == ("antigen", 1, 1)
    assert antigen.steps(world.lin_home) == [Step.NO_KIT] * 3
    assert tally(world, antigen) == {
        "heads": 9, "given": 0, "fed_back": 0, "missing": 0, "negative": 0, "positive": 0, "invalid": 0,
    }  # fmt: skip


def test_a_mark_is_a_kit_for_each_and_the_hour_makes_it_overdue(world, antigen):
    antigen.hand_out(world.lin_home)
    assert antigen.steps(world.lin_home) == [Step.GIVEN] * 3
    assert antigen.steps(world.lin_home, past=True) == [Step.OVERDUE] * 3


def test_who_was_told_apart_at_the_door_stands_apart(world, antigen):
    antigen.hand_out(world.lin_home, outcome="partly", people={"1": "done", "2": "exempt"})
    assert antigen.steps(world.lin_home) == [Step.GIVEN, Step.EXCUSED, Step.NO_KIT]


def test_the_others_keep_what_was_said_of_the_household(world, antigen):
    antigen.hand_out(world.lin_home)
    antigen.hand_out(world.lin_home, outcome="partly", people={"3": "nobody_home"})
    assert antigen.steps(world.lin_home) == [Step.GIVEN, Step.GIVEN, Step.NO_KIT]
    assert tally(world, antigen, world.building1)["given"] == 2


# --- Telling ------------------------------------------------------------------------------------------


def test_each_person_is_told_of_separately(world, antigen, link):
    antigen.hand_out(world.lin_home)
    antigen.tell(world.lin_home, link=link, p1="negative", p3="invalid")
    assert antigen.steps(world.lin_home) == [Step.NEGATIVE, Step.GIVEN, Step.RETEST]
    fact = PersonResult.objects.get(person__number=1)
    assert (fact.source, fact.entered_by, fact.link) == ("resident", None, link)


def test_a_second_kit_after_an_invalid_one_corrects_nothing(world, antigen, link):
    antigen.tell(world.lin_home, link=link, p1="invalid")
    antigen.tell(world.lin_home, link=link, p1="negative")
    assert antigen.steps(world.lin_home)[0] == Step.NEGATIVE
    assert list(PersonResult.objects.order_by("pk").values_list("value", "corrects")) == [
        ("invalid", None),
        ("negative", None),
    ]


def test_a_mistake_is_corrected_by_a_new_fact(world, antigen, link):
    antigen.tell(world.lin_home, link=link, p1="positive")
    first = PersonResult.objects.get()
    antigen.tell(world.lin_home, link=link, p1="negative")
    assert antigen.steps(world.lin_home)[0] == Step.NEGATIVE
    assert PersonResult.objects.get(corrects=first).value == "negative"


def test_the_same_word_again_is_no_new_fact(world, antigen, link):
    antigen.tell(world.lin_home, link=link, p1="negative")
    told = antigen.tell(world.lin_home, link=link, p1="negative", p2="negative")
    assert (told.same, len(told.facts), PersonResult.objects.count()) == (1, 1, 2)


def test_a_household_does_not_take_back_the_leads_word_it_is_disputed(world, antigen, link):
    antigen.tell(world.lin_home, by=world.zhao, p1="negative")
    antigen.tell(world.lin_home, link=link, p1="positive")
    assert antigen.steps(world.lin_home)[0] == Step.DISPUTED
    assert tally(world, antigen)["positive"] == 1


def test_the_lead_who_asked_settles_it(world, antigen, link):
    antigen.tell(world.lin_home, by=world.zhao, p1="negative")
    antigen.tell(world.lin_home, link=link, p1="positive")
    antigen.tell(world.lin_home, by=world.zhao, p1="negative")
    assert antigen.steps(world.lin_home)[0] == Step.NEGATIVE
    assert PersonResult.objects.get(corrects__source="resident").source == "lead"


def test_a_new_code_may_say_otherwise_without_correcting(world, antigen, link):
    antigen.tell(world.lin_home, link=link, p1="positive")
    new = find_link(reissue_link(household=world.lin_home, by=world.chen).secret)
    antigen.tell(world.lin_home, link=new, p1="negative")
    assert antigen.steps(world.lin_home)[0] == Step.NEGATIVE
    assert PersonResult.objects.filter(corrects__isnull=False).count() == 0


def test_telling_through_a_link_notes_when_it_was_used(world, antigen, link):
    antigen.tell(world.lin_home, link=link, p1="negative")
    assert HouseholdLink.objects.get(pk=link.pk).last_used_at is not None


REFUSALS = [
    ({}, "Choose what the test shows, for one person at least.", "请至少为一个人选择结果。"),
    ({4: "negative"}, "Somebody in this answer is not expected behind this door.", "填报的人里有人不在这一户。"),
    ({1: "purple"}, "“purple” is not what a test can show.", "“purple”不是抗原能显示的结果。"),
    ({1: "disputed"}, "“disputed” is not what a test can show.", "“disputed”不是抗原能显示的结果。"),
    (
        {1: "negative", 9: "negative"},
        "Somebody in this answer is not expected behind this door.",
        "填报的人里有人不在这一户。",
    ),
]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("answers", "english_words", "chinese"), REFUSALS)
def test_a_bad_answer_is_refused_whole_and_in_words(world, antigen, link, answers, english_words, chinese, language):
    with translation.override(language), pytest.raises(AntigenError) as refused:
        tell_household(visit=antigen.visit(world.lin_home), answers=answers, source="resident", link=link)
    assert str(refused.value) == (english_words if language == "en" else chinese)
    assert PersonResult.objects.count() == 0


def test_a_link_of_another_household_tells_nothing(world, antigen, link):
    with pytest.raises(ResultError, match="another household"):
        antigen.tell(world.elder_home, link=link, p1="negative")
    assert PersonResult.objects.count() == 0


def test_a_cancelled_round_takes_no_results(world, antigen, link):
    cancel_round(round=antigen.round, by=world.chen, reason="rain")
    with pytest.raises(AntigenError, match="not open"):
        antigen.tell(world.lin_home, link=link, p1="negative")


def test_a_round_of_another_kind_takes_none(world):
    form = world.round_form(pool_size=10)
    form.pop("kind")
    pcr = create_test_round(**form)
    open_any_round(round=pcr.round, by=world.chen)
    visit = Visit.objects.get(round=pcr.round, household=world.lin_home)
    with pytest.raises(AntigenError, match="not an antigen round"):
        tell_household(visit=visit, answers={1: "negative"}, source="lead", by=world.zhao)


def test_after_closing_it_may_still_be_told(world, antigen, link):
    close_round(round=antigen.round, by=world.chen)
    antigen.tell(world.lin_home, link=link, p1="negative")
    assert antigen.steps(world.lin_home)[0] == Step.NEGATIVE


# --- All negative -------------------------------------------------------------------------------------


def test_all_negative_speaks_only_for_those_with_a_kit_who_said_nothing(world, antigen):
    antigen.hand_out(world.lin_home, outcome="partly", people={"1": "done", "2": "done"})
    antigen.tell(world.lin_home, by=world.zhao, p1="invalid")
    visits = Visit.objects.filter(round=antigen.round)
    count = tell_all_negative(round=antigen.round, visits=visits, source="lead", by=world.zhao)
    assert count == 1
    assert antigen.steps(world.lin_home) == [Step.RETEST, Step.NEGATIVE, Step.NO_KIT]
    assert antigen.steps(world.elder_home) == [Step.NO_KIT]


def test_all_negative_twice_is_once(world, antigen):
    antigen.hand_out()
    visits = Visit.objects.filter(round=antigen.round)
    assert tell_all_negative(round=antigen.round, visits=visits, source="desk", by=world.chen) == 9
    assert tell_all_negative(round=antigen.round, visits=visits, source="desk", by=world.chen) == 0
    assert PersonResult.objects.count() == 9


@pytest.mark.parametrize("homes", [0, 30])
def test_all_negative_costs_the_same_for_one_floor_and_a_tower(world, homes):
    doors = list(world.building2.doors.all())
    for number in range(homes):
        move_in(doors[number % len(doors)], f"甲{number}", f"乙{number}")
    antigen = AntigenRound(world)
    antigen.hand_out()
    visits = Visit.objects.filter(round=antigen.round, building=world.building2)
    with statements() as seen:
        tell_all_negative(round=antigen.round, visits=visits, source="desk", by=world.chen)
    assert len(seen) <= 16  # most of them are of telling itself: tests/testing_rounds/test_results.py


# --- Positive -> a single tube ------------------------------------------------------------------------


def recheck_doors():
    return [
        (person.visit.round.number, person.visit.room, person.number, person.name)
        for person in ExpectedPerson.objects.filter(visit__round__kind="recall").order_by("pk")
    ]


def test_a_positive_is_listed_for_a_single_tube_and_nobody_else_is(world, antigen, link):
    antigen.tell(world.lin_home, link=link, p1="positive", p2="negative")
    assert recheck_doors() == [(1, "502", 1, "林小雨")]
    round = Round.objects.get(kind="recall")
    assert (round.state, round.test_round.pool_size, round.test_round.recalls) == ("open", 1, None)
    assert round.events.get().by == world.chen  # who opened the antigen round: a household is no user
    assert list(round.buildings.all()) == [world.building1]


def test_a_second_of_the_family_joins_the_first(world, antigen, link):
    antigen.tell(world.lin_home, link=link, p1="positive")
    antigen.tell(world.lin_home, link=link, p3="positive")
    assert recheck_doors() == [(1, "502", 1, "林小雨"), (1, "502", 2, "林朵")]
    assert Visit.objects.get(round__kind="recall").expected_count == 2


def test_told_again_by_somebody_else_it_is_listed_once(world, antigen, link):
    antigen.tell(world.lin_home, link=link, p1="positive")
    antigen.tell(world.lin_home, by=world.zhao, p1="positive")
    assert len(recheck_doors()) == 1


def test_who_is_known_by_the_head_count_alone_is_listed_once_too(world, antigen):
    antigen.tell(world.tenant_home, by=world.zhao, p2="positive")
    antigen.tell(world.tenant_home, by=world.zhao, p2="negative")
    antigen.tell(world.tenant_home, by=world.zhao, p2="positive")
    assert recheck_doors() == [(1, "202", 1, "")]


def test_another_building_joins_the_same_round(world, antigen):
    antigen.tell(world.lin_home, by=world.zhao, p1="positive")
    antigen.tell(world.far_home, by=world.chen, source="desk", p1="positive")
    assert [door[:2] for door in recheck_doors()] == [(1, "502"), (1, "402")]
    assert set(Round.objects.get(kind="recall").buildings.all()) == {world.building1, world.building2}


def test_a_door_answered_there_already_begins_a_new_one(world, antigen):
    antigen.tell(world.lin_home, by=world.zhao, p1="positive")
    mark_at_desk(visit=Visit.objects.get(round__kind="recall"), by=world.chen, outcome="done", people={})
    antigen.tell(world.lin_home, by=world.zhao, p2="positive")
    assert recheck_doors() == [(1, "502", 1, "林小雨"), (2, "502", 1, "林国强")]


def test_a_closed_one_is_not_joined(world, antigen):
    antigen.tell(world.lin_home, by=world.zhao, p1="positive")
    close_round(round=Round.objects.get(kind="recall"), by=world.chen)
    antigen.tell(world.elder_home, by=world.zhao, p1="positive")
    assert [door[0] for door in recheck_doors()] == [1, 2]


def test_who_moved_inside_the_compound_is_asked_for_where_they_are(world, antigen):
    new_home = move_in(world.building2.doors.get(room="101"), "别人")
    world.lin.household = new_home
    world.lin.save()
    antigen.tell(world.lin_home, by=world.zhao, p1="positive")
    assert recheck_doors() == [(1, "101", 1, "林小雨")]


def test_stewards_and_the_buildings_lead_hear_of_it_without_a_name(world, antigen, link):
    antigen.tell(world.lin_home, link=link, p1="positive")
    rows = {message.user: message for message in Message.objects.filter(reminder__startswith="antigen-positive")}
    assert set(rows) == {world.chen, world.zhao}
    message = rows[world.zhao]
    assert message.body.splitlines() == [
        "An antigen test showed two lines. This is not a diagnosis; the household stays in until the PCR.",
        "1号楼: 1 person",
    ]
    assert message.is_urgent
    assert not any(word in message.subject + message.body for word in ("林", "502"))


def test_a_lead_hears_nothing_of_another_building(world, antigen):
    antigen.tell(world.far_home, by=world.chen, source="desk", p1="positive")
    assert {message.user for message in Message.objects.filter(reminder__startswith="antigen-positive")} == {world.chen}


# --- Counting -----------------------------------------------------------------------------------------


def test_the_figures_of_a_building_add_up(world, antigen, link):
    antigen.hand_out(world.lin_home, world.elder_home)
    antigen.hand_out(world.tenant_home, outcome="exempt")
    antigen.tell(world.lin_home, link=link, p1="negative", p2="positive", p3="invalid")
    assert tally(world, antigen, world.building1) == {
        "heads": 4, "given": 4, "fed_back": 3, "missing": 1, "negative": 1, "positive": 1, "invalid": 1,
    }  # fmt: skip


@pytest.mark.parametrize("homes", [0, 60])
def test_counting_takes_three_statements_for_any_size(world, homes):
    doors = list(world.building2.doors.all())
    for number in range(homes):
        move_in(doors[number % len(doors)], f"甲{number}", f"乙{number}")
    antigen = AntigenRound(world)
    antigen.hand_out(world.lin_home, outcome="partly", people={"1": "done"})
    round = Round.objects.select_related("test_round").get(pk=antigen.round.pk)
    with statements() as seen:
        stats = read_stats(round, buildings(world))
    assert len(seen) == 3
    assert stats.total.heads == 9 + 2 * homes


# --- Overdue ------------------------------------------------------------------------------------------


def overdue(world, antigen):
    round = Round.objects.select_related("test_round").get(pk=antigen.round.pk)
    return read_overdue(round, buildings(world))


def test_nobody_is_overdue_before_the_hour(world, antigen):
    antigen.hand_out()
    assert overdue(world, antigen) == []


def test_afterwards_each_door_that_owes_one_stands_there_top_floor_first(world, antigen, link):
    antigen.hand_out(world.lin_home, world.elder_home, world.far_home)
    antigen.tell(world.lin_home, link=link, p1="negative", p2="invalid")
    antigen.pass_the_hour()
    doors = overdue(world, antigen)
    assert [(str(door.visit.building), door.visit.room, [line.step for line in door.people]) for door in doors] == [
        ("1号楼", "502", [Step.RETEST, Step.OVERDUE]),
        ("1号楼", "301", [Step.OVERDUE]),
        ("2号楼", "402", [Step.OVERDUE, Step.OVERDUE]),
    ]


def test_first_a_call_then_a_knock(world, antigen):
    antigen.hand_out(world.elder_home)
    antigen.pass_the_hour()
    visit = antigen.visit(world.elder_home)
    assert [door.next_step for door in overdue(world, antigen)] == [Chase.Step.CALLED]
    record_chase(visit=visit, step="called", was_reached=False, by=world.zhao)
    assert [door.next_step for door in overdue(world, antigen)] == [Chase.Step.KNOCKED]
    record_chase(visit=visit, step="knocked", was_reached=True, by=world.zhao, note="her daughter tells it")
    (door,) = overdue(world, antigen)
    assert [(chase.step, chase.was_reached, chase.by, chase.note) for chase in door.chases] == [
        ("called", False, world.zhao, ""),
        ("knocked", True, world.zhao, "her daughter tells it"),
    ]
    antigen.tell(world.elder_home, by=world.zhao, p1="negative")
    assert overdue(world, antigen) == []


@pytest.mark.parametrize("homes", [0, 40])
def test_reading_who_is_overdue_takes_two_statements(world, homes):
    doors = list(world.building2.doors.all())
    for number in range(homes):
        move_in(doors[number % len(doors)], f"甲{number}")
    antigen = AntigenRound(world)
    antigen.hand_out()
    antigen.pass_the_hour()
    round = Round.objects.select_related("test_round").get(pk=antigen.round.pk)
    with statements() as seen:
        found = read_overdue(round, buildings(world))
    assert (len(seen), len(found)) == (2, 4 + homes)


@pytest.mark.parametrize(
    ("step", "state", "sentence"),
    [("shouted", "open", "called or knocked"), ("called", "cancelled", "Nobody owes a result")],
)
def test_a_bad_chase_is_refused(world, antigen, step, state, sentence):
    if state == "cancelled":
        cancel_round(round=antigen.round, by=world.chen, reason="rain")
    with pytest.raises(AntigenError, match=sentence):
        record_chase(visit=antigen.visit(world.elder_home), step=step, was_reached=True, by=world.zhao)
    assert Chase.objects.count() == 0


# --- The round ----------------------------------------------------------------------------------------


def test_the_hour_may_move_while_the_round_is_open(world, antigen):
    later = timezone.now() + timedelta(hours=9)
    change_antigen_round(
        test_round=antigen.test_round,
        feedback_until=later,
        instructions="hang it on the door",
        title="evening",
        starts_at=antigen.round.starts_at,
        ends_at=later,
        buildings=[],
    )
    antigen.test_round.refresh_from_db()
    assert (antigen.test_round.feedback_until, antigen.test_round.instructions) == (later, "hang it on the door")
    assert Round.objects.get(pk=antigen.round.pk).title == "evening"


def test_a_closed_round_changes_no_more(world, antigen):
    close_round(round=antigen.round, by=world.chen)
    with pytest.raises(RoundError, match="is over"):
        change_antigen_round(
            test_round=antigen.test_round,
            feedback_until=timezone.now(),
            instructions="",
            starts_at=antigen.round.starts_at,
            ends_at=antigen.round.ends_at,
            buildings=[],
        )


def test_a_household_tells_of_open_rounds_and_of_those_closed_since_yesterday(world, antigen, time_machine):
    second = AntigenRound(world)
    assert [test.visit.round for test in rounds_told_by(world.lin_home)] == [second.round, antigen.round]
    close_round(round=antigen.round, by=world.chen)
    assert len(rounds_told_by(world.lin_home)) == 2
    assert [test.visit.round for test in rounds_told_by(world.lin_home, timezone.now() + timedelta(hours=25))] == [
        second.round
    ]
