from celery import shared_task
from django.db import close_old_connections

from care.ringing import forget_words, ring_stale


@shared_task
def ring_stale_needs():
    close_old_connections()
    try:
        ring_stale()
    finally:
        close_old_connections()


@shared_task
def forget_old_words():
    close_old_connections()
    try:
        forget_words()
    finally:
        close_old_connections()
