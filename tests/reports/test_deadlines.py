"""Told before, told after, frozen by itself: each once, and never by two at a time."""

import threading
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from notices.models import Message
from reports.deadlines import deadline_of, watch_deadlines
from reports.models import DailyReport, ReportPlan
from reports.reading import SHANGHAI
from reports.services import freeze_report, set_deadline

TEN = datetime(2022, 4, 10, 10, tzinfo=SHANGHAI)


def at(hour, minute=0):
    return TEN.replace(hour=hour, minute=minute)


@pytest.fixture
def plan(world):
    form = {"due_at": time(10), "minutes_before": 30, "freezes_itself": False}
    return set_deadline(compound=world.jiamu, by=world.chen, **form)


def told():
    return [message.reminder.split(":")[0] for message in Message.objects.filter(channel="inbox").order_by("pk")]


def test_reminded_once_before_and_once_when_late(world, plan):
    assert watch_deadlines(at(9, 29)) == []
    watch_deadlines(at(9, 30))
    watch_deadlines(at(9, 45))
    assert told() == ["report-due"]
    watch_deadlines(at(10))
    watch_deadlines(at(23, 59))
    assert told() == ["report-due", "report-late"]
    assert {message.user for message in Message.objects.all()} == {world.chen}
    watch_deadlines(at(9, 40) + timedelta(days=1))
    assert told() == ["report-due", "report-late", "report-due"]


def test_nobody_ran_before_it_was_due_so_only_the_lateness_is_told(plan):
    watch_deadlines(at(10, 20))
    assert told() == ["report-late"]


def test_whoever_has_reported_is_left_alone(world, plan):
    freeze_report(compound=world.jiamu, by=world.chen, now=at(8))
    assert (watch_deadlines(at(9, 45)), watch_deadlines(at(11))) == ([], [])


def test_frozen_by_itself_when_nobody_did(world, plan):
    ReportPlan.objects.update(freezes_itself=True)
    watch_deadlines(at(10, 1))
    watch_deadlines(at(10, 2))
    report = DailyReport.objects.get()
    assert (report.by, report.at, report.version, told()) == (None, at(10, 1), 1, ["report-frozen"])
    again = freeze_report(compound=world.jiamu, by=world.chen, now=at(10, 30), reason="三部手机到齐")
    assert again.version == 2


def test_a_compound_without_a_deadline_hears_nothing(world):
    ReportPlan.objects.create(compound=world.jiamu)  # made by a first freezing, set by nobody
    assert watch_deadlines(at(11)) == []


def test_the_time_left_in_words(plan):
    said = []
    for now in (at(7, 59), at(9, 1), at(9, 59), at(10), at(11, 5)):
        limit = deadline_of(plan, False, now)
        said.append((limit.words, limit.is_late, limit.is_near))
    assert said == [
        ("2 h 1 min", False, False),
        ("59 min", False, True),
        ("1 min", False, True),
        ("0 min", True, True),
        ("1 h 5 min", True, False),
    ]


def test_setting_it_at_the_desk(world, client):
    client.force_login(world.chen)
    url = reverse("reports:deadline", args=[world.jiamu.pk])
    bad = client.post(url, {"due_at": "25:00", "minutes_before": "3"})
    assert (bad.status_code, ReportPlan.objects.count()) == (422, 0)
    good = client.post(url, {"due_at": "10:30", "minutes_before": "45", "freezes_itself": "on"})
    row = ReportPlan.objects.get()
    assert (good.status_code, row.due_at, row.minutes_before, row.freezes_itself) == (302, time(10, 30), 45, True)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_five_who_freeze_at_once_each_gets_a_version_of_its_own(world):
    barrier, kept = threading.Barrier(5), []

    def go(number):
        try:
            barrier.wait()
            kept.append(freeze_report(compound=world.jiamu, by=world.chen, reason=f"r{number}").version)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == [1, 2, 3, 4, 5]
