from celery import shared_task
from django.db import close_old_connections

from medicine.calendar import plan_date_reminders


@shared_task
def remind_of_dates():
    close_old_connections()
    try:
        plan_date_reminders()
    finally:
        close_old_connections()
