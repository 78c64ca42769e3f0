"""The antigen statistics of one round of 3,000 households while 1, 60 and 600 such rounds lie in the database.

Rounds after the first are copied inside the database, one statement a table: what is measured is reading.

python benchmarks/antigen.py [rounds ...]     1 60 600 unless given; 600 take some minutes to make
"""

import sys
from datetime import timedelta

from stage import on_an_empty_database, timed

HOUSEHOLDS, PEOPLE, BUILDINGS = 3000, 2, 20


def copy_rows(model, sources: str, **given: str) -> None:
    """INSERT .. SELECT of all columns but the key; `given`: column -> SQL instead."""
    from django.db import connection

    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(given.get(name, f"old.{name}") for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {values} FROM {sources}")


def measure() -> None:
    from django.db import connection
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from compound.opening import open_any_round
    from residents.models import Building, Compound, Door, Household, Resident, RoleGrant, User
    from rounds.models import Round, Visit
    from testing_rounds.antigen import create_antigen_round
    from testing_rounds.models import ExpectedPerson, TestRound

    compound = Compound.objects.create(name="bench")
    user = User.objects.create_user("bench", password="bench")
    RoleGrant.objects.create(user=user, role="steward", compound=compound)
    buildings = Building.objects.bulk_create(
        Building(compound=compound, name=f"{n}号楼", code=str(n), position=n) for n in range(1, BUILDINGS + 1)
    )
    floors = HOUSEHOLDS // BUILDINGS // 6
    doors = Door.objects.bulk_create(
        Door(building=building, floor=floor, position=place, room=f"{floor}{place:02d}", key=f"{floor}{place:02d}")
        for building in buildings
        for floor in range(1, floors + 1)
        for place in range(1, 7)
    )
    homes = Household.objects.bulk_create(Household(door=door) for door in doors)
    Resident.objects.bulk_create(
        Resident(household=home, name=f"人{n}", is_contact=n == 0) for home in homes for n in range(PEOPLE)
    )
    now = timezone.now()

    def new_round() -> Round:
        test_round = create_antigen_round(
            compound=compound,
            starts_at=now,
            ends_at=now + timedelta(hours=4),
            feedback_until=now + timedelta(hours=6),
            buildings=buildings,
        )
        return test_round.round

    first = new_round()
    print(f"open {HOUSEHOLDS} households {timed(lambda: open_any_round(round=first, by=user)):6.1f} s")
    Visit.objects.filter(pk__in=Visit.objects.order_by("pk").values("pk")[: HOUSEHOLDS * 9 // 10]).update(
        outcome="done", done_count=PEOPLE
    )
    partly = Visit.objects.filter(floor=3)
    partly.update(outcome="partly", done_count=1, people={"1": "done"})
    ExpectedPerson.objects.filter(visit__outcome="done", number=1).update(result="negative", result_at=now)
    client = Client()
    client.force_login(user)
    made, base = 1, 0.0
    for wanted in [int(arg) for arg in sys.argv[1:]] or [1, 60, 600]:
        filling = timed(lambda made=made, wanted=wanted: fill(first, made, wanted))
        made = max(made, wanted)
        # In the middle of the others: the last one's rows would lie together at the end of the table.
        middle = Round.objects.order_by("pk")[made // 2]
        page, live = (reverse(f"testing_rounds:{name}", args=[middle.pk]) for name in ("antigen", "antigen_live"))
        seen: list[str] = []

        def note(run, sql, *rest, seen=seen):
            seen.append(sql)
            return run(sql, *rest)

        with connection.execute_wrapper(note):
            etag = client.get(live)["ETag"]
        seconds = min(timed(lambda page=page: client.get(page)) for _ in range(25))
        poll = min(
            timed(lambda live=live, etag=etag: client.get(live, headers={"If-None-Match": etag})) for _ in range(25)
        )
        base = base or seconds
        print(
            f"{made:4} rounds ({Visit.objects.count():8} visits, made in {filling:5.0f} s)   "
            f"page {seconds * 1000:6.1f} ms   poll {poll * 1000:6.1f} ms   "
            f"{len(seen)} statements   ratio to one round {seconds / base:4.2f}"
        )
    assert TestRound.objects.count() == made


def fill(first, made: int, wanted: int) -> None:
    """Copies of the first round, until there are `wanted`."""
    from django.db import connection
    from django.db.models import Max

    from rounds.models import Round, Visit
    from testing_rounds.models import ExpectedPerson, TestRound

    if wanted <= made:
        return
    rounds, visits, people, details, through = (
        model._meta.db_table for model in (Round, Visit, ExpectedPerson, TestRound, Round.buildings.through)
    )
    numbers = (
        f"WITH RECURSIVE n(n) AS (SELECT {made + 1} UNION ALL SELECT n + 1 FROM n WHERE n < {wanted}) SELECT n FROM n"
    )
    more = f"{rounds} old JOIN ({numbers}) more ON old.id = {first.pk}"
    copy_rows(Round, more, number="more.n", state="'closed'", closed_at="old.opened_at")
    fresh = f"JOIN (SELECT id FROM {rounds} WHERE number > {made}) new ON old.round_id = {first.pk}"
    copy_rows(TestRound, f"{details} old {fresh}", round_id="new.id")
    copy_rows(Round.buildings.through, f"{through} old {fresh}", round_id="new.id")
    newest = Visit.objects.aggregate(pk=Max("pk"))["pk"]
    # Round by round, as rounds are opened: else the rows of one would lie all over the table.
    copy_rows(Visit, f"{visits} old {fresh} ORDER BY new.id, old.id", round_id="new.id")
    same = f"JOIN {visits} there ON there.id = old.visit_id AND there.round_id = {first.pk}"
    new = f"JOIN {visits} new ON new.household_id = there.household_id AND new.id > {newest}"
    copy_rows(ExpectedPerson, f"{people} old {same} {new} ORDER BY new.id, old.id", visit_id="new.id")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    on_an_empty_database(measure)
