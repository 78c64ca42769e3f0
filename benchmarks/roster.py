# ruff: noqa: PLC0415 (settings must be set before Django is imported)
"""Import the large made roster (20 sheets, 3,000 doors, 8,287 people) into an empty database: seconds and peak memory.

python benchmarks/roster.py            a temporary SQLite database
DATABASE_URL=postgres://… python benchmarks/roster.py   an empty database of yours; its tables are made and filled
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main() -> None:
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


def measure() -> None:
    from residents.models import Compound, Resident, User
    from residents.roster.jobs import queue_roster, submit_roster, work_waiting
    from tests.rosters.make import large

    compound = Compound.objects.create(name="bench")
    user = User.objects.create(username=f"bench-{compound.pk}")
    content = large()
    before = peak()
    print(f"file          {len(content) / 1024:8.0f} KB")
    for name in ("first", "again"):
        roster = submit_roster(compound=compound, file_name="large.xlsx", content=content, by=user)
        preview = timed(work_waiting)
        roster.refresh_from_db()
        counts = " ".join(f"{verdict} {count}" for verdict, count in roster.findings["counts"].items() if count)
        queue_roster(roster_import=roster, by=user)
        applied = timed(work_waiting)
        roster.refresh_from_db()
        print(f"{name}: preview {preview:6.2f} s   apply {applied:6.2f} s   {roster.state}, {counts}")
    people = Resident.objects.filter(household__door__building__compound=compound).count()
    print(f"people        {people:8}")
    print(f"peak memory   {peak():8.0f} MB, {before:.0f} MB of it before the import")


def timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
