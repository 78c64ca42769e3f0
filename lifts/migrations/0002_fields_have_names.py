"""State alone: what fields are called, which no database knows."""

from django.db import migrations

from residents.naming import NameFields


class Migration(migrations.Migration):

    dependencies = [
        ("lifts", "0001_call_down"),
        ("residents", "0011_fields_have_names"),
        ("rounds", "0004_rooms_joined_and_who_took_back"),
    ]

    operations = [
        NameFields(
            {
                "calldown": {
                    "building": "building",
                    "ended_at": "ended at",
                    "plan": "call-down plan",
                },
                "calldownplan": {
                    "made_at": "made at",
                    "made_by": "made by",
                    "round": "round",
                },
                "disinfection": {
                    "by": "by whom",
                    "call_down": "call-down",
                    "lift": "lift",
                    "step": "ride step",
                },
                "forecast": {
                    "call_down": "call-down",
                    "ends_at": "ends at",
                    "home_count": "home visits",
                    "household_count": "households",
                    "lift_count": "lifts",
                    "made_at": "made at",
                    "made_by": "made by",
                    "ride_seconds": "seconds a ride",
                    "starts_at": "starts at",
                },
                "lift": {
                    "building": "building",
                    "latest_step": "latest step",
                },
                "liftevent": {
                    "at": "at",
                    "by": "by whom",
                    "lift": "lift",
                    "step": "step",
                },
                "ride": {
                    "called_at": "called at",
                    "end": "how it ended",
                    "ended_at": "ended at",
                    "lift": "lift",
                    "safe_at": "safe again at",
                    "state": "state",
                    "state_at": "in this state since",
                    "turn": "turn",
                },
                "ridestep": {
                    "at": "at",
                    "by": "by whom",
                    "ride": "ride",
                    "step": "step",
                    "turn": "turn",
                    "undoes": "undoes",
                    "until": "until",
                },
                "turn": {
                    "call_down": "call-down",
                    "is_contact": "close contact",
                    "is_first": "goes first",
                    "missed_count": "times missed",
                    "position": "place in the order",
                    "sent_back": "sent back",
                    "state": "state",
                    "visit": "visit",
                },
            }
        ),
    ]
