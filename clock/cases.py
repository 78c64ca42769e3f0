"""Recording cases. A correction, and also being moved out, is a new row; the room is shown only on the record."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clock.models import Case
from clock.services import ClockError, hold_building
from clock.zones import refresh_zones
from residents.models import AccessRecord, Building, Household, Resident, User

MOMENTS = ("sampled_at", "reported_at", "ordered_at", "moved_out_at")
KEPT = ("kind", "source", "household", "resident", *MOMENTS)
SLACK = timedelta(minutes=5)


def _check(values: dict[str, Any], building: Building) -> None:
    moments = {name: values.get(name) for name in MOMENTS}
    if not any(moments[name] for name in MOMENTS[:3]):
        raise ClockError(_("Say at least one of: sampled, reported, ordered."))
    now = timezone.now() + SLACK
    if any(moment and moment > now for moment in moments.values()):
        raise ClockError(_("This is in the future."))
    sampled, gone = moments["sampled_at"], moments["moved_out_at"]
    if sampled and gone and gone < sampled:
        raise ClockError(_("Nobody is moved out before the sample was taken."))
    household, resident = values.get("household"), values.get("resident")
    if household is not None and household.door.building_id != building.pk:
        raise ClockError(_("This household lives in another building."))
    if resident is not None and (household is None or resident.household_id != household.pk):
        raise ClockError(_("This person lives behind another door."))


@transaction.atomic
def record_case(
    *,
    building: Building,
    kind: str,
    source: str,
    by: User,
    household: Household | None = None,
    resident: Resident | None = None,
    sampled_at: datetime | None = None,
    reported_at: datetime | None = None,
    ordered_at: datetime | None = None,
    moved_out_at: datetime | None = None,
) -> Case:
    building = hold_building(building)
    values = {
        "kind": kind,
        "source": source,
        "household": household,
        "resident": resident,
        "sampled_at": sampled_at,
        "reported_at": reported_at,
        "ordered_at": ordered_at,
        "moved_out_at": moved_out_at,
    }
    _check(values, building)
    case = Case.objects.create(building=building, subject=uuid.uuid4(), by=by, **values)
    refresh_zones(buildings=[building])
    return case


@transaction.atomic
def correct_case(*, case: Case, by: User, reason: str, is_withdrawn: bool = False, **changes) -> Case:
    """A new row in the place of the old one, which stays. Two who correct the same row: the second is told."""
    if not reason.strip():
        raise ClockError(_("Say why, in a few words."))
    building = hold_building(case.building)
    values = {name: getattr(case, name) for name in KEPT} | changes
    _check(values, building)
    try:
        with transaction.atomic():
            new = Case.objects.create(
                building=building,
                subject=case.subject,
                corrects=case,
                correction_reason=reason.strip(),
                is_withdrawn=is_withdrawn,
                by=by,
                **values,
            )
    except IntegrityError as error:
        raise ClockError(_("Somebody has corrected this meanwhile: open the newest.")) from error
    refresh_zones(buildings=[building])
    return new


@transaction.atomic
def reveal_case(*, case: Case, by: User, reason: str) -> Case:
    """Room and person, on the record with who and why."""
    AccessRecord.objects.create(
        user=by,
        compound=case.building.compound,
        deed=AccessRecord.Deed.REVEAL,
        subject=f"case {case.pk}, {case.building}",
        reason=reason,
    )
    return Case.objects.select_related("household__door", "resident").get(pk=case.pk)
