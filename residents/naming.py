"""For migrations that give fields their names: no SQL, and no model rendered anew for each of hundreds of fields."""

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class NameFields(Operation):
    """`{model: {field: name}}`. AlterField would say the same, and cost a minute at every test run.

    What is rendered already keeps its old names: no migration reads them.
    """

    reduces_to_sql = False

    def __init__(self, names: dict[str, dict[str, str]]):
        self.names = names

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        for model, names in self.names.items():
            fields = state.models[app_label, model].fields
            for name, told in names.items():
                _name, _path, arguments, options = fields[name].deconstruct()
                fields[name] = type(fields[name])(*arguments, **options | {"verbose_name": told})
        state._relations = None  # type: ignore[attr-defined]  # it holds the fields that were; made anew when asked for

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        pass

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        pass

    def describe(self) -> str:
        return "Name the fields of " + ", ".join(self.names)
