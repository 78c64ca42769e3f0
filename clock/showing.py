"""What the pages show of clocks, in the words of whoever reads: a steward all of it, others a zone and a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from clock.models import Basis, Case, ClockEvent
from clock.reading import ReadClock, clocks_of, published_count, read_clocks, rules_of, today_in_shanghai
from clock.reckoning import Day
from clock.sentences import say, say_all, say_day, say_name, say_rules, say_tests, say_zone
from clock.strip import Strip, draw_strip, zone_letter
from residents.models import Building, Compound, User


@dataclass
class Card:
    """A building with its clock, in words."""

    building: Building
    read: ReadClock | None
    zone: str = "none"
    zone_name: str = ""
    letter: str = ""
    why: str = ""
    next_change: str = ""
    next_test: str = ""
    strip: Strip | None = None
    flags: list[str] = field(default_factory=list)

    @property
    def day(self) -> Day | None:
        return self.read.today if self.read else None

    @property
    def total(self) -> int | None:
        """How many days the count has; its rule's, or more where it was extended."""
        if self.read is None or self.read.reckoning.last_day is None or self.day is None or self.day.number < 1:
            return None
        return self.day.number + (self.read.reckoning.last_day - self.day.on).days


def make_card(row: ReadClock, today: date, *, is_discreet: bool) -> Card:
    day, reckoning = row.today, row.reckoning
    card = Card(building=row.building, read=row, zone=row.zone, letter=zone_letter(row.zone))
    card.strip = draw_strip(row, today)
    if day is None:
        first = reckoning.days[0].on if reckoning.days else None
        card.zone_name = say_zone("none")
        card.why = _("Begins on %(day)s.") % {"day": say_day(first)} if first else _("The rule cannot be read.")
        return card
    card.zone_name = say_zone(day.zone) if day.is_override else say_name(day.phase.name)
    card.why = say_all(day.reasons, is_discreet=is_discreet)
    card.next_change = _next_change(row, today)
    if tests := [each for each in reckoning.days if each.on >= today and each.tests][:1]:
        card.next_test = _("%(day)s: %(tests)s") % {
            "day": _near(tests[0].on, today),
            "tests": say_tests(tests[0].tests),
        }
    if not is_discreet:
        card.flags = _flags(row)
    return card


def _near(on: date, today: date) -> str:
    names = {0: _("today"), 1: _("tomorrow")}
    return names.get((on - today).days) or say_day(on)


def _next_change(row: ReadClock, today: date) -> str:
    change, last = row.reckoning.next_change, row.reckoning.last_day
    if change is not None:
        name = say_zone(change.zone) if change.is_override else say_name(change.phase.name)
        return _("%(day)s 0:00 → %(zone)s") % {"day": _near(change.on, today), "zone": name}
    if last is not None and last >= today:
        end = last + timedelta(days=1)
        return _("%(day)s 0:00 → may be released") % {"day": _near(end, today)}
    return ""


def _flags(row: ReadClock) -> list[str]:
    flags = []
    if row.reckoning.asks:
        flags.append(_("a positive waits for a decision"))
    if row.reckoning.starts_anew:
        flags.append(_("a positive after the release: start a new clock"))
    if row.today is not None and row.today.state == "over":
        flags.append(_("days are over: release or decide"))
    return flags


@dataclass
class Overview:
    cards: list[Card]
    open_buildings: list[Building]
    zone_counts: list[tuple[str, str, str, int]]  # zone, letter, name, buildings
    case_count: int | None  # for stewards
    published: str | None  # for others: None under five


def read_overview(compound: Compound, user: User) -> Overview:
    today = today_in_shanghai()
    keeps = compound.pk in user.access.steward
    buildings = list(Building.objects.houses().visible_to(user).filter(compound=compound))
    rows = read_clocks(clocks_of(user).filter(building__compound=compound), today=today)
    cards = [make_card(row, today, is_discreet=not keeps) for row in rows]
    closed = {card.building.pk for card in cards}
    counts = Counter(card.zone for card in cards)
    zones = [(zone, zone_letter(zone), say_zone(zone), counts[zone]) for zone in ("sealed", "controlled", "precaution")]
    return Overview(
        cards=cards,
        open_buildings=[building for building in buildings if building.pk not in closed],
        zone_counts=zones,
        **_case_counts(compound, user, rows),
    )


def _case_counts(compound: Compound, user: User, rows: list[ReadClock]) -> dict[str, Any]:
    """Of positives in buildings that have a clock: they are read already. Building leads are told no number."""
    if compound.pk not in user.access.whole_compounds:
        return {"case_count": None, "published": None}
    count = sum(case.kind == Case.Kind.POSITIVE for row in rows for case in row.cases)
    keeps = compound.pk in user.access.steward
    return {"case_count": count if keeps else None, "published": published_count(count)}


@dataclass(frozen=True)
class CheckLine:
    key: str
    text: str
    is_done: bool
    tick: Any
    can_tick: bool


def check_lines(row: ReadClock) -> list[CheckLine]:
    """What stands between the building and its release. Who ticked what by hand is said beside it."""
    events = {str(event.pk): event for event in row.events}
    return [
        CheckLine(
            key=check.key,
            text=say(check.said)
            if check.tick is None or check.key != "street"
            else _("The sub-district has confirmed."),
            is_done=check.is_done,
            tick=events.get(check.tick.key) if check.tick else None,
            can_tick=not check.is_done and check.key not in {"days", "asks"},
        )
        for check in row.checks
    ]


@dataclass(frozen=True)
class DayLine:
    day: Day
    zone_name: str
    letter: str
    tests: str
    why: str
    span: int  # days with the same reason share one cell; 0 where the cell above reaches down
    is_today: bool


def day_lines(row: ReadClock, today: date, *, is_discreet: bool) -> list[DayLine]:
    whys = [say_all(day.reasons[1:], is_discreet=is_discreet) for day in row.reckoning.days]
    spans = [0] * len(whys)
    first = 0
    for place, why in enumerate(whys):
        first = place if why != whys[first] else first
        spans[first] += 1
    return [
        DayLine(
            day=day,
            zone_name=say_zone(day.zone) if day.is_override else say_name(day.phase.name),
            letter=zone_letter(day.zone),
            tests=say_tests(day.tests),
            why=why,
            span=span,
            is_today=day.on == today,
        )
        for day, why, span in zip(row.reckoning.days, whys, spans, strict=True)
    ]


@dataclass(frozen=True)
class EventLine:
    event: ClockEvent
    text: str
    is_void: bool
    can_void: bool


def event_lines(row: ReadClock) -> list[EventLine]:
    """Newest first, each in a sentence; what was taken back stays and says so."""
    gone = {event.voids_id for event in row.events}
    Kind = ClockEvent.Kind
    return [
        EventLine(
            event,
            _event_text(event),
            event.pk in gone,
            event.pk not in gone and event.kind not in {Kind.STARTED, Kind.VOID},
        )
        for event in reversed(row.events)
    ]


def _event_text(event: ClockEvent) -> str:
    on = say_day(event.on)
    Kind = ClockEvent.Kind
    if event.kind in {Kind.STARTED, Kind.PROFILE} and event.version is not None:
        from_rules = _rule_name(event)
        line = _("Started under %(rule)s") if event.kind == Kind.STARTED else _("From %(day)s: %(rule)s")
        return line % {"rule": from_rules, "day": on}
    if event.kind == Kind.OVERRIDE:
        if event.until:
            words = {"zone": say_zone(event.choice), "day": on, "until": say_day(event.until)}
            return _("%(zone)s from %(day)s until %(until)s") % words
        return _("%(zone)s from %(day)s") % {"zone": say_zone(event.choice), "day": on}
    if event.kind == Kind.DECIDED:
        return _("A positive: counted anew") if event.choice == "restart" else _("A positive: the days go on")
    if event.kind == Kind.BASIS:
        return _("The days count from %(basis)s") % {"basis": Basis(event.choice).label}
    if event.kind == Kind.TICKED:
        return _("Ticked: %(check)s") % {"check": check_name(event.choice)}
    if event.kind == Kind.RELEASED:
        return _("Released from %(day)s") % {"day": on}
    return str(event.get_kind_display())


def _rule_name(event: ClockEvent) -> str:
    rules = rules_of(event.version) if event.version else None
    return say_rules(rules) if rules else str(event.version)


def check_name(key: str) -> str:
    if key.startswith("round-"):
        return _("full round of day %(number)s") % {"number": key.removeprefix("round-")}
    return {"street": _("confirmed by the sub-district"), "clean_days": _("days without a positive")}.get(key, key)


# --- The day's card ---------------------------------------------------------------------------------------------


@dataclass
class Tonight:
    """What the today page says of clocks."""

    turning: list[tuple[Building, str]] = field(default_factory=list)
    tests: list[tuple[str, list[Building]]] = field(default_factory=list)
    flags: list[tuple[Building, str]] = field(default_factory=list)
    count: int = 0

    @property
    def is_quiet(self) -> bool:
        return not (self.turning or self.tests or self.flags)


def read_tonight(user: User) -> Tonight:
    """Two statements; one where no clock runs."""
    today = today_in_shanghai()
    tomorrow = today + timedelta(days=1)
    rows = read_clocks(clocks_of(user), today=today, with_rounds=False)
    tonight = Tonight(count=sum(row.zone != "none" for row in rows))
    tests: dict[str, list[Building]] = {}
    for row in rows:
        change = row.reckoning.next_change
        if (change is not None and change.on == tomorrow) or row.reckoning.last_day == today:
            tonight.turning.append((row.building, _next_change(row, today)))
        for kind in next((day.tests for day in row.reckoning.days if day.on == tomorrow), ()):
            tests.setdefault(kind, []).append(row.building)
        if row.building.compound_id in user.access.steward:
            tonight.flags += [(row.building, flag) for flag in _flags(row)]
    tonight.tests = [(say_tests([kind]), tests[kind]) for kind in ("pcr", "antigen") if kind in tests]
    return tonight
