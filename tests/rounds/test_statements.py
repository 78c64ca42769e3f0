"""What is written by hand agrees with what the ORM would say."""

import random
from datetime import timedelta

import pytest
from django.db.models import Exists
from django.utils import timezone

from residents.models import Device
from residents.statements import Writes, is_postgresql
from rounds.marks import FOLDED
from rounds.models import Assignment, Mark, Visit
from rounds.services import assign
from rounds.statements import ROUND_FIELDS, find_marks, lock_visits
from tests.marks import SENT_AT, tap
from tests.rounds.test_record_marks import send


def phone_of(volunteer) -> Device:
    return Device.objects.select_related("volunteer__user").get(volunteer=volunteer)


def values_of(rows) -> list[dict]:
    return [{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} for row in rows]


@pytest.mark.parametrize("seed", range(8))
def test_a_door_is_assigned_by_the_same_rule(world, notify, seed):
    chance = random.Random(seed)
    Assignment.objects.all().delete()
    Visit.objects.filter(round=notify, building=world.building1).update(entrance=chance.choice(["", "2"]))
    for _ in range(chance.randint(1, 4)):
        low, high = sorted(chance.sample(range(1, 6), 2))
        part = assign(
            round=notify,
            volunteer=chance.choice([world.wei, world.wu]),
            building=chance.choice([world.building1, world.building2]),
            by=world.chen,
            entrance=chance.choice(["", "", "2", "3"]),
            floor_from=chance.choice([None, low]),
            floor_to=chance.choice([None, high]),
        )
        if chance.random() < 0.2:
            Assignment.objects.filter(pk=part.pk).update(released_at=timezone.now())
    phone = phone_of(world.wei)
    asked = Exists(Assignment.objects.over_visit().filter(volunteer=world.wei))
    told = dict(Visit.objects.annotate(asked=asked).values_list("pk", "asked"))
    assert {pk: visit.is_assigned for pk, visit in lock_visits(phone, list(told)).items()} == told


def test_visits_and_their_rounds_come_back_whole_and_in_key_order(world, notify):
    keys = list(Visit.objects.values_list("pk", flat=True))
    random.shuffle(keys)
    visits = lock_visits(phone_of(world.wei), keys)
    assert list(visits) == sorted(keys)
    assert values_of(visits.values()) == values_of(Visit.objects.order_by("pk"))
    for name in ROUND_FIELDS:
        assert {getattr(visit.round, name) for visit in visits.values()} == {getattr(notify, name)}


def test_marks_come_back_whole_by_door_by_id_and_by_number(world, lin_visit, notify):
    elder = Visit.objects.get(round=notify, household=world.elder_home)
    raws = [tap(lin_visit, 1, people={"1": "done"}), tap(elder, 2, note="喵 \U0001f408"), tap(elder, 3, "refused")]
    send(world.wei_phone, *raws)
    phone, (by_door, by_id, by_number) = phone_of(world.wei), Mark.objects.order_by("seq")
    found = find_marks(phone, [lin_visit.pk], [by_id.pk], [by_number.seq])
    assert values_of(sorted(found, key=lambda mark: mark.seq)) == values_of([by_door, by_id, by_number])
    assert find_marks(phone_of(world.wu), [], [], [1, 2, 3]) == []


def test_rows_are_written_as_the_orm_writes_them(world, lin_visit, django_assert_num_queries):
    now = timezone.now()
    form = {"visit": lin_visit, "marked_by": world.chen, "marked_at": SENT_AT, "sent_at": SENT_AT, "received_at": now}
    marks = [
        Mark(outcome="done", happened_at=now - timedelta(microseconds=1), **form),
        Mark(outcome="partly", people={"1": "done", "2": "refused"}, happened_at=now, note='"%s\\ 喵', **form),
    ]
    writes = Writes()
    writes.insert(marks)
    lin_visit.outcome, lin_visit.people, lin_visit.latest_mark = "partly", {"1": "done"}, marks[1]
    lin_visit.latest_at, lin_visit.has_conflict, lin_visit.revised_at = now, True, now
    writes.write_back([lin_visit], FOLDED)
    with django_assert_num_queries(1 if is_postgresql() else 2):
        writes.send()
    assert values_of(Mark.objects.order_by("happened_at")) == values_of(marks)
    assert values_of([Visit.objects.get(pk=lin_visit.pk)]) == values_of([lin_visit])
    with django_assert_num_queries(0):
        writes.send()


def test_nothing_to_write_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        writes = Writes()
        writes.insert([])
        writes.write_back([], FOLDED)
        writes.send()
