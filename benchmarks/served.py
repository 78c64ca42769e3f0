"""What phones and boards ask, over real HTTP: marks one by one and fifty at once, the board's poll, a phone's doors.

Beside them their limits, on the same server (gunicorn, 2 workers of 4 threads), with the same clients and the same
database: a bare Django view that does one upsert (asked by GET, and by the very posts that phones send), one that does
nothing, and rows inserted by SQL without any server.
All in one run, in turns; ratios are medians over the turns, so that they hold on a machine whose speed drifts.

python benchmarks/served.py            a temporary SQLite database
DATABASE_URL=postgres://… python benchmarks/served.py   an empty database of yours; its tables are made and filled
"""

import contextlib
import http.client
import itertools
import json
import os
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator

from stage import on_an_empty_database

from drills.servers import Server

CLIENTS, TURNS, BATCH = 8, 7, 50
PHONES, BUILDINGS = 60, 6


@contextlib.contextmanager
def served(application: str) -> Iterator[int]:
    server = Server(application, workers=2)
    try:
        server.wait_until_it_answers()
        yield server.port
    finally:
        server.stop()


def requests_a_second(port: int, jobs: list[tuple], expected: int = 200) -> float:
    """All jobs (method, path, body, headers) done once, over a few connections that are kept."""
    work, lock, odd = iter(jobs), threading.Lock(), []

    def client() -> None:
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                job = next(work, None)
            if job is None:
                return
            wire.request(*job)
            answer = wire.getresponse()
            answer.read()
            if answer.status != expected:
                odd.append((job[1], answer.status))

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if odd:
        sys.exit(f"{len(odd)} answers were not {expected}: {sorted(set(odd))}")
    return len(jobs) / seconds


def rows_a_second(size: int, commits: int = 20) -> float:
    """Rows inserted by one statement and one commit each `size`, with nothing between us and the database."""
    from django.db import connection

    text = "INSERT INTO bench_upsert (id, door, outcome) VALUES " + ", ".join(["(%s, 7, 'done')"] * size)
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for _ in range(commits):
            cursor.execute(text, [str(uuid.uuid4()) for _ in range(size)])
    return size * commits / (time.perf_counter() - began)


def fill() -> tuple:
    """A round of six thousand doors that sixty phones walk; one more phone, of a hundred doors; a desk's cookie."""
    from django.conf import settings
    from django.test import Client

    from residents.models import Household, Resident
    from rounds.services import assign, create_round, open_round
    from tests.world import World, bind_phone, make_building, make_volunteer

    world = World()
    buildings = [make_building(world.jiamu, str(number), floors=50, doors=20) for number in range(10, 10 + BUILDINGS)]
    for building in buildings:
        homes = Household.objects.bulk_create(Household(door=door) for door in building.doors.all())
        Resident.objects.bulk_create(Resident(household=home, name="某人", is_contact=True) for home in homes)
    round = create_round(**world.round_form(buildings=buildings))
    open_round(round=round, by=world.chen)
    tokens = []
    for number in range(PHONES + 1):
        volunteer = make_volunteer(world.jiamu, f"walker-{number}", f"走者{number}")
        part = {"floor_from": 1, "floor_to": 5} if number == PHONES else {}
        for building in buildings[:1] if part else buildings:
            assign(round=round, volunteer=volunteer, building=building, by=world.chen, **part)
        tokens.append(f"token-of-walker-{number:04d}-000")
        bind_phone(volunteer, tokens[-1])
    desk = Client()
    desk.force_login(world.chen)
    cookie = f"{settings.SESSION_COOKIE_NAME}={desk.cookies[settings.SESSION_COOKIE_NAME].value}"
    return round, tokens, {"Cookie": cookie}, desk


def measure() -> None:
    import bare
    from django.db import connection
    from django.urls import reverse

    from rounds.models import Visit
    from tests.marks import envelope, tap

    round, tokens, cookie, desk = fill()
    live = reverse("rounds:live", args=[round.pk])
    with connection.cursor() as cursor:
        cursor.execute(bare.TABLE)
        cursor.execute("ANALYZE")
    visits = list(Visit.objects.order_by("pk").values_list("pk", flat=True))
    # A mark by itself comes to a door that has none, as most do; those that were saved up come to doors with some.
    alone, together = iter(visits[: len(visits) // 2]), itertools.cycle(visits[len(visits) // 2 :])
    seqs, walkers = itertools.count(1), itertools.cycle(tokens[:PHONES])
    reader = {"Authorization": f"Bearer {tokens[PHONES]}"}

    def marks(posts: int, size: int, to: str = "/sync/") -> list[tuple]:
        jobs = []
        for _ in range(posts):
            doors = itertools.islice(alone if size == 1 and to == "/sync/" else together, size)
            body = json.dumps(envelope(*(tap(door, next(seqs)) for door in doors))).encode()
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {next(walkers)}"}
            jobs.append(("POST", to, body, headers))
        return jobs

    with served("bare:application") as yardstick, served("compound.wsgi:application") as portal:
        time.sleep(3)
        unmoved: dict[str, str] = {}

        def board_unmoved() -> float:
            unmoved["If-None-Match"] = desk.get(live)["ETag"]
            return requests_a_second(portal, [("GET", live, None, cookie | unmoved)] * 30, expected=304)

        figures: dict[str, Callable[[], float]] = {
            "nothing": lambda: requests_a_second(yardstick, [("GET", "/nothing")] * 400),
            "upsert": lambda: requests_a_second(yardstick, [("GET", "/upsert")] * 400),
            "posted": lambda: requests_a_second(yardstick, marks(400, 1, to="/posted")),
            "one": lambda: requests_a_second(portal, marks(300, 1)),
            "raw fifty": lambda: rows_a_second(BATCH),
            "fifty": lambda: BATCH * requests_a_second(portal, marks(30, BATCH)),
            "board 304": board_unmoved,
            "board 200": lambda: requests_a_second(portal, [("GET", live, None, cookie)] * 4),
            "doors": lambda: requests_a_second(portal, [("GET", "/my/doors.json", None, reader)] * 20),
        }
        requests_a_second(portal, marks(40, 1))
        taken = [{name: take() for name, take in figures.items()} for _ in range(TURNS)]
    show(taken)


LINES = (  # what, its unit, its limits
    ("nothing", "/s", ()),
    ("upsert", "/s", ()),
    ("posted", "/s", ()),
    ("raw fifty", "rows/s", ()),
    ("one", "marks/s", ("upsert", "posted")),
    ("fifty", "marks/s", ("upsert", "raw fifty")),
    ("board 304", "/s", ("nothing",)),
    ("board 200", "/s", ("nothing",)),
    ("doors", "/s", ("nothing",)),
)
NAMES = {
    "nothing": "bare view, nothing",
    "upsert": "bare view, one upsert",
    "posted": "bare view, the same post",
    "raw fifty": "SQL alone, fifty a commit",
    "one": "/sync/, marks one by one",
    "fifty": "/sync/, fifty at once",
    "board 304": "board poll, unmoved (304)",
    "board 200": "board poll, moved (200)",
    "doors": "my doors, a hundred",
}


def show(taken: list[dict[str, float]]) -> None:
    for name, unit, limits in LINES:
        rate = statistics.median(turn[name] for turn in taken)
        ratios = "".join(
            f"   {statistics.median(turn[name] / turn[limit] for turn in taken):6.3f} of {NAMES[limit]}"
            for limit in limits
        )
        print(f"{NAMES[name]:28} {rate:8.0f} {unit:8}{ratios}")
    print(f"medians of {TURNS} turns, {CLIENTS} connections; load of the machine {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    os.environ["RATE_LIMITS"] = "0"  # a phone posts as fast as it can here
    on_an_empty_database(measure)
