"""A drill, run as a program of its own: kill -9 a worker at every single statement of its work, one after the other.

Each worker is a fork that kills itself before its n-th statement. After each death the database must be as it was,
and the next worker must be able to take over. Prints how many died before one lived, for reading and for applying.
"""
# ruff: noqa: T201

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "compound.settings"
    import django

    django.setup()
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from residents.models import Building, Compound, Door, Household, Resident, RosterImport, User
    from residents.roster import jobs
    from tests.rosters.make import csv_bytes, estate_rows

    # From the models: fifty migrations would take longer than all the deaths.
    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    compound = Compound.objects.create(name="drill")
    user = User.objects.create(username="drill")
    jobs.MOST_TRIES = 1000
    models = (Building, Door, Household, Resident, Household.history.model, Resident.history.model)

    def counts() -> list[int]:
        return [model.objects.count() for model in models]

    def run(roster, aim: str) -> int:
        """How many workers died until one came through to the state `aim`."""
        deaths = 0
        before = counts()
        while not die_at(deaths + 1):
            deaths += 1
            roster.refresh_from_db()
            if roster.state == aim:  # it died looking for more work, after this was done
                break
            assert counts() == before, (aim, deaths, counts())
            RosterImport.objects.exclude(leased_until=None).update(leased_until=timezone.now() - timedelta(seconds=1))
        roster.refresh_from_db()
        assert roster.state == aim, roster.state
        return deaths

    roster = jobs.submit_roster(compound=compound, file_name="a.csv", content=csv_bytes(estate_rows()[:200]), by=user)
    read = run(roster, "ready")
    lines = roster.lines.count()
    jobs.queue_roster(roster_import=roster, by=user)
    applied = run(roster, "applied")
    doors = Door.objects.count()
    print(f"reading {read}, applying {applied}, lines {lines}, doors {doors}")


def die_at(number: int) -> bool:
    """A worker that dies before statement `number`. Whether it came to its end."""
    from django.db import connections

    from residents.roster.jobs import work_waiting

    connections.close_all()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    left = number

    def count_down(execute, sql, params, many, context):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    from django.db import connection

    with connection.execute_wrapper(count_down):
        work_waiting()
    os._exit(0)


if __name__ == "__main__":
    main()
