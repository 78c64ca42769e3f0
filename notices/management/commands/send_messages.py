from django.core.management.base import BaseCommand

from notices.sending import send_due


class Command(BaseCommand):
    help = "Send the messages that are due: one bounded sweep, for cron or by hand. Needs neither Celery nor Redis."

    def handle(self, *args, **options):
        self.stdout.write(f"{send_due()} sent")
