"""Celery: the schedule in one dict. A task only wakes work that already stands in the database."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compound.settings")

app = Celery("compound")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "note-heartbeat": {"task": "compound.tasks.note_heartbeat", "schedule": 30.0},
    "work-waiting-imports": {"task": "residents.tasks.work_waiting_imports", "schedule": 2.0},
    "forget-tallies": {"task": "compound.tasks.forget_tallies", "schedule": crontab(minute=17)},
    "forget-photos": {"task": "supplies.tasks.forget_photos", "schedule": crontab(minute=27)},
    "let-reservations-lapse": {"task": "sharing.tasks.let_reservations_lapse", "schedule": crontab()},
    "ring-stale-needs": {"task": "care.tasks.ring_stale_needs", "schedule": crontab()},
    "keep-to-periods": {"task": "residents.tasks.keep_to_periods", "schedule": crontab(hour=3, minute=20)},
    "work-waiting-purges": {"task": "residents.tasks.work_waiting_purges", "schedule": 10.0},
    "publish-due-notices": {"task": "notices.tasks.publish_due_notices", "schedule": crontab()},
    "let-go-of-who-left": {"task": "shifts.tasks.let_go", "schedule": crontab(minute="*/5")},
    "close-due-lists": {"task": "buying.tasks.close_due_lists", "schedule": crontab()},
    "remind-of-dates": {"task": "medicine.tasks.remind_of_dates", "schedule": crontab(minute=7)},
    "ring-yellow-bags": {"task": "sanitation.tasks.ring_bags", "schedule": crontab(minute="*/10")},
    "plan-reminders": {"task": "compound.tasks.plan_due_reminders", "schedule": crontab()},
    "watch-report-deadlines": {"task": "reports.tasks.watch_report_deadlines", "schedule": crontab()},
    "turn-the-day": {"task": "clock.tasks.turn_the_day", "schedule": crontab(minute=1)},
    "send-due-messages": {"task": "notices.tasks.send_due_messages", "schedule": 10.0},
}
