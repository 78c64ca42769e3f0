"""Import the large made roster (20 sheets, 3,000 doors, 8,287 people) into an empty database: seconds and peak memory.

python benchmarks/roster.py            a temporary SQLite database
DATABASE_URL=postgres://… python benchmarks/roster.py   an empty database of yours; its tables are made and filled
"""

import resource

from stage import on_an_empty_database, timed


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


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    on_an_empty_database(measure)
