"""Import a large made roster (20 sheets, 3,000 doors, 8,287 people) into an empty database: seconds and peak memory.

python benchmarks/roster.py            a temporary SQLite database
python benchmarks/roster.py --people 100000             so many people, whatever a file may hold otherwise
python benchmarks/roster.py --people 100000 --text      the same rows as one CSV
DATABASE_URL=postgres://… python benchmarks/roster.py   an empty database of yours; its tables are made and filled
"""

import argparse
import csv
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from stage import ROOT, on_an_empty_database, timed


def measure(people: int, text: bool) -> None:
    from django.conf import settings

    from residents.models import Compound, Resident, User
    from residents.roster.jobs import queue_roster, submit_roster, work_waiting

    compound = Compound.objects.create(name="bench")
    user = User.objects.create(username=f"bench-{compound.pk}")
    if people:
        settings.ROSTER_MAX_ROWS = people + 1000  # and the headers of its sheets
    path = kept_file(people, text)
    content = path.read_bytes()
    before = peak()
    print(f"file          {len(content) / 1024:8.0f} KB")
    for name in ("first", "again"):
        roster = submit_roster(compound=compound, file_name=path.name, content=content, by=user)
        preview, preview_cpu = clocked(work_waiting)
        roster.refresh_from_db(fields=["state", "findings"])
        counts = " ".join(f"{verdict} {count}" for verdict, count in roster.findings["counts"].items() if count)
        queue_roster(roster_import=roster, by=user)
        applied, applied_cpu = clocked(work_waiting)
        roster.refresh_from_db(fields=["state"])
        print(
            f"{name}: preview {preview:6.2f} s ({preview_cpu:.2f} of the processor)   "
            f"apply {applied:6.2f} s ({applied_cpu:.2f})   sum {preview + applied:6.2f} s   {roster.state}, {counts}"
        )
    count = Resident.objects.filter(household__door__building__compound=compound).count()
    print(f"people        {count:8}")
    print(f"peak memory   {peak():8.0f} MB, {before:.0f} MB of it before the import")
    if not text:
        seconds, memory = measure_child(path)
        print(f"child alone   {memory:8.0f} MB, {seconds:.2f} s")


def clocked(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and those that we, our children and our database had a processor: what a busy machine
    does not lengthen."""
    before = processor()
    seconds = timed(work)
    return seconds, processor() - before


def processor() -> float:
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system + server()


def server() -> float:
    """Of the PostgreSQL process that serves us, when it runs on this machine."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return 0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def kept_file(people: int, text: bool) -> Path:
    """Making the file takes longer and more memory than importing it: another process does, once."""
    path = Path(tempfile.gettempdir()) / f"roster-{people}{'.csv' if text else '.xlsx'}"
    if not path.exists():
        child = os.fork()
        if child == 0:
            from tests.rosters.make import crowd, large

            content = crowd(people) if people else large()
            path.write_bytes(as_text(content) if text else content)
            os._exit(0)
        os.waitpid(child, 0)
    return path


def as_text(content: bytes) -> bytes:
    import openpyxl

    out = io.StringIO(newline="")
    for place, sheet in enumerate(openpyxl.load_workbook(io.BytesIO(content), read_only=True)):
        csv.writer(out).writerows(list(sheet.values)[1 if place else 0 :])
    return out.getvalue().encode("gb18030")


def measure_child(path: Path) -> tuple[float, float]:
    """The process behind the fence, started by a small one: what a large one starts is counted with its starter's."""
    from django.conf import settings

    told = {"memory": 512 << 20, "cpu": 60, "ending": ".xlsx", "ROSTER_MAX_BYTES": settings.ROSTER_MAX_BYTES}
    arguments = json.dumps(told | {"ROSTER_MAX_ROWS": settings.ROSTER_MAX_ROWS})
    program = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'residents.roster.child', sys.argv[1]],\n"
        "               stdin=open(sys.argv[2], 'rb'), stdout=subprocess.DEVNULL, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)\n"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program, arguments, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - started, float(done.stdout)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=0, help="so many, instead of the large made roster")
    parser.add_argument("--text", action="store_true", help="as CSV")
    told = parser.parse_args()
    on_an_empty_database(partial(measure, told.people, told.text))
