"""What must hold of every clock, whatever happens and in whatever order it is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from clock.facts import Event, Finding, Kind, RoundFact
from clock.profiles import ZONES, Rules, read_rules
from clock.reckoning import reckon
from clock.shipping import shipped_bodies

DAY = timedelta(days=1)
FIRST = date(2022, 4, 1)
ALL = [read_rules(body, code=code, number=number) for (code, number), body in shipped_bodies().items()]
RULES = [rules for rules in ALL if isinstance(rules, Rules)]

some_rules = st.sampled_from(RULES)
some_day = st.integers(-3, 40).map(lambda days: FIRST + days * DAY)
maybe_day = st.none() | some_day
ONE = st.just(1)


@st.composite
def findings(draw, building=ONE):
    """Up to four people, each with a day at least by one of the ways to tell it."""
    rows = []
    for number in range(draw(st.integers(0, 4))):
        days = {name: draw(maybe_day) for name in ("sampled", "reported", "ordered")}
        days["reported"] = days["reported"] or draw(some_day)
        kind = draw(st.sampled_from(["positive", "positive", "contact"]))
        rows.append(Finding(f"f{number}", kind, draw(building), **days, moved_out=draw(maybe_day)))
    return rows


@st.composite
def happenings(draw, people, building=ONE):
    rows = []
    for number in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from([kind for kind in Kind if kind not in {Kind.STARTED, Kind.VOID}]))
        event = Event(
            f"e{number}", kind.value, draw(some_day), draw(st.integers(0, 3)), draw(building), by="x", reason="y"
        )
        if kind == Kind.PROFILE:
            event = replace(event, rules=draw(some_rules))
        elif kind == Kind.BASIS:
            event = replace(event, choice=draw(st.sampled_from(["sampled", "reported", "ordered"])))
        elif kind == Kind.OVERRIDE:
            event = replace(event, choice=draw(st.sampled_from(ZONES)), until=draw(maybe_day))
        elif kind == Kind.DECIDED and people:
            choice, about = draw(st.sampled_from(["restart", "go_on"])), draw(st.sampled_from(people)).key
            event = replace(event, choice=choice, about=about)
        elif kind == Kind.TICKED:
            event = replace(event, choice=draw(st.sampled_from(["street", "clean_days", "round-7"])))
        rows.append(event)
    if rows and draw(st.booleans()):
        rows.append(Event("void", "void", FIRST, 9, 1, voids=draw(st.sampled_from(rows)).key))
    return rows


@st.composite
def clocks(draw, building=ONE):
    people = draw(findings(building))
    start = Event("start", "started", FIRST, 0, 1, rules=draw(some_rules), about=draw(st.sampled_from(["", "f0"])))
    events = [start, *draw(happenings(people, building))]
    return events, people, FIRST + draw(st.integers(-2, 45)) * DAY


def check(clock, events):
    """Nothing impossible, on any of its days."""
    zones_of_rules = {phase.zone for event in events if event.rules for phase in event.rules.phases}
    zones_of_rules |= {event.rules.afterwards.zone for event in events if event.rules}
    before = None
    for day in clock.days:
        assert day.number >= 0
        assert day.day_of_phase >= 0
        assert len(day.reasons) >= 2
        assert day.reasons[-1].code in {"rule", "rule_changed"}
        assert day.is_override or day.zone in zones_of_rules | {"none"}
        assert not (day.state in {"stopped", "waiting", "over"} and day.tests)
        assert day.phase_days is None or day.day_of_phase <= day.phase_days or day.state == "over"
        if before is not None:
            assert day.on == before.on + DAY
            # A day goes on by one, or a count begins anew. Only a change of rule may shift what day it is called.
            is_new_rule = day.rules != before.rules
            assert day.number in {before.number + 1, 0, 1} or is_new_rule or before.number == 0
            assert not (before.state == "released" and day.state in {"counting", "over", "waiting"})
            assert not (before.state == "stopped" and day.state != "stopped")
        before = day
    assert clock.zone_until is None or clock.zone_until >= clock.today.on
    assert clock.next_change is None or clock.next_change.on > clock.today.on


@given(clocks())
@settings(max_examples=300, deadline=None)
def test_no_clock_is_ever_in_an_impossible_state(made):
    events, people, today = made
    check(reckon(events=events, findings=people, today=today, building=1), events)


@given(clocks(), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_order_of_arrival_does_not_matter_nor_do_repeats(made, luck):
    events, people, today = made
    told = reckon(events=events, findings=people, today=today, building=1)
    again, folk = [*events, *events[:2]], [*people, *people[:1]]
    luck.shuffle(again)
    luck.shuffle(folk)
    assert reckon(events=again, findings=folk, today=today, building=1) == told


@given(clocks(building=st.integers(1, 3)))
@settings(max_examples=200, deadline=None)
def test_what_happens_in_other_buildings_moves_nothing_here(made):
    events, people, today = made
    own = [event for event in events if event.building == 1]
    at_home = [finding for finding in people if finding.building == 1]
    assert reckon(events=events, findings=people, today=today, building=1) == reckon(
        events=own, findings=at_home, today=today, building=1
    )


@given(some_rules, st.integers(0, 30))
@settings(deadline=None)
def test_a_clock_left_alone_counts_every_day_once(rules, days):
    start = Event("s", "started", FIRST, 0, 1, rules=rules)
    clock = reckon(events=[start], findings=[], today=FIRST + days * DAY, building=1)
    assert [day.number for day in clock.days] == list(range(rules.first_day, rules.first_day + len(clock.days)))


def test_nothing_is_reckoned_without_a_start():
    assert reckon(events=[Event("o", "override", FIRST, choice="sealed")], findings=[], today=FIRST).days == ()


def test_a_count_of_more_than_a_year_is_left_alone():
    start = Event("s", "started", FIRST - 500 * DAY, rules=RULES[0])
    assert reckon(events=[start], findings=[], today=FIRST).days == ()


@pytest.mark.parametrize(
    ("fact", "is_done", "code"),
    [
        (None, False, "round_none"),
        (RoundFact(52, 1), False, "round_missing"),
        (RoundFact(52, 0, 1), False, "round_unclear"),
        (RoundFact(52, 0, 0, 3), False, "round_untold"),
        (RoundFact(52), True, "round_full"),
    ],
)
def test_the_round_of_a_day_is_done_when_every_door_answered_and_nothing_is_unclear(fact, is_done, code):
    rules = next(rules for rules in RULES if rules.code == "three-zones-sealed")
    start, today = Event("s", "started", FIRST, rules=rules), FIRST + 12 * DAY
    clock = reckon(events=[start], findings=[], today=today, rounds={today: fact} if fact else {})
    (row,) = [row for row in clock.checks if row.key == "round-13"]
    assert (row.is_done, row.said.code) == (is_done, code)


def test_ticks_made_before_a_count_began_anew_count_no_more():
    rules = next(rules for rules in RULES if rules.code == "7+7")
    events = [
        Event("s", "started", FIRST, rules=rules),
        Event("t", "ticked", FIRST + 2 * DAY, choice="street"),
    ]
    again = Finding("b", "positive", reported=FIRST + 4 * DAY)

    def street(people):
        clock = reckon(events=events, findings=people, today=FIRST + 5 * DAY)
        return next(row.is_done for row in clock.checks if row.key == "street")

    assert (street([]), street([again])) == (True, False)


class ClockMachine(RuleBasedStateMachine):
    """A committee at work: people found and moved out, things decided, days gone by. Nothing impossible is shown."""

    people = Bundle("people")

    def __init__(self):
        super().__init__()
        self.events, self.findings, self.today, self.made = [], {}, FIRST, 0

    def add(self, kind, on=None, **words):
        self.made += 1
        event = Event(f"k{self.made}", kind, on or self.today, self.made, 1, by="x", reason="y", **words)
        self.events.append(event)
        return event

    @initialize(rules=some_rules)
    def start(self, rules):
        self.add("started", rules=rules)

    @rule(days=st.integers(1, 5))
    def days_pass(self, days):
        self.today += days * DAY

    @rule(target=people, kind=st.sampled_from(["positive", "contact"]), ago=st.integers(0, 3))
    def somebody_is_found(self, kind, ago):
        key = f"p{len(self.findings)}"
        self.findings[key] = Finding(key, kind, 1, reported=self.today - ago * DAY)
        return key

    @rule(key=people)
    def they_are_moved_out(self, key):
        self.findings[key] = replace(self.findings[key], moved_out=self.today)

    @rule(key=people, choice=st.sampled_from(["restart", "go_on"]))
    def it_is_decided(self, key, choice):
        self.add("decided", about=key, choice=choice)

    @rule(rules=some_rules)
    def the_rule_changes(self, rules):
        self.add("profile", rules=rules)

    @rule(zone=st.sampled_from(ZONES), days=st.none() | st.integers(0, 5))
    def the_street_orders(self, zone, days):
        self.add("override", choice=zone, until=None if days is None else self.today + days * DAY)

    @rule()
    def it_is_released_when_it_may_be(self):
        clock = self.clock()
        for row in clock.checks:
            if not row.is_done and row.key not in {"days", "asks"}:
                self.add("ticked", choice=row.key)
        if self.clock().can_release:
            self.add("released", on=self.today + DAY)

    @rule()
    def it_is_stopped(self):
        self.add("stopped")

    @rule(data=st.data())
    def something_is_taken_back(self, data):
        made = [event for event in self.events if event.kind not in {"started", "void"}]
        if made:
            self.add("void", voids=data.draw(st.sampled_from(made)).key)

    def clock(self):
        return reckon(events=self.events, findings=self.findings.values(), today=self.today, building=1)

    @invariant()
    def nothing_is_impossible(self):
        clock = self.clock()
        check(clock, self.events)
        if clock.days:
            assert clock.today.on == self.today
        if clock.can_release:
            assert (clock.asks, clock.held_by, (clock.last_day or self.today) <= self.today) == ((), (), True)


TestClockMachine = ClockMachine.TestCase
TestClockMachine.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
