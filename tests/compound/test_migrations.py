"""A test database is made from the models (tests/made_database.py): what migrations make is the same, and whole."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from django.conf import settings
from django.db import connection

from clock.shipping import shipped_bodies

PARTS = {
    "sqlite": ["SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'sqlite_sequence'"],
    "postgresql": [
        "SELECT 'column', table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, "
        "is_identity, generation_expression FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT 'function', pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    ],
}


def schema(cursor) -> set[tuple]:
    """Every table, column, constraint, index and trigger; in which order a table names its columns does not matter."""
    rows = []
    for question in PARTS[connection.vendor]:
        cursor.execute(question)
        rows += cursor.fetchall()
    return {tuple(unordered(part) for part in row) for row in rows if not any(map(is_of_others, row))}


def is_of_others(part) -> bool:
    """Django's own tables grew up with other kinds of keys."""
    return isinstance(part, str) and bool(re.search(r"(^| ON public\.)(auth|axes|django|otp)_", part))


LISTS = re.compile(r"(?<=IN \()[^()]+(?=\))|(?<=ARRAY\[)[^\]]+(?=\])")  # of sets, which have no order either


def unordered(part):
    if not isinstance(part, str):
        return part
    part = LISTS.sub(lambda found: ", ".join(sorted(found[0].split(", "))), part)
    if not part.startswith("CREATE TABLE"):
        return part
    head, _, inside = part.partition("(")
    pieces, depth = [""], 0
    for sign in inside.rpartition(")")[0]:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += sign
    return head, frozenset(piece.strip() for piece in pieces)


@pytest.fixture
def migrated(tmp_path, db):
    """A cursor of a database that `manage.py migrate` made from nothing."""
    if connection.vendor == "sqlite":
        path = tmp_path / "migrated.sqlite3"
        migrate(f"sqlite:///{path}", tmp_path)
        with closing(sqlite3.connect(path)) as other:
            yield other.cursor()
        return
    name = f"{connection.settings_dict['NAME']}_migrated"
    parts = connection.get_connection_params()
    parts = {part: parts[part] for part in ("host", "port", "user", "password") if part in parts}
    with closing(connection.Database.connect(dbname="postgres", **parts)) as keeper:
        keeper.autocommit = True
        keeper.cursor().execute(f'DROP DATABASE IF EXISTS "{name}"')
        keeper.cursor().execute(f'CREATE DATABASE "{name}"')
        try:
            migrate(re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", os.environ["DATABASE_URL"], count=1), tmp_path)
            with closing(connection.Database.connect(dbname=name, **parts)) as other:
                yield other.cursor()
        finally:
            keeper.cursor().execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrate(url: str, folder) -> None:
    environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(folder), "DEMO": "1"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)


def test_migrations_make_what_the_models_say_and_bring_the_shipped_rules(migrated):
    with connection.cursor() as cursor:
        made, grown = schema(cursor), schema(migrated)
    assert (made - grown, grown - made) == (set(), set())
    migrated.execute(
        "SELECT code, number FROM clock_ruleversion v JOIN clock_ruleprofile p ON p.id = v.profile_id ORDER BY 1, 2"
    )
    assert migrated.fetchall() == list(shipped_bodies())
