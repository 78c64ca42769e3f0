"""Many rows at once, past the model instances: COPY on PostgreSQL, one prepared statement on SQLite.

The caller gives values as the database keeps them; a field that is not named gets its default. Keys are reserved
first, so that rows that point at each other can be written without asking the database what it chose.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection, models

AT_ONCE = 5000
CHUNK = 64 * 1024


def reserve_keys(model: type[models.Model], count: int) -> Sequence[int]:
    """Keys for rows about to be written in this transaction; on SQLite it holds the one write lock."""
    if not count:
        return ()
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, model._meta.pk.column, count],  # type: ignore[union-attr]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
    return range(last + 1, last + 1 + count)


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """`rows` give the fields of `names`, in their order."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    named = [fields.pop(name) for name in names]
    others = [field for field in fields.values() if not field.primary_key]
    columns = [*named, *others]
    rest = [_default(field) for field in others]
    write = _copy if connection.vendor == "postgresql" else _insert
    with connection.cursor() as cursor:
        write(cursor, model, columns, ([*row, *rest] for row in rows))


def _default(field: models.Field) -> Any:
    return field.get_db_prep_save(field.get_default(), connection)


def _table(model: type[models.Model], columns: Iterable[models.Field]) -> str:
    quote = connection.ops.quote_name
    return f"{quote(model._meta.db_table)} ({', '.join(quote(str(field.column)) for field in columns)})"


def _copy(cursor: Any, model: type[models.Model], columns: list[models.Field], rows: Iterator[list]) -> None:
    # CSV writes None and "" alike: empty is NULL but for the columns that never are.
    quote = connection.ops.quote_name
    never_null = ", ".join(quote(str(field.column)) for field in columns if not field.null)
    statement = f"COPY {_table(model, columns)} FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({never_null}))"
    if (first := next(rows, None)) is not None:
        cursor.copy_expert(statement, _Lines(chain([first], rows)), CHUNK)


class _Lines:
    """A file of rows that are made while it is read: the server writes some while we make the next."""

    def __init__(self, rows: Iterator[list]) -> None:
        self._rows = rows

    def read(self, size: int) -> str:
        """More than `size` by the end of a line, if need be; psycopg2 sends it as it is."""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        for row in self._rows:
            writer.writerow(row)
            if buffer.tell() >= size:
                break
        return buffer.getvalue()


def _insert(cursor: Any, model: type[models.Model], columns: list[models.Field], rows: Iterator[list]) -> None:
    marks = ", ".join(["%s"] * len(columns))
    # Only names of our own tables and columns are written into the statement.
    statement = f"INSERT INTO {_table(model, columns)} VALUES ({marks})"  # noqa: S608
    while some := list(islice(rows, AT_ONCE)):
        cursor.executemany(statement, some)
