from django.conf import settings
from django.core.management.base import BaseCommand
from polib import pofile


class Command(BaseCommand):
    help = "Compile every .po catalog to .mo, without GNU gettext."
    requires_system_checks: list = []

    def handle(self, **options):
        for folder in settings.LOCALE_PATHS:
            for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
                half_written = source.with_suffix(".mo.new")
                pofile(str(source)).save_as_mofile(str(half_written))
                half_written.replace(source.with_suffix(".mo"))
