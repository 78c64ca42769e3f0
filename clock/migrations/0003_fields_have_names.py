"""State alone: what fields are called, which no database knows."""

from django.db import migrations

from residents.naming import NameFields


class Migration(migrations.Migration):

    dependencies = [
        ("clock", "0002_load_shipped_rules"),
        ("residents", "0011_fields_have_names"),
        ("rounds", "0004_rooms_joined_and_who_took_back"),
    ]

    operations = [
        NameFields(
            {
                "case": {
                    "at": "at",
                    "building": "building",
                    "by": "by whom",
                    "corrects": "corrects",
                },
                "clock": {
                    "at": "at",
                    "building": "building",
                    "by": "by whom",
                    "ended_at": "ended at",
                },
                "clockevent": {
                    "at": "at",
                    "by": "by whom",
                    "choice": "choice",
                    "clock": "lockdown clock",
                    "subject": "case concerned",
                    "until": "until",
                    "version": "version of a rule",
                    "voids": "takes back",
                },
                "homecoming": {
                    "at": "at",
                    "by": "by whom",
                    "version": "version of a rule",
                },
                "homecomingtick": {
                    "at": "at",
                    "by": "by whom",
                    "check_name": "step",
                },
                "roundproposal": {
                    "at": "at",
                    "building": "building",
                    "on": "due on",
                    "round": "round",
                },
                "ruleversion": {
                    "at": "at",
                    "profile": "rule",
                },
            }
        ),
    ]
