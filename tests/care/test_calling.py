"""The rota by a frozen clock: whose turn it is, what a call changes, two in vain and a knock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from care.calling import change_calls, end_calls, give_back, look_up_number, take_call, take_next, tell_call
from care.errors import CareError
from care.knocking import open_knocks
from care.models import CallPlace, CallStep
from care.reading import proposals, read_queue, read_week
from compound.following import follow_marks
from notices.models import Message
from residents.models import AccessRecord, Resident
from rounds.marks import mark_at_desk
from rounds.models import Round, Visit
from tests.care.carers import DAY, HOUR, MINUTE
from tests.world import move_in

EVENING = datetime(2022, 4, 10, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai


def fresh(place):
    return CallPlace.objects.get(pk=place.pk)


def due(world, now):
    return list(CallPlace.objects.filter(compound=world.jiamu).to_call(now))


@pytest.mark.parametrize("cadence", [1, 2, 3, 7])
def test_the_rhythm_is_counted_from_the_day_somebody_was_reached(carers, world, cadence):
    place = carers.place(cadence=cadence, now=EVENING)
    assert due(world, EVENING) == [place]
    carers.call(place, now=EVENING)
    assert fresh(place).due_on == date(2022, 4, 10) + timedelta(days=cadence)
    midnight = datetime(2022, 4, 10, 16, 0, tzinfo=UTC) + timedelta(days=cadence - 1)  # 0:00 in Shanghai
    assert (due(world, midnight - MINUTE), due(world, midnight)) == ([], [place])
    late = midnight + 3 * DAY
    carers.call(place, "proxy", note="女儿接的，都好", now=late)
    assert fresh(place).due_on == (late + 8 * HOUR).date() + timedelta(days=cadence)


def test_a_new_rhythm_counts_from_the_last_call(carers):
    place = carers.place(cadence=7, now=EVENING)
    carers.call(place, now=EVENING)
    change_calls(place=place, cadence=2, reason="刚出院", by=carers.chen, now=EVENING + HOUR)
    assert (fresh(place).cadence, fresh(place).due_on) == (2, date(2022, 4, 12))


def test_the_queue_longest_overdue_first_then_who_was_not_skipped(carers, world):
    second, third = world.far_home.residents.all()
    old = carers.place(now=EVENING - DAY)
    one, two = carers.place(second, now=EVENING), carers.place(third, now=EVENING)
    assert due(world, EVENING) == [old, one, two]
    carers.call(one, "skipped", now=EVENING)
    assert due(world, EVENING + MINUTE) == [old, two, one]
    carers.call(two, "again", until=EVENING + HOUR, now=EVENING)
    assert due(world, EVENING + MINUTE) == [old, one]
    assert due(world, EVENING + HOUR) == [old, two, one]
    carers.call(old, "no_answer", now=EVENING)
    assert due(world, EVENING + MINUTE) == [one]
    assert due(world, EVENING + 30 * MINUTE) == [old, one]


def test_a_call_is_one_callers_until_its_lease_is_over(carers, world):
    place = carers.place(now=EVENING)
    assert take_next(compound=world.jiamu, by=world.chen, now=EVENING) == place
    assert take_next(compound=world.jiamu, by=world.chen, now=EVENING) == place
    assert take_next(compound=world.jiamu, by=world.zhao, now=EVENING) is None
    with pytest.raises(CareError):
        take_call(place=place, by=world.zhao, now=EVENING)
    long_talk = EVENING + 20 * MINUTE
    tell_call(place=place, heard="answered", by=world.chen, now=long_talk)
    take_call(place=place, by=world.chen, now=long_talk)
    take_call(place=place, by=world.zhao, now=long_talk + 15 * MINUTE)
    with pytest.raises(CareError, match=r"^This call is not yours any more"):
        tell_call(place=place, heard="answered", by=world.chen, now=long_talk + 16 * MINUTE)
    give_back(place=place, by=world.zhao)
    assert fresh(place).holder is None


def test_the_number_is_shown_to_its_caller_alone_and_on_the_record(carers, world):
    place = carers.place()
    with pytest.raises(CareError, match=r"^Take the call first"):
        look_up_number(place=place, by=world.chen)
    take_call(place=place, by=world.chen)
    assert look_up_number(place=fresh(place), by=world.chen) == carers.elder.phone
    assert AccessRecord.objects.get().user == world.chen


def unreached(carers, place, now=EVENING):
    carers.call(place, "no_answer", now=now)
    return carers.call(place, "no_answer", now=now + 30 * MINUTE)


def test_two_calls_in_vain_then_a_knock_at_that_door_alone(carers, world):
    place, other = carers.place(now=EVENING), carers.place(world.lin, now=EVENING)
    unreached(carers, place)
    assert (due(world, EVENING + HOUR), list(CallPlace.objects.to_knock())) == ([other], [place])
    round, count = open_knocks(compound=world.jiamu, by=world.chen)
    assert (count, round.kind, round.state) == (1, Round.Kind.WELFARE, "open")
    visit = Visit.objects.get(round=round)
    assert (visit.household, visit.expected_count, visit.needs) == (
        world.elder_home,
        1,
        ["lives_alone", "needs_gentle_knock"],
    )
    assert list(CallPlace.objects.to_knock()) == []
    with pytest.raises(CareError, match=r"^Nobody waits for a knock now"):
        open_knocks(compound=world.jiamu, by=world.chen)
    mark_at_desk(visit=visit, by=world.chen, outcome="done", follow=follow_marks)
    row = fresh(place)
    assert (row.missed_count, row.due_on, row.knock) == (0, timezone.localdate() + DAY, None)


def test_not_met_at_the_door_rings_the_stewards_and_the_lead_without_a_name(carers, world):
    place = carers.place(now=EVENING)
    unreached(carers, place)
    open_knocks(compound=world.jiamu, by=world.chen)
    visit = Visit.objects.get()
    mark_at_desk(visit=visit, by=world.chen, outcome="nobody_home", follow=follow_marks)
    told = Message.objects.filter(reminder=f"not-met:{place.pk}")
    assert {row.user for row in told} == {world.chen, world.zhao}
    assert all("301" not in f"{row.subject}{row.body}" and "阿婆" not in row.body for row in told)
    mark = mark_at_desk(visit=visit, by=world.chen, outcome="done", follow=follow_marks)
    assert fresh(place).missed_count == 0
    visit.refresh_from_db()
    mark_at_desk(visit=visit, by=world.chen, outcome="cleared", undoes=mark.pk, follow=follow_marks)
    assert (fresh(place).missed_count, fresh(place).knock) == (2, visit)
    steps = list(place.steps.order_by("pk").values_list("step", flat=True))
    assert steps[-3:] == ["not_met", "met", "not_met"]


def test_a_mark_at_a_door_that_was_not_asked_about_changes_nothing(carers, world):
    place = carers.place(now=EVENING)
    unreached(carers, place)
    open_knocks(compound=world.jiamu, by=world.chen)
    visit = Visit.objects.get()
    end_calls(place=place, reason="住到女儿家", by=world.chen)
    mark_at_desk(visit=visit, by=world.chen, outcome="done", follow=follow_marks)
    assert list(place.steps.filter(step="met")) == []
    assert fresh(place).ended_at is not None


def test_who_stays_with_a_child_is_knocked_for_there(carers, world):
    place = carers.place(now=EVENING)
    Resident.objects.filter(pk=carers.elder.pk).update(stays_at=world.far_home.door)
    unreached(carers, place)
    open_knocks(compound=world.jiamu, by=world.chen)
    assert Visit.objects.get().household == world.far_home


def test_a_second_knock_joins_the_round_of_before_and_a_marked_door_begins_another(carers, world):
    place = carers.place(now=EVENING)
    unreached(carers, place)
    first, _count = open_knocks(compound=world.jiamu, by=world.chen)
    other = carers.place(world.far_home.residents.first(), now=EVENING)
    unreached(carers, other)
    second, _count = open_knocks(compound=world.jiamu, by=world.chen)
    assert (first, set(first.buildings.all())) == (second, {world.building1, world.building2})
    for visit in Visit.objects.all():
        mark_at_desk(visit=visit, by=world.chen, outcome="done", follow=follow_marks)
    unreached(carers, place, now=timezone.now() + DAY)
    third, _count = open_knocks(compound=world.jiamu, by=world.chen)
    assert third.number == first.number + 1


def test_who_is_in_hospital_or_gone_is_not_called_but_stays_in_sight(carers, world):
    place = carers.place(now=EVENING)
    Resident.objects.filter(pk=carers.elder.pk).update(whereabouts="hospital")
    queue = read_queue(world.jiamu, world.chen, EVENING)
    assert (queue.due, queue.away, due(world, EVENING)) == ([], [place], [])


def test_the_roster_proposes_each_once_and_a_place_is_begun_and_ended_with_a_reason(carers, world):
    assert proposals(world.jiamu, world.chen) == [carers.elder]
    assert proposals(world.jiamu, world.sun) == []
    place = carers.place()
    assert proposals(world.jiamu, world.chen) == []
    with pytest.raises(CareError, match=r"^Say why"):
        end_calls(place=place, reason=" ", by=world.chen)
    end_calls(place=place, reason="女儿接走", by=world.chen)
    with pytest.raises(CareError, match=r"^This person was taken off the rota"):
        carers.call(place)
    assert carers.place().pk != place.pk


@pytest.mark.parametrize("many", [1, 8])
def test_the_week_at_a_glance_and_what_it_costs(carers, world, django_assert_num_queries, many):
    place = carers.place(now=EVENING - 6 * DAY)
    doors = world.building2.doors.exclude(households__isnull=False)
    for door in doors[: many - 1]:
        carers.place(move_in(door, "某某").residents.get(), now=EVENING)
    told = ("answered", "no_answer", "proxy")
    for number, heard in enumerate(told):
        carers.call(place, heard, note="女儿", now=EVENING - (6 - number) * DAY)
    assert world.chen.access.steward
    with django_assert_num_queries(2):
        week = read_week(world.jiamu, world.chen, EVENING)
    line = next(line for line in week.lines if line.place == place)
    assert line.cells == ["answered", "missed", "proxy", "due", "due", "due", "due"]
    assert week.reached == [1, 0, 1, 0, 0, 0, 0]
    with django_assert_num_queries(2):
        queue = read_queue(world.jiamu, world.chen, EVENING)
    assert len(queue.due) == many


def test_a_lead_calls_for_their_own_building(carers, world):
    place, far = carers.place(), carers.place(world.far_home.residents.first())
    assert set(CallPlace.objects.visible_to(world.zhao)) == {place}
    assert take_next(compound=world.jiamu, by=world.zhao).pk == place.pk
    assert CallPlace.objects.visible_to(world.qian).count() == 0
    assert CallStep.objects.count() == 2
    assert far.holder is None
