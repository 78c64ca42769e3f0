"""Many phones at once, on a real PostgreSQL: each mark once, each door counted once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from compound import sync
from residents.models import Door, Household
from rounds.models import Mark, Visit
from rounds.services import assign, create_round, open_round
from tests.marks import envelope, post, tap
from tests.world import World, bind_phone, make_volunteer

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def race():
    """A round of 60 doors and five volunteers who all walk it."""
    world = World()
    doors = Door.objects.bulk_create(
        Door(building=world.building2, floor=n, position=9, room=f"{n}09", key=f"{n}09") for n in range(10, 70)
    )
    Household.objects.bulk_create(Household(door=door, told_count=2) for door in doors)
    round = create_round(**world.round_form())
    open_round(round=round, by=world.chen)
    tokens = []
    for n in range(5):
        volunteer = make_volunteer(world.jiamu, f"racer-{n}", f"跑者{n}")
        assign(round=round, volunteer=volunteer, building=world.building2, by=world.chen)
        tokens.append(f"token-of-racer-{n}-000000")
        bind_phone(volunteer, tokens[-1])
    return tokens, list(Visit.objects.filter(round=round, building=world.building2).order_by("pk"))


def cut_own_connection():
    """As a database that is started anew does; what is known of it here stays as it is."""
    key = connection.connection.get_backend_pid()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [key])
    other.close()


def cut_after(work):
    def run(*given):
        done = work(*given)
        cut_own_connection()
        return done

    return run


def at_once(jobs):
    """Each job (token, body) in a thread of its own; a 503 is asked again, as a phone would."""

    def run(job):
        try:
            for _ in range(10):
                answer = post(Client(), *job)
                if answer.status_code != 503:
                    return answer.json()["receipts"]
            raise AssertionError("503 ten times")
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_one_mark_posted_five_times_at_once_is_stored_once(race):
    tokens, visits = race
    for seq, visit in enumerate(visits[:20], start=1):
        mark = tap(visit, seq)
        receipts = at_once([(tokens[0], envelope(mark))] * 5)
        assert sorted(answer[0]["result"] for answer in receipts) == ["known"] * 4 + ["stored"]
    assert Mark.objects.count() == 20


def test_five_people_on_one_door_are_all_kept_and_the_door_counts_once(race):
    tokens, visits = race
    for visit in visits[:50]:
        outcomes = ["done", "refused", "done", "elsewhere", "exempt"]
        jobs = [
            (token, envelope(tap(visit, visit.pk, outcome))) for token, outcome in zip(tokens, outcomes, strict=True)
        ]
        results = [answer[0]["result"] for answer in at_once(jobs)]
        assert set(results) <= {"stored", "conflict"}
        assert "conflict" in results
    assert Mark.objects.count() == 250
    assert Visit.objects.filter(has_conflict=True).count() == 50


def test_overlapping_batches_in_opposite_order_do_not_wait_for_each_other(race):
    tokens, visits = race
    forward = [tap(visit, seq) for seq, visit in enumerate(visits[:40], start=1)]
    backward = [tap(visit, seq) for seq, visit in enumerate(reversed(visits[:40]), start=1)]
    for _ in range(3):
        at_once([(tokens[0], envelope(*forward)), (tokens[1], envelope(*backward))])
    assert Mark.objects.count() == 80


def test_a_connection_that_was_cut_is_opened_anew_before_anything_is_written(race):
    tokens, visits = race
    assert post(Client(), tokens[0], envelope(tap(visits[0], 1))).status_code == 200
    for seq in (2, 3):
        cut_own_connection()
        answer = post(Client(), tokens[0], envelope(tap(visits[0], seq)))
        assert (answer.status_code, answer.json()["receipts"][0]["result"]) == (200, "stored")
    assert Mark.objects.count() == 3


@pytest.mark.parametrize(("first", "count"), [("glance", 1), ("find_depositor", 2)])
def test_a_connection_cut_among_the_statements_costs_one_answer(race, monkeypatch, first, count):
    tokens, visits = race
    monkeypatch.setattr(sync, first, cut_after(getattr(sync, first)))
    body = envelope(*(tap(visits[0], seq) for seq in range(1, count + 1)))
    answer = post(Client(), tokens[0], body)
    assert (answer.status_code, answer.json()["error"], answer["Retry-After"]) == (503, "try_again", "15")
    monkeypatch.undo()
    assert post(Client(), tokens[0], body).json()["receipts"][0]["result"] == "stored"
    assert Mark.objects.count() == count


MEANWHILE = {
    "another at the door": (1, lambda mark: tap(mark["visit"], 1, "refused"), "conflict", 2),
    "the same mark": (0, lambda mark: mark, "known", 1),
    "another with its number": (0, lambda mark: tap(mark["visit"], mark["seq"], "refused"), "held", 1),
    "another with its number at another door": (0, lambda mark: tap(mark["visit"] + 1, mark["seq"]), "held", 1),
    "one with its id at another door": (1, lambda mark: mark | {"visit": mark["visit"] + 1}, "held", 1),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_who_is_overtaken_between_look_and_stroke_is_told_the_truth(race, monkeypatch, what):
    """A lone mark locks nothing; what came in between is counted, and neither is lost."""
    (tokens, visits), (walker, make, result, count) = race, MEANWHILE[what]
    mark = tap(visits[0], 5)

    def look_and_be_overtaken(*given):
        seen = look(*given)
        monkeypatch.undo()
        told = at_once([(tokens[walker], envelope(make(mark)))])
        assert told[0][0]["result"] == "stored"
        return seen

    look = sync.glance
    monkeypatch.setattr(sync, "glance", look_and_be_overtaken)
    assert post(Client(), tokens[0], envelope(mark)).json()["receipts"][0]["result"] == result
    assert Mark.objects.count() == count
    for visit in Visit.objects.filter(marks__isnull=False).distinct():
        assert visit.latest_mark in visit.marks.all()
        assert visit.has_conflict == (count == 2)


def test_the_statements_of_a_mark_are_planned_once_and_by_keys(race):
    """However many rows must be expected, and however small a table is at this moment."""
    tokens, visits = race
    connection.close()
    for seq in range(1, 8):
        assert post(Client(), tokens[0], envelope(tap(visits[0], seq))).status_code == 200
    assert post(Client(), tokens[0], envelope(tap(visits[0], 8), tap(visits[1], 9))).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(custom_plans) FROM pg_prepared_statements WHERE name LIKE 'on_the_road%'")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements WHERE name LIKE 'on_the_road%'"
        )
        known = cursor.fetchall()
        assert len(known) >= 6
        for name, count in known:
            cursor.execute(f"EXPLAIN EXECUTE {name}({', '.join(['NULL'] * count)})")
            plan = str(cursor.fetchall())
            assert not [way for way in ("Seq Scan", "Hash Join", "Merge Join") if way in plan], plan
