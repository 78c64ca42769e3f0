"""The cast for every test, and what happens where a machine lacks something.

Tests marked `browser`, `postgresql`, `redis` or `rosters` run only where that part is; what lacks is named in one
closing line.
MUST_HAVE="browser postgresql redis" makes a missing part an error, and any skipped test too.
"""

import gc
import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils.translation import deactivate

from compound.limits import forget_in_memory
from rounds.shared_board import drawn
from tests.made_database import do_the_rest
from tests.told_again import tell_again
from tests.world import World

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET = {
    "browser": "Chromium (install the package chromium)",
    "postgresql": "PostgreSQL (set DATABASE_URL)",
    "redis": "Redis beside PostgreSQL (set REDIS_URL and DATABASE_URL)",
    "rosters": "rosters people really kept (not part of the repository; made ones stand in)",
}
REAL_ROSTERS = Path(__file__).resolve().parents[2] / "shared" / "data"
MUST_HAVE = frozenset(os.environ.get("MUST_HAVE", "").split())


def lacking() -> set[str]:
    on_postgresql = os.environ.get("DATABASE_URL", "").startswith("postgres")
    has = {
        "browser": any(map(shutil.which, CHROMIUM)),
        "postgresql": on_postgresql,
        "redis": on_postgresql and bool(os.environ.get("REDIS_URL")),
        "rosters": REAL_ROSTERS.is_dir(),
    }
    return {part for part, is_there in has.items() if not is_there}


def pytest_configure(config):
    if missing := lacking() & MUST_HAVE:
        pytest.exit(f"missing: {', '.join(HOW_TO_GET[part] for part in sorted(missing))}", returncode=1)


def pytest_collection_modifyitems(config, items):
    absent = lacking()
    out = [item for item in items if any(item.get_closest_marker(part) for part in absent)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]


def pytest_collection_finish(session):
    """What was imported and collected stays to the end: looking for garbage in it took a second each time."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    if absent := sorted(lacking()):
        terminalreporter.write_line(f"Not on this machine, so not tested: {', '.join(HOW_TO_GET[p] for p in absent)}.")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if MUST_HAVE and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = 1


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Made from the models, not by migrations: tests/made_database.py."""
    connection.settings_dict["TEST"]["MIGRATE"] = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        do_the_rest()


@pytest.fixture(autouse=True)
def nobody_has_asked_yet():
    """Counts and boards kept in memory would go from test to test."""
    forget_in_memory()
    drawn.forget()


@pytest.fixture(autouse=True)
def nobody_has_chosen_a_language_yet():
    """The language of the last request stays with the thread, and would go from test to test."""
    deactivate()


@pytest.fixture(autouse=True, scope="session")
def pictures_lie_apart(tmp_path_factory):
    """None of a test is left where a portal of this machine keeps its own."""
    settings.PHOTO_DIR = tmp_path_factory.mktemp("photos")


@pytest.fixture
def world(db):
    return tell_again(World)
