"""The loop as a whole: whatever happens in whatever order, nobody is counted twice and no sum is above the heads."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from residents.links import find_link, issue_links, reissue_link
from residents.models import Building
from rounds.marks import mark_at_desk
from rounds.models import Round, Visit
from testing_rounds.antigen import record_chase, tell_all_negative, tell_household
from testing_rounds.antigen_stats import Step, lines_of, read_overdue, read_stats
from testing_rounds.models import Chase, ExpectedPerson, PersonResult, TestRound
from testing_rounds.settling import settle_status
from tests.testing_rounds.antigen_round import AntigenRound
from tests.world import World

HOMES = st.sampled_from(["lin_home", "elder_home", "tenant_home"])
READING = st.sampled_from(["negative", "positive", "invalid"])
OUTCOMES = st.sampled_from(["done", "nobody_home", "refused", "elsewhere", "exempt"])
NUMBER = st.integers(1, 3)


class AntigenLoop(RuleBasedStateMachine):
    """Building 1 of Jiamu: seven people behind three doors."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = World()
        self.antigen = AntigenRound(self.world)
        fresh = issue_links(building=self.world.building1, by=self.world.chen)
        self.links = {one.household.pk: find_link(one.secret) for one in fresh}
        self.facts = 0
        self.past = False

    def teardown(self):
        """Each example begins in an empty database."""
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def visit(self, home) -> Visit:
        return self.antigen.visit(getattr(self.world, home))

    def number(self, home, number) -> int:
        return min(number, self.visit(home).expected_count)

    @rule(home=HOMES, outcome=OUTCOMES)
    def a_volunteer_marks_the_household(self, home, outcome):
        mark_at_desk(visit=self.visit(home), by=self.world.chen, outcome=outcome, people={})

    @rule(home=HOMES, number=NUMBER, outcome=OUTCOMES)
    def a_volunteer_marks_one_person(self, home, number, outcome):
        people = {str(self.number(home, number)): outcome}
        whole = "done" if outcome == "done" else "partly"
        mark_at_desk(visit=self.visit(home), by=self.world.chen, outcome=whole, people=people)

    @rule(home=HOMES, number=NUMBER, value=READING)
    def the_household_tells(self, home, number, value):
        visit = self.visit(home)
        link = self.links[visit.household_id]
        answers = {self.number(home, number): value}
        told = tell_household(visit=visit, answers=answers, source="resident", link=link)
        self.facts += len(told.facts)

    @rule(home=HOMES, number=NUMBER, value=READING)
    def the_lead_tells(self, home, number, value):
        answers = {self.number(home, number): value}
        told = tell_household(visit=self.visit(home), answers=answers, source="lead", by=self.world.zhao)
        self.facts += len(told.facts)
        person = ExpectedPerson.objects.get(visit=self.visit(home), number=self.number(home, number))
        if value != "invalid":
            assert person.result == value  # who asked has the last word, however many words stood against it

    @rule()
    def the_lead_says_all_negative(self):
        before = {line.person.pk for line in self.people() if line.has_kit_untold}
        told = tell_all_negative(round=self.antigen.round, visits=self.visits(), source="lead", by=self.world.zhao)
        assert told == len(before)
        self.facts += told

    @rule(home=HOMES)
    def the_card_is_lost(self, home):
        household = getattr(self.world, home)
        self.links[household.pk] = find_link(reissue_link(household=household, by=self.world.chen).secret)

    @precondition(lambda self: not self.past)
    @rule()
    def the_hour_passes(self):
        TestRound.objects.filter(pk=self.antigen.test_round.pk).update(
            feedback_until=timezone.now() - timedelta(minutes=1)
        )
        self.past = True

    @precondition(lambda self: self.past)
    @rule(home=HOMES, reached=st.booleans())
    def somebody_calls(self, home, reached):
        record_chase(visit=self.visit(home), step=Chase.Step.CALLED, was_reached=reached, by=self.world.zhao)

    def visits(self):
        return list(Visit.objects.filter(round=self.antigen.round, building=self.world.building1))

    def people(self):
        return [line for some in lines_of(self.visits(), self.past).values() for line in some]

    @invariant()
    def everybody_is_in_one_step_and_no_sum_is_above_the_heads(self):
        round = Round.objects.select_related("test_round").get(pk=self.antigen.round.pk)
        stats = read_stats(round, Building.objects.filter(pk=self.world.building1.pk))
        people = self.people()
        total = stats.total
        assert sum(total.steps.values()) == len(people) == 7
        assert {step: n for step, n in total.steps.items() if n} == {
            step: n for step in {line.step for line in people} if (n := [line.step for line in people].count(step))
        }
        assert total.heads == total.no_kit + total.missing + total.fed_back
        assert total.fed_back == total.negative + total.positive + total.invalid
        assert total.given + total.no_kit == total.heads <= 7

    @invariant()
    def the_overdue_list_holds_exactly_who_owes_one(self):
        round = Round.objects.select_related("test_round").get(pk=self.antigen.round.pk)
        listed = [
            line.person.pk
            for door in read_overdue(round, Building.objects.filter(pk=self.world.building1.pk))
            for line in door.people
        ]
        owing = [line.person.pk for line in self.people() if line.step in {Step.OVERDUE, Step.RETEST}]
        assert sorted(listed) == (sorted(owing) if self.past else [])

    @invariant()
    def facts_are_only_added_and_the_state_is_what_they_come_to(self):
        facts = PersonResult.objects.all()
        assert len(facts) == self.facts
        for person in ExpectedPerson.objects.filter(visit__round=self.antigen.round):
            own = [fact for fact in facts if fact.person_id == person.pk]
            assert person.result == settle_status(own).value

    @invariant()
    def whoever_was_ever_positive_is_asked_for_one_single_tube(self):
        positive = PersonResult.objects.filter(value="positive").order_by().values_list("person", flat=True).distinct()
        asked = ExpectedPerson.objects.filter(visit__round__kind="recall")
        assert asked.count() == len(positive)
        for visit in Visit.objects.filter(round__kind="recall"):
            assert visit.expected_people.count() == visit.expected_count


def test_no_path_leads_out_of_the_loop(db):
    run_state_machine_as_test(
        AntigenLoop,
        settings=settings(
            max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
