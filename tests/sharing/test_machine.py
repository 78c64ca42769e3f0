"""Whatever neighbours press in whatever order, and however much time passes between: nothing is promised twice, nobody
is over the limit, and every number is the sum of its facts."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sharing.models import CornerStep, Drive, DriveStep, Offer, Pledge, Reservation, Wish
from sharing.offering import (
    give,
    let_lapse,
    release,
    reserve,
    resume_offer,
    stop_offer,
    ungive,
    withdraw_offer,
)
from sharing.pledging import (
    begin_collecting,
    cancel_drive,
    hand_over,
    pledge,
    record_portions,
    take_back,
    tell_collected,
    tell_made,
)
from sharing.telling import SharingError
from sharing.wishing import answer_wish, stop_wish
from tests.sharing.neighbours import Neighbours, numbers_agree
from tests.world import World

HOMES = st.integers(0, 3)
COUNT = st.integers(1, 4)
LIMIT = 2


class Rolled(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.near = Neighbours(World(), most_reservations=LIMIT, most_pieces=3)
        self.homes = [self.near.lin, self.near.elder, self.near.tenant, self.near.far]
        self.now = timezone.now()

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def one_of(self, rows, number):
        found = list(rows.order_by("pk"))
        return found[number % len(found)] if found else None


class CornerMachine(Rolled):
    @rule(home=HOMES, count=COUNT)
    def offer(self, home, count):
        self.near.offer(self.homes[home], quantity=count, use_by=self.near.today + timedelta(days=3))

    @rule(home=HOMES, number=st.integers(0, 5), count=COUNT)
    def somebody_reserves(self, home, number, count):
        if offer := self.one_of(Offer.objects.all(), number):
            with suppress(SharingError):
                reserve(
                    offer=offer,
                    household=self.homes[home],
                    quantity=count,
                    teller=self.near.by_desk,
                    now=self.now,
                )

    @rule(number=st.integers(0, 8), deed=st.sampled_from([give, release]))
    def something_becomes_of_it(self, number, deed):
        if held := self.one_of(Reservation.objects.all(), number):
            with suppress(SharingError):
                deed(reservation=held, teller=self.near.by_desk, now=self.now)

    @rule(number=st.integers(0, 8))
    def it_was_a_mistake(self, number):
        if held := self.one_of(Reservation.objects.all(), number):
            with suppress(SharingError):
                ungive(reservation=held, reason="按错", teller=self.near.by_desk)

    @rule(number=st.integers(0, 5), deed=st.sampled_from([stop_offer, resume_offer, None]))
    def the_giver_turns(self, number, deed):
        if offer := self.one_of(Offer.objects.all(), number):
            with suppress(SharingError):
                if deed:
                    deed(offer=offer, teller=self.near.by_desk)
                else:
                    withdraw_offer(offer=offer, reason="不给了", teller=self.near.by_desk)

    @rule(home=HOMES, count=COUNT)
    def ask(self, home, count):
        with suppress(SharingError):
            self.near.wish(self.homes[home], quantity=count)

    @rule(home=HOMES, number=st.integers(0, 3), count=COUNT)
    def answer(self, home, number, count):
        if wish := self.one_of(Wish.objects.all(), number):
            told = {"wish": wish, "household": self.homes[home], "quantity": count, "place": "门口"}
            with suppress(SharingError):
                answer_wish(**told, teller=self.near.by_desk)

    @rule(number=st.integers(0, 3))
    def enough(self, number):
        if wish := self.one_of(Wish.objects.all(), number):
            stop_wish(wish=wish, teller=self.near.by_desk)

    @rule(minutes=st.sampled_from([30, 250]), beat=st.booleans())
    def time_passes(self, minutes, beat):
        self.now += timedelta(minutes=minutes)
        if beat:
            let_lapse(self.now)

    @invariant()
    def every_number_is_the_sum_of_its_facts(self):
        assert numbers_agree()

    @invariant()
    def nothing_is_promised_twice(self):
        for offer in Offer.objects.with_left(self.now):
            assert 0 <= offer.left <= offer.quantity

    @invariant()
    def nobody_is_over_the_limit(self):
        for home in self.homes:
            held = Reservation.objects.live(self.now).filter(household=home, slot__isnull=False)
            assert held.count() <= LIMIT

    @invariant()
    def each_end_has_its_step(self):
        ended = Reservation.objects.exclude(state="held").count()
        kinds = ["given", "released", "lapsed", "withdrawn"]
        assert CornerStep.objects.filter(reservation__isnull=False, kind__in=kinds).count() == ended


class DriveMachine(Rolled):
    def __init__(self):
        super().__init__()
        self.drive = self.near.drive(parts=[("黄油", 6, "块"), ("蛋", 4, "个")])

    def pledges(self):
        return Pledge.objects.filter(part__drive=self.drive)

    @rule(home=HOMES, which=st.sampled_from(["黄油", "蛋"]), count=COUNT)
    def promise(self, home, which, count):
        with suppress(SharingError):
            pledge(
                part=self.near.part(self.drive, which),
                household=self.homes[home],
                quantity=count,
                teller=self.near.by_desk,
            )

    @rule(number=st.integers(0, 5))
    def back(self, number):
        if row := self.one_of(self.pledges(), number):
            with suppress(SharingError):
                take_back(pledge=row, teller=self.near.by_desk)

    @rule(reason=st.sampled_from(["", "够了"]))
    def collect(self, reason):
        with suppress(SharingError):
            begin_collecting(drive=self.drive, by=self.near.world.chen, reason=reason)

    @rule(number=st.integers(0, 5), state=st.sampled_from(["collected", "missed", "pledged"]))
    def at_the_door(self, number, state):
        if row := self.one_of(self.pledges(), number):
            with suppress(SharingError):
                tell_collected(pledge=row, by=self.near.world.chen, state=state)

    @rule(count=st.integers(1, 2))
    def made(self, count):
        with suppress(SharingError):
            tell_made(drive=self.drive, by=self.near.world.chen, result_count=count)

    @rule(home=HOMES)
    def portion(self, home):
        with suppress(SharingError):
            record_portions(drive=self.drive, households=[self.homes[home]], by=self.near.world.chen)

    @rule()
    def handed_over(self):
        with suppress(SharingError):
            hand_over(drive=self.drive, by=self.near.world.chen)

    @rule(really=st.sampled_from([False, False, False, True]))
    def called_off(self, really):
        if really:
            with suppress(SharingError):
                cancel_drive(drive=self.drive, reason="改期", by=self.near.world.chen)

    @invariant()
    def numbers(self):
        assert numbers_agree()

    @invariant()
    def a_state_has_come_by_its_steps(self):
        state = Drive.objects.get(pk=self.drive.pk).state
        order = ["collecting", "made", "handed_over", "cancelled"]
        told = [kind for kind in DriveStep.objects.values_list("kind", flat=True) if kind in order]
        assert told[-1:] == ([state] if state != "open" else [])
        assert told == sorted(told, key=order.index)

    @invariant()
    def no_more_portions_than_were_made(self):
        drive = Drive.objects.get(pk=self.drive.pk)
        assert drive.portions.count() <= (drive.result_count or 0)


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [CornerMachine, DriveMachine])
def test_no_order_of_presses_reaches_an_impossible_state(machine):
    modest = settings(
        max_examples=5,
        stateful_step_count=16,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(machine, settings=modest)
