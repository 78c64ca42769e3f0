"""Several reads in one statement: a page that asks ten small things of the database asks once.

Each query numbers its own rows; the numbered rows are laid side by side, so that every column keeps its type, and each
query takes its own columns back. Nothing is joined by meaning: the statement is as long as the longest answer.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


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
