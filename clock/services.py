"""Deeds on a clock: each appends one event, under the building's lock, and renews the building's zone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clock.models import Basis, Case, Clock, ClockEvent, RuleProfile, RuleVersion
from clock.reading import ReadClock, engine_findings, read_clocks, rules_of, today_in_shanghai
from clock.shipping import load_rules
from clock.zones import refresh_zones
from residents.models import Building, User

LONGEST_AGO = timedelta(days=60)
FURTHEST_AHEAD = timedelta(days=60)


class ClockError(ValueError):
    """A sentence for the person who tried."""


def load_shipped_rules() -> int:
    """Add the rules that come with the portal where they are missing. Returns how many versions came."""
    return load_rules(RuleProfile, RuleVersion)


def hold_building(building: Building) -> Building:
    """One deed after the other on a building's clock."""
    return Building.objects.select_for_update(of=("self",)).select_related("compound").get(pk=building.pk)


def read_clock(clock: Clock, *, today: date | None = None) -> ReadClock:
    return read_clocks(Clock.objects.filter(pk=clock.pk), today=today)[0]


def _require(reason: str) -> str:
    if not reason.strip():
        raise ClockError(_("Say why, in a few words."))
    return reason.strip()


def _in_reach(on: date) -> None:
    if not -LONGEST_AGO <= on - today_in_shanghai() <= FURTHEST_AHEAD:
        raise ClockError(_("The day must lie within sixty days of today."))


def _usable(version: RuleVersion) -> None:
    if rules_of(version) is None:
        raise ClockError(_("This rule cannot be read. Choose another, or have a new version written."))


def _append(clock: Clock, by: User, **values) -> ClockEvent:
    event = ClockEvent.objects.create(clock=clock, by=by, at=timezone.now(), **values)
    refresh_zones(buildings=[clock.building])
    return event


def _hold(clock: Clock) -> Clock:
    """The clock as it is now; one that another has replaced takes no more events."""
    hold_building(clock.building)
    current = Clock.objects.select_related("building").get(pk=clock.pk)
    if current.ended_at is not None:
        raise ClockError(_("Another clock has taken the place of this one."))
    return current


@transaction.atomic
def start_clock(
    *, building: Building, version: RuleVersion, by: User, on: date, case: Case | None = None, reason: str = ""
) -> Clock:
    """A new lockdown. The one before must be released or stopped. With a case, the rule's basis says which moment of
    the case is its first day; `on` holds where there is none."""
    building = hold_building(building)
    _usable(version)
    _in_reach(on)
    if case is not None and case.building_id != building.pk:
        raise ClockError(_("This case belongs to another building."))
    before = Clock.objects.running().filter(building=building).first()
    if before is not None:
        read = read_clock(before)
        if read.today is None or read.today.state not in {"released", "stopped"}:
            told = _("%(building)s has a running clock: release or stop it first.")
            raise ClockError(told % {"building": building})
        Clock.objects.filter(pk=before.pk).update(ended_at=timezone.now())
    clock = Clock.objects.create(building=building, by=by)
    subject = case.subject if case else None
    _append(clock, by, kind=ClockEvent.Kind.STARTED, on=on, version=version, subject=subject, reason=reason.strip())
    return clock


@transaction.atomic
def start_clock_from_case(*, case: Case, version: RuleVersion, by: User, reason: str = "") -> Clock:
    """The rule's basis says which of the case's moments is the first day; choosing another basis later moves it."""
    rules = rules_of(version)
    if rules is None:
        raise ClockError(_("This rule cannot be read. Choose another, or have a new version written."))
    day, _basis = engine_findings([case])[0].moment(rules.basis)
    return start_clock(
        building=case.building, version=version, by=by, on=day or today_in_shanghai(), case=case, reason=reason
    )


@transaction.atomic
def choose_basis(*, clock: Clock, basis: str, by: User, reason: str) -> ClockEvent:
    """Sample, report or order: which of them the count goes by. Every choice is kept; the newest holds."""
    clock = _hold(clock)
    if basis not in Basis.values:
        raise ClockError(_("Choose what the count goes by."))
    today = today_in_shanghai()
    return _append(clock, by, kind=ClockEvent.Kind.BASIS, on=today, choice=basis, reason=_require(reason))


@transaction.atomic
def change_rule(*, clock: Clock, version: RuleVersion, on: date, by: User, reason: str) -> ClockEvent:
    """Another rule from a day on. Days before it stay what they were, under the rule of their time."""
    clock = _hold(clock)
    _usable(version)
    _in_reach(on)
    read = read_clock(clock)
    if read.reckoning.days and on < read.reckoning.days[0].on:
        raise ClockError(_("The rule cannot change before the first day."))
    return _append(clock, by, kind=ClockEvent.Kind.PROFILE, on=on, version=version, reason=_require(reason))


@transaction.atomic
def decide_about(*, clock: Clock, subject: UUID, answer: str, by: User, reason: str) -> ClockEvent:
    """What a positive means for the count, where the rule leaves it to people or people say otherwise."""
    clock = _hold(clock)
    if answer not in {"restart", "go_on"}:
        raise ClockError(_("Decide: count anew, or go on."))
    if not Case.objects.standing().filter(subject=subject, building=clock.building_id).exists():
        raise ClockError(_("This case was taken back, or belongs to another building."))
    today = today_in_shanghai()
    return _append(
        clock, by, kind=ClockEvent.Kind.DECIDED, on=today, subject=subject, choice=answer, reason=_require(reason)
    )


@transaction.atomic
def override_zone(*, clock: Clock, zone: str, on: date, by: User, reason: str, until: date | None = None) -> ClockEvent:
    clock = _hold(clock)
    _in_reach(on)
    if zone not in Building.Zone.values:
        raise ClockError(_("Choose an area."))
    if until is not None and until < on:
        raise ClockError(_("The last day cannot lie before the first."))
    return _append(clock, by, kind=ClockEvent.Kind.OVERRIDE, on=on, until=until, choice=zone, reason=_require(reason))


@transaction.atomic
def tick_check(*, clock: Clock, check: str, by: User, note: str = "") -> ClockEvent:
    """By hand: the sub-district has confirmed, or what the portal cannot see is known from paper."""
    clock = _hold(clock)
    known = {row.key: row for row in read_clock(clock).checks}
    if check not in known or check in {"days", "asks"}:
        raise ClockError(_("This check is not part of the rule."))
    if known[check].tick is not None:
        raise ClockError(_("Somebody has ticked this already."))
    reason = note.strip() if check == "street" else _require(note)
    return _append(clock, by, kind=ClockEvent.Kind.TICKED, on=today_in_shanghai(), choice=check, reason=reason)


@transaction.atomic
def release_building(*, clock: Clock, by: User, note: str = "") -> ClockEvent:
    """From the next midnight, or from today once the last day is over. Only when every check is done."""
    clock = _hold(clock)
    reckoning = read_clock(clock).reckoning
    if not reckoning.can_release:
        raise ClockError(_("Not yet: something on the list is open."))
    today = today_in_shanghai()
    on = today if reckoning.last_day is None or today > reckoning.last_day else reckoning.last_day + timedelta(days=1)
    return _append(clock, by, kind=ClockEvent.Kind.RELEASED, on=on, reason=note.strip())


@transaction.atomic
def stop_clock(*, clock: Clock, by: User, reason: str) -> ClockEvent:
    """It should not run at all: a false positive, an order withdrawn. From today on the building has no zone."""
    clock = _hold(clock)
    return _append(clock, by, kind=ClockEvent.Kind.STOPPED, on=today_in_shanghai(), reason=_require(reason))


@transaction.atomic
def void_event(*, event: ClockEvent, by: User, reason: str) -> ClockEvent:
    """Take one back. Both stay on record; the start cannot be taken back, only the clock stopped."""
    clock = _hold(event.clock)
    current = ClockEvent.objects.get(pk=event.pk)
    if current.kind in {ClockEvent.Kind.STARTED, ClockEvent.Kind.VOID}:
        raise ClockError(_("This cannot be taken back. Stop the clock instead."))
    if ClockEvent.objects.filter(voids=current).exists():
        raise ClockError(_("This was taken back already."))
    today = today_in_shanghai()
    return _append(clock, by, kind=ClockEvent.Kind.VOID, on=today, voids=current, reason=_require(reason))


# --- Many buildings at once -------------------------------------------------------------------------------------


@transaction.atomic
def start_clocks(
    *, buildings: Iterable[Building], version: RuleVersion, by: User, on: date, reason: str = ""
) -> list[Clock]:
    """A whole compound is closed at once; each building gets a clock of its own, all of them or none."""
    start: Callable[[Building], Clock] = lambda building: start_clock(  # noqa: E731
        building=building, version=version, by=by, on=on, reason=reason
    )
    return [start(building) for building in sorted(buildings, key=lambda row: row.pk)]
