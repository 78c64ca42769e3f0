import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import residents.encryption


def _line_field(name, field):
    return migrations.AddField(model_name="rosterline", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("residents", "0004_fill_what_people_are_found_by")]

    operations = [
        _line_field(
            "choice",
            models.CharField(blank=True, default="", help_text="What a person decided, as a code.", max_length=60),
        ),
        _line_field(
            "original",
            residents.encryption.EncryptedTextField(
                blank=True, default="", help_text="The cells of a row left out, until applied."
            ),
        ),
        _line_field(
            "returned", models.CharField(blank=True, default="", help_text="Taken back, or why not.", max_length=20)
        ),
        migrations.AlterField(
            model_name="rosterimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting to be read"),
                    ("reading", "being read"),
                    ("ready", "ready to look at"),
                    ("queued", "waiting to be applied"),
                    ("applying", "being applied"),
                    ("applied", "applied"),
                    ("refused", "refused"),
                    ("discarded", "discarded"),
                    ("undo_queue", "waiting to be taken back"),
                    ("undoing", "being taken back"),
                    ("undone", "taken back"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "header",
                    models.CharField(help_text="Fingerprint of the names of the columns, in order.", max_length=64),
                ),
                (
                    "columns",
                    models.JSONField(default=dict, help_text="Name of a column -> what it holds, or nothing."),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="changed at")),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="column_mappings",
                        to="residents.compound",
                    ),
                ),
            ],
            options={
                "verbose_name": "column mapping",
                "verbose_name_plural": "column mappings",
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "header"), name="column_mapping_once_per_header")
                ],
            },
        ),
    ]
