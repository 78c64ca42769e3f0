"""Tubes told and corrected, single tubes, releases by hand, in any order: no path reaches an impossible state."""

from contextlib import suppress

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from residents.services import HouseholdError, move_out
from rounds.models import Round, Visit
from testing_rounds.models import ExpectedPerson, Hold, PersonResult, Result, Tube, TubeResult
from testing_rounds.recall import HoldError, release_hold
from testing_rounds.results import ResultError, record_tube_result, tell_result
from testing_rounds.settling import settle_status
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample
from tests.world import World

VALUES = st.sampled_from(sorted(Result.tellable()))
TRUSTED = st.sampled_from(["lab_list", "health_app", "cdc_call", "desk"])
ANYBODY = st.sampled_from(["lab_list", "cdc_call", "resident", "lead"])


class RecallMachine(RuleBasedStateMachine):
    """One tube of five people behind three doors; everything that can be told of them."""

    @initialize()
    def open(self):
        self.point = transaction.atomic()
        self.point.__enter__()
        self.world = World()
        self.pcr = open_pcr(self.world)
        homes = [self.world.lin_home, self.world.elder_home, self.world.far_home]
        sample(self.pcr, self.world.chen, *homes)
        self.people = [person for home in homes for person in people_of(self.pcr, home)]
        self.tube = fill_tube(self.pcr, self.world.chen, "T", self.people)

    def teardown(self):
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    @rule(value=VALUES, source=TRUSTED, corrects=st.booleans())
    def tell_the_tube(self, value, source, corrects):
        standing = TubeResult.objects.filter(tube=self.tube, corrected_by=None).order_by("pk").last()
        fact = standing if corrects else None
        record_tube_result(tube=self.tube, value=value, source=source, by=self.world.chen, corrects=fact)

    @rule(which=st.integers(0, 5), value=VALUES, source=ANYBODY, corrects=st.booleans())
    def tell_a_person_of_the_recall(self, which, value, source, corrects):
        recalled = list(
            ExpectedPerson.objects.filter(visit__round__kind="recall").select_related("visit").order_by("pk")
        )
        if not recalled:
            return
        person = recalled[which % len(recalled)]
        standing = PersonResult.objects.filter(person=person, corrected_by=None).order_by("pk").last()
        by = self.world.chen
        with_sample = person.visit.outcome == "done"
        try:
            tell_result(person=person, value=value, source=source, by=by, corrects=standing if corrects else None)
        except ResultError:
            assert source == "lab_list" and not with_sample  # noqa: PT018

    @rule()
    def sample_the_recall(self):
        for round in Round.objects.filter(kind="recall", state="open"):
            sample(round.test_round, self.world.chen)

    @rule(which=st.integers(0, 5), release=st.sampled_from(["by_hand", "left", "transferred"]))
    def end_a_hold_by_hand(self, which, release):
        holds = list(Hold.objects.order_by("pk"))
        if not holds:
            return
        hold = holds[which % len(holds)]
        was_open = hold.release == ""
        try:
            release_hold(hold=hold, release=release, by=self.world.chen, note="said so")
        except HoldError:
            assert not was_open

    @rule()
    def a_household_leaves(self):
        with suppress(HouseholdError):  # they have left before
            move_out(household=self.world.elder_home, on=timezone.localdate())

    @invariant()
    def a_status_is_what_the_facts_come_to(self):
        if not hasattr(self, "tube"):
            return
        tube = Tube.objects.get(pk=self.tube.pk)
        assert (tube.result, tube.result_at) == settle_status(TubeResult.objects.filter(tube=tube))
        for person in ExpectedPerson.objects.filter(visit__round__kind="recall"):
            assert person.result == settle_status(PersonResult.objects.filter(person=person)).value

    @invariant()
    def nobody_is_held_without_a_tube_that_told_something(self):
        for hold in Hold.objects.select_related("tube", "recalled_as"):
            assert hold.tube.results.exists()
            assert (hold.release == "") == (hold.released_at is None)
            if hold.release == Hold.Release.NEGATIVE:
                assert hold.recalled_as is not None
                assert hold.recalled_as.result not in {Result.POSITIVE, Result.DISPUTED}

    @invariant()
    def everybody_of_a_tube_that_is_not_negative_is_held_or_was_let_go(self):
        if not hasattr(self, "tube"):
            return
        tube = Tube.objects.get(pk=self.tube.pk)
        holds = Hold.objects.filter(tube=tube)
        if tube.result not in {"", Result.NEGATIVE}:
            assert holds.count() == len(self.people)
            assert not holds.filter(release=Hold.Release.POOL_CORRECTED).exists()
        if tube.result == Result.NEGATIVE:
            for hold in holds.filter(release=""):
                assert hold.recalled_as is not None
                assert hold.recalled_as.result in {Result.POSITIVE, Result.DISPUTED}

    @invariant()
    def each_is_recalled_once_behind_a_door_of_today(self):
        recalled = Hold.objects.exclude(recalled_as=None).values_list("recalled_as", flat=True)
        assert len(recalled) == len(set(recalled))
        assert Round.objects.filter(kind="recall").count() <= 1
        for visit in Visit.objects.filter(round__kind="recall"):
            assert visit.expected_count == visit.expected_people.count()


@pytest.mark.django_db
def test_no_path_reaches_an_impossible_state(settings_of_the_machine):
    run_state_machine_as_test(RecallMachine, settings=settings_of_the_machine)


@pytest.fixture
def settings_of_the_machine():
    return settings(max_examples=6, stateful_step_count=9, deadline=None, suppress_health_check=list(HealthCheck))
