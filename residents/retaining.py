"""The night's work: what is past its days goes, in small transactions, each with its fact. Killed, it goes on."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.models import Exists, Max, Model, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Compound, KeptCount, RetentionDeed, RetentionPeriod, User
from residents.numbers_typed import NumberError, read_quantity
from residents.retention import (
    DELETED,
    KeepClass,
    Table,
    classes,
    cutoff_of,
    is_held_back,
    leaf_first,
    tables,
    written,
)

logger = logging.getLogger(__name__)
SLICE = 500
MOST_NIGHTS_OFF = 2
MOST_SLICES = 200  # of one table in one night: a hundred thousand rows


class PrivacyError(ValueError):
    """A sentence for who asked."""


def periods_of(compound: Compound) -> dict[str, int]:
    """Days by class, as decided or as shipped. One statement."""
    days = {klass.code: klass.days for klass in classes()}
    told = RetentionPeriod.objects.filter(compound=compound, code__in=days).order_by("at", "pk")
    return days | dict(told.values_list("code", "days"))  # type: ignore[return-value]


@transaction.atomic
def set_period(*, compound: Compound, klass: KeepClass, days: int, by: User) -> None:
    """Appended: who shortened or lengthened what, and when, stays."""
    if not klass.low <= days <= klass.high:
        words = {"what": klass.label, "low": klass.low, "high": klass.high}
        raise PrivacyError(_("%(what)s: from %(low)s to %(high)s days.") % words)
    Compound.objects.select_for_update().get(pk=compound.pk)
    if periods_of(compound)[klass.code] != days:
        RetentionPeriod.objects.create(compound=compound, code=klass.code, days=days, by=by)


def read_days(text: str, klass: KeepClass) -> int:
    try:
        return read_quantity(text, least=klass.low, most=klass.high)
    except NumberError as error:
        raise PrivacyError(f"{klass.label}: {error}") from error


def run_night(today: date | None = None) -> int:
    """Every compound, every class; returns how many rows were touched. Without a day the clock says it, if it can."""
    SessionStore.clear_expired()
    total = 0
    for compound in Compound.objects.order_by("pk"):
        if today is None and has_clock_jumped(compound):
            RetentionDeed.objects.create(compound=compound, row_count=0)
            logger.error("Nothing deleted in compound %s: the last night was not yesterday.", compound.pk)
        else:
            total += keep_to_periods(compound, today)
    scrub()
    return total


def has_clock_jumped(compound: Compound) -> bool:
    """A clock that is a year wrong would delete everything: then, and after days without power, a night is left out."""
    last = RetentionDeed.objects.filter(compound=compound, table="").aggregate(last=Max("at"))["last"]
    if last is None:
        return False
    nights = (timezone.localdate() - timezone.localdate(last)).days
    return not 0 <= nights <= MOST_NIGHTS_OFF


def keep_to_periods(compound: Compound, today: date | None = None) -> int:
    days = periods_of(compound)
    by_night = {table.model: klass for klass, table in tables() if table.night is not None and klass.days is not None}
    held: dict[str, bool] = {}
    total = 0
    for table in leaf_first(table for _klass, table in tables() if table.model in by_night):
        klass = by_night[table.model]
        cutoff = cutoff_of(days[klass.code], today)
        if klass.code not in held:
            held[klass.code] = is_held_back(klass, compound, cutoff)
        if not held[klass.code]:
            total += sum(_work(compound, klass, one, cutoff) for one in (table.early, table) if one)
    RetentionDeed.objects.create(compound=compound, row_count=total)
    return total


def _work(compound: Compound, klass: KeepClass, table: Table, cutoff) -> int:
    total, last = 0, None
    for _slice in range(MOST_SLICES):
        with transaction.atomic():
            Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)  # of two workers one waits
            rows = table.past(compound, cutoff)
            if last is not None:  # not over what was done already
                rows = rows.filter(pk__gt=last)
            keys = next_keys(rows, table, SLICE) if table.night == DELETED else first_keys(rows, SLICE)
            done = do_slice(compound, table, table.night, keys)
            if done:
                RetentionDeed.objects.create(compound=compound, code=klass.code, table=table.name, row_count=done)
        total += done
        last = keys[-1] if len(keys) == SLICE else None
        if last is None and not (done and table.night == DELETED and own_keys(table.model)):
            break
    return total


def own_keys(model: type[Model]) -> list[str]:
    """Keys to rows of the same table: leaves go first, so there may be more to take."""
    return [key.name for key in model._meta.concrete_fields if key.related_model is model]


def pointing_at(model: type[Model]) -> Iterable[Any]:
    """Every key in the database that would break if a row of `model` went."""
    for relation in model._meta.get_fields(include_hidden=True):
        key = getattr(relation, "field", None)
        if not relation.auto_created or relation.concrete or key is None or relation.many_to_many:
            continue
        if key.concrete and key.db_constraint:
            yield key


def first_keys(rows: QuerySet, most: int) -> list:
    return list(rows.order_by("pk").values_list("pk", flat=True).distinct()[:most])


def next_keys(rows: QuerySet, table: Table, most: int) -> list:
    """Some rows that nothing points at any more; what is many-to-many goes along."""
    for key in pointing_at(table.model):
        if not key.model._meta.auto_created:
            rows = rows.exclude(Exists(key.model._base_manager.filter(**{key.name: OuterRef("pk")})))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def do_slice(compound: Compound, table: Table, deed: Any, keys: list) -> int:
    """Inside a transaction: counts kept, files gone, rows gone or emptied. In the database itself, past PROTECT."""
    if not keys:
        return 0
    rows = table.model._base_manager.filter(pk__in=keys).order_by()
    if deed == DELETED:
        _keep_counts(compound, table, rows)
    if table.outside is not None:
        table.outside(keys)
    if deed != DELETED:
        return rows.update(**written(deed))
    for key in pointing_at(table.model):
        if key.model._meta.auto_created:
            key.model._base_manager.filter(**{f"{key.name}__in": keys})._raw_delete(rows.db)
    return rows._raw_delete(rows.db)


def scrub() -> None:
    """SQLite overwrites what it deletes (`secure_delete`), but its journal keeps old pages until it is emptied."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _keep_counts(compound: Compound, table: Table, rows: QuerySet) -> None:
    if not table.counted:
        return
    counts = Counter(rows.values_list(*table.counted))
    names = [name.removesuffix("_id").rpartition("__")[2] for name in table.counted]
    KeptCount.objects.bulk_create(
        KeptCount(
            compound=compound,
            table=table.name,
            key=" ".join(f"{name}={value}" for name, value in zip(names, values, strict=True)),
            number=number,
            at=timezone.now(),
        )
        for values, number in sorted(counts.items(), key=str)
    )
