"""The health log: a word a day, told by the volunteer or heard by a steward, and what follows from it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import User, Volunteer
from shifts.models import HealthWord, PositiveCall
from shifts.places import free_places, is_stopped, lock_rules
from shifts.telling import ShiftError, tell_symptom

Kind = HealthWord.Kind


@transaction.atomic
def say_health(*, volunteer: Volunteer, kind: str, by: User, now: datetime | None = None) -> HealthWord:
    """A symptom frees every shift that is not over. "Well" said twice a day is one word; it ends no stop."""
    now = now or timezone.now()
    rules = lock_rules(volunteer.compound_id)
    person = Volunteer.objects.select_related("compound", "user").get(pk=volunteer.pk)
    if person.ended_at is not None:
        raise ShiftError(_("This volunteer has left."))
    today = timezone.localdate(now)
    if kind == Kind.WELL:
        return HealthWord.objects.get_or_create(volunteer=person, on=today, kind=kind, defaults={"by": by, "at": now})[
            0
        ]
    stopped = is_stopped(person)
    if kind == Kind.CLEARED and not stopped:
        raise ShiftError(_("Nothing stops this volunteer."))
    if kind == Kind.SYMPTOM and stopped:
        return HealthWord.objects.filter(volunteer=person, kind__in=HealthWord.STOPS).order_by("-pk")[0]
    word = HealthWord.objects.create(volunteer=person, on=today, kind=kind, by=by, at=now)
    if kind == Kind.SYMPTOM:
        free_places(volunteer=person, rules=rules, by=by, now=now)
        tell_symptom(person.compound, word.pk)
    return word


def record_positive(
    *, volunteer: Volunteer, by: User, days: int, part_count: int, claim_count: int, door_count: int, now: datetime
) -> PositiveCall:
    """Within the transaction of who gives back the rest: the word, the shifts freed, and the record of it all."""
    if not 2 <= days <= 4:
        raise ShiftError(_("Doors are looked up for 2 to 4 days back."))
    rules = lock_rules(volunteer.compound_id)
    latest = HealthWord.objects.filter(volunteer=volunteer).exclude(kind=Kind.WELL).order_by("-pk").first()
    if latest is not None and latest.kind == Kind.POSITIVE:
        raise ShiftError(_("This was told already, and nobody has said since that they may serve again."))
    word = HealthWord.objects.create(volunteer=volunteer, on=timezone.localdate(now), kind=Kind.POSITIVE, by=by, at=now)
    freed = free_places(volunteer=volunteer, rules=rules, by=by, now=now)
    return PositiveCall.objects.create(
        volunteer=volunteer,
        word=word,
        by=by,
        at=now,
        days=days,
        part_count=part_count,
        shift_count=freed,
        claim_count=claim_count,
        door_count=door_count,
    )
