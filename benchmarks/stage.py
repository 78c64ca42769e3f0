"""What every benchmark stands on: an empty database with our tables, and a stop-watch."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def on_an_empty_database(measure: Callable[[], None]) -> None:
    """Run `measure` on the empty database of DATABASE_URL (yours; filled, not cleaned) or a temporary SQLite one."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ.update(DJANGO_SETTINGS_MODULE="compound.settings", DEMO="1", VAR_DIR=folder)
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        try:
            measure()
        finally:
            connection.close()


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
