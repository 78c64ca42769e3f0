"""Work that a page has put into the database; beat only asks whether there is any."""

from celery import shared_task
from django.db import close_old_connections

from residents.purge import work_purges
from residents.retaining import run_night
from residents.roster.jobs import work_waiting


@shared_task
def work_waiting_imports():
    work_waiting()


@shared_task
def keep_to_periods():
    """Nightly: what is past its days goes."""
    close_old_connections()
    try:
        run_night()
    finally:
        close_old_connections()


@shared_task
def work_waiting_purges():
    close_old_connections()
    try:
        work_purges()
    finally:
        close_old_connections()
