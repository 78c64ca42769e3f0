"""A round over 3,000 doors and 8,287 people: opening it, taking marks in, showing the board.

Ratios are taken in one run against the smallest thing of the same kind, so that a slow machine does not matter.

python benchmarks/rounds.py            a temporary SQLite database
DATABASE_URL=postgres://… python benchmarks/rounds.py   an empty database of yours; its tables are made and filled
"""

import statistics
from datetime import timedelta

from stage import on_an_empty_database, timed


def measure() -> None:
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from compound.opening import open_any_round
    from residents.models import Compound, RoleGrant, User
    from residents.roster.jobs import queue_roster, submit_roster, work_waiting
    from residents.services import add_volunteer
    from rounds.models import Visit
    from rounds.services import assign
    from testing_rounds.models import ExpectedPerson
    from testing_rounds.services import create_test_round
    from tests.marks import envelope, post, tap
    from tests.rosters.make import large
    from tests.world import bind_phone

    compound = Compound.objects.create(name="bench")
    user = User.objects.create_user("bench", password="bench")
    RoleGrant.objects.create(user=user, role="steward", compound=compound)
    roster = submit_roster(compound=compound, file_name="large.xlsx", content=large(), by=user)
    work_waiting()
    queue_roster(roster_import=roster, by=user)
    work_waiting()
    now = timezone.now()
    test_round = create_test_round(
        compound=compound,
        starts_at=now,
        ends_at=now + timedelta(hours=4),
        buildings=compound.buildings.all(),
        pool_size=10,
    )
    seconds = timed(lambda: open_any_round(round=test_round.round, by=user))
    doors, people = Visit.objects.count(), ExpectedPerson.objects.count()
    print(f"open a round of {doors} doors, {people} people   {seconds:6.2f} s")

    volunteer = add_volunteer(compound=compound, name="跑者")
    bind_phone(volunteer, "token-of-the-bench-00000")
    for building in compound.buildings.all():
        assign(round=test_round.round, volunteer=volunteer, building=building, by=user)
    visits = list(Visit.objects.order_by("pk"))
    client, seq = Client(), 0

    def send(count: int) -> float:
        nonlocal seq
        marks = [tap(visits[(seq + n) % doors], seq + n + 1) for n in range(count)]
        seq += count
        return timed(lambda: post(client, "token-of-the-bench-00000", envelope(*marks)))

    send(1)
    one = statistics.median(send(1) for _ in range(30))
    many = statistics.median(send(200) for _ in range(10))
    print(f"/sync/ with 1 mark {one * 1000:6.1f} ms   with 200 marks {many * 1000:6.1f} ms   ratio {many / one:5.1f}")

    client.force_login(user)
    url = reverse("rounds:board", args=[test_round.round.pk])
    live = reverse("rounds:live", args=[test_round.round.pk])
    etag = client.get(live)["ETag"]
    page = statistics.median(timed(lambda: client.get(url)) for _ in range(10))
    poll = statistics.median(timed(lambda: client.get(live, headers={"If-None-Match": etag})) for _ in range(30))
    print(f"board page {page * 1000:6.1f} ms   its 304 {poll * 1000:6.1f} ms   ratio {page / poll:5.1f}")


if __name__ == "__main__":
    on_an_empty_database(measure)
