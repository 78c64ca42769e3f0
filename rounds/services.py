"""The life of a round: made, opened (frozen), closed, reopened, cancelled; and who walks which part of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Building, Compound, User, Volunteer
from residents.statements import Writes
from rounds.models import Assignment, Outcome, Round, RoundEvent, Visit
from rounds.snapshot import Snapshot, take_snapshot

LONGEST_ROUND = timedelta(days=14)


class RoundError(ValueError):
    """A sentence for the person who tried."""


@transaction.atomic
def create_round(
    *,
    compound: Compound,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    buildings: Iterable[Building],
    title: str = "",
) -> Round:
    """A draft with the next number of its kind. Two makers at once wait for each other at the compound's row."""
    Compound.objects.select_for_update().get(pk=compound.pk)
    newest = Round.objects.filter(compound=compound, kind=kind).aggregate(number=Max("number"))["number"] or 0
    round = Round.objects.create(
        compound=compound, kind=kind, number=newest + 1, title=title, starts_at=starts_at, ends_at=ends_at
    )
    round.buildings.set(buildings)
    return round


@transaction.atomic
def change_round(
    *, round: Round, starts_at: datetime, ends_at: datetime, buildings: Iterable[Building], title: str = ""
) -> Round:
    """A draft may change in everything; once opened only its title and its end may, for its doors are frozen."""
    current = Round.objects.select_for_update().get(pk=round.pk)
    if current.state in {Round.State.CLOSED, Round.State.CANCELLED}:
        raise RoundError(_("This round is over; it can no longer be changed."))
    was, current.title, current.ends_at = current.ends_at, title, ends_at
    if current.is_draft:
        current.starts_at = starts_at
        current.buildings.set(buildings)
    if current.ends_at <= current.starts_at:
        raise RoundError(_("The round must end after it starts."))
    # Measured from the start it keeps, so that an open round is not made longer bit by bit.
    if was != current.ends_at > current.starts_at + LONGEST_ROUND:
        raise RoundError(_("A round lasts two weeks at the most."))
    current.save(update_fields=["title", "starts_at", "ends_at"])
    return current


def _step(round: Round, step: str, by: User, reason: str, *, come_from: set[str], **changes) -> None:
    """One conditional update: whoever gets no row came second, or too early."""
    moved = Round.objects.filter(pk=round.pk, state__in=come_from).update(**changes)
    if not moved:
        state = Round.objects.get(pk=round.pk).get_state_display()
        raise RoundError(_("This cannot be done now: the round is %(state)s.") % {"state": state})
    RoundEvent.objects.create(round=round, step=step, by=by, reason=reason)
    round.refresh_from_db()


@transaction.atomic
def open_round(
    *, round: Round, by: User, known: Mapping[int, str] | None = None, households: Collection[int] | None = None
) -> list[Snapshot]:
    """Freeze who is expected where. Kinds with details of their own add them to what is returned.

    `known`: what stands of a resident (by key) before anybody knocks. `households`: these doors alone.
    """
    now = timezone.now()
    State = Round.State
    _step(round, RoundEvent.Step.OPENED, by, "", come_from={State.DRAFT}, state=State.OPEN, opened_at=now)
    snapshots = take_snapshot(round, known, households)
    if not snapshots:
        raise RoundError(_("Nobody is known to live in these buildings yet: import the roster first."))
    visits = [snapshot.visit for snapshot in snapshots]
    for visit in visits:
        visit.revised_at = now
    Visit.objects.bulk_create(visits)
    return snapshots


def spare_visits(visits: Iterable[Visit]) -> None:
    """Nothing is carried to these doors: they stand as exempt before anybody knocks. With the round that opens."""
    spared = list(visits)
    for visit in spared:
        visit.known = {str(number): Outcome.EXEMPT.value for number in range(1, visit.expected_count + 1)}
        visit.outcome = Outcome.EXEMPT.value
    writes = Writes()
    writes.write_back(spared, ("known", "outcome"))
    writes.send()


@transaction.atomic
def close_round(*, round: Round, by: User, reason: str = "") -> None:
    """Doors never reached stay missing on the record. Marks that arrive later are kept, counted and flagged."""
    State = Round.State
    _step(
        round,
        RoundEvent.Step.CLOSED,
        by,
        reason,
        come_from={State.OPEN},
        state=State.CLOSED,
        closed_at=timezone.now(),
    )


@transaction.atomic
def reopen_round(*, round: Round, by: User, reason: str) -> None:
    State = Round.State
    _require(reason)
    _step(round, RoundEvent.Step.REOPENED, by, reason, come_from={State.CLOSED}, state=State.OPEN, closed_at=None)


@transaction.atomic
def cancel_round(*, round: Round, by: User, reason: str) -> None:
    """Its marks stay on record; new ones are held for a person."""
    State = Round.State
    _require(reason)
    _step(
        round,
        RoundEvent.Step.CANCELLED,
        by,
        reason,
        come_from={State.DRAFT, State.OPEN},
        state=State.CANCELLED,
        closed_at=None,
    )


def _require(reason: str) -> None:
    if not reason.strip():
        raise RoundError(_("Say why, in a few words."))


@transaction.atomic
def assign(
    *,
    round: Round,
    volunteer: Volunteer,
    building: Building,
    by: User,
    entrance: str = "",
    floor_from: int | None = None,
    floor_to: int | None = None,
) -> Assignment:
    """Give a volunteer a part of the round. The same part twice is one assignment."""
    # As it is now, not as the page loaded it.
    round = Round.objects.select_for_update(of=("self",)).select_related("compound").get(pk=round.pk)
    if round.state not in {Round.State.DRAFT, Round.State.OPEN}:
        raise RoundError(_("This round is over; nobody can be assigned any more."))
    if volunteer.ended_at is not None or volunteer.compound_id != round.compound_id:
        raise RoundError(_("This volunteer does not serve in this compound."))
    refuse_untrained(round.compound, volunteer)
    if not round.buildings.filter(pk=building.pk).exists():
        raise RoundError(_("This building is not part of the round."))
    if floor_from is not None and floor_to is not None and floor_from > floor_to:
        floor_from, floor_to = floor_to, floor_from
    part = {
        "round": round,
        "volunteer": volunteer,
        "building": building,
        "entrance": entrance,
        "floor_from": floor_from,
        "floor_to": floor_to,
    }
    same = Assignment.objects.active().filter(**part).first()
    return same or Assignment.objects.create(**part, created_by=by)


def refuse_untrained(compound: Compound, volunteer: Volunteer) -> None:
    """The gate, where the compound has one: nobody goes to a door who was not shown how."""
    if not compound.requires_training:
        return
    if volunteer.trained_on is None or volunteer.trained_on > timezone.localdate():
        raise RoundError(_("%(name)s has not been trained yet.") % {"name": volunteer.name})


def release_assignment(*, assignment: Assignment, by: User, reason: str = "", must_say_why: bool = False) -> bool:
    """The phone keeps what it has marked; marks made before it heard of this are held for a person.

    False when it was given back before.
    """
    if must_say_why:
        _require(reason)
    released = Assignment.objects.filter(pk=assignment.pk, released_at=None)
    return bool(released.update(released_at=timezone.now(), released_by=by, release_reason=reason))
