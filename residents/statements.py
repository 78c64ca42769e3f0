"""Statements that are put together once and then only filled, for the one road on which every millisecond counts.

The ORM builds a statement anew for every request, which takes several times as long as the database needs to answer a
short one. Columns come from the models, so a new field travels by itself. Many rows are one statement: PostgreSQL
reads them from one JSON parameter, so that its text is always the same; SQLite, to which there is no way to go, runs
its short text once for each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def fetch(text: str, given: Sequence[Any]) -> list[tuple]:
    """The rows of a statement; what is given goes through `as_given` or `any_of` first."""
    with connection.cursor() as cursor:
        cursor.execute(text, given)
        return cursor.fetchall()


def run(text: str, given: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, given)


def insert(rows: Sequence[Model]) -> None:
    """New rows of one model, their keys already given."""
    if rows:
        model = type(rows[0])
        _write(_insert_text(model), model._meta.concrete_fields, rows)


def write_back(rows: Sequence[Model], names: Sequence[str]) -> None:
    """The named fields of rows that are there."""
    if rows:
        model = type(rows[0])
        fields = (*_fields(model, tuple(names)), model._meta.pk)
        _write(_update_text(type(rows[0]), fields), fields, rows)


# --- What is given ------------------------------------------------------------------------------


def as_given(value: Any) -> Any:
    """As the database keeps it."""
    if isinstance(value, UUID):
        return str(value) if is_postgresql() else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def any_of(values: Iterable[Any]) -> Any:
    """One parameter for all of them, to be compared with `= ANY_NUMBER` or `ANY_UUID` of `words`."""
    listed = [as_given(value) for value in values]
    return listed if is_postgresql() else json.dumps(listed)


@cache
def words() -> dict[str, str]:
    """What the two databases spell differently, for texts with holes of these names."""
    if is_postgresql():
        return {"any_number": "= ANY(%s::bigint[])", "any_uuid": "= ANY(%s::uuid[])", "for_update_of": "FOR UPDATE OF"}
    listed = "IN (SELECT value FROM json_each(%s))"
    return {"any_number": listed, "any_uuid": listed, "for_update_of": "--"}


# --- What comes back ----------------------------------------------------------------------------


@cache
def columns(model: type[Model], alias: str, *names: str) -> str:
    """All columns of the model, or the named fields', in the order in which `reader` takes them."""
    return ", ".join(f'{alias}."{field.column}"' for field in _fields(model, names))


@cache
def reader(model: type[Model], *names: str) -> Callable[[Sequence[Any]], Any]:
    """Makes an instance from a row of `columns`."""
    fields = _fields(model, names)
    attnames = [field.attname for field in fields]
    converters = []
    for place, field in enumerate(fields):
        column = field.get_col(model._meta.db_table)
        for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection)):
            converters.append((place, convert, column))

    def read(row: Sequence[Any]) -> Any:
        values = list(row)
        for place, convert, column in converters:
            values[place] = convert(values[place], column, connection)
        return model.from_db(connection.alias, attnames, values)

    return read


def _fields(model: type[Model], names: tuple[str, ...]) -> Sequence[Field]:
    fields = model._meta.concrete_fields
    by_name = {field.name: field for field in fields}
    return [by_name[name] for name in names] or fields


# --- Writing many rows --------------------------------------------------------------------------


def _write(text: str, fields: Sequence[Field], rows: Sequence[Model]) -> None:
    with connection.cursor() as cursor:
        if is_postgresql():
            told = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
            cursor.execute(text, [json.dumps(told, default=str)])
        else:
            ways = [(field.attname, _way_in(field)) for field in fields]
            cursor.executemany(text, [[way(getattr(row, name)) for name, way in ways] for row in rows])


@cache
def _insert_text(model: type[Model]) -> str:
    table, fields = model._meta.db_table, model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    if is_postgresql():
        return f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {_told(fields)}'  # noqa: S608 - our own names
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(["%s"] * len(fields))})'  # noqa: S608


@cache
def _update_text(model: type[Model], fields: tuple[Field, ...]) -> str:
    """The key is the last of the fields."""
    table, key = model._meta.db_table, fields[-1].column
    if is_postgresql():
        changes = ", ".join(f'"{field.column}" = told."{field.column}"' for field in fields[:-1])
        return f'UPDATE "{table}" SET {changes} FROM {_told(fields)} WHERE "{table}"."{key}" = told."{key}"'  # noqa: S608
    changes = ", ".join(f'"{field.column}" = %s' for field in fields[:-1])
    return f'UPDATE "{table}" SET {changes} WHERE "{key}" = %s'  # noqa: S608


def _told(fields: Sequence[Field]) -> str:
    names = ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in fields)
    return f"jsonb_to_recordset(%s::jsonb) AS told({names})"


@cache
def _way_in(field: Field) -> Callable[[Any], Any]:
    kind = getattr(field, "target_field", field).get_internal_type()
    return json.dumps if kind == "JSONField" else as_given
