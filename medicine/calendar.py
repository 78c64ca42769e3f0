"""Medical dates written down, closed, and coming again; and who is reminded of them, by number alone.

Nothing here says to anybody outside the list for whom a date is, or what for.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from medicine.models import Errand, MedicalDate
from medicine.telling import MedicineError, check_text, stewards_of
from notices.models import Message
from notices.services import draft_message, plan_messages
from residents.listing import listed
from residents.models import Building, Compound, Resident, RoleGrant, User

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_BEGINS = timedelta(hours=6)  # nobody is woken at midnight
FURTHEST = timedelta(days=400)


@transaction.atomic
def add_date(*, resident: Resident, by: User, **facts: Any) -> MedicalDate:
    today = timezone.localdate()
    if resident.moved_out_on is not None:
        raise MedicineError(_("This person does not live there."))
    if not today <= facts["due_on"] <= today + FURTHEST:
        raise MedicineError(_("Choose a day from today on, within a year."))
    if facts.get("note", "").strip():
        facts["note"] = check_text(facts["note"], 200)
    return _write(resident, by, facts)


def _write(resident: Resident, by: User, facts: dict[str, Any]) -> MedicalDate:
    home = resident.household
    try:
        with transaction.atomic():
            return MedicalDate.objects.create(
                compound_id=home.door.building.compound_id, household=home, resident=resident, made_by=by, **facts
            )
    except IntegrityError:
        raise MedicineError(_("This date is on the list already.")) from None


@transaction.atomic
def close_date(*, medical_date: MedicalDate, end: str, by: User) -> MedicalDate | None:
    """It took place, or is not needed any more. What comes again is written down for its next day, and returned."""
    if end not in MedicalDate.End.values:
        raise MedicineError(_("Say what became of it."))
    rows = MedicalDate.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("resident__household__door__building").get(pk=medical_date.pk)
    if row.closed_at is not None:
        raise MedicineError(_("This date was closed already."))
    row.closed_at, row.closed_by, row.end = timezone.now(), by, end
    row.save(update_fields=["closed_at", "closed_by", "end"])
    if end != MedicalDate.End.DONE or row.every_days is None or row.resident.moved_out_on is not None:
        return None
    day, today = row.due_on + timedelta(days=row.every_days), timezone.localdate()
    while day < today:  # closed weeks late: the next one is to come
        day += timedelta(days=row.every_days)
    if MedicalDate.objects.open().filter(resident=row.resident, kind=row.kind, due_on=day).exists():
        return None
    same = {name: getattr(row, name) for name in ("kind", "due_at", "every_days", "ahead_days", "note")}
    return _write(row.resident, by, same | {"due_on": day, "follows": row})


# --- Reminders ------------------------------------------------------------------------------------

Counts = dict[Building, list[int]]


def plan_date_reminders(now: datetime | None = None) -> list[Message]:
    """Once a day a person: stewards of all houses, each lead of theirs. Asks what is true now, so that a standstill
    makes it late and never double. Four statements, and the planning's own."""
    today = ((now or timezone.now()).astimezone(SHANGHAI) - DAY_BEGINS).date()
    found = _counts(today)
    compounds = Compound.objects.in_bulk(found)
    rows: list[Message] = []
    with translation.override(settings.LANGUAGE_CODE):
        for compound_id, counts in sorted(found.items()):
            compound = compounds[compound_id]
            told = set(stewards_of(compound))
            rows += _draft(compound, sorted(told, key=lambda user: user.pk), counts, today)
            for user, own in _leads(compound):
                theirs = {building: each for building, each in counts.items() if building.pk in own}
                if theirs and user not in told:
                    rows += _draft(compound, [user], theirs, today)
        return plan_messages(rows)


def _counts(today: date) -> dict[int, Counts]:
    """Compound -> building -> dates to prepare, dates gone by, bags late."""
    found: dict[int, Counts] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    dates = MedicalDate.objects.ringing(today).select_related("household__door__building")
    for row in dates:
        if row.rings_on(today):
            found[row.compound_id][row.household.door.building][1 if row.is_past(today) else 0] += 1
    late = Errand.objects.open().filter(needed_by__lte=today).exclude(state=Errand.State.DELIVERED)
    for errand in late.select_related("household__door__building"):
        found[errand.compound_id][errand.household.door.building][2] += 1
    return found


def _leads(compound: Compound) -> list[tuple[User, frozenset[int]]]:
    grants = RoleGrant.objects.in_force().filter(compound=compound, role=RoleGrant.Role.LEAD, user__is_active=True)
    rows = grants.select_related("user").prefetch_related("buildings").order_by("pk")
    return [(grant.user, frozenset(building.pk for building in grant.buildings.all())) for grant in rows]


def _draft(compound: Compound, users: list[User], counts: Counts, today: date) -> list[Message]:
    order = sorted(counts.items(), key=lambda pair: (pair[0].position, pair[0].code))
    total = sum(sum(each) for each in counts.values())
    subject = ngettext(
        "%(count)s medical date or bag to look after", "%(count)s medical dates and bags to look after", total
    )
    return draft_message(
        compound=compound,
        users=users,
        reminder=f"medical-dates:{compound.pk}",
        period=today.isoformat(),
        subject=subject % {"count": total},
        body="\n".join(_("%(building)s: %(doors)s") % {"building": row, "doors": _said(each)} for row, each in order),
        link=reverse("medicine:dates", args=[compound.pk]),
    )


def _said(counts: list[int]) -> str:
    ahead, past, bags = counts
    parts = []
    if ahead:
        parts.append(ngettext("%(count)s date to prepare", "%(count)s dates to prepare", ahead) % {"count": ahead})
    if past:
        text = ngettext("%(count)s gone by without a word", "%(count)s gone by without a word", past)
        parts.append(text % {"count": past})
    if bags:
        parts.append(ngettext("%(count)s bag due", "%(count)s bags due", bags) % {"count": bags})
    return listed(parts)
