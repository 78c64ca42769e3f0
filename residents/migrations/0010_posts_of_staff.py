from django.db import migrations, models

KIND = {
    "choices": [("house", "house"), ("post", "posts of staff and volunteers")],
    "default": "house",
    "editable": False,
    "max_length": 5,
    "verbose_name": "kind",
}


class Migration(migrations.Migration):
    dependencies = [("residents", "0009_restricted_lists_looked_at")]

    operations = [
        migrations.AddField("building", "kind", models.CharField(**KIND)),
        migrations.AddField("historicalbuilding", "kind", models.CharField(**KIND)),
    ]
