"""Woken a minute after every full hour, so also right after midnight; running again does nothing more."""

import logging

from celery import shared_task
from django.db import close_old_connections

from clock.proposing import propose_rounds
from clock.zones import refresh_zones

logger = logging.getLogger(__name__)


@shared_task
def turn_the_day():
    """The zones first: whatever becomes of the drafts, the other apps must see today's."""
    close_old_connections()
    try:
        refresh_zones()
        propose_rounds()
    finally:
        close_old_connections()
