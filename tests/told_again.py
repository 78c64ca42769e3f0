"""The cast of tests/world.py is made once by the models, statement by statement; every later test gets a copy of it.

Its rows are put back as they were, with their keys, and its people are read from a pickle: a tenth of the time. What
was just now when they were made is just now again. Where rows lie already (a test that brought its own before), the
cast is made anew.
"""

import io
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

_KEPT: dict[Callable[[], Any], "Kept"] = {}


def tell_again(make: Callable[[], Any]) -> Any:
    """What `make` answers, with all it writes into an empty database."""
    kept = _KEPT.get(make)
    if kept is None:
        seen, begun = _Inserts(), timezone.now()
        with transaction.atomic(), connection.execute_wrapper(seen):
            cast = make()
        if not seen.others_before and seen.changed <= set(seen.tables):
            _KEPT[make] = Kept(cast, seen.tables, begun)
        return cast
    return kept.put_back() if kept.is_empty() else make()


class _Inserts:
    """The tables that are written to, and whether anything lay in one before."""

    def __init__(self) -> None:
        self.tables: list[str] = []
        self.changed: set[str] = set()
        self.others_before = False

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            table = sql.split('"')[1]
            if table not in self.tables:
                self.tables.append(table)
                self.others_before |= _has_rows([table])
        elif sql.startswith(("UPDATE", "DELETE")):
            self.changed.add(sql.split('"')[1])
        return execute(sql, params, many, context)


def _has_rows(tables: list[str]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(f'EXISTS (SELECT 1 FROM "{table}")' for table in tables))
        return bool(cursor.fetchone()[0])


def _as_written(value: Any) -> Any:
    """SQLite keeps times as words; PostgreSQL shows bytes through a window."""
    if isinstance(value, memoryview):
        return bytes(value)
    return str(value) if isinstance(value, date | time) and connection.vendor == "sqlite" else value


class Kept:
    def __init__(self, cast: Any, tables: list[str], begun: datetime) -> None:
        self.tables, self.begun, self.ended = tables, begun, timezone.now()
        self.inserts: list[str] = []
        rows: list[list[tuple]] = []
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f'SELECT * FROM "{table}"')
                columns = [column[0] for column in cursor.description]
                names, places = ", ".join(f'"{name}"' for name in columns), ", ".join(["%s"] * len(columns))
                self.inserts.append(f'INSERT INTO "{table}" ({names}) VALUES ({places})')
                rows.append([tuple(map(_as_written, row)) for row in cursor.fetchall()])
        store = io.BytesIO()
        pickler = pickle.Pickler(store, pickle.HIGHEST_PROTOCOL)
        pickler.persistent_id = self._as_ago  # type: ignore[method-assign]
        pickler.dump((rows, cast))
        self.pickled = store.getvalue()

    def _as_ago(self, value: Any) -> tuple[str, timedelta] | None:
        if isinstance(value, str) and value[:1] == "2" and "-" in value and (said := parse_datetime(value)):
            kind, then = "said", said.replace(tzinfo=UTC)
        elif isinstance(value, datetime):
            kind, then = "time", value
        else:
            return None
        return (kind, self.ended - then) if self.begun <= then <= self.ended else None

    def is_empty(self) -> bool:
        return not _has_rows(self.tables)

    def put_back(self) -> Any:
        now = timezone.now()

        def as_time(told: tuple[str, timedelta]) -> Any:
            kind, ago = told
            return now - ago if kind == "time" else connection.ops.adapt_datetimefield_value(now - ago)

        unpickler = pickle.Unpickler(io.BytesIO(self.pickled))
        unpickler.persistent_load = as_time  # type: ignore[method-assign]
        rows, cast = unpickler.load()
        with transaction.atomic(), connection.cursor() as cursor:
            # What was written last first: a trigger lets nothing come to a notice that is out. Foreign keys can wait.
            for insert, theirs in zip(reversed(self.inserts), reversed(rows), strict=True):
                cursor.executemany(insert, theirs)
        return cast
