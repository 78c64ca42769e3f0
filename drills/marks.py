"""Drill: phones keep sending while workers are killed, answers are lost and the database is stopped.

Fifty phones send forty marks each to a real server. Meanwhile a worker gets kill -9 twenty times, every third answer is
thrown away after the server committed, and PostgreSQL (when it is used) is stopped three times. A phone only forgets a
mark on finding its id in our JSON. In the end every mark must be there once, and every door as its marks fold.

python drills/marks.py              SQLite in a temporary folder
python drills/marks.py postgresql   a cluster of its own in a temporary folder
"""

import contextlib
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

from drills.servers import Cluster, Server  # noqa: E402

PHONES, MARKS, BATCH = 50, 40, 1
KILLS, STOPS = 20, 3
GIVE_UP_AFTER = 240  # seconds


class Phone(threading.Thread):
    """Sends its marks in small batches until each has been acknowledged."""

    def __init__(self, url: str, token: str, marks: list[dict], give_up: float):
        super().__init__(daemon=True)
        self.url, self.token, self.give_up = url, token, give_up
        self.queue = {mark["id"]: mark for mark in marks}
        self.posts = self.failed = self.dropped = 0

    def run(self) -> None:
        from tests.marks import envelope

        while self.queue and time.monotonic() < self.give_up:
            batch = list(self.queue.values())[:BATCH]
            answer = self.post(envelope(*batch))
            if answer is None:
                time.sleep(random.uniform(0.05, 0.3))
                continue
            for receipt in answer["receipts"]:
                if receipt["result"] in {"stored", "known", "conflict", "held"}:
                    self.queue.pop(receipt["id"], None)
            time.sleep(random.uniform(0, 0.05))

    def post(self, body: dict) -> dict | None:
        self.posts += 1
        request = urllib.request.Request(self.url, json.dumps(body).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                told = json.load(answer)
        except (OSError, ValueError, http.client.HTTPException):
            self.failed += 1
            return None
        if told.get("nonce") != body["nonce"]:
            self.failed += 1
            return None
        if self.posts % 3 == 0:  # stored, and the answer lost on its way
            self.dropped += 1
            return None
        return told


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        cluster = None
        os.environ.update(DJANGO_SETTINGS_MODULE="compound.settings", DEMO="1", VAR_DIR=name, RATE_LIMITS="0")
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/drill.sqlite3"
        if sys.argv[1:] == ["postgresql"]:
            (folder / "pg").mkdir()
            cluster = Cluster(folder / "pg")
            os.environ["DATABASE_URL"] = cluster.url
        try:
            drill(cluster)
        finally:
            if cluster:
                with contextlib.suppress(subprocess.CalledProcessError):
                    cluster.stop()


def drill(cluster: Cluster | None) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    tokens, visits = prepare(PHONES)
    connection.close()
    server = Server()
    give_up = time.monotonic() + GIVE_UP_AFTER
    try:
        kills, stops, phones = disturb(server, cluster, tokens, visits, give_up)
    finally:
        server.stop()
    report(kills, stops, phones)


def prepare(phones: int) -> tuple[list[str], list[int]]:
    from rounds.models import Visit
    from rounds.services import assign, create_round, open_round
    from tests.world import World, bind_phone, make_building, make_volunteer, move_in

    world = World()
    building = make_building(world.jiamu, "9", floors=30, doors=8)
    for door in building.doors.all():
        move_in(door, "某人", "某某")
    round = create_round(**world.round_form(buildings=[building]))
    open_round(round=round, by=world.chen)
    tokens = []
    for number in range(phones):
        volunteer = make_volunteer(world.jiamu, f"walker-{number}", f"走者{number}")
        assign(round=round, volunteer=volunteer, building=building, by=world.chen)
        tokens.append(f"token-of-walker-{number:04d}-000")
        bind_phone(volunteer, tokens[-1])
    return tokens, list(Visit.objects.values_list("pk", flat=True))


def disturb(server: Server, cluster: Cluster | None, tokens: list[str], visits: list[int], give_up: float):
    from tests.marks import tap

    url = f"http://127.0.0.1:{server.port}/sync/"
    outcomes = ["done", "refused", "nobody_home", "elsewhere"]
    phones = [
        Phone(
            url,
            token,
            [tap(random.choice(visits), seq, random.choice(outcomes)) for seq in range(1, MARKS + 1)],
            give_up,
        )
        for token in tokens
    ]
    ids = [mark["id"] for phone in phones for mark in phone.queue.values()]
    assert len(set(ids)) == PHONES * MARKS
    time.sleep(3)
    for phone in phones:
        phone.start()
    kills = stops = 0
    while any(phone.is_alive() for phone in phones) and time.monotonic() < give_up:
        time.sleep(random.uniform(0.02, 0.1))
        arrived = 1 - sum(len(phone.queue) for phone in phones) / len(ids)
        if kills < KILLS and arrived > kills / (KILLS + 1):  # spread over the marks, so that each hits some
            kills += server.kill_a_worker()
        if cluster and stops < STOPS and kills >= (stops + 1) * 5:
            cluster.stop()
            time.sleep(1.5)
            cluster.start()
            stops += 1
    return kills, stops, phones


def report(kills: int, stops: int, phones: list[Phone]) -> None:
    from rounds.folding import fold
    from rounds.models import HeldMark, Mark, Visit

    marks = list(Mark.objects.all())
    of_visit: dict[int, list] = {}
    for mark in marks:
        of_visit.setdefault(mark.visit_id, []).append(mark)
    wrong = 0
    for visit in Visit.objects.all():
        state = fold(of_visit.get(visit.pk, []), visit.expected_count)
        wrong += (visit.outcome, visit.latest_mark_id) != (state.outcome, state.latest_mark_id)
    lost = PHONES * MARKS - len({mark.id for mark in marks})
    twice = len(marks) - len({(mark.device_id, mark.seq) for mark in marks})
    unsent = sum(len(phone.queue) for phone in phones)
    posts, failed = sum(phone.posts for phone in phones), sum(phone.failed for phone in phones)
    dropped = sum(phone.dropped for phone in phones)
    print(f"{PHONES} phones x {MARKS} marks, {kills} workers killed, database stopped {stops} times")
    print(f"posts {posts}, failed {failed}, answers thrown away {dropped}, held {HeldMark.objects.count()}")
    print(f"lost {lost}, twice {twice}, unsent {unsent}, doors that do not match their marks {wrong}")
    if lost or twice or unsent or wrong or kills < KILLS:
        sys.exit(1)


if __name__ == "__main__":
    if not Path("/proc/self").is_dir():
        sys.exit("This drill needs Linux.")
    main()
