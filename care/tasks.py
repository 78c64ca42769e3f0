from celery import shared_task
from django.db import close_old_connections

from care.ringing import ring_stale


@shared_task
def ring_stale_needs():
    close_old_connections()
    try:
        ring_stale()
    finally:
        close_old_connections()
