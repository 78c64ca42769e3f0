from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from residents.models import Compound
from residents.privacy_text import privacy_report


class Command(BaseCommand):
    help = (
        "What personal data is held, by class: entries, the oldest, how long, the next deletion, what is held back and "
        "why; looks and exports of the last 30 days. Names nobody."
    )

    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("--compound", help="Number or name of one compound; without it, every compound.")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--fields", action="store_true", help="Also each table with its columns about people.")

    def handle(self, *, compound, language, fields, **options):
        rows = Compound.objects.order_by("pk")
        if compound:
            rows = rows.filter(pk=compound) if compound.isascii() and compound.isdigit() else rows.filter(name=compound)
            if not rows:
                raise CommandError(f"There is no compound {compound}.")
        with translation.override(language or settings.LANGUAGE_CODE):
            self.stdout.write("\n".join(privacy_report(row, with_fields=fields) for row in rows))
