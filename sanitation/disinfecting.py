"""Warn, spray, say when it is safe again. Each step is written once; what was wrong is corrected by a new entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Building, Compound, Door, User
from sanitation.agents import STRENGTHS, is_within, rest_after
from sanitation.models import BelongingsAsked, Disinfection, DisinfectionStep
from sanitation.services import SanitationError, refuse_future, require_reason

Step = DisinfectionStep.Kind
Part = Disinfection.Part


@dataclass(frozen=True)
class Plan:
    """What is to be sprayed, with what and by whom."""

    part: str
    reason: str
    agent: str
    ppm: int
    team: str
    team_size: int = 2
    building: Building | None = None
    place: str = ""
    door: Door | None = None
    asked_belongings: bool = False
    belongings: str = ""


@transaction.atomic
def begin_disinfection(*, compound: Compound, plan: Plan, by: User, warn: bool = True) -> Disinfection:
    """Written down, and (unless it begins at once) the neighbours are warned."""
    row = _write(compound, plan, by)
    _add(row, Step.WARNED if warn else Step.SPRAYING, timezone.now(), by)
    return row


@transaction.atomic
def write_down(
    *,
    compound: Compound,
    plan: Plan,
    started_at: datetime,
    ended_at: datetime,
    by: User,
    safe_at: datetime | None = None,
    longer_reason: str = "",
    corrects: Disinfection | None = None,
    correction_reason: str = "",
) -> Disinfection:
    """Afterwards, from paper; or the right entry in the place of a wrong one, which stays and points to it."""
    refuse_future(started_at, ended_at)
    if ended_at < started_at:
        raise SanitationError(_("It must end after it begins."))
    if corrects is not None:
        correction_reason = require_reason(correction_reason)
    try:
        with transaction.atomic():
            row = _write(compound, plan, by, corrects=corrects, correction_reason=correction_reason)
    except IntegrityError as error:
        raise SanitationError(_("Somebody has corrected this meanwhile: open the newest.")) from error
    _add(row, Step.SPRAYING, started_at, by)
    safe_at, longer_reason = _safe(row, ended_at, safe_at, longer_reason)
    _add(row, Step.DONE, ended_at, by, safe_at=safe_at, reason=longer_reason)
    return row


def _write(compound: Compound, plan: Plan, by: User, **more) -> Disinfection:
    if not is_within(plan.agent, plan.ppm):
        limits = STRENGTHS[plan.agent]
        words = {"least": limits.least, "most": limits.most}
        raise SanitationError(_("This disinfectant is used with %(least)s to %(most)s ppm.") % words)
    building = plan.door.building if plan.part == Part.HOME and plan.door else plan.building
    if plan.part == Part.HOME:
        if plan.door is None:
            raise SanitationError(_("Say which home it is."))
        if not plan.asked_belongings:
            raise SanitationError(_("Ask first whether something there must not be sprayed."))
    elif building is None and not plan.place.strip():
        raise SanitationError(_("Say where it is."))
    if building is not None and building.compound_id != compound.pk:
        raise SanitationError(_("This building is not part of the compound."))
    row = Disinfection.objects.create(
        compound=compound,
        building=building,
        part=plan.part,
        place="" if plan.part == Part.HOME else plan.place.strip(),
        reason=plan.reason,
        agent=plan.agent,
        ppm=plan.ppm,
        team=plan.team,
        team_size=plan.team_size,
        asked_belongings=plan.asked_belongings,
        by=by,
        **more,
    )
    if plan.part == Part.HOME and plan.door:
        BelongingsAsked.objects.create(disinfection=row, door=plan.door, note=plan.belongings.strip())
    return row


def _add(row: Disinfection, kind: str, at: datetime, by: User, **more) -> DisinfectionStep:
    return DisinfectionStep.objects.create(disinfection=row, kind=kind, at=at, by=by, **more)


def _hold(row: Disinfection, *may_come_from: str) -> Disinfection:
    """Locked, with its steps as they are now. Whoever comes second is told how far it is."""
    current = Disinfection.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if current.state not in may_come_from:
        said = dict(Step.choices)[current.state] if current.state else ""
        raise SanitationError(_("This cannot be done now: it is “%(state)s”.") % {"state": said})
    return current


@transaction.atomic
def start_spraying(*, disinfection: Disinfection, by: User) -> DisinfectionStep:
    row = _hold(disinfection, Step.WARNED)
    return _add(row, Step.SPRAYING, timezone.now(), by)


@transaction.atomic
def finish_spraying(
    *, disinfection: Disinfection, by: User, safe_at: datetime | None = None, longer_reason: str = ""
) -> DisinfectionStep:
    """Safe again after the rest of its disinfectant; later with a reason, earlier never."""
    row = _hold(disinfection, Step.SPRAYING)
    now = timezone.now()
    safe_at, reason = _safe(row, now, safe_at, longer_reason)
    return _add(row, Step.DONE, now, by, safe_at=safe_at, reason=reason)


@transaction.atomic
def call_off(*, disinfection: Disinfection, by: User, reason: str) -> DisinfectionStep:
    said = require_reason(reason)
    row = _hold(disinfection, Step.WARNED)
    return _add(row, Step.CALLED_OFF, timezone.now(), by, reason=said)


def _safe(row: Disinfection, ended_at: datetime, asked: datetime | None, reason: str) -> tuple[datetime, str]:
    earliest = ended_at + rest_after(row.agent, row.ppm)
    if asked is None:
        return earliest, ""
    # A form knows minutes only.
    if asked < earliest.replace(second=0, microsecond=0):
        at = timezone.localtime(earliest).strftime("%H:%M")
        raise SanitationError(_("Not safe before %(time)s: the disinfectant needs its rest.") % {"time": at})
    if asked <= earliest:
        return earliest, ""
    if not reason.strip():
        raise SanitationError(_("Say why it rests longer."))
    return asked, reason.strip()
