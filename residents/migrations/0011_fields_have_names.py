"""State alone: what fields are called, which no database knows."""

from django.db import migrations

from residents.naming import NameFields


class Migration(migrations.Migration):

    dependencies = [
        ("residents", "0010_posts_of_staff"),
    ]

    operations = [
        NameFields(
            {
                "accessrecord": {
                    "compound": "compound",
                    "user": "user",
                },
                "building": {
                    "compound": "compound",
                },
                "columnmapping": {
                    "columns": "columns",
                    "compound": "compound",
                    "header": "fingerprint",
                },
                "device": {
                    "bound_at": "bound at",
                    "volunteer": "volunteer",
                },
                "door": {
                    "building": "building",
                    "key": "key",
                },
                "historicalbuilding": {
                    "compound": "compound",
                },
                "historicalhousehold": {
                    "door": "door",
                },
                "historicalresident": {
                    "household": "household",
                },
                "historicalrolegrant": {
                    "compound": "compound",
                    "user": "user",
                },
                "historicalvolunteer": {
                    "compound": "compound",
                    "user": "user",
                },
                "household": {
                    "door": "door",
                },
                "householdlink": {
                    "created_at": "created at",
                    "created_by": "created by",
                    "household": "household",
                },
                "invite": {
                    "created_at": "created at",
                    "created_by": "created by",
                    "device": "phone",
                    "expires_at": "expires at",
                    "used_at": "used at",
                    "volunteer": "volunteer",
                },
                "joinstep": {
                    "at": "at",
                    "by": "by whom",
                },
                "mergerecord": {
                    "by": "by whom",
                    "kept": "kept record",
                    "other": "merged record",
                    "undoes": "undoes",
                },
                "resident": {
                    "household": "household",
                },
                "rolegrant": {
                    "compound": "compound",
                    "user": "user",
                },
                "rosterimport": {
                    "compound": "compound",
                    "done_count": "lines done",
                    "findings": "findings",
                    "leased_until": "leased until",
                    "total_count": "lines in all",
                    "uploaded_by": "uploaded by",
                },
                "rosterline": {
                    "choice": "choice",
                    "first_row": "first row",
                    "last_row": "last row",
                    "notes": "remarks",
                    "original": "cells as they came",
                    "position": "place in the order",
                    "returned": "taken back",
                    "room": "room",
                    "roster_import": "roster import",
                    "sheet": "sheet",
                    "verdict": "verdict",
                },
                "volunteer": {
                    "compound": "compound",
                    "user": "user",
                },
            }
        ),
    ]
