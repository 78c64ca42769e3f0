"""Work that a page has put into the database; beat only asks whether there is any."""

from celery import shared_task

from residents.roster.jobs import work_waiting


@shared_task
def work_waiting_imports():
    work_waiting()
