"""The daily report of 3,000 households after 1, 10 and 60 rounds: seconds, and statements, which stay the same.

python benchmarks/daily_report.py            a temporary SQLite database
python benchmarks/daily_report.py 1 60 600   after other numbers of rounds
DATABASE_URL=postgres://… python benchmarks/daily_report.py   an empty database of yours; its tables are made and filled
"""

import sys
from datetime import timedelta

from stage import on_an_empty_database, timed

LIMIT = 2.0
TODAY = 2  # a PCR round and an antigen round are under way


def measure() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from compound.opening import open_any_round
    from reports.reading import read_now
    from reports.services import freeze_report
    from residents.models import Compound, RoleGrant, User
    from residents.roster.jobs import queue_roster, submit_roster, work_waiting
    from tests.rosters.make import large

    compound = Compound.objects.create(name="bench")
    user = User.objects.create_user("bench", password="bench")
    RoleGrant.objects.create(user=user, role="steward", compound=compound)
    roster = submit_roster(compound=compound, file_name="large.xlsx", content=large(), by=user)
    work_waiting()
    queue_roster(roster_import=roster, by=user)
    work_waiting()
    today = [start(compound, kind) for kind in ("pcr", "antigen")]
    for round in today:
        open_any_round(round=round, by=user)
        tell_half(round)
    made = 1
    for rounds in [int(number) for number in sys.argv[1:]] or [1, 10, 60]:
        while made < rounds:
            made += 1
            lay_behind(today[0], made)
        analyse()
        read_now(compound)
        seconds = min(timed(lambda: read_now(compound)) for _time in range(3))
        with CaptureQueriesContext(connection) as seen:
            read_now(compound)
        freezing = timed(lambda: freeze_report(compound=compound, by=user, reason="bench"))
        print(
            f"after {rounds:3} rounds: read {seconds:5.2f} s (limit {LIMIT} s), {len(seen)} statements; "
            f"frozen in {freezing:5.2f} s"
        )


def start(compound, kind):
    from django.utils import timezone

    from testing_rounds.antigen import create_antigen_round
    from testing_rounds.services import create_test_round

    now = timezone.now()
    window = {"starts_at": now - timedelta(minutes=30), "ends_at": now + timedelta(hours=2)}
    window |= {"compound": compound, "buildings": compound.buildings.all()}
    if kind == "antigen":
        return create_antigen_round(**window, feedback_until=now + timedelta(hours=3)).round
    return create_test_round(**window, pool_size=10).round


def tell_half(round) -> None:
    """As marks and results would leave it, without the hour it takes to tell it door by door."""
    from django.db.models import F
    from django.utils import timezone

    from rounds.models import Visit
    from testing_rounds.models import ExpectedPerson

    visits = Visit.objects.filter(round=round)
    visits.filter(pk__in=visits.values("pk")[: visits.count() // 2]).update(
        outcome="done", done_count=F("expected_count"), latest_at=timezone.now()
    )
    visits.filter(outcome="waiting", floor__lte=3).update(outcome="partly", people={"1": "done"}, done_count=1)
    ExpectedPerson.objects.filter(visit__round=round, visit__outcome="done").update(
        result="negative", result_at=timezone.now()
    )


def lay_behind(model, number: int) -> None:
    """Another round as the first one, days ago and closed: its rows copied within the database."""
    from django.db import connection

    from rounds.models import Round, Visit
    from testing_rounds.models import ExpectedPerson, TestRound

    days = timedelta(days=number + 2)
    old = Round.objects.create(
        compound=model.compound,
        kind=model.kind,
        number=1000 + number,
        starts_at=model.starts_at - days,
        ends_at=model.ends_at - days,
        opened_at=model.starts_at - days,
        closed_at=model.ends_at - days,
        state="closed",
    )
    old.buildings.set(model.buildings.all())
    TestRound.objects.create(round=old)
    step = 10_000_000 * number
    moved = {"id": f"id + {step}", "visit_id": f"visit_id + {step}", "round_id": str(old.pk)}
    with connection.cursor() as cursor:
        for table, where in (
            (Visit._meta, f"round_id = {model.pk}"),
            (ExpectedPerson._meta, f"visit_id IN (SELECT id FROM rounds_visit WHERE round_id = {model.pk})"),
        ):
            columns = [field.column for field in table.concrete_fields]
            values = ", ".join(moved.get(column, column) for column in columns)
            cursor.execute(
                f"INSERT INTO {table.db_table} ({', '.join(columns)}) "
                f"SELECT {values} FROM {table.db_table} WHERE {where}"
            )


def analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    on_an_empty_database(measure)
