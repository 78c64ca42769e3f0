"""Making a test database from the models, in two seconds instead of the forty that migrations take.

What migrations do besides the models (rows they load, triggers they set) is run after that, and all of them are written
down as applied. That both ways end in the same database is held by tests/compound/test_migrations.py.
"""

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState


def do_the_rest() -> None:
    migrations = planned_migrations()
    with connection.schema_editor() as editor:
        for migration in migrations:
            if apps.get_app_config(migration.app_label).path.startswith(str(settings.BASE_DIR / migration.app_label)):
                run_what_is_not_schema(migration, editor)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.migration_qs.bulk_create(recorder.Migration(app=each.app_label, name=each.name) for each in migrations)


def planned_migrations() -> list[Migration]:
    """All of them, in the order in which they would be applied."""
    graph = MigrationLoader(None).graph
    keys = dict.fromkeys(key for leaf in sorted(graph.leaf_nodes()) for key in graph.forwards_plan(leaf))
    return [graph.nodes[key] for key in keys]


def run_what_is_not_schema(migration: Migration, editor) -> None:
    for operation in migration.operations:
        if isinstance(operation, RunPython):
            operation.code(apps, editor)  # type: ignore[arg-type]  # the apps of today stand in for those of then
        elif isinstance(operation, RunSQL):
            state = ProjectState()  # which SQL does not look at
            operation.database_forwards(migration.app_label, editor, state, state)
