"""Take an import back: what it created and nobody touched goes, what it changed and nobody changed since returns.

What somebody did since then stands: such a household is left as it is, with the reason. Who knocked at its door is
known one floor up; here it is enough that any row of any table points at it.
"""

from collections.abc import Iterable

from django.db import models
from simple_history.utils import bulk_update_with_history

from residents.models import Building, Door, Household, Resident, User
from residents.roster.trail import in_batches, write_history

BACK, CHANGED, IN_USE = "back", "changed_since", "in_use"
BATCH = 500


def take_back(*, trail: dict, own: str, by: User | None, reason: str) -> dict[int, str]:
    """Position of a line -> taken back or why not. The caller holds the transaction.

    `own` is the reason that the import wrote into the history, `reason` the one this writes.
    """
    lines = {int(position): told for position, told in trail["lines"].items()}
    verdicts = _judge(lines, own)
    back = [told for position, told in lines.items() if verdicts[position] == BACK]
    by_whom = {"default_user": by, "default_change_reason": reason, "batch_size": BATCH}
    _restore(back, by_whom)
    _remove(Resident, [pk for told in back for pk in told["made"]], by, reason)
    _remove(Household, [told["made_household"] for told in back if "made_household" in told], by, reason)
    doors = {told["door"] for told in lines.values() if "door" in told}
    _remove_places(doors, lines, back, trail["grown"], by_whom)
    return verdicts


def _judge(lines: dict[int, dict], own: str) -> dict[int, str]:
    made_people = {pk for told in lines.values() for pk in told["made"]}
    made_homes = {told["made_household"] for told in lines.values() if "made_household" in told}
    changed_homes, changed_people = _changed_since(Household, own), _changed_since(Resident, own)
    used_people, used_homes = _in_use(Resident, made_people), _in_use(Household, made_homes, besides=Resident)
    joined = {
        household
        for pk, household in _rows(Resident, "household", made_homes, "pk", "household_id")
        if pk not in made_people
    }
    verdicts = {}
    for position, told in lines.items():
        home = told.get("made_household") or told["household"]
        people = {*told["made"], *[pk for pk, _changes in told["people"]]}
        if home in used_homes or not used_people.isdisjoint(told["made"]):
            verdicts[position] = IN_USE
        elif home in changed_homes or home in joined or not changed_people.isdisjoint(people):
            verdicts[position] = CHANGED
        else:
            verdicts[position] = BACK
    return verdicts


def _changed_since(model, own: str) -> set[int]:
    """Which of the rows that the import wrote have a later entry in their history."""
    written = model.history.filter(history_change_reason=own).values("id")
    rows = model.history.filter(id__in=written).order_by("history_id").values_list("id", "history_change_reason")
    last = dict(rows.iterator())
    return {pk for pk, reason in last.items() if reason != own}


def _rows(model, field: str, pks: Iterable[int], *columns: str) -> Iterable:
    for some in in_batches(pks):
        yield from model._base_manager.filter(**{f"{field}__in": some}).values_list(*columns)


def _in_use(model, pks: Iterable[int], *, besides: type[models.Model] | None = None) -> set[int]:
    """Which rows anything points at, in whatever table; history does not count."""
    pks = list(pks)
    used: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
            continue
        if relation.on_delete is models.DO_NOTHING or relation.related_model is besides:
            continue
        used |= {pk for (pk,) in _rows(relation.related_model, relation.field.name, pks, relation.field.attname)}
    return used


def _restore(back: list[dict], by_whom: dict) -> None:
    sets = {told["household"]: told["set"] for told in back if told["set"]}
    homes = [home for some in in_batches(sets) for home in Household.objects.filter(pk__in=some)]
    for home in homes:
        for name, (old, _new) in sets[home.pk].items():
            setattr(home, name, old)
    if homes:
        bulk_update_with_history(homes, Household, ["occupancy", "told_count"], **by_whom)
    changes = dict(row for told in back for row in told["people"])
    people = [person for some in in_batches(changes) for person in Resident.objects.filter(pk__in=some)]
    fields = set()
    for person in people:
        for name, (old, _new) in changes[person.pk].items():
            if name == "phone":
                person.set_phone(old)
                fields |= {"phone", "phone_index", "phone_end_index"}
            else:
                setattr(person, name, old)
                fields.add(name)
    if people:
        bulk_update_with_history(people, Resident, sorted(fields), **by_whom)


def _remove(model, pks: list[int], by: User | None, reason: str) -> None:
    """Gone, but for the last line of their history. Nothing points at them: that was asked first, of every table."""
    for some in in_batches(pks):
        if hasattr(model, "history"):
            write_history(model, some, "-", by=by, reason=reason)
        rows = model.objects.filter(pk__in=some)
        rows._raw_delete(rows.db)  # delete() would write the history a second time, one row a statement


def _remove_places(doors: set[int], lines: dict, back: list[dict], grown: dict, by_whom: dict) -> None:
    """Doors and buildings the import made and nobody needs; a building that only grew becomes as small as it was."""
    by, reason = by_whom["default_user"], by_whom["default_change_reason"]
    gone = {told["door"] for told in back if "door" in told} - _in_use(Door, doors)
    kept = set(Door.objects.filter(pk__in=doors - gone).values_list("building_id", flat=True))
    _remove(Door, list(gone), by, reason)
    made = {told["building"] for told in lines.values() if "building" in told}
    empty = made - _in_use(Building, made)
    _remove(Building, list(empty), by, reason)
    names = ("floor_count", "doors_per_floor", "entrance_count")
    shrunk = []
    sizes = {int(pk): told for pk, told in grown.items() if int(pk) not in kept | made}
    for building in Building.objects.filter(pk__in=sizes):
        before, after = sizes[building.pk]
        if [getattr(building, name) for name in names] == list(after):
            for name, value in zip(names, before, strict=True):
                setattr(building, name, value)
            shrunk.append(building)
    if shrunk:
        bulk_update_with_history(shrunk, Building, list(names), **by_whom)
