"""From rows to days: what is stored about clocks, read for many buildings at once and given to clock/reckoning.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from clock.facts import Event, Finding, RoundFact
from clock.models import Case, Clock, ClockEvent, RuleVersion
from clock.profiles import RuleError, Rules, read_rules
from clock.reckoning import Check, Day, Reckoning, reckon
from residents.models import Building
from rounds.models import Outcome, Round, Visit
from testing_rounds.models import ExpectedPerson, Result, Swab

SHANGHAI = ZoneInfo("Asia/Shanghai")
UNCLEAR = (Result.POSITIVE, Result.INCONCLUSIVE, Result.DISPUTED)
Facts = dict[int, dict[date, RoundFact]]


def today_in_shanghai(now: datetime | None = None) -> date:
    return (now or timezone.now()).astimezone(SHANGHAI).date()


@dataclass
class ReadClock:
    """One building's clock as it stands, with the rows it was read from."""

    clock: Clock
    building: Building
    reckoning: Reckoning
    events: list[ClockEvent] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    @property
    def today(self) -> Day | None:
        return self.reckoning.today

    @property
    def zone(self) -> str:
        return self.today.zone if self.today else "none"

    @property
    def checks(self) -> tuple[Check, ...]:
        return self.reckoning.checks


def rules_of(version: RuleVersion) -> Rules | None:
    """None for a body that is no longer understood: the page says so, and nothing breaks."""
    try:
        rules = read_rules(version.body, code=version.profile.code, number=version.number)
    except RuleError:
        return None
    return rules if isinstance(rules, Rules) else None


def read_clocks(clocks: QuerySet[Clock], *, today: date | None = None, with_rounds: bool = True) -> list[ReadClock]:
    """Two statements, three with what the rounds of the release days came to; the same for one building or forty."""
    today = today or today_in_shanghai()
    rows = ClockEvent.objects.filter(clock__in=clocks).select_related(
        "clock__building__compound", "version__profile", "by"
    )
    events: dict[Clock, list[ClockEvent]] = defaultdict(list)
    for row in rows.order_by("at", "pk"):
        events[row.clock].append(row)
    cases: dict[int, list[Case]] = defaultdict(list)
    if events:
        for case in Case.objects.standing().filter(building__in=[clock.building_id for clock in events]):
            cases[case.building_id].append(case)
    known: dict[int, Rules | None] = {}
    read = [_read_one(clock, told, cases[clock.building_id], known, today) for clock, told in events.items()]
    if with_rounds:
        _add_rounds(read, known, today)
    return sorted(read, key=lambda row: (row.building.compound_id, row.building.position, row.building.code))


def _read_one(clock: Clock, rows: list[ClockEvent], cases: list[Case], known: dict, today: date) -> ReadClock:
    reckoning = reckon(
        events=engine_events(rows, known), findings=engine_findings(cases), today=today, building=clock.building_id
    )
    return ReadClock(clock=clock, building=clock.building, reckoning=reckoning, events=rows, cases=cases)


def engine_events(rows: Iterable[ClockEvent], known: dict[int, Rules | None]) -> list[Event]:
    events = []
    for row in rows:
        rules = None
        if row.version is not None:
            if row.version.pk not in known:
                known[row.version.pk] = rules_of(row.version)
            rules = known[row.version.pk]
        events.append(
            Event(
                key=str(row.pk),
                kind=row.kind,
                on=row.on,
                said=row.at,
                building=row.clock.building_id,
                rules=rules,
                about=str(row.subject or ""),
                choice=row.choice,
                until=row.until,
                voids=str(row.voids_id or ""),
                by=str(row.by),
                reason=row.reason,
            )
        )
    return events


def engine_findings(cases: Iterable[Case]) -> list[Finding]:
    def day(moment: datetime | None) -> date | None:
        return moment.astimezone(SHANGHAI).date() if moment else None

    return [
        Finding(
            key=str(case.subject),
            kind=case.kind,
            building=case.building_id,
            sampled=day(case.sampled_at),
            reported=day(case.reported_at),
            ordered=day(case.ordered_at),
            moved_out=day(case.moved_out_at),
        )
        for case in cases
    ]


# --- What the rounds of the release days came to --------------------------------------------------------------


def _days_asked(reckoning: Reckoning) -> set[date]:
    return {dict(check.said.values)["on"] for check in reckoning.checks if check.key.startswith("round-")}


def _add_rounds(read: list[ReadClock], known: dict[int, Rules | None], today: date) -> None:
    asked = {row.building.pk: days for row in read if (days := {d for d in _days_asked(row.reckoning) if d <= today})}
    if not asked:
        return
    facts = read_rounds(asked)
    for row in read:
        if row.building.pk in facts:
            row.reckoning = reckon(
                events=engine_events(row.events, known),
                findings=engine_findings(row.cases),
                rounds=facts[row.building.pk],
                today=today,
                building=row.building.pk,
            )


def read_rounds(asked: dict[int, set[date]]) -> Facts:
    """One statement. A round counts for the day it began; of two on one day the fuller one counts."""
    people = ExpectedPerson.objects.filter(visit=OuterRef("pk"), result__in=UNCLEAR)
    in_tubes = Swab.objects.filter(person__visit=OuterRef("pk"), voided_at=None, tube__result="")
    rounds = Round.objects.filter(
        kind=Round.Kind.PCR,
        state__in=[Round.State.OPEN, Round.State.CLOSED],
        test_round__recalls=None,
        starts_at__date__in=set().union(*asked.values()),
    )
    missing = ~Q(outcome__in=Outcome.answered())
    rows = (
        Visit.objects.filter(round__in=rounds, building__in=asked)
        .order_by()
        .values_list("building", "round__starts_at", "round")
        .annotate(
            expected=Count("pk"),
            missing=Count("pk", filter=missing),
            unclear=Count("pk", filter=Exists(people)),
            untold=Count("pk", filter=Exists(in_tubes)),
        )
    )
    facts: Facts = defaultdict(dict)
    for building, starts_at, _round, expected, still, unclear, untold in rows:
        day = starts_at.astimezone(SHANGHAI).date()
        if day in asked[building]:
            fact = RoundFact(expected=expected, missing=still, unclear=unclear, untold=untold)
            facts[building][day] = _fuller(facts[building].get(day), fact)
    return facts


def _fuller(one: RoundFact | None, other: RoundFact) -> RoundFact:
    """A positive is not made good by another round of the same day."""
    if one is None:
        return other
    best = min(one, other, key=lambda fact: (fact.missing, fact.untold))
    return replace(best, unclear=one.unclear + other.unclear)


# --- For a page -------------------------------------------------------------------------------------------------


def clocks_of(user: Any) -> QuerySet[Clock]:
    return Clock.objects.visible_to(user).running()


def published_count(count: int) -> str | None:
    """What leaves the stewards' desk: None under five, and the page says "fewer than five"."""
    return str(count) if count >= 5 else None
