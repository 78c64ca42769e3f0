from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rounds", "0004_confidential_rounds"),
    ]

    operations = [
        migrations.AlterField(
            model_name="round",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pcr", "PCR test"),
                    ("recall", "recall of a tube"),
                    ("antigen", "antigen test"),
                    ("notify", "knock and tell"),
                    ("leaflet", "leaflet"),
                    ("welfare", "welfare check"),
                    ("waste", "door-to-door rubbish"),
                    ("supplies", "hand-out of supplies"),
                    ("buying", "delivery of a group buy"),
                    ("knock", "knock for a notice"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
