"""Woken by the clock. In the embedded setup it runs inside the clock's own process, so it minds its connection."""

from celery import shared_task
from django.db import close_old_connections

from compound.health import beat
from compound.limits import forget_old_tallies
from compound.reminders import plan_reminders


@shared_task
def plan_due_reminders():
    close_old_connections()
    try:
        plan_reminders()
    finally:
        close_old_connections()


@shared_task
def note_heartbeat():
    close_old_connections()
    try:
        beat()
    finally:
        close_old_connections()


@shared_task
def forget_tallies():
    close_old_connections()
    try:
        forget_old_tallies()
    finally:
        close_old_connections()
