from django.db import migrations

from clock.shipping import load_rules


def load(apps, schema_editor):
    load_rules(apps.get_model("clock", "RuleProfile"), apps.get_model("clock", "RuleVersion"))


class Migration(migrations.Migration):
    dependencies = [("clock", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
