"""Woken by the clock. In the embedded setup it runs inside the clock's own process, so it minds its connection."""

from celery import shared_task
from django.db import close_old_connections

from notices.publishing import publish_due
from notices.sending import send_due


@shared_task
def send_due_messages():
    close_old_connections()
    try:
        send_due()
    finally:
        close_old_connections()


@shared_task
def publish_due_notices():
    close_old_connections()
    try:
        publish_due()
    finally:
        close_old_connections()
