"""Pure: rule, events and today become days, each with its reason. No database, no clock of its own.

A day is a calendar day in Shanghai; a change of zone happens at its midnight. The day a count begins is day
`first_day` of the rule (1, or 0 where whole days follow); the last day of a phase ends at the midnight after it.
What arrives late counts from its own day: the same facts give the same days in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from clock.facts import Event, Finding, Kind, Reason, RoundFact
from clock.profiles import Phase, Rules

DAY = timedelta(days=1)
FURTHEST = 400  # days a clock is counted back, and on


@dataclass(frozen=True)
class Day:
    on: date
    number: int
    zone: str
    phase: Phase
    day_of_phase: int
    phase_days: int | None
    tests: tuple[str, ...]
    rules: Rules
    reasons: tuple[Reason, ...]
    state: str  # waiting | counting | over | released | stopped
    is_override: bool = False


@dataclass(frozen=True)
class Check:
    key: str
    is_done: bool
    said: Reason
    tick: Event | None = None


@dataclass(frozen=True)
class Reckoning:
    days: tuple[Day, ...] = ()
    today: Day | None = None
    last_day: date | None = None  # of the whole count, as it stands; None: open-ended
    next_change: Day | None = None  # the first coming day of another zone or phase
    zone_until: date | None = None
    checks: tuple[Check, ...] = ()
    asks: tuple[Finding, ...] = ()  # positives that wait for a decision
    held_by: tuple[Finding, ...] = ()  # not moved out yet, so the count waits
    basis: str = "reported"
    starts_anew: bool = False  # a positive after the release: needs a new clock
    release_on: date | None = None

    @property
    def can_release(self) -> bool:
        """Every check is ticked or found done, and nobody has released it yet."""
        is_on = self.today is not None and self.today.state in {"counting", "over"} and self.release_on is None
        return is_on and all(check.is_done for check in self.checks)

    def tests(self, kind: str, since: date) -> list[date]:
        return [day.on for day in self.days if day.on >= since and kind in day.tests]


@dataclass
class _Count:
    """Where the count stands while the days go by."""

    rules: Rules
    origin: date
    cause: Reason
    version: Reason
    ext: int | None = None
    ext_cause: Reason | None = None
    held: list[Finding] = field(default_factory=list)
    asks: list[Finding] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)  # what became of positives that moved nothing
    released: date | None = None
    stopped: Reason | None = None
    release_cause: Reason | None = None
    starts_anew: bool = False

    def number(self, on: date) -> int:
        return 0 if self.held else max(0, (on - self.origin).days + self.rules.first_day)

    @property
    def total(self) -> int | None:
        whole = self.rules.total_days
        return None if whole is None else max(whole, self.ext or 0)

    @property
    def last_day(self) -> date | None:
        return None if self.total is None else self.origin + timedelta(days=self.total - self.rules.first_day)

    def place(self, number: int) -> tuple[Phase, int, int | None]:
        """The phase of a day number, the day within it, and how long it is. Past the end: its last phase."""
        phases = self.rules.phases
        begins = 0
        for place, phase in enumerate(phases):
            days = phase.days
            if days is not None and place == 0 and self.ext:
                days = max(days, self.ext)
            elif days is not None and self.ext and self.total is not None:
                days = max(0, sum(p.days or 0 for p in phases[: place + 1]) - begins)
            if days is None or number <= begins + days or not self._more(place, begins + days):
                return phase, number - begins, days
            begins += days
        raise AssertionError("a rule has phases")

    def _more(self, place: int, ends: int) -> bool:
        return place + 1 < len(self.rules.phases) and (self.total is None or ends < self.total)


def _standing(events: Iterable[Event], building: Any) -> list[Event]:
    own = [event for event in set(events) if event.building == building]
    gone = {event.voids for event in own if event.kind == Kind.VOID}
    return sorted((event for event in own if event.key not in gone and event.kind != Kind.VOID), key=lambda e: e.order)


def _last(events: list[Event], kind: Kind) -> Event | None:
    return next((event for event in reversed(events) if event.kind == kind), None)


def reckon(
    *,
    events: Iterable[Event],
    findings: Iterable[Finding],
    today: date,
    rounds: Mapping[date, RoundFact] | None = None,
    building: Any = None,
) -> Reckoning:
    """One building's clock. What happened in other buildings is left aside, whatever it was."""
    standing = _standing(events, building)
    started = next((event for event in standing if event.kind == Kind.STARTED and event.rules), None)
    if started is None or started.rules is None:
        return Reckoning()
    told = {finding.key: finding for finding in findings if finding.building == building}
    chosen = max((e for e in standing if e.kind == Kind.BASIS), key=lambda e: (e.said, e.key), default=None)
    basis = chosen.choice if chosen else started.rules.basis
    walk = _Walk(standing, list(told.values()), basis, today)
    count = walk.begin(started, started.rules, told.get(started.about))
    if (today - count.origin).days > FURTHEST:
        return Reckoning()
    days = walk.days(count)
    return _read(walk, count, days, rounds or {})


class _Walk:
    def __init__(self, events: list[Event], findings: list[Finding], basis: str, today: date):
        self.events, self.basis, self.today = events, basis, today
        placed = [(finding.moment(basis)[0], finding) for finding in findings]
        self.findings = sorted(
            ((day, finding) for day, finding in placed if day and day <= today),
            key=lambda pair: (pair[0], pair[1].kind, pair[1].key),
        )
        self.start = today

    def begin(self, started: Event, rules: Rules, about: Finding | None) -> _Count:
        day, why = (about.moment(self.basis)) if about else (None, "")
        self.start = day or started.on
        cause = Reason.of(f"since_{why}" if day else "since_closed", started.key, on=self.start)
        return _Count(rules=rules, origin=self.start, cause=cause, version=_version(rules, started.key))

    def days(self, count: _Count) -> list[Day]:
        days: list[Day] = []
        on = self.start
        while on <= self._horizon(count) and len(days) <= 2 * FURTHEST:
            self._turn(count, on)
            days.append(self._day(count, on))
            on += DAY
        return days

    def _horizon(self, count: _Count) -> date:
        ends = [self.today]
        if count.stopped is None and count.released is None and count.last_day and count.total is not None:
            supposed = self.today + timedelta(days=count.total - count.rules.first_day)
            ends.append(supposed if count.held else count.last_day)
        ends += [e.on for e in self.events if e.kind in {Kind.RELEASED, Kind.STOPPED, Kind.PROFILE}]
        ends += [e.until for e in self.events if e.kind == Kind.OVERRIDE and e.until]
        return min(max(ends), self.today + timedelta(days=FURTHEST))

    # --- What changes at this day's midnight ----------------------------------------------------------------

    def _turn(self, count: _Count, on: date) -> None:
        for event in self.events:
            if event.on != on and not (on == self.start and event.on < on):  # the start may have been put later
                continue
            if event.kind == Kind.PROFILE and event.rules:
                self._change_rules(count, event, event.rules)
            elif event.kind == Kind.RELEASED and count.stopped is None:
                count.released, count.held, count.asks = on, [], []
                count.release_cause = Reason.of("since_released", event.key, on=on, by=event.by)
            elif event.kind == Kind.STOPPED:
                count.stopped = Reason.of("since_stopped", event.key, on=on, by=event.by, reason=event.reason)
        self._find(count, on)
        if count.stopped is None and count.released is None:
            self._move_out(count, on)

    def _change_rules(self, count: _Count, event: Event, rules: Rules) -> None:
        """The count goes on from its origin; who still holds it depends on what the new rule counts from."""
        values = {"old": count.rules, "new": rules, "on": event.on, "by": event.by, "reason": event.reason}
        count.version = Reason.of("rule_changed", event.key, **values)
        waits = rules.count_from == "moved_out"
        if waits and count.rules.count_from != "moved_out":
            known = [finding for day, finding in self.findings if day < max(event.on, self.start)]
            count.held = [f for f in known if f.moved_out is None or f.moved_out >= event.on]
        elif not waits:
            count.held = []
        count.rules = rules

    def _find(self, count: _Count, on: date) -> None:
        for day, finding in self.findings:
            if day != on and not (on == self.start and day < on):
                continue
            if count.stopped is not None or count.released is not None:
                count.starts_anew |= finding.kind == "positive" and count.stopped is None and day == on
                continue
            waits = count.rules.count_from == "moved_out"
            if on == self.start:
                if waits and (finding.moved_out is None or finding.moved_out >= on) and finding not in count.held:
                    count.held.append(finding)
            elif finding.kind == "positive" or waits:
                self._answer(count, on, finding)

    def _answer(self, count: _Count, on: date, finding: Finding) -> None:
        """What the rule says to a positive on this day of the count; a decision about it comes before the rule."""
        number = count.number(on)
        phase, _day, _length = count.place(number)
        do = phase.on_positive
        if count.ext and phase.days is not None and number > phase.days and do == "extend":
            do = "ask"  # already in the added days: the rule speaks of the first ones only
        answer = self._decision(finding)
        if answer is not None:
            do = "restart" if answer.choice == "restart" else "nothing"
        key = answer.key if answer else finding.key
        if do == "ask":
            count.asks.append(finding)
            count.notes.append(Reason.of("asked", finding.key, on=on, number=number))
        elif answer is not None and do == "nothing":
            count.notes.append(Reason.of("goes_on", answer.key, on=on, number=number, by=answer.by))
        elif do == "extend":
            count.ext = max(count.ext or 0, phase.to_day or 0)
            count.ext_cause = Reason.of("extended", finding.key, on=on, number=number, to_day=count.ext)
        elif do == "restart":
            count.ext = count.ext_cause = None
            count.asks, count.notes = [], []
            if count.rules.count_from == "moved_out":
                count.held.append(finding)
            else:
                code = "anew_decided" if answer else f"anew_{finding.moment(self.basis)[1]}"
                count.origin, count.cause = on, Reason.of(code, key, on=on, by=answer.by if answer else "")

    def _decision(self, finding: Finding) -> Event | None:
        """The newest answer about a finding: by when it was said, for all of them speak of the same day."""
        answers = [e for e in self.events if e.kind == Kind.DECIDED and e.about == finding.key]
        return max(answers, key=lambda e: (e.said, e.key), default=None)

    def _move_out(self, count: _Count, on: date) -> None:
        """The last who held the count leaves: it begins that day. On days to come, as if they left today."""
        if not count.held:
            return
        left = [finding for finding in count.held if finding.moved_out is not None and finding.moved_out <= on]
        count.held = [finding for finding in count.held if finding not in left]
        if count.held and on > self.today:
            count.origin, count.cause = self.today, Reason.of("if_moved_out_today", count.held[0].key, on=self.today)
            count.held = []
        elif not count.held:
            last = max(left, key=lambda f: (f.moved_out or on, f.key))
            count.origin, count.cause = on, Reason.of("since_moved_out", last.key, on=on)

    # --- What the day is ------------------------------------------------------------------------------------

    def _override(self, on: date) -> Event | None:
        in_force = [
            e for e in self.events if e.kind == Kind.OVERRIDE and e.on <= on and (e.until is None or on <= e.until)
        ]
        return max(in_force, key=lambda e: (e.on, e.said, e.key), default=None)

    def _day(self, count: _Count, on: date) -> Day:
        number = count.number(on)
        phase, day, length = count.place(number)
        state, zone = "waiting" if count.held else "counting", phase.zone
        tests = phase.tests_on(day)
        why = [count.cause, *([count.ext_cause] if count.ext_cause else []), *count.notes]
        if count.total is not None and number > count.total:
            state, tests = "over", ()
        if count.held:
            why = [Reason.of("waits_for_move", count.held[0].key, on=count.held[0].moment(self.basis)[0])]
        elif count.total is not None and number in count.rules.full_rounds and "pcr" not in tests and state != "over":
            tests = ("pcr", *tests)
        if count.released is not None:
            phase, day, length = count.rules.afterwards, (on - count.released).days + 1, None
            state, zone, tests = "released", phase.zone, phase.tests_on(day)
            why = [count.release_cause] if count.release_cause else []
        if count.stopped is not None:
            phase, day, length = count.rules.afterwards, 0, None
            state, zone, tests, why = "stopped", "none", (), [count.stopped]
        over = self._override(on) if state != "stopped" else None
        if over is not None:
            zone = over.choice
            why.insert(0, Reason.of("override", over.key, zone=zone, by=over.by, reason=over.reason, until=over.until))
        head = self._head(state, phase, day, length, count)
        return Day(
            on=on,
            number=number,
            zone=zone,
            phase=phase,
            day_of_phase=max(0, day),
            phase_days=length,
            tests=tests,
            rules=count.rules,
            reasons=(head, *why, count.version),
            state=state,
            is_override=over is not None,
        )

    def _head(self, state: str, phase: Phase, day: int, length: int | None, count: _Count) -> Reason:
        if state == "over":
            return Reason.of("over", phase=phase.name, total=count.total)
        if state in {"released", "stopped"}:
            return Reason.of(state, phase=phase.name)
        if state == "waiting" or day < 1:
            return Reason.of("waiting" if state == "waiting" else "day_zero", phase=phase.name)
        if length is None:
            return Reason.of("day_open", phase=phase.name, day=day)
        return Reason.of("day", phase=phase.name, day=day, days=length)


def _version(rules: Rules, event: str) -> Reason:
    return Reason.of("rule", event, rules=rules)


# --- Reading the walk -----------------------------------------------------------------------------------------


def _read(walk: _Walk, count: _Count, days: list[Day], rounds: Mapping[date, RoundFact]) -> Reckoning:
    """`count` stands at the end of the walk; what is asked of today is read as of today."""
    today = next((day for day in days if day.on == walk.today), None)
    coming = [day for day in days if today is not None and day.on > walk.today]
    change = next((day for day in coming if today and (day.zone, day.phase) != (today.zone, today.phase)), None)
    is_on = count.released is None and count.stopped is None
    last = count.last_day if is_on else None
    until = None
    if today is not None:
        leaves = next((day for day in coming if day.zone != today.zone), None)
        until = leaves.on - DAY if leaves else last
        until = until if until is None or until >= walk.today else None
    held = today is not None and today.state == "waiting"
    return Reckoning(
        days=tuple(days),
        today=today,
        last_day=last,
        next_change=change,
        zone_until=until,
        checks=_checks(walk, count, days, rounds) if is_on else (),
        asks=tuple(count.asks),
        held_by=tuple(_held(walk)) if held else (),
        basis=walk.basis,
        starts_anew=count.starts_anew,
        release_on=count.released,
    )


def _held(walk: _Walk) -> list[Finding]:
    return [
        finding
        for day, finding in walk.findings
        if day <= walk.today and (finding.moved_out is None or finding.moved_out > walk.today)
    ]


def _checks(walk: _Walk, count: _Count, days: list[Day], rounds: Mapping[date, RoundFact]) -> tuple[Check, ...]:
    rules, origin = count.rules, count.origin
    ticks = {event.choice: event for event in walk.events if event.kind == Kind.TICKED and event.on >= origin}
    checks = []
    if rules.clean_days:
        positives = [day for day, f in walk.findings if f.kind == "positive" and walk.start <= day <= walk.today]
        last = max([walk.start, *positives])
        clean = max(0, (walk.today - last).days + rules.first_day)
        said = Reason.of("clean_days", days=min(clean, rules.clean_days), of=rules.clean_days, on=last)
        checks.append(_check("clean_days", clean >= rules.clean_days, said, ticks))
    for number in rules.full_rounds:
        on = origin + timedelta(days=number - rules.first_day)
        fact = rounds.get(on, RoundFact())
        is_done = fact.is_full and on <= walk.today
        checks.append(_check(f"round-{number}", is_done, _round_said(on, number, fact, walk.today), ticks))
    if rules.needs_street:
        said = Reason.of("street_open")
        checks.append(_check("street", False, said, ticks))
    if count.asks:
        checks.append(Check("asks", False, Reason.of("asks_open", count=len(count.asks))))
    over = count.last_day is not None and walk.today >= count.last_day and days[-1].state != "waiting"
    if count.last_day is not None:
        checks.insert(0, Check("days", over, Reason.of("days_over" if over else "days_left", on=count.last_day)))
    return tuple(checks)


def _check(key: str, is_done: bool, said: Reason, ticks: Mapping[str, Event]) -> Check:
    tick = ticks.get(key)
    return Check(key, is_done or tick is not None, said, tick)


def _round_said(on: date, number: int, fact: RoundFact, today: date) -> Reason:
    if on > today:
        return Reason.of("round_ahead", on=on, number=number)
    if not fact.expected:
        return Reason.of("round_none", on=on, number=number)
    if fact.unclear:
        return Reason.of("round_unclear", on=on, number=number)
    if fact.missing:
        return Reason.of("round_missing", on=on, number=number, missing=fact.missing)
    if fact.untold:
        return Reason.of("round_untold", on=on, number=number, untold=fact.untold)
    return Reason.of("round_full", on=on, number=number, doors=fact.expected)
