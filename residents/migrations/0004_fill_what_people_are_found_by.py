from django.db import migrations

from residents.phones import fingerprint_of_end
from residents.sounds import written_sounds

BATCH = 2000


def fill_what_people_are_found_by(apps, schema_editor):
    """Sounds of the name and the end of the number, for everybody who is there already."""
    rows = apps.get_model("residents", "Resident").objects.using(schema_editor.connection.alias)
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk").only("name", "phone")[:BATCH]):
        last = batch[-1].pk
        for person in batch:
            person.name_pinyin = written_sounds(person.name, 300)
            person.phone_end_index = fingerprint_of_end(person.phone[-4:]) if person.phone else ""
        rows.bulk_update(batch, ["name_pinyin", "phone_end_index"])


class Migration(migrations.Migration):

    dependencies = [
        ("residents", "0003_people_found_merged_and_staying"),
    ]

    operations = [
        migrations.RunPython(fill_what_people_are_found_by, migrations.RunPython.noop, elidable=True),
    ]
