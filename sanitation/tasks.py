from celery import shared_task
from django.db import close_old_connections

from sanitation.alarms import ring_yellow_bags


@shared_task
def ring_bags():
    close_old_connections()
    try:
        ring_yellow_bags()
    finally:
        close_old_connections()
