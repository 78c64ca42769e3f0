"""Who may import whom. Foreign keys count, also those written as strings."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
FLOOR = {
    "residents": 1,
    "rounds": 2,
    "notices": 2,
    "testing_rounds": 3,
    "lifts": 3,
    "supplies": 3,
    "sharing": 3,
    "buying": 3,
    "care": 3,
    "medicine": 3,
    "shifts": 3,
    "sanitation": 3,
    "clock": 4,
    "money": 4,
    "reports": 5,
    "compound": 6,
}

# Inside an app: what each kind of file may not import of its own app.
NEVER_INSIDE = {
    "models": {"services", "forms", "views", "tasks", "admin", "urls"},
    "services": {"forms", "views", "tasks", "admin", "urls"},
    "forms": {"views", "tasks", "admin", "urls"},
    "tasks": {"views", "forms", "admin", "urls"},
    "admin": {"views", "urls"},
}
# The top floor's settings name every app, and its WSGI and Celery modules are entered from outside.
EVERYBODYS = {"compound.settings"}


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative imports hide the floor"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources(app):
    return sorted(path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


@pytest.mark.parametrize("app", FLOOR)
def test_imports_point_down(app):
    upward = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(app)
        for name in imports_of(path)
        if (other := name.split(".")[0]) in FLOOR and other != app and name not in EVERYBODYS
        if FLOOR[other] >= FLOOR[app]
    ]
    assert upward == []


@pytest.mark.parametrize("app", FLOOR)
def test_foreign_keys_point_down(app):
    upward = [
        f"{model.__name__}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
        if (other := field.related_model._meta.app_label) in FLOOR and other != app and FLOOR[other] >= FLOOR[app]
    ]
    assert upward == []


@pytest.mark.parametrize("app", FLOOR)
def test_inside_an_app_nobody_imports_upwards(app):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(app)
        for name in imports_of(path)
        if name.startswith(f"{app}.") and len(name.split(".")) > 1
        if name.split(".")[1] in NEVER_INSIDE.get(path.relative_to(ROOT).with_suffix("").parts[1], set())
    ]
    assert wrong == []


def test_every_app_of_ours_has_its_floor():
    ours = {config.name for config in apps.get_app_configs() if (ROOT / config.name).is_dir()}
    assert ours == set(FLOOR)


def test_no_file_has_grown_into_a_god_module():
    long = {
        str(path.relative_to(ROOT)): lines
        for app in FLOOR
        for path in sources(app)
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 500
    }
    assert long == {}
