"""History rows of many objects in one statement a batch: copied inside the database, never through Python."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone

from residents.models import User

BATCH = 5000
RUNS = 200  # a statement may not nest deeper than SQLite allows


def in_batches(pks: Iterable[int], size: int = BATCH) -> Iterable[list[int]]:
    pks = list(pks)
    return (pks[start : start + size] for start in range(0, len(pks), size))


def runs_of(pks: Iterable[int]) -> list[tuple[int, int]]:
    """Keys that follow each other, as first and last: those of rows written together are one run."""
    runs: list[tuple[int, int]] = []
    for pk in sorted(pks):
        if runs and pk == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], pk)
        else:
            runs.append((pk, pk))
    return runs


def write_history(model: Any, pks: Iterable[int], kind: str, *, by: User | None, reason: str) -> None:
    """What simple_history writes for each row as it stands now: `kind` + made, - about to be removed."""
    quote = connection.ops.quote_name
    history = model.history.model
    columns = ", ".join(quote(field.column) for field in history.tracked_fields)
    extra = ", ".join(
        quote(history._meta.get_field(name).column)
        for name in ("history_date", "history_type", "history_change_reason", "history_user")
    )
    key = quote(model._meta.pk.column)
    runs = runs_of(pks)
    for start in range(0, len(runs), RUNS):
        some = runs[start : start + RUNS]
        where = " OR ".join([f"{key} BETWEEN %s AND %s"] * len(some))
        # Only names of our own tables and columns are written into the statement.
        statement = (
            f"INSERT INTO {quote(history._meta.db_table)} ({columns}, {extra}) "  # noqa: S608
            f"SELECT {columns}, %s, %s, %s, %s FROM {quote(model._meta.db_table)} "
            f"WHERE {where} ORDER BY {key}"
        )
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(statement, [now, kind, reason, by.pk if by else None, *[pk for run in some for pk in run]])


def create_with_history(model: Any, rows: list, *, by: User | None, reason: str, batch_size: int) -> None:
    model.objects.bulk_create(rows, batch_size=batch_size)
    write_history(model, [row.pk for row in rows], "+", by=by, reason=reason)
