"""What became of a household, in words: who changed what, and when. Phone numbers are never in the words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from residents.joining import steps_of
from residents.models import Household, JoinStep, Resident, mask_name

HOUSEHOLD_FIELDS = ("occupancy", "told_count", "moved_in_on", "moved_out_on")
RESIDENT_FIELDS = ("name", "age_band", "is_contact", "whereabouts", *Resident.NEEDS, "moved_in_on", "moved_out_on")
MOST = 60


@dataclass(frozen=True)
class Change:
    at: datetime
    by: str
    subject: str
    words: list[str]


def changes_of(household: Household, *, names: bool) -> list[Change]:
    """Newest first, three statements however long the record. Without `names` people appear as at the door: 王*."""
    told: list[Change] = []
    rows = household.history.select_related("history_user").order_by("history_date", "history_id")
    told += _tell(rows, HOUSEHOLD_FIELDS, lambda row: _("Household"), names=names)
    people: dict[int, list] = {}
    for row in (
        Resident.history.filter(household_id=household.pk)
        .select_related("history_user")
        .order_by("history_date", "history_id")
    ):
        people.setdefault(row.id, []).append(row)
    for rows in people.values():
        told += _tell(rows, RESIDENT_FIELDS, lambda row: row.name if names else mask_name(row.name), names=names)
    told += [_tell_step(step, names=names) for step in steps_of(household.door_id)]
    return sorted(told, key=lambda change: change.at, reverse=True)[:MOST]


def _tell(rows: Iterable, fields: tuple[str, ...], subject, *, names: bool) -> Iterable[Change]:
    before = None
    for row in rows:
        if row.history_type == "-":
            words = [_("removed")]
        elif before is None:
            words = [_("entered")]
        else:
            words = [
                _word(before, row, field, names) for field in fields if getattr(before, field) != getattr(row, field)
            ]
            if getattr(before, "phone", "") != getattr(row, "phone", ""):
                words.append(_("phone changed"))
            if getattr(before, "stays_at_id", None) != getattr(row, "stays_at_id", None):
                words.append(_("sleeps elsewhere") if row.stays_at_id else _("sleeps here again"))
            if getattr(before, "merged_into_id", None) != getattr(row, "merged_into_id", None):
                words.append(_("merged into another record") if row.merged_into_id else _("merge undone"))
        if words:
            yield Change(row.history_date, str(row.history_user or _("the portal")), subject(row), words)
        before = row


def _tell_step(step: JoinStep, *, names: bool) -> Change:
    """A reason is free text and may hold a name."""
    rooms = f"{step.main.full_room} + {step.joined.full_room}"
    words = [step.get_step_display(), *([f"“{step.reason}”"] if names else [])]
    return Change(step.at, str(step.by), rooms, words)


def _word(before, after, field: str, names: bool) -> str:
    label = PERSON_NAME if field == "name" else after._meta.get_field(field).verbose_name
    old, new = (_value(row, field, names) for row in (before, after))
    return _("%(field)s: %(old)s → %(new)s") % {"field": label, "old": old, "new": new}


PERSON_NAME = pgettext_lazy("of a person", "Name")
YES, NO, NOTHING = gettext_lazy("yes"), gettext_lazy("no"), gettext_lazy("not told")


def _value(row, field: str, names: bool) -> str:
    value = getattr(row, field)
    if isinstance(value, bool):
        return str(YES if value else NO)
    if field == "name":
        return value if names else mask_name(value)
    if hasattr(row, f"get_{field}_display"):
        return getattr(row, f"get_{field}_display")()
    if value is None:
        return str(NOTHING)
    return date_format(value, "Y-m-d") if field.endswith("_on") else str(value)
