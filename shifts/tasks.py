from celery import shared_task
from django.db import close_old_connections

from shifts.places import let_go_of_who_left


@shared_task
def let_go():
    close_old_connections()
    try:
        let_go_of_who_left()
    finally:
        close_old_connections()
