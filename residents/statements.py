"""Statements that are put together once and then only filled, for the one road on which every millisecond counts.

The ORM builds a statement anew for every request, which takes several times as long as the database needs to answer a
short one. Columns come from the models, so a new field travels by itself. Many rows are one statement: PostgreSQL
reads them from one JSON parameter, so that its text is always the same; SQLite, to which there is no way to go, runs
its short text once for each.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import Field, Model
from django.db.models.base import ModelState


@cache
def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def fetch(text: str, given: Sequence[Any]) -> list[tuple]:
    """The rows of a statement; what is given goes through `as_given` or `any_of` first."""
    with connection.cursor() as cursor:
        cursor.execute(_known(text), given)
        return cursor.fetchall()


def change(text: str, given: Sequence[Any]) -> int:
    """How many rows a statement has written."""
    with connection.cursor() as cursor:
        cursor.execute(_known(text), given)
        return cursor.rowcount


class Writes:
    """What is to be written, in order. PostgreSQL gets all of it in one string: one way there and back."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, list[list]]] = []  # each text with what is given to it, once or many times

    def add(self, text: str, given: Sequence[Any]) -> None:
        self._waiting.append((text, [list(given)]))

    def insert(self, rows: Sequence[Model]) -> None:
        """New rows of one model, their keys already given."""
        if rows:
            model = type(rows[0])
            self._add_rows(_insert_text(model), model._meta.concrete_fields, rows)

    def write_back(self, rows: Sequence[Model], names: Sequence[str]) -> None:
        """The named fields of rows that are there."""
        if rows:
            model = type(rows[0])
            fields = (*_fields(model, tuple(names)), model._meta.pk)
            self._add_rows(_update_text(model, fields), fields, rows)

    def send(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with connection.cursor() as cursor:
            if is_postgresql():
                text = "; ".join(_known(text) for text, _given in waiting)
                cursor.execute(text, [value for _text, (given,) in waiting for value in given])
            else:
                for text, given in waiting:
                    cursor.executemany(text, given)

    def _add_rows(self, text: str, fields: Sequence[Field], rows: Sequence[Model]) -> None:
        if is_postgresql():
            told = [{field.column: getattr(row, field.attname) for field in fields} for row in rows]
            self.add(text, [json.dumps(told, default=str)])
        else:
            ways = [(field.attname, _way_in(field)) for field in fields]
            self._waiting.append((text, [[way(getattr(row, name)) for name, way in ways] for row in rows]))


# --- What PostgreSQL has planned already --------------------------------------------------------

PLAN = """
    SET plan_cache_mode = force_generic_plan;
    SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    EXPLAIN EXECUTE on_the_road_{number}({nothing});
    SET LOCAL enable_seqscan = DEFAULT; SET LOCAL enable_hashjoin = DEFAULT; SET LOCAL enable_mergejoin = DEFAULT
"""
_numbers = itertools.count()
_prepared: WeakKeyDictionary[Any, set[int]] = WeakKeyDictionary()  # by connection


def _known(text: str) -> str:
    """The statement, or on PostgreSQL the call of its plan, which is made once for each connection.

    Planning takes longer than answering. Left to itself, PostgreSQL plans what asks for `any_of` every time, for it
    takes one row to be cheaper than the many it must expect; a plan made while a table was small reads all of it when
    it has grown, until it is analysed; and to join it with the few rows that are told, PostgreSQL reads all of its
    index. So the plan is made here, row by row and by keys. Behind a pooler that gives each transaction another
    connection no plan is kept: there Django's DISABLE_SERVER_SIDE_CURSORS is set anyway.
    """
    if not _keeps_plans():
        return text
    number, count, call = _numbered(text)
    wire = connection.connection
    prepared = _prepared.setdefault(wire, set())
    if number not in prepared:
        places = text.replace("%s", "${}").format(*range(1, count + 1))
        with connection.wrap_database_errors, wire.cursor() as cursor:
            cursor.execute(f"PREPARE on_the_road_{number} AS {places}")
            prepared.add(number)
            cursor.execute(PLAN.format(number=number, nothing=", ".join(["NULL"] * count)))
    return call


@cache
def _keeps_plans() -> bool:
    return is_postgresql() and not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")


@cache
def _numbered(text: str) -> tuple[int, int, str]:
    """The number of a text, the same in every connection; how much is given to it; and how it is called."""
    number, count = next(_numbers), text.count("%s")
    return number, count, f"EXECUTE on_the_road_{number}({', '.join(['%s'] * count)})"


# --- What is given ------------------------------------------------------------------------------


def as_given(value: Any) -> Any:
    """As the database keeps it."""
    if isinstance(value, UUID):
        return str(value) if is_postgresql() else value.hex
    if isinstance(value, datetime) and not is_postgresql():
        return connection.ops.adapt_datetimefield_value(value)
    return value


def any_of(values: Iterable[Any]) -> str:
    """One parameter for all of them, numbers or UUIDs, where the text says {any_number} or {any_uuid}."""
    listed = [as_given(value) for value in values]
    return f"{{{','.join(map(str, listed))}}}" if is_postgresql() else json.dumps(listed)


@cache
def words() -> dict[str, str]:
    """What the two databases spell differently, for texts with holes of these names."""
    if is_postgresql():
        return {"any_number": "= ANY(%s::bigint[])", "any_uuid": "= ANY(%s::uuid[])", "for_update_of": "FOR UPDATE OF"}
    listed = "IN (SELECT value FROM json_each(%s))"
    return {"any_number": listed, "any_uuid": listed, "for_update_of": "--"}


def holes(model: type[Model], *names: str) -> list[str]:
    """A hole for each of `columns` that says of what type it is, where PostgreSQL could not know."""
    return [f"%s::{field.db_type(connection)}" for field in _fields(model, names)]


def fill(row: Model, *names: str) -> list[Any]:
    """What goes into the `holes`."""
    values = row.__dict__
    return [way(values[name]) for name, way in _ways_in(type(row), names)]


# --- What comes back ----------------------------------------------------------------------------


@cache
def columns(model: type[Model], alias: str, *names: str) -> str:
    """All columns of the model, or the named fields', in the order in which `reader` takes them."""
    return ", ".join(f'{alias}."{field.column}"' for field in _fields(model, names))


def column_names(model: type[Model], *names: str) -> list[str]:
    return [f'"{field.column}"' for field in _fields(model, names)]


@cache
def reader(model: type[Model], *names: str) -> Callable[[Sequence[Any]], Any]:
    """Makes an instance from a row of `columns`, as Model.from_db does, but without the detour by Model.__init__."""
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
        instance = model.__new__(model)
        instance._state = state = ModelState()
        state.adding, state.db = False, connection.alias
        instance.__dict__.update(zip(attnames, values, strict=True))
        return instance

    return read


@cache
def _fields(model: type[Model], names: tuple[str, ...]) -> tuple[Field, ...]:
    fields = model._meta.concrete_fields
    by_name = {field.name: field for field in fields}
    return tuple(by_name[name] for name in names) or tuple(fields)


# --- The texts of what is written ----------------------------------------------------------------


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
def _ways_in(model: type[Model], names: tuple[str, ...]) -> list[tuple[str, Callable[[Any], Any]]]:
    """Of each field, where its value is and how it goes in."""
    return [(field.attname, _way_in(field)) for field in _fields(model, names)]


@cache
def _way_in(field: Field) -> Callable[[Any], Any]:
    kind = getattr(field, "target_field", field).get_internal_type()
    return json.dumps if kind == "JSONField" else as_given
