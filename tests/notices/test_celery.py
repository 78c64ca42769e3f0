import threading

import pytest
from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedule

from compound.celery import app
from notices import tasks


@pytest.fixture
def clock():
    return Scheduler(app=app, lazy=True)


@pytest.fixture
def as_deployed():
    """Tests let a task's error through; the portal itself does not."""
    app.conf.task_eager_propagates = False
    yield
    app.conf.task_eager_propagates = True


def tick(clock, task):
    clock.apply_entry(ScheduleEntry(name="due", task=task, schedule=schedule(1), app=app))


def test_every_entry_of_the_schedule_names_a_task_that_exists():
    app.loader.import_default_modules()
    missing = {entry["task"] for entry in app.conf.beat_schedule.values()} - set(app.tasks)
    assert missing == set()


def test_without_redis_the_clock_runs_the_task_itself(clock, monkeypatch):
    ran_in = []
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)
    monkeypatch.setattr(tasks, "send_due", lambda: ran_in.append(threading.get_ident()))
    tick(clock, "notices.tasks.send_due_messages")
    assert ran_in == [threading.get_ident()]


def test_a_task_that_breaks_does_not_stop_the_clock(clock, as_deployed, monkeypatch):
    ran, closed = [], []

    def send_due():
        ran.append(1)
        raise RuntimeError

    monkeypatch.setattr(tasks, "send_due", send_due)
    monkeypatch.setattr(tasks, "close_old_connections", lambda: closed.append(1))
    tick(clock, "notices.tasks.send_due_messages")
    tick(clock, "notices.tasks.send_due_messages")
    assert (len(ran), len(closed)) == (2, 4)
