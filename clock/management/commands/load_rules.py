from django.core.management.base import BaseCommand

from clock.services import load_shipped_rules


class Command(BaseCommand):
    help = "Add the lockdown rules that come with the portal where they are missing; what is there stays as it is."

    def handle(self, **options):
        self.stdout.write(f"{load_shipped_rules()} version(s) added.")
