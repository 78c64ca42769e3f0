"""Dates by a stopped clock: who is reminded when, of how many, and of nothing else."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from medicine.calendar import close_date, plan_date_reminders
from medicine.models import MedicalDate
from medicine.telling import MedicineError
from notices.models import Message
from residents.services import move_out
from tests.marks import statements
from tests.world import CANARY

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def at(ward):
    """A moment so many days from today, at an hour in Shanghai."""

    def moment(days, hour=9):
        day = ward.today + timedelta(days=days)
        return datetime(day.year, day.month, day.day, hour, 30, tzinfo=SHANGHAI)

    return moment


def inbox():
    rows = Message.objects.filter(channel="inbox").select_related("user").order_by("pk")
    return [(row.user.username, row.subject, row.body) for row in rows]


def test_a_date_rings_so_many_days_ahead_once_a_day_until_somebody_says_what_became_of_it(ward, at):
    date = ward.date(due_on=ward.today + timedelta(days=5), ahead_days=2)
    rung = []
    for day in range(9):
        for hour in (7, 15):
            rung.append((day, hour, len(plan_date_reminders(at(day, hour)))))
    assert [(day, hour) for day, hour, count in rung if count] == [(day, 7) for day in range(3, 9)]
    assert {count for _day, _hour, count in rung} == {0, 2}  # the steward and the lead
    close_date(medical_date=date, end="done", by=ward.world.chen)
    assert plan_date_reminders(at(9)) == []


def test_nobody_is_rung_at_night_and_a_standstill_makes_it_late_not_double(ward, at):
    ward.date(due_on=ward.tomorrow, ahead_days=1)
    assert plan_date_reminders(at(0, 3)) == []  # still yesterday's day
    assert len(plan_date_reminders(at(0, 23))) == 2
    assert plan_date_reminders(at(1, 3)) == []


def test_a_reminder_says_how_many_and_where_and_never_whose_or_what_for(ward, at):
    ward.date(kind="dialysis", note="需要轮椅")
    ward.date(ward.elder, kind="refill")
    ward.date(ward.world.far_home.residents.first(), kind="antenatal", due_on=ward.today)
    ward.bag(planned_on=ward.today, needed_by=ward.today)
    plan_date_reminders(at(0))
    assert [(user, body) for user, _subject, body in inbox()] == [
        ("chen", "1号楼：2 个日期要准备、1 个药袋到期\n2号楼：1 个日期要准备"),
        ("zhao", "1号楼：2 个日期要准备、1 个药袋到期"),
    ]
    text = "".join(subject + body for _user, subject, body in inbox())
    assert not any(word in text for word in ("林", "阿婆", "502", "301", "透析", "产检", "配药", "轮椅", CANARY))
    assert set(Message.objects.values_list("channel", flat=True)) == {"inbox"}


def test_what_took_place_comes_again_and_never_in_the_past(ward):
    date = ward.date(due_on=ward.today, every_days=3)
    fresh = close_date(medical_date=date, end="done", by=ward.world.chen)
    assert (fresh.due_on, fresh.follows, fresh.every_days) == (ward.today + timedelta(days=3), date, 3)
    MedicalDate.objects.filter(pk=fresh.pk).update(due_on=ward.today - timedelta(days=10))
    later = close_date(medical_date=fresh, end="done", by=ward.world.chen)
    assert later.due_on == ward.today + timedelta(days=2)
    assert close_date(medical_date=later, end="dropped", by=ward.world.chen) is None
    assert MedicalDate.objects.open().count() == 0
    with pytest.raises(MedicineError):
        close_date(medical_date=later, end="done", by=ward.world.chen)


def test_who_has_moved_out_rings_no_more(ward, at):
    ward.date(due_on=ward.today)
    move_out(household=ward.world.lin_home, on=ward.today)
    assert plan_date_reminders(at(0)) == []


def test_one_date_is_written_down_once(ward):
    ward.date()
    with pytest.raises(MedicineError):
        ward.date()
    with pytest.raises(IntegrityError), transaction.atomic():
        MedicalDate.objects.create(
            compound=ward.world.jiamu,
            household=ward.world.lin_home,
            resident=ward.world.lin,
            kind="vaccine",
            due_on=ward.today,
            ahead_days=15,
            made_by=ward.world.chen,
        )


def test_planning_costs_the_same_for_one_and_many(ward, at):
    def cost(day):
        with statements() as seen:
            plan_date_reminders(at(day))
        return len(seen)

    ward.date(due_on=ward.today)
    few = cost(0)
    for days in range(12):
        ward.date(ward.elder, due_on=ward.today + timedelta(days=days), ahead_days=14)
    assert (few, cost(1)) == (8, 8)
