"""A roster of 3,000 doors and 8,287 people imported, then a round over it opened: seconds, and rows a second.

Beside each its limit in the same run: the same rows copied within the database by one statement.

python benchmarks/rounds.py            a temporary SQLite database
DATABASE_URL=postgres://… python benchmarks/rounds.py   an empty database of yours; its tables are made and filled
"""

from datetime import timedelta

from stage import on_an_empty_database, timed


def measure() -> None:
    from django.utils import timezone

    from compound.opening import open_any_round
    from residents.models import Compound, Resident, RoleGrant, User
    from residents.roster.jobs import queue_roster, submit_roster, work_waiting
    from rounds.models import Visit
    from testing_rounds.models import ExpectedPerson
    from testing_rounds.services import create_test_round
    from tests.rosters.make import large

    compound = Compound.objects.create(name="bench")
    user = User.objects.create_user("bench", password="bench")
    RoleGrant.objects.create(user=user, role="steward", compound=compound)
    roster = submit_roster(compound=compound, file_name="large.xlsx", content=large(), by=user)
    preview = timed(work_waiting)
    queue_roster(roster_import=roster, by=user)
    apply = timed(work_waiting)
    people = Resident.objects.filter(household__door__building__compound=compound).count()
    show("import: preview and apply", people, preview + apply, copied(Resident))
    now = timezone.now()
    test_round = create_test_round(
        compound=compound,
        starts_at=now,
        ends_at=now + timedelta(hours=4),
        buildings=compound.buildings.all(),
        pool_size=10,
    )
    seconds = timed(lambda: open_any_round(round=test_round.round, by=user))
    show("open a round: doors", Visit.objects.count(), seconds, copied(Visit))
    show("open a round: people", ExpectedPerson.objects.count(), seconds, copied(ExpectedPerson))


def copied(model) -> float:
    """Seconds in which the database copies the table, by one statement and one commit."""
    from django.db import connection

    with connection.cursor() as cursor:
        return timed(
            lambda: cursor.execute(f"CREATE TABLE bench_{model.__name__} AS SELECT * FROM {model._meta.db_table}")
        )


def show(what: str, rows: int, seconds: float, limit: float) -> None:
    print(f"{what:28} {rows:6} rows {seconds:7.2f} s {rows / seconds:8.0f} rows/s   {limit / seconds:6.3f} of a copy")


if __name__ == "__main__":
    on_an_empty_database(measure)
