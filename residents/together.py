"""Several reads in one statement: a page that asks ten small things of the database asks once. And a row written with
the rows that point at it.

Each query numbers its own rows; the numbered rows are laid side by side, so that every column keeps its type, and each
query takes its own columns back. Nothing is joined by meaning: the statement is as long as the longest answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql import InsertQuery


def read_together(*querysets: QuerySet) -> list[list[Any]]:
    """What each would have given by itself, `select_related` and annotations included. No prefetches, no `distinct`."""
    compilers: list[Any] = []
    parts: list[str] = []
    params: list[Any] = []
    for queryset in querysets:
        if queryset.query.distinct or queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise ValueError("Neither distinct rows nor prefetches can be read together.")
        compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            sql, own = compiler.as_sql(with_col_aliases=True)
        except EmptyResultSet:
            compilers.append(None)
            continue
        compilers.append(compiler)
        name = f"part{len(parts)}"
        parts.append(f"(SELECT row_number() OVER () AS row_n, 1 AS is_there, own.* FROM ({sql}) own) {name}")  # noqa: S608
        params += own
    rows = _fetch(querysets[0].db, parts, params) if parts else []
    answers: list[list[Any]] = []
    start = 1
    for queryset, compiler in zip(querysets, compilers, strict=True):
        if compiler is None:
            answers.append([])
            continue
        end = start + 1 + len(compiler.select)
        answers.append(_rows_of(queryset, compiler, [row[start + 1 : end] for row in rows if row[start] is not None]))
        start = end
    return answers


def _fetch(using: str, parts: list[str], params: list[Any]) -> list[tuple[Any, ...]]:
    side_by_side = parts[0] + "".join(f" FULL JOIN {part} USING (row_n)" for part in parts[1:])
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT * FROM {side_by_side} ORDER BY row_n", params)  # noqa: S608
        return cursor.fetchall()


def _rows_of(queryset: QuerySet, compiler: Any, rows: list[tuple[Any, ...]]) -> list[Any]:
    """The queryset makes of its rows what it always does; only where they come from is another."""
    compiler.execute_sql = lambda *_args, **_kwargs: [rows]
    queryset.query.get_compiler = lambda *_args, **_kwargs: compiler  # type: ignore[method-assign]
    return [*queryset._iterable_class(queryset)]  # type: ignore[attr-defined, misc]


# --- Writing --------------------------------------------------------------------------------------


def insert_together(row: Model, pointing_at: Callable[[Any], Sequence[Sequence[Model]]]) -> None:
    """A new row, and lists of new rows (of one model each) made by `pointing_at` from its key. PostgreSQL writes all of
    it in one statement; SQLite knows none that writes to several tables. Only `row` learns its key."""
    if connection.vendor != "postgresql":
        row.save(force_insert=True)
        for rows in pointing_at(row.pk):
            type(rows[0])._base_manager.bulk_create(rows)
        return
    text, params = _insert([row], returns_key=True)
    parts = [f"first_row AS ({text})"]
    for number, rows in enumerate(pointing_at(RawSQL("(SELECT id FROM first_row)", []))):
        text, more = _insert(rows)
        parts.append(f"others{number} AS ({text})")
        params += more
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT id FROM first_row", params)  # noqa: S608
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, connection.alias


def _insert(rows: Sequence[Model], *, returns_key: bool = False) -> tuple[str, list[Any]]:
    """As Django would write these new rows."""
    opts = type(rows[0])._meta
    query = InsertQuery(type(rows[0]))
    query.insert_values([field for field in opts.concrete_fields if not field.primary_key], rows)  # type: ignore[arg-type]
    compiler: Any = query.get_compiler(connection=connection)
    compiler.returning_fields = [opts.pk] if returns_key else None
    ((text, params),) = compiler.as_sql()
    return text, list(params)
