"""Woken by the clock. In the embedded setup it runs inside the clock's own process, so it minds its connection."""

from celery import shared_task
from django.db import close_old_connections

from supplies.photos import forget_old_photos


@shared_task
def forget_photos():
    close_old_connections()
    try:
        forget_old_photos()
    finally:
        close_old_connections()
