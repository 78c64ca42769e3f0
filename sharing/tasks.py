from celery import shared_task
from django.db import close_old_connections

from sharing.offering import let_lapse


@shared_task
def let_reservations_lapse():
    close_old_connections()
    try:
        let_lapse()
    finally:
        close_old_connections()
