"""Woken every minute; running again does nothing more."""

from celery import shared_task
from django.db import close_old_connections

from reports.deadlines import watch_deadlines


@shared_task
def watch_report_deadlines():
    close_old_connections()
    try:
        watch_deadlines()
    finally:
        close_old_connections()
