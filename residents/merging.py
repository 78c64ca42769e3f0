"""Two records that are one person, and back. Both rows stay; a `MergeRecord` keeps who, when, why and how it was."""

import json
from collections.abc import Iterable
from datetime import date

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Household, MergeRecord, Resident, User

TAKEN = ("name", "phone", "age_band", "whereabouts")  # may come from either record
IMAGE = (
    "household_id",
    *TAKEN,
    "is_contact",
    *Resident.NEEDS,
    "stays_at_id",
    "moved_in_on",
    "moved_out_on",
    "merged_into_id",
)
DAYS = {"moved_in_on", "moved_out_on"}


class MergeError(ValueError):
    """Why the two are not merged, or not parted again."""


@transaction.atomic
def merge_residents(
    *, kept: Resident, other: Resident, by: User, reason: str, take: Iterable[str] = (), needs: Iterable[str] = ()
) -> MergeRecord:
    """`other` ends as the same person as `kept`, who takes over the fields named in `take` and has these `needs`.

    Visits and people expected in rounds keep pointing at whom they were about.
    """
    kept, other = _lock(kept, other)
    _refuse_merge(kept, other)
    before = _images(kept, other)
    for name in set(take) & set(TAKEN):
        _put(kept, name, getattr(other, name))
    for need in Resident.NEEDS:
        setattr(kept, need, need in set(needs))
    kept.is_contact = kept.is_contact or (other.is_contact and other.household_id == kept.household_id)
    other.is_contact = False
    other.moved_out_on = max(timezone.localdate(), other.moved_in_on or date.min)
    other.merged_into = kept
    other.save()
    kept.save()
    return MergeRecord.objects.create(
        kept=kept, other=other, by=by, reason=reason, before=before, after=_images(kept, other)
    )


@transaction.atomic
def unmerge_residents(*, merge: MergeRecord, by: User, reason: str) -> MergeRecord:
    """Both as they were: what the merge changed goes back, what was corrected beside it since stays."""
    kept, other = _lock(merge.kept, merge.other)
    before, after = json.loads(merge.before), json.loads(merge.after)
    _refuse_unmerge(merge, kept, other, before, after)
    now = _images(kept, other)
    for person, was, became in ((kept, before["kept"], after["kept"]), (other, before["other"], after["other"])):
        for name in IMAGE:
            if was[name] != became[name]:
                value = was[name]
                _put(person, name, date.fromisoformat(value) if value and name in DAYS else value)
    _refuse_two_contacts(kept, other)
    kept.save()
    other.save()
    return MergeRecord.objects.create(
        kept=kept, other=other, by=by, reason=reason, before=now, after=_images(kept, other), undoes=merge
    )


def _lock(*people: Resident) -> list[Resident]:
    """Afresh from the database, locked in the order of their keys so that two merges never wait for each other."""
    rows = Resident.objects.select_related("household__door__building").select_for_update(of=("self",)).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=[person.pk for person in people])}
    return [found[person.pk] for person in people]


def _put(person: Resident, name: str, value) -> None:
    if name == "phone":
        person.set_phone(value)
    else:
        setattr(person, name, value)


def _images(kept: Resident, other: Resident) -> str:
    images = {role: {name: getattr(row, name) for name in IMAGE} for role, row in (("kept", kept), ("other", other))}
    return json.dumps(images, cls=DjangoJSONEncoder, ensure_ascii=False)


def _refuse_merge(kept: Resident, other: Resident) -> None:
    if kept.pk == other.pk:
        raise MergeError(_("This is one record already."))
    if kept.household.door.building.compound_id != other.household.door.building.compound_id:
        raise MergeError(_("They belong to two compounds."))
    if kept.moved_out_on or other.moved_out_on:
        raise MergeError(_("One of the two has moved out or was merged already. Please look at both again."))


def _refuse_unmerge(merge: MergeRecord, kept: Resident, other: Resident, before: dict, after: dict) -> None:
    if merge.undoes_id:
        raise MergeError(_("This is the undoing of a merge. Merge the two again instead."))
    if MergeRecord.objects.filter(undoes=merge).exists():
        raise MergeError(_("This merge was undone already."))
    if kept.merged_into_id:
        raise MergeError(_("The record that was kept has itself been merged into another since. Undo that first."))
    changed = [
        str(getattr(Resident, name.removesuffix("_id")).field.verbose_name)
        for person, was, became in ((kept, before["kept"], after["kept"]), (other, before["other"], after["other"]))
        for name in IMAGE
        if was[name] != became[name] and _plain(getattr(person, name)) != became[name]
    ]
    if changed:
        raise MergeError(
            _("Changed again since the merge: %(what)s. Correct the records by hand.")
            % {"what": _(", ").join(dict.fromkeys(changed))}
        )
    home = Household.objects.get(pk=other.household_id)
    if home.moved_out_on and not before["other"]["moved_out_on"]:
        raise MergeError(_("The household of the other record has moved out since: there is nowhere to put it back."))


def _refuse_two_contacts(kept: Resident, other: Resident) -> None:
    """Somebody else may have come to speak for the household meanwhile."""
    for person in (kept, other):
        beside = other if person is kept else kept
        speaks = person.is_contact and not person.moved_out_on
        others = Resident.objects.filter(household=person.household_id, is_contact=True, moved_out_on=None)
        if speaks and others.exclude(pk__in=[person.pk, beside.pk]).exists():
            raise MergeError(_("Somebody else speaks for the household since. Correct that first."))


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value
