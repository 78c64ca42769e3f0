"""Import the large made roster (20 sheets, 3,000 doors, 8,287 people) into an empty database: seconds and peak memory.

python benchmarks/roster.py            a temporary SQLite database
python benchmarks/roster.py --people 100000             so many people, whatever a file may hold otherwise
DATABASE_URL=postgres://… python benchmarks/roster.py   an empty database of yours; its tables are made and filled
"""

import argparse
import os
import resource
import tempfile
from functools import partial
from pathlib import Path

from stage import on_an_empty_database, timed


def measure(people: int) -> None:
    from django.conf import settings

    from residents.models import Compound, Resident, User
    from residents.roster.jobs import queue_roster, submit_roster, work_waiting
    from tests.rosters.make import crowd, large

    compound = Compound.objects.create(name="bench")
    user = User.objects.create(username=f"bench-{compound.pk}")
    if people:
        settings.ROSTER_MAX_ROWS = people + 1000  # and the headers of its sheets
        content = kept_file(people, crowd)
    else:
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
    count = Resident.objects.filter(household__door__building__compound=compound).count()
    print(f"people        {count:8}")
    print(f"peak memory   {peak():8.0f} MB, {before:.0f} MB of it before the import")
    print(f"  of the child {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:7.0f} MB")


def kept_file(people: int, make) -> bytes:
    """Making the file takes longer and more memory than importing it: another process does, once."""
    path = Path(tempfile.gettempdir()) / f"roster-{people}.xlsx"
    if not path.exists():
        child = os.fork()
        if child == 0:
            path.write_bytes(make(people))
            os._exit(0)
        os.waitpid(child, 0)
    return path.read_bytes()


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=0, help="so many, instead of the large made roster")
    on_an_empty_database(partial(measure, parser.parse_args().people))
