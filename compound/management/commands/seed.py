from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from compound.demo import STAGES, build_demo
from residents.models import Compound


class Command(BaseCommand):
    help = "Fill an empty database with an invented tower and estate, up to a chosen moment of a round's life."

    def add_arguments(self, parser):
        parser.add_argument("--stage", choices=STAGES, default="busy")
        parser.add_argument("--seed", type=int, default=7, help="the same number gives the same people")
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is a compound already")

    def handle(self, *, stage, seed, if_empty, **options):
        if not settings.LOCAL_ONLY:
            raise CommandError("Demo people have known passwords: seed runs only with DEMO=1.")
        if if_empty and Compound.objects.exists():
            return
        try:
            with transaction.atomic():
                demo = build_demo(stage=stage, seed=seed)
        except ValueError as error:
            raise CommandError(str(error)) from error
        for username, who in demo.logins:
            self.stdout.write(f"{username:8} {who}")
