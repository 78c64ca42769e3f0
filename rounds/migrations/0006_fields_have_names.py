"""State alone: what fields are called, which no database knows."""

from django.db import migrations

from residents.naming import NameFields


class Migration(migrations.Migration):

    dependencies = [
        ("residents", "0011_fields_have_names"),
        ("rounds", "0005_supplies_are_a_kind_of_round"),
    ]

    operations = [
        NameFields(
            {
                "assignment": {
                    "building": "building",
                    "created_at": "created at",
                    "created_by": "created by",
                    "leased_until": "leased until",
                    "release_reason": "why given back",
                    "released_at": "given back at",
                    "released_by": "given back by",
                    "round": "round",
                    "volunteer": "volunteer",
                },
                "heldmark": {
                    "compound": "compound",
                    "decided_at": "decided at",
                    "decided_by": "decided by",
                    "decision": "decision",
                    "decision_note": "note on the decision",
                    "device": "phone",
                    "digest": "fingerprint",
                    "mark_id": "id of the mark",
                    "payload": "content as it came",
                    "reason": "reason",
                    "received_at": "received at",
                    "sent_at": "sent by the phone at",
                    "seq": "number on the phone",
                    "visit": "visit",
                },
                "mark": {
                    "details": "details",
                    "device": "phone",
                    "happened_at": "happened at",
                    "id": "id",
                    "is_late": "late",
                    "marked_at": "marked at",
                    "marked_by": "marked by",
                    "note": "note",
                    "outcome": "outcome",
                    "people": "people one by one",
                    "received_at": "received at",
                    "saw": "newest mark seen",
                    "sent_at": "sent by the phone at",
                    "seq": "number on the phone",
                    "undoes": "undoes",
                    "visit": "visit",
                    "walked_by": "walked by",
                },
                "round": {
                    "closed_at": "closed at",
                    "compound": "compound",
                    "opened_at": "opened at",
                },
                "roundevent": {
                    "at": "at",
                    "by": "by whom",
                    "reason": "reason",
                    "round": "round",
                    "step": "step",
                },
                "visit": {
                    "building": "building",
                    "done_count": "number done",
                    "entrance": "entrance",
                    "expected_count": "people expected",
                    "extra_count": "people met beside them",
                    "floor": "floor",
                    "has_conflict": "conflict",
                    "household": "household",
                    "joined_rooms": "joined rooms",
                    "known": "known before",
                    "label": "shown name",
                    "latest_at": "latest mark at",
                    "latest_mark": "latest mark",
                    "needs": "help needed",
                    "outcome": "outcome",
                    "people": "people one by one",
                    "position": "place in the order",
                    "revised_at": "changed at",
                    "room": "room",
                    "round": "round",
                },
            }
        ),
    ]
