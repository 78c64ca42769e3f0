"""State alone: what fields are called, which no database knows."""

from django.db import migrations

from residents.naming import NameFields


class Migration(migrations.Migration):

    dependencies = [
        ("notices", "0004_channel_choice_and_urgency"),
        ("residents", "0011_fields_have_names"),
    ]

    operations = [
        NameFields(
            {
                "channelchoice": {
                    "user": "user",
                },
                "message": {
                    "compound": "compound",
                    "created_at": "created at",
                    "lease": "lease",
                    "leased_until": "leased until",
                    "user": "user",
                    "webhook": "webhook",
                },
                "webhook": {
                    "compound": "compound",
                },
            }
        ),
    ]
