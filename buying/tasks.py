"""Woken by the clock: lists whose hour has come are closed, and leads are told before it."""

from celery import shared_task
from django.db import close_old_connections

from buying.orders import close_due_orders, remind_of_closing


@shared_task
def close_due_lists():
    close_old_connections()
    try:
        close_due_orders()
        remind_of_closing()
    finally:
        close_old_connections()
