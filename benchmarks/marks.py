"""Marks a second over real HTTP, one by one and in batches of 50, beside a bare view that does one upsert.

The same server (gunicorn, 2 workers of 4 threads), the same client and the same database for each; in one run, in turn,
so that the ratios hold on a machine whose speed drifts.

python benchmarks/marks.py            a temporary SQLite database
DATABASE_URL=postgres://… python benchmarks/marks.py   an empty database of yours; its tables are made and filled
"""

import contextlib
import http.client
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

from stage import ROOT, on_an_empty_database

CLIENTS, TURNS = 4, 3
SINGLE, BATCHED, BATCH = 400, 100, 50
PHONES = 60  # so that no single one is asked to slow down
phone_tokens: list[Iterator[str]] = []  # one endless round of them, once they are bound


@contextlib.contextmanager
def server(application: str):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", application, *options, "--log-level", "critical"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": f"{ROOT}/benchmarks"})
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def requests_a_second(port: int, path: str, bodies: list[bytes]) -> float:
    """All bodies posted once, each by the next phone, over a few connections that are kept."""
    work = zip(bodies, phone_tokens[0] if phone_tokens else itertools.repeat(""), strict=False)
    lock = threading.Lock()
    failures: list[int] = []

    def client() -> None:
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                job = next(work, None)
            if job is None:
                return
            body, token = job
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            wire.request("POST", path, body, headers)
            answer = wire.getresponse()
            answer.read()
            if answer.status != 200:
                failures.append(answer.status)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failures:
        sys.exit(f"{path}: {len(failures)} answers were not 200: {sorted(set(failures))}")
    return len(bodies) / seconds


def measure() -> None:
    import bare
    from django.db import connection

    from rounds.models import Visit
    from rounds.services import assign, create_round, open_round
    from tests.marks import envelope, tap
    from tests.world import World, bind_phone, make_building, make_volunteer, move_in

    world = World()
    building = make_building(world.jiamu, "9", floors=50, doors=20)
    for door in building.doors.all():
        move_in(door, "某人")
    round = create_round(**world.round_form(buildings=[building]))
    open_round(round=round, by=world.chen)
    tokens = []
    for number in range(PHONES):
        volunteer = make_volunteer(world.jiamu, f"walker-{number}", f"走者{number}")
        assign(round=round, volunteer=volunteer, building=building, by=world.chen)
        tokens.append(f"token-of-walker-{number:04d}-000")
        bind_phone(volunteer, tokens[-1])
    phone_tokens.append(itertools.cycle(tokens))
    with connection.cursor() as cursor:
        cursor.execute(bare.TABLE)
    visits = itertools.cycle(Visit.objects.order_by("pk").values_list("pk", flat=True))
    seqs = itertools.count(1)
    connection.close()

    def bodies(posts: int, size: int) -> list[bytes]:
        return [
            json.dumps(envelope(*(tap(next(visits), next(seqs)) for _ in range(size)))).encode() for _ in range(posts)
        ]

    figures: dict[str, list[float]] = {"nothing": [], "upsert": [], "one": [], "fifty": []}
    with server("bare:application") as yardstick, server("compound.wsgi:application") as portal:
        time.sleep(3)
        requests_a_second(portal, "/sync/", bodies(20, 1))
        for _ in range(TURNS):
            figures["nothing"].append(requests_a_second(yardstick, "/nothing", [b"{}"] * SINGLE))
            figures["upsert"].append(requests_a_second(yardstick, "/upsert", [b"{}"] * SINGLE))
            figures["one"].append(requests_a_second(portal, "/sync/", bodies(SINGLE, 1)))
            figures["fifty"].append(BATCH * requests_a_second(portal, "/sync/", bodies(BATCHED, BATCH)))
    median = {name: statistics.median(values) for name, values in figures.items()}
    ratio = {
        name: statistics.median(a / b for a, b in zip(values, figures["upsert"], strict=True))
        for name, values in figures.items()
    }
    print(f"bare view, nothing      {median['nothing']:7.0f} /s         ratio {ratio['nothing']:5.2f}")
    print(f"bare view, one upsert   {median['upsert']:7.0f} /s         ratio  1")
    print(f"/sync/, one by one      {median['one']:7.0f} marks/s   ratio {ratio['one']:5.2f}")
    print(f"/sync/, fifty at once   {median['fifty']:7.0f} marks/s   ratio {ratio['fifty']:5.2f}")


if __name__ == "__main__":
    on_an_empty_database(measure)
