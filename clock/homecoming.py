"""Somebody recovered comes home: what is asked of them, what of those who let them in, and until when."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from clock.models import Homecoming, HomecomingTick, RuleProfile, RuleVersion
from clock.profiles import ReturnRules, RuleError, read_rules
from clock.reading import today_in_shanghai
from clock.services import ClockError
from residents.models import AccessRecord, Household, Resident, User
from testing_rounds.models import Exemption
from testing_rounds.people import PeopleError, exempt


@dataclass(frozen=True)
class Step:
    check: str
    label: str
    due_on: date | None
    tick: HomecomingTick | None

    def is_late(self, today: date) -> bool:
        return self.tick is None and self.due_on is not None and self.due_on < today


@dataclass(frozen=True)
class ReadHomecoming:
    row: Homecoming
    rules: ReturnRules
    day: int  # of monitoring; 1 is the day of coming home
    ends_on: date
    test_days: tuple[date, ...]
    exempt_until: date
    steps: tuple[Step, ...]

    @property
    def is_over(self) -> bool:
        return all(step.tick for step in self.steps)

    @property
    def is_monitored(self) -> bool:
        return self.day <= self.rules.monitoring_days


def return_rules() -> RuleVersion | None:
    """The newest wording; who came home under an older one keeps it."""
    return RuleVersion.objects.filter(profile__kind=RuleProfile.Kind.RETURN).order_by("-at", "-number").first()


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    following = date(first.year + (first.month == 12), first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def read_return(row: Homecoming, *, today: date | None = None) -> ReadHomecoming:
    """Needs `version__profile` and `ticks` loaded. Pure but for the default of `today`."""
    today = today or today_in_shanghai()
    rules = read_rules(row.version.body, code=row.version.profile.code, number=row.version.number)
    if not isinstance(rules, ReturnRules):
        raise RuleError([_("The body is of another kind than the rule.")])
    ends_on = row.returned_on + timedelta(days=rules.monitoring_days - 1)
    tests = tuple(row.returned_on + timedelta(days=day - 1) for day in rules.test_days)
    ticks = {tick.check_name: tick for tick in row.ticks.all()}
    Check = HomecomingTick.Check
    due = {Check.CERTIFICATE: row.returned_on, Check.WELCOMED: row.returned_on, Check.MONITORED: ends_on}
    if tests:
        due[Check.TESTED] = tests[-1]
    steps = tuple(Step(check.value, str(check.label), on, ticks.get(check.value)) for check, on in due.items())
    day = max(0, (today - row.returned_on).days + 1)
    exempt = add_months(row.discharged_on, rules.screening_free_months)
    return ReadHomecoming(row, rules, day, ends_on, tests, exempt, steps)


@transaction.atomic
def receive_home(
    *, household: Household, resident: Resident | None, discharged_on: date, returned_on: date, by: User
) -> Homecoming:
    version = return_rules()
    if version is None:
        raise ClockError(_("The rule for coming home is missing: ask the administrator to load the rules."))
    if resident is not None and resident.household_id != household.pk:
        raise ClockError(_("This person lives behind another door."))
    if returned_on < discharged_on:
        raise ClockError(_("Nobody is home before leaving the hospital."))
    if abs(returned_on - today_in_shanghai()) > timedelta(days=120):
        raise ClockError(_("Please check the day."))
    try:
        with transaction.atomic():
            row = Homecoming.objects.create(
                household=household,
                resident=resident,
                version=version,
                discharged_on=discharged_on,
                returned_on=returned_on,
                by=by,
            )
    except IntegrityError as error:
        raise ClockError(_("This homecoming is on record already.")) from error
    if resident is not None:
        _exempt(resident, read_return(row).exempt_until, by)
    return row


def _exempt(resident: Resident, until: date, by: User) -> None:
    """Outside screening, as the rule says. What stands already or is over stays as it is: nobody is kept out by it."""
    with suppress(PeopleError), transaction.atomic():
        exempt(resident=resident, reason=Exemption.Reason.RECOVERED, until=until, by=by)


def standing_exemption(row: Homecoming, *, today: date | None = None) -> Exemption | None:
    """What keeps them out of screening now, whether it came from here or was there before."""
    if row.resident_id is None:
        return None
    now = Q(until=None) | Q(until__gte=today or today_in_shanghai())
    return Exemption.objects.filter(now, resident=row.resident_id, ended_at=None).first()


@transaction.atomic
def tick_homecoming(*, homecoming: Homecoming, check: str, by: User, note: str = "") -> HomecomingTick:
    steps = {step.check: step for step in read_return(homecoming).steps}
    if check not in steps:
        raise ClockError(_("This check is not part of the rule."))
    due = steps[check].due_on
    if check in {HomecomingTick.Check.MONITORED, HomecomingTick.Check.TESTED} and due and today_in_shanghai() < due:
        raise ClockError(_("Not before %(day)s.") % {"day": due.isoformat()})
    try:
        with transaction.atomic():
            return HomecomingTick.objects.create(homecoming=homecoming, check_name=check, by=by, note=note.strip())
    except IntegrityError as error:
        raise ClockError(_("Somebody has ticked this already.")) from error


@transaction.atomic
def reveal_home(*, homecoming: Homecoming, by: User, reason: str) -> None:
    """That somebody was ill is told by where they live: the look is on record."""
    building = homecoming.household.door.building
    AccessRecord.objects.create(
        user=by,
        compound=building.compound,
        deed=AccessRecord.Deed.REVEAL,
        subject=f"homecoming {homecoming.pk}, {building}",
        reason=reason,
    )
