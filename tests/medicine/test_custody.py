"""Whatever is pressed in whatever order: every thing is in one hand, its chain has no gap, money adds up, and a bag
that ended is in nobody's hand."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from medicine.bags import (
    Hand,
    cancel,
    confirm,
    deliver,
    hand_over,
    last_handovers,
    pick_up,
    reach_hospital,
    reopen,
    settle,
)
from medicine.models import Errand, Handover
from medicine.telling import MedicineError
from tests.medicine.ward import Ward
from tests.world import World

KINDS = st.sets(st.sampled_from(["slip", "card", "booklet", "cash", "box"]))
WHO = st.sampled_from(["household", "desk", "hospital", "zhao", "wei", "wu"])


class Custody(RuleBasedStateMachine):
    """Holds beside the database who must have what, by the presses that were taken."""

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.ward = Ward(World())
        self.row = self.ward.bag()
        self.has: dict[str, str] = {}

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def hand(self, who):
        world = self.ward.world
        users = {"zhao": world.zhao, "wei": world.wei.user, "wu": world.wu.user}
        return Hand("person", users[who]) if who in users else Hand(who)

    def attempt(self, deed, **told) -> bool:
        try:
            with transaction.atomic():
                deed(errand=self.row, **told)
        except MedicineError:
            return False
        return True

    @rule(kinds=KINDS, who=WHO, why=st.sampled_from(["", "没有"]))
    def picks_up(self, kinds, who, why):
        if self.attempt(pick_up, kinds=kinds, cash="50", to=self.hand(who), reason=why, teller=self.ward.chen):
            self.has |= dict.fromkeys(kinds, who)

    @rule(kinds=KINDS, who=WHO, stale=st.booleans())
    def hands_over(self, kinds, who, stale):
        last = last_handovers(self.row)
        saw = {pk: one.number - (1 if stale else 0) for pk, one in last.items() if one.thing.kind in kinds}
        there = {last[pk].thing.kind for pk in saw}
        if self.attempt(hand_over, saw=saw, to=self.hand(who), teller=self.ward.chen):
            assert not stale
            self.has |= dict.fromkeys(there, who)

    @rule()
    def reaches(self):
        self.attempt(reach_hospital, teller=self.ward.chen)

    @rule(cost=st.sampled_from(["0", "20", "50", "70"]), who=st.sampled_from(["zhao", "wei"]), got=st.booleans())
    def settles(self, cost, who, got):
        cash = 50 if "cash" in self.has else 0
        back = str(max(0, cash - int(cost)))
        told = {"cost": cost, "cash_back": back, "to": self.hand(who), "by": self.ward.world.chen, "note": "记"}
        if self.attempt(settle, has_medicine=got, **told):
            if got:
                self.has.setdefault("medicine", who)
            if int(cost) and cash:
                if int(back):
                    self.has.setdefault("change", who)
                if self.has["cash"] not in {"household", "hospital"}:
                    self.has["cash"] = "hospital"

    @rule()
    def delivers(self):
        if self.attempt(deliver, teller=self.ward.chen):
            self.has = {kind: who if who == "hospital" else "household" for kind, who in self.has.items()}

    @rule(deed=st.sampled_from([confirm, reopen, cancel]))
    def ends(self, deed):
        words = {} if deed is confirm else {"reason": "因"}
        self.attempt(deed, teller=self.ward.chen, **words)

    @invariant()
    def everything_is_in_one_hand(self):
        found = {
            one.thing.kind: one.person.username if one.person else one.holder
            for one in last_handovers(self.row).values()
        }
        assert found == self.has

    @invariant()
    def chains_have_no_gap(self):
        numbers: dict[int, list[int]] = {}
        for thing, number in Handover.objects.filter(thing__errand=self.row).values_list("thing", "number"):
            numbers.setdefault(thing, []).append(number)
        assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())

    @precondition(lambda self: Errand.objects.get(pk=self.row.pk).is_over)
    @invariant()
    def what_ended_is_in_nobodys_hand(self):
        assert set(self.has.values()) <= {"household", "hospital"}


@pytest.mark.django_db
def test_no_order_of_presses_puts_a_thing_into_two_hands():
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Custody,
        settings=settings(
            max_examples=12,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
